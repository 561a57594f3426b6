"""Common subexpressions: the same operation on the same operands is computed once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograd.primitive import Primitive
    from autograd.program.simplify.draft import Draft

__all__ = ["common_subexpressions"]


def common_subexpressions(draft: Draft, op: Primitive, args: tuple[int, ...]) -> int | None:
    """Replace the operation by an earlier one that is the same.

    Exact: an operation is a function of its operands. These are compared as variables, and
    constants by their bits, so that 0.0 and -0.0 stay apart; inputs are never the same. The order
    of two operands does not matter where the row says so.
    """
    found = draft.known.get((op, args))
    if found is None and op.commutative:
        return draft.known.get((op, args[::-1]))
    return found
