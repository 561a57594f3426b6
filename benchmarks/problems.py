"""Expressions that compiled programs are timed at, written once for all peers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Chain", "Made", "Readme", "Rosenbrock"]

Array = NDArray[np.float64]

# The function to time, and one from its result to the numbers on which all peers must agree.
Made = tuple[Callable[[], Any], Callable[[Any], tuple[float, ...]]]


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
