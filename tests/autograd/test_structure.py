"""Structures of numbers: taken apart and rebuilt by every derivative."""

from __future__ import annotations

from collections import OrderedDict, namedtuple

import numpy as np
import pytest

import autograd as ag
from autograd import Value, grad
from autograd.structure import leaves_of, mapped, rebuilt

Point = namedtuple("Point", "x y")

TREES = {
    "number": 2.0,
    "list": [1.0, 2.0],
    "tuple": (1.0, 2.0),
    "named tuple": Point(1.0, 2.0),
    "dict": {"a": 1.0, "b": 2.0},
    "array": np.array([[1.0, 2.0], [3.0, 4.0]]),
    "nested": {"layers": [(np.ones((2, 2)), [0.5, 0.25]), Point(3.0, {"w": 4.0})], "scale": 5.0},
    "empty": {"none": [], "also": (), "array": np.ones((0, 3))},
    "dict out of order": {"b": 1.0, "a": 2.0},
}


def described(tree):
    """Return types, keys and shapes of a tree with its leaves, for comparing."""
    if isinstance(tree, dict):
        return [(key, described(item)) for key, item in tree.items()]
    if isinstance(tree, list | tuple):
        return [type(tree), *map(described, tree)]
    if isinstance(tree, np.ndarray):
        return [tree.shape, tree.dtype, tree.tolist()]
    return tree


@pytest.mark.parametrize("name", TREES)
def test_gradient_has_the_structure_of_the_argument(name):
    tree = TREES[name]
    slopes = grad(lambda tree: ag.sum(leaf * leaf for leaf in leaves_of(tree)))(tree)
    assert described(slopes) == described(mapped(lambda leaf: 2.0 * float(leaf), tree))


@pytest.mark.parametrize("name", TREES)
def test_taken_apart_and_rebuilt(name):
    tree = TREES[name]
    assert described(rebuilt(tree, map(float, leaves_of(tree)))) == described(tree)


def test_leaves_come_in_order():
    assert leaves_of({"b": [1.0, (2.0, 3.0)], "a": np.array([[4.0, 5.0]]), "c": 6.0}) == [
        1.0, 2.0, 3.0, 4.0, 5.0, 6.0,
    ]  # fmt: skip


def test_an_array_of_values_is_an_array_of_objects():
    result = mapped(Value, np.array([1.0, 2.0]))
    assert result.dtype == object
    assert mapped(lambda leaf: leaf.data, result).dtype == np.float64


def test_a_mapping_with_an_order_of_its_own_is_taken_too():
    assert dict(grad(lambda p: p["b"] * 2.0)(OrderedDict(b=1.0, a=2.0))) == {"b": 2.0, "a": 0.0}


def test_inside_the_function_the_structure_is_the_same():
    def f(tree):
        assert isinstance(tree["layers"][1], Point)
        assert tree["layers"][0][0].shape == (2, 2)
        return tree["scale"] * tree["layers"][0][0].sum()

    assert grad(f)(TREES["nested"])["scale"] == 4.0
