"""Derivatives that are given out, by gradients() and forward mode: other code does not mix in."""

from __future__ import annotations

import contextlib
import math
import sys
import threading

import pytest

import autograd
from autograd import StaleGraphError, Value, gradients, hypot, jvp, primitive
from autograd.tangents import tangents_of


def test_gradients_in_a_rule_leave_the_pass_around_it_alone():
    def rule(g, _out, _x):
        seen.append(gradients(root, [leaf, shared]))
        seen.append(jvp(lambda y: y * y, 3.0, 1.0))
        return g

    seen = []
    curious = primitive("test_takes_gradients", lambda x: x, rule)
    leaf = Value(3.0)
    shared = leaf * 2.0
    root = shared * shared
    (root + curious(shared) + curious(leaf * 1.0)).backward()
    assert leaf.grad == 24.0 + 2.0 + 1.0
    assert seen == [[24.0, 12.0], (9.0, 6.0)] * 2


@pytest.mark.parametrize(
    "derive",
    [
        gradients,
        lambda y, x: gradients(y, x, create_graph=True).data,
        lambda y, x: tangents_of([y], {x: 1.0}, graph=False)[0],
    ],
)
def test_a_rule_that_is_not_needed_is_not_called(derive):
    def unknown(g, _out, _x, _k):
        raise NotImplementedError

    scaled = primitive("test_half_known", lambda x, k: k * x, lambda g, out, x, k: g * k, unknown)
    x, k = Value(3.0), Value(2.0)
    y = scaled(x, k) + x
    assert derive(y, x) == 3.0
    with pytest.raises(NotImplementedError):
        derive(y, k)


def test_a_handler_between_two_rules_does_not_mix_derivatives():
    """The rules are the package's, in Python: a handler of a signal may come when one returns."""
    x, y = Value(0.5), Value(0.25)
    root = hypot(x * 3.0, y, hypot(x, y * 2.0)) * hypot(y, x)
    wanted, moved = gradients(root, [x, y]), tangents_of([root], {x: 1.0, y: 2.0}, graph=False)
    root.backward()
    assert wanted == [x.grad, y.grad]

    def handler(_frame, event, _arg):
        if event == "return":
            sys.setprofile(None)
            with contextlib.suppress(RuntimeError):
                (x * 100.0 * y).backward()
            gradients(root, [x, y])
            sys.setprofile(handler)

    sys.setprofile(handler)
    try:
        found = gradients(root, [x, y]), tangents_of([root], {x: 1.0, y: 2.0}, graph=False)
    finally:
        sys.setprofile(None)
    assert found == (wanted, moved)


def test_a_collector_that_starts_a_pass_does_not_mix_derivatives(collector):
    x = Value(0.5)
    root = x * 3.0 + x * x
    many = [root] * 50
    for count in range(4):
        collector(count, (x * 100.0).backward)
        assert gradients(root, [x] * 50) == [4.0] * 50
        collector(count, (x * 100.0).backward)
        assert tangents_of(many, {x: 1.0}, graph=False) == [4.0] * 50


@pytest.mark.parametrize("count", range(6))
def test_a_collector_that_starts_a_pass_before_a_rule_in_python_does_not_mix(collector, count):
    """There are more operands than tuples are kept for, so that a new one is made."""
    x = Value(0.5)
    others = [Value(1.0) for _ in range(30)]
    root = hypot(x * 1.0, *others) * 2.0 + x
    wanted, moved = gradients(root, x), tangents_of([root], {x: 1.0}, graph=False)
    passed = []

    def intrude():
        with contextlib.suppress(RuntimeError):  # it may be refused
            (x * 1.0 * 2.0 * 50.0).backward()
            passed.append(100.0)

    collector(count, intrude)
    assert gradients(root, x) == wanted
    collector(count, intrude)
    assert tangents_of([root], {x: 1.0}, graph=False) == moved
    x.zero_grad()
    passed.clear()
    collector(count, intrude)
    root.backward()
    assert x.grad == pytest.approx(wanted + sum(passed), abs=1e-9)


def test_derivatives_in_threads_are_those_of_one():
    x = Value(0.5)
    root = hypot(x * 3.0, x, 1.0) * x.tanh()
    wanted = gradients(root, x), tangents_of([root], {x: 1.0}, graph=False)
    found = []

    def derive():
        for _ in range(300):
            found.append((gradients(root, x), tangents_of([root], {x: 1.0}, graph=False)))
            (x * x.tanh()).backward()

    threads = [threading.Thread(target=derive) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(map(repr, found)) == {repr(wanted)}


def test_a_rule_that_draws_may_start_any_other_pass():
    def rule(g, _out, x):
        (root * 2.0).backward()
        seen.append(gradients(root, [leaf, shared]))
        seen.append([slope.data for slope in gradients(root, [leaf, shared], create_graph=True)])
        return g * x

    seen = []
    curious = primitive("test_draws_and_passes", lambda x: x * x / 2.0, rule)
    leaf = Value(3.0)
    shared = leaf * 2.0
    root = shared * shared
    drawn = gradients(root + curious(shared) + curious(leaf * 1.0), leaf, create_graph=True)
    assert drawn.data == 24.0 + 12.0 + 3.0
    assert gradients(drawn, leaf) == 8.0 + 4.0 + 1.0
    assert seen == [[24.0, 12.0]] * len(seen)


@pytest.mark.parametrize("graph", [False, True])
def test_a_rule_that_changes_a_leaf_is_found(graph):
    def rule(g, _out, x):
        leaf.data = 99.0
        return g * x

    changing = primitive(f"test_changes_a_leaf_{graph}", lambda x: x * x / 2.0, rule)
    leaf = Value(2.0)
    root = changing(leaf * 1.0) * leaf
    with pytest.raises(StaleGraphError, match=r"was changed to 99[.]0 after mul"):
        gradients(root, leaf, create_graph=graph)


def test_a_drawn_gradient_of_several_terms_is_one_node():
    x, y = Value(2.0), Value(3.0)
    products = gradients(x * y + x.tanh() + 3.0 * x.sin(), x, create_graph=True)
    assert products.data == pytest.approx(3.0 + 1.0 / math.cosh(2.0) ** 2 + 3.0 * math.cos(2.0))
    squares = autograd.sum([(x * number) ** 2 for number in (y, y + 1.0, y + 2.0)])
    slope = gradients(squares, x, create_graph=True)
    assert (slope.op.name, len(slope.args), slope.data) == ("guarded_dot", 6, 200.0)
