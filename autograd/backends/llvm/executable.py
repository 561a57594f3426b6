"""Machine code and the memory that it works in: a schedule, or a gradient and an update."""

from __future__ import annotations

import ctypes
import struct
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.backends.background import Replaceable
from autograd.backends.executable import Batches, Progress
from autograd.backends.llvm.border import Border, rows_of_sums
from autograd.backends.llvm.bytecode import count_straight
from autograd.backends.llvm.engine import code, vector_bytes
from autograd.backends.llvm.kernel import Kernel
from autograd.backends.llvm.precompiled import StagedProgram
from autograd.backends.llvm.steps import STEPS
from autograd.backends.llvm.workspace import Workspace, aligned_zeros
from autograd.program.precision import DOUBLE
from autograd.program.ready import InPlace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.backends.executable import Executable
    from autograd.backends.llvm.frame import Frame
    from autograd.program.precision import Precision
    from autograd.program.stages import Schedule
    from autograd.program.training import Update


def build(schedule: Schedule) -> NativeProgram:
    """Return an executable of a schedule, in machine code."""
    return NativeProgram(schedule)


MOST_STAGES = 64  # of a program that is compiled before its first result: about 0.1 s


def build_at_once(schedule: Schedule) -> Executable:
    """Return an executable that answers at once, with the same bits as `build`.

    A long program without examples is run by precompiled functions until its own code is there.
    """
    if schedule.program.examples or count_straight(schedule.before) <= MOST_STAGES:
        return build(schedule)
    try:
        first = StagedProgram(schedule)
    except ValueError:  # about a row that LLVM cannot take on either
        return build(schedule)
    return Replaceable(first, lambda: build(schedule))


def kernel_of(schedule: Schedule, update: Update | None = None) -> Kernel:
    """Return the kernel of a schedule for this processor, the same each time."""
    lanes = vector_bytes() // schedule.program.precision.size
    made: dict[Any, Kernel] = schedule.made
    if (lanes, update) not in made:
        made[lanes, update] = Kernel(schedule, lanes, update)
    return made[lanes, update]


