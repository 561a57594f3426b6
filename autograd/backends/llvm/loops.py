"""Loops over rows: elementwise operations and folds.

Lanes run over the examples of a block. Where nothing varies there are no examples, and they run
over neighbouring rows instead, if the operands lie side by side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.backends.formula import formula_of
from autograd.backends.llvm.elementary import lowered
from autograd.backends.llvm.frame import UNROLLED
from autograd.program.stages import Memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd.backends.llvm.frame import Frame
    from autograd.backends.llvm.fusion import FusedLoop
    from autograd.backends.llvm.writer import Index, Operand, Writer
    from autograd.program.program import Program
    from autograd.program.stages import Fold, Rows

__all__ = ["LoopBody", "write_fold", "write_loop"]


def write_loop(frame: Frame, body: LoopBody) -> None:
    """Write the elementwise operations of a fused loop."""
    if body.memory is Memory.UNIFORM:
        frame.over(body.rows, frame.width if body.regular else 1, body.over_rows)
        return

    def one_row(row: Index, _: int) -> None:
        write = body.over_examples(row)
        frame.over_lanes(1, lambda lanes: write(lanes[0], {}))

    frame.over(body.rows, 1, one_row)


class LoopBody:
    """The operations of one loop, on one row or on neighbouring ones."""

    def __init__(self, frame: Frame, program: Program, loop: FusedLoop) -> None:
        self.frame = frame
        self.loop = loop
        self.rows = loop.rows
        self.memory = loop.stages[0].result.memory
        self.read = {
            operand: _constant(program, operand)
            for stage in loop.stages
            for operand in stage.operands
            if loop.position(operand) is None
        }
        rows = {*self.read, *(stage.result for stage in loop.stages)}
        self.lookups = {operand: frame.lookup(operand) for operand in rows}
        self.regular = all(operand.stride in (0, 1) for operand in self.read)

    def over_examples(self, row: Index) -> Callable[[Index, dict[Rows, str]], None]:
        """Return what writes one vector of a row, given operands that are in registers.

        What all examples share is loaded here, once.
        """
        frame = self.frame
        shared: dict[Rows, Operand] = {}
        for operand, constant in self.read.items():
            if constant is not None:
                shared[operand] = constant
            elif operand.memory is Memory.UNIFORM:
                shared[operand] = frame.load(Memory.UNIFORM, self.lookups[operand].at(row))

        def write(lane: Index, given: dict[Rows, str]) -> None:
            operands = {**shared, **given}
            for operand in self.read:
                if operand not in operands:
                    offset = self.lookups[operand].at(row)
                    operands[operand] = frame.load(operand.memory, offset, lane)
            for offset, x in self._computed(frame.writer, row, operands):
                frame.store(x, offset, lane)

        return write

    def over_rows(self, row: Index, count: int) -> None:
        """Write `count` rows from `row` on: a vector of them, or one after the other."""
        frame = self.frame
        if count == frame.width:
            self._write_rows(frame.writer, row)
        else:
            for k in range(count):
                self._write_rows(frame.scalar, frame.shifted(row, k))

    def _write_rows(self, writer: Writer, row: Index) -> None:
        loaded: dict[Rows, Operand] = {}
        for operand, constant in self.read.items():
            address = self.frame.scalar.address("%uniform", self.lookups[operand].at(row))
            if constant is not None:
                loaded[operand] = constant
            elif operand.stride == 0:
                loaded[operand] = writer.load_splat(address)
            else:
                loaded[operand] = writer.load(address)
        for offset, x in self._computed(writer, row, loaded):
            writer.store(x, self.frame.scalar.address("%uniform", offset))

    def _computed(
        self, writer: Writer, row: Index, operands: dict[Rows, Operand]
    ) -> list[tuple[Index, Operand]]:
        """Return the results to be stored, each with its offset."""
        loop = self.loop
        values: list[Operand] = []
        for stage in loop.stages:
            positions = [loop.position(operand) for operand in stage.operands]
            args = [
                operands[operand] if position is None else values[position]
                for operand, position in zip(stage.operands, positions)
            ]
            values.append(lowered(writer, stage.op, args))
        return [
            (self.lookups[stage.result].at(row), x)
            for stage, x, stored in zip(loop.stages, values, loop.stored)
            if stored
        ]


def write_fold(frame: Frame, stage: Fold) -> None:
    """Write a variadic operation, folded two operands at a time."""
    fold = _Fold(frame, stage)
    result = frame.lookup(stage.result)

    def one_row(row: Index, _: int) -> None:
        if stage.terms.memory is Memory.VARYING:
            frame.over_lanes(
                1,
                lambda lanes: frame.store(
                    fold.folded(frame.writer, row, lanes[0]), result.at(row), lanes[0]
                ),
            )
        else:
            x = fold.total(row) if fold.in_line else fold.folded(frame.scalar, row, 0)
            frame.scalar.store(x, frame.scalar.address("%uniform", result.at(row)))

    frame.over(stage.terms.height, 1, one_row)


class _Fold:
    """One row of a fold."""

    def __init__(self, frame: Frame, stage: Fold) -> None:
        self.frame = frame
        self.op = stage.op
        self.memory = stage.terms.memory
        pairs = formula_of(stage.op).arity == 3
        tables = stage.halves() if pairs else (stage.terms,)
        self.start = 0.0 if pairs else stage.start
        self.width = tables[0].width
        self.terms = [frame.lookup(table) for table in tables if self.width]
        # Neighbours in memory, and a sum: it may be added up in another order.
        self.in_line = stage.op.sum_of is not None and (tables[0].strides or (0, 0))[1] == 1

    def folded(self, writer: Writer, row: Index, lane: Index) -> Operand:
        """Return the operands of a row, folded in order."""
        first = 0
        x: Operand | None = self.start
        if x is None:
            (x,) = self._loaded(writer, row, 0, lane)
            first = 1
        if self.width <= UNROLLED:
            for k in range(first, self.width):
                x = lowered(writer, self.op, [x, *self._loaded(writer, row, k, lane)])
            return x
        with writer.loop(first, self.width, carried=[x]) as loop:
            terms = self._loaded(writer, row, loop.index, lane)
            loop.next = [lowered(writer, self.op, [loop.carried[0], *terms])]
        return loop.results[0]

    def total(self, row: Index) -> Operand:
        """Return the sum of a row of neighbours, several vectors of them at a time."""
        frame, writer = self.frame, self.frame.writer
        (terms,) = self.terms
        step = 4 * frame.width
        whole = self.width - self.width % step
        with writer.loop(0, whole, step, carried=[0.0] * 4) as loop:
            addresses = [
                frame.scalar.address("%uniform", terms.at(row, frame.shifted(loop.index, k)))
                for k in range(0, step, frame.width)
            ]
            loop.next = [
                writer.fadd(x, writer.load(address)) for x, address in zip(loop.carried, addresses)
            ]
        a, b, c, d = loop.results
        x: Operand = writer.total(writer.fadd(writer.fadd(a, b), writer.fadd(c, d)))
        for k in range(whole, self.width):
            x = frame.scalar.fadd(x, *self._loaded(frame.scalar, row, k, 0))
        return x

    def _loaded(self, writer: Writer, row: Index, k: Index, lane: Index) -> list[Operand]:
        offsets = [terms.at(row, k) for terms in self.terms]
        if self.memory is Memory.VARYING:
            return [self.frame.load(Memory.VARYING, offset, lane) for offset in offsets]
        return [writer.load(writer.address("%uniform", offset)) for offset in offsets]


def _constant(program: Program, operand: Rows) -> float | None:
    """Return the number that all rows of an operand are, if it is a constant of the program."""
    if operand.memory is Memory.VARYING or len(set(operand.index)) > 1:
        return None
    return program.constant(operand.index[0] + program.examples)
