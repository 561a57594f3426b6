"""Levels: equal operations that need nothing of each other, which one stage can compute.

The level of an operation is one more than the highest level among its operands. Dot products that
all examples share, with a line of a matrix in common, wait for each other as long as nothing is
computed later than the last level for that. So the first position of a text, which attends to
nothing but itself and is ready early, joins the other ones in their matrix products.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.program.program import bits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from autograd.primitive import Primitive
    from autograd.program.program import Program

MOST_CONSTANTS = 4  # sets of constants that operations of one kind are grouped by


def levels(program: Program, wanted: Collection[int]) -> Iterator[list[int]]:
    """Yield groups of variables that the wanted ones need, operands before their users.

    The operations of a group are the same, on operands that vary in the same places, so that one
    loop computes them all. Variables that vary have levels of their own, and so have the others.
    Operations on few distinct constants make a group for each: an exponent of 2 needs no general
    power.
    """
    first, varies = program.first, program.varies
    needed = set(wanted)
    for number in range(program.size - 1, first - 1, -1):
        if number in needed:
            needed.update(program.instructions[number - first].args)
    level = _levels(program, needed, {})
    waiting = _waiting(program, needed, level)
    if waiting:
        level = _levels(program, needed, waiting)
    kinds: dict[tuple[bool, int], dict[Any, list[int]]] = {}
    for number, (op, args) in enumerate(program.instructions, first):
        if number in needed:
            kind: Any = (op, len(args), _sides(op, [varies[arg] for arg in args]))
            place = varies[number], level[number]
            kinds.setdefault(place, {}).setdefault(kind, []).append(number)
    for place in sorted(kinds):  # what does not vary first
        for group in kinds[place].values():
            yield from _by_constants(program, group)


def is_dot(op: Primitive) -> bool:
    """Tell whether an operation is a sum of products, of two lines of equally many operands."""
    return op.variadic and op.sum_of is not None and op.sum_of.arity == 2


def _levels(program: Program, needed: Collection[int], waiting: Mapping[int, int]) -> list[int]:
    """Return the level of each variable, which for some is at least another one."""
    varies, level = program.varies, [0] * program.size
    for number, (_, args) in enumerate(program.instructions, program.first):
        if number in needed:
            varying = varies[number]
            depth = 1 + max([level[arg] for arg in args if varies[arg] is varying], default=0)
            level[number] = max(depth, waiting[number]) if number in waiting else depth
    return level


def _waiting(program: Program, needed: Collection[int], level: list[int]) -> dict[int, int]:
    """Return until which level dot products wait for others that read the same line."""
    readers: dict[Any, set[int]] = {}  # the levels of all that read a line
    dots: list[tuple[int, set[int], set[int]]] = []
    for number, (op, args) in enumerate(program.instructions, program.first):
        if is_dot(op) and number in needed and not program.varies[number]:
            half = len(args) // 2
            left, right = [
                readers.setdefault((op, line), set()) for line in (args[:half], args[half:])
            ]
            left.add(level[number])
            right.add(level[number])
            dots.append((number, left, right))
    if all(len(found) == 1 for found in readers.values()):
        return {}
    latest = _latest(program, needed, level)
    return {
        number: max(place for place in (*left, *right) if place <= latest[number])
        for number, left, right in dots
        if len(left) + len(right) > 2
    }


def _latest(program: Program, needed: Collection[int], level: list[int]) -> list[int]:
    """Return the last level at which each variable that does not vary delays nothing too far."""
    varies = program.varies
    last = max(level[number] for number in needed if not varies[number])
    latest = [last] * program.size
    for number in range(program.size - 1, program.first - 1, -1):
        if number in needed and not varies[number]:
            before = latest[number] - 1
            for arg in program.instructions[number - program.first].args:
                latest[arg] = min(latest[arg], before)
    return latest


def _sides(op: Primitive, varying: list[bool]) -> tuple[bool, ...]:
    """Return which operands vary; of a variadic operation, whether any of each half does."""
    if not op.variadic:
        return tuple(varying)
    half = len(varying) // 2
    return True in varying[:half], True in varying[half:]


def _by_constants(program: Program, group: list[int]) -> list[list[int]]:
    """Return the group split by the constants among the operands, if that gives few parts."""
    if len(group) == 1:
        return [group]
    parts: dict[tuple[bytes | None, ...], list[int]] = {}
    for number in group:
        op, args = program.instructions[number - program.first]
        constants = [None if op.variadic else program.constant(arg) for arg in args]
        key = tuple([None if c is None else bits(c) for c in constants])
        parts.setdefault(key, []).append(number)
    return list(parts.values()) if len(parts) <= MOST_CONSTANTS else [group]
