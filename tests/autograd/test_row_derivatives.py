"""Every row of the table: its rules against derivatives of exact formulas, in every mode."""

from __future__ import annotations

import random
from functools import cache

import mpmath
import pytest

import autograd as ag
from autograd import Value, gradients, jvp, where

pytestmark = pytest.mark.filterwarnings("ignore::autograd.NumericWarning")

# Relative to 1 + |derivative|: rules subtract (1 - tanh**2), so the bound is in absolute terms too.
FIRST, SECOND = 2e-14, 1e-12
# No derivative on purpose, though the functions have one.
BLOCKED = {"detach", "largest", "finite"}


def is_count(row, position):
    """Tell whether an argument is a whole number, which has no derivative on purpose."""
    low, high = row.domain[position % len(row.domain)]
    return low == high


def partial(row, formula, point, *positions):
    """Return a partial derivative at high precision, one position per order."""
    if row.name in BLOCKED or is_count(row, positions[0]):
        return 0.0
    return derivative(formula, point, tuple(positions.count(i) for i in range(len(point))))


@cache
def derivative(formula, point, orders):
    with mpmath.workdps(30):
        numbers = tuple(map(mpmath.mpf, point))
        return (
            mpmath.diff(formula, numbers, orders)
            if len(point) > 1
            else mpmath.diff(formula, numbers[0], orders[0])
        )


def close(got, wanted, tolerance):
    return abs(got - wanted) <= tolerance * (1 + abs(wanted))


def recorded(row, point):
    leaves = [Value(x) for x in point]
    return row(*leaves), leaves


def test_rules_match_exact_derivatives(row, exact, points):
    for point in points[:10]:
        rules = row.pull(1.0, row.forward(*point), point)
        for position, rule in enumerate(rules):
            wanted = partial(row, exact, point, position)
            assert close(rule or 0.0, wanted, FIRST), (point, position, rule, wanted)


def test_rules_are_linear_in_the_gradient_from_above(row, points):
    for point in points[:10]:
        out = row.forward(*point)
        for one, many in zip(row.pull(1.0, out, point), row.pull(-3.0, out, point), strict=True):
            assert (one is None and many is None) or many == pytest.approx(-3.0 * one, rel=1e-15)


def test_backward_and_both_kinds_of_gradients_agree(row, points):
    for point in points[:10]:
        out, leaves = recorded(row, point)
        out.backward()
        eager = [leaf.grad for leaf in leaves]
        assert gradients(out, leaves) == eager
        drawn = gradients(out, leaves, create_graph=True)
        assert [slope.data for slope in drawn] == pytest.approx(eager, rel=1e-15)


def test_forward_mode_is_reverse_mode(row, points):
    rng = random.Random(1)
    for point in points:
        tangents = tuple(rng.uniform(-2, 2) for _ in point)
        value, forward = jvp(row, point, tangents)
        out, leaves = recorded(row, point)
        terms = [g * t for g, t in zip(gradients(out, leaves), tangents, strict=True)]
        assert value == row.forward(*point)
        assert abs(forward - sum(terms)) <= 1e-14 * (1 + sum(map(abs, terms))), point


def test_second_derivatives_match_exact_ones(row, exact, points):
    for point in points[:6]:
        out, leaves = recorded(row, point)
        slopes = gradients(out, leaves, create_graph=True)
        for first, slope in enumerate(slopes):
            for second, curvature in enumerate(gradients(slope, leaves)):
                if is_count(row, second):
                    continue
                wanted = partial(row, exact, point, first, second)
                assert close(curvature, wanted, SECOND), (point, first, second)


def test_forward_over_reverse_is_reverse_over_reverse(row, points):
    for point in points[:4]:
        out, leaves = recorded(row, point)
        for position, slope in enumerate(gradients(out, leaves, create_graph=True)):

            def slope_of(*args, position=position):
                values = [arg * 1.0 if isinstance(arg, Value) else Value(arg) for arg in args]
                return gradients(row(*values), values, create_graph=True)[position]

            for along, curvature in enumerate(gradients(slope, leaves)):
                direction = tuple(float(i == along) for i in range(len(point)))
                _, forward = jvp(slope_of, point, direction)
                assert forward == pytest.approx(curvature, rel=1e-12, abs=1e-13), (point, position)


def test_zero_gradient_from_above_gives_exact_zeros_at_every_edge(row, edges):
    for point in edges:
        for term in row.pull(0.0, row.forward(*point), point):
            assert term is None or term == 0.0, point


@pytest.mark.parametrize(
    "condition", [lambda: 0.0, lambda: Value(-1.0) > 0.0], ids=["number", "node"]
)
def test_branch_not_taken_is_exactly_zero_in_every_mode(row, edges, condition):
    """The selected branch is smooth; the other is the row at an edge, with infinite derivatives."""
    points = [edge for edge in edges if edge]
    free = Value(1.5)
    graphs = [recorded(row, point) for point in points]
    total = ag.sum([where(condition(), out, free * free) for out, _ in graphs])
    leaves = [leaf for _, leaves in graphs for leaf in leaves]
    at = [point for point in points for _ in point]

    def where_not_zero(slopes):
        return [point for point, slope in zip(at, slopes, strict=True) if slope != 0.0]

    total.backward()
    assert where_not_zero(leaf.grad for leaf in leaves) == []
    assert free.grad == 3.0 * len(points)
    along, *slopes = gradients(total, [free, *leaves], create_graph=True)
    assert along.data == 3.0 * len(points)
    assert where_not_zero(slope.data for slope in slopes) == []
    # Of different weights, so that none of the second derivatives makes up for another
    weighted = ag.dot([float(k) for k in range(1, len(slopes) + 2)], [along, *slopes])
    assert where_not_zero(gradients(weighted, leaves)) == []
    _, tangents = jvp(
        lambda xs: [where(condition(), row(*x), 2.0) for x in xs],
        (points,), ([(1.0,) * len(point) for point in points],),
    )  # fmt: skip
    assert [point for point, tangent in zip(points, tangents, strict=True) if tangent] == []


def test_weight_of_zero_gives_exact_zeros_at_every_edge(row, edges):
    for point in [edge for edge in edges if edge]:
        out, leaves = recorded(row, point)
        weighted = Value(0.0) * out
        weighted.backward()
        assert [leaf.grad for leaf in leaves] == [0.0] * len(leaves), point
        drawn = gradients(weighted, leaves, create_graph=True)
        assert [slope.data for slope in drawn] == [0.0] * len(leaves), point


def test_products_that_reach_a_leaf_gather_into_one_node():
    """The gradient of a leaf with many consumers is one dot, not a chain of additions."""
    x, weights = Value(2.0), [Value(float(i)) for i in range(1, 6)]
    total = gradients(sum((w * x) ** 2 for w in weights), x, create_graph=True)
    assert (total.op.name, total.data) == ("guarded_dot", 2.0 * 2.0 * 55.0)
