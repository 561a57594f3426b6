"""The loss and the metrics of an epoch."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from autograd import no_grad
from nn import losses
from nn.losses import Loss
from nn.matching import numbers_of
from nn.metrics import METRICS, Metric, accuracy
from nn.module import Module
from nn.names import named
from nn.training.collector import paused_collector

__all__ = ["Measured", "metric_functions", "validated"]


class Measured:
    """The outputs of a model, their targets and losses, batch by batch, as plain numbers."""

    def __init__(self) -> None:
        self._predictions: list[Any] = []
        self._targets: list[Any] = []
        self._loss = 0.0

    def add(self, predictions: list[Any], targets: list[Any], loss: float) -> None:
        """Add a batch and its mean loss."""
        self._predictions += predictions
        self._targets += targets
        self._loss += loss * len(targets)

    def summary(self, metrics: Mapping[str, Metric]) -> dict[str, float]:
        """Return the mean loss over all examples, and the metrics of all of them together."""
        summary = {"loss": self._loss / len(self._targets)}
        for name, metric in metrics.items():
            summary[name] = float(metric(self._predictions, self._targets))
        return summary


def validated(
    model: Module, X: list[Any], y: list[Any], loss: Loss, metrics: Mapping[str, Metric]
) -> dict[str, float]:
    """Return loss and metrics on examples held out, as "validation_loss" and so on."""
    model.eval()
    measured = Measured()
    with no_grad(), paused_collector():
        outputs = [model(x) for x in X]
        measured.add([numbers_of(output) for output in outputs], y, numbers_of(loss(outputs, y)))
    return {f"validation_{name}": number for name, number in measured.summary(metrics).items()}


def metric_functions(
    metrics: Sequence[str | Metric], loss: Loss, targets: Sequence[Any]
) -> dict[str, Metric]:
    """Return metrics, given by name or as functions, by the names that the history uses.

    Accuracy decides at the threshold that fits the loss. Raises ValueError for unknown names and
    for two of one name.

    >>> list(metric_functions(["accuracy"], losses.hinge_loss, [-1, 1]))
    ['accuracy']
    """
    if isinstance(metrics, str):
        raise TypeError(f"metrics must be a list, such as [{metrics!r}]")
    functions: dict[str, Metric] = {}
    for metric in metrics:
        function = metric if callable(metric) else named("metric", metric, METRICS)
        name = metric if isinstance(metric, str) else getattr(metric, "__name__", repr(metric))
        if name in functions or name in {"loss", "lr"}:
            raise ValueError(f"metrics: the name {name!r} is taken; rename the function")
        if function is accuracy:
            function = partial(accuracy, threshold=_threshold(loss, targets))
        functions[name] = function
    return functions


def _threshold(loss: Loss, targets: Sequence[Any]) -> float:
    """Return the output that lies between the two labels for a model trained with `loss`."""
    if loss in {losses.mse_loss, losses.l1_loss, losses.huber_loss}:  # outputs are near the labels
        return 0.0 if any(target == -1 for target in targets) else 0.5
    return 0.5 if loss is losses.binary_cross_entropy else 0.0
