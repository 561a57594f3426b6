"""Workspace: the memories that the code of a schedule works in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.backends.llvm.engine import vector_bytes
from autograd.backends.llvm.frame import LINE

if TYPE_CHECKING:
    from autograd.program.stages import Schedule


class Workspace:
    """The memories of a schedule, for one call at a time.

    Behind the UNIFORM rows there is room for the outputs of a program without examples, a 0.0, and
    a vector: loads of irregular rows may go beyond the last one. Before them there are as many
    `doubles` as are asked for.
    """

    def __init__(self, schedule: Schedule, varying: int, doubles: int = 0) -> None:
        program = schedule.program
        behind = schedule.uniform + len(schedule.outputs)
        dtype = np.dtype(program.precision.name)
        front = doubles * 8 // dtype.itemsize
        whole = aligned_zeros(front + behind + 1 + vector_bytes() // dtype.itemsize, dtype)
        memory = whole[front:]
        self.doubles_address = whole.ctypes.data
        self.uniform = memory[: schedule.uniform]
        self.outputs = memory[schedule.uniform : behind].reshape(1, -1)
        self.outputs_start = dtype.itemsize * schedule.uniform
        self.bytes = memoryview(memory).cast("B")
        self.varying = aligned_zeros(varying, dtype)
        self.sums = np.zeros(schedule.sums, dtype)
        self._order = np.arange(0)
        self.shared = self.uniform[: program.shared]
        self._put = program.precision.put
        self.parameters = self.uniform[program.shared : program.shared + program.parameters]
        constants = self.uniform[program.shared + program.parameters :]
        constants[: len(program.constants)] = program.constants
        self.uniform_address = self.uniform.ctypes.data
        self.varying_address = self.varying.ctypes.data  # which takes 0.5 µs to find out
        self.sums_address = self.sums.ctypes.data
        self._order_address = self._order.ctypes.data

    def order_address(self, count: int) -> int:
        """Return the address of the numbers of so many examples, in order."""
        if len(self._order) < count:
            self._order = np.arange(count)
            self._order_address = self._order.ctypes.data
        return self._order_address

    def fill(self, shared: Any, parameters: Any) -> None:
        """Put the numbers of a call in."""
        self._put(shared, self.shared)
        self._put(parameters, self.parameters)


def aligned_zeros(size: int, dtype: Any) -> Any:
    """Return zeros that begin with a cache line: vectors that straddle two take twice as long."""
    memory = np.zeros(size + LINE // dtype.itemsize - 1, dtype)
    start = -memory.ctypes.data % LINE // dtype.itemsize
    return memory[start : start + size]
