"""Spelling out: operations of many operands in other rows, where no fold of two has their value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.program.simplify.draft import rewritten
from autograd.program.simplify.rewrites import common_subexpressions

if TYPE_CHECKING:
    from autograd.primitive import Primitive
    from autograd.program.program import Program
    from autograd.program.simplify.draft import Draft

__all__ = ["spelled_out"]

FEW = 2  # operands that the text of a row takes


def spelled_out(program: Program) -> Program:
    """Return the program with operations on more operands than two as their rows spell them.

    >>> from autograd.primitives import hypot
    >>> from autograd.program.program import Instruction, Program
    >>> whole = Program(3, 0, 0, (), (Instruction(hypot, (0, 1, 2)),), (3,))
    >>> [op.name for op, _ in spelled_out(whole).instructions][-4:]
    ['abs', 'equal', 'largest', 'where']
    """
    if not any(op.spelled and len(args) > FEW for op, args in program.instructions):
        return program
    return rewritten(program, (_spelled, common_subexpressions))[0]


class _Variable(NamedTuple):
    """A variable of a draft, to which rows can be applied."""

    draft: Draft
    number: int

    @staticmethod
    def __primitive__(op: Primitive, args: tuple[Any, ...]) -> _Variable:
        draft = next(x.draft for x in args if isinstance(x, _Variable))
        numbers = [x.number if isinstance(x, _Variable) else draft.constant(x) for x in args]
        return _Variable(draft, draft.define(op, tuple(numbers)))


def _spelled(draft: Draft, op: Primitive, args: tuple[int, ...]) -> int | None:
    if op.spelled is None or len(args) <= FEW:
        return None
    number: int = op.spelled(*[_Variable(draft, arg) for arg in args]).number
    return number
