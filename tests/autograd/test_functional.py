"""Derivatives of functions: nesting, captured Values, argument choices, results and messages."""

from __future__ import annotations

import inspect
from fractions import Fraction

import numpy as np
import pytest

import autograd as ag
from autograd import (
    Value,
    grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    value_and_grad,
    vjp,
)
from tests.in_one_test import in_one_test


def f(x, y):
    return x * x * y + ag.sin(y)


# Nesting


@pytest.mark.parametrize("order", range(6))
def test_grad_nests_to_any_order(order):
    derivative = ag.sin
    for _ in range(order):
        derivative = grad(derivative)
    wanted = [np.sin, np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x)][order % 4](0.7)
    assert derivative(0.7) == pytest.approx(wanted, rel=1e-15)


CONFUSING = {
    # d/dx x * (d/dy (x + y)) = 1; 2 where an inner derivative takes x for its own variable
    "grad of grad": (grad(lambda x: x * grad(lambda y: x + y)(1.0)), 3.0, 1.0),
    "product": (grad(lambda x: x * grad(lambda y: x * y)(2.0)), 3.0, 6.0),
    "same number": (grad(lambda x: grad(lambda y: x * y * y)(x)), 3.0, 12.0),
    "jvp in grad": (grad(lambda x: x * jvp(lambda y: x * y, (2.0,), (1.0,))[1]), 3.0, 6.0),
    "grad in jvp": (
        lambda x: jvp(lambda x: x * grad(lambda y: x + y)(1.0), (x,), (1.0,))[1], 3.0, 1.0,
    ),
    "jvp in jvp": (
        lambda x: jvp(lambda x: x * jvp(lambda y: x + y, (1.0,), (1.0,))[1], (x,), (1.0,))[1],
        3.0,
        1.0,
    ),
    "tangent depends on x": (grad(lambda x: jvp(lambda y: y * y, (2.0,), (x,))[1]), 3.0, 4.0),
    "cotangent depends on x": (grad(lambda x: vjp(lambda y: y * y, 2.0)[1](x)[0]), 3.0, 4.0),
    "primal depends on x": (grad(lambda x: vjp(lambda y: y**3, x)[1](1.0)[0]), 3.0, 18.0),
    "hessian of jvp": (
        hessian(lambda v: jvp(lambda u: u * u * v, (3.0,), (1.0,))[1] * v), 2.0, 12.0,
    ),
    "three levels": (
        grad(lambda x: grad(lambda y: x * grad(lambda z: x * y * z * z)(y))(x)), 2.0,
        # z: 2xyz at z=y is 2xy**2; times x; d/dy is 4x**2 y at y=x: 4x**3; d/dx is 12x**2
        48.0,
    ),
    "value and grad": (grad(lambda x: sum(value_and_grad(lambda y: x * y * y)(x))), 2.0, 20.0),
    "jacobian in grad": (grad(lambda x: jacobian(lambda y: [x * y * y])(x)[0]), 2.0, 8.0),
    "hvp in grad": (grad(lambda x: hvp(lambda y: x * y**3, 2.0, 1.0)), 5.0, 12.0),
}  # fmt: skip


@in_one_test("name", CONFUSING)
def test_levels_are_kept_apart(name):
    derivative, at, wanted = CONFUSING[name]
    result = derivative(at)
    assert (type(result), result) == (float, wanted)


# Captured Values


def test_a_captured_value_is_a_constant_and_floats_come_back():
    w = Value(2.0)
    result = grad(lambda x: w * x * x)(3.0)
    assert (type(result), result, w.has_grad) == (float, 12.0, False)


def test_a_captured_variable_of_an_outer_derivative_is_differentiated():
    assert grad(lambda w: grad(lambda x: w * x * x)(3.0))(2.0) == 6.0


def test_a_value_as_argument_gives_values_connected_to_it():
    x = Value(2.0)
    slope = grad(lambda x: x**3)(x)
    assert isinstance(slope, Value)
    slope.backward()
    assert (slope.data, x.grad) == (12.0, 12.0)


def test_a_value_as_another_argument_gives_values_too():
    w = Value(5.0)
    slope = grad(lambda x, w: w * x * x)(3.0, w)
    assert gradients(slope, w) == 6.0
    slope = grad(lambda x, *, w: w * x * x)(3.0, w=w)
    assert gradients(slope, w) == 6.0


def test_gradients_of_arguments_stay_untouched():
    x = Value(2.0)
    grad(lambda x: x**3)(x)
    hessian(lambda x: x**3)(x)
    assert not x.has_grad


