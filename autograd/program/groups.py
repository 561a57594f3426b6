"""Groups: the examples of a call sorted by their structure, such as texts by their lengths."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.arguments import is_array
from autograd.program.arguments import (
    Arguments,
    Axes,
    axis_of_each,
    check_counts,
    is_structure,
    named,
    read,
)
from autograd.structure import Mapping, Sequence, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograd.structure import Shape


class Groups(NamedTuple):
    """The examples of a call by their structure.

    `arguments` has those of each structure, in the order of their first examples. `group` and `row`
    say for each example of the call, as 64-bit integers, which of these it is in, and where.
    """

    arguments: tuple[Arguments, ...]
    group: Any
    row: Any

    def examples(self, group: int) -> Any:
        """Return the numbers of the examples of one group."""
        return (self.group == group).nonzero()[0]

    def copied(self) -> Groups:
        """Return the same with arrays of its own."""
        arguments = [a._replace(examples=a.examples.copy()) for a in self.arguments]
        return self._replace(arguments=tuple(arguments))


def grouped(args: tuple[Any, ...], axes: Axes, names: tuple[str, ...]) -> Groups:
    """Read the arguments of a call, whose lists may hold examples of different structures.

    Raises TypeError and ValueError as `read` does, naming argument and example, and ValueError if
    no argument is a batch.
    """
    import numpy as np

    arguments = None
    with suppress(ValueError):  # of lists that are ragged
        arguments = read(args, axes, names)
    if arguments is not None:
        if arguments.examples is None:
            raise ValueError(
                f"Descent: in_axes={axes!r} says that no argument is a batch; steps take some of "
                "the examples of one"
            )
        count = len(arguments.examples)
        return Groups((arguments,), np.zeros(count, dtype=np.int64), np.arange(count))
    numbers: dict[tuple[Shape, ...], int] = {}
    shapes = _shapes_of_examples(args, axes, names)
    group = np.array([numbers.setdefault(s, len(numbers)) for s in shapes], dtype=np.int64)
    if len(numbers) < 2:
        read(args, axes, names)  # which says once more what is wrong
    found, row = [], np.empty_like(group)
    for number in range(len(numbers)):
        chosen = (group == number).nonzero()[0]
        row[chosen] = np.arange(len(chosen))
        some = [_chosen(arg, axis, chosen) for arg, axis in zip(args, axis_of_each(args, axes))]
        found.append(read(tuple(some), axes, names))
    return Groups(tuple(found), group, row)


def _shapes_of_examples(
    args: tuple[Any, ...], axes: Axes, names: tuple[str, ...]
) -> list[tuple[Shape, ...]]:
    """Return the shapes that each example has in the lists among the batches."""
    batches = [
        batch
        for place, (arg, axis) in enumerate(zip(args, axis_of_each(args, axes)))
        for batch in _batches(arg, axis, named(place, names))
    ]
    check_counts({where: _count(arg, axis) for arg, axis, where in batches})
    columns = [
        [_example_shape(item, f"{where}[{number}]") for number, item in enumerate(arg)]
        for arg, _, where in batches
        if not is_array(arg)
    ]
    return [*zip(*columns)]


def _count(arg: Any, axis: int) -> int:
    return int(arg.shape[axis]) if is_array(arg) else len(arg)


def _batches(arg: Any, axis: Any, where: str) -> Iterator[tuple[Any, Any, str]]:
    """Yield each batch of an argument, which is a list or an array, its axis and its name."""
    if axis is None:
        return
    if isinstance(axis, dict | list | tuple) or is_structure(arg):
        for key in arg if isinstance(arg, dict) else range(len(arg)):
            inner = axis[key] if isinstance(axis, dict | list | tuple) else axis
            yield from _batches(arg[key], inner, f"{where}[{key!r}]")
    elif is_array(arg) or isinstance(arg, list | tuple):
        yield arg, axis, where


def _chosen(arg: Any, axis: Any, examples: Any) -> Any:
    """Return an argument with these examples alone in its batches."""
    if axis is None:
        return arg
    if isinstance(axis, dict | list | tuple) or is_structure(arg):
        axes = axis if isinstance(axis, dict | list | tuple) else None
        if isinstance(arg, dict):
            return {k: _chosen(x, axes[k] if axes else axis, examples) for k, x in arg.items()}
        items = [_chosen(x, axes[k] if axes else axis, examples) for k, x in enumerate(arg)]
        return type(arg)(*items) if hasattr(arg, "_fields") else type(arg)(items)
    if is_array(arg):
        return arg.take(examples, axis=axis)
    return [arg[example] for example in examples.tolist()]


def _example_shape(item: Any, where: str) -> Shape:
    """Return the shape of one example; it must be one of numbers, and rectangular."""
    shape, leaves = shape_of(item, where)
    if not all(map(float.__instancecheck__, leaves)):
        raise TypeError(f"{where} holds Values; a batch is of plain numbers")
    if isinstance(shape, Mapping):
        raise TypeError(
            f"{where} is a dict; give one dict that holds a batch under each key, such as "
            "{'x': [1.0, 2.0], 'y': [3.0, 4.0]}"
        )
    if not _is_rectangular(shape):
        raise ValueError(f"{where} is ragged: rows of one example have one length")
    return shape


def _is_rectangular(shape: Shape) -> bool:
    if not isinstance(shape, Sequence):
        return not isinstance(shape, Mapping)
    return len(set(shape.items)) < 2 and all(map(_is_rectangular, set(shape.items)))
