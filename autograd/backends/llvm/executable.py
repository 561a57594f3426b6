"""NativeProgram: a schedule compiled to machine code, with the memory that it works in."""

from __future__ import annotations

import ctypes
import struct
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.backends.llvm.engine import code, vector_lanes
from autograd.backends.llvm.kernel import Kernel

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        self._code = code(self.kernel.text)
        pointer = ctypes.c_void_p
        self._before = self._code.function("before", pointer)
        self._run = self._code.function("run", pointer, pointer, ctypes.c_int64, *[pointer] * 4)
        self._evaluate = self._code.function("evaluate", pointer, holds_lock=True)
        self._inputs = struct.Struct(f"{schedule.program.shared}d").pack_into
        self._parameters = struct.Struct(f"{schedule.program.parameters}d").pack_into
        self._outputs = struct.Struct(f"{len(schedule.outputs)}d").unpack_from
        self._idle: deque[Workspace] = deque()

    def run(self, examples: Any, shared: Any, parameters: Any) -> tuple[Any, Any]:
        """Return the outputs of each example, shape (n, outputs), and the sums over all of them."""
        workspace = self._workspace()
        workspace.fill(shared, parameters)
        sums = np.zeros(self.schedule.sums)
        if len(sums) or self.schedule.program.examples or len(examples) != 1:
            outputs = self._over_examples(workspace, examples, sums)
        else:
            self._evaluate(workspace.uniform_address)
            outputs = workspace.outputs.copy()
        self._idle.append(workspace)
        return outputs, sums

    def scalars(self, numbers: Sequence[float], parameters: Sequence[float]) -> tuple[float, ...]:
        """Return the outputs of a program without examples, with no array made on the way."""
        workspace = self._workspace()
        memory = workspace.bytes
        self._inputs(memory, 0, *numbers)
        if parameters:
            self._parameters(memory, 8 * len(numbers), *parameters)
        self._evaluate(workspace.uniform_address)
        found = self._outputs(memory, workspace.outputs_start)
        self._idle.append(workspace)
        return found

    def _over_examples(self, workspace: Workspace, examples: Any, sums: Any) -> Any:
        count = len(examples)
        outputs = np.empty((count, len(self.schedule.outputs)))
        order = np.arange(count)
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
        return outputs

    def _workspace(self) -> Workspace:
        try:
            return self._idle.pop()
        except IndexError:  # other threads hold them
            return Workspace(self.schedule, self.kernel.varying)


class Workspace:
    """The memories of a schedule, for one call at a time.

    Behind the UNIFORM rows there is room for the outputs of a program without examples.
    """

    def __init__(self, schedule: Schedule, varying: int) -> None:
        program = schedule.program
        memory = aligned_zeros(schedule.uniform + len(schedule.outputs))
        self.uniform = memory[: schedule.uniform]
        self.outputs = memory[schedule.uniform :].reshape(1, -1)
        self.outputs_start = 8 * schedule.uniform
        self.bytes = memoryview(memory).cast("B")
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
