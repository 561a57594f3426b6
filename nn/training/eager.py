"""Training that builds and differentiates a graph at every step."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

from autograd import Value
from autograd.runtime import paused_collector
from nn.arguments import is_foreign
from nn.data.dataset import Dataset
from nn.matching import numbers_of
from nn.module import Module
from nn.optim.clipping import clip_grad_norm
from nn.optim.optimizers import Optimizer
from nn.training.history import History, Measured, Progress
from nn.training.restoring import held_interrupts
from nn.training.task import Task

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["EagerEngine", "NonFiniteError", "measured_eagerly", "update"]


class NonFiniteError(ArithmeticError):
    """The loss or a gradient became nan or infinite; the parameters are as before that step.

    `history` is that of the epochs before, when `fit` raises it.
    """

    history: History | None = None


def update(
    task: Task, X: list[Any], y: list[Any], noise: Sequence[Any] | None = None
) -> tuple[list[Any], float]:
    """Take one step on a batch; return the outputs and the loss before it as plain numbers.

    The random numbers that the model takes are drawn, or given for each row by `noise`.

    An exception, Ctrl-C included, comes before the step or after it, never within it. Raises
    NonFiniteError, and takes no step, if the loss or a gradient is nan or infinite.
    """
    model, optimizer = task.model, task.optimizer
    with paused_collector():
        outputs = task.outputs(X, noise)
        total = task.objective(outputs, y)
        predictions = [numbers_of(output) for output in outputs]
        if not isfinite(total.data):
            raise NonFiniteError(_message(f"the loss is {total.data}", X, predictions))
        optimizer.zero_grad()  # after the loss, which may refuse its arguments
        total.backward()
        _check_gradients(model, optimizer, X, predictions)
        if task.clip_norm is not None:
            clip_grad_norm(optimizer.parameters, task.clip_norm)
        with held_interrupts():
            optimizer.step()
        return predictions, total.data


def _check_gradients(
    model: Module, optimizer: Optimizer, X: list[Any], predictions: list[Any]
) -> None:
    for index, parameter in enumerate(optimizer.parameters):
        if not isfinite(parameter.grad):
            names = {value: name for name, value in model.named_parameters()}
            which = names.get(parameter, f"number {index} of the optimizer")
            what = f"the gradient of parameter {which} is {parameter.grad}"
            raise NonFiniteError(_message(what, X, predictions))


def _message(what: str, X: list[Any], predictions: list[Any]) -> str:
    """Return the message, with the first input whose output is not finite if there is one."""
    for x, prediction in zip(X, predictions, strict=True):
        if not all(map(isfinite, prediction if isinstance(prediction, list) else [prediction])):
            what += f"; the model gives {prediction} for {x}"
            break
    return (
        f"{what}. The parameters are those before this step; try a smaller learning rate, "
        "clip_norm=1.0, or standardised inputs"
    )


class EagerEngine:
    """Steps of a task, each taken on the Values themselves."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def epoch(self, order: NDArray[np.intp], shown: Progress) -> Measured:
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
        """Do nothing, because the Values are up to date after every step."""

    def outdated(self) -> bool:
        """Return False: the next step sees whatever has changed."""
        return False


def measured_eagerly(task: Task, examples: Dataset) -> Measured:
    """Return the loss and the outputs of the model as it is.

    All is recorded as in a step, because the model, the loss and the penalty may differentiate. The
    library's losses do not; under one of them the graph of a row is freed as soon as its output is
    computed.
    """
    inputs, targets = examples.lists()
    measured = Measured()
    with paused_collector():
        if is_foreign(task.loss):
            outputs = task.outputs(inputs)
        else:
            outputs = [_without_graph(task.model(x)) for x in inputs]
        mean = numbers_of(task.objective(outputs, targets))
    measured.add(mean * len(targets), len(targets), [*map(numbers_of, outputs)], targets)
    return measured


def _without_graph(output: Any) -> Any:
    numbers = output if isinstance(output, float) else numbers_of(output)
    return [*map(_without_graph, numbers)] if isinstance(numbers, list) else Value(numbers)
