"""Perceptron: a neuron with a step, trained by Rosenblatt's rule, and what its mistakes prove."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from math import inf, isfinite
from operator import mul
from typing import TYPE_CHECKING, Any

from autograd import Value, dot
from autograd.arguments import as_count, as_float, as_switch
from autograd.graph import set_data
from autograd.vector import Vector
from nn.arguments import generator
from nn.data.dataset import row_order
from nn.data.rows import as_examples, as_inputs
from nn.layers.initializers import MOST_WEIGHTS, Initializer, initializer_function
from nn.layers.inputs import Example, vector
from nn.matching import as_labels, is_scalar
from nn.module import Module

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Perceptron", "PerceptronHistory", "cancels"]

SHOWN = 6  # rows in a reason


class Perceptron(Module):
    """1 where w·x + b >= 0, else 0 (Rosenblatt 1958, with the bias as threshold).

    The step has no derivative, so `fit` descends no gradient. It adds to the weights each input
    that was wrongly taken for class 0, and subtracts each that was wrongly taken for class 1. The
    weights start at 0, or as `initializer` draws them, a name as in `Neuron` or a function; the
    bias starts at 0.

    >>> model = Perceptron(2)
    >>> print(model.fit([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1]))
    separated: epoch 6 made no mistake, after 11 in the epochs before
    >>> model.predict([[0, 1], [1, 1]]).tolist(), model([1, 1]).data
    ([0, 1], 1.0)
    """

    def __init__(
        self,
        nin: int,
        *,
        initializer: str | Initializer = "zeros",
        rng: random.Random | None = None,
    ) -> None:
        nin = as_count(nin, "nin", most=MOST_WEIGHTS)
        draw, source = initializer_function(initializer), generator(rng)
        self.weights = Vector(Value(draw(nin, 1, source), label=f"w{i}") for i in range(nin))
        self.bias = Value(0.0, label="b")

    def forward(self, x: Example) -> Value:
        """Return 1.0 or 0.0 for one example, as a comparison, through which no gradient flows."""
        answer: Value = dot(self.weights, vector(x, len(self.weights), self)) + self.bias >= 0.0
        return answer

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        epochs: int = 100,
        lr: float = 1.0,
        shuffle: bool = False,
        rng: random.Random | None = None,
    ) -> PerceptronHistory:
        """Visit the rows again and again, correcting each mistake, until an epoch has none.

        A mistake on x adds lr * (y - answer) * x to the weights and lr * (y - answer) to the bias.
        `y` holds 0 and 1. The rows come in their order, or with `shuffle` in a new one each epoch.
        If a line, or hyperplane, separates the classes, one is found after at most (R / margin)**2
        mistakes: R is the norm of the longest (x, 1), and the margin is that of the best hyperplane
        through the origin of these vectors (Novikoff 1962). Training also ends when the weights
        return to earlier ones, which usually proves that no line separates the classes: see
        `PerceptronHistory`. If the weights start at 0, `lr` scales them and changes no answer.

        The weights change when training ends: an error or Ctrl-C leaves them as they were. Raises
        ValueError, naming the row, for other labels and widths, nan and inf; OverflowError where
        the weights become infinite.

        >>> history = Perceptron(1).fit([[1], [2], [3]], [1, 0, 1])
        >>> history.mistakes, history.cycle
        ([2, 2, 2, 1, 2, 2, 1, 3], {0: 1, 1: 2, 2: 1})
        """
        epochs = as_count(epochs, "epochs")
        lr = as_float(lr, "lr")
        if not 0.0 < lr < inf:
            raise ValueError(f"lr must be positive and finite, not {lr!r}")
        as_switch(shuffle, "shuffle")
        generator(rng)  # refuses anything else before anything runs
        rows, labels = self._examples(X, y)
        weights, bias = self._numbers()
        mistakes: list[list[int]] = []  # the rows, for each epoch
        epoch_of = {(*weights, bias): 0}
        for epoch in range(1, epochs + 1):
            order = row_order(len(rows), shuffle, rng).tolist()
            weights, bias, wrong = _corrected(weights, bias, rows, labels, order, lr)
            if not all(map(isfinite, (*weights, bias))):
                raise OverflowError(
                    f"epoch {epoch}: the weights have become infinite; make X or lr smaller"
                )
            mistakes.append(wrong)
            if not wrong:
                history = _separated(mistakes)
                break
            earlier = epoch_of.setdefault((*weights, bias), epoch)
            if earlier < epoch:
                history = _repeated(mistakes, earlier, rows, labels)
                if history.cycle or not shuffle:
                    break
        else:
            history = _exhausted(mistakes)
        set_data((*self.weights, self.bias), (*weights, bias))
        return history

    def predict(self, X: ArrayLike) -> NDArray[np.int_]:  # type: ignore[override]  # classes
        """Return the classes of the rows of X as an array of 0 and 1, of shape (rows,).

        Raises ValueError, naming the row, for other widths, nan and inf.
        """
        import numpy as np

        weights, bias = self._numbers()
        return np.array([_answer(weights, bias, row) for row in self._rows(as_inputs(X))])

    def score(self, X: ArrayLike, y: ArrayLike) -> float:
        """Return the share of the rows of X whose class `y`, 0 or 1, is predicted: from 0 to 1."""
        rows, labels = self._examples(X, y)
        weights, bias = self._numbers()
        hits = [_answer(weights, bias, row) == label for row, label in zip(rows, labels)]
        return hits.count(True) / len(hits)

    def _numbers(self) -> tuple[list[float], float]:
        return [weight.data for weight in self.weights], self.bias.data

    def _examples(self, X: ArrayLike, y: ArrayLike) -> tuple[list[list[float]], list[int]]:
        inputs, targets = as_examples(X, y)
        labels = as_labels(targets, "y")
        for row, label in enumerate(labels):
            if not is_scalar(label) or label not in {0, 1}:
                raise ValueError(
                    f"y, row {row}: a perceptron's classes are 0 and 1, not {label!r}; for two "
                    "other classes pass y == one of them"
                )
        return self._rows(inputs), [int(label) for label in labels]

    def _rows(self, inputs: list[Any]) -> list[list[float]]:
        """Return rows, all of one shape, as lists of floats of the right width."""
        import numpy as np

        width = len(self.weights)
        rows = [[x] for x in inputs] if width == 1 and is_scalar(inputs[0]) else inputs
        if (shape := np.shape(rows[0])) != (width,):
            raise ValueError(
                f"X, row 0 has the shape {shape}; {self!r} takes rows of {width} numbers"
            )
        return [[float(number) for number in row] for row in rows]

    def __repr__(self) -> str:
        return f"Perceptron({len(self.weights)})"


def _answer(weights: list[float], bias: float, x: list[float]) -> int:
    """Return the class of x, with the roundings of `Perceptron.forward`."""
    return int(sum(map(mul, weights, x), 0.0) + bias >= 0.0)


def _corrected(
    weights: list[float],
    bias: float,
    rows: list[list[float]],
    labels: list[int],
    order: list[int],
    lr: float,
) -> tuple[list[float], float, list[int]]:
    """Return the weights and the bias after one epoch, and the rows that were mistaken."""
    wrong = []
    for row in order:
        x, label = rows[row], labels[row]
        if _answer(weights, bias, x) != label:
            step = lr if label else -lr
            weights = [weight + step * number for weight, number in zip(weights, x)]
            bias += step
            wrong.append(row)
    return weights, bias, wrong


@dataclass(frozen=True, repr=False)
class PerceptronHistory:
    """How a training went: the mistakes of each epoch, and what they say about the data.

    `separated` tells that the last epoch made no mistake. `cycle` counts the mistakes, by row, of
    the epochs between two with equal weights, if they prove that no line, or hyperplane, separates
    the classes; else it is empty. `reason` says all this in words, and `print` shows it.

    The proof: a mistake on a row x adds (x, 1), times the rate, for class 1 and subtracts it for
    class 0. If the weights are the same before and after, these vectors sum to 0, and so do the
    numbers w·x + b with the same signs, whatever w and b are. But for a w and b that answer every
    row correctly, w·x + b is at least 0 for class 1 and below 0 for class 0, so that sum would be
    positive. The sum of the vectors is computed exactly before it counts as a proof.
    """

    mistakes: list[int]
    separated: bool
    reason: str
    cycle: dict[int, int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The reason, as other results have a text."""
        return self.reason

    @property
    def epochs(self) -> int:
        """The number of epochs that ran."""
        return len(self.mistakes)

    def __repr__(self) -> str:
        return self.reason


