"""The work that compiled programs are timed at: data, starting points and settings, for all peers.

Parameters of a network are one flat array, neuron by neuron: weights, then bias.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

import workloads

__all__ = [
    "Array",
    "Chain",
    "Digits",
    "Made",
    "Moons",
    "Readme",
    "Rosenbrock",
    "by_layer",
    "by_neuron",
    "split",
]

Array = NDArray[np.float64]

# The function to time, and one from its result to the numbers on which all peers must agree.
Made = tuple[Callable[[], Any], Callable[[Any], tuple[float, ...]]]


def starting_parameters(sizes: tuple[int, ...], seed: int) -> Array:
    """Return weights and biases drawn evenly from ±1/sqrt(inputs), as torch.nn.Linear does."""
    draw = np.random.default_rng(seed)
    return np.concatenate(
        [
            draw.uniform(-1.0, 1.0, (inputs + 1) * outputs) / inputs**0.5
            for inputs, outputs in pairwise(sizes)
        ]
    )


def split(flat: Any, sizes: tuple[int, ...]) -> list[tuple[Any, Any]]:
    """Return each layer's weights (outputs, inputs) and bias out of an array layer by layer."""
    layers, start = [], 0
    for inputs, outputs in pairwise(sizes):
        end = start + inputs * outputs
        weights = flat[start:end].reshape(outputs, inputs)
        layers.append((weights, flat[end : end + outputs]))
        start = end + outputs
    return layers


def by_neuron(flat: Any, sizes: tuple[int, ...]) -> NDArray[Any]:
    """Return the parameters neuron by neuron, given layer by layer: weights, then biases."""
    return np.concatenate([np.column_stack(layer).ravel() for layer in split(flat, sizes)])


def by_layer(flat: NDArray[Any], sizes: tuple[int, ...]) -> NDArray[Any]:
    """Return the parameters layer by layer, given neuron by neuron."""
    result = np.empty_like(flat)
    result[by_neuron(np.arange(len(flat)), sizes)] = flat
    return result


@dataclass(frozen=True)
class Moons:
    """Steps of gradient descent on all points at once, from the same start whenever it is run.

    The loss is mean(max(0, 1 - label * score)) + penalty * sum(parameter**2).
    """

    points: Array  # (100, 2)
    labels: Array  # -1.0 or 1.0
    parameters: Array
    activation: str  # "relu" or "tanh"
    steps: int
    sizes: tuple[int, ...] = (2, 16, 16, 1)
    rate: float = 0.05
    penalty: float = 1e-4

    @classmethod
    def make(cls, activation: str, steps: int = 100) -> Moons:
        """Return the problem on the data of the other benchmarks."""
        points, labels = workloads.moons()
        start = starting_parameters(cls.sizes, seed=7)
        return cls(np.array(points), np.array(labels, float), start, activation, steps)


@dataclass(frozen=True)
class Digits:
    """An epoch of Adam on scikit-learn's digits, softmax cross-entropy, relu, batches of 32."""

    pixels: Array  # (1797, 64), from 0 to 1
    labels: NDArray[np.int64]
    order: NDArray[np.int64]  # (56, 32): the rows of each batch
    parameters: Array
    sizes: tuple[int, ...] = (64, 32, 10)
    rate: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    @classmethod
    def make(cls) -> Digits:
        """Load the digits and shuffle them."""
        from sklearn.datasets import load_digits

        pixels, labels = load_digits(return_X_y=True)
        order = np.random.default_rng(5).permutation(len(labels))[: len(labels) // 32 * 32]
        return cls(
            np.ascontiguousarray(pixels / 16.0),
            labels.astype(np.int64),
            order.reshape(-1, 32).astype(np.int64),
            starting_parameters(cls.sizes, seed=11),
        )


@dataclass(frozen=True)
class Readme:
    """The expression of micrograd's README, its value and its gradient."""

    a: float = -4.0
    b: float = 2.0

    @staticmethod
    def expression(a: Any, b: Any, relu: Callable[[Any], Any]) -> Any:
        """Return g, with `relu` of the engine whose numbers a and b are."""
        c = a + b
        d = a * b + b**3
        c = c + (c + 1)
        c = c + (1 + c + (-a))
        d = d + (d * 2 + relu(b + a))
        d = d + (3 * d + relu(b - a))
        e = c - d
        f = e**2
        g = f / 2.0
        return g + 10.0 / f


@dataclass(frozen=True)
class Rosenbrock:
    """The Hessian of sum(100 (x[i+1] - x[i]²)² + (1 - x[i])²), as a dense array."""

    x: Array

    @classmethod
    def make(cls, size: int) -> Rosenbrock:
        """Return the problem at a random point."""
        return cls(np.random.default_rng(3).uniform(-1.5, 1.5, size))

    @staticmethod
    def valley(x: Any) -> Any:
        """Return the function of a sequence of scalars."""
        total = 0.0
        for i in range(len(x) - 1):
            total = total + (100.0 * (x[i + 1] - x[i] * x[i]) ** 2 + (1.0 - x[i]) ** 2)
        return total


@dataclass(frozen=True)
class Chain:
    """Products, sums and tanh in turn, each result added to a total, so that each matters to it.

    Asked for are the total and its gradient with respect to the start, the weight and the bias.
    """

    operations: int
    start: float = 0.5
    weight: float = 0.9
    bias: float = 0.1

    def total(self, x: Any, weight: Any, bias: Any, tanh: Callable[[Any], Any]) -> Any:
        """Return the total, with `tanh` of the engine whose numbers these are."""
        total = 0.0
        for _ in range(self.operations // 4):
            x = tanh(x * weight + bias)
            total = total + x
        return total
