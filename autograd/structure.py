"""Nested lists, tuples, dicts and arrays of numbers: taken apart, put together, and their shapes.

A shape is the structure of arguments and results without their numbers. It is hashable, so that it
can be the key of a trace, and it is pickled with it.
"""

from __future__ import annotations

from math import prod
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from autograd.arguments import as_float, as_ndarray, is_array

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator
    from collections.abc import Sequence as PySequence


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
    if type(tree) is float or hasattr(type(tree), "__primitive__"):
        return function(tree)
    if isinstance(tree, dict):
        return {key: mapped(function, item) for key, item in tree.items()}
    if isinstance(tree, list | tuple):
        return _of_kind(type(tree), [mapped(function, item) for item in tree])
    if is_array(tree):
        import numpy as np

        results = [function(item) for item in as_ndarray(tree, "an argument").flat]
        array = np.empty(len(results), dtype=object)
        array[:] = results
        if all(type(item) is float for item in results):
            array = array.astype(np.float64)
        return array.reshape(tuple(tree.shape))
    return function(tree)


def _of_kind(kind: Any, items: list[Any]) -> Any:
    """Return items as a list or tuple of that kind, which may be one with names."""
    if kind is list:
        return items
    return kind(*items) if hasattr(kind, "_fields") else kind(items)


def leaves_along(tree: Any, like: Any, where: str) -> list[Any]:
    """Return the numbers and Values of a structure in the order of another one, like it.

    Lists, tuples and arrays may stand for each other. Raises ValueError, which `where` begins, for
    a dict in place of anything else, and for one of other keys; their order may differ.

    >>> leaves_along({"b": 2.0, "a": 1.0}, {"a": 0.5, "b": 0.5}, "a tangent")
    [1.0, 2.0]
    """
    if isinstance(like, dict) or isinstance(tree, dict):
        if not (isinstance(like, dict) and isinstance(tree, dict) and tree.keys() == like.keys()):
            wanted = f"a dict with the keys {[*like]!r}" if isinstance(like, dict) else "no dict"
            raise ValueError(f"{where}: it must be {wanted} here, not {tree!r}")
        return [leaf for key in like for leaf in leaves_along(tree[key], like[key], where)]
    several = isinstance(tree, list | tuple) and isinstance(like, list | tuple)
    if several and len(tree) == len(like):
        return [leaf for pair in zip(tree, like) for leaf in leaves_along(*pair, where)]
    return leaves_of(tree)


def rebuilt(tree: Any, leaves: Iterator[Any]) -> Any:
    """Return the structure with its leaves taken in order from `leaves`."""
    return mapped(lambda _: next(leaves), tree)


def stacked(rows: list[Any], shape: tuple[int, ...]) -> Any:
    """Return rows of equal structure as one structure of arrays, `shape` being the first axes.

    A shape with a 0 in it takes none of the rows; it needs one all the same, for the structure.
    """
    first = rows[0]
    if isinstance(first, dict):
        return {key: stacked([row[key] for row in rows], shape) for key in first}
    if isinstance(first, list | tuple):
        columns = [stacked(list(items), shape) for items in zip(*rows)]
        return _of_kind(type(first), columns)
    import numpy as np

    array = np.array(rows)[: prod(shape)]
    return array.reshape(shape + array.shape[1:])


def written(result: Any, out: Any) -> Any:
    """Return a result with its arrays written into those of `out`, which is None for all others.

    Raises TypeError for what is no array of float64, and ValueError for one of another shape, a
    read-only one, and arrays that share memory; nothing has been written then.
    """
    import numpy as np

    pairs: list[tuple[str, Any, Any]] = []
    found = _placed(result, out, "out", pairs)
    for place, (where, array, _) in enumerate(pairs):
        for other, before, _ in pairs[:place]:
            if np.shares_memory(array, before):
                raise ValueError(f"{other} and {where} share memory; give arrays of their own")
    for _, array, numbers in pairs:
        np.copyto(array, numbers)
    return found


