"""Rows of a block of examples as views of arrays, and scratch memory for temporary arrays."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from autograd.program.stages import Memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd.program.stages import Rows, Table

__all__ = ["Array", "Frame", "Scratch", "view"]

Array: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

ALIGNMENT = 64  # bytes, as wide as a vector register and a cache line


class Frame:
    """UNIFORM memory of shape (rows, 1), VARYING memory of shape (rows, examples), and their steps.

    Both arrays are C-contiguous, and rows of the one broadcast over rows of the other. Rows and
    tables are views of them where they are regular; a step of its own gathers the others.
    """

    def __init__(self, uniform: Array, varying: Array, scratch: Scratch) -> None:
        self.arrays = {Memory.UNIFORM: uniform, Memory.VARYING: varying}
        self.examples = varying.shape[1]
        self.scratch = scratch
        self.steps: list[Callable[[], Any]] = []

    def add(self, function: Callable[..., Any], *operands: Any, **keywords: Any) -> None:
        """Add a call as the next step."""
        self.steps.append(partial(function, *operands, **keywords))

    def rows(self, rows: Rows) -> Array:
        """Return rows, shape (rows, examples or 1); a row that only repeats is there once."""
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

    def _gathered(self, array: Array, index: Any) -> Array:
        gathered: Array = self.scratch.array((*index.shape, array.shape[1]))
        # "clip" spares the buffer that NumPy puts in between for the sake of faulty indices
        self.add(np.take, array, index, axis=0, out=gathered, mode="clip")
        return gathered


def view(array: Array, first: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> Array:
    """Return rows of an array of shape (rows, n) from `first` on, in steps of whole rows."""
    across, each = array.strides
    steps = (*(stride * across for stride in strides), each)
    found: Array = np.ndarray((*shape, array.shape[1]), np.float64, array, first * across, steps)
    return found


class Scratch:
    """One buffer for the temporary arrays of a stage, which the next stage uses again.

    It grows by doubling: arrays that were given out stay valid.
    """

    def __init__(self) -> None:
        self._buffer = np.empty(1 << 12, np.uint8)
        self._used = 0

    def array(self, shape: tuple[int, ...], dtype: Any = np.float64) -> Any:
        """Return an uninitialised array."""
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
