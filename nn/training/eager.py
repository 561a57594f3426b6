"""Training that builds and differentiates a graph at every step."""

from __future__ import annotations

from typing import Any

from autograd import no_grad, paused_collector
from nn.data.dataset import Dataset
from nn.matching import numbers_of
from nn.training.example import objective
from nn.training.measuring import Measured
from nn.training.progress import Progress
from nn.training.task import Task
from nn.training.update import update

__all__ = ["EagerEngine", "measured_eagerly"]


class EagerEngine:
    """Steps of a task, each of which is in the Values as soon as it is taken."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def epoch(self, order: Any, shown: Progress) -> Measured:
        """Visit all rows in this order, a batch at a time."""
        task = self._task
        measured = Measured()
        for start in range(0, len(order), task.batch_size):
            X_batch, y_batch = task.train.lists(order[start : start + task.batch_size])  # noqa: N806
            outputs, mean = update(task, X_batch, y_batch)
            measured.add(mean * len(y_batch), len(y_batch), outputs, y_batch)
            shown.update()
        return measured

    def validated(self, anew: bool) -> Measured:  # noqa: ARG002 - it is always anew
        """Return the loss and the outputs on the examples that are held out."""
        assert self._task.held_out is not None
        return measured_eagerly(self._task, self._task.held_out)

    def write_back(self) -> None:
        """Do nothing: the Values are up to date after every step."""

    def outdated(self) -> bool:
        """Tell that changes of the model are met at the next step."""
        return False


def measured_eagerly(task: Task, examples: Dataset) -> Measured:
    """Return the loss and the outputs of the model as it is."""
    inputs, targets = examples.lists()
    measured = Measured()
    with no_grad(), paused_collector():
        outputs = [task.model(x) for x in inputs]
        mean = numbers_of(objective(task.model, task.loss, task.penalty, outputs, targets))
    measured.add(mean * len(targets), len(targets), [*map(numbers_of, outputs)], targets)
    return measured
