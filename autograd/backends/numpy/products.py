"""Dot products and matrix products of rows, by BLAS wherever one side is the same for all examples.

A guarded product is computed plainly, and again with its guard when the result holds a nan.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from autograd.backends.numpy.guard import guarded_sum, holds_nan
from autograd.backends.numpy.memory import fetched, flattened, mapped, step
from autograd.program.stages import Memory, Table

if TYPE_CHECKING:
    from autograd.backends.numpy.memory import Array, Memories, Operand, Step
    from autograd.program.stages import Dots, Product

__all__ = ["dots", "product"]


def dots(stage: Dots, memories: Memories) -> list[Step]:
    """Return the steps of one dot product per row."""
    result = fetched(memories.rows(stage.result))
    if stage.left.width == 0:
        return [partial(result.fill, 0.0)]
    left, right = memories.table(stage.left), memories.table(stage.right)
    steps = [step(partial(np.einsum, "rkn,rkn->rn"), left, right, out=result)]
    if stage.guarded:
        steps.append(partial(_mend, left, right, "left", result))
    return steps


def product(stage: Product, memories: Memories) -> list[Step]:
    """Return the steps of all dot products of the lines of two tables."""
    rows = fetched(memories.rows(stage.result))
    if stage.left.width == 0:
        return [partial(rows.fill, 0.0)]
    result = rows.reshape(stage.left.height, stage.right.height, -1)
    left, right = memories.table(stage.left), memories.table(stage.right)
    uniform = {
        side
        for side, table in (("left", stage.left), ("right", stage.right))
        if table.memory is Memory.UNIFORM or memories.examples == 1
    }
    if uniform == {"left", "right"}:
        turned = mapped(_matrix(right), lambda matrix: matrix.T)
        plain = step(np.matmul, _matrix(left), turned, out=result[..., 0])
    elif uniform == {"left"}:
        # (height, width) @ (width, lines * examples): one product for all lines and examples
        columns = flattened(memories.table(_transposed(stage.right)))
        plain = step(np.matmul, _matrix(left), columns, out=rows.reshape(len(result), -1))
    elif uniform == {"right"}:
        plain = step(np.matmul, _matrix(right), left, out=result)
    else:
        plain = step(partial(np.einsum, "akn,bkn->abn"), left, right, out=result)
    if not stage.guarded:
        return [plain]
    lines = mapped(left, lambda array: array[:, None]), mapped(right, lambda array: array[None])
    return [plain, partial(_mend, *lines, stage.guarded, result)]


def _transposed(table: Table) -> Table:
    return Table(table.memory, tuple(zip(*table.index)))


def _matrix(table: Operand) -> Operand:
    return mapped(table, lambda array: array[:, :, 0])


def _mend(left: Operand, right: Operand, guard: str, result: Array) -> None:
    if holds_nan(result):
        np.copyto(result, guarded_sum(fetched(left), fetched(right), guard))
