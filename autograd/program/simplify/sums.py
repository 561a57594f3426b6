"""Sums whose terms are partly constants: fewer terms, or a simpler kind of sum.

A sum starts from 0.0 and so is never -0.0 on the way (in IEEE arithmetic only the sum of two -0.0
is), which makes it exact to leave out terms that are 0.0 or -0.0.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from autograd.primitives import add_n, dot, guarded_dot
from autograd.program.program import Instruction

if TYPE_CHECKING:
    from autograd.primitive import Primitive
    from autograd.program.simplify.draft import Draft

__all__ = ["sums_with_constants"]


def sums_with_constants(draft: Draft, op: Primitive, args: tuple[int, ...]) -> Instruction | None:
    """Leave constant zeros out of add_n and guarded_dot; make plainer sums of constant factors.

    Exact, on all numbers: 1 * x is x, terms keep their order, a guarded product with a factor 0 is
    0.0, and one with a factor that is finite and not 0 is, in a sum, a plain product. A term 0 * x
    of a plain dot stays: x may be infinite.
    """
    if op not in _RULES or min(args, default=0) >= 0:
        return None
    return _RULES[op](draft, args)


def _add_n(draft: Draft, args: tuple[int, ...]) -> Instruction | None:
    kept = tuple([arg for arg in args if draft.number(arg) != 0.0])
    return Instruction(add_n, kept) if len(kept) < len(args) else None


def _dot(draft: Draft, args: tuple[int, ...]) -> Instruction | None:
    half = len(args) // 2
    left, right = args[:half], args[half:]
    one = draft.constant(1.0)
    if left.count(one) == half:
        return Instruction(add_n, right)
    return Instruction(add_n, left) if right.count(one) == half else None


def _guarded_dot(draft: Draft, args: tuple[int, ...]) -> Instruction | None:
    half = len(args) // 2
    pairs = [
        (x, y)
        for x, y in zip(args[:half], args[half:])
        if draft.number(x) != 0.0 and draft.number(y) != 0.0
    ]
    left, right = tuple([x for x, _ in pairs]), tuple([y for _, y in pairs])
    numbers = [draft.number(x) for x in left]
    if all(number is not None and isfinite(number) for number in numbers):
        return Instruction(dot, left + right)
    if right.count(draft.constant(1.0)) == len(right):
        return Instruction(add_n, left)
    return Instruction(guarded_dot, left + right) if len(pairs) < half else None


_RULES = {add_n: _add_n, dot: _dot, guarded_dot: _guarded_dot}
