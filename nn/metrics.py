"""Measures of how good predictions are: numbers or Values in, a plain number out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from nn.classification import f1_score, precision, recall
from nn.decisions import decided
from nn.matching import matched, numbers_of

__all__ = [
    "DECIDING", "METRICS", "Metric", "accuracy", "mean_absolute_error", "mean_squared_error",
    "r2_score",
]  # fmt: skip

# Called with all predictions, numbers or lists of them, and all targets.
Metric: TypeAlias = Callable[[Sequence[Any], Sequence[Any]], float]


def accuracy(predictions: Any, targets: Any, threshold: float = 0.0) -> float:
    """Return the share of predictions that are right, from 0 to 1.

    A prediction of several numbers stands for the class of the largest (the first of equals), a
    target being 0, 1, 2, ...; a single number is positive above `threshold`: 0 for logits and
    scores, 0.5 for probabilities, a target being positive above 0, so 0 and 1 or -1 and 1. Raises
    ValueError, naming the row, for a target that is none of these.

    >>> accuracy([[0.1, 0.9], [0.8, 0.2]], [1, 1])
    0.5
    >>> accuracy([0.7, 0.2], [1, 0], threshold=0.5)
    1.0
    """
    decisions = decided(predictions, targets, "accuracy", threshold)
    return decisions.hits() / len(decisions.actual)


def mean_absolute_error(predictions: Any, targets: Any) -> float:
    """Return the mean of |p - t| over all elements.

    >>> mean_absolute_error([1.0, 2.0], [1.0, 4.0])
    1.0
    """
    pairs = matched(numbers_of(predictions), targets, "mean_absolute_error")
    return math.fsum(abs(prediction - target) for prediction, target in pairs) / len(pairs)


def mean_squared_error(predictions: Any, targets: Any) -> float:
    """Return the mean of (p - t)**2 over all elements.

    >>> mean_squared_error([1.0, 2.0], [1.0, 4.0])
    2.0
    """
    pairs = matched(numbers_of(predictions), targets, "mean_squared_error")
    return _squares([prediction - target for prediction, target in pairs]) / len(pairs)


def r2_score(predictions: Any, targets: Any) -> float:
    """Return the share of the targets' variance that is explained: 1 is perfect, 0 the mean's.

    All elements count as one sample. Raises ValueError if all targets are equal, which have no
    variance.

    >>> r2_score([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    1.0
    """
    pairs = matched(numbers_of(predictions), targets, "r2_score")
    mean = math.fsum(pairs.targets) / len(pairs)
    variance = _squares([target - mean for target in pairs.targets])
    if variance == 0.0:
        raise ValueError(f"r2_score: all {len(pairs)} targets are {mean}, so there is no variance")
    return 1.0 - _squares([prediction - target for prediction, target in pairs]) / variance


METRICS: dict[str, Metric] = {
    "accuracy": accuracy,
    "f1_score": f1_score,
    "mean_absolute_error": mean_absolute_error,
    "mean_squared_error": mean_squared_error,
    "precision": precision,
    "r2_score": r2_score,
    "recall": recall,
}

# Accuracy and its kin: they decide between two classes at a threshold.
DECIDING: tuple[Callable[..., float], ...] = (accuracy, precision, recall, f1_score)


def _squares(residuals: Sequence[float]) -> float:
    return math.fsum(residual * residual for residual in residuals)
