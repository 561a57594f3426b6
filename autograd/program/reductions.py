"""Sums over the batch, taken apart: what must be computed for each example, and what need not.

A sum over examples passes through additions. A product of two numbers that both vary is left to a
matrix product over the batch (the gradient of a layer's weights is one), and what does not vary is
computed once and counts n times.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from autograd.primitives import guarded_mul, identity, mul
from autograd.program.program import Instruction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.primitive import Primitive
    from autograd.program.program import Program

__all__ = ["Term", "taken_apart"]


class Term(NamedTuple):
    """One contribution to a sum: a variable, or the dot product of two lists of variables."""

    into: int  # the number of the sum
    product: Primitive | None  # the operation that multiplies; None: `left` is the variable itself
    left: tuple[int, ...]
    right: tuple[int, ...] = ()


def taken_apart(program: Program) -> tuple[Program, list[Term]]:
    """Return what the sums of a program are made of, and the program with what they need.

    Only results that nothing else uses are taken apart: the others are computed anyway. Of a dot
    product the pairs of which one factor or none varies become instructions of their own, added at
    the end.
    """
    uses = _uses(program)
    added: list[Instruction] = []
    terms: list[Term] = []
    for into, output in enumerate(program.sums):
        stack = [output]
        while stack:
            variable = stack.pop()
            position = variable - program.first
            if position < 0 or uses[variable] > 1 or not program.varies[variable]:
                terms.append(Term(into, None, (variable,)))
                continue
            op, args = program.instructions[position]
            product = op if op.gathered else op.sum_of
            if product is identity and args:
                stack += reversed(args)
            elif product is None or product.gathered is None:
                terms.append(Term(into, None, (variable,)))
            else:
                parts = _parted(args, program.varies)
                for factors_varying, (left, right) in parts.items():
                    if factors_varying == 2:
                        terms.append(Term(into, product, left, right))
                    elif len(parts) == 1:
                        terms.append(Term(into, None, (variable,)))
                    else:
                        terms.append(Term(into, None, (program.size + len(added),)))
                        added.append(Instruction(_dot(program, product, left), left + right))
    return replace(program, instructions=(*program.instructions, *added)), terms


def _dot(program: Program, product: Primitive, left: tuple[int, ...]) -> Primitive:
    """Return the row that sums the products: the plain one where no left factor can be 0.

    A penalty's gradient is then one kind of operation for all parameters.
    """
    numbers = [program.constant(factor) for factor in left]
    row = mul if product is guarded_mul and all(numbers) else product
    assert row.gathered is not None
    return row.gathered


def _uses(program: Program) -> list[int]:
    uses = [0] * program.size
    for _, args in program.instructions:
        for arg in args:
            uses[arg] += 1
    for variable in (*program.outputs, *program.sums):
        uses[variable] += 1
    return uses


def _parted(
    args: tuple[int, ...], varies: Sequence[bool]
) -> dict[int, tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return the left and right factors of a dot product by how many of the two vary."""
    half = len(args) // 2
    parts: dict[int, list[tuple[int, int]]] = {}
    for left, right in zip(args[:half], args[half:]):
        parts.setdefault(varies[left] + varies[right], []).append((left, right))
    return {
        count: (tuple([left for left, _ in pairs]), tuple([right for _, right in pairs]))
        for count, pairs in parts.items()
    }
