"""Dead code: instructions and constants that no result depends on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from autograd.program.program import Instruction

if TYPE_CHECKING:
    from autograd.program.program import Program

__all__ = ["without_dead_code"]


def without_dead_code(program: Program) -> Program:
    """Leave out what neither an output nor a sum needs. Exact: nothing that is read changes."""
    needed = bytearray(program.size)
    for output in (*program.outputs, *program.sums):
        needed[output] = True
    for number in range(program.size - 1, program.first - 1, -1):
        if needed[number]:
            for arg in program.instructions[number - program.first].args:
                needed[arg] = True
    needed[: program.inputs] = b"\1" * program.inputs
    if all(needed):
        return program
    kept = [number for number in range(program.size) if needed[number]]
    place = dict(zip(kept, range(len(kept))))
    return replace(
        program,
        constants=tuple(
            [
                number
                for variable, number in enumerate(program.constants, program.inputs)
                if needed[variable]
            ]
        ),
        instructions=tuple(
            [
                Instruction(op, tuple([place[arg] for arg in args]))
                for variable, (op, args) in enumerate(program.instructions, program.first)
                if needed[variable]
            ]
        ),
        outputs=tuple([place[output] for output in program.outputs]),
        sums=tuple([place[output] for output in program.sums]),
        names={place[v]: name for v, name in program.names.items() if v in place},
        lines={place[v]: line for v, line in program.lines.items() if v in place},
    )
