"""Steps of training with NumPy: the gradient and the rule of the optimizer, turn about."""

from __future__ import annotations

from functools import partial
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from autograd.backends.executable import Progress, norm
from autograd.backends.numpy.frame import pieces
from autograd.backends.numpy.workspace import Plan, Workspace
from autograd.program.schedule import scheduled

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd.backends.executable import Batches
    from autograd.backends.numpy.algebra import Array
    from autograd.program.stages import Schedule
    from autograd.program.training import Update


def build_stepper(schedule: Schedule, update: Update) -> ArrayStepper:
    """Return a stepper for the schedule of a gradient, run by NumPy.

    Raises ValueError for an operation without a C text, or with one that is not understood.
    """
    return ArrayStepper(schedule, update)


class ArrayStepper:
    """A gradient and a rule, each in memory of its own: see `Stepper`."""

    def __init__(self, schedule: Schedule, update: Update) -> None:
        program = schedule.program
        self._gradient = Workspace(Plan(schedule))
        self._rule = Workspace(Plan(scheduled(update.program)))
        trained = len(program.sums) - 1
        self._outputs, self._uses_norm = len(program.outputs), update.uses_norm
        self.parameters = self._gradient.parameters
        self.parameters.fill(0.0)
        self._trained, self.fixed = self.parameters[:trained], self.parameters[trained:]
        # What the rule takes by parameter: it, its gradient, its state; and what it gives
        own = len(update.own)
        self._taken = self._rule.room_for_inputs(trained)
        self._dtype = self.parameters.dtype
        self._given = np.empty((len(update.program.outputs), trained), self._dtype)
        self.own = self._taken[2:]
        # What it takes once: 1 / examples, the norm, settings, state
        shared = self._rule.shared
        shared.fill(0.0)
        end = len(shared) - len(update.common)
        self._settings, self.common = shared[2:end], shared[end:]
        # What it gives, and where that goes
        moves = [
            (self._trained, self._given[0]),
            (self.own, self._given[1 : 1 + own]),
            (self.common, self._given[1 + own :, 0]),
        ]
        self._moves = [(to, given) for to, given in moves if len(to)]

    def plan(self, batches: Batches) -> Callable[[], Progress]:
        """Return a function that takes these steps, one by one."""
        ends = np.cumsum(batches.counts).tolist()
        steps = [*zip(batches.counts.tolist(), ends, batches.scheduled)]
        chosen = None
        if len(steps) == 1:  # the same examples at each call
            chosen = batches.examples.take(batches.order, 0).T
        return partial(self._gradient.quietly, self._run, batches, steps, chosen)

    def _run(
        self, batches: Batches, steps: list[tuple[int, int, Array]], inputs: Array | None
    ) -> Progress:
        """Take the steps, each with its number of examples, where they end, and its settings.

        All steps are on the same inputs if they are given.
        """
        losses: list[float] = []
        outputs = np.empty((len(batches.order), self._outputs), self._dtype)
        gradient, sums = self._gradient, self._gradient.sums
        gradient.shared[:] = batches.shared
        parts = pieces(sums)
        for count, end, settings in steps:
            start = end - count
            if inputs is None:
                chosen = batches.examples.take(batches.order[start:end], 0)
                gradient.run(chosen.T, outputs[start:end].T)
            else:
                gradient.run(inputs, outputs.T)
                gradient.hold(inputs)
            losses.append((float(sums[0]) + 0.0) / count)
            squares = [piece.dot(piece) for piece in parts]
            if not (isfinite(sum(squares)) or np.isfinite(sums).all()):
                return Progress(np.array(losses, self._dtype), outputs[:end], len(losses) - 1)
            self._move(count, settings)
        return Progress(np.array(losses, self._dtype), outputs, len(losses))

    def _move(self, count: int, settings: Array) -> None:
        """Apply the rule to the gradient, summed over so many examples."""
        rule, taken, gradient = self._rule, self._taken, self._gradient.sums[1:]
        rule.shared[0] = scale = 1.0 / count
        if self._uses_norm:
            rule.shared[1] = norm(gradient, scale)
        if len(settings):
            self._settings[:] = settings
        taken[0] = self._trained
        np.add(gradient, 0.0, taken[1])  # each sum starts from 0.0
        rule.run(taken, self._given)
        for to, given in self._moves:
            to[:] = given
