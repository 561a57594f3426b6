"""Workspaces: the memories of one call, and the steps of a schedule bound to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from autograd.backends.numpy.elementwise import elementwise, fold
from autograd.backends.numpy.memory import Memories, fetched, mapped
from autograd.backends.numpy.products import dots, product
from autograd.backends.numpy.reductions import summed_product, summed_rows
from autograd.program.stages import (
    Dots,
    Elementwise,
    Fold,
    Memory,
    Rows,
    SummedProduct,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograd.backends.numpy.memory import Array, Operand, Step
    from autograd.program.stages import Schedule, Stage

__all__ = ["Block", "Workspace"]

SIZES_KEPT = 4  # numbers of examples whose steps stay bound


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
        none = Memories(self.uniform, np.empty((0, 1)))
        self.before = [step for stage in schedule.before for step in lowered(stage, none)]
        self.blocks: dict[int, Block] = {}

    def block(self, examples: int) -> Block:
        """Return the steps for a block of so many examples."""
        if examples not in self.blocks:
            if len(self.blocks) == SIZES_KEPT:
                del self.blocks[next(iter(self.blocks))]
            self.blocks[examples] = Block(self, examples)
        return self.blocks[examples]


class Block:
    """The steps of a schedule for one number of examples, in one workspace."""

    def __init__(self, workspace: Workspace, examples: int) -> None:
        schedule, sums = workspace.schedule, workspace.sums
        varying = workspace.varying[: schedule.varying * examples]
        varying = varying.reshape(schedule.varying, examples)
        memories = Memories(workspace.uniform, varying)
        self.inputs = varying[: schedule.program.examples].T
        self.steps = [step for stage in schedule.body for step in lowered(stage, memories)]
        for reduction in schedule.reductions:
            if isinstance(reduction, SummedProduct):
                self.steps += summed_product(reduction, memories, sums)
            else:
                self.steps += summed_rows(reduction, memories, sums)
        self.outputs = list(outputs(schedule, memories))

    def run(self, examples: Array, result: Array) -> None:
        """Compute the outputs of these examples, and add to the sums."""
        np.copyto(self.inputs, examples)
        for step in self.steps:
            step()
        for columns, numbers in self.outputs:
            result[:, columns] = fetched(numbers)


def lowered(stage: Stage, memories: Memories) -> list[Step]:
    """Return the steps of a stage."""
    if isinstance(stage, Elementwise):
        return [elementwise(stage, memories)]
    if isinstance(stage, Fold):
        return [fold(stage, memories)]
    if isinstance(stage, Dots):
        return dots(stage, memories)
    return product(stage, memories)


def outputs(schedule: Schedule, memories: Memories) -> Iterator[tuple[slice | Array, Operand]]:
    """Yield columns of the result and what they hold, shape (examples or 1, columns)."""
    for memory in Memory:
        columns = [column for column, (where, _) in enumerate(schedule.outputs) if where is memory]
        if not columns:
            continue
        rows = Rows(memory, tuple(schedule.outputs[column][1] for column in columns))
        together = columns[-1] - columns[0] == len(columns) - 1
        places = slice(columns[0], columns[-1] + 1) if together else np.array(columns)
        yield places, mapped(memories.rows(rows), lambda array: array.T)
