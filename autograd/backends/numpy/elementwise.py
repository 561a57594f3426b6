"""Elementwise stages and folds as array operations."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.backends.numpy.texts import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.backends.numpy.frame import Array, Frame
    from autograd.program.stages import Elementwise, Fold, Table

__all__ = ["elementwise", "fold"]


def elementwise(stage: Elementwise, frame: Frame) -> None:
    """Add the steps of one operation on all rows of a stage."""
    operands = [frame.rows(rows) for rows in stage.operands]
    text_of(stage.op).compute(operands, frame.rows(stage.result), frame)


def fold(stage: Fold, frame: Frame) -> None:
    """Add the steps of a variadic operation, which takes its terms in their order."""
    result, text = frame.rows(stage.result), text_of(stage.op)
    if stage.terms[0].width == 0:
        frame.add(result.fill, stage.op.forward())
    elif text.arity == 3:
        pairs = [frame.table(table) for table in _halves(stage.terms)]
        frame.add(_folded, text.function, pairs, 0.0, result)
    else:
        terms = frame.table(stage.terms[0])
        start: dict[str, Any] = {"initial": stage.op.forward()} if () in stage.op.special else {}
        if isinstance(text.function, np.ufunc):
            frame.add(partial(text.function.reduce, axis=1, **start), terms, out=result)
        else:
            frame.add(_folded, text.function, [terms], start.get("initial"), result)


def _halves(terms: tuple[Table, ...]) -> tuple[Table, ...]:
    """Return left and right factors; x1 ... xn, y1 ... yn in one table are taken apart."""
    if len(terms) == 2:
        return terms
    half = terms[0].width // 2
    return terms[0].columns(range(half)), terms[0].columns(range(half, 2 * half))


def _folded(
    function: Callable[..., Any], tables: Sequence[Array], start: float | None, out: Array
) -> None:
    terms = zip(*(table.swapaxes(0, 1) for table in tables))
    total: Any = next(terms)[0] if start is None else start
    for term in terms:
        total = function(total, *term)
    np.copyto(out, total)
