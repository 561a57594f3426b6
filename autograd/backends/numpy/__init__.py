"""The NumPy backend: equal operations are one array operation over (rows, examples).

Everything that can be made ready is made ready once: a step of a schedule is a NumPy function
with views of the memories for operands and result. A call copies its numbers in, runs the steps
for each block of examples, and copies the results out.

Reading order: memory, texts; elementwise, guard, products, reductions; workspace.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from autograd.backends.numpy.workspace import Workspace
from autograd.program.stages import Dots, Elementwise, Fold, Product, SummedProduct

if TYPE_CHECKING:
    from autograd.backends.numpy.memory import Array
    from autograd.program.stages import Schedule

__all__ = ["ArrayProgram", "build"]

# What one block of examples may take: about a core's second-level cache.
BLOCK_BYTES = 1 << 20


def build(schedule: Schedule) -> ArrayProgram:
    """Return what runs a schedule with NumPy.

    Raises ValueError for an operation without a NumPy text, or with one that is not understood.
    """
    return ArrayProgram(schedule)


class ArrayProgram:
    """A scheduled program that runs with NumPy; several threads may call it at once."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.most = max(1, BLOCK_BYTES // (8 * _rows_at_once(schedule)))
        self._idle = deque([Workspace(schedule, self.most)])

    def run(self, examples: Array, shared: Array, parameters: Array) -> tuple[Array, Array]:
        """Return the outputs of each example, shape (n, outputs), and the sums over all of them.

        `examples` has the shape (n, inputs per example), `shared` and `parameters` are vectors.
        """
        try:
            workspace = self._idle.pop()
        except IndexError:  # other threads hold them
            workspace = Workspace(self.schedule, self.most)
        count = len(examples)
        outputs = np.empty((count, len(self.schedule.outputs)))
        workspace.shared[:] = shared
        workspace.parameters[:] = parameters
        workspace.sums.fill(0.0)
        with np.errstate(all="ignore"):
            for step in workspace.before:
                step()
            if count:
                blocks = -(-count // self.most)
                size = -(-count // blocks)  # of equal size, but for the last
                for start in range(0, count, size):
                    some = slice(start, start + size)
                    block = workspace.block(min(size, count - start))
                    block.run(examples[some], outputs[some])
        sums = workspace.sums.copy()
        self._idle.append(workspace)
        return outputs, sums


def _rows_at_once(schedule: Schedule) -> int:
    """Return the rows of VARYING memory, and the most that any stage gathers beside them."""
    beside = 1
    for stage in (*schedule.body, *schedule.reductions):
        if isinstance(stage, Elementwise):
            rows = len(stage.operands) * len(stage.result.index)
        elif isinstance(stage, Fold):
            rows = sum(table.height * table.width for table in stage.terms)
        elif isinstance(stage, Product | Dots | SummedProduct):
            rows = stage.left.height * stage.left.width + stage.right.height * stage.right.width
        else:
            rows = len(stage.rows.index)
        beside = max(beside, rows)
    return schedule.varying + beside
