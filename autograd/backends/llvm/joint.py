"""Steps over several programs, which have their parameters and their sums in one memory.

Programs of one example work where the parameters are: their inputs lie before these, and behind
these are their constants, put there for each run, and their other rows. A program of many examples
has memory of its own, into which the parameters are copied.
"""

from __future__ import annotations

import ctypes
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.backends.background import Replaceable
from autograd.backends.executable import Progress
from autograd.backends.llvm.engine import code, vector_bytes
from autograd.backends.llvm.frame import LINE, Frame
from autograd.backends.llvm.precompiled import StagedProgram
from autograd.backends.llvm.steps import steps_function, write_loop, write_update
from autograd.backends.llvm.workspace import Workspace, aligned_zeros
from autograd.backends.llvm.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.backends.executable import Executable, JointBatches
    from autograd.backends.llvm.writer import Index
    from autograd.program.program import Program
    from autograd.program.sharing import Sharing
    from autograd.program.stages import Schedule
    from autograd.program.training import Update

JOINT = {
    "%steps": "i64",
    "%counts": "ptr",  # of examples, by step
    "%parts": "ptr",  # how many a step has, each of examples of one program
    "%segments": "ptr",  # of each part the program, where its examples begin, how many there are
    "%programs": "ptr",  # their records
    "%numbers": "ptr",  # the parameters
    "%sums": "ptr",  # whole vectors, the last one filled up with 0
    "%own": "ptr",
    "%shared": "ptr",  # of the update, a line for each kind of parameters
    "%starts": "ptr",  # where the parameters of a kind begin
    "%kinds": "i64",
    "%reached": "ptr",  # for each kind, 1 + the last step whose examples reach it
    "%scheduled": "ptr",  # by step
    "%losses": "ptr",  # by step
    "%cursor": "ptr",  # steps done, parts passed, whether to stop: 64-bit integers
}
# The 64-bit integers of a record: addresses; the outputs of an example; the inputs that are copied
# of one, 0 where the program takes many; numbers that are copied before a run, see `copies`.
RUN, EXAMPLES, ORDER, UNIFORM, VARYING, OUTPUTS, KINDS = ADDRESSES = range(7)
WIDTH, INPUTS = NUMBERS = range(7, 9)
COPIES = range(9, 15)
WORDS = 15
# From so many examples of one program in a step on, they are computed in lanes, and not one by one.
# Stages of so many operations are vectors for one example already: of a transformer with 14,000
# operations in 270 stages, on AVX2, an example takes 14.2 µs in lanes where there are 8, 11.8 where
# there are 16, and one by one 13.
MANY, MANY_OF_WIDE, WIDE = 2, 16, 16


def text_of_steps(update: Update, trained: int) -> str:
    """Return the module of an update and of the loop over steps."""
    precision = update.program.precision
    lanes = vector_bytes() // precision.size
    frame = Frame(Writer(lanes, precision), lanes)
    scalar, width = frame.scalar, update.program.shared
    write_update(frame, update, trained, some=True)

    def add_gradients(step: Index, passed: str, _: str) -> str:
        after = scalar.integer("add", passed, scalar.load_integer("%parts", step))
        with scalar.loop(passed, after) as part:
            _write_part(frame, part.index, scalar.integer("add", step, 1))
        return after

    def move(step: Index, write_inputs: Callable[[str], None]) -> None:
        with scalar.loop(0, "%kinds") as kind:
            reached = scalar.load_integer("%reached", kind.index)
            with scalar.when(scalar.compare("eq", reached, scalar.integer("add", step, 1))):
                shared = scalar.address("%shared", frame.scaled(kind.index, width))
                write_inputs(shared)
                first = scalar.load_integer("%starts", kind.index)
                last = scalar.load_integer("%starts", frame.shifted(kind.index, 1))
                slopes = scalar.address("%sums", 1)
                scalar.do(
                    f"call void @update(ptr %numbers, ptr {slopes}, ptr %own, ptr {shared}, "
                    f"i64 {first}, i64 {last})"
                )

    with steps_function(frame, JOINT):
        write_loop(frame, update, trained, add_gradients, move)
    return frame.writer.text()


