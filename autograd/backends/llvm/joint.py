"""Steps over several programs: their parameters and their gradients lie in one memory.

A program has memory of its own, as if it were the only one. Before it runs, its parameters are
copied there, and afterwards its sums are added to those of the step: runs of neighbours.
"""

from __future__ import annotations

import ctypes
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.backends.background import Replaceable
from autograd.backends.executable import Progress
from autograd.backends.llvm.engine import code, vector_bytes
from autograd.backends.llvm.executable import NativeProgram
from autograd.backends.llvm.frame import Frame
from autograd.backends.llvm.precompiled import StagedProgram
from autograd.backends.llvm.steps import clear, steps_function, vectors, write_loop, write_update
from autograd.backends.llvm.workspace import Workspace, aligned_zeros
from autograd.backends.llvm.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from autograd.backends.executable import Executable, JointBatches
    from autograd.backends.llvm.writer import Index
    from autograd.program.program import Program
    from autograd.program.sharing import Sharing, Use
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
# The 64-bit integers of a record: addresses; the outputs of an example, the inputs that are copied
# of one (0 where the program takes many), the numbers of `sums`; addresses of tables.
RUN, EXAMPLES, ORDER, UNIFORM, VARYING, SUMS, OUTPUTS = ADDRESSES = range(7)
WIDTH, INPUTS, SIZE = NUMBERS = range(7, 10)
PARAMETERS, SLOPES, KINDS = TABLES = range(10, 13)
WORDS = 13
FEW = 8  # examples of one program in a step that are computed one by one, and not in lanes


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

    run, examples, order, uniform, varying, sums, outputs = map(pointer, ADDRESSES)
    width, inputs, size = (scalar.load_integer(record, field) for field in NUMBERS)
    parameters, slopes, kinds = map(pointer, TABLES)

    def copy(writer: Writer, source: Index, target: Index) -> None:
        x = writer.load(scalar.address("%numbers", source))
        writer.store(x, scalar.address(uniform, target))

    def add(writer: Writer, source: Index, target: Index) -> None:
        x = writer.load(scalar.address(sums, source))
        address = scalar.address("%sums", target)
        writer.store(writer.fadd(writer.load(address), x), address)

    _over_runs(frame, parameters, copy)
    clear(frame, sums, size)
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
            f"ptr {varying}, ptr {sums}, ptr {results})"
        )
    _over_runs(frame, slopes, add)
    with scalar.loop(0, scalar.load_integer(kinds, 0)) as line:
        kind = scalar.load_integer(kinds, frame.shifted(line.index, 1))
        scalar.store_integer(stamp, "%reached", kind)


def place_of(scalar: Writer, table: str, index: Index) -> str:
    """Return the address of one of the 64-bit integers, or addresses, of a table."""
    return scalar.value(f"getelementptr inbounds i64, ptr {table}, i64 {index}")


def _over_runs(frame: Frame, table: str, body: Callable[[Writer, Index, Index], None]) -> None:
    """Write `body` for whole vectors of each run, then for the numbers that are left."""
    scalar = frame.scalar
    with scalar.loop(0, scalar.load_integer(table, 0)) as run:
        at = frame.scaled(run.index, 3)
        source, target, length = (
            scalar.load_integer(table, frame.shifted(at, k)) for k in (1, 2, 3)
        )
        over = scalar.integer("urem", length, frame.width)
        whole = scalar.integer("sub", length, over)
        for writer, first, last in ((frame.writer, 0, whole), (scalar, whole, length)):
            with scalar.loop(first, last, writer.lanes) as loop:
                places = (frame.shifted(start, loop.index) for start in (source, target))
                body(writer, *places)


