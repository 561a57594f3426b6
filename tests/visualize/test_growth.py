"""Every walk over a graph is linear in it: operations are counted, not seconds."""

import copy
import pickle
import sys

import pytest

import autograd as ag
from autograd import (
    Value,
    check_gradients,
    compile_graph,
    gradients,
    scope,
    topological_order,
    where,
)
from autograd.reverse import sweep
from tests.in_one_test import in_one_test
from visualize import (
    diff,
    draw,
    draw_dot,
    explain,
    formula,
    kinks,
    snapshot,
    step_through,
    why,
)

SMALL = 24  # values; then four times as many
MOST = 4.6  # times the work: 4 and a logarithm


class Leaf(Value):
    """A leaf that compares in Python, so that a search within one call of C is counted."""

    __slots__ = ()

    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return id(self)


def leaves(count):
    return [Leaf(0.5 + 0.1 * (k % 3), label=f"x{k}") for k in range(count)]


def chain(count):
    y = Leaf(0.5, label="x")
    for k in range(count):
        y = ag.sin(y) if k % 2 else y * 0.9
    return y


def tree(count):
    level = leaves(count // 2)
    while len(level) > 1:
        level = [ag.sum(level[place : place + 2]) * 0.9 for place in range(0, len(level), 2)]
    return level[0]


def shared(count):
    x = Leaf(0.5, label="x")
    return ag.sum([ag.sin(x * (k + 1.0)) for k in range(count // 2)])


def power(count):
    x = y = Leaf(0.5, label="x")
    for _ in range(count // 2):
        y = y * x + 0.1
    return y


def choices(count):
    x = y = Leaf(0.5, label="x")
    for k in range(count // 3):
        y = where(x > 0.1 * k, y * 1.01, x)
    return y


def modules(count):
    parts = []
    for k in range(count // 3):
        with scope(f"layers.{k}"):
            parts.append(ag.tanh(Value(1.0, label="w" * 40)) * 2)
    return ag.sum(parts)


GRAPHS = {
    "chain": chain,
    "tree": tree,
    "sum": lambda count: ag.sum(leaves(count)),
    "dot": lambda count: ag.dot(leaves(count // 2), leaves(count // 2)),
    "norm": lambda count: ag.norm(leaves(count)),
    "logsumexp": lambda count: ag.logsumexp(leaves(count)),
    "shared": shared,
    "power": power,
    "choices": choices,
    "modules": modules,
}
WALKS = {
    "backward": lambda y, x: y.backward(),
    "gradients": lambda y, x: gradients(y, x, create_graph=True),
    "forward": lambda y, x: y.forward(),
    "sweep": lambda y, x: sweep(y),
    "draw": lambda y, x: draw(y, max_nodes=30).svg,
    "draw_dot": lambda y, x: draw_dot(y),
    "explain": lambda y, x: str(explain(y)),
    "why": lambda y, x: str(why(x, y)),
    "kinks": lambda y, x: str(kinks(y)),
    "formula": lambda y, x: formula(y, wrt=x, max_operations=10**6),
    "latex": lambda y, x: formula(y, "latex", max_operations=10**6),
    "diff": lambda y, x: diff(snapshot(y), y).text,
    "step_through": lambda y, x: str(step_through(y)),
    "check_gradients": lambda y, x: check_gradients(y),
    "compile": lambda y, x: compile_graph(y, [x], backend="numpy").value_and_grad(0.5),
    "copy": lambda y, x: copy.deepcopy(y),
    "pickle": lambda y, x: pickle.dumps(y),
    "repr": lambda y, x: repr(y),
}  # fmt: skip


# Methods of C whose work grows with the object that they belong to.
WHOLE = {"copy", "count", "index", "insert", "remove", "replace", "reverse", "sort"}


def operations(call):
    """Return how many calls, of Python and of C, a call makes, and how long what they handle is.

    A method of C that walks its list or text counts with the length of it, and so does a text that
    a function returns.
    """
    count = 0

    def counted(frame, event, argument):
        nonlocal count
        count += 1
        if event == "c_call" and argument.__name__ in WHOLE:
            whole = argument.__self__
            count += len(whole) if isinstance(whole, list | str | bytes | bytearray) else 0
        elif event == "return" and isinstance(argument, str):
            count += len(argument) // 8

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        call()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.filterwarnings("ignore::autograd.NumericWarning")
@in_one_test("graph", GRAPHS)
@in_one_test("walk", WALKS)
def test_four_times_the_graph_is_four_times_the_work(walk, graph):
    if walk == "check_gradients" and graph not in {"chain", "sum", "dot", "shared"}:
        return  # differences of every operation take long
    counts = []
    for count in (SMALL, 4 * SMALL):
        root = GRAPHS[graph](count)
        root.backward()
        leaf = topological_order(root)[0]
        counts.append(operations(lambda: WALKS[walk](root, leaf)))  # noqa: B023 - called at once
    assert counts[1] <= MOST * counts[0] + 200, counts


def consumers(count, wide):
    """One wide operation used at many places."""
    whole = wide(leaves(count // 2))
    return ag.sum([whole * (k + 1.0) for k in range(count // 2)])


def replaced(count, last, *, every=1):
    x = y = Leaf(0.5, label="x")
    for k in range(count // 2):
        y = last(y) * x if k % every == 0 else y * x
    return y


PAIRS = {
    "a wide operation became another": lambda n: (consumers(n, ag.norm), consumers(n, ag.sum)),
    "each operation became another": lambda n: (replaced(n, ag.sin), replaced(n, ag.cos)),
    "operations were put in": lambda n: (replaced(n, ag.sin), replaced(n, ag.sin, every=2)),
    "a sum became longer": lambda n: (shared(n), shared(n + n // 4)),
    "a chain became longer": lambda n: (power(n), power(n + n // 4)),
    "nothing but the leaves": lambda n: (tree(n), tree(n)),
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_graphs_that_differ_are_compared_in_linear_time(pair):
    counts = []
    for count in (40, 120, 360):  # what is looked at below a place is bounded by 24
        before, after = pair(count)
        counts.append(operations(lambda: diff(before, after).text))  # noqa: B023 - called at once
    assert counts[2] - counts[1] <= 3.6 * (counts[1] - counts[0]), counts
