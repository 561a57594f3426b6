"""Random expressions of all operations, to third order, against exact derivatives."""

from __future__ import annotations

import itertools
from functools import cache

import mpmath
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, grad, gradients, hessian, hvp, jvp, vjp
from autograd.primitive import RESERVED, TABLE

# Piecewise rows: smooth between their kinks, which random points miss.
KINKED = {"abs", "relu", "leaky_relu", "elu", "maximum", "minimum", "where", "clip"}
# Rows that only rules draw, rows without a derivative, and the choice by a whole number.
DRAWN = {"guarded_mul", "guarded_dot", "power_log", "gate", "prefer", "detach", "sign", "largest",
         "finite", "less", "less_equal", "greater", "greater_equal", "equal", "ordered_sum",
         "ordered_dot", "place", "item"}  # fmt: skip
SMOOTH = frozenset(RESERVED - KINKED - DRAWN)
UNBOUNDED = {"add", "sub", "mul", "neg", "identity", "add_n", "dot", *KINKED} - {"elu", "clip"}
ARITY = {"add_n": 3, "dot": 4, "hypot": 2, "logaddexp_n": 3}
# Near the origin the third derivatives of a length and of its slope keep few digits.
DOMAIN = {"hypot": ((0.3, 3.0),), "cosine": ((0.3, 3.0),)}


def inside(interval, tree):
    """Return a tree with values inside the interval, smooth in the values of `tree`."""
    low, high = interval
    return ("add", (low + high) / 2, ("mul", 0.95 * (high - low) / 2, ("sin", tree)))


def applied(name):
    """Return the strategy step that applies a row to smaller trees."""
    row = TABLE[name]
    arity = ARITY.get(name, row.arity)
    domain = tuple(itertools.islice(itertools.cycle(DOMAIN.get(name, row.domain)), arity))

    def step(trees):
        args = st.tuples(*[trees] * arity)
        if name in UNBOUNDED:
            return args.map(lambda found: (name, *found))
        return args.map(lambda found: (name, *map(inside, domain, found)))

    return step


LEAVES = st.sampled_from(["x", "y", "x", "y", 2.0, -0.5])


# Each strategy is made once: Hypothesis checks its parts again for a new one, which takes longer
# than to draw from it.
@cache
def expressions(names, size):
    """Return the strategy for trees (operation, operands...) of the named rows."""
    steps = [applied(name) for name in sorted(names)]
    return st.recursive(
        LEAVES, lambda trees: st.one_of(*(step(trees) for step in steps)), max_leaves=size
    ).filter(lambda tree: isinstance(tree, tuple))


def evaluated(tree, operations, **variables):
    """Return the value of a tree, its operations taken from a dictionary by name."""
    if isinstance(tree, tuple):
        name, *args = tree
        return operations[name](*(evaluated(arg, operations, **variables) for arg in args))
    return variables.get(tree, tree)


def ours(tree):
    return lambda x, y: evaluated(tree, TABLE, x=x, y=y)


ORDERS = [(0,), (1,), (0, 0), (0, 1), (1, 1), (0, 0, 0), (0, 0, 1), (0, 1, 1), (1, 1, 1)]
# Off the round numbers, where kinks lie and conventions differ.
XS = st.floats(-2.0, 2.0).map(lambda x: round(x, 3) + 0.000123)
YS = st.floats(-2.0, 2.0).map(lambda y: round(y, 3) - 0.000345)
MODEST = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def derivative(f, order, point):
    for position in order:
        f = grad(f, position)
    return f(*point)


def exact_derivatives(formula, point):
    """Return the value and the derivatives of all ORDERS, by differences at high precision."""
    with mpmath.workdps(30):
        numbers = tuple(map(mpmath.mpf, point))
        orders = [(order.count(0), order.count(1)) for order in [(), *ORDERS]]
        return [float(mpmath.diff(formula, numbers, order)) for order in orders]


@cache
def applied_to_smooth(name):
    """Return the strategy for trees of a row applied to small trees of smooth ones."""
    return applied(name)(LEAVES | expressions(SMOOTH, 2))


@pytest.mark.parametrize("name", sorted(SMOOTH))
@settings(MODEST, max_examples=3)
@given(data=st.data(), x=XS, y=YS)
def test_all_derivatives_to_third_order_are_exact(formulas, name, data, x, y):
    tree = data.draw(applied_to_smooth(name))
    wanted = exact_derivatives(lambda x, y: evaluated(tree, formulas, x=x, y=y), (x, y))
    got = [derivative(ours(tree), order, (x, y)) for order in [(), *ORDERS]]
    assert got == pytest.approx(wanted, rel=1e-8, abs=1e-8)


@settings(MODEST, max_examples=25)
@given(tree=expressions(SMOOTH | KINKED, 5), x=XS, y=YS)
def test_every_transformation_gives_exact_derivatives(formulas, tree, x, y):
    def close(got, wanted):
        np.testing.assert_allclose(got, wanted, rtol=1e-8, atol=1e-8)

    value, dx, dy, dxx, dxy, dyy, dxxx, dxxy, dxyy, dyyy = exact_derivatives(
        lambda x, y: evaluated(tree, formulas, x=x, y=y), (x, y)
    )
    slopes, curvatures = np.array([dx, dy]), np.array([[dxx, dxy], [dxy, dyy]])
    thirds = [[[dxxx, dxxy], [dxxy, dxyy]], [[dxxy, dxyy], [dxyy, dyyy]]]
    f, point, tangents, both = ours(tree), (x, y), (1.5, -0.5), (0, 1)
    close(grad(f, both)(*point), slopes)
    close(hessian(f, both)(*point), curvatures)
    close(ag.jacobian(hessian(f, both), both)(*point), thirds)
    close(jvp(f, point, tangents), (value, slopes @ tangents))
    found, pull = vjp(f, *point)
    close(found, value)
    close(pull(2.5), 2.5 * slopes)
    close(hvp(f, point, tangents), curvatures @ tangents)


@settings(MODEST, max_examples=100)
@given(tree=expressions(SMOOTH | KINKED, 12), x=XS, y=YS)
def test_the_ways_to_a_derivative_agree_on_larger_expressions(tree, x, y):
    """backward, gradients with and without a graph, vjp and jvp: one set of rules."""
    a, b = Value(x), Value(y)
    root = evaluated(tree, TABLE, x=a, y=b)
    if not isinstance(root, Value):
        return
    root.backward()
    eager = [a.grad, b.grad]
    np.testing.assert_allclose(gradients(root, [a, b]), eager, rtol=1e-12, atol=1e-12)
    drawn = [slope.data for slope in gradients(root, [a, b], create_graph=True)]
    np.testing.assert_allclose(drawn, eager, rtol=1e-12, atol=1e-12)
    _, pull = vjp(ours(tree), x, y)
    np.testing.assert_allclose(pull(1.0), eager, rtol=1e-12, atol=1e-12)
    _, along = jvp(ours(tree), (x, y), (0.5, 2.0))
    scale = 1.0 + abs(eager[0]) + abs(eager[1])
    assert along == pytest.approx(0.5 * eager[0] + 2.0 * eager[1], abs=1e-9 * scale)
