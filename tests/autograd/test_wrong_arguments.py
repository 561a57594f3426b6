"""What is no Value, no function or no name where one belongs is refused by name."""

from __future__ import annotations

from collections import UserDict
from decimal import Decimal

import numpy as np
import pytest

import autograd
from autograd import Value, check_gradients, compile, compile_graph, primitive, topological_order
from autograd.context import variant
from autograd.files import write_files
from autograd.graph import set_data, set_gradients
from autograd.primitive import TABLE
from autograd.reverse import local_derivatives, sweep
from autograd.runtime import computed
from nn import MLP, Neuron
from tests.in_one_test import in_one_test

NO_VALUES = [3.0, "x", None, [Value(1.0)], np.arange(2.0), Value, MLP(1, [1]), {"a": 1}]


@in_one_test("function", [sweep, local_derivatives, topological_order])
@in_one_test("given", NO_VALUES, ids=lambda given: type(given).__name__)
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
    with pytest.raises(ValueError, match="verify must be one of 'auto', 'always', 'never', not"):
        compile(autograd.sin, verify=np.arange(2.0))


NO_ORDER = [{1.0, 2.0}, frozenset([1.0]), {1.0: 2.0}, UserDict({1.0: 2.0})]


@in_one_test("name", ["sum", "mean", "norm", "logsumexp", "softmax", "log_softmax"])
@in_one_test("given", NO_ORDER, ids=repr)
def test_a_set_has_no_order_for_a_sum(name, given):
    with pytest.raises(TypeError, match=f"^{name} takes a list .* make a list of it"):
        getattr(autograd, name)(given)


@in_one_test("given", NO_ORDER, ids=repr)
def test_a_set_has_no_order_for_many_numbers(given):
    for call, message in (
        (lambda: autograd.dot([Value(1.0)], given), "dot takes two lists"),
        (lambda: set_data([Value(1.0)], given), "set_data takes two lists"),
        (lambda: set_gradients([Value(1.0)], given), "set_gradients takes two lists"),
        (lambda: Neuron(1)(given), "input 0: a layer takes a real number"),
    ):
        with pytest.raises(TypeError, match=message):
            call()


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
    with pytest.raises(ValueError, match="backend must be one of 'auto', "):
        compile(abs, backend=np.zeros(2))


def test_what_micrograd_gives_to_a_value_is_named():
    a, b = Value(1.0), Value(2.0)
    for more in (((a, b), "*"), ((a, b),), ("sum", {a, b}), ({a, b},)):
        with pytest.raises(TypeError, match=r"recorded by operations, as in a \* b"):
            Value(3.0, *more)
    with pytest.raises(TypeError, match="Value takes a str as label, not array"):
        Value(1.0, np.ones(2))


@pytest.mark.parametrize("given", [Value(1.0), [Value(1.0)], {"y": Value(1.0)}], ids=repr)
def test_graphs_have_gradients_and_functions_have_grad(given):
    for derivative in (autograd.grad, autograd.value_and_grad, autograd.jacobian):
        with pytest.raises(TypeError, match=r"are gradients\(output, inputs\)"):
            derivative(given)


@pytest.mark.parametrize(
    "argnums", [(n for n in [0]), "", "0", np.ones((2, 2), int), np.ma.masked, True, 0.0]
)
def test_positions_are_whole_numbers_in_a_list(argnums):
    with pytest.raises(TypeError, match="argnums holds the positions of arguments"):
        autograd.grad(abs, argnums)
    assert autograd.grad(autograd.exp, np.array([0]))(0.0) == (1.0,)


def test_a_masked_array_is_no_number():
    masked = np.ma.array([1.0, 2.0], mask=[False, True])
    for call in (Value, Value(1.0).backward, lambda x: sweep(Value(1.0) * 2.0, x)):
        with pytest.raises(TypeError, match="not an array of shape"):
            call(masked)


def test_orders_digits_reductions_and_kinds_are_refused_by_name(tmp_path):
    c = compile(autograd.exp)
    for call, message in (
        (lambda: check_gradients(abs, 2.0, order=np.ones(2)), "order must be an int"),
        (lambda: check_gradients(abs, 2.0, digits="5"), "digits takes a real number"),
        (lambda: computed(3.0), "computed stands before a method"),
        (lambda: set_data(np.ma.masked, [1.0]), "set_data takes two lists"),
        (lambda: autograd.scope([]).__enter__(), "a scope is named by a str"),
    ):
        with pytest.raises(TypeError, match=message):
            call()
    for wrong in ([], {}, np.ones(2), None, "max"):
        with pytest.raises(ValueError, match="backward: reduction must be one of 'mean', 'sum'"):
            c.backward(1.0, reduction=wrong)
        with pytest.raises(ValueError, match="the kind of result must be one of 'value'"):
            c.program(wrong, 1.0)
    with pytest.raises(ValueError, match="to_c: path is empty"):
        c.to_c("", 1.0)


def descent(**changes):
    w = Value(1.0)
    arguments = {
        "f": lambda x: w * x,
        "args": ([1.0, 2.0],),
        "parameters": [w],
        "rule": lambda parameter, gradient, state, lr: (parameter - lr * gradient, state),
        "state": [()],
        "settings": {"lr": 0.1},
    } | changes
    return autograd.Descent(**arguments, backend="interpreter")


@in_one_test("name", ["f", "args", "parameters", "rule", "state", "settings"])
@in_one_test("given", [None, 3.0, "x", [1.0], {1: 2.0}, Value(1.0)], ids=repr)
def test_a_descent_names_the_argument_that_is_wrong(name, given):
    if name == "args" and given == [1.0]:
        return  # one number, which is no batch
    with pytest.raises((TypeError, ValueError), match=rf"Descent: .*{name[:5]}"):
        descent(**{name: given})


@in_one_test(
    "option, given",
    [
        ("variadic", np.zeros(2)), ("total", "no"), ("method", None), ("domain", 3.0),
        ("special", np.ma.masked), ("flat", 3.0), ("fault", "off"), ("c", 3.0), ("degree", "2"),
        ("bounds", 1.0), ("over", 3.0), ("span", "x"),
    ],
)  # fmt: skip
def test_options_of_a_row_are_refused_by_name(option, given):
    with pytest.raises(TypeError, match=f"^primitive 'refused': {option} must be"):
        primitive("refused", abs, lambda g, out, x: g, **{option: given})
    assert "refused" not in TABLE


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: autograd.hessian(lambda p: p)([1.0, 2.0]), "^a gradient needs a function that"),
        (lambda: autograd.hvp(lambda p: p[0], [1.0], [1.0, 2.0]), "^hvp: the tangents have 2"),
        (lambda: autograd.hvp(lambda p: p[0], [1.0], ["a"]), "^hvp: a tangent takes a real"),
        (lambda: autograd.grad(lambda x, y: x * y, 1)(1.0, "a"), "^argument 1 of a differentiated"),
        (lambda: autograd.tanh(1.0, 2.0), "^tanh takes 1 argument, got 2"),
        (lambda: autograd.maximum(1.0), "^maximum takes 2 arguments, got 1"),
        (lambda: setattr(autograd.sum([Value(1.0), 2.0]), "data", 1.0), "is the result of sum:"),
        (
            lambda: compile(autograd.sum, check=True, backend="numpy")([1e308, 1e308]),
            r"^sum\(.*1e\+308, .*1e\+308\) gave inf at ",
        ),
    ],
)
def test_a_message_names_the_function_that_was_called(call, message):
    with pytest.raises((TypeError, ValueError, AttributeError, FloatingPointError), match=message):
        call()
