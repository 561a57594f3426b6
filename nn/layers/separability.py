"""What a perceptron's mistakes show: a line separates two classes, none does, or neither."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain

__all__ = ["PerceptronHistory", "cancels", "exhausted", "repeated", "separated"]

SHOWN = 6  # rows in a reason


@dataclass(frozen=True)
class PerceptronHistory:
    """How a training went: the mistakes of each epoch, and what they say about the data.

    `separated`: the last epoch made no mistake. `cycle`: the mistakes, by row, of the epochs
    between two with equal weights, if these prove that no line, or hyperplane, separates the
    classes; else empty. `reason` says all this in words, as `print` of a history does.

    The proof: a mistake on a row x adds (x, 1), times the rate, for class 1 and subtracts it for
    class 0. Equal weights before and after mean that these sum to 0, and then so does w·x + b with
    these signs, for any w and b. But for a w and b that are right on all rows it is at least 0 for
    class 1, and below 0 for class 0, so that the sum is positive. Whether the sum of the (x, 1) is
    0 is computed exactly before it counts.
    """

    mistakes: list[int]
    separated: bool
    reason: str
    cycle: dict[int, int] = field(default_factory=dict)

    @property
    def epochs(self) -> int:
        """The number of epochs that ran."""
        return len(self.mistakes)

    def __str__(self) -> str:
        return self.reason


def separated(mistakes: Sequence[Sequence[int]]) -> PerceptronHistory:
    """Return the history of a training, given its mistakes, whose last epoch made none."""
    counts = [*map(len, mistakes)]
    before = f", after {sum(counts)} in the epochs before" if len(counts) > 1 else ""
    return PerceptronHistory(
        counts, separated=True, reason=f"separated: epoch {len(counts)} made no mistake{before}"
    )


def exhausted(mistakes: Sequence[Sequence[int]]) -> PerceptronHistory:
    """Return the history of a training that was at its last epoch."""
    counts = [*map(len, mistakes)]
    return PerceptronHistory(
        counts,
        separated=False,
        reason=f"not separated: epoch {len(counts)}, the last, still made {counts[-1]} mistakes. "
        "This proves nothing: more epochs may separate the classes, or nothing does",
    )


def repeated(
    mistakes: Sequence[Sequence[int]],
    earlier: int,
    rows: Sequence[Sequence[float]],
    labels: Sequence[int],
) -> PerceptronHistory:
    """Return the history of a training whose weights are those after the epoch `earlier`.

    Its `cycle` is empty where it is no proof, because sums were rounded.
    """
    counts = [*map(len, mistakes)]
    cycle = dict(sorted(Counter(chain.from_iterable(mistakes[earlier:])).items()))
    proved = cancels(cycle, rows, labels)
    again = f"after epoch {len(counts)} the weights are those " + (
        f"after epoch {earlier}" if earlier else "before epoch 1"
    )
    if not proved:
        reason = (
            f"not separated: {again}, and so on for ever, but because sums were rounded, which "
            "proves nothing: try shuffle=True, or inputs of about the size of 1"
        )
        return PerceptronHistory(counts, separated=False, reason=reason)
    ones, zeros = ({r: n for r, n in cycle.items() if labels[r] == label} for label in (1, 0))
    reason = (
        f"not separable: {again}; the mistakes in between, {_listed(ones)} towards class 1 and "
        f"{_listed(zeros)} towards class 0, cancel"
    )
    return PerceptronHistory(counts, separated=False, reason=reason, cycle=cycle)


def cancels(
    counts: Mapping[int, int], rows: Sequence[Sequence[float]], labels: Sequence[int]
) -> bool:
    """Tell whether so many updates on rows, by their numbers, sum to exactly nothing.

    >>> cancels({0: 2, 1: 1, 2: 1}, [[0.5], [0.0], [1.0]], [1, 0, 0])
    True
    >>> cancels({0: 1, 1: 1}, [[0.1 + 0.2], [0.3]], [1, 0])
    False
    """
    totals = [Fraction(0)] * (len(rows[0]) + 1)
    for row, count in counts.items():
        signed = count if labels[row] else -count
        numbers = (*rows[row], 1.0)
        totals = [total + signed * Fraction(x) for total, x in zip(totals, numbers, strict=True)]
    return not any(totals)


def _listed(counts: Mapping[int, int]) -> str:
    times = [f"{row} ({count} times)" if count > 1 else f"{row}" for row, count in counts.items()]
    if len(times) > SHOWN:
        times = [*times[:SHOWN], f"{len(times) - SHOWN} more"]
    *first, last = times
    return f"rows {', '.join(first)} and {last}" if first else f"row {last}"
