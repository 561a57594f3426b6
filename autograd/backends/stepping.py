"""Stepper: gradient and update in turn, many steps in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd.backends.executable import Executable
    from autograd.program.update import Update

__all__ = ["ArrayStepper", "Batches", "Progress", "Sizes", "Stepper"]


class Batches(NamedTuple):
    """The examples that each step takes, and the settings that change from step to step."""

    examples: Any  # the inputs of the whole data set, float64 of shape (n, inputs), C-contiguous
    shared: Any  # inputs that are the same for all examples, float64
    order: Any  # numbers of examples, all steps one after the other, int64
    counts: Any  # how many of them each step takes, int64
    scheduled: Any  # float64 of shape (steps, settings)


class Progress(NamedTuple):
    """What came of the steps."""

    losses: Any  # the mean loss of each step, before its update
    outputs: Any  # the outputs of each example, in the order of `order`
    done: int  # steps taken; fewer than asked for if the loss or a gradient was not finite


class Sizes(NamedTuple):
    """How many parameters there are, how many of them are trained, and how many outputs."""

    parameters: int
    trained: int
    outputs: int


class Stepper(Protocol):
    """A gradient program and an update, ready to run; for one thread at a time.

    What it works on is float64 memory of its own, to be read and written between runs.
    """

    parameters: Any  # of the gradient program, the trained ones first
    own: Any  # state by element and trained parameter
    common: Any  # state that is the same for all parameters

    def plan(self, batches: Batches) -> Callable[[], Progress]:
        """Return what takes these steps, as often as it is called.

        It ends early, before the update, where a loss or gradient is not finite.
        """


class ArrayStepper:
    """A stepper over any two executables, in Python and NumPy."""

    def __init__(
        self, gradient: Executable, rule: Executable, update: Update, sizes: Sizes
    ) -> None:
        import numpy as np

        self._gradient = gradient
        self._rule = rule
        self._trained = sizes.trained
        self._outputs = sizes.outputs
        self.parameters = np.zeros(sizes.parameters)
        self.own = np.zeros((len(update.own), sizes.trained))
        self.common = np.zeros(len(update.common))

    def plan(self, batches: Batches) -> Callable[[], Progress]:
        """Return what takes these steps, one by one."""
        return lambda: self._run(batches)

    def _run(self, batches: Batches) -> Progress:
        import numpy as np

        losses: list[float] = []
        outputs: list[Any] = [np.empty((0, self._outputs))]
        start = done = 0
        for count, scheduled in zip(batches.counts.tolist(), batches.scheduled):
            chosen = batches.examples[batches.order[start : start + count]]
            found, sums = self._gradient.run(chosen, batches.shared, self.parameters)
            outputs.append(found)
            losses.append(sums[0] / count)
            if not np.isfinite(sums).all():
                break
            self._move(sums[1:], count, scheduled)
            start += count
            done += 1
        return Progress(np.array(losses), np.concatenate(outputs), done)

    def _move(self, gradient: Any, count: int, scheduled: Any) -> None:
        import numpy as np

        trained = self.parameters[: self._trained]
        scale = 1.0 / count
        largest = np.abs(gradient).max() or 1.0  # so that no square overflows
        norm = scale * largest * np.linalg.norm(gradient / largest)
        lines = np.column_stack([trained, gradient, *self.own])
        shared = np.concatenate([[scale, norm], scheduled, self.common])
        moved, _ = self._rule.run(lines, shared, np.empty(0))
        trained[:] = moved[:, 0]
        self.own[:] = moved[:, 1 : 1 + len(self.own)].T
        self.common[:] = moved[0, 1 + len(self.own) :]
