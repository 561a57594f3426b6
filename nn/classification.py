"""Measures of classification beside accuracy: which classes are taken for which, and how often."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

from nn.counts import as_count
from nn.decisions import decided, given
from nn.matching import as_rows, is_scalar

__all__ = ["confusion_matrix", "f1_score", "precision", "recall"]

AVERAGES = ("binary", "macro", "micro", "weighted")


def confusion_matrix(
    predictions: Any,
    targets: Any,
    classes: int | None = None,
    *,
    threshold: float | None = None,
) -> list[list[int]]:
    """Return how often each class, by row, was taken for each class, by column.

    Predictions are classes, 0, 1, 2, ..., or rows of scores, of which the largest decides; single
    outputs are decided at a `threshold`, their targets being 0 and 1, or -1 and 1. `classes` is how
    many there are, by default as many as occur or have scores. Raises ValueError, naming the row,
    for what is no class.

    >>> confusion_matrix([0, 1, 1, 2], [0, 0, 1, 2])
    [[1, 1, 0], [0, 1, 0], [0, 0, 1]]
    >>> confusion_matrix([0.9, 0.2], [1, 1], threshold=0.5)
    [[0, 0], [1, 1]]
    """
    name = "confusion_matrix"
    rows = as_rows(predictions, f"{name}: the predictions")
    if threshold is None and (is_scalar(rows[0]) or len(rows[0]) == 1):
        decisions = given(rows, targets, name)
    else:
        decisions = decided(rows, targets, name, threshold or 0.0)
    count = decisions.classes if classes is None else as_count(classes, f"{name}: classes")
    largest = max(decisions.predicted + decisions.actual)
    if largest >= count:
        raise ValueError(
            f"{name}: class {largest} occurs, but {count} classes are 0 to {count - 1}"
        )
    matrix = [[0] * count for _ in range(count)]
    for actual, predicted in zip(decisions.actual, decisions.predicted, strict=True):
        matrix[actual][predicted] += 1
    return matrix


def precision(
    predictions: Any, targets: Any, average: str | None = None, *, threshold: float = 0.0
) -> float:
    """Return the share of the rows taken for a class that are of it; 0 if none is taken for it.

    Predictions, targets and `threshold` are those of `accuracy`. `average` is "binary", for class 1
    of two; "macro", the mean over the classes that occur among predictions or targets; "weighted",
    that mean by how often each is a target; or "micro", of the counts of all classes together.
    None is "binary" for single outputs and "macro" for rows of scores.

    >>> precision([0.9, 0.8, 0.2], [1, 0, 1], threshold=0.5)
    0.5
    """
    return _averaged("precision", predictions, targets, average, threshold, _precision)


def recall(
    predictions: Any, targets: Any, average: str | None = None, *, threshold: float = 0.0
) -> float:
    """Return the share of the rows of a class that are taken for it; 0 if there are none.

    The arguments are those of `precision`.

    >>> recall([0.9, 0.8, 0.2], [1, 0, 1], threshold=0.5)
    0.5
    """
    return _averaged("recall", predictions, targets, average, threshold, _recall)


def f1_score(
    predictions: Any, targets: Any, average: str | None = None, *, threshold: float = 0.0
) -> float:
    """Return 2PR / (P + R) of precision P and recall R, their harmonic mean; 0 where both are 0.

    The arguments are those of `precision`. Averages are of the scores of the classes.

    >>> f1_score([0.9, 0.8, 0.2], [1, 0, 1], threshold=0.5)
    0.5
    """
    return _averaged("f1_score", predictions, targets, average, threshold, _f1)


# Each of how often a class is predicted right, is predicted, and is a target.
def _precision(hits: int, predicted: int, actual: int) -> float:  # noqa: ARG001
    return hits / predicted if predicted else 0.0


def _recall(hits: int, predicted: int, actual: int) -> float:  # noqa: ARG001
    return hits / actual if actual else 0.0


def _f1(hits: int, predicted: int, actual: int) -> float:
    return 2 * hits / (predicted + actual) if hits else 0.0


def _averaged(
    name: str,
    predictions: Any,
    targets: Any,
    average: str | None,
    threshold: float,
    measure: Callable[[int, int, int], float],
) -> float:
    decisions = decided(predictions, targets, name, threshold)
    if average is None:
        average = "binary" if decisions.binary else "macro"
    if average not in AVERAGES:
        allowed = ", ".join(map(repr, AVERAGES))
        raise ValueError(f"{name}: average is one of {allowed}, not {average!r}")
    if average == "binary" and decisions.classes > 2:
        raise ValueError(
            f"{name}: 'binary' is for two classes, not {decisions.classes}; try average='macro'"
        )
    predicted, actual = Counter(decisions.predicted), Counter(decisions.actual)
    hits = Counter(p for p, a in zip(decisions.predicted, decisions.actual, strict=True) if p == a)
    if average == "binary":
        return measure(hits[1], predicted[1], actual[1])
    if average == "micro":
        return measure(hits.total(), predicted.total(), actual.total())
    occurring = predicted.keys() | actual.keys()
    weights = {label: actual[label] if average == "weighted" else 1 for label in occurring}
    total = math.fsum(
        weight * measure(hits[label], predicted[label], actual[label])
        for label, weight in weights.items()
    )
    return total / sum(weights.values())
