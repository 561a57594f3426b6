"""The NumPy backend: equal operations are one array operation over (rows, examples).

Everything that can be made ready is made ready once: a step of a schedule is a NumPy function
with views of the memories for operands and result. A call copies its numbers in, runs the steps
for each block of examples, and copies the results out.

Reading order: scratch, frame; algebra, elementwise; guard, products, reductions;
workspace.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from autograd.backends.numpy.algebra import function_of
from autograd.backends.numpy.workspace import Workspace
from autograd.program.interpreter import variables
from autograd.program.stages import Elementwise, Fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograd.backends.numpy.frame import Array
    from autograd.program.stages import Schedule

__all__ = ["ArrayProgram", "build"]

# The numbers of one array that a block computes with: above 9,216, OpenBLAS starts threads to sum a
# vector, which is slower even on an idle machine. A matrix product wants some examples at once.
ARRAY_NUMBERS = 9000
FEW_EXAMPLES = 32
BLOCK_BYTES = 16 << 20  # of all the rows of a block and of what a stage gathers beside them

FEW_OPERATIONS = 4  # on Python's own floats they take as long as a call of NumPy


def build(schedule: Schedule) -> ArrayProgram:
    """Return what runs a schedule with NumPy.

    Raises ValueError for an operation without a C text, or with one that is not understood.
    """
    return ArrayProgram(schedule)


class ArrayProgram:
    """A scheduled program that runs with NumPy; several threads may call it at once."""

    def __init__(self, schedule: Schedule) -> None:
        for stage in (*schedule.before, *schedule.body):
            if isinstance(stage, Elementwise | Fold):
                function_of(stage.op)
        self._schedule = schedule
        operations = len(schedule.program.instructions)
        self._narrow = operations < FEW_OPERATIONS * (len(schedule.before) + len(schedule.body))
        self._most = _examples_at_once(schedule)
        self._idle: deque[Workspace] = deque()

    def run(self, examples: Array, shared: Array, parameters: Array) -> tuple[Array, Array]:
        """Return the outputs for each example, and the sums: see `Executable`."""
        workspace = None
        with suppress(IndexError):  # the first call, or other threads hold them all
            workspace = self._idle.pop()
        workspace = workspace or Workspace(self._schedule, self._most)
        count = len(examples)
        outputs = np.empty((count, len(self._schedule.outputs)))
        workspace.shared[:] = shared
        workspace.parameters[:] = parameters
        workspace.sums.fill(0.0)
        with np.errstate(all="ignore"):
            for step in workspace.before:
                step()
            for start, stop in _blocks(count, self._most):
                block = workspace.block(stop - start)
                block.run(examples[start:stop], outputs[start:stop])
        sums = workspace.sums.copy()
        self._idle.append(workspace)
        return outputs, sums

    def scalars(self, numbers: Sequence[float], parameters: Sequence[float]) -> list[float]:
        """Return the outputs for shared inputs alone, as floats."""
        if not self._narrow:
            outputs, _ = self.run(np.empty((1, 0)), np.array(numbers), np.array(parameters))
            found: list[float] = outputs[0].tolist()
            return found
        values = variables(self._schedule.program, (), numbers, parameters)
        return [values[output] for output in self._schedule.program.outputs]


def _examples_at_once(schedule: Schedule) -> int:
    """Return how many examples a block holds at most."""
    widest = max((len(stage.result.index) for stage in schedule.body), default=1)
    gathered = max(
        (
            sum(np.size(operand.index) for operand in stage.reads)
            for stage in (*schedule.body, *schedule.reductions)
        ),
        default=0,
    )
    quick = max(FEW_EXAMPLES, ARRAY_NUMBERS // widest)
    return max(1, min(quick, BLOCK_BYTES // (8 * (schedule.varying + gathered + 1))))


def _blocks(count: int, most: int) -> Iterator[tuple[int, int]]:
    """Yield ranges that cover `count` examples, of one size but for the last."""
    blocks = -(-count // most)
    size = -(-count // max(blocks, 1))
    return ((start, min(start + size, count)) for start in range(0, count, max(size, 1)))
