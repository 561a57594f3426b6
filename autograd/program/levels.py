"""Levels: the operations of a program that are of one kind and do not depend on each other."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from autograd.primitive import Primitive
    from autograd.program.program import Program

__all__ = ["levels"]

MOST_CONSTANTS = 4  # sets of constants for which operations of one kind are kept apart


def levels(program: Program, wanted: Collection[int]) -> Iterator[list[int]]:
    """Yield groups of variables that the wanted ones need, operands before their users.

    The operations of a group are the same, on operands that vary in the same places, so that one
    loop computes them all. What varies and what does not are levelled apart. Operations on few
    distinct constants are kept apart by these: an exponent of 2 needs no general power.
    """
    first, varies = program.first, program.varies
    needed = set(wanted)
    for number in range(program.size - 1, first - 1, -1):
        if number in needed:
            needed.update(program.instructions[number - first].args)
    level = [0] * program.size
    kinds: dict[tuple[bool, int], dict[Any, list[int]]] = {}
    for number, (op, args) in enumerate(program.instructions, first):
        if number not in needed:
            continue
        varying = varies[number]
        depth = 1 + max([level[arg] for arg in args if varies[arg] is varying], default=0)
        level[number] = depth
        kind: Any = (op, len(args), _sides(op, [varies[arg] for arg in args]))
        kinds.setdefault((varying, depth), {}).setdefault(kind, []).append(number)
    for place in sorted(kinds):  # what does not vary first
        for group in kinds[place].values():
            yield from _by_constants(program, group)


def _sides(op: Primitive, varying: list[bool]) -> tuple[bool, ...]:
    """Return which operands vary; of a variadic operation, whether any of each half does."""
    if not op.variadic:
        return tuple(varying)
    half = len(varying) // 2
    return True in varying[:half], True in varying[half:]


def _by_constants(program: Program, group: list[int]) -> list[list[int]]:
    """Return the group parted by the constants among the operands, if that gives few parts."""
    parts: dict[tuple[bytes | None, ...], list[int]] = {}
    for number in group:
        op, args = program.instructions[number - program.first]
        constants = [None if op.variadic else program.constant(arg) for arg in args]
        key = tuple([None if c is None else struct.pack("d", c) for c in constants])
        parts.setdefault(key, []).append(number)
    return list(parts.values()) if len(parts) <= MOST_CONSTANTS else [group]
