"""Functions that branch on their numbers: a program for each path, results as without one."""

from __future__ import annotations

import copy
import math
import pickle
import random
from importlib.util import find_spec

import numpy as np
import pytest

import autograd as ag
from autograd import StaleProgramError, TracingError, Value, compile, grad
from autograd.program.verification import structure_changed

BACKENDS = ["interpreter", "numpy", *(["llvm"] if find_spec("llvmlite") else [])]
POINTS = (-3.0, -1.0, -0.0, 0.0, 0.5, 1.0, 2.0, 7.5, math.inf, -math.inf, math.nan)


def absolute(x, y):
    return x * y if x > 0 else -x * y


def newton(x, y):
    if not 0.0 < x < 1e6:
        return x * y
    root = 0.5 * x + 0.5
    while abs(root * root - x) > 1e-9 * x:
        root = 0.5 * (root + x / root)
    return root * y


def middle(x, y):
    return sorted([x, y, x * y])[1]


def chained(x, y):
    if (x > 0 and y > 0) or not x < 5.0:
        return x + y
    return x - y if any([x < -2.0, y < -2.0]) else x * y


def by_data(x, y):
    scale = x.data if hasattr(x, "data") else x
    return y * x if scale > 1.0 else y


def equal_data(x, y):
    seen = x.data if hasattr(x, "data") else x
    return y * 2.0 if seen == 2.0 else y * x


def slope_within(x, y):
    return grad(lambda z: z * z if z > y else -z)(x)


def unlike(x, y):
    total = 0.0
    for k in range(4):
        total = total + (x * k if y > k else y)
    return total


FUNCTIONS = [absolute, newton, middle, chained, by_data, equal_data, slope_within, unlike]


def same(a, b):
    if isinstance(a, tuple | list | np.ndarray):
        return len(a) == len(b) and all(map(same, a, b))
    return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12)


def eagerly(f, x, y):
    """Return value and gradient by the eager engine."""
    a, b = Value(x), Value(y)
    out = f(a, b)
    if not isinstance(out, Value):
        return float(out), (0.0, 0.0)
    return out.data, tuple(float(getattr(g, "data", g)) for g in ag.gradients(out, [a, b]))


@pytest.mark.filterwarnings("ignore::autograd.NumericWarning")
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("f", FUNCTIONS)
def test_value_and_gradient_are_those_of_the_path_taken(f, backend):
    c = compile(f, backend=backend)
    rng = random.Random(f.__name__)
    pairs = [(rng.choice(POINTS), rng.choice(POINTS)) for _ in range(40)]
    for x, y in pairs:
        with ag.no_grad():
            expected = f(Value(x), Value(y)).data if f is not slope_within else None
        value, slopes = eagerly(f, x, y)
        assert expected is None or same(value, expected)
        assert same(c(x, y), value), (x, y)
        assert same(c.value_and_grad(x, y)[1], slopes), (x, y)


@pytest.mark.filterwarnings("ignore::autograd.NumericWarning")
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("f", FUNCTIONS)
def test_a_batch_is_divided_by_paths(f, backend):
    rng = random.Random(1)
    xs, ys = np.array([[rng.choice(POINTS[:8]) for _ in range(50)] for _ in range(2)])
    batched = compile(f, in_axes=0, backend=backend)
    found, (by_x, by_y) = batched.value_and_grad(xs, ys)
    for place, (x, y) in enumerate(zip(xs.tolist(), ys.tolist())):
        value, slopes = eagerly(f, x, y)
        assert same(found[place], value), (x, y)
        assert same((by_x[place], by_y[place]), slopes), (x, y)
    assert same(batched(xs, ys), found)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_backward_adds_up_the_gradients_of_all_paths(backend, reduction):
    w, never = Value(3.0), Value(1.0)

    def loss(x, y):
        if x > 100.0:
            return never * x
        return (w * x - y) ** 2 if x > y else abs(w * x - y)

    xs, ys = [1.0, 2.0, 3.0, 4.0, 0.5], [2.0, 1.0, 5.0, 0.0, 0.5]
    c = compile(loss, in_axes=0, backend=backend)
    total = c.backward(xs, ys, reduction=reduction)
    found, w.grad = w.grad, 0.0
    out = (ag.mean if reduction == "mean" else ag.sum)([*map(loss, xs, ys)])
    out.backward()
    assert (total, found) == (pytest.approx(out.data), pytest.approx(w.grad))
    assert not never.has_grad  # on a path that no example takes


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_captured_value_decides_at_each_call(backend):
    w = Value(1.0)
    c = compile(lambda x: x * w if w > 0 else x - w, backend=backend)
    for number in (1.0, -2.0, 3.0, 0.0, -1.0):
        w.data = number
        assert c(5.0) == (5.0 * number if number > 0 else 5.0 - number)


def test_jacobians_hessians_and_structures_follow_the_path():
    c = compile(lambda x: [x[0] ** 3, x[1]] if x[0] > x[1] else [x[0], x[1] ** 2])
    assert c.jacobian([2.0, 1.0]) == [[12.0, 0.0], [0.0, 1.0]]
    assert c.jacobian([1.0, 3.0]) == [[1.0, 0.0], [0.0, 6.0]]
    h = compile(lambda x: x**3 if x > 0 else x**2)
    assert (h.hessian(2.0), h.hessian(-2.0), h.hessian(1.0)) == (12.0, 2.0, 6.0)
    unequal = compile(lambda x: [x, x] if x > 0 else [x], in_axes=0)
    assert unequal([-1.0]) == [[-1.0]]
    with pytest.raises(ValueError, match="one structure"):
        unequal([1.0, -1.0])


