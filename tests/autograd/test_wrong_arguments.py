"""What is no Value, no function or no name where one belongs is refused by name."""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pytest

import autograd
from autograd import Value, check_gradients, compile, compile_graph, primitive, topological_order
from autograd.context import variant
from autograd.files import write_files
from autograd.graph import set_data, set_gradients
from autograd.reverse import local_derivatives, sweep
from nn import MLP

NO_VALUES = [3.0, "x", None, [Value(1.0)], np.arange(2.0), Value, MLP(1, [1]), {"a": 1}]


@pytest.mark.parametrize("function", [sweep, local_derivatives, topological_order])
@pytest.mark.parametrize("given", NO_VALUES, ids=lambda given: type(given).__name__)
def test_what_walks_a_graph_asks_for_a_value(function, given):
    with pytest.raises(TypeError, match=rf"^{function.__name__} takes Values, the roots of graphs"):
        function(given)


@pytest.mark.parametrize("given", [3.0, "x", None, [1.0], np.arange(2.0)], ids=repr)
def test_gradients_are_checked_of_values_and_functions(given):
    with pytest.raises(TypeError, match="check_gradients takes a Value or a function, not"):
        check_gradients(given)


@pytest.mark.parametrize("name", [abs, 3.0, None, np.arange(2.0)], ids=repr)
def test_a_primitive_begins_with_its_name(name):
    with pytest.raises(TypeError, match="the name comes first, a str"):
        primitive(name, abs)


@pytest.mark.parametrize("change", [set_data, set_gradients])
@pytest.mark.parametrize("arguments", [(Value(1.0), [2.0]), ([Value(1.0)], 2.0), (1.0, None)])
def test_many_numbers_are_set_by_two_lists(change, arguments):
    with pytest.raises(TypeError, match=f"^{change.__name__} takes two lists"):
        change(*arguments)


def test_a_policy_is_a_word():
    with pytest.raises(ValueError, match=re.escape("verify is one of auto, always, never, not")):
        compile(autograd.sin, verify=np.arange(2.0))


@pytest.mark.parametrize("name", ["sum", "mean", "norm", "logsumexp", "softmax", "log_softmax"])
@pytest.mark.parametrize("given", [{1.0, 2.0}, frozenset([1.0]), {1.0: 2.0}], ids=repr)
def test_a_set_has_no_order_for_a_sum(name, given):
    with pytest.raises(TypeError, match=f"^{name} takes a list .* make a list of it"):
        getattr(autograd, name)(given)


def test_decimals_are_numbers_in_every_function_of_many():
    given = [Decimal("1.5"), Decimal("0.25")]
    for name in ("sum", "mean", "norm", "logsumexp", "softmax", "log_softmax"):
        function = getattr(autograd, name)
        assert function(given) == function([1.5, 0.25])


def test_marks_files_backends_and_inputs_are_refused_by_name():
    x = Value(1.0)
    for call, message in (
        (lambda: variant([1]), "variant takes marks that can be hashed"),
        (lambda: write_files("a"), "write_files takes a dict from paths"),
        (lambda: write_files({1: b""}), "write_files: a path is a str"),
        (lambda: write_files({"a": "text"}), "the content of 'a' must be bytes"),
        (lambda: autograd.dot({x}, [1.0]), "dot takes two lists of numbers"),
        (lambda: compile(x * 2.0, [x]), r"compile_graph\(output, inputs\) compiles a graph"),
        (lambda: compile_graph(x * 2.0, x.data), "compile_graph: inputs is a list"),
        (lambda: compile_graph(abs, [x]), r"compile\(f, in_axes\) compiles functions"),
    ):
        with pytest.raises(TypeError, match=message):
            call()
    with pytest.raises(ValueError, match="there is no backend"):
        compile(abs, backend=np.zeros(2))