class NativeProgram:
    """A scheduled program in machine code; several threads may call it at once."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.kernel = kernel_of(schedule)
        self._code = code(self.kernel.text)
        pointer = ctypes.c_void_p
        if not schedule.program.examples:
            self._evaluate = self._code.function("evaluate", pointer, holds_lock=True)
        if schedule.program.examples or schedule.sums:
            self._run = self._code.function("run", pointer, pointer, ctypes.c_int64, *[pointer] * 4)
        precision = schedule.program.precision
        self._precision, self._dtype = precision, np.dtype(precision.name)
        self._inputs = _packer(schedule.program.shared, precision)
        self._parameters = _packer(schedule.program.parameters, precision)
        self._parameters_start = precision.size * schedule.program.shared
        outputs = struct.Struct(f"{len(schedule.outputs)}{precision.letter}")
        self._outputs = outputs.unpack_from
        self._idle: deque[Workspace] = deque()

    def run(self, examples: Any, shared: Any, parameters: Any) -> tuple[Any, Any]:
        """Return the outputs of each example, shape (n, outputs), and the sums over all of them."""
        workspace = self._workspace()
        workspace.fill(shared, parameters)
        if self.schedule.sums or self.schedule.program.examples:
            outputs = self._over_examples(workspace, examples)
        else:
            self._evaluate(workspace.uniform_address)
            outputs = workspace.outputs.repeat(len(examples), axis=0)
        sums = workspace.sums.copy()
        self._idle.append(workspace)
        return outputs, sums

    def scalars(self, numbers: Sequence[float], parameters: Sequence[float]) -> tuple[float, ...]:
        """Return the outputs of a program without examples, with no array made on the way."""
        workspace = self._workspace()
        memory = workspace.bytes
        self._inputs(memory, 0, *numbers)
        if parameters:
            self._parameters(memory, self._parameters_start, *parameters)
        self._evaluate(workspace.uniform_address)
        found = self._outputs(memory, workspace.outputs_start)
        self._idle.append(workspace)
        return found

    def in_place(self) -> InPlace | None:
        """Return the code and memory for calls by C, which hold Python's lock.

        None for a program of examples.
        """
        schedule, varying = self.schedule, self.kernel.varying
        if schedule.program.examples:
            return None
        if self._precision is not DOUBLE:
            border = Border(schedule)
            workspace = Workspace(schedule, varying, doubles=border.size)
            run, memory = self._code.address("evaluate_doubles"), workspace.doubles_address
            return InPlace(run, memory, border.outputs, border.sums, (self._code, workspace))
        workspace = Workspace(schedule, varying)
        first = schedule.uniform
        return InPlace(
            self._code.address("evaluate"),
            workspace.uniform_address,
            range(first, first + len(schedule.outputs) + 1),
            rows_of_sums(schedule),
            (self._code, workspace),
        )

    @property
    def frame(self) -> Frame:
        """Where the rows of the program lie."""
        return self.kernel.frame

    @property
    def varying(self) -> int:
        """The number of numbers of VARYING memory."""
        return self.kernel.varying

    def address(self, name: str) -> int:
        """Return the address of a function of the machine code."""
        return self._code.address(name)

    def _over_examples(self, workspace: Workspace, examples: Any) -> Any:
        count = len(examples)
        outputs = np.empty((count, len(self.schedule.outputs)), self._dtype)
        examples = self._precision.array(examples)
        workspace.sums.fill(0.0)
        self._run(
            examples.ctypes.data,
            workspace.order_address(count),
            count,
            workspace.uniform_address,
            workspace.varying_address,
            workspace.sums_address,
            outputs.ctypes.data if outputs.size else None,
        )
        return outputs

    def _workspace(self) -> Workspace:
        try:
            return self._idle.pop()
        except IndexError:  # other threads hold them
            return Workspace(self.schedule, self.varying)


def _packer(count: int, precision: Precision) -> Callable[..., None]:
    """Return the function that puts so many floats into a memory from a place on."""
    pack = struct.Struct(f"{count}{precision.letter}").pack_into
    if precision is DOUBLE:
        return pack

    def pack_rounded(memory: Any, start: int, *numbers: float) -> None:
        try:
            pack(memory, start, *numbers)
        except OverflowError:  # beyond the largest
            pack(memory, start, *map(precision.rounded, numbers))

    return pack_rounded


def build_stepper(schedule: Schedule, update: Update) -> NativeStepper:
    """Return a stepper of the schedule of a gradient and an update, in machine code."""
    return NativeStepper(schedule, update)


class NativeStepper:
    """Steps of gradient descent in machine code; for one thread at a time."""

    def __init__(self, schedule: Schedule, update: Update) -> None:
        self._width = len(schedule.outputs)
        self._kernel = kernel = kernel_of(schedule, update)
        self._code = code(kernel.text)
        self._steps = self._code.function("steps", ctypes.c_void_p)
        self._workspace = Workspace(schedule, kernel.varying)
        self._precision = precision = schedule.program.precision
        self._dtype = dtype = np.dtype(precision.name)
        self._sums = aligned_zeros(schedule.sums + vector_bytes() // dtype.itemsize, dtype)
        self._shared = np.zeros(update.program.shared, dtype)
        self.parameters = self._workspace.parameters
        self.fixed = self.parameters[schedule.sums - 1 :]
        self.own = np.zeros((len(update.own), schedule.sums - 1), dtype)
        self.common = self._shared[len(self._shared) - len(update.common) :]

    def plan(self, batches: Batches) -> Callable[[], Progress]:
        """Return a function that takes these steps each time it is called."""
        steps, workspace, run = len(batches.counts), self._workspace, self._steps
        losses = np.empty(steps, self._dtype)
        outputs = np.empty((len(batches.order), self._width), self._dtype)
        cursor = (ctypes.c_int64 * 3)()
        arrays = {
            "%examples": self._precision.array(batches.examples),
            "%order": batches.order,
            "%counts": batches.counts,
            "%uniform": workspace.uniform,
            "%varying": workspace.varying,
            "%sums": self._sums,
            "%outputs": outputs,
            "%own": self.own,
            "%shared": self._shared,
            "%scheduled": self._precision.array(batches.scheduled),
            "%losses": losses,
        }
        addresses = {name: array.ctypes.data for name, array in arrays.items()}
        addresses |= {"%steps": steps, "%cursor": ctypes.addressof(cursor)}
        call = (ctypes.c_int64 * len(STEPS))(*(addresses[name] for name in STEPS))
        address = ctypes.addressof(call)
        shared = self._precision.array(batches.shared)

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