def test_a_call_computes_only_what_its_path_has():
    c = compile(lambda x: ag.log(x) if x > 0 else 0.0 * x, check=True)
    assert (c(1.0), c(-1.0)) == (0.0, 0.0)  # the other branch gives nan, which check would find
    with pytest.raises(FloatingPointError):
        compile(lambda x: ag.log(x) if x > -2.0 else x, check=True)(-1.0)


def test_hot_calls_follow_paths_and_globals():
    scale = [2.0]
    c = compile(lambda x: scale[0] * x if x > 0 else -x)
    for k in range(3000):
        x = float(k % 7 - 3)
        assert c(x) == (2.0 * x if x > 0 else -x)
    scale[0] = 5.0
    structure_changed()
    assert [c(x) for x in (1.0, -1.0, 2.0)] == [5.0, 1.0, 10.0]
    scale[0] = 7.0
    with pytest.raises(StaleProgramError, match=r"5\.0 became 7\.0"):
        [c(1.0) for _ in range(100_000)]
    c.retrace()
    assert [c(x) for x in (1.0, -1.0)] == [7.0, 1.0]


@pytest.mark.parametrize("change", ["limit", "factor", "more", "plain"])
def test_a_change_is_found_on_every_path(change):
    at = {"limit": 0.0, "factor": 2.0, "more": False, "plain": False}

    def f(x):
        if at["plain"]:
            return x
        if x > at["limit"]:
            return x * at["factor"]
        if at["more"] and x > -5.0:
            return x * 100.0
        return x * 3.0

    c = compile(f, verify="always")
    points = (-6.0, -1.0, 0.5, 2.0)
    for _ in range(2):
        assert [c(x) for x in points] == [f(x) for x in points]
        at[change] = 1.0
    stale = compile(f)
    at.update(limit=0.0, factor=2.0, more=False, plain=False)
    stale(1.0), stale(-1.0)
    at["factor"] = 9.0
    with pytest.raises(StaleProgramError):
        stale(1.0)


def test_too_many_paths_are_refused_with_the_line():
    c = compile(newton, most_paths=3, backend="interpreter")
    with pytest.raises(TracingError, match=r"test_compiled_paths.py:\d+: newton .* 3 of them"):
        [c(10.0**k, 1.0) for k in range(6)]
    assert c(1.0, 2.0) == 2.0  # what is known goes on
    for wrong in (0, -1, 1.5, "3"):
        with pytest.raises((TypeError, ValueError), match="most_paths"):
            compile(newton, most_paths=wrong)


def test_one_program_for_all_cannot_branch(tmp_path):
    c = compile(absolute)
    c(1.0, 2.0)
    for call in (lambda: c.to_c(tmp_path / "f.c"), lambda: c.captured(1.0, 2.0)):
        with pytest.raises(ValueError, match=r"autograd\.where"):
            call()
    assert not [*tmp_path.iterdir()]
    if find_spec("jax"):
        with pytest.raises(ValueError, match=r"autograd\.where"):
            c.to_jax("value", 1.0, 2.0)
    batched = compile(absolute, in_axes=0)
    assert len(batched.program("value", [1.0, 2.0], [1.0, 1.0]).instructions) == 1
    with pytest.raises(ValueError, match="2 paths"):
        batched.program("value", [1.0, -2.0], [1.0, 1.0])
    assert "where conditions are True" in str(c)


def test_copies_and_pickles_branch():
    for copied in (copy.deepcopy(compile(absolute)), pickle.loads(pickle.dumps(compile(absolute)))):  # noqa: S301
        assert [copied(x, 2.0) for x in (1.0, -1.0)] == [2.0, 2.0]
    c = compile(absolute)
    assert c(-1.0, 2.0) == 2.0
    again = pickle.loads(pickle.dumps(c))  # noqa: S301
    assert [again(x, 3.0) for x in (1.0, -2.0)] == [3.0, 6.0]


def test_exceptions_in_a_branch_are_those_of_the_function():
    def f(x):
        if x < 0:
            raise ValueError("no root")
        return ag.sqrt(x)

    c = compile(f)
    for _ in range(3):
        assert c(4.0) == 2.0
        with pytest.raises(ValueError, match="no root"):
            c(-1.0)
    with pytest.raises(ValueError, match="no root"):
        compile(f, in_axes=0)([4.0, -1.0])


def test_values_given_as_arguments_branch_as_the_function_does():
    c = compile(absolute)
    x = Value(-2.0)
    out = c(x, 3.0)
    out.backward()
    assert (out.data, x.grad) == (6.0, -3.0)
    outer = compile(lambda x: c(x, 1.0) + c(-x, 1.0))
    assert (outer(2.0), outer(-3.0), outer.value_and_grad(-3.0)[1]) == (4.0, 6.0, -2.0)


def test_an_empty_batch_and_an_unknown_path():
    c = compile(absolute, in_axes=0)
    assert c(np.array([1.0, -1.0]), np.ones(2)).tolist() == [1.0, 1.0]
    assert c(np.zeros(0), np.zeros(0)).shape == (0,)
