"""Graphs whose leaves changed: found by every derivative, and refused with the way out."""

from __future__ import annotations

import copy
import pickle

import pytest

import autograd as ag
from autograd import StaleGraphError, Value, gradients, jvp, where


def partial_forward():
    """Only a part of the graph was recomputed."""
    x = Value(2.0, label="x")
    middle = x * x
    root = middle * 3.0
    x.data = 5.0
    middle.forward()
    return root


def by_way_of_detach():
    x = Value(2.0, label="x")
    root = Value(1.0) * (x * x).detach()
    x.data = 5.0
    return root


def detached_after_the_change():
    """Only a node that no gradient reaches is older than the leaf."""
    x = Value(2.0, label="x")
    square = x * x
    x.data = 5.0
    return Value(1.0) * square.detach()


def under_a_condition():
    x = Value(2.0, label="x")
    root = where(x > 0.0, Value(1.0), 2.0) * 1.0
    x.data = -5.0
    return root


def under_a_sum():
    x = Value(2.0, label="x")
    root = ag.sum([Value(1.0), x, Value(2.0)]) * 0.0
    x.data = 5.0
    return root


def built_on_later():
    x = Value(2.0, label="x")
    square = x * x
    x.data = 5.0
    return square * x


def pickled():
    return pickle.loads(pickle.dumps(built_on_later()))  # noqa: S301 - our own


def copied():
    return copy.deepcopy(built_on_later())


def changed_to_the_same_number():
    x = Value(2.0, label="x")
    root = x * x
    x.data = 2.0
    return root


STALE = [
    partial_forward, by_way_of_detach, detached_after_the_change, under_a_condition, under_a_sum,
    built_on_later, pickled, copied, changed_to_the_same_number,
]  # fmt: skip


@pytest.mark.parametrize("make", STALE, ids=lambda f: f.__name__)
def test_backward_refuses_a_graph_whose_leaf_changed(make):
    root = make()
    leaves = [node for node in ag.topological_order(root) if node.op is None]
    with pytest.raises(StaleGraphError, match=r"(?s)changed.*build .*again.*\.forward\(\)"):
        root.backward()
    assert not any(leaf.has_grad for leaf in leaves)
    with pytest.raises(StaleGraphError):
        gradients(root, leaves)
    with pytest.raises(StaleGraphError):
        gradients(root, leaves, create_graph=True)
    root.forward().backward()
    assert any(leaf.has_grad for leaf in leaves)


def test_message_names_the_leaf_its_number_and_the_operation():
    x = Value(2.0, label="speed")
    y = x.tanh()
    x.data = 4.0
    with pytest.raises(StaleGraphError, match=r"leaf 'speed'.*4\.0.*tanh"):
        y.backward()


def test_a_refused_backward_can_be_repeated_after_forward():
    x = Value(2.0)
    y = x * x
    x.data = 3.0
    with pytest.raises(StaleGraphError):
        y.backward()
    y.forward().backward()
    assert (y.data, x.grad) == (9.0, 6.0)


def test_changing_a_leaf_of_another_graph_is_no_fault():
    x, other = Value(2.0), Value(1.0)
    y = x * x
    other.data = 7.0
    y.backward()
    assert x.grad == 4.0


def test_a_graph_built_after_the_change_is_fresh():
    x = Value(2.0)
    x.data = 3.0
    y = x * x
    y.backward()


def test_forward_mode_checks_too():
    stale = built_on_later()
    with pytest.raises(StaleGraphError):
        jvp(lambda x: x * stale, (1.0,), (1.0,))
