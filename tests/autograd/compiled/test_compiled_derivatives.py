"""Compiled values and derivatives of random functions, against mpmath and the eager engine."""

from __future__ import annotations

import itertools
import math
import random
from functools import cache

import mpmath
import numpy as np
import pytest

import autograd as ag
from autograd import Value, compile, gradients
from autograd.primitive import TABLE

POINT = (0.3, -0.7, 0.9)


@cache
def exact_derivatives(make, seed):
    """Return value, gradient and Hessian of a random function at POINT, by mpmath."""
    _, oracle = make(seed)
    units = [tuple(int(i == j) for j in range(3)) for i in range(3)]
    second = [[tuple(map(sum, zip(left, right))) for right in units] for left in units]
    return (
        exact(oracle, POINT, (0, 0, 0)),
        [exact(oracle, POINT, unit) for unit in units],
        [[exact(oracle, POINT, order) for order in line] for line in second],
    )


def exact(f, point, order):
    with mpmath.workdps(50):
        return float(mpmath.diff(f, tuple(map(mpmath.mpf, point)), order))


@pytest.mark.parametrize("seed", range(6))
def test_random_functions_agree_with_mpmath(seed, random_function, backend):
    f, _ = random_function(seed)
    c = compile(f, backend=backend)
    value, slopes, curvatures = exact_derivatives(random_function, seed)
    close = {"rel": 1e-11, "abs": 1e-13}
    assert c(*POINT) == pytest.approx(value, **close)
    found_value, found = c.value_and_grad(*POINT)
    assert (found_value, *found) == pytest.approx((value, *slopes), **close)
    assert c.jacobian(*POINT) == pytest.approx(slopes, **close)
    np.testing.assert_allclose(c.hessian(*POINT), curvatures, rtol=1e-11, atol=1e-13)


def test_batches_are_the_examples_one_by_one(random_function, any_backend, quick_xla):
    seeds, steps = (1, 3) if any_backend == "jax" else (3, 12)  # XLA takes seconds for each
    for seed in range(seeds):
        f, _ = random_function(100 + seed, steps)
        batches_are_the_examples(f, any_backend, np.random.default_rng(seed))


def batches_are_the_examples(f, backend, rng):
    weight = Value(0.4)
    c = compile(lambda x, s: f(x[0], x[1] * weight, s), in_axes=(0, None), backend=backend)
    one = compile(lambda x, s: f(x[0], x[1] * weight, s), backend="interpreter")
    X = rng.uniform(-1, 1, (11, 2))
    assert c(X, 0.5) == pytest.approx([one(x, 0.5) for x in X], rel=1e-11)
    value, (by_x, by_s) = c.value_and_grad(X, 0.5)
    assert value.shape == by_s.shape == (11,)
    for index, x in enumerate(X):
        assert (value[index], by_s[index]) == pytest.approx(
            (one(x, 0.5), one.value_and_grad(x, 0.5)[1][1]), rel=1e-10, abs=1e-12
        )
        assert by_x[index] == pytest.approx(one.value_and_grad(x, 0.5)[1][0], rel=1e-10, abs=1e-12)
    (xx, _), (_, ss) = c.hessian(X, 0.5)
    assert (xx.shape, ss.shape) == ((11, 2, 2), (11,))
    assert xx[4] == pytest.approx(one.hessian(X[4], 0.5)[0][0], rel=1e-9, abs=1e-11)


def test_every_row_gives_what_the_eager_engine_gives(row, points, edges, backend, quick_llvm):
    """Values and gradients, where rules have infinite derivatives and ties as well."""
    if row.variadic:
        points = [point for point in points if len(point) == len(points[-1])]
        edges = [edge for edge in edges if len(edge) == len(points[-1])]
    found = compile(row, in_axes=0, backend=backend)
    columns = [np.array(column) for column in zip(*points, *edges, strict=True)]
    values, slopes = found.value_and_grad(*columns)
    slopes = [slopes] if len(columns) == 1 else slopes
    expected = eager(row.name, (*points, *edges))
    for index, (point, (wanted, *numbers)) in enumerate(expected):
        same(values[index], wanted, f"{row.name}{point}")
        for slope, number in zip(slopes, numbers, strict=True):
            same(slope[index], number, f"the gradient of {row.name}{point}")


# The points of a row are the same for each backend.
@cache
def eager(name, points):
    """Return the value and the derivatives of a row at each point."""
    found = []
    for point in points:
        leaves = [Value(x) for x in point]
        with np.errstate(all="ignore"), ag.mode.entered(ag.mode.CURRENT.get().quieted()):
            out = TABLE[name](*leaves)
            found.append((point, (out.data, *gradients(out, leaves))))
    return found


