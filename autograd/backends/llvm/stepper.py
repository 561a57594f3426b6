"""NativeStepper: gradient and update compiled into one loop of machine code."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

import numpy as np

from autograd.backends.executable import Batches, Progress
from autograd.backends.llvm.engine import code, vector_lanes
from autograd.backends.llvm.executable import Workspace, aligned_zeros
from autograd.backends.llvm.kernel import Kernel
from autograd.backends.llvm.steps import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd.program.stages import Schedule
    from autograd.program.training import Update

__all__ = ["NativeStepper", "build_stepper"]


def build_stepper(schedule: Schedule, update: Update) -> NativeStepper:
    """Return what runs the schedule of a gradient and an update as machine code."""
    return NativeStepper(schedule, update)


class NativeStepper:
    """Steps of gradient descent in machine code; for one thread at a time."""

    def __init__(self, schedule: Schedule, update: Update) -> None:
        self._width = len(schedule.outputs)
        self._kernel = kernel = Kernel(schedule, vector_lanes(), update)
        self._code = code(kernel.text)
        self._steps = self._code.function("steps", ctypes.c_void_p)
        self._workspace = Workspace(schedule, kernel.varying)
        self._sums = aligned_zeros(schedule.sums + vector_lanes())
        self._shared = np.zeros(update.program.shared)
        self.parameters = self._workspace.parameters
        self.own = np.zeros((len(update.own), schedule.sums - 1))
        self.common = self._shared[len(self._shared) - len(update.common) :]

    def plan(self, batches: Batches) -> Callable[[], Progress]:
        """Return what takes these steps, as often as it is called."""
        steps, workspace, run = len(batches.counts), self._workspace, self._steps
        losses = np.empty(steps)
        outputs = np.empty((len(batches.order), self._width))
        cursor = (ctypes.c_int64 * 3)()
        arrays = {
            "%examples": batches.examples,
            "%order": batches.order,
            "%counts": batches.counts,
            "%uniform": workspace.uniform,
            "%varying": workspace.varying,
            "%sums": self._sums,
            "%outputs": outputs,
            "%own": self.own,
            "%shared": self._shared,
            "%scheduled": batches.scheduled,
            "%losses": losses,
        }
        addresses = {name: array.ctypes.data for name, array in arrays.items()}
        addresses |= {"%steps": steps, "%cursor": ctypes.addressof(cursor)}
        call = (ctypes.c_int64 * len(STEPS))(*(addresses[name] for name in STEPS))
        address = ctypes.addressof(call)
        shared = batches.shared

        def take_steps() -> Progress:
            if len(shared):
                workspace.shared[:] = shared
            run(address)
            done, passed, stopped = cursor
            if not stopped:
                return Progress(losses.copy(), outputs.copy(), done)
            passed += int(batches.counts[done])
            return Progress(losses[: done + 1].copy(), outputs[:passed].copy(), done)

        take_steps.owners = call, arrays  # type: ignore[attr-defined]  # alive as long as it is
        return take_steps
