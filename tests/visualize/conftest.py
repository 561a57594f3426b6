"""Graphs that the tests of pictures draw."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

import autograd
from autograd import Value, scope, sqrt, where
from tests.visualize.browser import browser, chromium

__all__ = ["browser", "chromium"]


def readme_expression() -> Value:
    """The expression of micrograd's README, after its backward pass."""
    a, b = Value(-4.0, label="a"), Value(2.0, label="b")
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g = g + 10.0 / f
    g.label = "g"
    g.backward()
    return g


def network_loss(widths: tuple[int, ...] = (3, 4, 4, 1), samples: int = 1) -> Value:
    """The squared error of a fixed multi-layer perceptron with scopes, after its backward pass.

    All numbers are small multiples of powers of 2: exact, whatever the order of sums.
    """
    layers = [
        [
            (
                [Value(((3 * i + 5 * j) % 7 - 2) / 8, label=f"w{i}") for i in range(fan_in)],
                Value(0.125, label="b"),
            )
            for j in range(width)
        ]
        for fan_in, width in pairwise(widths)
    ]
    losses = []
    for sample in range(samples):
        signal = [Value(1.5 + 0.25 * sample - i, label=f"x{i}") for i in range(widths[0])]
        for k, layer in enumerate(layers):
            outputs = []
            for j, (weights, bias) in enumerate(layer):
                with scope("MLP"), scope(f"layers.{k}"), scope(f"neurons.{j}"):
                    outputs.append((autograd.dot(weights, signal) + bias).relu())
            signal = outputs
        losses.append((signal[0] - 1.0) ** 2)
    loss = autograd.sum(losses)
    loss.label = "loss"
    loss.backward()
    return loss


def every_state() -> Value:
    """A graph with a gradient in every state but "no gradient yet"."""
    zero, two = Value(0.0, label="zero"), Value(2.0, label="two")
    dead = (Value(-1.0, label="off") * two).relu()
    not_reached = Value(3.0, label="condition") > two
    infinite = sqrt(zero)  # its derivative at 0
    negative = 1.5 - Value(0.5, label="w") * two
    nan = Value(float("nan"), label="lost") * Value(1.0, label="by nan")
    result = where(not_reached, infinite + negative + dead, two) + nan
    result.label = "y"
    result.backward()
    return result


@pytest.fixture
def graphs() -> dict[str, Callable[..., Value]]:
    """The builders by name, so that a test makes the graphs it wants."""
    return {"readme": readme_expression, "network": network_loss, "states": every_state}


@pytest.fixture
def readme() -> Value:
    return readme_expression()


@pytest.fixture
def network() -> Value:
    return network_loss()


@pytest.fixture
def states() -> Value:
    return every_state()
