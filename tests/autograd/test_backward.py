"""backward(): accumulation, clearing, stale graphs, recomputation in place."""

from __future__ import annotations

import math
import threading
from concurrent.futures import ThreadPoolExecutor
from math import nan

import pytest

import autograd as ag
from autograd import StaleGraphError, Value, gradients, primitive, where


def test_fan_out_adds_up():
    x = Value(3.0)
    y = x * x
    (y * y + y).backward()
    assert x.grad == 4 * 27 + 2 * 3


def test_backward_twice_adds_in_leaves_and_clears_between():
    """micrograd gives 27 then 72 here: its interior gradients are not cleared."""
    x = Value(3.0)
    square = x * x
    cube = square * x
    cube.backward()
    assert (x.grad, square.grad, cube.grad) == (27.0, 3.0, 1.0)
    cube.backward()
    assert (x.grad, square.grad, cube.grad) == (54.0, 3.0, 1.0)
    x.zero_grad()
    cube.backward()
    assert x.grad == 27.0


def test_two_losses_add_up_in_shared_leaves():
    w = Value(2.0)
    (w * 3.0).backward()
    (w * w).backward()
    assert w.grad == 3.0 + 4.0


def test_interior_gradients_are_those_of_the_last_root():
    x = Value(3.0)
    y = x * 2.0
    (y * 5.0).backward()
    (y * 7.0).backward()
    assert (y.grad, x.grad) == (7.0, 24.0)


def test_gradient_from_above():
    x = Value(3.0)
    (x * x).backward(gradient=-2)
    assert x.grad == -12.0
    x.backward(0.5)
    assert x.grad == -11.5


def test_has_grad_tells_zero_from_not_reached():
    x, other, blocked = Value(0.0), Value(1.0), Value(2.0)
    y = x * 0.0 + blocked.detach()
    assert not any(value.has_grad for value in (x, other, blocked, y))
    y.backward()
    assert (x.has_grad, x.grad) == (True, 0.0)
    assert (other.has_grad, other.grad) == (False, 0.0)
    assert (blocked.has_grad, blocked.grad) == (False, 0.0)
    x.zero_grad()
    assert (x.has_grad, x.grad) == (False, 0.0)


def test_a_node_that_is_no_longer_reached_forgets_its_gradient():
    x = Value(3.0)
    y = x * x
    y.backward()
    z = y.detach() * x
    z.backward()
    assert not y.has_grad
    assert x.grad == 6.0 + 9.0


def test_constants_take_no_gradient_and_a_leaf_may_be_the_root():
    x = Value(3.0)
    x.backward()
    assert x.grad == 1.0
    (2.0 * x).backward()
    assert x.grad == 3.0


def test_gradient_may_be_set_and_update_loops_never_meet_none():
    w = Value(2.0)
    w.data -= 0.1 * w.grad
    w.grad = 5
    w.data -= 0.1 * w.grad
    assert (w.data, w.grad, w.has_grad) == (1.5, 5.0, True)


def test_backward_under_no_grad_still_works():
    x = Value(3.0)
    y = x * x
    with ag.no_grad():
        y.backward()
    assert x.grad == 6.0


def test_a_rule_that_raises_leaves_the_leaves_as_they_were():
    def fails(g, out, x):
        raise ArithmeticError("no derivative")

    bad = primitive("bad", lambda x: x, fails)
    x, y = Value(2.0), Value(3.0)
    (x * y).backward()
    root = x * y + bad(y * 1.0) + x
    with pytest.raises(ArithmeticError, match="no derivative"):
        root.backward()
    assert (x.grad, y.grad) == (3.0, 2.0)
    (x * y).backward()
    assert (x.grad, y.grad) == (6.0, 4.0)


def test_zero_from_above_is_zero_whatever_the_rule_of_a_user():
    steep = primitive("steep", lambda x: x, lambda g, out, x: g * math.inf)
    steeper = primitive("steeper", lambda x, y: x, lambda g, out, x, y: g * math.inf, None)
    x = Value(2.0)
    for result in (steep(x), steeper(x, x)):
        for root in (where(0.0, result, x), result - result + x):
            x.zero_grad()
            root.backward()
            assert x.grad == 1.0
            assert gradients(root, x) == 1.0


def test_a_rule_may_run_a_pass_over_nodes_of_its_own_only():
    shared = Value(3.0)
    for inner in (Value(2.0), shared):

        def rule(g, out, x, inner=inner):
            inner.zero_grad()
            (inner * inner).backward()
            return g * inner.grad

        root = primitive("inside", lambda x: x, rule)(shared * 1.0) + shared
        shared.zero_grad()
        if inner is shared:
            with pytest.raises(RuntimeError, match=r"a rule called backward\(\) .* shares Value"):
                root.backward()
            assert not shared.has_grad
        else:
            root.backward()
            assert (shared.grad, inner.grad) == (5.0, 4.0)


def test_passes_over_graphs_that_share_leaves_take_turns():
    """One pass stops half way; the other must not return before its gradient is in the leaf."""
    half_way, other_done = threading.Event(), threading.Event()

    def slow_rule(g, out, x):
        half_way.set()
        other_done.wait(0.2)
        return g

    slow = primitive("slow", lambda x: x, slow_rule)
    x = Value(3.0)
    paused = slow(x * 1.0) + x
    with ThreadPoolExecutor() as pool:
        first = pool.submit(paused.backward)
        assert half_way.wait(10)
        (x * 2.0).backward()
        seen = x.grad
        other_done.set()
        first.result()
    assert seen in {2.0, 4.0}
    assert x.grad == 4.0


def test_nan_gradients_reach_the_leaves():
    x = Value(nan)
    (x * 2.0 + ag.relu(x)).backward()
    assert math.isnan(x.grad)


# Recomputing in place


def test_forward_recomputes_in_place():
    x, y = Value(2.0), Value(3.0)
    product = x * y
    root = ag.tanh(product) + x
    root.backward()
    x.data, y.data = 0.5, 0.25
    assert root.forward() is root
    assert product.data == 0.125
    assert root.data == math.tanh(0.125) + 0.5
    assert not product.has_grad
    assert x.has_grad  # leaves keep adding up


def test_forward_takes_the_other_branch():
    x = Value(2.0)
    y = where(x > 0.0, x * x, -x)
    x.data = -3.0
    y.forward().backward()
    assert (y.data, x.grad) == (3.0, -1.0)


def test_forward_of_one_root_leaves_another_fresh():
    x = Value(2.0)
    shared = x * x
    first, second = shared * 2.0, shared * 3.0
    first.forward()
    second.backward()
    assert x.grad == 12.0
    assert gradients(second, x) == 12.0


def test_forward_of_one_root_leaves_another_stale_if_a_leaf_changed():
    x = Value(2.0)
    shared = x * x
    first, second = shared * 2.0, shared * 3.0
    x.data = 5.0
    first.forward()
    with pytest.raises(StaleGraphError):
        second.backward()
    first.backward()
    assert x.grad == 20.0


def test_forward_of_a_leaf_is_the_leaf():
    x = Value(2.0)
    assert x.forward() is x


def test_data_of_a_result_cannot_be_set():
    y = Value(2.0) * 3.0
    y.label = "y"
    with pytest.raises(AttributeError, match=r"'y'.*mul.*leaves.*forward\(\).*Value\("):
        y.data = 1.0
    assert y.data == 6.0
