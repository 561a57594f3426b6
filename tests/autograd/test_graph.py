"""topological_order: operands first, each node once, the same on every run."""

from __future__ import annotations

import random

import pytest

from autograd import StaleGraphError, Value, sum, topological_order
from autograd.backward import backward
from autograd.graph import CLOCK, Constant, Node, set_data
from autograd.mode import Place
from autograd.native import engine
from autograd.operators import apply
from autograd.primitives import mul, sin
from autograd.reverse import reverse


def test_operands_come_before_consumers_each_node_once():
    rng = random.Random(3)
    nodes = [Value(float(i)) for i in range(5)]
    for _ in range(300):
        x, y = rng.choice(nodes), rng.choice(nodes)
        nodes.append(x + y if rng.random() < 0.5 else x * 2.0)
    root = sum(nodes)
    order = topological_order(root)
    place = {node: index for index, node in enumerate(order)}
    assert len(place) == len(order)
    assert set(nodes) | {root} == set(order)
    for node in order:
        for arg in node.args:
            assert type(arg) is Constant or place[arg] < place[node]


def test_order_follows_the_operands_from_left_to_right():
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    left, right = b * c, a + b
    root = left - right
    assert topological_order(root) == [b, c, left, a, right, root]


def test_several_roots_share_one_order():
    a, b = Value(1.0), Value(2.0)
    first, second = a * b, b + 1.0
    assert topological_order(first, second) == [a, b, first, second]
    assert topological_order(second, first, second) == [b, second, a, first]
    assert topological_order() == []


def test_a_doubling_chain_is_walked_once_per_node():
    x = Value(1.0)
    for _ in range(200):
        x = x + x
    assert len(topological_order(x)) == 201
    x.backward()
    assert topological_order(x)[0].grad == 2.0**200


@pytest.mark.parametrize("levels", [1, 2, 7])
def test_constants_are_left_out(levels):
    x = Value(1.0)
    for _ in range(levels):
        x = 2.0 * x
    assert all(type(node) is Value for node in topological_order(x))
    assert len(topological_order(x)) == levels + 1


class Bare(Node):
    """A node and nothing else."""

    __slots__ = ()

    @classmethod
    def __primitive__(cls, op, args):
        return apply(cls, op, args)


def bare(number):
    leaf = Bare()
    leaf._row, leaf._depth, leaf._place = None, 0, Place()
    leaf._data, leaf._grad, leaf._sweep, leaf._version = number, None, None, CLOCK.now
    return leaf


@pytest.mark.skipif(engine is not None, reason="in C the node is the Value")
def test_the_algorithms_need_the_slots_of_a_node_and_nothing_of_value():
    assert Value.__slots__ == ()
    x, y = bare(2.0), bare(0.5)
    root = mul(mul(x, 3.0), sin(y))
    assert type(root) is Bare
    backward(root, 1.0)
    leaves, reference = (x, y), (Value(2.0), Value(0.5))
    wanted = reference[0] * 3.0 * reference[1].sin()
    wanted.backward()
    assert [leaf._grad for leaf in leaves] == [leaf.grad for leaf in reference]
    assert root._data == wanted.data
    assert reverse({root: 1.0}, leaves, graph=False) == [leaf.grad for leaf in reference]
    set_data([x], [4.0])
    with pytest.raises(StaleGraphError, match=r"the leaf was changed to 4.0 after mul had used it"):
        backward(root, 1.0)


@pytest.mark.parametrize("name", ["op", "args"])
def test_what_an_operation_recorded_is_not_set(name):
    x = Value(2.0)
    y = x * 3.0
    for node in (x, y):
        with pytest.raises(AttributeError, match=f"{name} of a Value cannot be set: .* again"):
            setattr(node, name, getattr(y, name))
    assert (x.op, y.args) == (None, (x, 3.0))
