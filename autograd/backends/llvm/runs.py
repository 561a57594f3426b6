"""Runs: parts of irregular rows in which each operand goes on row by row or stands still.

Where many positions or a triangle are computed at once, rows are irregular only from one position
or line to the next. Between these places vectors compute them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.backends.llvm.frame import Frame
    from autograd.backends.llvm.writer import Index

LEAST_ROWS = 3  # of a run, on average: shorter ones take longer than rows one by one


@dataclass(frozen=True)
class Runs:
    """Runs of UNIFORM operands, which are given by the index of each row.

    `starts` are their first rows. `steps` are 1 for an operand that goes on, 0 for one that stands.
    """

    operands: Sequence[Sequence[int]]
    starts: list[int]
    steps: list[int]

    @classmethod
    def of(cls, operands: Sequence[Sequence[int]]) -> Runs | None:
        """Return the runs of operands, None if they are too short.

        >>> Runs.of([[4, 5, 6, 9, 10, 11], [7, 7, 7, 8, 8, 8]]).starts
        [0, 3]
        """
        rows, steps, starts = len(operands[0]), [], {0}
        for index in operands:
            changes = [after - before for before, after in pairwise(index)]
            step = int(changes.count(1) >= changes.count(0))
            steps.append(step)
            starts.update([row for row, change in enumerate(changes, 1) if change != step])
            if len(starts) * LEAST_ROWS > rows:
                return None
        return cls(operands, sorted(starts), steps)

    def write(self, frame: Frame, vector: Callable[[Index, list[str]], None]) -> int:
        """Write `vector` for vectors of rows, given the first row and the operands.

        Returns the first row that is left, because a vector from there would end behind the last
        one. Vectors go on beyond their runs, into rows that are computed after them.
        """
        rows = len(self.operands[0])
        records: list[int] = []
        left = 0
        for first, end in zip(self.starts, [*self.starts[1:], rows]):
            last = min(end, first + (rows - first) // frame.width * frame.width)
            if last > first:
                bases = [x[first] - step * first for x, step in zip(self.operands, self.steps)]
                records += [first, last, *bases]
                left = last
        writer, scalar = frame.writer, frame.scalar
        fields = range(2 + len(self.operands))
        table = scalar.constant_table(records)
        with scalar.loop(0, len(records), len(fields)) as run:
            first_row, last_row, *starts = [
                scalar.load_integer(table, frame.shifted(run.index, field)) for field in fields
            ]
            with scalar.loop(first_row, last_row, frame.width) as loop:
                operands = []
                for start, step in zip(starts, self.steps):
                    offset = frame.shifted(loop.index, start) if step else start
                    load = writer.load if step else writer.load_splat
                    operands.append(load(scalar.address("%uniform", offset)))
                vector(loop.index, operands)
        return left
