"""Precompiled: a schedule run stage by stage, by functions that programs have in common.

LLVM takes a second for the code of some hundred stages, but nothing for a stage whose function is
there: one for each operation, one for each kind of product. What is special about a stage are
tables of numbers. A function rounds the same numbers in the same order as the code that LLVM makes
of the whole schedule, so that results are the same bits. It is slower, because it computes one
number at a time, at offsets that it reads.
"""

from __future__ import annotations

import ctypes
from collections import deque
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd.backends.formula import formula_of
from autograd.backends.llvm.elementary import minds_constants
from autograd.backends.llvm.engine import vector_bytes
from autograd.backends.llvm.frame import Frame
from autograd.backends.llvm.loops import constant_of, is_in_line
from autograd.backends.llvm.shared import FIELDS, RUN, Function, shared_code
from autograd.backends.llvm.sums import in_order
from autograd.backends.llvm.uniform import is_few, neighbours
from autograd.backends.llvm.workspace import Workspace
from autograd.backends.llvm.writer import Writer
from autograd.program.stages import Choices, Elementwise, Fold, Product, SummedRows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograd.program.stages import Dots, Schedule, Stage, Table

POINTER = ctypes.c_void_p
RUN_TYPE = ctypes.CFUNCTYPE(None, POINTER, POINTER, ctypes.c_int64, *[POINTER] * 4)


class Step(NamedTuple):
    """A stage, or some rows of it: its function, first result and sizes, and tables of rows."""

    function: Function
    numbers: tuple[int, ...]
    tables: tuple[Sequence[int], ...]


class StagedProgram:
    """A scheduled program without examples, run by shared functions; several threads may call it.

    Raises ValueError for an operation without C text.
    """

    varying = 0  # numbers of VARYING memory

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        precision = schedule.program.precision
        lanes = vector_bytes() // precision.size
        self.frame = Frame(Writer(lanes, precision), lanes)
        steps = [step for stage in schedule.before for step in _steps(schedule, stage, self.frame)]
        functions = dict.fromkeys([RUN, *[step.function for step in steps]])
        self._shared = shared_code([*functions], lanes, precision)
        outputs = [row for _, row in schedule.outputs]
        stages = [stage for stage in schedule.reductions if isinstance(stage, SummedRows)]
        summed = [pair for stage in stages for pair in in_order(stage)]
        parts = [*self._records(steps), np.array(outputs, np.int64)]
        parts.append(np.array(summed, np.int64))
        fields = [part.ctypes.data for part in parts[1:]]
        listing = np.array([*fields, len(steps), len(outputs), len(summed)], np.int64)
        self.listing = listing.ctypes.data
        self._owned = listing, parts
        self._run = RUN_TYPE(self.address("run"))
        self._idle: deque[Workspace] = deque()

    def _records(self, steps: Sequence[Step]) -> tuple[Any, Any]:
        """Return the tables of all steps, and their records, which hold the addresses of these."""
        numbers = chain.from_iterable(table for step in steps for table in step.tables)
        tables = np.fromiter(numbers, dtype=np.int64)
        records = np.zeros((len(steps), FIELDS), dtype=np.int64)
        place = tables.ctypes.data
        for record, (function, sizes, lists) in zip(records, steps):
            starts = []
            for table in lists:
                starts.append(place)
                place += 8 * len(table)
            fields = self._shared[function].address, *sizes, *starts
            record[: len(fields)] = fields
        return tables, records

    def run(self, examples: Any, shared: Any, parameters: Any) -> tuple[Any, Any]:
        """Return the outputs, once for each example, and the sums over all of them."""
        try:
            workspace = self._idle.pop()
        except IndexError:  # other threads hold them
            workspace = Workspace(self.schedule, 0)
        workspace.fill(shared, parameters)
        outputs = np.empty((len(examples), len(self.schedule.outputs)), workspace.sums.dtype)
        sums = np.zeros_like(workspace.sums)
        places = workspace.uniform_address, self.listing, sums.ctypes.data
        self._run(None, None, len(examples), *places, outputs.ctypes.data)
        self._idle.append(workspace)
        return outputs, sums

    def address(self, name: str) -> int:
        """Return the address of `run`, which takes what that of a kernel takes.

        In the place of VARYING memory, of which there is none, it takes the address `listing`.
        """
        return self._shared[Function(name)].address


def _steps(schedule: Schedule, stage: Stage, frame: Frame) -> Iterator[Step]:
    first = stage.result.index[0]
    if isinstance(stage, Elementwise):
        yield _elementwise(schedule, stage)
    elif isinstance(stage, Fold):
        yield _fold(stage, first)
    elif isinstance(stage, Choices):
        width = stage.items.width
        starts = [line * width for line in stage.lines]
        tables = stage.places.index, starts, _flat(stage.items)
        yield Step(Function("choices"), (first, len(starts), width), tables)
    elif isinstance(stage, Product):
        guarded = "each" if is_few(stage, frame) else "nan"
        function = Function("product", None, (guarded if stage.guarded else "", stage.ordered))
        sizes = first, stage.left.height, stage.right.height, stage.left.width
        yield Step(function, sizes, (_flat(stage.left), _flat(stage.right)))
    else:
        yield from _dots(stage, frame.width)


def _elementwise(schedule: Schedule, stage: Elementwise) -> Step:
    constants: list[str | None] = []
    tables = []
    for operand in stage.operands:
        number = constant_of(schedule.program, operand) if minds_constants(stage.op) else None
        constants.append(None if number is None else number.hex())
        if number is None:
            tables.append(operand.index)
    function = Function("elementwise", stage.op, tuple(constants))
    return Step(function, (stage.result.index[0], len(stage.result.index)), tuple(tables))


def _fold(stage: Fold, first: int) -> Step:
    pairs = formula_of(stage.op).arity == 3
    if minds_constants(stage.op):
        raise ValueError(f"a fold of {stage.op.name!r} has code of its own only")
    if is_in_line(stage):
        starts = [line[0] for line in stage.terms.index]
        sizes = first, stage.terms.height, stage.terms.width
        return Step(Function("total", stage.op), sizes, (starts,))
    tables = stage.halves() if pairs else (stage.terms,)
    start = 0.0 if pairs else stage.start
    function = Function("fold", stage.op, (len(tables), None if start is None else start.hex()))
    sizes = first, stage.terms.height, tables[0].width
    return Step(function, sizes, tuple([_flat(table) for table in tables]))


def _dots(stage: Dots, lanes: int) -> Iterator[Step]:
    side_by_side, in_line = neighbours(stage, lanes)
    height, width, first = stage.left.height, stage.left.width, stage.result.index[0]
    by_rows = (height - height % lanes if side_by_side else 0) if in_line else height
    if by_rows:
        tables = [_flat(table, by_rows) for table in (stage.left, stage.right)]
        start = (-0.0 if stage.ordered else 0.0).hex()
        function = Function("dots", None, (stage.guarded, start))
        yield Step(function, (first, by_rows, width), tuple(tables))
    if by_rows < height:
        tables, steps = [], []
        for table in (stage.left, stage.right):
            tables.append([line[0] for line in table.index[by_rows:]])
            steps.append((table.strides or (0, 0))[1])
        function = Function("dots_in_lanes", None, (stage.guarded, *steps))
        yield Step(function, (first + by_rows, height - by_rows, width), tuple(tables))


def _flat(table: Table, height: int | None = None) -> list[int]:
    return [*chain.from_iterable(table.index[:height])]
