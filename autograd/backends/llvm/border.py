"""Border: programs of float32 called in doubles, which the callers in C have.

One memory holds the numbers of a call as doubles, inputs and parameters, then results and a 0.0,
and behind them the rows of the program as floats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.backends.llvm.frame import LINE
from autograd.program.precision import DOUBLE
from autograd.program.stages import Memory, Rows, SummedRows

if TYPE_CHECKING:
    from autograd.backends.llvm.frame import Frame
    from autograd.backends.llvm.writer import Index
    from autograd.program.stages import Schedule


def rows_of_sums(schedule: Schedule) -> list[int]:
    """Return the rows that the sums over one example are, of a program without examples."""
    rows = [0] * schedule.sums
    for stage in schedule.reductions:
        assert isinstance(stage, SummedRows)
        for row, into in zip(stage.rows.index, stage.into):
            rows[into] = row
    return rows


class Border:
    """Where the doubles are, counted from the first one: `outputs` end with a 0.0."""

    def __init__(self, schedule: Schedule) -> None:
        self.given = schedule.program.shared + schedule.program.parameters
        first = schedule.uniform
        self.rows = [*range(first, first + len(schedule.outputs)), *rows_of_sums(schedule)]
        zero = self.given + len(self.rows)
        self.outputs = [*range(self.given, self.given + len(schedule.outputs)), zero]
        self.sums = range(self.given + len(schedule.outputs), zero)
        line = LINE // DOUBLE.size
        self.size = -(-(zero + 1) // line) * line  # where the floats begin


def write_border(frame: Frame, schedule: Schedule) -> None:
    """Write `evaluate_doubles(memory)`, which calls `evaluate` on the floats there."""
    border, scalar = Border(schedule), frame.scalar
    with scalar.function("evaluate_doubles", {"%memory": "ptr"}):
        floats = scalar.of(DOUBLE).address("%memory", border.size)

        def read(first: Index, count: int) -> None:
            writer = frame.writer if count == frame.width else scalar
            wide = writer.of(DOUBLE)
            for k in range(0, count, writer.lanes):
                place = frame.shifted(first, k)
                x = wide.load(wide.address("%memory", place))
                writer.store(wide.converted(x, writer.precision), writer.address(floats, place))

        frame.over(border.given, frame.width, read)
        scalar.do(f"call void @evaluate(ptr {floats})")
        if not border.rows:
            return
        rows = frame.lookup(Rows(Memory.UNIFORM, tuple(border.rows)))

        def give(first: Index, count: int) -> None:
            for k in range(count):
                place = frame.shifted(first, k)
                x = scalar.load(scalar.address(floats, rows.at(place)))
                target = frame.shifted(place, border.given)
                wide = scalar.of(DOUBLE)
                wide.store(scalar.converted(x, DOUBLE), wide.address("%memory", target))

        frame.over(len(border.rows), 8, give)
