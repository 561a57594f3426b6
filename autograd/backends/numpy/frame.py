"""The frame of steps: the memory of a program, views of its rows, and temporary arrays."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.backends.numpy.algebra import choose
from autograd.program.stages import Memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from autograd.backends.numpy.algebra import Array
    from autograd.backends.numpy.nans import Places
    from autograd.program.stages import Rows, Table

ALIGNMENT = 64  # bytes, as wide as a vector register and a cache line
LIMITS = frozenset({np.maximum, np.minimum})  # they take `out` by its name only
# The numbers of one array that a block computes with: above 9,216, OpenBLAS starts threads to sum a
# vector, which is slower even on an idle machine.
ARRAY_NUMBERS = 9000


class Frame:
    """UNIFORM memory of shape (rows, 1), VARYING memory of shape (rows, examples), and their steps.

    Both arrays are C-contiguous, and rows of the one broadcast over rows of the other. Rows and
    tables are views of them where they are regular; a step of its own gathers the others.
    """

    def __init__(
        self, uniform: Array, varying: Array, scratch: Scratch, seen: Places | None = None
    ) -> None:
        """Leave guards out if it is known which nans are seen in sums, `seen`."""
        self.arrays = {Memory.UNIFORM: uniform, Memory.VARYING: varying}
        self.dtype = uniform.dtype
        self.examples = varying.shape[1]
        self.scratch = scratch
        self.seen = seen
        self.steps: list[Callable[[], Any]] = []
        self.watched: Places = set()
        self.lacks_guards = False

    def add(self, function: Callable[..., Any], *operands: Any) -> None:
        """Add a call as the next step."""
        self.steps.append(partial(function, *operands))

    def compute(self, function: Callable[..., Any], *operands: Any, out: Array) -> None:
        """Add the call of a function of each number as the next step.

        NumPy takes half the time where no array has more than one dimension, numbers have none.
        """
        if (isinstance(function, np.ufunc) or function is choose) and out.flags.c_contiguous:
            flat = out.reshape(-1)
            numbers = [self._flat(x, out, flat) for x in operands]
            if all(x is not None for x in numbers):
                operands, out = tuple(numbers), flat
        if isinstance(function, np.ufunc) and function not in LIMITS:
            self.add(function, *operands, out)
        elif function is choose:
            condition, chosen, other = operands
            if other is not out:
                self.add(np.copyto, out, other)
            self.add(np.copyto, out, chosen, "same_kind", condition)
        else:
            self.steps.append(partial(function, *operands, out=out))

    def leave_out_guard(self, *checked: Rows) -> bool:
        """Tell whether a guard is left out: if these rows hold no nan, it was not needed."""
        if self.seen is None:
            return False
        for rows in checked:
            self.watched.update(place for place in rows.places() if place not in self.seen)
        self.lacks_guards = True
        return True

    def rows(self, rows: Rows) -> Array:
        """Return rows, shape (rows, examples or 1); one row throughout is returned once."""
        array = self.arrays[rows.memory]
        if rows.stride is None:
            return self._gathered(array, np.array(rows.index))
        count = 1 if rows.stride == 0 else len(rows.index)
        return view(array, rows.index[0], (count,), (rows.stride,))

    def table(self, table: Table) -> Array:
        """Return the rows of a table, shape (height, width, examples or 1)."""
        array = self.arrays[table.memory]
        if table.strides is None:
            return self._gathered(array, np.array(table.index))
        return view(array, table.index[0][0], (table.height, table.width), table.strides)

    def flat(self, array: Array) -> Array:
        """Return an array of shape (a, b, c) as (a, b * c): a view, or copied by a step."""
        flat = array.reshape(len(array), -1)
        if np.may_share_memory(flat, array):
            return flat
        copy = self.scratch.array(array.shape)
        self.add(np.copyto, copy, array)
        return self.flat(copy)

    def watched_arrays(self) -> list[Array]:
        """Return the watched rows as vectors, neighbours as one while it is short."""
        found: list[Array] = []
        for memory, array in self.arrays.items():
            rows = sorted([row for where, row in self.watched if where is memory])
            for run in neighbours(rows):
                found += pieces(array[rows[run][0] : rows[run][-1] + 1].reshape(-1))
        return found

    def _gathered(self, array: Array, index: Any) -> Array:
        gathered: Array = self.scratch.array((*index.shape, array.shape[1]))
        # "clip" spares the buffer that NumPy puts in between for the sake of faulty indices
        self.add(array.take, index, 0, gathered, "clip")
        return gathered

    def _flat(self, x: Any, out: Array, flat: Array) -> Any:
        """Return a number without dimensions, what has the shape of `out` as a vector, or None."""
        if x is out:
            return flat
        if not isinstance(x, np.ndarray):
            return np.array(x, self.dtype)
        if x.size == 1:
            return x.reshape(())
        return x.reshape(-1) if x.shape == out.shape and x.flags.c_contiguous else None


def view(array: Array, first: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> Array:
    """Return rows of an array of shape (rows, n) from `first` on, in steps of whole rows."""
    across, each = array.strides
    steps = (*(stride * across for stride in strides), each)
    found: Array = np.ndarray((*shape, array.shape[1]), array.dtype, array, first * across, steps)
    return found


class Scratch:
    """One buffer for the temporary arrays of a stage, which the next stage uses again.

    It grows by doubling: arrays that were given out stay valid.
    """

    def __init__(self, numbers: Any) -> None:
        self._numbers = numbers  # their dtype
        self._buffer = np.empty(1 << 12, np.uint8)
        self._used = 0

    def array(self, shape: tuple[int, ...], dtype: Any = float) -> Any:
        """Return an uninitialised array of numbers, or of another dtype."""
        dtype = self._numbers if dtype is float else dtype
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if self._used + size > len(self._buffer):
            self._buffer = np.empty(max(size, 2 * len(self._buffer)), np.uint8)
            self._used = 0
        array: Any = np.ndarray(shape, dtype, self._buffer, self._used)
        self._used += -(-size // ALIGNMENT) * ALIGNMENT
        return array

    def clear(self) -> None:
        """Let the next stage use the same memory."""
        self._used = 0


def neighbours(rows: Sequence[int]) -> Iterator[slice]:
    """Yield ranges that cover some rows, in each of which each is the one behind that before."""
    breaks = [k for k in range(1, len(rows)) if rows[k] != rows[k - 1] + 1]
    return (slice(*ends) for ends in pairwise([0, *breaks, len(rows)] if rows else []))


def pieces(vector: Array) -> list[Array]:
    """Return parts of a vector that OpenBLAS adds up without threads."""
    return [vector[k : k + ARRAY_NUMBERS] for k in range(0, len(vector), ARRAY_NUMBERS)]
