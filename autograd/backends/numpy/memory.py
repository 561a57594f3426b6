"""The two memories as arrays: rows and tables are views of them, or gathered when irregular."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from autograd.program.stages import Memory

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.program.stages import Rows, Table

__all__ = ["Array", "Memories", "Operand", "Step", "fetched", "flattened", "mapped", "step"]

Array: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
Operand: TypeAlias = "Array | Callable[[], Array]"  # a view, or what gathers a copy when called
Step: TypeAlias = "Callable[[], Any]"


class Memories:
    """UNIFORM memory of shape (rows, 1) and VARYING memory of shape (rows, examples).

    Both are C-contiguous, and an operand of the one broadcasts over an operand of the other.
    """

    def __init__(self, uniform: Array, varying: Array) -> None:
        self.arrays = {Memory.UNIFORM: uniform, Memory.VARYING: varying}
        self.examples = varying.shape[1]

    def rows(self, rows: Rows) -> Operand:
        """Return rows, shape (rows, examples or 1); a row that only repeats is there once."""
        array = self.arrays[rows.memory]
        stride = rows.stride
        if stride is None:
            return _gathered(array, rows.index)
        count = 1 if stride == 0 else len(rows.index)
        return _view(array, rows.index[0], (count,), (stride,))

    def table(self, table: Table) -> Operand:
        """Return the rows of a table, shape (height, width, examples or 1)."""
        array = self.arrays[table.memory]
        if table.strides is None:
            return _gathered(array, table.index)
        return _view(array, table.index[0][0], (table.height, table.width), table.strides)


def _gathered(array: Array, index: Sequence[object]) -> Callable[[], Array]:
    places = np.array(index)
    return lambda: array.take(places, 0)


def _view(array: Array, first: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> Array:
    across, each = array.strides
    steps = (*(stride * across for stride in strides), each)
    view: Array = np.ndarray((*shape, array.shape[1]), np.float64, array, first * across, steps)
    return view


def fetched(operand: Operand) -> Array:
    """Return the numbers of an operand as they are now."""
    return operand if isinstance(operand, np.ndarray) else operand()


def mapped(operand: Operand, view: Callable[[Array], Array]) -> Operand:
    """Return an operand seen through a function that makes a view, such as a transposition."""
    if isinstance(operand, np.ndarray):
        return view(operand)
    return lambda: view(operand())


def flattened(operand: Operand) -> Operand:
    """Return an operand of shape (a, b, c) as (a, b * c), copied at each use where it must be."""
    if isinstance(operand, np.ndarray):
        flat = operand.reshape(len(operand), -1)
        return flat if np.may_share_memory(flat, operand) else lambda: _flat(operand)
    return lambda: _flat(operand())


def _flat(array: Array) -> Array:
    return array.reshape(len(array), -1)


def step(function: Callable[..., Any], *operands: Operand, out: Array) -> Step:
    """Return what runs `function(*operands, out=out)`, made ready as far as can be."""
    if all(isinstance(operand, np.ndarray) for operand in operands):
        return partial(function, *operands, out=out)
    return lambda: function(*map(fetched, operands), out=out)
