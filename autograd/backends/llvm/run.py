"""The function that goes over a batch in blocks: inputs in, stages, sums, outputs out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.program.stages import Memory, Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.backends.llvm.frame import Frame
    from autograd.backends.llvm.writer import Index
    from autograd.program.stages import Schedule

__all__ = ["copy_outputs", "write_run"]

PARAMETERS = {
    "%examples": "ptr",  # inputs, one example after the other
    "%order": "ptr",  # which examples to take, as 64-bit integers
    "%count": "i64",  # how many of them
    "%uniform": "ptr",
    "%varying": "ptr",
    "%sums": "ptr",
    "%outputs": "ptr",  # outputs, one example after the other
}


def write_run(frame: Frame, schedule: Schedule, parts: Sequence[str]) -> None:
    """Write `run`, which calls the parts for every block."""
    scalar = frame.scalar
    with scalar.function("run", PARAMETERS):
        with scalar.when(scalar.compare("sgt", "%count", 0)):
            blocks, step = _blocks(frame)
            with scalar.loop(0, blocks) as loop:
                first = scalar.integer("mul", loop.index, step)
                count = scalar.smaller(scalar.integer("sub", "%count", first), step)
                lanes = _whole_vectors(frame, count)
                _read_examples(frame, schedule, first, count, lanes)
                for part in parts:
                    if part == "reduce":
                        _clear_beyond(frame, schedule, count, lanes)
                    scalar.do(
                        f"call void @{part}(ptr %uniform, ptr %varying, ptr %sums, i64 {lanes})"
                    )
                _write_outputs(frame, schedule, first, count)
        number = scalar.value("sitofp i64 %count to double")
        scalar.do(f"call void @share(ptr %uniform, ptr %sums, double {number})")


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
    if not read:
        return
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
            copy_outputs(frame, schedule, memory, lane_index, target)


def copy_outputs(
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
