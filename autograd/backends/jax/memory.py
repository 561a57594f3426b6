"""The two memories as JAX arrays, which stages add to and never write over."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any, TypeAlias

import jax.numpy as jnp
import numpy as np

from autograd.program.stages import Memory

if TYPE_CHECKING:
    from collections.abc import Sequence

    import jax

    from autograd.program.stages import Rows, Table

    Array: TypeAlias = jax.Array

__all__ = ["Memories"]


class Memories:
    """Rows as arrays of shape (rows, 1) in UNIFORM, (rows, examples) in VARYING memory."""

    def __init__(self, uniform: Array, varying: Array) -> None:
        self.parts = {Memory.UNIFORM: [uniform], Memory.VARYING: [varying]}
        self.examples = varying.shape[1]
        self.starts = {Memory.UNIFORM: [0], Memory.VARYING: [0]}

    def append(self, memory: Memory, numbers: Array) -> None:
        """Add rows behind those that are there."""
        parts, starts = self.parts[memory], self.starts[memory]
        starts.append(starts[-1] + len(parts[-1]))
        parts.append(numbers)

    def rows(self, rows: Rows) -> Array:
        """Return rows, shape (rows, examples or 1); a row that only repeats is there once."""
        return self._taken(rows.memory, rows.index[:1] if rows.stride == 0 else rows.index)

    def table(self, table: Table) -> Array:
        """Return the rows of a table, shape (height, width, examples or 1)."""
        flat = self._taken(table.memory, [row for line in table.index for row in line])
        return flat.reshape(table.height, table.width, flat.shape[1])

    def _taken(self, memory: Memory, index: Sequence[int]) -> Array:
        starts = self.starts[memory]
        places = np.array([bisect_right(starts, row) - 1 for row in index])
        needed, which = np.unique(places, return_inverse=True)
        parts = [self.parts[memory][part] for part in needed]
        offsets = np.cumsum([0, *(len(part) for part in parts[:-1])])
        first = np.array([starts[part] for part in needed])
        local = np.array(index) - first[which] + offsets[which]
        array = parts[0] if len(parts) == 1 else jnp.concatenate(parts)
        return _selected(array, local)


def _selected(array: Array, index: Any) -> Array:
    """Return array[index], as a slice where it is one: XLA fuses slices, gathers it does not."""
    if len(index) == 1 or (np.diff(index) == 1).all():
        return array[index[0] : index[-1] + 1]
    step = int(index[1] - index[0])
    if step > 0 and (np.diff(index) == step).all():
        return array[index[0] : index[-1] + 1 : step]
    return array[index]