def _write_part(frame: Frame, part: Index, stamp: str) -> None:
    """Write the run of one program on its examples of a step."""
    scalar = frame.scalar
    place = frame.scaled(part, 3)
    number, first, count = (
        scalar.load_integer("%segments", frame.shifted(place, k)) for k in range(3)
    )
    record = place_of(scalar, "%programs", frame.scaled(number, WORDS))

    def pointer(field: int) -> str:
        return scalar.emit(f"load ptr, ptr {place_of(scalar, record, field)}, align 8")

    run, examples, order, uniform, varying, outputs, kinds = map(pointer, ADDRESSES)
    width, inputs = (scalar.load_integer(record, field) for field in NUMBERS)
    fields = [scalar.load_integer(record, field) for field in COPIES]
    _copy(frame, uniform, *fields[:3])
    _copy(frame, uniform, *fields[3:])
    last = scalar.integer("add", first, count)
    one_by_one = scalar.compare("sgt", inputs, 0)
    some = scalar.value(f"select i1 {one_by_one}, i64 1, i64 {count}")
    after = scalar.value(f"select i1 {one_by_one}, i64 {last}, i64 {frame.shifted(first, 1)}")
    with scalar.loop(first, after) as example:
        chosen = place_of(scalar, order, example.index)
        number = scalar.load_integer(chosen, 0)
        row = scalar.address(examples, scalar.integer("mul", number, inputs))
        with scalar.loop(0, inputs) as column:
            x = scalar.load(scalar.address(row, column.index))
            scalar.store(x, scalar.address(uniform, column.index))
        results = scalar.address(outputs, scalar.integer("mul", example.index, width))
        scalar.do(
            f"call void {run}(ptr {examples}, ptr {chosen}, i64 {some}, ptr {uniform}, "
            f"ptr {varying}, ptr %sums, ptr {results})"
        )
    with scalar.loop(0, scalar.load_integer(kinds, 0)) as line:
        kind = scalar.load_integer(kinds, frame.shifted(line.index, 1))
        scalar.store_integer(stamp, "%reached", kind)


def place_of(scalar: Writer, table: str, index: Index) -> str:
    """Return the address of one of the 64-bit integers, or addresses, of a table."""
    return scalar.value(f"getelementptr inbounds i64, ptr {table}, i64 {index}")


def _copy(frame: Frame, uniform: str, source: str, target: str, size: str) -> None:
    """Write a copy of `size` numbers, from a place counted from that of the first parameter."""
    scalar = frame.scalar
    over = scalar.integer("urem", size, frame.width)
    whole = scalar.integer("sub", size, over)
    for writer, first, last in ((frame.writer, 0, whole), (scalar, whole, size)):
        with scalar.loop(first, last, writer.lanes) as loop:
            x = writer.load(scalar.address("%numbers", frame.shifted(source, loop.index)))
            writer.store(x, scalar.address(uniform, frame.shifted(target, loop.index)))


