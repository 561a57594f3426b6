"""sum, mean, dot, norm and the softmax family: values, gradients, stability, messages."""

from __future__ import annotations

import math
from math import inf

import mpmath
import numpy as np
import pytest

import autograd as ag
from autograd import Value, gradients, hessian, topological_order
from tests.in_one_test import in_one_test

POINT = [0.3, -1.2, 2.5, 0.0]


def exact_softmax(xs):
    powers = [mpmath.exp(x) for x in xs]
    return [power / mpmath.fsum(powers) for power in powers]


# name: ours and the exact formula, each of a list to one number
SCALAR = {
    "sum": (ag.sum, mpmath.fsum),
    "mean": (ag.mean, lambda xs: mpmath.fsum(xs) / len(xs)),
    "norm": (ag.norm, lambda xs: mpmath.sqrt(mpmath.fsum(x * x for x in xs))),
    "dot": (lambda xs: ag.dot(xs, xs[::-1]), lambda xs: mpmath.fdot(xs, xs[::-1])),
    "dot with itself": (lambda xs: ag.dot(xs, xs), lambda xs: mpmath.fdot(xs, xs)),
    "logsumexp": (ag.logsumexp, lambda xs: mpmath.log(mpmath.fsum(map(mpmath.exp, xs)))),
    "softmax": (lambda xs: ag.softmax(xs)[1], lambda xs: exact_softmax(xs)[1]),
    "log_softmax": (
        lambda xs: ag.log_softmax(xs)[1],
        lambda xs: mpmath.log(exact_softmax(xs)[1]),
    ),
}
AS_THEY_COME = [list, tuple, np.array, iter, lambda xs: (x for x in xs)]


def partial(formula, *positions):
    orders = tuple(positions.count(i) for i in range(len(POINT)))
    with mpmath.workdps(40):
        return float(mpmath.diff(lambda *xs: formula(list(xs)), tuple(POINT), orders))


@pytest.mark.parametrize("name", SCALAR)
def test_value_gradient_and_hessian_are_exact(name):
    ours, formula = SCALAR[name]
    xs = [Value(x) for x in POINT]
    result = ours(xs)
    places = range(len(POINT))
    assert result.data == pytest.approx(float(formula(POINT)), rel=1e-15)
    assert type(ours(POINT)) is float
    assert ours(POINT) == result.data
    wanted = [partial(formula, i) for i in places]
    assert gradients(result, xs) == pytest.approx(wanted, rel=1e-13, abs=1e-15)
    result.backward()
    assert [x.grad for x in xs] == pytest.approx(wanted, rel=1e-13, abs=1e-15)
    curvature = [[partial(formula, i, j) for j in places] for i in places]
    np.testing.assert_allclose(hessian(ours)(POINT), curvature, rtol=1e-12, atol=1e-14)


@in_one_test("container", AS_THEY_COME)
@in_one_test("name", ["sum", "mean", "norm", "logsumexp", "softmax", "log_softmax"])
def test_any_iterable_will_do(name, container):
    function = getattr(ag, name)
    assert function(container(POINT)) == function(POINT)
    result = function(container([Value(x) for x in POINT]))
    assert [value.data for value in np.ravel(result)] == list(np.ravel(function(POINT)))


def test_one_node_for_a_sum_and_for_a_dot():
    xs = [Value(x) for x in POINT]
    assert len(topological_order(ag.sum(xs))) == len(topological_order(ag.dot(xs, xs))) == 5


def test_softmax_sums_to_one_and_keeps_small_probabilities():
    probabilities = ag.softmax([0.0, -700.0, 1.0])
    assert math.fsum(probabilities) == pytest.approx(1.0, rel=1e-15)
    assert 0.0 < probabilities[1] < 1e-300


EXTREMES = [[1000.0, 1000.0], [1000.0, -1000.0], [-1000.0, -1000.0], [1e308, -1e308, 0.0]]


@in_one_test("xs", EXTREMES, ids=str)
@in_one_test("name", ["softmax", "log_softmax", "logsumexp"])
def test_logits_of_a_thousand_give_finite_values_and_gradients(name, xs):
    values = [Value(x) for x in xs]
    with mpmath.workdps(50):
        shifted = [mpmath.mpf(x) - max(xs) for x in xs]
        total = mpmath.log(mpmath.fsum(map(mpmath.exp, shifted)))
        wanted = {
            "softmax": [mpmath.exp(x - total) for x in shifted],
            "log_softmax": [x - total for x in shifted],
            "logsumexp": [max(xs) + total],
        }[name]
    results = np.ravel(getattr(ag, name)(values))
    assert [r.data for r in results] == pytest.approx([float(x) for x in wanted], rel=1e-14)
    for result in results:
        assert all(map(math.isfinite, gradients(result, values)))


def test_infinite_logits():
    assert ag.softmax([-inf, 0.0]) == [0.0, 1.0]
    assert ag.logsumexp([-inf, 0.0]) == 0.0
    assert ag.logsumexp([inf, 0.0]) == inf
    values = [Value(-inf), Value(0.0)]
    assert gradients(ag.logsumexp(values), values) == [0.0, 1.0]


@pytest.mark.filterwarnings("ignore::autograd.NumericWarning")
def test_logsumexp_of_minus_infinities_is_minus_infinity():
    assert ag.logsumexp([-inf, -inf]) == -inf


def test_norm_neither_overflows_nor_underflows():
    assert ag.norm([3e200, 4e200]) == pytest.approx(5e200, rel=1e-15)
    assert ag.norm([3e-200, 4e-200]) == pytest.approx(5e-200, rel=1e-15)


@pytest.mark.parametrize("lengths", [(1, 2), (0, 1), (3, 2)])
def test_dot_of_different_lengths_names_both(lengths):
    x, y = ([1.0] * n for n in lengths)
    with pytest.raises(ValueError, match=rf"dot.*{lengths[0]} and {lengths[1]}"):
        ag.dot(x, y)
    with pytest.raises(ValueError, match=rf"dot.*{lengths[0]} and {lengths[1]}"):
        ag.dot(list(map(Value, x)), y)


@pytest.mark.parametrize("name", ["sum", "mean", "norm", "softmax", "logsumexp", "log_softmax"])
def test_a_term_that_is_no_number_is_refused_in_the_name_of_the_function(name):
    function = getattr(ag, name)
    for first in (Value(1.0), 1.0, np.ones(2)):  # operands of nodes, of numbers, of arrays
        with pytest.raises(TypeError, match=f"^{name} takes .* not the str 'a'"):
            function(iter([first, "a"]))
        with pytest.raises(OverflowError, match=f"^{name}: "):
            function([first, 10**400])
    with pytest.raises(TypeError, match=f"^{name} takes .* list of length 2"):
        function([Value(1.0), [1.0, 2.0]])


@pytest.mark.parametrize("thing", [Value(1.0), 5.0], ids=["Value", "float"])
def test_a_single_number_is_a_type_error(thing):
    with pytest.raises(TypeError, match="sum takes a list"):
        ag.sum(thing)


def test_builtin_sum_makes_a_chain():
    xs = [Value(1.0), Value(2.0), Value(3.0)]
    chain = sum(xs)
    chain.backward()
    assert (chain.data, chain.op.name) == (6.0, "add")
    assert [x.grad for x in xs] == [1.0, 1.0, 1.0]