def test_derivatives_work_under_no_grad():
    with no_grad():
        assert grad(grad(lambda x: x**3))(2.0) == 12.0
        assert jvp(lambda x: x * x, (3.0,), (1.0,)) == (9.0, 6.0)


def test_no_grad_inside_the_function_makes_constants():
    def partly(x):
        with no_grad():
            constant = x * x
        return constant * x

    assert grad(partly)(3.0) == 9.0
    assert jvp(partly, (3.0,), (1.0,)) == (27.0, 9.0)


def test_an_inner_derivative_under_no_grad_is_a_constant():
    def partly(x):
        with no_grad():
            slope = grad(lambda y: y**3)(x)
        return slope * x

    assert grad(partly)(2.0) == 12.0


@pytest.mark.parametrize(
    "derivative",
    [
        grad(lambda t: t**3),
        lambda x: value_and_grad(lambda t: t**3)(x)[0],
        lambda x: jvp(lambda t: t**3, (x,), (1.0,))[1],
        lambda x: vjp(lambda t: t**3, x)[1](x)[0],
        lambda x: hvp(lambda t: t**3, x, x),
    ],
    ids=["grad", "value", "jvp", "vjp", "hvp"],
)
def test_derivatives_by_values_under_no_grad_are_plain_leaves(derivative):
    x = Value(2.0)
    with no_grad():
        found = derivative(x)
    assert (found.data, found.op, found.args) == (derivative(x).data, None, ())


def test_detach_makes_a_constant():
    assert grad(lambda x: x.detach() * x)(3.0) == 3.0


# Which arguments


@pytest.mark.parametrize(
    ("argnums", "wanted"),
    [(0, 12.0), (1, 4.0 + np.cos(3.0)), (-1, 4.0 + np.cos(3.0)), (-2, 12.0),
     ((1, 0), (4.0 + np.cos(3.0), 12.0)), ((0,), (12.0,)), ([0, -1], (12.0, 4.0 + np.cos(3.0)))],
    ids=str,
)  # fmt: skip
def test_argnums(argnums, wanted):
    assert grad(f, argnums)(2.0, 3.0) == pytest.approx(wanted)
    assert value_and_grad(f, argnums)(2.0, 3.0)[1] == pytest.approx(wanted)


@in_one_test("argnums", [2, -3, (0, 2)], ids=str)
@in_one_test("transform", [grad, value_and_grad, jacobian, hessian])
def test_argnums_out_of_range_says_how_many_there_are(transform, argnums):
    with pytest.raises(ValueError, match=r"argument (2|-3), .*2 positional"):
        transform(f, argnums)(2.0, 3.0)


@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, hessian])
def test_name_and_documentation_of_the_function_are_kept(transform):
    def area(radius):
        """Area of a disc."""
        return 3.14 * radius**2

    assert transform(area).__name__ == "area"
    assert inspect.getdoc(transform(area)) == "Area of a disc."


# Results


@pytest.mark.parametrize("number", [3, True, np.float32(3), np.int64(3), np.array(3.0),
                                    Fraction(3)], ids=repr)  # fmt: skip
def test_numbers_of_every_kind_give_floats(number):
    for result in (grad(lambda x: x * x)(number), grad(grad(lambda x: x**3))(number),
                   *value_and_grad(lambda x: x * x)(number), *jvp(lambda x: x * x, number, 1),
                   hvp(lambda x: x**3, number, 1), hessian(lambda x: x**3)(number)):  # fmt: skip
        assert type(result) is float


def test_a_result_that_does_not_depend_on_the_argument():
    assert value_and_grad(lambda x: 3)(2.0) == (3.0, 0.0)
    assert jvp(lambda x: 3, (2.0,), (1.0,)) == (3.0, 0.0)
    assert jacobian(lambda x: [x, 1.0])(2.0) == [1.0, 0.0]
    assert hessian(lambda x: 3.0 * x)(2.0) == 0.0
    assert grad(lambda x, y: y, (0, 1))(1.0, 2.0) == (0.0, 1.0)
    assert grad(lambda x: x)(1.0) == 1.0


@pytest.mark.parametrize("x", [np.ones(3), np.ones((2, 3)), np.ones((0,)), np.arange(3)], ids=repr)
def test_arrays_give_float64_arrays_of_their_shape(x):
    value, slope = value_and_grad(lambda x: (x * x).sum())(x)
    assert type(value) is float
    assert (slope.dtype, slope.shape) == (np.float64, x.shape)
    np.testing.assert_array_equal(slope, 2.0 * x)


