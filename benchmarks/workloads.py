"""The work that is timed, written once for every engine with micrograd's names."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

__all__ = ["MoonsData", "PlainMLP", "chain", "links", "moons", "moons_step", "readme_expression"]

MoonsData = tuple[list[list[float]], list[int]]


def readme_expression(value: Any) -> tuple[float, float, float]:
    """Build the expression of micrograd's README, run it backward, return g, dg/da and dg/db."""
    a = value(-4.0)
    b = value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    return float(g.data), float(a.grad), float(b.grad)


def chain(value: Any, operations: int) -> tuple[Any, Any]:
    """Return the end of a chain, and the weight in it."""
    x, weight, bias = value(0.5), value(0.9), value(0.1)
    return links(x, weight, bias, operations), weight


def links(x: Any, weight: Any, bias: Any, operations: int) -> Any:
    """Return the end of a chain of products, sums and tanh in turn."""
    for _ in range(operations // 3):
        x = x * weight
        x = x + bias
        x = x.tanh()
    return x


def moons(count: int = 100, noise: float = 0.1, seed: int = 1) -> MoonsData:
    """Return points on two interleaved half circles and their labels, -1 and 1."""
    draw = random.Random(seed)
    points, labels = [], []
    for number in range(count):
        angle = draw.uniform(0.0, math.pi)
        upper = number % 2 == 0
        x = math.cos(angle) if upper else 1.0 - math.cos(angle)
        y = math.sin(angle) if upper else 0.5 - math.sin(angle)
        points.append([x + draw.gauss(0.0, noise), y + draw.gauss(0.0, noise)])
        labels.append(-1 if upper else 1)
    return points, labels


def moons_step(model: Any, data: MoonsData, rate: float = 0.05) -> float:
    """Do one step of micrograd's demo in micrograd's own words; return the loss before it."""
    points, labels = data
    scores = [model(point) for point in points]
    losses = [(1 + -label * score).relu() for label, score in zip(labels, scores)]
    loss = sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())
    for p in model.parameters():
        p.grad = 0.0
    loss.backward()
    for p in model.parameters():
        p.data -= rate * p.grad
    return float(loss.data)


class PlainMLP:
    """A multilayer perceptron with relu between the layers, one chain of nodes per neuron."""

    def __init__(self, scalar: Any, sizes: Sequence[int], seed: int) -> None:
        draw = random.Random(seed)
        self.layers = [
            [([scalar(draw.uniform(-1, 1)) for _ in range(nin)], scalar(0.0)) for _ in range(nout)]
            for nin, nout in pairwise(sizes)
        ]

    def parameters(self) -> list[Any]:
        """Return the weights and the bias, neuron by neuron."""
        return [p for layer in self.layers for w, bias in layer for p in (*w, bias)]

    def __call__(self, x: Sequence[Any]) -> Any:
        """Return the one output for one example."""
        for number, layer in enumerate(self.layers, 1):
            sums = [sum((w * xi for w, xi in zip(weights, x)), bias) for weights, bias in layer]
            x = sums if number == len(self.layers) else [total.relu() for total in sums]
        (result,) = x
        return result
