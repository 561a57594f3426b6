"""What help() says of operations, made from their rows."""

from __future__ import annotations

import doctest
import pydoc
import re

import pytest

import autograd
from autograd import Primitive, Value, detach, leaky_relu, log, primitive, relu, tanh
from autograd.help import call, help_text, operand_names
from autograd.primitive import RESERVED, TABLE
from autograd.primitives import div


def plain_help(thing):
    return pydoc.plain(pydoc.render_doc(thing))


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_the_example_of_every_row_runs(name):
    row = TABLE[name]
    test = doctest.DocTestParser().get_doctest(row.__doc__, {}, name, None, 0)
    assert any("backward()" in example.source for example in test.examples)
    results = doctest.DocTestRunner(verbose=False).run(test)
    assert results.failed == 0


def test_an_operation_says_all_and_its_method_where():
    text = plain_help(tanh)
    for said in (
        "The hyperbolic tangent.",
        "Derivative by x: 1 - tanh(x) * tanh(x).",
        ">>> from autograd import Value, tanh",
        "(0.4621, 0.7864)",
    ):
        assert said in text
    method = plain_help(Value.tanh)
    assert "The hyperbolic tangent." in method
    (named,) = re.findall(r"help\((.*)\)", method)
    assert eval(named, {"autograd": autograd}) is tanh


def test_kinks_domains_and_operators_are_said():
    assert "At x = 0.0: relu'(0) = 0, the flat side." in plain_help(relu)
    assert "At x = 0.0: -inf, because log is infinite at 0 and undefined below." in plain_help(log)
    assert "result = x / y" in div.__doc__
    assert "Derivative by y: -(x / y / y)." in div.__doc__
    assert "Derivative by slope: where(x > 0, 0, x)." in leaky_relu.__doc__
    assert "No gradient passes." in detach.__doc__


def test_the_class_of_operations_has_its_own_help():
    assert Primitive.__doc__.startswith("An operation on scalars.")
    assert "An operation on scalars." in plain_help(Primitive)


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_derivatives_are_those_of_the_rules(name):
    row = TABLE[name]
    lines = [line for line in row.__doc__.splitlines() if line.startswith("Derivative by ")]
    if row.variadic or not lines:
        return
    numbers = [low + 0.625 * (high - low) for low, high in row.domain]
    given = dict(zip(operand_names(row), numbers, strict=True))
    slopes = dict(zip(given, row.pull(1.0, row.forward(*numbers), numbers), strict=True))
    for line in lines:
        operand, _, text = line.removeprefix("Derivative by ").removesuffix(".").partition(": ")
        found = eval(text, {**TABLE}, given)
        assert found == pytest.approx(slopes[operand], rel=1e-5), line


def test_nothing_of_a_row_of_a_user_runs_before_it_is_called():
    def rule(g, out, x):
        raise AssertionError("called")

    cube = primitive("cube", lambda x: x * x * x, rule, doc="x to the third power.")
    assert cube.__doc__ == Value.cube.__doc__ == "x to the third power."


def test_what_is_typed_follows_from_the_row():
    assert [call(TABLE[name]) for name in ("add", "tanh", "clip", "elu")] == [
        "x + y", "tanh(x)", "clip(x, low, high)", "elu(x)",
    ]  # fmt: skip
    assert help_text(TABLE["add"]).startswith("x + y.")
