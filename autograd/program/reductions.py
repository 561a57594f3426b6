"""Sums over the batch, taken apart: what must be computed for each example, and what need not.

A sum over examples passes through additions. Products of numbers that both vary are left to matrix
products over the batch (the gradient of a layer's weights is one), and what does not vary is
computed once and counts n times.
"""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from autograd.primitives import guarded_mul, identity, mul
from autograd.program.grids import Grid, grids
from autograd.program.program import Instruction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.primitive import Primitive
    from autograd.program.program import Program

__all__ = ["LEAST_PRODUCT", "Apart", "taken_apart"]

Variables: TypeAlias = tuple[int, ...]

LEAST_PRODUCT = 4  # results that are worth a matrix product of their own


class Apart(NamedTuple):
    """What the sums of a program are made of, and the program with all that they need.

    `products` are grids of sums: number items[i][j] has the term lefts[i] . rights[j], multiplied
    by the operation. `rows` are variables and the sums that they are terms of.
    """

    program: Program
    products: list[tuple[Primitive, Grid[Variables, int]]]
    rows: list[tuple[int, int]]


def taken_apart(program: Program) -> Apart:
    """Return what the sums of a program are made of.

    Only results that nothing else uses are taken apart: the others are computed anyway. What is
    in no matrix product becomes an instruction of its own, added at the end.
    """
    parts = _Parts(program)
    for into, output in enumerate(program.sums):
        stack = [output]
        while stack:
            stack += reversed(parts.terms(stack.pop(), into))
    products = []
    for (product, _), entries in parts.pairs.items():
        for grid in grids(entries):
            items = [item for line in grid.items for item in line]
            if len(items) >= LEAST_PRODUCT:
                products.append((product, grid))
                continue
            for left, line in zip(grid.lefts, grid.items):
                for right, into in zip(grid.rights, line):
                    parts.rows.append((parts.variable(product, left, right), into))
    whole = replace(program, instructions=(*program.instructions, *parts.added))
    return Apart(whole, products, parts.rows)


class _Parts:
    """The terms found so far, and the instructions added for them."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.uses = _uses(program)
        self.pairs: dict[tuple[Primitive, int], list[tuple[Variables, Variables, int]]] = {}
        self.rows: list[tuple[int, int]] = []
        self.added: list[Instruction] = []
        self.known = {
            instruction: number
            for number, instruction in enumerate(program.instructions, program.first)
            if instruction.op.gathered
        }

    def terms(self, variable: int, into: int) -> Sequence[int]:
        """Note the terms of one variable; return those that must be looked at in turn."""
        program = self.program
        position = variable - program.first
        if position >= 0 and self.uses[variable] == 1 and program.varies[variable]:
            op, args = program.instructions[position]
            product = op if op.gathered else op.sum_of
            if product is identity and args:
                return args
            if product is not None and product.gathered is not None:
                self._dot(variable, product, args, into)
                return ()
        self.rows.append((variable, into))
        return ()

    def variable(self, product: Primitive, left: Variables, right: Variables) -> int:
        """Return the variable of a dot product, made if there is none."""
        numbers = [self.program.constant(factor) for factor in left]
        if product is guarded_mul and all(number and isfinite(number) for number in numbers):
            product = mul  # no 0 * inf: penalties are of one kind for all parameters
        row = product if len(left) == 1 else product.gathered
        assert row is not None
        instruction = Instruction(row, left + right)
        if instruction not in self.known:
            self.known[instruction] = self.program.size + len(self.added)
            self.added.append(instruction)
        return self.known[instruction]

    def _dot(self, variable: int, product: Primitive, args: Variables, into: int) -> None:
        """Note the pairs of a dot product, parted by how many of their factors vary."""
        varies = self.program.varies
        half = len(args) // 2
        parts: dict[int, list[tuple[int, int]]] = {}
        for left, right in zip(args[:half], args[half:]):
            parts.setdefault(varies[left] + varies[right], []).append((left, right))
        for count, pairs in parts.items():
            lefts, rights = zip(*pairs)
            known = Instruction(product, lefts + rights) in self.known and len(pairs) == 1
            if count == 2 and not (known and len(parts) > 1):
                self.pairs.setdefault((product, len(lefts)), []).append((lefts, rights, into))
            elif len(parts) == 1:
                self.rows.append((variable, into))
            else:
                self.rows.append((self.variable(product, lefts, rights), into))


def _uses(program: Program) -> list[int]:
    uses = [0] * program.size
    for _, args in program.instructions:
        for arg in args:
            uses[arg] += 1
    for variable in (*program.outputs, *program.sums):
        uses[variable] += 1
    return uses
