"""Steps bound to memory: what one call of a program needs.

A step is a NumPy function, bound once to views of the memories for operands and result. A run
copies its numbers in, takes the steps for each block of examples, and copies the results out.
"""

from __future__ import annotations

from contextvars import Context
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.backends.numpy.algebra import function_of
from autograd.backends.numpy.biases import with_ones
from autograd.backends.numpy.frame import ARRAY_NUMBERS, Frame, Scratch, neighbours, pieces
from autograd.backends.numpy.nans import seen_in_sums
from autograd.backends.numpy.steps import (
    MOST_RUNS,
    Sums,
    add_reduction,
    add_stage,
    holds_nan,
    regular_runs,
)
from autograd.backends.numpy.zeros import unsigned
from autograd.program.stages import Elementwise, Fold, Memory, Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from autograd.backends.numpy.algebra import Array
    from autograd.program.stages import Schedule

FEW_EXAMPLES = 32  # a matrix product wants some at once
BLOCK_BYTES = 16 << 20  # of all the rows of a block and of what a stage gathers beside them

BLOCKS_KEPT = 8  # numbers of examples, at the beginning of a batch or later, with steps that stay
LONGEST_PAUSE = 64  # calls in which guards are used without a try, where they are needed often


class Plan:
    """A schedule laid out for NumPy, with what all its workspaces have in common."""

    def __init__(self, schedule: Schedule) -> None:
        """Raises ValueError for an operation that is no function of arrays."""
        for stage in (*schedule.before, *schedule.body):
            if isinstance(stage, Elementwise | Fold):
                function_of(stage.op)
        self.schedule, self.inputs, self.ones = with_ones(schedule)
        self.unsigned = unsigned(self.schedule)
        self.seen = seen_in_sums(self.schedule, self.unsigned)
        self.most = _examples_at_once(self.schedule)


