"""Networks that compiled programs are timed at training: data, starting points and settings.

Parameters of a network are one flat array, neuron by neuron: weights, then bias.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

import workloads
from problems import Array

__all__ = ["Digits", "DigitsConvolution", "Moons", "by_layer", "by_neuron", "split"]


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
        return cls(*shuffled_digits(), starting_parameters(cls.sizes, seed=11))


@dataclass(frozen=True)
class DigitsConvolution:
    """The same with a convolutional network, which drops out inputs of its last layer.

    Kernels of 3 x 3 in a frame of zeros, relu, the largest of each 2 x 2, dropout, and a linear
    layer. The masks of the dropout are inputs: what an example's pooled feature maps, one after the
    other, are multiplied by.
    """

    images: Array  # (1797, 8, 8), from 0 to 1
    labels: NDArray[np.int64]
    masks: Array  # (1797, 256), 0 or 4/3
    order: NDArray[np.int64]  # (56, 32): the rows of each batch
    parameters: Array
    kernels: int
    dropout: float = 0.25
    rate: float = 5e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    @classmethod
    def make(cls, batches: int = 56, kernels: int = 16) -> DigitsConvolution:
        """Load the digits, shuffle them and draw the masks."""
        pixels, labels, order = shuffled_digits()
        inputs = kernels * 4 * 4
        kept = np.random.default_rng(17).random((len(labels), inputs)) >= cls.dropout
        first = starting_parameters((3 * 3, kernels), seed=13)
        return cls(
            pixels.reshape(-1, 8, 8),
            labels,
            kept / (1.0 - cls.dropout),
            order[:batches],
            np.concatenate([first, starting_parameters((inputs, 10), seed=19)]),
            kernels,
        )

    def split(self, flat: Any) -> tuple[Any, Any]:
        """Return views of parameters: kernels (16, 9 + 1), neurons (10, 256 + 1), bias last."""
        end = self.kernels * (3 * 3 + 1)
        return flat[:end].reshape(self.kernels, -1), flat[end:].reshape(10, -1)

    @staticmethod
    def joined(*layers: tuple[Any, Any]) -> Array:
        """Return parameters as one array, given weights of any shape and bias of both layers."""
        return np.concatenate(
            [np.column_stack((np.reshape(w, (len(w), -1)), b)).ravel() for w, b in layers]
        )


def shuffled_digits() -> tuple[Array, NDArray[np.int64], NDArray[np.int64]]:
    """Return pixels, labels, and the order of an epoch as rows of batches."""
    from sklearn.datasets import load_digits

    pixels, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(5).permutation(len(labels))[: len(labels) // 32 * 32]
    return (
        np.ascontiguousarray(pixels / 16.0),
        labels.astype(np.int64),
        order.reshape(-1, 32).astype(np.int64),
    )
