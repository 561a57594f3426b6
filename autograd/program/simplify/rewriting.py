"""Rewriting: one walk over a program that defines every instruction anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from autograd.program.program import Instruction
from autograd.program.simplify.draft import Draft

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from autograd.program.program import Program
    from autograd.program.simplify.draft import Rewrite

__all__ = ["rewritten"]


def rewritten(program: Program, rewrites: Sequence[Rewrite]) -> tuple[Program, Counter[Rewrite]]:
    """Return the program with rewrites applied, and the number of operations each one spared.

    What is no longer needed is left in place. A label or a line goes to the variable that now
    holds the number, unless that has one already.
    """
    draft = Draft(program.inputs, rewrites)
    place = [*range(program.inputs), *map(draft.constant, program.constants)]
    for op, args in program.instructions:
        place.append(draft.define(op, tuple([place[arg] for arg in args])))

    shift = len(draft.numbers)  # constants come between the inputs and the instructions

    def final(variable: int) -> int:
        if variable < 0:
            return program.inputs + ~variable
        return variable if variable < program.inputs else variable + shift

    def moved(texts: dict[int, str]) -> dict[int, str]:
        found: dict[int, str] = {}
        for variable in sorted(texts):
            found.setdefault(final(place[variable]), texts[variable])
        return found

    instructions = [Instruction(op, tuple(map(final, args))) for op, args in draft.instructions]
    smaller = replace(
        program,
        constants=tuple(draft.numbers),
        instructions=tuple(instructions),
        outputs=tuple([final(place[output]) for output in program.outputs]),
        sums=tuple([final(place[output]) for output in program.sums]),
        names=moved(program.names),
        lines=moved(program.lines),
    )
    return smaller, draft.spared