def same(got, wanted, what):
    if math.isnan(wanted) or math.isinf(wanted):
        assert str(float(got)) == str(wanted), what
    else:
        assert got == pytest.approx(wanted, rel=1e-13, abs=1e-300), what


def test_a_branch_that_is_not_taken_poisons_nothing(backend):
    c = compile(lambda x: ag.where(x > 0, ag.sqrt(x), 0.0 * x), in_axes=0, backend=backend)
    values, slopes = c.value_and_grad([4.0, 0.0, -1.0])
    assert (values.tolist(), slopes.tolist()) == ([2.0, 0.0, 0.0], [0.25, 0.0, 0.0])


# Where zeros meet infinities, and where lengths and powers are smooth: value, point, Hessian.
SPECIAL = {
    "a branch that overflows": (lambda x, y: ag.where(x > 0, x * x, x * ag.exp(x)) + y, (1e3, 1.0),
                                ((2.0, 0.0), (0.0, 0.0))),
    "a branch outside of its domain": (lambda x, y: ag.where(x > 0, x * y, ag.sqrt(-x)), (1.0, 2.0),
                                       ((0.0, 1.0), (1.0, 0.0))),
    "elu": (lambda x, y: ag.elu(x, x) * y, (1e3, 1.0), ((0.0, 1.0), (1.0, 0.0))),
    "a quotient that vanishes": (lambda x, y: y * y / (1 + ag.exp(x)), (1e3, 1.0),
                                 ((0.0, 0.0), (0.0, 0.0))),
    "a saturated tanh": (lambda x, y: ag.tanh(ag.expm1(x)) * y, (1e4, 1.0),
                         ((0.0, 0.0), (0.0, 0.0))),
    "the square of a norm": (lambda x, y: ag.norm([x, y]) ** 2, (0.0, 0.0),
                             ((2.0, 0.0), (0.0, 2.0))),
    "a function of it": (lambda x, y: ag.exp(-ag.hypot(x, y) ** 2 / 2), (0.0, 1e-300),
                         ((-1.0, 0.0), (0.0, -1.0))),
    "the square of |x|": (lambda x, y: ag.abs(x) * ag.abs(x) * y, (0.0, 3.0),
                          ((6.0, 0.0), (0.0, 0.0))),
    "a power by its exponent": (lambda x, y: x**y, (4.0, 0.0),
                                ((0.0, 0.25), (0.25, math.log(4.0) ** 2))),
    "the base 0": (lambda x, y: x**y, (0.0, 2.0), ((2.0, 0.0), (0.0, 0.0))),
}  # fmt: skip


@pytest.mark.parametrize("name", SPECIAL)
@pytest.mark.filterwarnings("ignore::autograd.NumericWarning")
def test_special_points_are_those_of_the_eager_engine(name, backend):
    f, point, wanted = SPECIAL[name]
    (xx, xy), (yx, yy) = wanted
    turned = compile(lambda y, x: f(x, y), backend=backend)
    ends = compile(lambda x, y: [f(x, y), x, y], backend=backend)  # forward mode
    close(ag.hessian(f, (0, 1))(*point), wanted)
    close(compile(f, backend=backend).hessian(*point), wanted)
    close(turned.hessian(*point[::-1]), ((yy, yx), (xy, xx)))
    close(compile(ag.grad(f, (0, 1)), backend=backend).jacobian(*point), wanted)
    close(ends.jacobian(*point)[:1], [ag.grad(f, (0, 1))(*point)])


def close(got, wanted):
    np.testing.assert_allclose(got, wanted, rtol=1e-14, atol=0.0)


def rosenbrock(x):
    return ag.sum(100 * (b - a**2) ** 2 + (1 - a) ** 2 for a, b in itertools.pairwise(x))


def test_the_hessian_of_rosenbrock_is_sparse(backend):
    n = 30
    c = compile(rosenbrock, backend=backend)
    x = np.linspace(-1.5, 1.5, n)
    wanted = np.zeros((n, n))  # the textbook's second derivatives
    for i in range(n - 1):
        wanted[i, i] += 1200 * x[i] ** 2 - 400 * x[i + 1] + 2
        wanted[i + 1, i + 1] += 200
        wanted[i, i + 1] = wanted[i + 1, i] = -400 * x[i]
    assert c.hessian(x) == pytest.approx(wanted, rel=1e-13)
    program = c.program("hessian", x)
    assert len(program.outputs) <= 2 * n
    assert len(program.instructions) < 20 * n