class NativeJointStepper:
    """Steps over several programs in machine code; for one thread at a time.

    A few examples of one program in a step are computed one by one: with lanes over examples, one
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
        trained, shared = sharing.starts[-1], update.program.shared
        self._code = code(text_of_steps(update, trained))
        self._steps = self._code.function("steps", ctypes.c_void_p)
        self._precision = precision = update.program.precision
        self._dtype = dtype = np.dtype(precision.name)
        self._sums = zeros_in_vectors(trained + 1, dtype)
        self._starts = np.array(sharing.starts)
        self._reached = np.zeros(len(sharing.starts), np.int64)
        self._shared = np.zeros((len(sharing.starts) - 1, shared), dtype)
        self.parameters = aligned_zeros(trained + len(sharing.fixed), dtype)
        self.own = np.zeros((len(update.own), trained), dtype)
        self.common = self._shared[:, shared - len(update.common) :]
        self._programs, self._build, self._uses = programs, build, sharing.uses
        self._one = [
            self._called(of_one(program), use, program.examples)
            for program, use in zip(programs, sharing.uses, strict=True)
        ]
        self._many: dict[int, _Called] = {}

    def plan(self, batches: JointBatches) -> Callable[[], Progress]:
        """Return a function that takes these steps each time it is called."""
        segments, count = batches.segments.copy(), len(self._programs)
        in_lanes = segments[:, 2] >= FEW
        for number in np.unique(segments[in_lanes, 0]).tolist():
            if number not in self._many:
                self._many[number] = self._called(self._programs[number], self._uses[number])
        segments[in_lanes, 0] += count
        records = np.zeros((2 * count, WORDS), np.int64)
        outputs: list[Any] = []
        owned: list[Any] = []
        inputs = []  # that all examples share, and where they go
        slower: list[tuple[_Called, Any]] = []  # for which code is being made, and their records
        for number, part in enumerate(batches.programs):
            size = 0 if part is None else len(part.order), self._one[number].width
            found = np.empty(size, self._dtype)
            outputs.append(found)
            if part is not None:
                arrays = self._precision.array(part.examples), part.order, found
                owned += arrays
                for place, called in ((number, self._one), (count + number, self._many)):
                    if place == number or number in self._many:
                        records[place] = called[number].record
                        called[number].renew(records[place])
                        if not called[number].settled:
                            slower.append((called[number], records[place]))
                        records[place, [EXAMPLES, ORDER, OUTPUTS]] = [a.ctypes.data for a in arrays]
                        shared = self._precision.array(part.shared)
                        inputs.append((called[number].shared, shared))
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
            for called, record in slower:
                called.renew(record)
            reached.fill(0)
            for place, numbers in inputs:
                place[:] = numbers
            run(address)
            done, _, stopped = cursor.tolist()
            taken = done + stopped
            return Progress(losses[:taken].copy(), batches.in_order(outputs, taken), done)

        take_steps.owners = call, memory, owned  # type: ignore[attr-defined]  # kept alive
        return take_steps

    def _called(self, program: Program, use: Use, examples: int = 0) -> _Called:
        return _Called(self._build(program), use, examples)


def of_one(program: Program) -> Program:
    """Return a program of one example, whose numbers are inputs like those that examples share."""
    return replace(program, examples=0, shared=program.examples + program.shared)


class _Called:
    """A program, its memory, and its record with all that is the same for every plan.

    One of one example, made by `of_one`, takes as many inputs of it as `inputs` says.
    """

    def __init__(self, program: Executable, use: Use, inputs: int) -> None:
        self._program: Executable = program
        code = self._code()
        schedule: Schedule = code.schedule
        workspace = Workspace(schedule, code.varying)
        self.width = len(schedule.outputs)
        self.shared = workspace.shared[inputs:]
        sums = zeros_in_vectors(schedule.sums, workspace.sums.dtype)
        into = [0, *(1 + place for place in use.parameters[: use.trained])]  # the loss comes first
        tables = [
            _table(runs(use.parameters, count(schedule.program.shared))),
            _table(runs(range(len(into)), into)),
            _table([(kind,) for kind in use.kinds]),
        ]
        self.record = np.zeros(WORDS, np.int64)
        self.record[[UNIFORM, SUMS]] = workspace.uniform_address, sums.ctypes.data
        size = vectors(code.frame, schedule.sums)
        self.record[[*NUMBERS]] = self.width, inputs, size
        self.record[[*TABLES]] = [table.ctypes.data for table in tables]
        self._workspace = workspace
        self._owned = sums, tables  # whose addresses are in the record

    @property
    def settled(self) -> bool:
        """Whether there will be no faster code."""
        return isinstance(self._program, NativeProgram)

    def renew(self, record: Any) -> None:
        """Have a record, which may be a copy, call the fastest code that is there."""
        code = self._code()
        staged = isinstance(code, StagedProgram)
        varying = code.listing if staged else self._workspace.varying_address
        record[[RUN, VARYING]] = code.address("run"), varying

    def _code(self) -> Any:
        program = self._program
        if isinstance(program, Replaceable):
            self._program = program.latest()
            return program.current()
        return program


def zeros_in_vectors(size: int, dtype: Any) -> Any:
    """Return zeros that begin with a cache line, and end with a vector."""
    return aligned_zeros(size + vector_bytes() // dtype.itemsize, dtype)


def runs(sources: Iterable[int], targets: Iterable[int]) -> list[tuple[int, int, int]]:
    """Return where runs of neighbours come from, where they go, and how long they are.

    >>> runs([4, 5, 6, 2], [0, 1, 2, 3])
    [(4, 0, 3), (2, 3, 1)]
    """
    found: list[tuple[int, int, int]] = []
    for source, target in zip(sources, targets):
        first, to, length = found[-1] if found else (-1, -1, 0)
        if length and (source, target) == (first + length, to + length):
            found[-1] = first, to, length + 1
        else:
            found.append((source, target, 1))
    return found


def _table(lines: Sequence[tuple[int, ...]]) -> Any:
    """Return the number of lines, and then the lines, as 64-bit integers."""
    return np.array([len(lines), *(number for line in lines for number in line)], np.int64)
