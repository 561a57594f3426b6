"""The reference interpreter: what a program means, and the oracle of every backend."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.program.program import Program

__all__ = ["run", "variables"]


def variables(
    program: Program,
    example: Sequence[float],
    shared: Sequence[float],
    parameters: Sequence[float],
) -> list[float]:
    """Return the numbers of all variables for one example."""
    numbers = [*example, *shared, *parameters, *program.constants]
    for op, args in program.instructions:
        numbers.append(op.forward(*[numbers[arg] for arg in args]))
    return numbers


def run(
    program: Program,
    examples: Sequence[Sequence[float]],
    shared: Sequence[float] = (),
    parameters: Sequence[float] = (),
) -> tuple[list[list[float]], list[float]]:
    """Return the outputs for each example, and the sums over all of them, rounded once."""
    outputs: list[list[float]] = []
    terms: list[list[float]] = [[] for _ in program.sums]
    for example in examples:
        numbers = variables(program, example, shared, parameters)
        outputs.append([numbers[output] for output in program.outputs])
        for collected, variable in zip(terms, program.sums):
            collected.append(numbers[variable])
    return outputs, [_total(collected) for collected in terms]


def _total(numbers: list[float]) -> float:
    try:
        return fsum(numbers)
    except (OverflowError, ValueError):  # beyond the largest float, or inf - inf
        return sum(numbers)