def _placed(result: Any, out: Any, where: str, pairs: list[tuple[str, Any, Any]]) -> Any:
    """Return the result with the arrays of `out` in their places, and note what goes into them."""
    if out is None:
        return result
    if is_array(result):
        import numpy as np

        if not isinstance(out, np.ndarray) or out.dtype != result.dtype:
            given = f"an array of {out.dtype}" if is_array(out) else repr(out)
            raise TypeError(f"{where} must be an array of {result.dtype} or None, not {given}")
        if out.shape != result.shape:
            raise ValueError(f"{where} has the shape {out.shape}, the result {result.shape}")
        if not out.flags.writeable:
            raise ValueError(f"{where} is read-only; give an array that can be written")
        pairs.append((where, out, result))
        return out
    if isinstance(result, float):
        raise TypeError(f"{where} is {out!r}, but the result there is a number: give None")
    keys: Any = _keys(result)
    if _keys(out) != keys or isinstance(out, dict) != isinstance(result, dict):
        raise TypeError(f"{where} must have the structure of the result or be None, not {out!r}")
    items = [_placed(result[key], out[key], f"{where}[{key!r}]", pairs) for key in keys]
    if isinstance(result, dict):
        return dict(zip(keys, items))
    return _of_kind(type(result), items)


def _keys(tree: Any) -> list[Any] | None:
    """Return the keys of a dict, the places of a list or tuple, None for anything else."""
    if isinstance(tree, dict):
        return [*tree]
    return [*range(len(tree))] if isinstance(tree, list | tuple) else None


class Array(NamedTuple):
    """A NumPy array; of no dimensions: a number."""

    dimensions: tuple[int, ...]


class Sequence(NamedTuple):
    """A list or a tuple, or a named tuple."""

    kind: type
    items: tuple[Shape, ...]


class Mapping(NamedTuple):
    """A dict, its keys in order."""

    keys: tuple[Hashable, ...]
    items: tuple[Shape, ...]


class Batch(NamedTuple):
    """Many examples of one shape, whose numbers are an array: (examples, *dimensions)."""

    example: Shape
    dimensions: tuple[int, ...]


Shape: TypeAlias = "Array | Sequence | Mapping | Batch"
NUMBER = Array(())
PLAIN = frozenset({float, int})  # numbers that need no name in an error, so that lists are quick


def shape_of(tree: Any, where: str) -> tuple[Shape, list[Any]]:
    """Return the shape of nested lists, tuples, dicts and arrays, and their leaves in order.

    `where` begins the TypeError for anything else.
    """
    leaves: list[Any] = []
    return _shape_of(tree, leaves, where), leaves


def _shape_of(tree: Any, leaves: list[Any], where: str) -> Shape:
    if type(tree) is float:
        leaves.append(tree)
        return NUMBER
    if isinstance(tree, dict):
        items = tuple(_shape_of(item, leaves, f"{where}[{key!r}]") for key, item in tree.items())
        return Mapping(tuple(tree), items)
    if isinstance(tree, list | tuple):
        if PLAIN.issuperset(map(type, tree)):
            try:
                leaves += [*map(float, tree)]
                return Sequence(type(tree), (NUMBER,) * len(tree))
            except OverflowError:  # of an int, which is named below
                pass
        return Sequence(
            type(tree),
            tuple(_shape_of(item, leaves, f"{where}[{i}]") for i, item in enumerate(tree)),
        )
    if is_array(tree):
        tree = as_ndarray(tree, where)
        if tree.dtype.kind in "fiub":
            leaves += tree.astype(float).ravel().tolist()
        else:
            leaves += [_leaf(item, f"{where}, an array of {tree.dtype},") for item in tree.flat]
        return Array(tree.shape)
    leaves.append(_leaf(tree, where))
    return NUMBER


def _leaf(leaf: Any, where: str) -> Any:
    return leaf if hasattr(type(leaf), "__primitive__") else as_float(leaf, where)


def filled(shape: Shape, leaves: Iterator[Any]) -> Any:
    """Return one example of the structure with leaves in place: arrays become object arrays."""
    if isinstance(shape, Batch):
        return filled(shape.example, leaves)

    def array(dimensions: tuple[int, ...]) -> Any:
        if not dimensions:
            return next(leaves)
        import numpy as np

        found = np.empty(prod(dimensions), dtype=object)
        found[:] = [next(leaves) for _ in range(found.size)]
        return found.reshape(dimensions)

    return _over(shape, array)


