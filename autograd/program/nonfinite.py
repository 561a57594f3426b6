"""The first operation that turned a result into nan or inf, found by the interpreter."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from autograd.program.interpreter import variables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.program.program import Program

__all__ = ["cause_of_non_finite"]


def cause_of_non_finite(
    program: Program,
    examples: Sequence[Sequence[float]],
    shared: Sequence[float],
    parameters: Sequence[float],
) -> FloatingPointError:
    """Return the error that names the operation behind a result that is not finite.

    From the first such result it goes back through operands that are not finite to an operation
    whose operands all are, or to an input.
    """
    for index, example in enumerate(examples):
        numbers = variables(program, example, shared, parameters)
        for result in (*program.outputs, *program.sums):
            if not isfinite(numbers[result]):
                where = f" in example {index}" if program.examples else ""
                return FloatingPointError(_cause(program, numbers, result) + where)
    return FloatingPointError(
        "each result is finite, but their sum over the examples is not: it overflowed"
    )


def _cause(program: Program, numbers: list[float], variable: int) -> str:
    while variable >= program.first:
        op, args = program.instructions[variable - program.first]
        culprits = [arg for arg in args if not isfinite(numbers[arg])]
        if not culprits:
            shown = [_described(program, numbers, arg) for arg in args[:6]]
            call = f"{op.name}({', '.join(shown)}{', ...' if len(args) > 6 else ''})"
            line = program.lines.get(variable)
            at = f" at {line}" if line else ", an operation of the derivative,"
            return f"{call} gave {numbers[variable]}{at}"
        variable = culprits[0]
    kind = "the parameter" if variable >= program.examples + program.shared else "the input"
    if program.constant(variable) is not None:
        kind = "the constant"
    return f"{kind} {_described(program, numbers, variable)} is not finite"


def _described(program: Program, numbers: list[float], variable: int) -> str:
    label = program.names.get(variable)
    return f"{label}={numbers[variable]}" if label else f"{numbers[variable]}"
