"""A rule applied to many leaves at once: as to one after the other, where that is known."""

from __future__ import annotations

import math
import random
from array import array
from collections import OrderedDict
from weakref import ref

import pytest

from autograd import TracingError, Value, compile, sqrt, tanh
from autograd.errors import StaleGraphError
from autograd.graph import set_data, set_gradients
from autograd.leaves import accumulate, contents_of, hold_the_same, move, read_data, write_data
from tests.in_one_test import in_one_test


def rule(x, g, state, *, lr):
    mean, count = state
    mean = 0.9 * mean + g * g
    return x - lr * tanh(g) / (sqrt(mean) + 1e-8) + 0.5 ** (count + 1.0), (mean, count + 1.0)


def moved(leaves, states, straight, rule=rule):
    """Return the leaves' numbers and their states after a step, and put the numbers back."""
    before, states = [leaf.data for leaf in leaves], array("d", states)
    move(rule, tuple(leaves), states, {"lr": 0.1}, straight=straight)
    after = [leaf.data for leaf in leaves]
    set_data(leaves, before)
    return after, states.tolist()


def bits(numbers):
    return [number.hex() for number in numbers]


@in_one_test("seed", range(20))
def test_a_straight_rule_gives_the_same_bits(seed):
    draw = random.Random(seed)
    count = draw.choice([0, 1, 15, 63, 64, 65, 128, 200, 400])
    leaves = [Value(draw.gauss(0.0, 100.0)) for _ in range(count)]
    some = draw.choice([[], [None, 0.0, -0.0]])
    set_gradients(leaves, [draw.choice([*some, draw.gauss(0.0, 1.0)]) for _ in leaves])
    steps = draw.choice(  # mostly the same for many, as a count of steps is
        [lambda _: 3.0, lambda _: float(draw.randrange(5)), lambda place: 1.0 + place // 150]
    )
    states = [x for place in range(count) for x in (draw.random(), steps(place))]
    expected = [], []
    for place, leaf in enumerate(leaves):
        number, state = leaf.data, tuple(states[2 * place : 2 * place + 2])
        if leaf.has_grad:
            number, state = rule(number, leaf.grad, state, lr=0.1)
        expected[0].append(number)
        expected[1].extend(state)
    for straight in (False, True):
        found = moved(leaves, states, straight)
        assert list(map(bits, found)) == list(map(bits, expected))


def test_a_step_is_one_change_and_none_without_gradients():
    leaves = [Value(1.0), Value(2.0), Value(3.0)]
    doubled = leaves[0] * 2.0
    move(rule, tuple(leaves), array("d", [0.0] * 6), {"lr": 0.1}, straight=True)
    doubled.backward()
    move(rule, tuple(leaves), array("d", [0.0] * 6), {"lr": 0.1}, straight=True)
    assert [leaf.data for leaf in leaves[1:]] == [2.0, 3.0]
    with pytest.raises(StaleGraphError):
        doubled.backward()


@in_one_test("straight", [False, True])
def test_what_is_not_finite_is_computed_as_well(straight):
    for many in (0, 62, 64, 100):
        leaves = [*map(Value, (1.0, 1e300, 2.0, *[1.0] * many))]
        set_gradients(leaves, [3.0, 1e300, None, *[1.0] * many])
        for order in (1, -1):
            after, _ = moved(
                leaves[::order], [], straight, lambda x, g, state, *, lr: (x * g, state)
            )
            assert after[::order] == [3.0, math.inf, 2.0, *[1.0] * many]


@in_one_test("straight", [False, True])
@in_one_test(
    "wrong, error",
    [
        (lambda x, g, state, *, lr: (x, ()), ValueError),
        (lambda x, g, state, *, lr: (x, (*state, 1.0)), ValueError),
        (lambda x, g, state, *, lr: (x, ("one", "two")), TypeError),
        (lambda x, g, state, *, lr: ("one", state), TypeError),
        (lambda x, g, state, *, lr: lr.nothing, AttributeError),
    ],
)
def test_a_wrong_rule_changes_nothing(straight, wrong, error):
    leaf, states = Value(1.0), array("d", [1.0, 2.0])
    leaf.grad = 2.0
    with pytest.raises(error):
        move(wrong, (leaf,), states, {"lr": 0.1}, straight=straight)
    assert (leaf.data, [*states]) == (1.0, [1.0, 2.0])


def test_states_of_other_leaves_are_refused():
    with pytest.raises(ValueError, match="3 numbers of state do not belong to 2 leaves"):
        move(rule, (Value(1.0), Value(2.0)), array("d", [0.0] * 3), {"lr": 0.1})


def test_it_is_refused_in_a_trace():
    leaf = Value(1.0)

    def step(x):
        move(rule, (leaf,), array("d", [0.0, 0.0]), {"lr": 0.1}, straight=True)
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


def test_numbers_come_and_go_in_arrays():
    leaves = Value(1.0), Marked(2.0), Value(3.0)
    product = leaves[0] * leaves[1]
    since = product._version
    numbers = array("d", [0.0] * 3)
    read_data(leaves, numbers)
    assert numbers == array("d", [1.0, 2.0, 3.0])
    leaves[1].data = 5.0
    read_data(leaves, numbers := array("d", [0.0] * 3), since)
    assert numbers == array("d", [0.0, 5.0, 0.0])
    write_data(leaves, array("d", [7.0, 8.0, 9.0]))
    assert [leaf.data for leaf in leaves] == [7.0, 8.0, 9.0]
    with pytest.raises(StaleGraphError):
        product.backward()
    accumulate(leaves, array("d", [1.0, -0.0, 0.5]))
    accumulate(leaves[:2], array("d", [1.0, -0.0]))
    assert [leaf.grad for leaf in leaves] == [2.0, -0.0, 0.5]


class Part:
    """Something that holds others."""


def changed_name(part, _list, _dict):
    part.second = part.__dict__.pop("first")


def changed_key(_part, _list, held):
    held["b"] = held.pop("a")


@in_one_test(
    "change, same",
    [
        (lambda part, held, _: None, True),
        (lambda part, held, _: setattr(part, "first", part.first), True),
        (lambda part, held, _: setattr(part, "passing", 2.0), True),
        (lambda part, held, _: setattr(part, "first", [1.0]), False),
        (lambda part, held, _: setattr(part, "third", None), False),
        (lambda part, held, _: delattr(part, "first"), False),
        (lambda part, held, _: setattr(part, "__dict__", {}), False),
        (changed_name, False),
        (lambda part, held, _: held.append(0), False),
        (lambda part, held, _: held.pop(), False),
        (lambda part, held, _: held.__setitem__(0, Value(1.0)), False),
        (lambda part, held, _: held.reverse(), False),
        (lambda part, _, held: held.update(a=Value(1.0)), False),
        (lambda part, _, held: held.update(passing=1.0), False),
        (lambda part, _, held: held.clear(), False),
        (changed_key, False),
    ],
)
def test_every_change_of_what_holds_parameters_is_found(change, same):
    part, members, named = Part(), [Value(1.0), Value(2.0)], OrderedDict(a=Value(3.0))
    part.first, part.passing = members, 1.0
    ignored = frozenset({"passing"})
    held = tuple(
        (ref(x) if x is part else x, contents_of(x, ignored)) for x in (part, members, named)
    )
    change(part, members, named)
    assert hold_the_same(held, ignored) is same
