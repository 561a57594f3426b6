"""Nothing is left behind by ten thousand steps: no memory, and no reference to what lives on."""

from __future__ import annotations

import contextlib
import copy
import gc
import pickle
import sys
import warnings
from array import array
from itertools import chain, pairwise
from weakref import ref

import numpy as np
import pytest

import autograd
from autograd import (
    NumericWarning,
    Value,
    dot,
    gradients,
    hypot,
    jvp,
    no_grad,
    primitive,
    scope,
    take,
    where,
)
from autograd.graph import CLOCK, Constant
from autograd.leaves import accumulate, contents_of, hold_the_same, move, read_data, write_data
from autograd.mode import CURRENT, TRACES, Mode
from autograd.native import engine
from autograd.primitive import TABLE
from autograd.vector import Vector

pytestmark = pytest.mark.skipif(engine is None, reason="the engine in C was not built")

cube = primitive("test_leaks_cube", lambda x: x * x * x, lambda g, out, x: g * 3.0 * x * x)


def fails(g, out, x):
    raise LookupError(g)


broken = primitive("test_leaks_broken", lambda x: x, fails)


class Marked(Value):
    """A class of users, with a dict."""


def expression():
    a, b = Value(1.0, label="a"), Value(2.0)
    c = (a * b + 3).tanh() ** 2 + dot([a, b], [b, 2.0]) + where(a > b, a, b) - autograd.sum([a, 1])
    c.backward()
    return [node.args for node in autograd.topological_order(c)], c.op, (a - 1) == b, hash(c)


def twice():
    x = Value(0.5)
    slope = gradients(x.sin() * x**3, x, create_graph=True)
    slope.backward()
    x.zero_grad()
    gradients(slope * x, [x, slope])
    y = hypot(slope, x, cube(x))
    gradients(y * 2.0, [x, slope])
    jvp(lambda x, y: hypot(x * y, dot([x, y], [y, 1.0])), (0.5, 2.0), (1.0, 0.0))


def under_modes():
    x = Value(0.5)
    with no_grad(), scope("model"):
        y = x * 2.0
    with autograd.source_lines():
        y = y + x
    x.data = 3.0
    y.forward().backward()


def of_users():
    x, y = Marked(2.0), Value(3.0)
    x.itself = x
    (cube(x) * y + cube(y) + x).backward()


def copied():
    x = Value(1.0, label="x")
    y = dot([x, 2.0, x], [x, x, 1.0]) * cube(x)
    copy.deepcopy(y)
    copy.copy(y)
    pickle.loads(pickle.dumps(y))  # noqa: S301 - its own
    weak = Vector([x, y, 2.0])
    return dot(weak, weak).backward()


def halved(x, g, state):
    return 0.5 * x - g, (state[0] + 1.0,)


def over_leaves():
    leaves, numbers = (Value(1.0), Marked(2.0)), array("d", [0.0, 3.0])
    read_data(leaves, numbers)
    write_data(leaves, numbers)
    accumulate(leaves, numbers)
    move(halved, leaves, numbers, {}, straight=True)
    move(lambda x, g, state: (x * 1e308 * 10.0 + g, state), leaves, array("d"), {}, straight=True)
    held = tuple((x, contents_of(x, frozenset())) for x in ([leaves], {"a": leaves}))
    hold_the_same(((ref(leaves[1]), ()), *held), frozenset())


called = autograd.compile(lambda x, y: [x[0] * y, (x, y)], verify="never")
chosen = autograd.compile(lambda d: take([shared, d["x"]], d["i"][0]), verify="never")
keyed = autograd.compile(lambda d: {"a": d["x"], "b": [d["i"]]}, verify="never")
shared = Marked(2.0)


def calls():
    x, out = np.ones(2), [None, (np.empty(2), None)]
    called(x, 2.0), called(x, 3, out=out), called.jacobian(x, 2.0)
    for wrong in ((x, "2"), (x,), (np.ones(2, int), 2.0), (x, 10**400)):
        with contextlib.suppress(TypeError, OverflowError):
            called(*wrong)
    for d in ({"x": 1.0, "i": [0]}, {"x": 1, "i": [1]}, {"x": 1.0, "i": [2]}, {"x": "1", "i": [0]}):
        with contextlib.suppress(TypeError, IndexError):
            chosen.backward(d), chosen.backward(d, reduction="sum"), chosen.value_and_grad(d)
        with contextlib.suppress(TypeError):
            keyed(d), keyed(d, out={"a": None, "b": None})
    with pytest.raises(ValueError, match="reduction"):
        chosen.backward(d, reduction="max")
    with pytest.raises(TypeError):
        called(x, 2.0, out=[1.0, (None, None)])
    with pytest.raises(TypeError):
        called(x, y=2.0)


