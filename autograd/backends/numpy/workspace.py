"""Workspaces: the memory of one call, and the steps of a schedule bound to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from autograd.backends.numpy.elementwise import elementwise, fold
from autograd.backends.numpy.frame import Frame
from autograd.backends.numpy.products import dots, product
from autograd.backends.numpy.reductions import summed_product, summed_rows
from autograd.backends.numpy.scratch import Scratch
from autograd.program.stages import (
    Dots,
    Elementwise,
    Fold,
    Memory,
    Product,
    Rows,
    SummedProduct,
)  # fmt: skip

if TYPE_CHECKING:
    from autograd.backends.numpy.frame import Array
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
        self.scratch = Scratch()
        frame = Frame(self.uniform, np.empty((0, 1)), self.scratch)
        for stage in schedule.before:
            add_steps(stage, frame)
        self.before = frame.steps
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
        schedule = workspace.schedule
        varying = workspace.varying[: schedule.varying * examples]
        varying = varying.reshape(schedule.varying, examples)
        frame = Frame(workspace.uniform, varying, workspace.scratch)
        for stage in schedule.body:
            add_steps(stage, frame)
        for reduction in schedule.reductions:
            if isinstance(reduction, SummedProduct):
                summed_product(reduction, frame, workspace.sums)
            else:
                summed_rows(reduction, frame, workspace.sums)
            frame.scratch.clear()
        self.inputs = varying[: schedule.program.examples].T
        self.outputs = [columns_of(memory, schedule, frame) for memory in Memory]
        self.steps = frame.steps

    def run(self, examples: Array, outputs: Array) -> None:
        """Compute the outputs of these examples, and add to the sums."""
        np.copyto(self.inputs, examples)
        for step in self.steps:
            step()
        for columns, numbers in self.outputs:
            outputs[:, columns] = numbers


def add_steps(stage: Stage, frame: Frame) -> None:
    """Add the steps of a stage."""
    match stage:
        case Elementwise():
            elementwise(stage, frame)
        case Fold():
            fold(stage, frame)
        case Dots():
            dots(stage, frame)
        case Product():
            product(stage, frame)
    frame.scratch.clear()


def columns_of(memory: Memory, schedule: Schedule, frame: Frame) -> tuple[slice | Array, Array]:
    """Return which outputs lie in a memory, and what holds them, shape (examples or 1, outputs)."""
    columns = [column for column, (where, _) in enumerate(schedule.outputs) if where is memory]
    if not columns:
        return slice(0), np.empty((1, 0))
    rows = Rows(memory, tuple(schedule.outputs[column][1] for column in columns))
    together = columns[-1] - columns[0] == len(columns) - 1
    places = slice(columns[0], columns[-1] + 1) if together else np.array(columns)
    return places, frame.rows(rows).T
