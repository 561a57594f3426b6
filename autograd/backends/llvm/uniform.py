"""Dot products of numbers that all examples share: the lanes run over rows, or over terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.backends.llvm.frame import UNROLLED
from autograd.program.stages import Dots, Product, Table

if TYPE_CHECKING:
    from autograd.backends.llvm.frame import Frame, Lookup
    from autograd.backends.llvm.writer import Index, Operand, Writer

__all__ = ["write_uniform_dots"]


def write_uniform_dots(frame: Frame, stage: Dots | Product) -> None:
    """Write dot products, or a matrix product as the dot products that it is made of."""
    if isinstance(stage, Product):
        lefts = tuple(line for line in stage.left.index for _ in stage.right.index)
        left = Table(stage.left.memory, lefts)
        right = Table(stage.right.memory, stage.right.index * stage.left.height)
    else:
        left, right = stage.left, stage.right
    dots = _Dots(frame, left, right, stage.guarded)
    result = frame.lookup(stage.result)

    def some_rows(row: Index, count: int) -> None:
        if count == frame.width and dots.side_by_side:
            total = dots.by_rows(frame.writer, row)
            frame.writer.store(total, frame.scalar.address("%uniform", result.at(row)))
            return
        for k in range(count):
            shifted = frame.shifted(row, k)
            total = dots.by_terms(shifted) if dots.in_line else dots.by_rows(frame.scalar, shifted)
            frame.scalar.store(total, frame.scalar.address("%uniform", result.at(shifted)))

    frame.over(left.height, frame.width if dots.side_by_side else 1, some_rows)


class _Dots:
    """Rows of two tables, multiplied and added up."""

    def __init__(self, frame: Frame, left: Table, right: Table, guarded: bool) -> None:
        self.frame = frame
        self.guarded = guarded
        self.sides = (left, frame.lookup(left)), (right, frame.lookup(right))
        self.width = left.width
        steps = [table.strides or (2, 2) for table in (left, right)]
        # Neighbouring rows, or neighbouring terms of a row, are neighbours in memory.
        self.side_by_side = left.height >= frame.width and all(down in (0, 1) for down, _ in steps)
        self.in_line = left.width >= frame.width and all(across in (0, 1) for _, across in steps)

    def by_rows(self, writer: Writer, row: Index) -> Operand:
        """Return the dot products of neighbouring rows, or of one row with a writer of numbers."""
        if self.width <= UNROLLED:
            total: Operand = 0.0
            for k in range(self.width):
                total = writer.fadd(total, self._product(writer, row, k, axis=0))
            return total
        with writer.loop(0, self.width, carried=[0.0]) as loop:
            product = self._product(writer, row, loop.index, axis=0)
            loop.next = [writer.fadd(loop.carried[0], product)]
        return loop.results[0]

    def by_terms(self, row: Index) -> Operand:
        """Return the dot product of one row, as many terms at a time as there are lanes."""
        frame, writer = self.frame, self.frame.writer
        whole = self.width - self.width % frame.width
        with writer.loop(0, whole, frame.width, carried=[0.0]) as loop:
            product = self._product(writer, row, loop.index, axis=1)
            loop.next = [writer.fadd(loop.carried[0], product)]
        total: Operand = writer.total(loop.results[0])
        for k in range(whole, self.width):
            total = frame.scalar.fadd(total, self._product(frame.scalar, row, k, axis=1))
        return total

    def _product(self, writer: Writer, row: Index, k: Index, axis: int) -> str:
        left, right = (
            self._load(writer, table, lookup, row, k, axis) for table, lookup in self.sides
        )
        if self.guarded:
            return writer.guarded_product(left, right)
        return writer.fmul(left, right)

    def _load(
        self, writer: Writer, table: Table, lookup: Lookup, row: Index, k: Index, axis: int
    ) -> str:
        """Return numbers that lie side by side along an axis, or one for all lanes."""
        address = self.frame.scalar.address("%uniform", lookup.at(row, k))
        same = table.strides is None or table.strides[axis] == 0
        return writer.load_splat(address) if same else writer.load(address)