def refused():
    x = Value(1.0)
    stale = x * 2.0
    x.grad = 1.0
    x.data = 2.0
    for attempt in (
        lambda: x + None,
        lambda: x * "1",
        lambda: x < [1.0],
        lambda: x + 10**400,
        lambda: Value("1"),
        lambda: Value(1.0, label=2),
        lambda: Value(1.0, wrong=2),
        lambda: dot([x], [x, x]),
        lambda: dot(x, 1.0),
        lambda: autograd.sin([x], x),
        lambda: autograd.sum(x),
        lambda: float(x),
        lambda: x.backward("1"),
        lambda: setattr(x, "data", None),
        lambda: setattr(stale, "data", 1.0),
        stale.backward,
        (broken(x) * 2.0).backward,
        lambda: gradients(broken(x) * 2.0, x),
        lambda: gradients(stale, x),
        lambda: gradients(broken(x) * 2.0, x, create_graph=True),
        lambda: gradients(stale, x, create_graph=True),
        lambda: engine.apply(Value, 1, ()),
        lambda: engine.bind(1),
        lambda: accumulate((x, 1.0), array("d", [1.0, 2.0])),
        lambda: write_data((x,), array("d", [1.0, 2.0])),
        lambda: move(lambda x, g, state: (x, [1.0]), (x,), array("d"), {}, straight=True),
        lambda: move(halved, (x, 1.0), array("d", [1.0, 2.0]), {}, straight=True),
        lambda: engine.rule(2, [x, x], [1.0]).nothing,
        lambda: engine.holds(((1, ()),), frozenset()),
    ):
        with pytest.raises((TypeError, ValueError, OverflowError, RuntimeError, LookupError,
                            AttributeError)):  # fmt: skip
            attempt()


def warned():
    x = Value(-1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumericWarning)
        x.log()
        x / 0.0
        warnings.simplefilter("error", NumericWarning)
        for attempt in (x.log, lambda: x / 0.0, lambda: Value(1000.0).exp()):
            with pytest.raises(NumericWarning):
                attempt()


@pytest.fixture(scope="module", autouse=True)
def look_at_what_is_new():
    """Let collections leave out what other tests have loaded, which took most of the time."""
    gc.collect()
    gc.freeze()


# What an engine with one reference too many would keep alive, unseen: these live anyway.
LASTING = [
    Value, Constant, Vector, Mode, Marked, CURRENT, TRACES, CLOCK, CURRENT.get(),
    CURRENT.get().place, *TABLE.values(),
]  # fmt: skip


def counts():
    gc.collect()
    total = getattr(sys, "gettotalrefcount", int)()  # of a debug build
    return [total, sys.getallocatedblocks(), *map(sys.getrefcount, LASTING)]


@pytest.mark.parametrize(
    ("step", "times"),
    [
        (expression, 10_000), (twice, 2000), (under_modes, 1000), (of_users, 2000), (copied, 1000),
        (over_leaves, 1000), (calls, 1000), (refused, 500), (warned, 500),
    ],
    ids=lambda given: getattr(given, "__name__", None),
)  # fmt: skip
def test_steps_leave_nothing_behind(step, times):
    """A leak grows in every round; freed nodes and tuples are kept for use, up to a number."""
    rounds = []  # the first count comes after steps that fill what Python keeps for use
    for _ in range(5):
        for _ in range(times // 5):
            step()
        rounds.append(counts())
    growth = [min(b - a for a, b in pairwise(row)) for row in zip(*rounds)]
    names = chain(["references", "blocks"], LASTING)
    assert {name: more for name, more in zip(names, growth) if more > times // 8} == {}


def test_what_is_ready_goes_with_its_function_and_leaves():
    def made():
        w = Marked(2.0)
        w.function = c = autograd.compile(lambda x, y: (x[0] * w, [y]), verify="never")
        w.other = other = autograd.compile(lambda x: x * w, verify="never")
        for _ in range(3):
            other.backward(1.0)
            c(np.ones(2), 2)
            c.jacobian(np.ones(2), 3.0)
        return ref(w)

    made_before = [made() for _ in range(3)]
    gc.collect()
    assert [there() for there in made_before] == [None] * 3