def _examples_at_once(schedule: Schedule) -> int:
    """Return how many examples a block holds at most."""
    widest = max((len(stage.result.index) for stage in schedule.body), default=1)
    gathered = max(
        (
            sum(np.size(operand.index) for operand in stage.reads)
            for stage in (*schedule.body, *schedule.reductions)
        ),
        default=0,
    )
    quick = max(FEW_EXAMPLES, ARRAY_NUMBERS // widest)
    return max(1, min(quick, BLOCK_BYTES // (8 * (schedule.varying + gathered + 1))))


def _blocks(count: int, most: int) -> Iterator[tuple[int, int]]:
    """Yield ranges that cover `count` examples; only the last may be shorter."""
    blocks = -(-count // most)
    size = -(-count // max(blocks, 1))
    return ((start, min(start + size, count)) for start in range(0, count, max(size, 1)))


def quiet() -> Callable[..., Any]:
    """Return a function that calls another one without warnings of overflow and the like.

    NumPy 2 keeps in a context what is to be done then. To enter one that exists takes a tenth of
    what np.errstate takes, and does not slow down the calls in it.
    """
    if np.__version__.startswith("1."):
        return np.errstate(all="ignore")(_called)
    context = Context()
    context.run(np.seterr, all="ignore")
    return context.run


def _called(function: Callable[..., Any], *args: Any) -> Any:
    return function(*args)


class Buffers:
    """The memory that one call needs; no two calls use it at once."""

    def __init__(self, plan: Plan) -> None:
        """Make room for a block of examples."""
        schedule = plan.schedule
        program = schedule.program
        inputs = program.shared + program.parameters
        dtype = np.dtype(program.precision.name)
        self.uniform = np.empty((schedule.uniform, 1), dtype)
        self.uniform[inputs : inputs + len(program.constants), 0] = program.constants
        self.shared = self.uniform[: program.shared, 0]
        self.parameters = self.uniform[program.shared : inputs, 0]
        self.varying = np.empty(schedule.varying * plan.most, dtype)
        self.sums = np.empty(schedule.sums, dtype)
        self.scratch = Scratch(dtype)
        self.filled_for = 0  # the examples of the block whose rows of ones were filled
        self.loaded: Array | None = None  # the inputs that lie here already


class Workspace:
    """Memory, and the steps on it.

    A call writes `shared` and `parameters`, then runs, within `quietly`; after that, `sums` are
    those over the examples.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.quietly = quiet()
        self._buffers = buffers = Buffers(plan)
        self.shared, self.parameters, self.sums = buffers.shared, buffers.parameters, buffers.sums
        self._plain = Variant(plan, buffers, plain=True)
        self._guarded: Variant | None = None
        self._pause = self._pausing = 0

    def room_for_inputs(self, examples: int) -> Array:
        """Return zeros for the inputs of so many examples, in place if one block takes them.

        All further runs take these.
        """
        count = len(self.plan.inputs)
        if examples > self.plan.most or self.plan.inputs != tuple(range(count)):
            return np.zeros((count, examples), self._buffers.varying.dtype)
        room: Array = self._buffers.varying[: count * examples].reshape(count, examples)
        room.fill(0.0)
        self._buffers.loaded = room
        return room

    def hold(self, inputs: Array) -> None:
        """Spare the copy if the next run is on these inputs too, as they were in the last run."""
        if inputs.shape[1] <= self.plan.most:
            self._buffers.loaded = inputs

    def run(self, inputs: Array, outputs: Array) -> None:
        """Compute the outputs, shape (outputs, examples), of inputs of shape (inputs, examples)."""
        if self._pausing:
            self._pausing -= 1
        elif self._plain.run(inputs, outputs):
            self._pause = 0
            return
        else:
            self._pausing = self._pause
            self._pause = min(2 * self._pause + 1, LONGEST_PAUSE)
        self._guarded = self._guarded or Variant(self.plan, self._buffers, plain=False)
        self._guarded.run(inputs, outputs)


class Variant:
    """The steps of a schedule on some memory, without guards or with them."""

    def __init__(self, plan: Plan, buffers: Buffers, *, plain: bool) -> None:
        self._plan, self._buffers, self._plain = plan, buffers, plain
        self._blocks: dict[tuple[int, bool], _Block] = {}

    def run(self, inputs: Array, outputs: Array) -> bool:
        """Compute outputs and sums of all examples; tell whether no guard was missed."""
        count, most = inputs.shape[1], self._plan.most
        if 0 < count <= most:
            return self._block(count, True).run(inputs, outputs)
        if count == 0:
            self._buffers.sums.fill(0.0)
        return all(
            self._block(stop - start, start == 0).run(inputs[:, start:stop], outputs[:, start:stop])
            for start, stop in _blocks(count, most)
        )

    def _block(self, examples: int, first: bool) -> _Block:
        """Return the steps for a block of this many examples."""
        key = examples, first
        block = self._blocks.get(key)
        if block is None:
            if len(self._blocks) == BLOCKS_KEPT:
                del self._blocks[next(iter(self._blocks))]
            block = _Block(self._plan, self._buffers, examples, first=first, plain=self._plain)
            self._blocks[key] = block
        return block


class _Block:
    """The steps of a schedule for one number of examples, on some memory.

    The first block of a call computes what all examples share, and replaces the sums.
    """

    def __init__(
        self, plan: Plan, buffers: Buffers, examples: int, *, first: bool, plain: bool
    ) -> None:
        schedule = plan.schedule
        varying = buffers.varying[: schedule.varying * examples]
        varying = varying.reshape(schedule.varying, examples)
        seen = plan.seen if plain else None
        frame = Frame(buffers.uniform, varying, buffers.scratch, seen)
        stages = [*enumerate((*schedule.before, *schedule.body))]
        for number, stage in stages if first else stages[len(schedule.before) :]:
            add_stage(stage, frame, unsigned=number in plan.unsigned)
        sums = Sums(buffers.sums, first=first)
        for reduction in schedule.reductions:
            add_reduction(reduction, frame, sums)
        if first and sums.start_from_zero:
            frame.steps.insert(0, partial(buffers.sums.fill, 0.0))
        self._buffers, self._examples = buffers, examples
        self._ones = [varying[row] for row in plan.ones]
        self._inputs = [
            (varying[plan.inputs[run][0] : plan.inputs[run][-1] + 1], run)
            for run in neighbours(plan.inputs)
        ]
        self._steps = frame.steps
        self._watched = frame.watched_arrays()
        if frame.lacks_guards:
            self._watched += pieces(buffers.sums)
        self._outputs = [*_outputs(schedule, frame)]

    def run(self, inputs: Array, outputs: Array) -> bool:
        """Compute the outputs, and add to the sums; tell whether no guard was missed."""
        buffers = self._buffers
        if buffers.filled_for != self._examples:
            buffers.filled_for = self._examples
            for row in self._ones:
                row.fill(1.0)
        if inputs is not buffers.loaded:
            buffers.loaded = None
            for rows, chosen in self._inputs:
                rows[:] = inputs[chosen]
        for step in self._steps:
            step()
        for lines, numbers in self._outputs:
            outputs[lines] = numbers
        return not (self._watched and holds_nan(self._watched))


def _outputs(schedule: Schedule, frame: Frame) -> Iterator[tuple[slice | Array, Array]]:
    """Yield which outputs lie in a memory, and what holds them, shape (outputs, examples or 1)."""
    for memory in Memory:
        lines = [line for line, (where, _) in enumerate(schedule.outputs) if where is memory]
        index = tuple([schedule.outputs[line][1] for line in lines])
        runs = [run for run in regular_runs([tuple(lines), index]) if index]
        if len(runs) > MOST_RUNS:
            yield np.array(lines), frame.rows(Rows(memory, index))
            continue
        for run in runs:
            step = lines[run][1] - lines[run][0] if len(lines[run]) > 1 else 1
            places = slice(lines[run][0], lines[run][-1] + 1, step)
            yield places, frame.rows(Rows(memory, index[run]))
