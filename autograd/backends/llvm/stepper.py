"""NativeStepper: gradient and update compiled into one loop of machine code."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.backends.llvm.engine import Code, vector_lanes
from autograd.backends.llvm.executable import Workspace
from autograd.backends.llvm.kernel import Kernel
from autograd.backends.llvm.steps import STEPS
from autograd.backends.stepping import Batches, Progress

if TYPE_CHECKING:
    from autograd.program.stages import Schedule
    from autograd.program.update import Update

__all__ = ["NativeStepper", "build_stepper"]


def build_stepper(schedule: Schedule, update: Update) -> NativeStepper:
    """Return what runs the schedule of a gradient and an update as machine code."""
    return NativeStepper(schedule, update)


class NativeStepper:
    """Steps of gradient descent in machine code; for one thread at a time."""

    def __init__(self, schedule: Schedule, update: Update) -> None:
        self.schedule = schedule
        self.update = update
        kernel = Kernel(schedule, vector_lanes(), update)
        self._code = Code(kernel.text)
        types = [ctypes.c_int64 if kind == "i64" else ctypes.c_void_p for kind in STEPS.values()]
        self._steps = self._code.function("steps", *types)
        self._workspace = Workspace(schedule, kernel.varying)
        self._sums = np.zeros(schedule.sums + vector_lanes())
        self._shared = np.zeros(update.program.shared)

    def run(self, batches: Batches, parameters: Any, own: Any, common: Any) -> Progress:
        """Take steps until they are all done, or a loss or gradient is not finite."""
        steps, workspace = len(batches.counts), self._workspace
        losses = np.empty(steps)
        outputs = np.empty((len(batches.order), len(self.schedule.outputs)))
        cursor = np.zeros(3, dtype=np.int64)
        workspace.fill(batches.shared, parameters)
        first_common = len(self._shared) - len(common)
        self._shared[first_common:] = common
        self._steps(
            batches.examples.ctypes.data,
            batches.order.ctypes.data,
            batches.counts.ctypes.data,
            steps,
            workspace.uniform_address,
            workspace.varying_address,
            self._sums.ctypes.data,
            outputs.ctypes.data,
            own.ctypes.data,
            self._shared.ctypes.data,
            batches.scheduled.ctypes.data,
            losses.ctypes.data,
            cursor.ctypes.data,
        )
        parameters[:] = workspace.parameters
        common[:] = self._shared[first_common:]
        done, passed, stopped = cursor.tolist()
        if stopped:
            passed += batches.counts[done]
        return Progress(losses[: done + stopped], outputs[:passed], done)
