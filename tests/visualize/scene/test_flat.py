"""What depends on a value, and what a gradient reaches, against a walk over all paths."""

from __future__ import annotations

import random

import autograd
from autograd import Value
from autograd.graph import Constant, topological_order
from autograd.reverse import reached
from tests.in_one_test import in_one_test
from visualize.question import in_order
from visualize.scene.flat import depending_on


def random_graph(rng):
    values = [Value(rng.uniform(-1, 1)) for _ in range(3)]
    for _ in range(rng.randint(1, 9)):
        x, y, z = (rng.choice(values) for _ in range(3))
        values.append(
            rng.choice(
                [
                    lambda x, y, z: x * y, lambda x, y, z: x.detach() + 2.0, lambda x, y, z: x > y,
                    autograd.where, lambda x, y, z: autograd.dot([x, y], [z, 1.0]),
                    lambda x, y, z: x.tanh(),
                ]
            )(x, y, z)
        )  # fmt: skip
    return values[-1]


def paths(node):
    """Yield every path down from a node, as nodes and whether each step has a derivative."""
    stack = [([node], [])]
    while stack:
        nodes, steps = stack.pop()
        yield nodes, steps
        last = nodes[-1]
        rules = last.op.pullbacks if last.op else ()
        for place, arg in enumerate(last.args):
            if not isinstance(arg, Constant):
                rule = rules[0] if last.op.variadic else rules[place]
                stack.append(([*nodes, arg], [*steps, rule is not None]))


@in_one_test("seed", range(60))
def test_reach_is_that_of_the_paths(seed):
    root = random_graph(random.Random(seed))
    order = topological_order(root)
    below = {node: {nodes[-1] for nodes, _ in paths(node)} for node in order}
    for value in order:
        assert depending_on(value, order) == {node for node in order if value in below[node]}
    found = {node for node in reached(root) if not isinstance(node, Constant)}
    assert found == {nodes[-1] for nodes, steps in paths(root) if all(steps)}


def test_the_root_comes_first():
    a = Value(1.0, label="a")
    b = a * 2.0
    assert in_order(a, b) == in_order(b, a) == (b, a)
    assert in_order(a, a) == (a, a)
    stranger = Value(1.0)
    assert in_order(a, stranger) == (stranger, a)
    assert in_order(a, Value(2.0, label="b"))[0] is a


def test_a_long_chain_needs_no_recursion():
    x = y = Value(1.0)
    for _ in range(20_000):
        y = y * 1.0001
    assert len(depending_on(x, topological_order(y))) == 20_001
    assert x in reached(y)
