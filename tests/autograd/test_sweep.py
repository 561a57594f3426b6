"""sweep() shows what backward() does, to the last bit, and touches nothing."""

from __future__ import annotations

import random
import warnings
from math import inf

import numpy as np
import pytest

import autograd as ag
from autograd import StaleGraphError, Value, primitive, relu, sqrt, tanh, where
from autograd.reverse import local_derivatives, reverse, sweep
from autograd.tangents import tangents_of
from tests.in_one_test import in_one_test

OPERATIONS = (
    lambda a, b, c: a * b,
    lambda a, b, c: a + b - c,
    lambda a, b, c: tanh(a) * 0.5,
    lambda a, b, c: relu(a) + b,
    lambda a, b, c: ag.dot([a, b], [c, a]),
    lambda a, b, c: where(a > b, a, c),
    lambda a, b, c: a.detach() + b,
    lambda a, b, c: 2.0 / (1.5 + b * b),
    lambda a, b, c: ag.sum([a, b, c, a]),
    lambda a, b, c: ag.maximum(a, b),
)


def random_graph(seed, size=60):
    rng = random.Random(seed)
    values = [Value(rng.uniform(-2, 2), label=f"x{number}") for number in range(5)]
    for _ in range(size):
        operands = [rng.choice(values[-12:]) for _ in range(3)]
        values.append(rng.choice(OPERATIONS)(*operands))
    return values[-1] + values[-2]


@in_one_test("seed", range(40))
def test_gradients_equal_those_of_backward_to_the_last_bit(seed):
    root = random_graph(seed)
    found = sweep(root, 0.75).gradients()
    order = ag.topological_order(root)
    given_out = reverse({root: 0.75}, order, graph=False)
    root.backward(0.75)
    assert given_out == [node.grad for node in order]
    for node in order:
        assert (node in found) == node.has_grad
        if node in found:
            assert found[node] == node.grad


@in_one_test("seed", range(10))
def test_totals_are_the_running_sums_of_what_was_sent(seed):
    result = sweep(random_graph(seed))
    so_far = {}
    for visit in result.visits:
        assert visit.gradient == so_far.get(visit.node, 1.0)  # complete before it is handed on
        for given in visit.contributions:
            if given.sent is None:
                assert given.local is None
                assert given.total == so_far.get(given.operand)
                continue
            if visit.gradient:
                expected = visit.gradient * given.local
                assert given.sent == pytest.approx(expected, rel=1e-14)
            else:
                assert given.sent == 0.0
            first = given.operand not in so_far
            so_far[given.operand] = given.sent if first else so_far[given.operand] + given.sent
            assert given.total == so_far[given.operand]


def test_nothing_is_touched():
    root = random_graph(3)
    sweep(root)
    assert not any(node.has_grad for node in ag.topological_order(root))


def test_operands_by_position_and_without_constants():
    x = Value(3.0)
    power, product = x**2, x * x
    assert [(c.position, c.local) for c in sweep(power).visits[0].contributions] == [(0, 6.0)]
    assert [c.position for c in sweep(product).visits[0].contributions] == [0, 1]


def test_a_zero_gradient_sends_exactly_zero_whatever_the_local_derivative():
    x = Value(0.0)
    root = 0.0 * sqrt(x)
    product, root_of_x, leaf = sweep(root).visits
    (given,) = root_of_x.contributions
    assert (product.contributions[0].sent, given.local, given.sent) == (0.0, float("inf"), 0.0)
    assert leaf.gradient == 0.0


def test_a_zero_gradient_sends_exactly_zero_by_a_rule_without_a_guard():
    root = primitive("unguarded_root", lambda x: x**0.5, lambda g, out, x: g * inf)
    x = Value(0.0)
    total = root(x) * 0.0 + x
    total.backward()
    assert sweep(total).gradients()[x] == x.grad == 1.0


def test_what_has_no_derivative_is_seen_and_sends_nothing():
    x = Value(2.0)
    root = x.detach() * 3.0
    detached = sweep(root).visits[1]
    (given,) = detached.contributions
    assert (given.operand, given.local, given.sent, given.total) == (x, None, None, None)
    assert x not in sweep(root).gradients()


def test_no_warning_for_what_the_user_did_not_compute():
    x = Value(-2.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sweep(x**2.0)  # the rule of the exponent would take a logarithm of -2
        sweep(x ** Value(2.0))


def test_a_stale_graph_is_refused():
    x = Value(2.0, label="x")
    y = x * x
    x.data = 3.0
    with pytest.raises(StaleGraphError, match=r"'x' was changed to 3\.0"):
        sweep(y)


def test_a_gradient_that_is_no_number_is_refused():
    with pytest.raises(TypeError, match="sweep takes a real number"):
        sweep(Value(1.0), "1")


def test_a_leaf_is_its_own_root():
    x = Value(2.0)
    assert sweep(x).visits == ((x, 1.0, ()),)
    assert local_derivatives(x) == ()


def test_a_long_chain_needs_no_recursion():
    x = y = Value(1.0)
    for _ in range(50_000):
        y = y + 1.0
    assert sweep(y).gradients()[x] == 1.0


def test_local_derivatives_are_those_of_the_sweep():
    x, y = Value(2.0), Value(5.0)
    assert local_derivatives(x / y) == (0.2, -0.08)
    assert local_derivatives(where(x > 3.0, x, y)) == (None, 0.0, 1.0)
    assert local_derivatives(ag.dot([x, 3.0], [y, 4.0])) == (5.0, None, 2.0, None)


class Odd(float):
    """A number that is a float, of another class."""


@in_one_test("seed", [2, True, Odd(2.0), np.float64(2.0), np.float32(2.0), np.array(2.0)], ids=repr)
def test_derivatives_given_out_are_plain_floats_whatever_the_seed(seed):
    x = Value(3.0)
    y = x * x
    by_reverse = reverse({y: seed}, [x, y], graph=False)
    by_forward = tangents_of([x, y], {x: seed}, graph=False)
    assert by_reverse == [6.0 * float(seed), float(seed)]
    assert by_forward == [float(seed), 6.0 * float(seed)]
    assert {*map(type, by_reverse + by_forward)} == {float}


@in_one_test("seed", [None, "2", 2j, [2.0], np.ones(1), Value(2.0)], ids=repr)
def test_a_seed_is_a_number(seed):
    x = Value(3.0)
    y = x * x
    for derive in (
        lambda: reverse({y: seed}, [x], graph=False),
        lambda: tangents_of([y], {x: seed}, graph=False),
    ):
        with pytest.raises(TypeError, match=r"takes a real number, not|not converted to a plain"):
            derive()
