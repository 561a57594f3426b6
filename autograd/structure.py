"""Nested lists, tuples, dicts and NumPy arrays of numbers: taken apart and put together again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.arrays import as_ndarray
from autograd.number import is_array

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["leaves_of", "mapped", "rebuilt"]


def leaves_of(tree: Any) -> list[Any]:
    """Return the numbers and Values of a structure in order: dicts by insertion, arrays by row."""
    leaves: list[Any] = []
    mapped(leaves.append, tree)
    return leaves


def mapped(function: Callable[[Any], Any], tree: Any) -> Any:
    """Return the structure with `function` applied to each leaf.

    An array becomes an array of float64, or of objects when a result is no float. The nesting is
    that of the arguments of a function, so recursion is at home here.
    """
    if isinstance(tree, dict):
        return {key: mapped(function, item) for key, item in tree.items()}
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):  # a named tuple
        return type(tree)(*(mapped(function, item) for item in tree))
    if isinstance(tree, list | tuple):
        return type(tree)(mapped(function, item) for item in tree)
    if is_array(tree):
        import numpy as np

        results = [function(item) for item in as_ndarray(tree, "an argument").flat]
        array = np.empty(len(results), dtype=object)
        array[:] = results
        if all(type(item) is float for item in results):
            array = array.astype(np.float64)
        return array.reshape(tuple(tree.shape))
    return function(tree)


def rebuilt(tree: Any, leaves: Iterator[Any]) -> Any:
    """Return the structure with its leaves taken in order from `leaves`."""
    return mapped(lambda _: next(leaves), tree)
