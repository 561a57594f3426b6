"""Loops over rows: elementwise operations, whose stages are fused to spare memory, and folds.

Lanes run over the examples of a block. Where nothing varies there are no examples, and they run
over neighbouring rows instead, where the operands lie side by side.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from autograd.backends.formula import formula_of
from autograd.backends.llvm.elementary import lowered
from autograd.backends.llvm.frame import UNROLLED
from autograd.backends.llvm.runs import Runs
from autograd.program.stages import Choices, Dots, Elementwise, Fold, Memory, Product, Rows, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from autograd.backends.llvm.frame import Frame
    from autograd.backends.llvm.writer import Index, Operand, Writer
    from autograd.program.program import Program
    from autograd.program.stages import Stage


Row: TypeAlias = tuple[Memory, int]
Planned: TypeAlias = "FusedLoop | Choices | Dots | Fold | Product"

LONGEST = 128  # operations in one loop: a block of code that compiles in time linear in its length


@dataclass
class FusedLoop:
    """Elementwise stages that one loop over `rows` rows computes, and which results are stored.

    With a `source`, a matrix product, the loop runs over each of its tiles while that is still in
    registers: the results of the product are stored only if they are read elsewhere.
    """

    rows: int
    source: Product | None = None
    source_stored: bool = True
    stages: list[Elementwise] = field(default_factory=list)
    stored: list[bool] = field(default_factory=list)
    results: dict[tuple[Memory, tuple[int, ...]], int] = field(default_factory=dict)

    def position(self, operand: Rows) -> int | None:
        """Return which stage of the loop computes exactly these rows, None if none does."""
        return self.results.get((operand.memory, operand.index))

    def takes(self, stage: Elementwise) -> bool:
        """Tell whether a stage reads the results of the loop row by row, or not at all."""
        if len(stage.result.index) != self.rows or len(self.stages) >= LONGEST:
            return False
        memory = self.stages[0].result.memory
        first, last = self.stages[0].result.index[0], self.stages[-1].result.index[-1]
        for operand in stage.operands:
            inside = operand.memory is memory and _reaches(operand.index, first, last)
            if inside and self.position(operand) is None:
                return False
        return True

    def add(self, stage: Elementwise) -> None:
        """Add a stage."""
        self.results[stage.result.memory, stage.result.index] = len(self.stages)
        self.stages.append(stage)


def fused(stages: Sequence[Stage], read_later: Iterable[Row]) -> list[Planned]:
    """Return the stages with runs of elementwise ones as loops.

    `read_later` are the rows that are read after all these stages.
    """
    plan: list[Planned] = []
    for stage in stages:
        if not isinstance(stage, Elementwise):
            plan.append(stage)
            continue
        loop = plan[-1] if plan else None
        if not isinstance(loop, FusedLoop) or not loop.takes(stage):
            loop = FusedLoop(len(stage.result.index))
            plan.append(loop)
        loop.add(stage)
    plan = _with_sources(plan)
    needed: dict[Memory, set[int]] = {memory: set() for memory in Memory}
    for memory, row in read_later:
        needed[memory].add(row)
    for item in plan:
        for operand in _read_from_memory(item):
            lines = operand.index if isinstance(operand, Table) else (operand.index,)
            needed[operand.memory].update(*lines)

    def stored(result: Rows) -> bool:
        return not needed[result.memory].isdisjoint(result.index)

    for item in plan:
        if isinstance(item, FusedLoop):
            item.stored = [stored(stage.result) for stage in item.stages]
            if item.source is not None:
                item.source_stored = stored(item.source.result)
    return plan


def _reaches(index: Sequence[int], first: int, last: int) -> bool:
    """Tell whether one of the rows is among those from `first` to `last`."""
    if min(index) > last or max(index) < first:  # most often, and found in less time
        return False
    return any(first <= row <= last for row in index)


def _with_sources(plan: list[Planned]) -> list[Planned]:
    """Return the plan with each product inside the loop after it, if that goes over its rows."""
    result: list[Planned] = []
    for item in plan:
        former = result[-1] if result else None
        if (
            isinstance(item, FusedLoop)
            and isinstance(former, Product)
            and former.result.memory is Memory.VARYING
            and former.right.height == 1
            and not (former.guarded and former.left.memory is Memory.VARYING)
            and item.rows == former.left.height
            and _in_step(item, former.result)
        ):
            item.source = former
            result[-1] = item
        else:
            result.append(item)
    return result


def _in_step(loop: FusedLoop, rows: Rows) -> bool:
    """Tell whether a loop reads these rows, and each only for the same row of its own."""
    first, last = rows.index[0], rows.index[-1]
    operands = {operand for stage in loop.stages for operand in stage.operands}
    return rows in operands and not any(
        operand.memory is rows.memory and _reaches(operand.index, first, last)
        for operand in operands - {rows}
    )


def _read_from_memory(item: Planned) -> Iterator[Rows | Table]:
    """Yield the operands that are read from memory, not from registers."""
    if not isinstance(item, FusedLoop):
        yield from item.reads
        return
    if item.source is not None:
        yield from item.source.reads
    for stage in item.stages:
        for operand in stage.operands:
            inside = item.source is not None and operand == item.source.result
            if item.position(operand) is None and not inside:
                yield operand


def write_loop(frame: Frame, body: LoopBody) -> None:
    """Write the elementwise operations of a fused loop."""
    if body.memory is Memory.UNIFORM:
        step = 1 if body.irregular else frame.width
        frame.over(body.rows, step, body.over_rows, body.over_runs())
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
            operand: constant_of(program, operand)
            for stage in loop.stages
            for operand in stage.operands
            if loop.position(operand) is None
        }
        rows = {*self.read, *(stage.result for stage in loop.stages)}
        self.lookups = {operand: frame.lookup(operand) for operand in rows}
        self.irregular = [operand for operand in self.read if operand.stride not in (0, 1)]

    def over_examples(self, row: Index) -> Callable[[Index, dict[Rows, str]], None]:
        """Return the function that writes one vector of a row, given operands in registers.

        Operands that all examples share are loaded here, once.
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
            self._write_rows(frame.writer, row, {})
        else:
            for k in range(count):
                self._write_rows(frame.scalar, frame.shifted(row, k), {})

    def over_runs(self) -> int:
        """Write vectors of the rows of runs; return the first row that is left."""
        irregular = [operand.index for operand in self.irregular]
        runs = Runs.of(irregular) if irregular else None
        if runs is None:
            return 0

        def vector(row: Index, operands: list[str]) -> None:
            self._write_rows(self.frame.writer, row, dict(zip(self.irregular, operands)))

        return runs.write(self.frame, vector)

    def _write_rows(self, writer: Writer, row: Index, given: Mapping[Rows, str]) -> None:
        loaded: dict[Rows, Operand] = {**given}
        for operand, constant in self.read.items():
            if operand in loaded:
                continue
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


def is_in_line(stage: Fold) -> bool:
    """Tell whether terms are neighbours in memory, and those of a sum in any order."""
    table = stage.halves()[0] if formula_of(stage.op).arity == 3 else stage.terms
    reordered = stage.op.sum_of is not None and not stage.op.ordered
    return reordered and (table.strides or (0, 0))[1] == 1


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
        self.in_line = is_in_line(stage)

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


def constant_of(program: Program, operand: Rows) -> float | None:
    """Return the number that all rows of an operand are, if it is a constant of the program."""
    if operand.memory is Memory.VARYING or len(set(operand.index)) > 1:
        return None
    return program.constant(operand.index[0] + program.examples)
