"""Stepper: gradient and update in turn, many steps in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from autograd.backends.executable import Executable
    from autograd.program.update import Update

__all__ = ["ArrayStepper", "Batches", "Progress", "Stepper"]


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


class Stepper(Protocol):
    """A gradient program and an update, ready to run; a call changes the arrays it is given."""

    def run(self, batches: Batches, parameters: Any, own: Any, common: Any) -> Progress:
        """Take steps until they are all done, or a loss or gradient is not finite.

        Args:
            batches: What to take the steps on.
            parameters: Of the gradient program, the trained ones first; they are moved.
            own: State by element and trained parameter; it is brought up to date.
            common: State that is the same for all parameters, likewise.
        """


class ArrayStepper:
    """A stepper over any two executables, in Python and NumPy."""

    def __init__(self, gradient: Executable, update: Executable, description: Update) -> None:
        self._gradient = gradient
        self._update = update
        self._elements = len(description.own)

    def run(self, batches: Batches, parameters: Any, own: Any, common: Any) -> Progress:
        """Take the steps one by one."""
        import numpy as np

        losses: list[float] = []
        outputs: list[Any] = []
        start = 0
        for count, scheduled in zip(batches.counts.tolist(), batches.scheduled):
            chosen = batches.order[start : start + count]
            found, sums = self._gradient.run(batches.examples[chosen], batches.shared, parameters)
            outputs.append(found)
            if not np.isfinite(sums).all():
                losses.append(float(sums[0] / count))
                break
            losses.append(float(sums[0] / count))
            scale, total = 1.0 / count, sums[1:]
            norm = scale * np.linalg.norm(total)
            lines = np.column_stack([parameters[: len(total)], total, *own])
            shared = np.concatenate([[scale, norm], scheduled, common])
            moved, _ = self._update.run(lines, shared, np.empty(0))
            parameters[: len(total)] = moved[:, 0]
            own[:] = moved[:, 1 : 1 + self._elements].T
            common[:] = moved[0, 1 + self._elements :]
            start += count
        done = len(losses) if start == len(batches.order) else len(losses) - 1
        return Progress(np.array(losses), np.concatenate(outputs), done)
