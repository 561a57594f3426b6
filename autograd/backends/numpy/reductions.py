"""Sums over a block of examples, added to the sums so far."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from autograd.backends.numpy.guard import guarded_sum, holds_nan
from autograd.backends.numpy.memory import fetched, flattened, mapped, step
from autograd.program.stages import Memory, Table

if TYPE_CHECKING:
    from autograd.backends.numpy.memory import Array, Memories, Operand, Step
    from autograd.program.stages import SummedProduct, SummedRows

__all__ = ["summed_product", "summed_rows"]


def summed_product(stage: SummedProduct, memories: Memories, sums: Array) -> list[Step]:
    """Return the steps of a matrix product over the terms and the examples."""
    left, right = memories.table(stage.left), memories.table(stage.right)
    part = np.empty((stage.left.height, stage.right.height))
    turned = mapped(flattened(right), lambda array: array.T)
    steps = [step(np.matmul, flattened(left), turned, out=part)]
    if stage.guarded:
        steps.append(partial(_mend, left, right, stage.guarded, part))
    return [*steps, _added(part, stage.into, sums)]


def summed_rows(stage: SummedRows, memories: Memories, sums: Array) -> list[Step]:
    """Return the steps of the sums of rows; a row of UNIFORM memory counts once per example."""
    rows = mapped(
        memories.table(Table(stage.rows.memory, tuple((row,) for row in stage.rows.index))),
        lambda array: array[:, 0],
    )
    uniform = stage.rows.memory is Memory.UNIFORM
    count = np.full((1, 1), memories.examples) if uniform else np.ones((memories.examples, 1))
    part = np.empty((len(stage.into), 1))
    into = tuple((target,) for target in stage.into)
    return [step(np.matmul, rows, count, out=part), _added(part, into, sums)]


def _mend(left: Operand, right: Operand, guard: str, part: Array) -> None:
    if holds_nan(part):
        sums = guarded_sum(fetched(left)[:, None], fetched(right)[None], guard)
        np.add.reduce(sums, axis=-1, out=part)


def _added(part: Array, into: tuple[tuple[int, ...], ...], sums: Array) -> Step:
    """Return the step sums[into] += part, where a sum may occur in `into` more than once."""
    strides = Table(Memory.UNIFORM, into).strides
    distinct = len({target for line in into for target in line}) == len(into) * len(into[0])
    if strides is None or not distinct:
        return partial(np.add.at, sums, np.array(into), part)
    shape = len(into), len(into[0])
    places = np.ndarray(
        shape, np.float64, sums, into[0][0] * sums.itemsize, [k * sums.itemsize for k in strides]
    )
    return partial(np.add, places, part, places)
