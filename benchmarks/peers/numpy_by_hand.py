"""NumPy by hand: forward and backward written out in matrices, nothing allocated that need not be.

Columns are examples, so that a layer is one product of its parameters as they lie (neuron by
neuron, weights then bias) with inputs that end in a row of ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from networks import Digits, DigitsConvolution, Moons
from problems import Array, Made, Rosenbrock

__all__ = ["Adam", "digits_epoch", "hessian", "moons_steps"]


def with_ones(rows: int, columns: int) -> Array:
    return np.ones((rows + 1, columns))


def moons_steps(problem: Moons) -> Made:
    """Do the steps one by one; the gradients of all layers lie in one array too."""
    _, width, _, _ = problem.sizes
    count, relu = len(problem.labels), problem.activation == "relu"
    x, h1, h2 = with_ones(2, count), with_ones(width, count), with_ones(width, count)
    x[:2] = problem.points.T
    units1, units2 = h1[:width], h2[:width]
    g1, g2 = np.empty_like(units1), np.empty_like(units2)
    p, gradient = problem.parameters.copy(), np.empty_like(problem.parameters)
    second, third = 3 * width, 3 * width + (width + 1) * width
    (w1, w2, w3), (d1, d2, d3) = (
        (
            flat[:second].reshape(width, 3),
            flat[second:third].reshape(width, width + 1),
            flat[third:],
        )
        for flat in (p, gradient)
    )
    up_through, outputs = w2[:, :width].T, w3[:width, None]
    minus_labels, minus_shares = -problem.labels, -problem.labels / count
    losses = np.empty(problem.steps)

    def activate(units: Array) -> None:
        if relu:
            np.maximum(units, 0.0, out=units)
        else:
            np.tanh(units, out=units)

    def pull(up: Array, units: Array) -> None:
        up *= units > 0.0 if relu else 1.0 - units * units

    def step() -> Any:
        np.matmul(w1, x, out=units1)
        activate(units1)
        np.matmul(w2, h1, out=units2)
        activate(units2)
        margin = w3 @ h2
        margin *= minus_labels
        margin += 1.0
        up = (margin > 0.0) * minus_shares
        np.maximum(margin, 0.0, out=margin)
        loss = margin.sum() / count + problem.penalty * (p @ p)
        np.matmul(h2, up, out=d3)
        np.multiply(outputs, up, out=g2)
        pull(g2, units2)
        np.matmul(g2, h1.T, out=d2)
        np.matmul(up_through, g2, out=g1)
        pull(g1, units1)
        np.matmul(g1, x.T, out=d1)
        np.multiply(gradient, problem.rate, out=gradient)
        np.multiply(p, 1.0 - 2.0 * problem.rate * problem.penalty, out=p)
        np.subtract(p, gradient, out=p)
        return loss

    def run() -> tuple[Array, Array]:
        p[:] = problem.parameters
        for number in range(problem.steps):
            losses[number] = step()
        return p, losses

    return run, lambda result: (*result[0].tolist(), *result[1].tolist())


class Adam:
    """Adam on the parameters of a problem, in place."""

    def __init__(
        self, problem: Digits | DigitsConvolution, parameters: Array, gradient: Array
    ) -> None:
        self._problem = problem
        self._parameters, self._gradient = parameters, gradient
        self._mean, self._square, self._some = (np.empty_like(parameters) for _ in range(3))
        self.restart()

    def restart(self) -> None:
        """Go back to the start."""
        self._parameters[:] = self._problem.parameters
        self._mean[:] = self._square[:] = 0.0
        self._number = 0

    def step(self) -> None:
        """Move along the gradient, as it lies in its array now."""
        self._number += 1
        beta1, beta2 = self._problem.beta1, self._problem.beta2
        gradient, mean, square, some = self._gradient, self._mean, self._square, self._some
        np.multiply(gradient, 1.0 - beta1, out=some)
        np.multiply(mean, beta1, out=mean)
        np.add(mean, some, out=mean)
        np.multiply(gradient, gradient, out=some)
        np.multiply(some, 1.0 - beta2, out=some)
        np.multiply(square, beta2, out=square)
        np.add(square, some, out=square)
        np.sqrt(square, out=some)
        np.multiply(some, (1.0 - beta2**self._number) ** -0.5, out=some)
        np.add(some, self._problem.epsilon, out=some)
        np.divide(mean, some, out=some)
        np.multiply(some, self._problem.rate / (1.0 - beta1**self._number), out=some)
        np.subtract(self._parameters, some, out=self._parameters)


def digits_epoch(problem: Digits) -> Made:
    """Gather a batch, step, and so on through the order."""
    inputs, width, classes = problem.sizes
    batches, count = problem.order.shape
    rows = np.column_stack([problem.pixels, np.ones(len(problem.pixels))])
    x, h = np.empty((count, inputs + 1)), with_ones(width, count)
    units, g = h[:width], np.empty((width, count))
    p, gradient = problem.parameters.copy(), np.empty_like(problem.parameters)
    second = (inputs + 1) * width
    w1, d1 = (flat[:second].reshape(width, inputs + 1) for flat in (p, gradient))
    w2, d2 = (flat[second:].reshape(classes, width + 1) for flat in (p, gradient))
    up_through = w2[:, :width].T
    columns = np.arange(count)
    losses = np.empty(batches)
    adam = Adam(problem, p, gradient)

    def step(batch: Any) -> Any:
        rows.take(batch, axis=0, out=x, mode="clip")  # any mode but "raise" writes straight to out
        labels = problem.labels[batch]
        np.matmul(w1, x.T, out=units)
        np.maximum(units, 0.0, out=units)
        scores = w2 @ h
        scores -= scores.max(axis=0)
        picked = scores[labels, columns]
        up = np.exp(scores, out=scores)
        sums = up.sum(axis=0)
        loss = (np.log(sums).sum() - picked.sum()) / count
        up /= sums * count
        up[labels, columns] -= 1.0 / count
        np.matmul(up, h.T, out=d2)
        np.matmul(up_through, up, out=g)
        np.multiply(g, units > 0.0, out=g)
        np.matmul(g, x, out=d1)
        adam.step()
        return loss

    def run() -> tuple[Array, Array]:
        adam.restart()
        for number, batch in enumerate(problem.order):
            losses[number] = step(batch)
        return p, losses

    return run, lambda result: (*result[0].tolist(), *result[1].tolist())


def hessian(problem: Rosenbrock) -> Made:
    """Write the three diagonals of the formula into an array of zeros."""
    x, size = problem.x, len(problem.x)

    def run() -> Array:
        result = np.zeros((size, size))
        flat = result.reshape(-1)
        diagonal, above, below = flat[:: size + 1], flat[1 :: size + 1], flat[size :: size + 1]
        head = x[:-1]
        diagonal[:-1] = 1200.0 * head * head - 400.0 * x[1:] + 2.0
        diagonal[1:] += 200.0
        above[:] = below[:] = -400.0 * head
        return result

    return run, lambda result: tuple(result.ravel().tolist())
