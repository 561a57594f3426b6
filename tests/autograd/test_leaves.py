"""A rule applied to many leaves at once: as to one after the other, where that is known."""

from __future__ import annotations

import random

import pytest

from autograd import TracingError, Value, compile, sqrt, tanh
from autograd.graph import set_data, set_gradients
from autograd.leaves import applied
from tests.in_one_test import in_one_test


def rule(x, g, state, *, lr):
    mean, count = state
    mean = 0.9 * mean + g * g
    return x - lr * tanh(g) / (sqrt(mean) + 1e-8) + 0.5 ** (count + 1.0), (mean, count + 1.0)


@in_one_test("seed", range(20))
def test_a_straight_rule_gives_the_same_bits(seed):
    draw = random.Random(seed)
    leaves = [Value(draw.gauss(0.0, 100.0)) for _ in range(15)]
    set_gradients(leaves, [draw.choice([None, 0.0, draw.gauss(0.0, 1.0)]) for _ in leaves])
    states = [(draw.random(), float(draw.randrange(5))) for _ in leaves]
    found = [applied(rule, leaves, states, {"lr": 0.1}, straight=s) for s in (False, True)]
    by_hand = [
        rule(leaf.data, leaf.grad, state, lr=0.1) if leaf.has_grad else (leaf.data, state)
        for leaf, state in zip(leaves, states, strict=True)
    ]
    for moved, after, later in found:
        assert moved == [leaf for leaf in leaves if leaf.has_grad]
        numbers = dict(zip(moved, after, strict=True))
        assert [(numbers.get(leaf, leaf.data), s) for leaf, s in zip(leaves, later)] == by_hand


def test_nothing_is_changed():
    leaves, states = [Value(1.0), Value(2.0)], [(1.0, 0.0), (2.0, 0.0)]
    set_gradients(leaves, [3.0, None])
    given = [*states]
    applied(rule, leaves, states, {"lr": 0.1}, straight=True)
    assert states == given
    assert [leaf.data for leaf in leaves] == [1.0, 2.0]


@in_one_test(
    "state", [(1.0,), (1.0, 0.0, 0.0), (1, 0), [1.0, 0.0]], ids=["short", "long", "ints", "list"]
)
def test_states_of_another_form_are_left_to_the_rule(state):
    leaf = Value(1.0)
    leaf.grad = 2.0

    def result(straight):
        try:
            return applied(rule, [leaf], [state], {"lr": 0.1}, straight=straight)
        except ValueError as error:
            return str(error)

    assert result(straight=True) == result(straight=False)


def test_it_is_refused_in_a_trace():
    leaf = Value(1.0)

    def step(x):
        applied(rule, [leaf], [(0.0, 0.0)], {"lr": 0.1}, straight=True)
        return x

    with pytest.raises(TracingError, match=r"\.grad"):
        compile(step)(1.0)


class Marked(Value):
    """A class of users."""


def test_values_are_written_as_one_change_of_all_or_of_none():
    a, b = Value(1.0), Marked(2.0)
    product = a * b
    set_data([a, b], [3.0, 4.0])
    assert (a.data, b.data, product.data) == (3.0, 4.0, 2.0)
    with pytest.raises(AttributeError, match="is the result of mul"):
        set_data([a, product], [5.0, 6.0])
    with pytest.raises(TypeError, match="set_data takes Values"):
        set_data([a, 1.0], [5.0, 6.0])
    with pytest.raises(TypeError, match="set_gradients"):
        set_gradients([a, b], [5.0, "6"])
    set_gradients([a, product], [5.0, 6.0])
    set_gradients((a, b), (None, 2))
    assert (a.data, a.has_grad, product.grad, b.grad) == (3.0, False, 6.0, 2.0)
