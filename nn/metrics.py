"""Metrics of predictions, which are numbers or Values; each returns a plain number, or counts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from autograd.arguments import as_choice, as_count, as_float
from nn.matching import Operands, as_labels, as_rows, is_scalar, matched, numbers_of

__all__ = [
    "DECIDING", "METRICS", "MORE_IS_BETTER", "Metric", "accuracy", "confusion_matrix", "f1_score",
    "mean_absolute_error", "mean_squared_error", "precision", "r2_score", "recall",
]  # fmt: skip

MOST_CLASSES = 10_000  # 100 million counts

AVERAGES = ("binary", "macro", "micro", "weighted")

# Called with all predictions, numbers or lists of them, and all targets.
Metric: TypeAlias = Callable[[Sequence[Any], Sequence[Any]], float]


def accuracy(predictions: Operands, targets: Operands, *, threshold: float = 0.0) -> float:
    """Return the share of predictions that are right, from 0 to 1.

    A prediction of several scores means the class of the largest, the first of equals; its target
    is 0, 1, 2, ... A single number means the positive class if it is above `threshold`: 0 for
    logits and scores, 0.5 for probabilities; its targets are 0 and 1, or -1 and 1. Raises
    ValueError, naming the row, for any other target.

    >>> accuracy([[0.1, 0.9], [0.8, 0.2]], [1, 1])
    0.5
    >>> accuracy([0.7, 0.2], [1, 0], threshold=0.5)
    1.0
    """
    decisions = _decided(predictions, targets, "accuracy", threshold)
    return decisions.hits() / len(decisions.actual)


def mean_absolute_error(predictions: Operands, targets: Operands) -> float:
    """Return the mean of |p - t| over all elements.

    >>> mean_absolute_error([1.0, 2.0], [1.0, 4.0])
    1.0
    """
    pairs = matched(numbers_of(predictions), targets, "mean_absolute_error")
    return math.fsum(abs(prediction - target) for prediction, target in pairs) / len(pairs)


def mean_squared_error(predictions: Operands, targets: Operands) -> float:
    """Return the mean of (p - t)**2 over all elements.

    >>> mean_squared_error([1.0, 2.0], [1.0, 4.0])
    2.0
    """
    pairs = matched(numbers_of(predictions), targets, "mean_squared_error")
    return _squares([prediction - target for prediction, target in pairs]) / len(pairs)


def r2_score(predictions: Operands, targets: Operands) -> float:
    """Return the share of the targets' variance that is explained: 1 is perfect, 0 the mean's.

    All elements count as one sample. Raises ValueError if all targets are equal, because they have
    no variance.

    >>> r2_score([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    1.0
    """
    pairs = matched(numbers_of(predictions), targets, "r2_score")
    mean = math.fsum(pairs.targets) / len(pairs)
    variance = _squares([target - mean for target in pairs.targets])
    if variance == 0.0:
        raise ValueError(f"r2_score: all {len(pairs)} targets are {mean}, so there is no variance")
    return 1.0 - _squares([prediction - target for prediction, target in pairs]) / variance


def _squares(residuals: Sequence[float]) -> float:
    return math.fsum(residual * residual for residual in residuals)


def confusion_matrix(
    predictions: Operands,
    targets: Operands,
    *,
    classes: int | None = None,
    threshold: float | None = None,
) -> list[list[int]]:
    """Return the counts of predictions: row i, column j is how often class i was taken for j.

    Predictions are classes, 0, 1, 2, ..., or rows of scores, of which the largest decides. For
    single outputs give the `threshold` that decides; their targets are 0 and 1, or -1 and 1.
    `classes` is the number of classes, by default as many as occur or have scores. Raises
    ValueError, naming the row, for anything that is no class.

    >>> confusion_matrix([0, 1, 1, 2], [0, 0, 1, 2])
    [[1, 1, 0], [0, 1, 0], [0, 0, 1]]
    >>> confusion_matrix([0.9, 0.2], [1, 1], threshold=0.5)
    [[0, 0], [1, 1]]
    """
    name = "confusion_matrix"
    rows = as_rows(predictions, f"{name}: the predictions")
    if threshold is None and (is_scalar(rows[0]) or len(rows[0]) == 1):
        decisions = _given(rows, targets, name)
    else:
        decisions = _decided(rows, targets, name, 0.0 if threshold is None else threshold)
    count = decisions.classes if classes is None else as_count(classes, f"{name}: classes")
    largest = max(decisions.predicted + decisions.actual)
    if largest >= count:
        raise ValueError(
            f"{name}: class {largest} occurs, but {count} classes are 0 to {count - 1}"
        )
    as_count(count, f"{name}: classes", most=MOST_CLASSES)  # also where labels ask for them
    matrix = [[0] * count for _ in range(count)]
    for actual, predicted in zip(decisions.actual, decisions.predicted, strict=True):
        matrix[actual][predicted] += 1
    return matrix


def precision(
    predictions: Operands, targets: Operands, *, average: str | None = None, threshold: float = 0.0
) -> float:
    """Return the share of the rows taken for a class that belong to it; 0 if there are none.

    Predictions, targets and `threshold` are those of `accuracy`. `average` is "binary" for class 1
    of two; "macro" for the mean over the classes that occur among predictions or targets;
    "weighted" for that mean, weighted by the number of targets; or "micro" for the counts of all
    classes together. None means "binary" for single outputs and "macro" for rows of scores.

    >>> precision([0.9, 0.8, 0.2], [1, 0, 1], threshold=0.5)
    0.5
    """
    return _averaged("precision", predictions, targets, average, threshold, _precision)


def recall(
    predictions: Operands, targets: Operands, *, average: str | None = None, threshold: float = 0.0
) -> float:
    """Return the share of the rows of a class that are taken for it; 0 if there are none.

    The arguments are those of `precision`.

    >>> recall([0.9, 0.8, 0.2], [1, 0, 1], threshold=0.5)
    0.5
    """
    return _averaged("recall", predictions, targets, average, threshold, _recall)


def f1_score(
    predictions: Operands, targets: Operands, *, average: str | None = None, threshold: float = 0.0
) -> float:
    """Return 2PR / (P + R), the harmonic mean of precision P and recall R; 0 if both are 0.

    The arguments are those of `precision`; the scores of the classes are averaged.

    >>> f1_score([0.9, 0.8, 0.2], [1, 0, 1], threshold=0.5)
    0.5
    """
    return _averaged("f1_score", predictions, targets, average, threshold, _f1)


METRICS: dict[str, Metric] = {
    metric.__name__: metric
    for metric in (
        accuracy, f1_score, mean_absolute_error, mean_squared_error, precision, r2_score, recall,
    )
}  # fmt: skip
MORE_IS_BETTER = frozenset({"accuracy", "f1_score", "precision", "r2_score", "recall"})

# Those that decide between two classes at a threshold.
DECIDING: tuple[Callable[..., float], ...] = (accuracy, precision, recall, f1_score)


# Each takes how often a class is predicted correctly, is predicted, and is a target.
def _precision(hits: int, predicted: int, actual: int) -> float:  # noqa: ARG001
    return hits / predicted if predicted else 0.0


def _recall(hits: int, predicted: int, actual: int) -> float:  # noqa: ARG001
    return hits / actual if actual else 0.0


def _f1(hits: int, predicted: int, actual: int) -> float:
    return 2 * hits / (predicted + actual) if hits else 0.0


def _averaged(
    name: str,
    predictions: Operands,
    targets: Operands,
    average: str | None,
    threshold: float,
    measure: Callable[[int, int, int], float],
) -> float:
    decisions = _decided(predictions, targets, name, threshold)
    if average is None:
        average = "binary" if decisions.binary else "macro"
    average = as_choice(average, f"{name}: average", AVERAGES)
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


@dataclass(frozen=True)
class _Decisions:
    """The predicted and the actual class of each row, each one of 0, 1, ... below `classes`."""

    predicted: list[int]
    actual: list[int]
    classes: int
    binary: bool  # one output decides between two classes

    def hits(self) -> int:
        """Return the number of rows whose class is predicted correctly."""
        return sum(map(int.__eq__, self.predicted, self.actual))


def _decided(predictions: Operands, targets: Operands, metric: str, threshold: float) -> _Decisions:
    """Return the classes of rows of scores, of which the largest decides, or of single outputs.

    A single output above `threshold` means class 1; its targets are 0 and 1, or -1 and 1.
    Raises ValueError, naming the row, for a target that is no class, and for different lengths.

    >>> _decided([[0.1, 0.9], [0.8, 0.2]], [1, 1], "accuracy", 0.0).predicted
    [1, 0]
    """
    threshold = as_float(threshold, f"{metric}: threshold")
    if math.isnan(threshold):
        raise ValueError(f"{metric}: threshold is nan, which no output is above")
    rows = numbers_of(as_rows(predictions, f"{metric}: the predictions"))
    if is_scalar(rows[0]) or len(rows[0]) == 1:
        pairs = matched(rows, targets, metric, _not_binary)
        predicted = [int(output > threshold) for output in pairs.predictions]
        return _Decisions(predicted, [int(target > 0.0) for target in pairs.targets], 2, True)
    labels = as_labels(targets, f"{metric}: the targets")
    if len(rows) != len(labels):
        raise ValueError(f"{metric}: {len(rows)} predictions but {len(labels)} targets")
    for index, (row, label) in enumerate(zip(rows, labels, strict=True)):
        if not is_scalar(label) or label not in range(len(row)):
            raise ValueError(
                f"{metric}, row {index}: the target {label!r} is no class from 0 to {len(row) - 1}"
            )
    predicted = [row.index(max(row)) for row in rows]
    return _Decisions(predicted, [int(label) for label in labels], max(map(len, rows)), False)


def _given(predictions: Operands, targets: Operands, metric: str) -> _Decisions:
    """Return predictions that are classes already, 0, 1, 2, ..., beside the actual classes.

    Raises ValueError, naming the row, for anything that is no class, and for different lengths.
    """
    lists = []
    for what, labels in (("prediction", predictions), ("target", targets)):
        classes = numbers_of(as_labels(labels, f"{metric}: the {what}s"))
        for index, label in enumerate(classes):
            if not is_scalar(label) or label < 0 or label % 1 != 0:
                raise ValueError(
                    f"{metric}, row {index}: the {what} {label!r} is none of the classes 0, 1, "
                    "2, ...; for outputs of a model give threshold=0.5, or 0.0 for scores"
                )
        lists.append([int(label) for label in classes])
    predicted, actual = lists
    if len(predicted) != len(actual):
        raise ValueError(f"{metric}: {len(predicted)} predictions but {len(actual)} targets")
    return _Decisions(predicted, actual, max(predicted + actual) + 1, False)


def _not_binary(target: float) -> str:
    return (
        "" if target in {-1.0, 0.0, 1.0} else "of one output only 0 and 1, or -1 and 1, are labels"
    )
