"""Penalties on large weights, added to a loss so that the weights stay small."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Any, TypeAlias

import autograd
from autograd import Value, dot, scope
from autograd.arguments import as_float, as_switch
from autograd.vector import Vector
from nn.module import Module

__all__ = ["L1", "L2", "Penalty"]

# Called with the model.
Penalty: TypeAlias = Callable[[Any], Value | float]


@dataclass(frozen=True)
class WeightPenalty(ABC):
    """strength * the size of all weights together, as a subclass defines it.

    Biases count only with `biases`. Raises ValueError unless the strength is at least 0 and finite;
    a call raises ValueError for a model without weights.
    """

    strength: float
    biases: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        as_switch(self.biases, f"{type(self).__name__}: biases")
        if not 0.0 <= as_float(self.strength, f"{type(self).__name__}: strength") < inf:
            raise ValueError(
                f"{type(self).__name__}: the strength must be at least 0 and finite, not "
                f"{self.strength!r}"
            )

    def __call__(self, model: Module) -> Value:
        """Return the penalty of a model."""
        if not callable(getattr(model, "named_parameters", None)):
            raise TypeError(f"{type(self).__name__} is called with a model, not {model!r}")
        weights = Vector(_penalized(model, self.biases))
        with scope(type(self).__name__):
            return self.size(weights) * self.strength

    @abstractmethod
    def size(self, weights: Vector) -> Value:
        """Return the size of the weights as a Value."""


class L2(WeightPenalty):
    """strength * the sum of squares of the weights: each is pulled in proportion to its size.

    The gradient is 2 * strength * w, like that of `weight_decay=2 * strength` in SGD. Biases count
    only with `biases`. Raises ValueError for a strength below 0 or infinite.

    >>> from nn import MLP
    >>> model = MLP(1, [1])
    >>> model.layers[0].neurons[0].weights[0].data = 3.0
    >>> L2(0.5)(model)
    Value(data=4.5, grad=0.0)
    """

    def size(self, weights: Vector) -> Value:
        """Return the sum of the squares."""
        squares: Value = dot(weights, weights)
        return squares


class L1(WeightPenalty):
    """strength * the sum of |weights|: all are pulled equally, so that many end at 0.

    The gradient is strength * sign(w), and 0 at 0. Biases and errors are as for `L2`.

    >>> from nn import MLP
    >>> model = MLP(1, [1])
    >>> model.layers[0].neurons[0].weights[0].data = -3.0
    >>> L1(0.5)(model)
    Value(data=1.5, grad=0.0)
    """

    def size(self, weights: Vector) -> Value:
        """Return the sum of the absolute values."""
        total: Value = autograd.sum([abs(weight) for weight in weights])
        return total


def _penalized(model: Module, biases: bool) -> list[Value]:
    weights = [
        parameter
        for name, parameter in model.named_parameters()
        if biases or name.rpartition(".")[2] != "bias"
    ]
    if not weights:
        raise ValueError(f"{model!r} has no weights to penalize")
    return weights
