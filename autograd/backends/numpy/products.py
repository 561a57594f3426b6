"""Dot products and matrix products of rows, by BLAS wherever one side is the same for all examples.

A guarded product is computed plainly, and again with its guard when the result holds a nan. For
terms that are all -0.0 BLAS and einsum may give -0.0, not the 0.0 of a sum that starts there, so
0.0 is added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from autograd.backends.numpy.guard import guarded_sum, holds_nan
from autograd.program.stages import Table

if TYPE_CHECKING:
    from autograd.backends.numpy.frame import Array, Frame
    from autograd.program.stages import Dots, Product

__all__ = ["dots", "product"]


def dots(stage: Dots, frame: Frame) -> None:
    """Add the steps of one dot product per row."""
    result = frame.rows(stage.result)
    if stage.left.width == 0:
        frame.add(result.fill, 0.0)
        return
    left, right = frame.table(stage.left), frame.table(stage.right)
    frame.add(np.einsum, "rkn,rkn->rn", left, right, out=result)
    frame.add(np.add, result, 0.0, out=result)
    if stage.guarded:
        frame.add(_mend, left, right, result)


def product(stage: Product, frame: Frame) -> None:
    """Add the steps of all dot products of the lines of two tables."""
    rows = frame.rows(stage.result)
    if stage.left.width == 0:
        frame.add(rows.fill, 0.0)
        return
    result = rows.reshape(stage.left.height, stage.right.height, -1)
    left = frame.table(stage.left)
    columns = frame.table(Table(stage.right.memory, tuple(zip(*stage.right.index))))
    right = columns.swapaxes(0, 1)
    match left.shape[-1], right.shape[-1]:
        case 1, 1:
            frame.add(np.matmul, left[..., 0], columns[..., 0], out=result[..., 0])
        case 1, _:
            # (height, width) @ (width, lines * examples): one product for all lines and examples
            frame.add(np.matmul, left[..., 0], frame.flat(columns), out=frame.flat(result))
        case _, 1:
            frame.add(np.matmul, right[..., 0], left, out=result)
        case _:
            frame.add(np.einsum, "akn,bkn->abn", left, right, out=result)
    frame.add(np.add, rows, 0.0, out=rows)
    if stage.guarded:
        frame.add(_mend, left[:, None], right[None], result)


def _mend(left: Array, right: Array, result: Array) -> None:
    if holds_nan(result):
        np.copyto(result, guarded_sum(left, right))
