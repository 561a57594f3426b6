"""Sums over the batch, split into terms, so that less is computed for each example.

A sum of additions is the sum of their terms. Products of two factors that both vary become matrix
products over the batch (the gradient of a layer's weights is one); a term that does not vary is
computed once and counts n times. `grids` finds the dot products that make one matrix product.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeAlias, TypeVar

from autograd.primitives import guarded_mul, identity, mul
from autograd.program.program import Instruction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from autograd.primitive import Primitive
    from autograd.program.program import Program


Key = TypeVar("Key")
Item = TypeVar("Item")


@dataclass(frozen=True)
class Grid(Generic[Key, Item]):
    """The items of all pairs of a left and a right key: `items[i][j]` for lefts[i], rights[j]."""

    lefts: tuple[Key, ...]
    rights: tuple[Key, ...]
    items: tuple[tuple[Item, ...], ...]

    def transposed(self) -> Grid[Key, Item]:
        """Return the grid with left and right exchanged."""
        return Grid(self.rights, self.lefts, tuple(zip(*self.items)))

    def ordered(self, where: Callable[[Key], Any]) -> Grid[Key, Item]:
        """Return the grid with lefts and rights sorted by `where`."""
        lines = sorted(range(len(self.lefts)), key=lambda i: where(self.lefts[i]))
        columns = sorted(range(len(self.rights)), key=lambda j: where(self.rights[j]))
        return Grid(
            tuple(self.lefts[i] for i in lines),
            tuple(self.rights[j] for j in columns),
            tuple(tuple(self.items[i][j] for j in columns) for i in lines),
        )


def grids(entries: Iterable[tuple[Key, Key, Item]]) -> list[Grid[Key, Item]]:
    """Return grids that together hold each entry (left, right, item) once.

    Lefts that meet the same rights make a grid, or rights that meet the same lefts, whichever
    gives fewer. A layer of dot products is one grid: all its weight vectors meet the one input.

    >>> grids([("w1", "x", 1), ("w2", "x", 2), ("w3", "y", 3)])[0]
    Grid(lefts=('w1', 'w2'), rights=('x',), items=((1,), (2,)))
    """
    found: list[Grid[Key, Item]] = []
    for distinct in _rounds(entries):
        by_left = _alike(distinct)
        by_right = _alike({(right, left): item for (left, right), item in distinct.items()})
        if len(by_left) <= len(by_right):
            found += by_left
        else:
            found += [grid.transposed() for grid in by_right]
    return found


def _rounds(entries: Iterable[tuple[Key, Key, Item]]) -> list[dict[tuple[Key, Key], Item]]:
    """Return the entries in rounds without repeated pairs, most often a single one."""
    rounds: list[dict[tuple[Key, Key], Item]] = [{}]
    for left, right, item in entries:
        pair = left, right
        entered = next((found for found in rounds if pair not in found), None)
        if entered is None:
            rounds.append(entered := {})
        entered[pair] = item
    return rounds if rounds[0] else []


def _alike(entries: dict[tuple[Key, Key], Item]) -> list[Grid[Key, Item]]:
    """Return a grid for each set of lefts that meet the same rights."""
    partners: dict[Key, dict[Key, Item]] = {}
    for (left, right), item in entries.items():
        partners.setdefault(left, {})[right] = item
    lines: dict[frozenset[Key], list[Key]] = {}
    for left, met in partners.items():
        lines.setdefault(frozenset(met), []).append(left)
    found: list[Grid[Key, Item]] = []
    for lefts in lines.values():
        rights = tuple(partners[lefts[0]])
        items = tuple([tuple([partners[left][right] for right in rights]) for left in lefts])
        found.append(Grid(tuple(lefts), rights, items))
    return found


Variables: TypeAlias = tuple[int, ...]

LEAST_PRODUCT = 4  # results that are worth a matrix product of their own


class SplitSums(NamedTuple):
    """The terms of the sums of a program, and the program that computes them.

    `products` are grids of sums: number items[i][j] has the term lefts[i] . rights[j], multiplied
    by the operation. `rows` are variables and the sums that they are terms of.
    """

    program: Program
    products: list[tuple[Primitive, Grid[Variables, int]]]
    rows: list[tuple[int, int]]


def split_sums(program: Program) -> SplitSums:
    """Return the terms of the sums of a program.

    Only results that nothing else uses are split: the others are computed anyway. A product that is
    in no matrix product becomes an instruction of its own, added at the end.
    """
    terms = _Terms(program)
    for into, output in enumerate(program.sums):
        stack = [output]
        while stack:
            stack += reversed(terms.of(stack.pop(), into))
    products = []
    for (product, _), entries in terms.pairs.items():
        for grid in grids(entries):
            items = [item for line in grid.items for item in line]
            if len(items) >= LEAST_PRODUCT:
                products.append((product, grid))
                continue
            for left, line in zip(grid.lefts, grid.items):
                for right, into in zip(grid.rights, line):
                    terms.rows.append((terms.variable(product, left, right), into))
    whole = program.changed(instructions=(*program.instructions, *terms.added))
    return SplitSums(whole, products, terms.rows)


class _Terms:
    """The terms found so far, and the instructions added for them."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.uses = program.uses
        self.pairs: dict[tuple[Primitive, int], list[tuple[Variables, Variables, int]]] = {}
        self.rows: list[tuple[int, int]] = []
        self.added: list[Instruction] = []
        self.known = {
            instruction: number
            for number, instruction in enumerate(program.instructions, program.first)
            if instruction.op.gathered
        }

    def of(self, variable: int, into: int) -> Sequence[int]:
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
        """Note the pairs of a dot product, grouped by how many of their factors vary."""
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
