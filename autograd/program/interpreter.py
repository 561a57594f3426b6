"""The reference interpreter: what a program means, and the oracle of every backend.

It is a backend itself, the slow one that defines what is right, and finds the operation behind a
result that is not finite.
"""

from __future__ import annotations

from math import fsum, isfinite
from typing import TYPE_CHECKING, Any

from autograd.program.precision import DOUBLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.primitive import Primitive
    from autograd.program.program import Program


def variables(
    program: Program,
    example: Sequence[float],
    shared: Sequence[float],
    parameters: Sequence[float],
) -> list[float]:
    """Return the numbers of all variables for one example, each rounded to the precision."""
    numbers = [*example, *shared, *parameters, *program.constants]
    if program.precision == DOUBLE:
        for op, args in program.instructions:
            numbers.append(op.forward(*[numbers[arg] for arg in args]))
        return numbers
    rounded = program.precision.rounded
    numbers = [*map(rounded, numbers)]
    for op, args in program.instructions:
        operands = [numbers[arg] for arg in args]
        if op.ordered:
            numbers.append(_added_in_order(op, operands, rounded))
        else:
            numbers.append(rounded(op.forward(*operands)))
    return numbers


def _added_in_order(
    op: Primitive, operands: list[float], rounded: Callable[[float], float]
) -> float:
    """Return a chain of additions as one operation, each product and each sum rounded."""
    if op.sum_of is not None and op.sum_of.arity == 2:
        half = len(operands) // 2
        operands = [rounded(x * y) for x, y in zip(operands[:half], operands[half:])]
    total = -0.0
    for term in operands:
        total = rounded(total + term)
    return total


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
    return outputs, [program.precision.rounded(_total(collected)) for collected in terms]


def _total(numbers: list[float]) -> float:
    try:
        return fsum(numbers)
    except (OverflowError, ValueError):  # beyond the largest float, or inf - inf
        return sum(numbers)


class Interpreted:
    """A program run operation by operation, by the forward functions of the rows."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def run(self, examples: Any, shared: Any, parameters: Any) -> tuple[Any, Any]:
        """Return the outputs for each example, and the sums: see `Executable`."""
        import numpy as np

        outputs, sums = run(self.program, examples.tolist(), shared.tolist(), parameters.tolist())
        shape, dtype = (len(examples), len(self.program.outputs)), self.program.precision.name
        return np.array(outputs, dtype=dtype).reshape(shape), np.array(sums, dtype=dtype)

    def scalars(self, numbers: tuple[float, ...], parameters: tuple[float, ...]) -> list[float]:
        """Return the outputs for shared inputs alone."""
        outputs, _ = run(self.program, [()], numbers, parameters)
        return outputs[0]


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
            call = f"{op.called}({', '.join(shown)}{', ...' if len(args) > 6 else ''})"
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
