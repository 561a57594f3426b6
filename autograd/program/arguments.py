"""Arguments of a call: their shapes, and their numbers as arrays, batched as `in_axes` says."""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

from autograd.arguments import as_ndarray, is_array
from autograd.program.precision import DOUBLE, Precision
from autograd.structure import Array, Batch, Mapping, Sequence, Shape, shape_of

# An axis for all arguments, None for no batch, or a tuple or list with one entry per argument;
# an entry for an argument that is a dict, list or tuple may itself be one.
Axes = Any


class Arguments(NamedTuple):
    """The arguments of one call.

    `examples` is an array of shape (count, numbers of one example), or None without a batched
    argument; `shared` are the numbers of all others. `batched` tells for each number of the
    arguments, in order, which of the two it belongs to. Where there are Values among them
    (`symbolic`), shared is empty.
    """

    shapes: tuple[Shape, ...]
    batched: tuple[bool, ...]
    examples: Any
    shared: Any
    symbolic: bool


def read(
    args: tuple[Any, ...], axes: Axes, names: tuple[str, ...], precision: Precision = DOUBLE
) -> Arguments:
    """Read the arguments of a call into arrays, of this precision where they are batches.

    Raises TypeError for what is no number and ValueError for a ragged batch, or batches of
    different lengths, naming the argument.
    """
    reader = _Reader(precision)
    shapes = [
        reader.shape(arg, axis, named(place, names))
        for place, (arg, axis) in enumerate(zip(args, axis_of_each(args, axes)))
    ]
    return reader.arguments(tuple(shapes))


def axis_of_each(args: tuple[Any, ...], axes: Axes) -> tuple[Any, ...]:
    """Return the entry of `in_axes` for each argument; ValueError for another number of them."""
    if not isinstance(axes, tuple | list):
        return (axes,) * len(args)
    if len(axes) != len(args):
        raise ValueError(
            f"in_axes has {len(axes)} entries, but {len(args)} arguments were given; it needs "
            "one for each, or a single one for all"
        )
    return tuple(axes)


def named(place: int, names: tuple[str, ...]) -> str:
    """Return an argument as errors name it."""
    return f"argument {place}" + (f" ({names[place]!r})" if place < len(names) else "")


def check_counts(counts: dict[str, int]) -> None:
    """Raise ValueError for batches, by their names, that have different numbers of examples."""
    if len(set(counts.values())) > 1:
        found = ", ".join(f"{count} in {where}" for where, count in counts.items())
        raise ValueError(f"the batches have different numbers of examples: {found}")


