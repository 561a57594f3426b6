"""The classes that outputs of a model decide for, beside the true ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nn.matching import as_labels, as_rows, is_scalar, matched, numbers_of

__all__ = ["Decisions", "decided", "given"]


@dataclass(frozen=True)
class Decisions:
    """The class of each row as predicted and as it is, each one of 0, 1, ... below `classes`."""

    predicted: list[int]
    actual: list[int]
    classes: int
    binary: bool  # one output decides between two classes

    def hits(self) -> int:
        """Return the number of rows whose class is predicted right."""
        return sum(map(int.__eq__, self.predicted, self.actual))


def decided(predictions: Any, targets: Any, metric: str, threshold: float) -> Decisions:
    """Return the classes of rows of scores, the largest deciding, or of single outputs.

    A single output decides for class 1 above `threshold`; its targets are 0 and 1, or -1 and 1.
    Raises ValueError, naming the row, for a target that is no class, and for different lengths.

    >>> decided([[0.1, 0.9], [0.8, 0.2]], [1, 1], "accuracy", 0.0).predicted
    [1, 0]
    """
    rows = numbers_of(as_rows(predictions, f"{metric}: the predictions"))
    if is_scalar(rows[0]) or len(rows[0]) == 1:
        pairs = matched(rows, targets, metric, _not_binary)
        predicted = [int(output > threshold) for output in pairs.predictions]
        return Decisions(predicted, [int(target > 0.0) for target in pairs.targets], 2, True)
    labels = as_labels(targets, f"{metric}: the targets")
    if len(rows) != len(labels):
        raise ValueError(f"{metric}: {len(rows)} predictions but {len(labels)} targets")
    for index, (row, label) in enumerate(zip(rows, labels, strict=True)):
        if not is_scalar(label) or label not in range(len(row)):
            raise ValueError(
                f"{metric}, row {index}: the target {label!r} is no class from 0 to {len(row) - 1}"
            )
    predicted = [row.index(max(row)) for row in rows]
    return Decisions(predicted, [int(label) for label in labels], max(map(len, rows)), False)


def given(predictions: Any, targets: Any, metric: str) -> Decisions:
    """Return predictions that are classes, 0, 1, 2, ..., beside the true ones.

    Raises ValueError, naming the row, for what is no class, and for different lengths.
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
    return Decisions(predicted, actual, max(predicted + actual) + 1, False)


def _not_binary(target: float) -> str:
    return (
        "" if target in {-1.0, 0.0, 1.0} else "of one output only 0 and 1, or -1 and 1, are labels"
    )
