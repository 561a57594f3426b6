"""The engine in C: as the one in Python to the last bit, without leaks and without recursion."""

from __future__ import annotations

import gc
import itertools
import json
import os
import random
import subprocess
import sys
import threading
import weakref
from math import inf, nan
from pathlib import Path

import pytest

import autograd
from autograd import Value, dot, primitive, where
from autograd.native import engine
from autograd.primitive import RESERVED, TABLE
from tests.in_one_test import in_one_test

pytestmark = pytest.mark.skipif(engine is None, reason="the engine in C was not built")

TWINS = Path(__file__).with_name("twins.py")
ROWS = [TABLE[name] for name in TABLE if name in RESERVED and not TABLE[name].variadic]
NODES = 20_000  # far more than the stack of a thread below holds


def bits(number):
    return "nan" if number != number else number.hex()


@pytest.mark.filterwarnings("ignore::autograd.NumericWarning")
@pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)
def test_values_and_rules_are_those_of_python_to_the_last_bit(op):
    draw = random.Random(op.name)
    points = [*op.special]
    edges = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 1e-300, 1e300, inf, -inf, nan)
    points += itertools.islice(itertools.product(edges, repeat=op.arity), 125)
    for _ in range(50):
        points.append(tuple(draw.uniform(low, high) for low, high in op.domain))
        points.append(tuple(draw.gauss(0.0, 10.0 ** draw.randrange(-3, 4)) for _ in op.domain))
    for point in points:
        operands = [Value(float(x)) for x in point]
        node = engine.apply(Value, op, tuple(operands))
        assert bits(node.data) == bits(op.forward(*map(float, point))), point
        for g in (1.0, -2.5, draw.gauss(0.0, 1.0), inf):
            for x in operands:
                x.zero_grad()
            engine.backward(node, g)
            wanted = op.pull(g, node.data, [x.data for x in operands])
            got = [None if x._grad is None else bits(x._grad) for x in operands]
            assert got == [None if slope is None else bits(slope) for slope in wanted], (point, g)


@pytest.mark.filterwarnings("ignore::autograd.NumericWarning")
@in_one_test("name", ["add_n", "dot", "guarded_dot"])
def test_sums_are_those_of_python_to_the_last_bit(name):
    draw, row = random.Random(name), TABLE[name]
    edges = (0.0, -0.0, 1.0, 1e300, 1e-300, inf, -inf, nan)
    for _ in range(200):
        numbers = [
            draw.choice(edges) if draw.random() < 0.1 else draw.gauss(0.0, 10.0)
            for _ in range(2 * draw.randrange(1, 20))
        ]
        operands = [Value(x) if i % 3 or not i else x for i, x in enumerate(numbers)]
        assert bits(row(*operands).data) == bits(row.forward(*numbers)), numbers