def test_jacobians_have_the_structure_of_result_and_arguments(backend):
    def f(x, p):
        return {"sum": x[0] + x[1] * p["scale"], "both": [x[0] * x[1], p["scale"]]}

    c = compile(f, backend=backend)
    found = c.jacobian(np.array([2.0, 3.0]), {"scale": 5.0})
    by_x, by_p = found["sum"]
    assert (by_x.tolist(), by_p) == ([1.0, 5.0], {"scale": 3.0})
    assert found["both"][0][0].tolist() == [3.0, 2.0]
    assert found["both"][1][1] == {"scale": 1.0}


@pytest.mark.parametrize(("inputs", "outputs"), [(2, 5), (5, 2)])
def test_forward_and_reverse_jacobians_agree_with_the_formula(inputs, outputs, backend):
    A = np.random.default_rng(0).normal(size=(outputs, inputs))
    x = np.linspace(0.1, 1.0, inputs)
    c = compile(lambda v: np.sin(A @ v), backend=backend)
    assert c.jacobian(x) == pytest.approx(np.cos(A @ x)[:, None] * A, rel=1e-13)


def test_derivatives_nest_inside_and_outside():
    def slope(x):
        return ag.grad(lambda y: y**3 * x)(x)  # 3 x^3

    c = compile(slope, backend="numpy")
    assert c.value_and_grad(2.0) == (24.0, 36.0)
    cube = compile(lambda x: x**3, backend="numpy")
    assert ag.grad(ag.grad(cube))(2.0) == 12.0
    assert compile(lambda x: cube.hessian(x) * x, backend="numpy").value_and_grad(2.0) == (
        24.0,
        24.0,
    )


def test_a_rule_of_a_user_that_branches_is_found_out():
    broken = ag.primitive("broken_abs", abs, lambda g, out, x: g if x > 0 else -g, numpy="absolute")
    c = compile(broken, backend="numpy")
    assert c(-2.0) == 2.0
    with pytest.raises(ag.TracingError, match=r"test_compiled_derivatives.py:\d+: a truth value"):
        c.value_and_grad(-2.0)


def test_a_long_chain_is_linear_and_without_recursion():
    def chain(x):
        for _ in range(5_000):
            x = ag.sin(x) * 1.01
        return x

    c = compile(chain, backend="interpreter")
    x, slope = 0.5, 1.0
    for _ in range(5_000):
        slope *= math.cos(x) * 1.01
        x = math.sin(x) * 1.01
    assert c.value_and_grad(0.5) == pytest.approx((x, slope), rel=1e-9)


def test_random_batches_of_any_size(backend):
    rng = random.Random(0)
    c = compile(lambda x, y: ag.hypot(x, y) * y, in_axes=0, backend=backend)
    for count in (1, 2, 7, 64, 1000):
        x = np.array([rng.uniform(-1, 1) for _ in range(count)])
        assert c(x, 1 - x) == pytest.approx(np.hypot(x, 1 - x) * (1 - x), rel=1e-14)


# Functions with an infinite slope at a point, by which a leaf reaches it twice, and what forward
# mode makes of it: it adds before it multiplies.
CANCELLING = {
    "asin(x / x)": (lambda x: ag.asin(x / x), 3.0, 0.0),
    "sqrt(x - x)": (lambda x: ag.sqrt(x - x), 2.0, 0.0),
    "asin(2x - x)": (lambda x: ag.asin(2.0 * x - x), 1.0, math.inf),
    "sqrt(x * (x - 1))": (lambda x: ag.sqrt(x * x - x), 1.0, math.inf),
}


@pytest.mark.filterwarnings("ignore::autograd.NumericWarning")
@pytest.mark.parametrize("name", CANCELLING)
def test_infinite_slopes_times_contributions_that_cancel(name):
    f, at, along = CANCELLING[name]
    assert ag.jvp(f, (at,), (1.0,))[1] == along
    assert math.isnan(ag.grad(f)(at))
    x = Value(at)
    output = f(x)
    assert math.isnan(gradients(output, x, create_graph=True).data)
    output.backward()
    assert math.isnan(x.grad)


@pytest.mark.parametrize("name", CANCELLING)
def test_they_are_the_same_compiled(name, any_backend, quick_xla):
    f, at, along = CANCELLING[name]
    assert math.isnan(compile(f, backend=any_backend).value_and_grad(at)[1])
    # Of more results than arguments, by forward mode
    assert compile(lambda x: [f(x), x], backend=any_backend).jacobian(at) == [along, 1.0]
