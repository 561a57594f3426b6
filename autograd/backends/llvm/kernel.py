"""Kernel: a schedule as the text of an LLVM module.

`before(uniform)` computes what all examples share, once per call; `evaluate(uniform)` is all that a
program without examples needs, and puts its outputs behind the UNIFORM rows. `run(examples, order,
count, uniform, varying, sums, outputs)` goes over the examples in blocks: it copies the inputs of a
block into lanes, computes the stages, adds to the sums, writes the outputs. With an update there
is `steps`, which trains.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.backends.executable import BackendLimit
from autograd.backends.llvm.frame import Frame
from autograd.backends.llvm.loops import FusedLoop, LoopBody, fused, write_fold, write_loop
from autograd.backends.llvm.machine import Listed, listed, write_listed
from autograd.backends.llvm.products import write_dots, write_product, write_uniform_dots
from autograd.backends.llvm.run import copy_outputs, write_run
from autograd.backends.llvm.steps import write_steps, write_update
from autograd.backends.llvm.sums import (
    write_shared_rows,
    write_summed_product,
    write_summed_rows,
)
from autograd.backends.llvm.writer import Writer
from autograd.program.stages import Fold, Memory, Product, SummedProduct, SummedRows

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable, Iterator, Sequence

    from autograd.backends.llvm.loops import Planned
    from autograd.program.stages import Schedule, Stage
    from autograd.program.training import Update

__all__ = ["Kernel"]

POINTERS = {"%uniform": "ptr", "%varying": "ptr", "%sums": "ptr"}
PART = 1500  # lines of a function: LLVM's time grows faster than the length of one
WORKSPACE = 1 << 18  # bytes of VARYING memory, most of which stay in the nearest caches
MOST_LANES, FEWEST_VECTORS = 64, 2  # of a block
MOST_LINES = 300_000  # of a module, which take LLVM about 6 seconds


class Kernel:
    """The text of a module, and the sizes that its callers need.

    Raises BackendLimit for a program that would be compiled for too long.
    """

    def __init__(self, schedule: Schedule, lanes: int, update: Update | None = None) -> None:
        self.schedule = schedule
        most = WORKSPACE // (8 * max(schedule.varying, 1)) // lanes * lanes
        block = min(MOST_LANES, max(most, FEWEST_VECTORS * lanes))
        self.writer = Writer(lanes)
        self.frame = Frame(self.writer, block)
        self.records: list[array[int]] = []  # read by the code, which knows their addresses
        self._write()
        if update is not None:
            trained = schedule.sums - 1
            write_update(self.frame, update, trained)
            first = schedule.program.shared
            write_steps(self.frame, update, first, len(schedule.outputs), trained)
        if self.writer.length > MOST_LINES:
            raise BackendLimit(
                f"the program takes {self.writer.length:,} lines of LLVM's code, more than "
                f'{MOST_LINES:,}, in too many groups of too few equal operations; backend="numpy" '
                "runs it"
            )
        self.text = self.writer.text()

    @property
    def varying(self) -> int:
        """The number of doubles of VARYING memory."""
        return self.schedule.varying * self.frame.stride

    def _write(self) -> None:
        schedule, writer = self.schedule, self.writer
        later = {*schedule.outputs, *_read(schedule.reductions)}
        before = self._parts("before", schedule.before, later.union(_read(schedule.body)))
        with writer.function("before", {"%uniform": "ptr"}):
            for part in before:
                writer.do(f"call void @{part}(ptr %uniform, ptr null, ptr null, i64 0)")
        with writer.function("evaluate", {"%uniform": "ptr"}):
            writer.do("call void @before(ptr %uniform)")
            behind = self.frame.scalar.address("%uniform", schedule.uniform)
            copy_outputs(self.frame, schedule, Memory.UNIFORM, 0, behind)
        body = self._parts("body", schedule.body, later)
        with writer.function("reduce", {**POINTERS, "%lanes": "i64"}, linkage="internal"):
            for reduction in self._reductions(Memory.VARYING):
                if isinstance(reduction, SummedProduct):
                    write_summed_product(self.frame, reduction)
                else:
                    write_summed_rows(self.frame, reduction)
        parameters = {"%uniform": "ptr", "%sums": "ptr", "%count": "double"}
        with writer.function("share", parameters, linkage="internal"):
            for reduction in self._reductions(Memory.UNIFORM):
                if isinstance(reduction, SummedRows):
                    write_shared_rows(self.frame, reduction)
        write_run(self.frame, schedule, [*body, "reduce"])

    def _reductions(self, memory: Memory) -> list[SummedProduct | SummedRows]:
        return [stage for stage in self.schedule.reductions if stage.reads[0].memory is memory]

    def _parts(
        self, name: str, stages: Sequence[Stage], read_later: Iterable[tuple[Memory, int]]
    ) -> list[str]:
        """Write functions that compute the stages one after the other, and return their names."""
        names: list[str] = []
        plan = listed(fused(stages, read_later))
        plan.reverse()
        while plan:
            names.append(f"{name}.{len(names)}")
            with self.writer.function(names[-1], {**POINTERS, "%lanes": "i64"}, linkage="internal"):
                start = self.writer.length
                while plan and self.writer.length - start < PART:
                    self._write_stage(plan.pop())
                    self.writer.forget()
        return names

    def _write_stage(self, stage: Planned | Listed) -> None:
        frame, program = self.frame, self.schedule.program
        if isinstance(stage, FusedLoop):
            body = LoopBody(frame, program, stage)
            if stage.source is None:
                write_loop(frame, body)
            else:
                write_product(frame, stage.source, body)
        elif isinstance(stage, Listed):
            self.records.append(write_listed(frame, program, stage.stages))
        elif isinstance(stage, Fold):
            write_fold(frame, stage)
        elif stage.result.memory is Memory.UNIFORM:
            write_uniform_dots(frame, stage)
        elif isinstance(stage, Product):
            write_product(frame, stage)
        else:
            write_dots(frame, stage)


def _read(stages: Iterable[Stage | SummedProduct | SummedRows]) -> Iterator[tuple[Memory, int]]:
    return (place for stage in stages for table in stage.reads for place in table.places())
