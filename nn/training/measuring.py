"""The loss and the metrics of an epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from autograd import Value
from nn import losses
from nn.arguments import check_call, named
from nn.losses import Loss
from nn.metrics import DECIDING, METRICS, Metric

__all__ = ["Measured", "metric_functions"]


class Measured:
    """The outputs of a model, their targets and losses, some rows at a time, as plain numbers."""

    def __init__(self) -> None:
        self._predictions: list[Any] = []
        self._targets: list[Any] = []
        self._total = 0.0
        self._count = 0

    def add(self, total: float, count: int, predictions: list[Any], targets: list[Any]) -> None:
        """Add the sum of the losses of `count` rows, and what metrics need of them."""
        self._total += total
        self._count += count
        self._predictions += predictions
        self._targets += targets

    def summary(self, metrics: Mapping[str, Metric]) -> dict[str, float]:
        """Return the mean loss over all examples, and the metrics of all of them together."""
        summary = {"loss": self._total / self._count}
        for name, metric in metrics.items():
            number: Any = metric(self._predictions, self._targets)
            try:
                summary[name] = Value(number).data
            except TypeError as error:
                raise TypeError(f"the metric {name!r} returned no number: {error}") from None
        return summary


def metric_functions(
    metrics: Sequence[str | Metric], loss: Loss, targets: Sequence[Any]
) -> dict[str, Metric]:
    """Return metrics, given by name or as functions, by the names that the history uses.

    Accuracy and its kin decide at the threshold that fits the loss. Raises ValueError for unknown
    names and for two of one name.

    >>> list(metric_functions(["accuracy"], losses.hinge_loss, [-1, 1]))
    ['accuracy']
    """
    if isinstance(metrics, str) or not isinstance(metrics, Iterable):
        raise TypeError(f'metrics must be a list, such as ["accuracy"], not {metrics!r}')
    functions: dict[str, Metric] = {}
    for metric in metrics:
        function: Callable[..., float] = (
            metric if callable(metric) else named("metric", metric, METRICS)
        )
        name = metric if isinstance(metric, str) else getattr(metric, "__name__", repr(metric))
        if name in functions or name in {"loss", "lr"}:
            raise ValueError(f"metrics: the name {name!r} is taken; rename the function")
        check_call(function, f"the metric {name!r}", "all outputs", "all targets")
        if function in DECIDING:
            function = partial(function, threshold=_threshold(loss, targets))
        functions[name] = function
    return functions


def _threshold(loss: Loss, targets: Sequence[Any]) -> float:
    """Return the output that lies between the two labels for a model trained with `loss`."""
    if loss in {losses.mse_loss, losses.l1_loss, losses.huber_loss}:  # outputs are near the labels
        return 0.0 if any(target == -1 for target in targets) else 0.5
    return 0.5 if loss is losses.binary_cross_entropy else 0.0