class _Reader:
    """Collects the numbers of arguments one after the other."""

    def __init__(self, precision: Precision) -> None:
        self.precision = precision
        self.columns: list[Any] = []
        self.shared: list[Any] = []  # arrays and lists of numbers
        self.batched: list[bool] = []
        self.lengths: dict[str, int] = {}  # of the batches, by argument
        self.symbolic = False

    def shape(self, arg: Any, axis: Any, where: str) -> Shape:
        """Collect one argument and return its shape."""
        if axis is None:
            return self.one(arg, where)
        if isinstance(axis, dict | list | tuple) or is_structure(arg):
            return self.structure(arg, axis, where)
        return self.batch(arg, axis, where)

    def one(self, arg: Any, where: str) -> Shape:
        """Collect an argument that is no batch."""
        leaves: Any
        if is_array(arg):
            arg = as_ndarray(arg, where)
        if is_array(arg) and arg.dtype.kind in "fiub":
            shape: Shape = Array(arg.shape)
            leaves = arg.ravel()
        else:
            shape, leaves = shape_of(arg, where)
            self.symbolic |= any(type(leaf) is not float for leaf in leaves)
        self.shared.append(leaves)
        self.batched += [False] * len(leaves)
        return shape

    def structure(self, arg: Any, axis: Any, where: str) -> Shape:
        """Collect the items of a dict, list or tuple, each with an axis of its own."""
        if not isinstance(arg, dict | list | tuple):
            raise TypeError(f"{where}: in_axes has {axis!r} for it, but it is {_kind(arg)}")
        keys = tuple(arg) if isinstance(arg, dict) else range(len(arg))
        if isinstance(axis, dict | list | tuple):
            given = set(axis) if isinstance(axis, dict) else set(range(len(axis)))
            if given != set(keys) or isinstance(axis, dict) != isinstance(arg, dict):
                raise ValueError(f"{where}: in_axes has {axis!r} for it, which has other entries")
        items = []
        for key in keys:
            inner = axis[key] if isinstance(axis, dict | list | tuple) else axis
            items.append(self.shape(arg[key], inner, f"{where}[{key!r}]"))
        if isinstance(arg, dict):
            return Mapping(tuple(keys), tuple(items))
        return Sequence(type(arg), tuple(items))

    def batch(self, arg: Any, axis: int, where: str) -> Batch:
        """Collect one batch: an array, or lists that make one."""
        import numpy as np

        if type(axis) is not int:
            raise TypeError(f"{where}: an axis is a whole number or None, not {axis!r}")
        if isinstance(arg, list | tuple) and arg and isinstance(arg[0], dict):
            raise TypeError(
                f"{where} is a list of dicts; give one dict that holds a batch under each key, "
                "such as {'x': [1.0, 2.0], 'y': [3.0, 4.0]}"
            )
        numbers = self.precision.array(_as_array(arg, where))
        if not -numbers.ndim <= axis < numbers.ndim:
            raise ValueError(
                f"{where} is mapped over axis {axis}, but "
                + (f"its shape is {numbers.shape}" if numbers.ndim else f"it is {_kind(arg)}")
                + "; in_axes says which arguments hold a batch, None those that all examples share"
            )
        if axis:
            numbers = np.moveaxis(numbers, axis, 0)
        count, dimensions = len(numbers), numbers.shape[1:]
        if is_array(arg):
            example: Shape = Array(dimensions)
        elif axis:
            raise TypeError(f"{where}: axis {axis} is for arrays; a list is mapped over axis 0")
        elif not count:
            raise ValueError(
                f"{where} is an empty list, which does not say what an example is; "
                "give an array, such as numpy.zeros((0, 2))"
            )
        else:
            example, _ = shape_of(arg[0], f"{where}[0]")
        self.lengths[where] = count
        size = prod(dimensions)
        self.columns.append(numbers.reshape(count, size))
        self.batched += [True] * size
        return Batch(example, dimensions)

    def arguments(self, shapes: tuple[Shape, ...]) -> Arguments:
        """Return what was collected."""
        import numpy as np

        examples = None
        if self.columns:
            check_counts(self.lengths)
            if len(self.columns) == 1:
                examples = np.ascontiguousarray(self.columns[0])
            else:  # twice as fast as hstack
                width = sum([columns.shape[1] for columns in self.columns])
                shape, first = (len(self.columns[0]), width), 0
                examples = np.empty(shape, self.precision.name)
                for columns in self.columns:
                    last = first + columns.shape[1]
                    examples[:, first:last] = columns
                    first = last
        shared = [] if self.symbolic else self.shared
        if len(shared) > 1:
            shared = [np.concatenate(shared)]
        numbers = np.array(shared[0] if shared else (), dtype=np.float64)  # a copy of its own
        return Arguments(shapes, tuple(self.batched), examples, numbers, self.symbolic)


def is_structure(arg: Any) -> bool:
    """Tell a structure of batches from a batch: a list of anything is a batch of examples."""
    if isinstance(arg, dict):
        return True
    return isinstance(arg, tuple) and (
        hasattr(arg, "_fields") or any(isinstance(item, dict) or is_array(item) for item in arg)
    )


def _as_array(arg: Any, where: str) -> Any:
    """Return a batch as an array of numbers."""
    import numpy as np

    try:
        numbers = as_ndarray(arg, where) if is_array(arg) else np.asarray(arg)
    except ValueError:
        raise ValueError(_ragged(arg, where)) from None
    if numbers.dtype.kind not in "fiub":
        # Fractions, and ints beyond 64 bits; what is no number is refused here
        _, leaves = shape_of(arg, where)
        if any(type(leaf) is not float for leaf in leaves):
            raise TypeError(
                f"{where} is a batch and holds Values; a batch is of plain numbers: map the "
                "function over them, [f(x) for x in xs], or compile it without in_axes"
            )
        numbers = np.array(leaves).reshape(numbers.shape)
    return numbers


def _ragged(arg: Any, where: str) -> str:
    """Return the message about rows of different lengths."""
    import numpy as np

    shapes = []
    for row in arg:
        try:
            shapes.append(np.shape(row))
        except ValueError:  # noqa: PERF203 - the last row to be looked at
            return f"{where} is ragged: row {len(shapes)} has rows of different lengths"
    row = next((i for i, shape in enumerate(shapes) if shape != shapes[0]), 0)
    return (
        f"{where} is ragged: row 0 has shape {shapes[0]}, row {row} has {shapes[row]}; "
        "all examples of a batch have one shape"
    )


def _kind(arg: Any) -> str:
    return f"the number {arg!r}" if isinstance(arg, float | int) else f"a {type(arg).__name__}"
