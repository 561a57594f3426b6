"""Sums over a block of examples, added to the sums so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from autograd.backends.numpy.frame import view
from autograd.backends.numpy.guard import guarded_sum, holds_nan
from autograd.program.stages import Memory, Table

if TYPE_CHECKING:
    from autograd.backends.numpy.frame import Array, Frame
    from autograd.program.stages import SummedProduct, SummedRows

__all__ = ["summed_product", "summed_rows"]


def summed_product(stage: SummedProduct, frame: Frame, sums: Array) -> None:
    """Add the steps of a matrix product over the terms and the examples."""
    left, right = frame.table(stage.left), frame.table(stage.right)
    part: Array = frame.scratch.array((stage.left.height, stage.right.height))
    frame.add(np.matmul, frame.flat(left), frame.flat(right).T, out=part)
    if stage.guarded:
        frame.add(_mend, left[:, None], right[None], part)
    _add_to(sums, stage.into, part, frame)


def summed_rows(stage: SummedRows, frame: Frame, sums: Array) -> None:
    """Add the steps of the sums of rows; a row of UNIFORM memory counts once per example."""
    memory = stage.rows.memory
    rows = frame.table(Table(memory, tuple((row,) for row in stage.rows.index)))
    uniform = memory is Memory.UNIFORM
    count = np.full((1, 1), frame.examples, float) if uniform else np.ones((frame.examples, 1))
    part: Array = frame.scratch.array((len(stage.into), 1))
    frame.add(np.matmul, rows[:, 0], count, out=part)
    _add_to(sums, tuple((target,) for target in stage.into), part, frame)


def _add_to(sums: Array, into: tuple[tuple[int, ...], ...], part: Array, frame: Frame) -> None:
    """Add the step sums[into] += part; a sum may occur in `into` more than once."""
    strides = Table(Memory.UNIFORM, into).strides
    distinct = len({target for line in into for target in line}) == part.size
    if strides is None or not distinct:
        frame.add(np.add.at, sums, np.array(into), part)
        return
    places = view(sums[:, None], into[0][0], part.shape, strides)[..., 0]
    frame.add(np.add, places, part, out=places)


def _mend(left: Array, right: Array, part: Array) -> None:
    if holds_nan(part):
        np.add.reduce(guarded_sum(left, right), axis=-1, out=part)
