"""Vector: the same dot products as with lists, whatever changes between them."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import autograd as ag
from autograd import Value, dot, gradients, scope
from autograd.graph import Constant
from autograd.vector import Vector

NUMBERS = [0.5, -2.0, 3.0]


def leaves():
    return [Value(x) for x in NUMBERS]


@pytest.mark.parametrize("left", [Vector, list, np.array])
@pytest.mark.parametrize("right", [Vector, tuple, np.array])
def test_dot_is_the_same_of_vectors_lists_and_arrays(left, right):
    xs, ws = leaves(), leaves()
    node = dot(left(ws), right(xs))
    assert (node.data, node.op.name, node.args) == (13.25, "dot", (*ws, *xs))
    node.backward()
    assert [w.grad for w in ws] == NUMBERS
    assert [x.grad for x in xs] == NUMBERS


def test_dot_with_itself_counts_twice():
    xs = Vector(leaves())
    assert gradients(dot(xs, xs), list(xs)) == [2.0 * x for x in NUMBERS]


def test_members_are_values_and_constants():
    x = Value(2.0)
    vector = Vector([x, 3, np.float32(1.5), True])
    assert vector[0] is x
    assert [type(member) for member in vector[1:]] == [Constant] * 3
    assert dot(vector, [1.0] * 4).data == 7.5
    assert type(dot(Vector([1.0, 2.0]), [3.0, 4.0])) is float


@pytest.mark.parametrize("thing", ["a", None, 1j, [1.0]], ids=repr)
def test_what_is_no_number_is_a_type_error(thing):
    with pytest.raises(TypeError, match="dot"):
        Vector([Value(1.0), thing])


@pytest.mark.parametrize("thing", [3.0, Value(3.0), None], ids=repr)
def test_what_is_no_list_is_a_type_error(thing):
    with pytest.raises(TypeError, match="dot takes two lists"):
        Vector(thing)
    with pytest.raises(TypeError, match="dot takes two lists"):
        dot([1.0], thing)


def test_different_lengths_name_both():
    with pytest.raises(ValueError, match="3 and 2"):
        dot(Vector(leaves()), Vector([1.0, 2.0]))


def test_changed_leaves_are_seen():
    ws = Vector(leaves())
    assert dot(ws, [1.0] * 3).data == dot([1.0] * 3, ws).data == 1.5
    ws[0].data = 10.0
    assert dot(ws, [1.0] * 3).data == 11.0
    ws[0].data = 20.0
    assert dot([1.0] * 3, ws).data == 21.0


def test_members_recomputed_in_place_are_seen():
    x = Value(1.0)
    inner = x * 2.0
    vector = Vector([inner])
    assert dot(vector, [1.0]).data == 2.0
    x.data = 5.0
    assert dot(vector, [1.0]).data == 2.0  # inner is stale still
    inner.forward()
    node = dot(vector, [1.0])
    assert node.data == 10.0
    node.backward()
    assert x.grad == 2.0


def test_a_dot_of_a_stale_member_is_refused_by_backward():
    x = Value(1.0)
    vector = Vector([x * 2.0])
    x.data = 5.0
    with pytest.raises(ag.StaleGraphError):
        dot(vector, [1.0]).backward()


def test_depth_is_that_of_the_deepest_member():
    x = Value(2.0)
    deep = ((x * x) * x) * x
    node = dot(Vector([x, deep]), Vector([3.0, 1.0]))
    node.backward()
    assert x.grad == 3.0 + 4 * 8.0


def test_scope_no_grad_and_warnings_are_as_for_lists():
    vector = Vector(leaves())
    with scope("layer"):
        assert dot(vector, vector).scope == "layer"
    with ag.no_grad():
        assert dot(vector, vector).op is None


@pytest.mark.parametrize(
    "way", [lambda v: pickle.loads(pickle.dumps(v)), copy.deepcopy], ids=["pickle", "deepcopy"]  # noqa: S301
)  # fmt: skip
def test_copies_share_the_members_of_what_is_copied_along(way):
    xs = leaves()
    new = way({"leaves": xs, "vector": Vector([*xs, 7.0])})
    assert type(new["vector"]) is Vector
    assert list(new["vector"][:3]) == new["leaves"]
    assert type(new["vector"][3]) is Constant
    dot(new["vector"], [1.0] * 4).backward()
    assert [x.grad for x in new["leaves"]] == [1.0] * 3
    assert not any(x.has_grad for x in xs)
