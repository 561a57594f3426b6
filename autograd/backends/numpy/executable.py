"""A program that runs with NumPy: each call takes a workspace, which no other call uses then."""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from autograd.backends.numpy.workspace import Plan, Workspace
from autograd.program.interpreter import variables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.backends.numpy.algebra import Array
    from autograd.program.stages import Schedule

FEW_OPERATIONS = 4  # on Python's own floats they take as long as a call of NumPy


def build(schedule: Schedule) -> ArrayProgram:
    """Return an executable of a schedule, run by NumPy.

    Raises ValueError for an operation without a C text, or with one that is not understood.
    """
    return ArrayProgram(schedule)


class ArrayProgram:
    """A scheduled program that runs with NumPy; several threads may call it at once."""

    def __init__(self, schedule: Schedule) -> None:
        self._plan = Plan(schedule)
        self._program = schedule.program
        operations = len(schedule.program.instructions)
        self._narrow = operations < FEW_OPERATIONS * (len(schedule.before) + len(schedule.body))
        self._idle: deque[Workspace] = deque()

    def run(self, examples: Array, shared: Array, parameters: Array) -> tuple[Array, Array]:
        """Return the outputs for each example, and the sums: see `Executable`."""
        workspace = None
        with suppress(IndexError):  # the first call, or other threads hold them all
            workspace = self._idle.pop()
        workspace = workspace or Workspace(self._plan)
        precision = self._program.precision
        outputs = np.empty((len(examples), len(self._program.outputs)), precision.name)
        precision.put(shared, workspace.shared)
        precision.put(parameters, workspace.parameters)
        workspace.quietly(workspace.run, examples.T, outputs.T)
        sums = workspace.sums + 0.0  # a copy, where each sum has started from 0.0
        self._idle.append(workspace)
        return outputs, sums

    def scalars(self, numbers: Sequence[float], parameters: Sequence[float]) -> list[float]:
        """Return the outputs for shared inputs alone, as floats."""
        if not self._narrow:
            outputs, _ = self.run(np.empty((1, 0)), np.array(numbers), np.array(parameters))
            found: list[float] = outputs[0].tolist()
            return found
        values = variables(self._program, (), numbers, parameters)
        return [values[output] for output in self._program.outputs]
