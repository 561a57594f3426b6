"""Elementwise stages and folds as array operations."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.backends.numpy.memory import fetched, step
from autograd.backends.numpy.texts import function_of, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.backends.numpy.memory import Array, Memories, Operand, Step
    from autograd.program.stages import Elementwise, Fold

__all__ = ["elementwise", "fold"]


def elementwise(stage: Elementwise, memories: Memories) -> Step:
    """Return the step of one operation on all rows of a stage."""
    operands = [memories.rows(rows) for rows in stage.operands]
    result = fetched(memories.rows(stage.result))
    return step(writing(function_of(stage.op)), *operands, out=result)


def fold(stage: Fold, memories: Memories) -> Step:
    """Return the step of a variadic operation, which takes its terms in their order."""
    result = fetched(memories.rows(stage.result))
    if stage.terms[0].width == 0:
        return partial(result.fill, stage.op.forward())
    function = function_of(stage.op)
    tables = [memories.table(table) for table in stage.terms]
    if len(tables) == 2:
        return partial(_folded, function, tables, 0.0, result)
    start: dict[str, Any] = {"initial": stage.op.forward()} if () in stage.op.special else {}
    if isinstance(function, np.ufunc):
        return step(partial(function.reduce, axis=1, **start), *tables, out=result)
    return partial(_folded, function, tables, start.get("initial"), result)


def _folded(
    function: Callable[..., Any], tables: Sequence[Operand], start: float | None, out: Array
) -> None:
    arrays = [fetched(table) for table in tables]
    terms = zip(*(array.swapaxes(0, 1) for array in arrays))
    total: Any = next(terms)[0] if start is None else start
    for term in terms:
        total = function(total, *term)
    np.copyto(out, total)
