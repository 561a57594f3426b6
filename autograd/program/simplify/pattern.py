"""Pattern: an expression with wildcards, written by calling rows, and how it is recognised.

>>> from autograd.primitives import mul, neg
>>> from autograd.program.simplify.pattern import Wildcard
>>> x = Wildcard("x")
>>> mul(neg(x), -1.0)
mul(neg(x), -1.0)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from autograd.program.program import Instruction
from autograd.program.simplify.draft import bits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.primitive import Primitive
    from autograd.program.simplify.draft import Draft

__all__ = ["Pattern", "Term", "Wildcard", "bindings", "built"]

Pattern: TypeAlias = "Wildcard | Term | float"


class Term(NamedTuple):
    """An operation on patterns: what a row returns when it is called with one."""

    op: Primitive
    args: tuple[Any, ...]

    @classmethod
    def __primitive__(cls, op: Primitive, args: tuple[Any, ...]) -> Term:
        """Record the call of a row."""
        return Term(op, args)

    def __repr__(self) -> str:
        return f"{self.op.name}({', '.join(map(repr, self.args))})"


class Wildcard(NamedTuple):
    """Any variable, the same wherever it stands in a pattern; with `accepts`, only constants."""

    name: str
    accepts: Callable[[float], bool] | None = None

    @classmethod
    def __primitive__(cls, op: Primitive, args: tuple[Any, ...]) -> Term:
        """Record the call of a row."""
        return Term(op, args)

    def __repr__(self) -> str:
        return self.name


def bindings(draft: Draft, pattern: Term, args: tuple[int, ...]) -> dict[Wildcard, int] | None:
    """Return what the wildcards of a pattern stand for in an operation of its row, else None."""
    bound: dict[Wildcard, int] = {}
    return bound if _agree(draft, pattern.args, args, bound) else None


def built(draft: Draft, pattern: Pattern, bound: dict[Wildcard, int]) -> int | Instruction:
    """Return what a pattern means for bound wildcards: a variable, or the operation to define.

    Operations inside it must be on constants; they are computed here.
    """
    if isinstance(pattern, float):
        return draft.constant(pattern)
    if isinstance(pattern, Wildcard):
        return bound[pattern]
    return Instruction(pattern.op, tuple([_variable(draft, arg, bound) for arg in pattern.args]))


def _variable(draft: Draft, pattern: Pattern, bound: dict[Wildcard, int]) -> int:
    found = built(draft, pattern, bound)
    if isinstance(found, int):
        return found
    numbers = [draft.number(arg) for arg in found.args]
    return draft.constant(found.op.forward(*numbers))


def _agree(
    draft: Draft, patterns: Sequence[Pattern], args: tuple[int, ...], bound: dict[Wildcard, int]
) -> bool:
    return len(patterns) == len(args) and all(
        _agrees(draft, pattern, arg, bound) for pattern, arg in zip(patterns, args)
    )


def _agrees(draft: Draft, pattern: Pattern, variable: int, bound: dict[Wildcard, int]) -> bool:
    if isinstance(pattern, Term):
        found = draft.definition(variable)
        return (
            found is not None
            and found.op is pattern.op
            and _agree(draft, pattern.args, found.args, bound)
        )
    number = draft.number(variable)
    if isinstance(pattern, Wildcard):
        allowed = pattern.accepts is None or (number is not None and pattern.accepts(number))
        return allowed and bound.setdefault(pattern, variable) == variable
    return number is not None and bits(number) == bits(pattern)