def outcomes(pure):
    run = subprocess.run(
        [sys.executable, TWINS, "0", "300"],
        env={**os.environ, "AUTOGRAD_PURE": pure}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(run.stdout)


def test_random_programs_are_those_of_python_to_the_last_bit():
    assert outcomes(pure="0") == outcomes(pure="1")


def deep(step):
    """Return a reference to the leaf of a deep graph that dies with it, and its root."""
    root = Value(1.0)
    leaf = weakref.ref(root)
    for _ in range(NODES):
        root = step(root)
    return leaf, root


@pytest.mark.parametrize(
    "step",
    [
        lambda y: y + 1.0,
        lambda y: where(y, y, 1.0),
        lambda y: dot([y, 1.0], [0.5, 2.0]),
        lambda y: autograd.sum([y, y, 1.0]) * 0.3,
    ],
    ids=["chain", "tuples", "dots", "sums"],
)
def test_a_deep_graph_is_freed_without_recursion(step):
    """Only the chain can overflow the stack: in Python tuples end theirs at a depth of 50."""
    threads = [threading.Thread(target=lambda: deep(step)) for _ in range(2)]
    before = threading.stack_size(2**19)
    for thread in threads:
        thread.start()
    threading.stack_size(before)
    leaf, root = deep(step)
    assert leaf() is not None
    del root
    assert leaf() is None
    for thread in threads:
        thread.join()


def in_python(*roots):
    """Return the order of a graph by the plain recursion."""
    order = []

    def visit(node):
        if node not in order:
            for arg in node.args:
                if isinstance(arg, Value):
                    visit(arg)
            order.append(node)

    for root in roots:
        visit(root)
    return order


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_a_graph_is_that_of_a_plain_recursion(seed):
    draw = random.Random(seed)
    nodes = [Value(1.0), Value(2.0), Value(3.0)]
    for _ in range(60):
        x, y, z = draw.choices(nodes, k=3)
        made = [x * y, x + 1.0, 2.0 - x, x.tanh(), where(x, y, z), dot([x, 1.0, y], [y, z, 0.5])]
        nodes.append(draw.choice([*made, autograd.sum([x, y, z, 2.0])]))
    roots = draw.choices(nodes, k=3)
    assert autograd.topological_order(*roots) == in_python(*roots)


def test_a_rule_may_ask_for_the_order_of_the_graph_that_a_pass_goes_through():
    def asking(g, out, x):
        assert leaf in autograd.topological_order(root)
        return g

    ask = primitive("test_asks_for_the_order", lambda x: x, asking)
    leaf = Value(3.0)
    shared = leaf * 2.0
    root = shared * shared + ask(shared)
    root.backward()
    assert leaf.grad == 2.0 + 2.0 * 6.0 * 2.0


def test_a_graph_is_freed_while_an_exception_is_raised():
    def fails():
        _, root = deep(lambda y: y * 1.0000001)
        raise ValueError(root.data)

    with pytest.raises(ValueError, match=r"\d") as caught:
        fails()
    caught.tb.tb_next.tb_frame.clear()
    assert caught.value.args[0] > 1.0


class Marked(Value):
    """A class of users: with a dict, so that it can close a cycle."""


class Slotted(Value):
    """A class of users without a dict, which is no base of the other one."""

    __slots__ = ()


@pytest.mark.parametrize(
    "made",
    [
        lambda x: 3.0 * x + Value(1.0),
        lambda x: Value(1.0) * x,
        lambda x: dot([Value(1.0), x], [x, 2.0]),
        lambda x: where(1.0, Value(2.0) * x, 2.0),
        lambda x: -x,
        lambda x: Slotted(1.0) * x,
        lambda x: Slotted(3.0) + x * 2.0,
    ],
)
def test_a_cycle_through_a_class_of_users_is_collected(made):
    x = Marked(2.0)
    x.out = made(x)
    alive = weakref.ref(x)
    del x
    gc.collect()
    assert alive() is None


def test_nodes_are_not_visited_by_the_collector_and_small():
    x = Value(1.0) * 2.0
    assert not gc.is_tracked(x)
    assert sys.getsizeof(x) < 120


def test_passes_of_threads_add_up_also_where_rules_are_in_python():
    waits = primitive("test_waits", lambda x: x, lambda g, out, x: sum([g, *[0.0] * 2000]))
    leaf = Value(1.0)

    def slow():
        for _ in range(50):
            (waits(leaf) * 2.0).backward()

    def fast():
        for _ in range(2000):
            (leaf * 1.0).backward()

    threads = [threading.Thread(target=target) for target in (slow, slow, fast, fast)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert leaf.grad == 2 * 50 * 2.0 + 2 * 2000


@in_one_test("given", [(), (1,), (Value(1.0),), (Value(1.0), "x"), ([1.0], [2.0], 3)])
@in_one_test(
    "name",
    [
        *("accumulate", "apply", "backward", "bind", "connect", "derivatives", "holds", "move"),
        *("new_node", "read", "replace", "rule", "run_pass"),
    ],
)
def test_wrong_arguments_are_an_error(name, given):
    with pytest.raises(TypeError):
        getattr(engine, name)(*given)