def test_jacobian_shapes_are_those_of_result_and_argument():
    def outer(u, v):
        return np.array([[a * b for b in v] for a in u])

    u, v = np.array([1.0, 2.0]), np.array([3.0, 4.0, 5.0])
    by_u, by_v = jacobian(outer, (0, 1))(u, v)
    assert (by_u.shape, by_v.shape) == ((2, 3, 2), (2, 3, 3))
    np.testing.assert_array_equal(by_u, np.einsum("ik,j->ijk", np.eye(2), v))
    np.testing.assert_array_equal(by_v, np.einsum("i,jk->ijk", u, np.eye(3)))


def test_jacobian_of_mixed_kinds():
    np.testing.assert_array_equal(jacobian(lambda v: v[0] * v[1])(np.array([1.0, 2.0])), [2.0, 1.0])
    np.testing.assert_array_equal(jacobian(lambda x: np.array([x, x * x]))(3.0), [1.0, 6.0])
    result = jacobian(lambda p: {"u": p["a"] * p["b"], "v": p["a"]})({"a": 2.0, "b": 3.0})
    assert result == {"u": {"a": 3.0, "b": 2.0}, "v": {"a": 1.0, "b": 0.0}}
    assert jacobian(lambda x, y: [x * y], (0, 1))(2.0, 3.0) == [(3.0, 2.0)]


def test_jacobian_of_an_array_keeps_the_structure_of_the_argument():
    def f(p):
        return np.array([p["w"][0] * p["b"], p["w"][1]])

    result = jacobian(f)({"w": np.array([2.0, 3.0]), "b": 5.0})
    np.testing.assert_array_equal(result["w"], [[5.0, 0.0], [0.0, 1.0]])
    np.testing.assert_array_equal(result["b"], [2.0, 0.0])
    first, second = jacobian(lambda pair: np.array([pair[0] * pair[1]]))((2.0, 3.0))
    assert (first.tolist(), second.tolist()) == ([3.0], [2.0])


def test_derivatives_of_an_empty_array_are_empty():
    empty = np.ones(0)
    assert jacobian(lambda v: v * v)(empty).shape == (0, 0)
    assert jacobian(lambda v: v[:0])(np.ones(3)).shape == (0, 3)
    assert hessian(lambda v: (v * v).sum())(empty).shape == (0, 0)


def test_hessian_blocks():
    blocks = hessian(f, (0, 1))(2.0, 3.0)
    assert isinstance(blocks, tuple)
    np.testing.assert_allclose(blocks, [[6.0, 4.0], [4.0, -np.sin(3.0)]], rtol=1e-14)
    x = np.array([0.3, -0.7, 1.1])
    result = hessian(lambda x: ag.tanh(x[0] * x[1]) + ag.exp(x[1] * x[2]))(x)
    assert (result.dtype, result.shape) == (np.float64, (3, 3))
    np.testing.assert_allclose(result, result.T, rtol=1e-14)


def test_hvp_is_the_hessian_times_the_vector():
    x, v = np.array([0.3, -0.7, 1.1]), np.array([1.0, -2.0, 0.5])

    def g(x):
        return ag.tanh(x[0] * x[1]) * ag.exp(x[1] * x[2])

    np.testing.assert_allclose(hvp(g, x, v), hessian(g)(x) @ v, rtol=1e-13)
    assert hvp(f, (2.0, 3.0), (1.0, 0.0)) == (6.0, 4.0)
    assert hvp(lambda v: v[0] ** 2 * v[1], [1.0, 3.0], [1.0, 0.0]) == [6.0, 2.0]


# Structures: their rebuilding is tested in test_structure.py


def test_vjp_takes_a_cotangent_and_returns_one_gradient_per_argument():
    value, pull = vjp(lambda p, x: {"y": p["w"] * x, "z": [x]}, {"w": 2.0}, 3.0)
    assert value == {"y": 6.0, "z": [3.0]}
    assert pull({"y": 1.0, "z": [10.0]}) == ({"w": 3.0}, 12.0)
    assert pull({"y": 0.0, "z": [1.0]}) == ({"w": 0.0}, 1.0)


def test_vjp_of_a_result_that_appears_twice_adds_the_cotangents():
    def twice(x):
        y = x * x
        return [y, y, 1.0]

    _, pull = vjp(twice, 3.0)
    assert pull([1.0, 10.0, 100.0]) == (66.0,)


def test_jvp_of_structures():
    value, tangent = jvp(lambda p: [p["a"] * p["b"], 5.0], {"a": 2.0, "b": 3.0}, {"a": 1.0, "b": 0})
    assert (value, tangent) == ([6.0, 5.0], [3.0, 0.0])