def _separated(mistakes: Sequence[Sequence[int]]) -> PerceptronHistory:
    """Return the history of a training, given its mistakes, whose last epoch made none."""
    counts = [*map(len, mistakes)]
    before = f", after {sum(counts)} in the epochs before" if len(counts) > 1 else ""
    return PerceptronHistory(
        counts, separated=True, reason=f"separated: epoch {len(counts)} made no mistake{before}"
    )


def _exhausted(mistakes: Sequence[Sequence[int]]) -> PerceptronHistory:
    """Return the history of a training that its last epoch has ended."""
    counts = [*map(len, mistakes)]
    return PerceptronHistory(
        counts,
        separated=False,
        reason=f"not separated: epoch {len(counts)}, the last, still made {counts[-1]} mistakes. "
        "This proves nothing: more epochs may separate the classes, or nothing does",
    )


def _repeated(
    mistakes: Sequence[Sequence[int]],
    earlier: int,
    rows: Sequence[Sequence[float]],
    labels: Sequence[int],
) -> PerceptronHistory:
    """Return the history of a training that came back to its weights after the epoch `earlier`.

    Its `cycle` is empty where it proves nothing, because sums were rounded.
    """
    counts = [*map(len, mistakes)]
    cycle = dict(sorted(Counter(chain.from_iterable(mistakes[earlier:])).items()))
    proved = cancels(cycle, rows, labels)
    again = f"after epoch {len(counts)} the weights are those " + (
        f"after epoch {earlier}" if earlier else "before epoch 1"
    )
    if not proved:
        reason = (
            f"not separated: {again}, and so on for ever, but only because sums were rounded, "
            "which proves nothing: try shuffle=True, or inputs of about the size of 1"
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
    """Tell whether the updates on these rows, each so many times, sum to exactly 0.

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
