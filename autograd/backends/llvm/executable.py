"""NativeProgram: a schedule compiled to machine code, with the memory that it works in."""

from __future__ import annotations

import ctypes
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.backends.llvm.engine import Code, vector_lanes
from autograd.backends.llvm.kernel import Kernel

if TYPE_CHECKING:
    from autograd.program.stages import Schedule

__all__ = ["NativeProgram", "Workspace", "build"]


def build(schedule: Schedule) -> NativeProgram:
    """Return what runs a schedule as machine code."""
    return NativeProgram(schedule)


class NativeProgram:
    """A scheduled program in machine code; several threads may call it at once."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.kernel = Kernel(schedule, vector_lanes())
        self._code = Code(self.kernel.text)
        pointer = ctypes.c_void_p
        self._before = self._code.function("before", pointer)
        self._run = self._code.function("run", pointer, pointer, ctypes.c_int64, *[pointer] * 4)
        self._evaluate = self._code.function("evaluate", pointer, pointer, holds_lock=True)
        self._idle: deque[Workspace] = deque()

    def run(self, examples: Any, shared: Any, parameters: Any) -> tuple[Any, Any]:
        """Return the outputs of each example, shape (n, outputs), and the sums over all of them."""
        count = len(examples)
        outputs = np.empty((count, len(self.schedule.outputs)))
        sums = np.zeros(self.schedule.sums)
        order = np.arange(count)
        workspace = self._workspace()
        workspace.fill(shared, parameters)
        self._before(workspace.uniform_address)
        self._run(
            examples.ctypes.data,
            order.ctypes.data,
            count,
            workspace.uniform_address,
            workspace.varying_address,
            sums.ctypes.data,
            outputs.ctypes.data,
        )
        self._idle.append(workspace)
        return outputs, sums

    def _workspace(self) -> Workspace:
        try:
            return self._idle.pop()
        except IndexError:  # other threads hold them
            return Workspace(self.schedule, self.kernel.varying)


class Workspace:
    """The memories of a schedule, for one call at a time."""

    def __init__(self, schedule: Schedule, varying: int) -> None:
        program = schedule.program
        self.uniform = aligned_zeros(schedule.uniform)
        self.varying = aligned_zeros(varying)
        self.shared = self.uniform[: program.shared]
        self.parameters = self.uniform[program.shared : program.shared + program.parameters]
        constants = self.uniform[program.shared + program.parameters :]
        constants[: len(program.constants)] = program.constants
        self.uniform_address = self.uniform.ctypes.data
        self.varying_address = self.varying.ctypes.data

    def fill(self, shared: Any, parameters: Any) -> None:
        """Put the numbers of a call in."""
        self.shared[:] = shared
        self.parameters[:] = parameters


def aligned_zeros(size: int) -> Any:
    """Return zeros that begin with a cache line: vectors that straddle two take twice as long."""
    memory = np.zeros(size + 7)
    start = -memory.ctypes.data % 64 // 8
    return memory[start : start + size]
