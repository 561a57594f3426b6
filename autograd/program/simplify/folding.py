"""Constant folding: an operation on constants alone is computed once, here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograd.primitive import Primitive
    from autograd.program.simplify.draft import Draft

__all__ = ["constant_folding"]


def constant_folding(draft: Draft, op: Primitive, args: tuple[int, ...]) -> int | None:
    """Replace the operation by its result, if all its operands are constants.

    Exact: the row's own forward function computes it, as the interpreter would.
    """
    if max(args, default=-1) >= 0:
        return None
    return draft.constant(op.forward(*[draft.numbers[~arg] for arg in args]))
