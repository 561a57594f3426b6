"""Graphs of many nodes: no recursion anywhere, nothing for the cyclic garbage collector."""

from __future__ import annotations

import copy
import gc
import pickle
import sys
import weakref

import pytest

import autograd as ag
from autograd import Value, gradients, jvp, topological_order

MANY = [50_000, pytest.param(200_000, marks=pytest.mark.slow)]


@pytest.fixture
def shallow_stack():
    """A recursion limit that any recursion over nodes exceeds at once."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(220)
    yield
    sys.setrecursionlimit(before)


@pytest.fixture
def no_collector():
    gc.freeze()  # a collection looks at what the test makes, not at all there is: 0.2 s each
    gc.disable()
    yield
    gc.enable()


def chain(x, length):
    for _ in range(length // 2):
        x = x * 1.0 + 1e-6
    return x


@pytest.mark.parametrize("length", MANY)
def test_a_chain_builds_runs_backward_prints_and_is_freed(length, shallow_stack, no_collector):
    x = Value(0.0, label="x")
    y = chain(x, length)
    y.backward()
    assert x.grad == 1.0
    assert repr(y).startswith("Value(data=")
    assert y.data == pytest.approx(length * 0.5e-6)
    assert len(topological_order(y)) == length + 1
    x.data = 1.0
    assert y.forward().data == pytest.approx(1.0 + length * 0.5e-6)
    freed = weakref.ref(y)
    del y
    assert freed() is None


@pytest.mark.parametrize("length", [20_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_chain_is_pickled_and_copied(length, shallow_stack, no_collector):
    x = Value(0.0, label="x")
    y = chain(x, length)
    for make in (lambda pair: pickle.loads(pickle.dumps(pair)), copy.deepcopy):  # noqa: S301 - ours
        same_x, same_y = make((x, y))
        assert same_y.data == y.data
        same_y.backward()
        assert (same_x.grad, x.grad) == (1.0, 0.0)
        del same_x, same_y


def test_a_deep_chain_is_differentiated_in_every_mode(shallow_stack):
    length = 10_000
    x = Value(0.5)
    y = chain(x * x, length)
    assert gradients(y, x) == 1.0
    slope = gradients(y, x, create_graph=True)
    assert gradients(slope, x) == 2.0
    assert jvp(lambda x: chain(x * x, length), (0.5,), (1.0,))[1] == 1.0
    assert ag.grad(ag.grad(lambda x: chain(x * x, length)))(0.5) == 2.0


def test_a_chain_of_products_keeps_second_order_small(shallow_stack):
    x = Value(1.0)
    y = x
    for _ in range(2_000):
        y = y * x
    slope = gradients(y, x, create_graph=True)
    assert slope.data == 2_001.0
    assert len(topological_order(slope)) < 10 * 2_001
    assert gradients(slope, x) == 2_001.0 * 2_000.0


@pytest.mark.parametrize("count", [10_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_sums_of_many(count, shallow_stack, no_collector):
    xs = [Value(1.0) for _ in range(count)]
    ours = ag.sum(xs)
    builtin = sum(xs)
    assert (ours.data, builtin.data) == (count, count)
    assert len(topological_order(ours)) == count + 1
    ours.backward()
    builtin.backward()
    assert {x.grad for x in xs} == {2.0}
    total = ag.mean(xs) + ag.norm(xs) + ag.dot(xs, xs) + ag.logsumexp(xs)
    assert len(gradients(total, xs)) == count


def everything(x):
    """Return a graph with every kind of operation in it."""
    y = x * 2.0 + ag.tanh(x) / (1.0 + x * x) - ag.maximum(x, 0.5) ** 2
    parts = ag.softmax([x, y, x * y])
    return ag.where(x > 0.0, ag.dot(parts, [1.0, x, y]), y) + ag.clip(y.detach(), 0.0, 1.0)


USES = {
    "build": lambda root, x: None,
    "backward": lambda root, x: root.backward(),
    "forward": lambda root, x: root.forward(),
    "gradients": gradients,
    "second order": lambda root, x: gradients(gradients(root, x, create_graph=True), x),
    "grad": lambda root, x: ag.grad(ag.grad(everything))(0.7),
    "jvp": lambda root, x: ag.jvp(everything, (0.7,), (1.0,)),
    "hessian": lambda root, x: ag.hessian(everything)(0.7),
    "check": lambda root, x: ag.check_gradients(root),
    "pickle": lambda root, x: pickle.loads(pickle.dumps(root)),  # noqa: S301 - our own
    "deepcopy": lambda root, x: copy.deepcopy(root),
    "walk": lambda root, x: topological_order(root),
    "repr": lambda root, x: repr(root),
}


@pytest.mark.parametrize("use", USES)
def test_graphs_are_freed_without_the_cyclic_collector(use, no_collector):
    x = Value(0.7)
    root = everything(x)
    USES[use](root, x)
    nodes = [weakref.ref(node) for node in topological_order(root) if node is not x]
    del root
    assert not any(node() for node in nodes)
    assert gc.collect() == 0, "something was left for the cyclic collector"


def test_a_failed_backward_leaves_no_cycle(no_collector):
    x = Value(0.7)
    root = everything(x)
    x.data = 0.8
    with pytest.raises(ag.StaleGraphError):
        root.backward()
    node = weakref.ref(root)
    del root
    assert node() is None


def scoped_square(a):
    with ag.scope("s"):
        return a * a


NESTED = {
    "a derivative of a derivative": lambda a: ag.grad(lambda b: a * b * b)(a),
    "a scope": scoped_square,
    "gradients as a graph": lambda a: a * gradients(a * a, a, create_graph=True),
}


@pytest.mark.parametrize("name", NESTED)
def test_a_derivative_keeps_nothing_of_its_argument(name, no_collector):
    argument = chain(Value(2.0), 10)
    freed = weakref.ref(argument)
    ag.grad(NESTED[name])(argument)
    del argument
    assert freed() is None