class NativeJointStepper:
    """Steps over several programs in machine code; for one thread at a time.

    Few examples of one program in a step are computed one by one: with lanes over examples, one
    takes as long as a vector of them. `build` makes what is called by machine code; it may be
    replaced by faster code from one call of a plan to the next.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        build: Callable[[Program], Executable],
        sharing: Sharing,
        update: Update,
    ) -> None:
        moved, shared = sharing.starts[-1], update.program.shared
        self._code = code(text_of_steps(update, moved))
        self._steps = self._code.function("steps", ctypes.c_void_p)
        self._precision = update.program.precision
        self._dtype = dtype = np.dtype(self._precision.name)
        self._sums = aligned_zeros(moved + 1 + vector_bytes() // dtype.itemsize, dtype)
        self._starts = np.array(sharing.starts)
        self._reached = np.zeros(len(sharing.starts), np.int64)
        self._shared = np.zeros((len(sharing.starts) - 1, shared), dtype)
        self.fixed = np.zeros(len(sharing.fixed), dtype)
        self.own = np.zeros((len(update.own), moved), dtype)
        self.common = self._shared[:, shared - len(update.common) :]
        self._programs, self._build, self._uses = programs, build, sharing.uses
        self._one = [_Called(build(of_one(program))) for program in programs]
        self._many: dict[int, tuple[_Called, Workspace]] = {}
        self._fewest = np.array([_fewest_in_lanes(called.schedule) for called in self._one])
        self._lay_out(moved)

    def _lay_out(self, moved: int) -> None:
        """Make the memory: inputs, parameters, what comes behind them, numbers to be copied."""
        schedules = [program.schedule for program in self._one]
        line = LINE // self._dtype.itemsize
        before = -(-max(s.program.shared for s in schedules) // line) * line
        behind = max(s.uniform + len(s.outputs) - s.program.shared - moved for s in schedules)
        behind += 1 + vector_bytes() // self._dtype.itemsize  # as in Workspace
        places = [before + moved + behind]
        for schedule in schedules:
            program = schedule.program
            places.append(places[-1] + program.parameters - moved + len(program.constants))
        memory = self._memory = aligned_zeros(places[-1], self._dtype)
        self.parameters = memory[before : before + moved]
        self._inputs = [memory[before - s.program.shared : before] for s in schedules]
        # Those of a program: fixed parameters, constants
        self._copied = [memory[a:b] for a, b in pairwise(places)]
        self._copies = [place - before for place in places[:-1]]
        for schedule, numbers in zip(schedules, self._copied):
            constants = schedule.program.constants
            numbers[len(numbers) - len(constants) :] = constants
        self._kinds = [np.array([len(use.kinds), *use.kinds]) for use in self._uses]

    def plan(self, batches: JointBatches) -> Callable[[], Progress]:
        """Return a function that takes these steps each time it is called."""
        segments, count = batches.segments.copy(), len(self._programs)
        in_lanes = segments[:, 2] >= self._fewest[segments[:, 0]]
        many = {*np.unique(segments[in_lanes, 0]).tolist()}
        segments[in_lanes, 0] += count
        records = np.zeros((2 * count, WORDS), np.int64)
        outputs: list[Any] = []
        owned: list[Any] = []
        inputs = []  # numbers that are the same in all steps, and where they go
        slower: list[tuple[_Called, Any, int]] = []  # for which code is being made; their records
        for number, part in enumerate(batches.programs):
            size = 0 if part is None else len(part.order), len(self._one[number].schedule.outputs)
            outputs.append(np.empty(size, self._dtype))
            if part is not None:
                arrays = self._precision.array(part.examples), part.order, outputs[-1]
                owned += arrays
                addresses = [array.ctypes.data for array in arrays]
                shared = self._precision.array(part.shared)
                records[number] = self._record_of_one(number)
                records[number, [EXAMPLES, ORDER, OUTPUTS]] = addresses
                slower.append((self._one[number], records[number], 0))
                inputs.append((self._inputs[number][self._programs[number].examples :], shared))
                if number in many:
                    records[count + number] = self._record_of_many(number)
                    records[count + number, [EXAMPLES, ORDER, OUTPUTS]] = addresses
                    called, workspace = self._many[number]
                    slower.append((called, records[count + number], workspace.varying_address))
                    inputs.append((workspace.shared, shared))
        used = [number for number, part in enumerate(batches.programs) if part is not None]
        fixed = [(self._copied[k], np.array(self._uses[k].fixed, np.intp)) for k in used]
        fixed = [(copied[: len(places)], places) for copied, places in fixed if len(places)]
        losses = np.empty(len(batches.counts), self._dtype)
        cursor = np.zeros(3, np.int64)
        memory = {
            "%counts": batches.counts,
            "%parts": batches.parts,
            "%segments": segments,
            "%programs": records,
            "%numbers": self.parameters,
            "%sums": self._sums,
            "%own": self.own,
            "%shared": self._shared,
            "%starts": self._starts,
            "%reached": self._reached,
            "%scheduled": self._precision.array(batches.scheduled),
            "%losses": losses,
            "%cursor": cursor,
        }
        fields = {name: array.ctypes.data for name, array in memory.items()}
        fields |= {"%steps": len(losses), "%kinds": len(self._shared)}
        call = (ctypes.c_int64 * len(JOINT))(*(fields[name] for name in JOINT))
        address, run, reached = ctypes.addressof(call), self._steps, self._reached

        def take_steps() -> Progress:
            slower[:] = [each for each in slower if not renewed(*each)]
            reached.fill(0)
            for place, numbers in inputs:
                place[:] = numbers
            for place, chosen in fixed:
                place[:] = self.fixed[chosen]
            run(address)
            done, _, stopped = cursor.tolist()
            taken = done + stopped
            return Progress(losses[:taken].copy(), batches.in_order(outputs, taken), done)

        take_steps.owners = call, memory, owned  # type: ignore[attr-defined]  # kept alive
        return take_steps

    def settle(self) -> None:
        """Wait until steps are as fast as they get."""
        for called in (*self._one, *(called for called, _ in self._many.values())):
            called.settle()

    def _record_of_one(self, number: int) -> list[int]:
        """Return the record of a program of one example, without what a plan adds."""
        program, schedule = self._programs[number], self._one[number].schedule
        shared = schedule.program.shared
        uniform = self.parameters.ctypes.data - self._dtype.itemsize * shared
        behind = shared + len(self.parameters)
        copied = self._copies[number], behind, len(self._copied[number])
        return self._record(number, uniform, program.examples, *copied, 0, 0, 0)

    def _record_of_many(self, number: int) -> list[int]:
        """Return the record of a program that takes many examples, without what a plan adds."""
        program, moved = self._programs[number], len(self.parameters)
        if number not in self._many:
            called = _Called(self._build(program))
            self._many[number] = called, Workspace(called.schedule, called.code().varying)
        _, workspace = self._many[number]
        fixed = self._copies[number], program.shared + moved, program.parameters - moved
        copied = 0, program.shared, moved, *fixed
        return self._record(number, workspace.uniform_address, 0, *copied)

    def _record(self, number: int, uniform: int, inputs: int, *copied: int) -> list[int]:
        width, kinds = len(self._one[number].schedule.outputs), self._kinds[number].ctypes.data
        return [0, 0, 0, uniform, 0, 0, kinds, width, inputs, *copied]


class _Called:
    """A program that machine code calls, by code that may be replaced by faster code."""

    def __init__(self, program: Executable) -> None:
        self._program = program
        self.schedule: Schedule = self.code().schedule

    @property
    def is_settled(self) -> bool:
        """Whether there will be no faster code."""
        return not isinstance(self._program, Replaceable)

    def settle(self) -> None:
        """Wait until there is no faster code to come."""
        if isinstance(self._program, Replaceable):
            self._program = self._program.settled()

    def code(self) -> Any:
        """Return the fastest code that is there."""
        program = self._program
        if isinstance(program, Replaceable):
            self._program = program.latest()
            return program.current()
        return program


def _fewest_in_lanes(schedule: Schedule) -> int:
    """Return how many examples are computed in lanes, given the schedule for one."""
    operations, stages = len(schedule.program.instructions), len(schedule.before)
    return MANY_OF_WIDE if operations >= WIDE * stages else MANY


def renewed(called: _Called, record: Any, varying: int) -> bool:
    """Have a record call the fastest code that is there; tell whether it stays the fastest."""
    code = called.code()
    varying = code.listing if isinstance(code, StagedProgram) else varying
    record[[RUN, VARYING]] = code.address("run"), varying
    return called.is_settled


def of_one(program: Program) -> Program:
    """Return a program of one example, whose numbers are inputs like those that examples share."""
    return replace(program, examples=0, shared=program.examples + program.shared)
