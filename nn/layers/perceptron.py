"""Perceptron: a neuron with a step, trained by Rosenblatt's rule."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

import random
from math import inf, isfinite
from operator import mul
from typing import Any

from autograd import Value, Vector, as_count, as_float, as_switch, dot, set_data
from nn.arguments import generator
from nn.data.dataset import row_order
from nn.data.rows import as_examples, as_inputs
from nn.layers.initializers import MOST_WEIGHTS, Initializer, initializer_function
from nn.layers.inputs import vector
from nn.layers.separability import PerceptronHistory, exhausted, repeated, separated
from nn.matching import as_labels, is_scalar
from nn.module import Module

__all__ = ["Perceptron"]


class Perceptron(Module):
    """1 where w·x + b >= 0, else 0 (Rosenblatt 1958, with the bias as threshold).

    The step has no derivative, so that `fit` does not descend a gradient: it adds inputs that
    were taken for class 0 to the weights, and subtracts those taken for class 1. The weights start
    at 0, or by `initializer`, a name of `nn.INITIALIZERS` or a function; the bias starts at 0.

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

    def forward(self, x: Any) -> Value:
        """Return 1.0 or 0.0 for one example, as a comparison, through which no gradient flows."""
        answer: Value = dot(self.weights, vector(x, len(self.weights), self)) + self.bias >= 0.0
        return answer

    def fit(
        self,
        X: Any,
        y: Any,
        *,
        epochs: int = 100,
        lr: float = 1.0,
        shuffle: bool = False,
        rng: random.Random | None = None,
    ) -> PerceptronHistory:
        """Visit the rows again and again, correcting each mistake, until an epoch has none.

        A mistake on x adds lr * (y - answer) * x to the weights and lr * (y - answer) to the bias.
        `y` holds 0 and 1. The rows come in their order, or with `shuffle` in a new one each epoch.
        If a line, or hyperplane, separates the classes it is found after at most (R / margin)**2
        mistakes, with R the norm of the longest (x, 1) and the margin that of the best hyperplane
        through the origin of these (Novikoff 1962). Training also ends when the weights return to
        what they were, which mostly proves that no line does: see `PerceptronHistory`. From
        weights of 0, `lr` scales them and changes no answer.

        The weights change when training ends: an error, and Ctrl-C, leave them as they were. Raises
        ValueError, naming the row, for other labels and widths, nan and inf; OverflowError where
        the weights become infinite.

        >>> history = Perceptron(1).fit([[1], [2], [3]], [1, 0, 1])
        >>> history.mistakes, history.cycle
        ([2, 2, 2, 1, 2, 2, 1, 3], {0: 1, 1: 2, 2: 1})
        """
        epochs = as_count(epochs, "epochs")
        if not 0.0 < as_float(lr, "lr") < inf:
            raise ValueError(f"lr must be positive and finite, not {lr!r}")
        as_switch(shuffle, "shuffle")
        generator(rng)  # refuses what is none before anything runs
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
                history = separated(mistakes)
                break
            earlier = epoch_of.setdefault((*weights, bias), epoch)
            if earlier < epoch:
                history = repeated(mistakes, earlier, rows, labels)
                if history.cycle or not shuffle:
                    break
        else:
            history = exhausted(mistakes)
        set_data((*self.weights, self.bias), (*weights, bias))
        return history

    def predict(self, X: Any) -> Any:
        """Return the classes of the rows of X as an array of 0 and 1, of shape (rows,).

        Raises ValueError, naming the row, for other widths, nan and inf.
        """
        import numpy as np

        weights, bias = self._numbers()
        return np.array([_answer(weights, bias, row) for row in self._rows(as_inputs(X))])

    def score(self, X: Any, y: Any) -> float:
        """Return the share of the rows of X whose class `y`, 0 or 1, is predicted: from 0 to 1."""
        rows, labels = self._examples(X, y)
        weights, bias = self._numbers()
        hits = [_answer(weights, bias, row) == label for row, label in zip(rows, labels)]
        return hits.count(True) / len(hits)

    def _numbers(self) -> tuple[list[float], float]:
        return [weight.data for weight in self.weights], self.bias.data

    def _examples(self, X: Any, y: Any) -> tuple[list[list[float]], list[int]]:
        inputs, targets = as_examples(X, y)
        labels = as_labels(targets, "y")
        for row, label in enumerate(labels):
            if not is_scalar(label) or label not in {0, 1}:
                raise ValueError(
                    f"y, row {row}: a perceptron's classes are 0 and 1, not {label!r}; of two "
                    "others make y == one of them"
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
