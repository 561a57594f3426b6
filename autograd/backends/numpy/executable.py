"""A schedule ready to run with NumPy: its steps, bound to memory, and the calls that run them.

A step is a NumPy function, bound once to views of the memories for operands and result. A call
copies its numbers in, runs the steps for each block of examples, and copies the results out.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from autograd.backends.numpy.algebra import function_of
from autograd.backends.numpy.steps import Frame, Scratch, add_reduction, add_stage
from autograd.program.interpreter import variables
from autograd.program.stages import Elementwise, Fold, Memory, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograd.backends.numpy.algebra import Array
    from autograd.program.stages import Schedule

# The numbers of one array that a block computes with: above 9,216, OpenBLAS starts threads to sum a
# vector, which is slower even on an idle machine. A matrix product wants some examples at once.
ARRAY_NUMBERS = 9000
FEW_EXAMPLES = 32
BLOCK_BYTES = 16 << 20  # of all the rows of a block and of what a stage gathers beside them

FEW_OPERATIONS = 4  # on Python's own floats they take as long as a call of NumPy
SIZES_KEPT = 4  # numbers of examples whose steps stay bound


def build(schedule: Schedule) -> ArrayProgram:
    """Return an executable of a schedule, run by NumPy.

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
    """Yield ranges that cover `count` examples; only the last may be shorter."""
    blocks = -(-count // most)
    size = -(-count // max(blocks, 1))
    return ((start, min(start + size, count)) for start in range(0, count, max(size, 1)))


class Workspace:
    """The memory that one call needs; no two calls use it at once."""

    def __init__(self, schedule: Schedule, most: int) -> None:
        """Make room for blocks of up to `most` examples."""
        program = schedule.program
        inputs = program.shared + program.parameters
        self.schedule = schedule
        self.uniform = np.empty((schedule.uniform, 1))
        self.uniform[inputs : inputs + len(program.constants), 0] = program.constants
        self.shared = self.uniform[: program.shared, 0]
        self.parameters = self.uniform[program.shared : inputs, 0]
        self.varying = np.empty(schedule.varying * most)
        self.sums = np.empty(schedule.sums)
        self.scratch = Scratch()
        frame = Frame(self.uniform, np.empty((0, 1)), self.scratch)
        for stage in schedule.before:
            add_stage(stage, frame)
        self.before = frame.steps
        self.blocks: dict[int, Block] = {}

    def block(self, examples: int) -> Block:
        """Return the steps for a block of this many examples."""
        if examples not in self.blocks:
            if len(self.blocks) == SIZES_KEPT:
                del self.blocks[next(iter(self.blocks))]
            self.blocks[examples] = Block(self, examples)
        return self.blocks[examples]


class Block:
    """The steps of a schedule for one number of examples, in one workspace."""

    def __init__(self, workspace: Workspace, examples: int) -> None:
        schedule = workspace.schedule
        varying = workspace.varying[: schedule.varying * examples]
        varying = varying.reshape(schedule.varying, examples)
        frame = Frame(workspace.uniform, varying, workspace.scratch)
        for stage in schedule.body:
            add_stage(stage, frame)
        for reduction in schedule.reductions:
            add_reduction(reduction, frame, workspace.sums)
        self.inputs = varying[: schedule.program.examples].T
        self.outputs = [_columns_of(memory, schedule, frame) for memory in Memory]
        self.steps = frame.steps

    def run(self, examples: Array, outputs: Array) -> None:
        """Compute the outputs of these examples, and add to the sums."""
        np.copyto(self.inputs, examples)
        for step in self.steps:
            step()
        for columns, numbers in self.outputs:
            outputs[:, columns] = numbers


def _columns_of(memory: Memory, schedule: Schedule, frame: Frame) -> tuple[slice | Array, Array]:
    """Return which outputs lie in a memory, and what holds them, shape (examples or 1, outputs)."""
    columns = [column for column, (where, _) in enumerate(schedule.outputs) if where is memory]
    if not columns:
        return slice(0), np.empty((1, 0))
    rows = Rows(memory, tuple(schedule.outputs[column][1] for column in columns))
    together = columns[-1] - columns[0] == len(columns) - 1
    places = slice(columns[0], columns[-1] + 1) if together else np.array(columns)
    return places, frame.rows(rows).T