def test_tangents_and_cotangents_are_found_by_their_keys():
    def f(p):
        return {"product": p["a"] * p["b"], "rest": [p["c"], {"a": p["a"]}]}

    primals, tangents = {"a": 2.0, "b": 3.0, "c": 5.0}, {"c": 7.0, "b": 0.5, "a": 1.0}
    _, tangent = jvp(f, primals, tangents)
    assert tangent == {"product": 3.0 * 1.0 + 2.0 * 0.5, "rest": [7.0, {"a": 1.0}]}
    _, pull = vjp(f, primals)
    assert pull({"rest": [10.0, {"a": 100.0}], "product": 1.0}) == (
        {"a": 103.0, "b": 2.0, "c": 10.0},
    )
    assert hvp(lambda p: p["a"] * p["b"], {"a": 2.0, "b": 3.0}, {"b": 1.0, "a": 0.0}) == {
        "a": 1.0, "b": 0.0,
    }  # fmt: skip


# Messages


def several(x):
    return [x, x]


MESSAGES = {
    "several results": (lambda: grad(several)(1.0), TypeError, "one number.*jacobian"),
    "None": (lambda: grad(lambda x: None)(1.0), TypeError, "one number.*None"),
    "text argument": (lambda: grad(f)("a", 1.0), TypeError, "real number.*'a'"),
    "complex argument": (lambda: grad(f)(1j, 1.0), TypeError, "complex"),
    "None argument": (lambda: grad(f)(None, 1.0), TypeError, "None"),
    "short cotangent": (lambda: vjp(several, 1.0)[1]([1.0]), ValueError, "cotangent.*1.*2"),
    "long tangent": (lambda: jvp(f, (1.0, 2.0), (1.0,) * 3), ValueError, "tangents.*3.*2"),
    "short tangent": (lambda: jvp(f, (1.0, 2.0), (1.0,)), ValueError, "tangents.*1.*2"),
    "text tangent": (lambda: jvp(several, (1.0,), ("a",)), TypeError, "tangent.*'a'"),
    "text cotangent": (lambda: vjp(several, 1.0)[1](["a", "b"]), TypeError, "cotangent.*'a'"),
    "keys": (lambda: jvp(lambda p: p["a"], {"a": 1.0}, {"b": 1.0}), ValueError, r"keys \['a'\]"),
    "no dict": (lambda: vjp(several, 1.0)[1]({1: 1.0, 2: 2.0}), ValueError, "cotangent.*no dict"),
    "dict": (lambda: jvp(lambda p: p["a"], {"a": 1.0}, [1.0]), ValueError, r"a dict with the keys"),
    "output": (lambda: gradients(3.0, Value(1.0)), TypeError, "output must be a Value"),
    "input": (lambda: gradients(Value(1.0), [Value(1.0), 2.0]), TypeError, "input 1 .*Value"),
    "hessian of several": (lambda: hessian(several)(1.0), TypeError, "one number"),
}  # fmt: skip


@in_one_test("name", MESSAGES)
def test_messages_say_what_is_wrong_and_where(name):
    call, error, words = MESSAGES[name]
    with pytest.raises(error, match=f"(?s){words}"):
        call()


def test_errors_of_the_function_come_through_and_leave_no_mode():
    def fails(x):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        grad(fails)(1.0)
    assert not ag.mode.CURRENT.get().differentiated


# What is no function


@pytest.mark.parametrize("name", ["grad", "value_and_grad", "jacobian", "hessian"])
def test_a_value_in_place_of_a_function_is_refused_at_once(name):
    transform = getattr(ag, name)
    x = Value(3.0)
    for wrong in (lambda: transform(x * x), lambda: transform(x * x, x)):
        with pytest.raises(TypeError, match=rf"{name} takes a function.*gradients\(output, inputs"):
            wrong()
    with pytest.raises(TypeError, match=f"{name} takes a function, not 3.0"):
        transform(3.0)
    with pytest.raises(TypeError, match=f"{name}: argnums holds the positions of arguments"):
        transform(lambda x: x * x, 3.0)
    assert transform(lambda x: x * x, np.int64(0))(3.0) is not None


@pytest.mark.parametrize("name", ["jvp", "vjp", "hvp"])
def test_products_refuse_a_value_in_place_of_a_function(name):
    x = Value(3.0)
    with pytest.raises(TypeError, match=rf"{name} takes a function.*gradients\(output, inputs"):
        getattr(ag, name)(x * x, x, *([1.0] if name != "vjp" else []))


def test_gradients_refuses_a_function():
    with pytest.raises(TypeError, match="grad is for functions"):
        ag.gradients(lambda x: x, Value(3.0))
