"""gradients(): derivatives of graphs, as numbers and drawn as graphs themselves."""

from __future__ import annotations

import numpy as np
import pytest

import autograd as ag
from autograd import Value, gradients, no_grad, topological_order


def test_gradients_of_any_node_in_the_structure_of_the_inputs():
    x, y = Value(2.0), Value(3.0)
    product = x * y
    root = product * product + x
    assert gradients(root, {"a": [x, product], "b": (y,)}) == {"a": [37.0, 12.0], "b": (24.0,)}
    assert not x.has_grad
    assert gradients(root, root) == 1.0


def test_inputs_that_are_not_reached_get_zero():
    x, other, consumer = Value(2.0), Value(1.0), Value(2.0) * 3.0
    assert gradients(x * x, [other, consumer, x]) == [0.0, 0.0, 4.0]
    drawn = gradients(x * x, [other, consumer], create_graph=True)
    assert [type(slope) for slope in drawn] == [Value, Value]
    assert [slope.data for slope in drawn] == [0.0, 0.0]


def test_create_graph_can_be_differentiated_without_and_with_a_graph():
    x = Value(2.0)
    first = gradients(x**4, x, create_graph=True)
    second = gradients(first, x, create_graph=True)
    third = gradients(second, x, create_graph=True)
    assert (first.data, second.data, third.data) == (32.0, 48.0, 48.0)
    third.backward()
    assert x.grad == 24.0


def test_create_graph_asks_for_a_graph_even_under_no_grad():
    x = Value(2.0)
    y = x**3
    with no_grad():
        slope = gradients(y, x, create_graph=True)
    assert gradients(slope, x) == 12.0


def test_a_gradient_of_what_was_not_recorded_is_refused():
    x = Value(2.0, label="x")
    with no_grad():
        y = x * x
        with pytest.raises(RuntimeError, match=r"gradients\(\) inside no_grad\(\), where nothing"):
            gradients(y, x)
        with pytest.raises(RuntimeError, match=r"backward\(\) inside no_grad\(\)"):
            y.backward()
        assert gradients(y, y) == 1.0
        assert not y.has_grad


def test_a_gradient_can_be_part_of_a_loss():
    """A gradient penalty: d/dw of (d/dx tanh(w x))**2."""
    w, x = Value(0.7), Value(1.3)
    penalty = gradients(ag.tanh(w * x), x, create_graph=True) ** 2
    penalty.backward()

    def by_hand(w):
        t = np.tanh(w * 1.3)
        return (w * (1.0 - t * t)) ** 2

    h = 1e-6
    assert w.grad == pytest.approx((by_hand(0.7 + h) - by_hand(0.7 - h)) / (2 * h), rel=1e-8)


def test_a_drawn_gradient_stays_small():
    """Work per node of the gradient graph is bounded: a layer's reverse gathers into dots."""
    x = [Value(0.1 * i) for i in range(10)]
    weights = [[Value(0.01 * i * j - 0.2) for i in range(10)] for j in range(10)]
    hidden = [ag.tanh(ag.dot(row, x)) for row in weights]
    loss = ag.dot(hidden, hidden)
    leaves = [*x, *(w for row in weights for w in row)]
    slopes = gradients(loss, leaves, create_graph=True)
    assert len(topological_order(*slopes)) < 3 * len(topological_order(loss)) + len(leaves)
