"""Elementwise stages and folds as array operations."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.backends.numpy.algebra import function_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.backends.numpy.frame import Array, Frame
    from autograd.program.stages import Elementwise, Fold

__all__ = ["elementwise", "fold"]


def elementwise(stage: Elementwise, frame: Frame) -> None:
    """Add the steps of one operation on all rows of a stage."""
    operands = [frame.rows(rows) for rows in stage.operands]
    function = function_of(stage.op)
    function.compute(operands, frame.rows(stage.result), frame.scratch.array, frame.add)


def fold(stage: Fold, frame: Frame) -> None:
    """Add the steps of a variadic operation, which takes its terms in their order."""
    result, function, start = frame.rows(stage.result), function_of(stage.op), stage.start
    if stage.terms.width == 0:
        frame.add(result.fill, start)
    elif function.arity == 3:
        pairs = [frame.table(table) for table in stage.halves()]
        frame.add(_folded, function, pairs, 0.0, result)
    elif function.ufunc is not None:
        initial: dict[str, Any] = {} if start is None else {"initial": start}
        reduce = partial(function.ufunc.reduce, axis=1, **initial)
        frame.add(reduce, frame.table(stage.terms), out=result)
    else:
        frame.add(_folded, function, [frame.table(stage.terms)], start, result)


def _folded(
    function: Callable[..., Any], tables: Sequence[Array], start: float | None, out: Array
) -> None:
    terms = zip(*(table.swapaxes(0, 1) for table in tables))
    total: Any = next(terms)[0] if start is None else start
    for term in terms:
        total = function(total, *term)
    np.copyto(out, total)