def arrays_of(shape: Shape, numbers: Any) -> Any:
    """Return the structure cut out of an array of shape (..., numbers of one example).

    Each array has the shape (..., *dimensions); without leading axes a number is a float.
    """
    leading = numbers.shape[:-1]
    start = 0

    def array(dimensions: tuple[int, ...]) -> Any:
        nonlocal start
        first, start = start, start + prod(dimensions)
        if not leading and not dimensions:
            return float(numbers[first])
        part = numbers if start - first == numbers.shape[-1] else numbers[..., first:start].copy()
        return part.reshape(leading + dimensions)

    return _over(shape, array)


def picker(shape: Shape, places: Iterable[int | None]) -> Callable[[PySequence[float]], Any] | None:
    """Return the function that picks a structure of numbers out of a list; None is the number 0.

    It is made of as few and as fast parts as possible, because a call takes 0.1 µs. A structure
    with arrays has none.
    """
    return _picker(shape, iter(places)) if _is_of_numbers(shape) else None


def _picker(shape: Shape, places: Iterator[int | None]) -> Callable[[PySequence[float]], Any]:
    if isinstance(shape, Array | Batch):
        place = next(places)
        return itemgetter(place) if place is not None else _zero
    if isinstance(shape, Sequence) and shape.kind is tuple and len(shape.items) > 1:
        if all(item == NUMBER for item in shape.items):
            found = [next(places) for _ in shape.items]
            if None not in found:
                return itemgetter(*found)
            return lambda numbers: tuple([0.0 if i is None else numbers[i] for i in found])
        if len(shape.items) == 2:
            first, second = [_picker(item, places) for item in shape.items]
            return lambda numbers: (first(numbers), second(numbers))
    items = [_picker(item, places) for item in shape.items]
    return lambda numbers: _container(shape, [item(numbers) for item in items])


def _zero(numbers: object) -> float:  # noqa: ARG001 - in place of an itemgetter
    return 0.0


def described(shape: Shape) -> str:
    """Return a structure in words.

    >>> described(Sequence(list, (NUMBER, Array((2, 3)))))
    '[a number, an array of shape (2, 3)]'
    """
    if isinstance(shape, Batch):
        return f"a batch of {described(shape.example)}"
    if isinstance(shape, Array):
        return f"an array of shape {shape.dimensions}" if shape.dimensions else "a number"
    inside = list(map(described, shape.items))
    if isinstance(shape, Mapping):
        return "{" + ", ".join(f"{key!r}: {item}" for key, item in zip(shape.keys, inside)) + "}"
    if len(inside) > 4:
        inside[3:] = [f"... {len(inside)} in all"]
    text = ", ".join(inside)
    if shape.kind is list:
        return f"[{text}]"
    return f"({text}{',' * (len(inside) == 1)})" if shape.kind is tuple else shape.kind.__name__


def _is_of_numbers(shape: Shape) -> bool:
    if isinstance(shape, Array | Batch):
        return shape == NUMBER
    return all(map(_is_of_numbers, shape.items))


def product(outer: Shape, inner: Shape) -> Shape:
    """Return the shape of derivatives: `inner` at each leaf of `outer`, with the axes of both."""

    def joined(left: tuple[int, ...]) -> Shape:
        found: Shape = _over(inner, lambda right: Array(left + right), rebuilt=_shaped)
        return found

    found: Shape = _over(outer, joined, rebuilt=_shaped)
    return found


def of_tuple(items: tuple[Shape, ...]) -> Shape:
    """Return the shape of a tuple; of one item, its own: derivatives of one argument are bare."""
    return items[0] if len(items) == 1 else Sequence(tuple, items)


def _container(shape: Sequence | Mapping, items: list[Any]) -> Any:
    if isinstance(shape, Mapping):
        return dict(zip(shape.keys, items))
    return _of_kind(shape.kind, items)


def _shaped(shape: Sequence | Mapping, items: list[Any]) -> Shape:
    return shape._replace(items=tuple(items))


def _over(
    shape: Shape,
    function: Callable[[tuple[int, ...]], Any],
    rebuilt: Callable[[Any, list[Any]], Any] = _container,
) -> Any:
    """Return the structure with `function` of its dimensions in place of each array."""
    if isinstance(shape, Array | Batch):
        return function(shape.dimensions)
    return rebuilt(shape, [_over(item, function, rebuilt) for item in shape.items])
