"""Kernel: a schedule as the text of an LLVM module.

A program without examples has `evaluate(uniform)`, which puts its outputs behind the UNIFORM rows.
One with examples or sums has `run(examples, order, count, uniform, varying, sums, outputs)`. It
computes the values that all examples share, then goes over the examples in blocks: it copies the
inputs of a block into lanes, computes the stages, adds to the sums, writes the outputs. With an
update there is `steps`, which trains. A function takes LLVM about 1 ms even if it is empty, so none
is written that has nothing to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.backends.executable import BackendLimit
from autograd.backends.llvm.border import write_border
from autograd.backends.llvm.bytecode import Bytecode, with_bytecode, write_bytecode
from autograd.backends.llvm.choices import write_choices
from autograd.backends.llvm.frame import Frame
from autograd.backends.llvm.loops import FusedLoop, LoopBody, fused, write_fold, write_loop
from autograd.backends.llvm.products import write_dots, write_product
from autograd.backends.llvm.steps import write_steps, write_update
from autograd.backends.llvm.sums import write_shared_rows, write_summed_product, write_summed_rows
from autograd.backends.llvm.uniform import write_uniform_dots, write_uniform_product
from autograd.backends.llvm.writer import Writer
from autograd.program.precision import DOUBLE
from autograd.program.stages import Choices, Fold, Memory, Product, Rows, SummedProduct, SummedRows

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable, Iterator, Sequence

    from autograd.backends.llvm.loops import Planned
    from autograd.backends.llvm.writer import Index
    from autograd.program.stages import Schedule, Stage
    from autograd.program.training import Update


POINTERS = {"%uniform": "ptr", "%varying": "ptr", "%sums": "ptr"}
PART = 1500  # lines of a function: LLVM's time grows faster than the length of one
WORKSPACE = 1 << 18  # bytes of VARYING memory, most of which stay in the nearest caches
ROW = 512  # bytes of a VARYING row at most: 64 doubles are the lanes of a block
FEWEST_VECTORS = 2  # of a block
MOST_LINES = 300_000  # of a module, which take LLVM about 6 seconds


class Kernel:
    """The text of a module, and the sizes that its callers need.

    Raises BackendLimit for a program that would be compiled for too long.
    """

    def __init__(self, schedule: Schedule, lanes: int, update: Update | None = None) -> None:
        self.schedule = schedule
        precision = schedule.program.precision
        size = precision.size
        most = WORKSPACE // (size * max(schedule.varying, 1)) // lanes * lanes
        block = min(ROW // size, max(most, FEWEST_VECTORS * lanes))
        self.writer = Writer(lanes, precision)
        self.frame = Frame(self.writer, block)
        self.records: list[array[int]] = []  # read by the code, which knows their addresses
        self._write()
        if update is not None:
            trained = schedule.sums - 1
            write_update(self.frame, update, trained)
            first = schedule.program.shared
            write_steps(self.frame, update, first, len(schedule.outputs), trained)
        self.text = self.writer.text()
        if self.writer.length > MOST_LINES:
            raise BackendLimit(
                f"the program takes {self.writer.length:,} lines of LLVM's code, more than "
                f'{MOST_LINES:,}, in too many groups of too few equal operations; backend="numpy" '
                "runs it"
            )

    @property
    def varying(self) -> int:
        """The size of VARYING memory in numbers."""
        return self.schedule.varying * self.frame.stride

    def _write(self) -> None:
        schedule, writer = self.schedule, self.writer
        later = {*schedule.outputs, *_read(schedule.reductions)}
        before = self._parts("before", schedule.before, later.union(_read(schedule.body)))
        if not schedule.program.examples:
            with writer.function("evaluate", {"%uniform": "ptr"}):
                for part in before:
                    writer.do(f"call void @{part}(ptr %uniform, ptr null, ptr null, i64 0)")
                behind = self.frame.scalar.address("%uniform", schedule.uniform)
                _copy_outputs(self.frame, schedule, Memory.UNIFORM, 0, behind)
            if writer.precision is not DOUBLE:
                write_border(self.frame, schedule)
            if not schedule.sums:
                return
        body = self._parts("body", schedule.body, later)
        summed = self._reductions(Memory.VARYING)
        if summed:
            with writer.function("reduce", {**POINTERS, "%lanes": "i64"}, linkage="internal"):
                for reduction in summed:
                    if isinstance(reduction, SummedProduct):
                        write_summed_product(self.frame, reduction)
                    else:
                        write_summed_rows(self.frame, reduction)
        shared = self._reductions(Memory.UNIFORM)
        if shared:
            parameters = {"%uniform": "ptr", "%sums": "ptr", "%count": writer.number}
            with writer.function("share", parameters, linkage="internal"):
                for reduction in shared:
                    if isinstance(reduction, SummedRows):
                        write_shared_rows(self.frame, reduction)
        _write_run(self.frame, schedule, before, body)

    def _reductions(self, memory: Memory) -> list[SummedProduct | SummedRows]:
        return [stage for stage in self.schedule.reductions if stage.reads[0].memory is memory]

    def _parts(
        self, name: str, stages: Sequence[Stage], read_later: Iterable[tuple[Memory, int]]
    ) -> list[str]:
        """Write functions that compute the stages one after the other, and return their names."""
        names: list[str] = []
        plan = with_bytecode(fused(stages, read_later))
        plan.reverse()
        while plan:
            names.append(f"{name}.{len(names)}")
            with self.writer.function(names[-1], {**POINTERS, "%lanes": "i64"}, linkage="internal"):
                start = self.writer.length
                while plan and self.writer.length - start < PART:
                    self._write_stage(plan.pop())
                    self.writer.forget()
        return names

    def _write_stage(self, stage: Planned | Bytecode) -> None:
        frame, program = self.frame, self.schedule.program
        if isinstance(stage, FusedLoop):
            body = LoopBody(frame, program, stage)
            if stage.source is None:
                write_loop(frame, body)
            else:
                write_product(frame, stage.source, body)
        elif isinstance(stage, Bytecode):
            self.records.append(write_bytecode(frame, program, stage.stages))
        elif isinstance(stage, Fold):
            write_fold(frame, stage)
        elif isinstance(stage, Choices):
            write_choices(frame, stage)
        elif isinstance(stage, Product):
            uniform = stage.result.memory is Memory.UNIFORM
            (write_uniform_product if uniform else write_product)(frame, stage)
        elif stage.result.memory is Memory.UNIFORM:
            write_uniform_dots(frame, stage)
        else:
            write_dots(frame, stage)


def _read(stages: Iterable[Stage | SummedProduct | SummedRows]) -> Iterator[tuple[Memory, int]]:
    return (place for stage in stages for table in stage.reads for place in table.places())


PARAMETERS = {
    "%examples": "ptr",  # inputs, one example after the other
    "%order": "ptr",  # which examples to take, as 64-bit integers
    "%count": "i64",  # how many of them
    "%uniform": "ptr",
    "%varying": "ptr",
    "%sums": "ptr",
    "%outputs": "ptr",  # outputs, one example after the other
}


def _write_run(
    frame: Frame, schedule: Schedule, before: Sequence[str], body: Sequence[str]
) -> None:
    """Write `run`, which calls the parts of `before` once and those of `body` for every block."""
    scalar = frame.scalar
    summed = {stage.reads[0].memory for stage in schedule.reductions}
    with scalar.function("run", PARAMETERS):
        for part in before:
            scalar.do(f"call void @{part}(ptr %uniform, ptr null, ptr null, i64 0)")
        with scalar.when(scalar.compare("sgt", "%count", 0)):
            blocks, step = _blocks(frame)
            with scalar.loop(0, blocks) as loop:
                first = scalar.integer("mul", loop.index, step)
                count = scalar.smaller(scalar.integer("sub", "%count", first), step)
                lanes = _whole_vectors(frame, count)
                pointers = f"ptr %uniform, ptr %varying, ptr %sums, i64 {lanes}"
                _read_examples(frame, schedule, first, count, lanes)
                for part in body:
                    scalar.do(f"call void @{part}({pointers})")
                if Memory.VARYING in summed:
                    _clear_beyond(frame, schedule, count, lanes)
                    scalar.do(f"call void @reduce({pointers})")
                _write_outputs(frame, schedule, first, count)
        if Memory.UNIFORM in summed:
            number = scalar.value(f"sitofp i64 %count to {scalar.number}")
            scalar.do(f"call void @share(ptr %uniform, ptr %sums, {scalar.number} {number})")


def _blocks(frame: Frame) -> tuple[str, str]:
    """Return the number of blocks and the examples of each: equal ones, as few as can be."""
    scalar = frame.scalar
    over = scalar.integer("add", "%count", frame.block - 1)
    blocks = scalar.integer("udiv", over, frame.block)
    over = scalar.integer("add", "%count", scalar.integer("sub", blocks, 1))
    return blocks, _whole_vectors(frame, scalar.integer("udiv", over, blocks))


def _whole_vectors(frame: Frame, count: str) -> str:
    """Return the number of examples rounded up to whole vectors."""
    over = frame.scalar.integer("add", count, frame.width - 1)
    return frame.scalar.integer("and", over, -frame.width)


def _read_examples(frame: Frame, schedule: Schedule, first: str, count: str, lanes: str) -> None:
    """Write the copy of inputs into lanes; those beyond the last example repeat it."""
    scalar, width = frame.scalar, schedule.program.examples
    if not width:
        return
    last = scalar.integer("sub", count, 1)
    with scalar.loop(0, lanes) as lane:
        position = scalar.integer("add", first, scalar.smaller(lane.index, last))
        address = scalar.value(f"getelementptr inbounds i64, ptr %order, i64 {position}")
        example = scalar.emit(f"load i64, ptr {address}, align 8")
        source = scalar.address("%examples", scalar.integer("mul", example, width))
        target = scalar.address("%varying", lane.index)

        def copy(column: Index, columns: int) -> None:
            for k in range(columns):
                shifted = frame.shifted(column, k)
                x = scalar.load(scalar.address(source, shifted))
                scalar.store(x, scalar.address(target, frame.scaled(shifted, frame.stride)))

        frame.over(width, 8, copy)


def _clear_beyond(frame: Frame, schedule: Schedule, count: str, lanes: str) -> None:
    """Write zeros into the lanes beyond the last example, in the rows that are summed up."""
    read = {
        row
        for stage in schedule.reductions
        for table in stage.reads
        for memory, row in table.places()
        if memory is Memory.VARYING
    }
    writer, scalar = frame.writer, frame.scalar
    rows = frame.lookup(Rows(Memory.VARYING, tuple(sorted(read))))
    with scalar.when(scalar.compare("slt", count, lanes)):
        last = scalar.integer("sub", lanes, frame.width)
        inside = writer.first_lanes(scalar.integer("sub", count, last))

        def clear(row: Index, some: int) -> None:
            for k in range(some):
                offset = rows.at(frame.shifted(row, k))
                x = frame.load(Memory.VARYING, offset, last)
                frame.store(writer.select(inside, x, 0.0), offset, last)

        frame.over(len(read), 4, clear)


def _write_outputs(frame: Frame, schedule: Schedule, first: str, count: str) -> None:
    """Write the copy of outputs out of lanes."""
    scalar, width = frame.scalar, len(schedule.outputs)
    if not width:
        return
    with scalar.loop(0, count) as lane:
        example = scalar.integer("add", first, lane.index)
        target = scalar.address("%outputs", scalar.integer("mul", example, width))
        for memory, lane_index in ((Memory.VARYING, lane.index), (Memory.UNIFORM, 0)):
            _copy_outputs(frame, schedule, memory, lane_index, target)


def _copy_outputs(
    frame: Frame, schedule: Schedule, memory: Memory, lane: Index, target: str
) -> None:
    """Write the copy of the outputs that live in one memory."""
    scalar = frame.scalar
    found = [(row, k) for k, (place, row) in enumerate(schedule.outputs) if place is memory]
    if not found:
        return
    rows = frame.lookup(Rows(memory, tuple(row for row, _ in found)))
    columns = frame.lookup(Rows(Memory.UNIFORM, tuple(k for _, k in found)))
    source = "%varying" if memory is Memory.VARYING else "%uniform"

    def copy(position: Index, some: int) -> None:
        for k in range(some):
            shifted = frame.shifted(position, k)
            address = scalar.address(scalar.address(source, rows.at(shifted)), lane)
            scalar.store(scalar.load(address), scalar.address(target, columns.at(shifted)))

    frame.over(len(found), 8, copy)
