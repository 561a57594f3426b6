"""Activation functions by name."""

from __future__ import annotations

from collections.abc import Callable
from operator import methodcaller
from typing import TypeAlias

from autograd import Value
from autograd.arguments import as_function
from nn.arguments import named

__all__ = ["ACTIVATIONS", "Activation", "activation_function", "activation_name"]

Activation: TypeAlias = Callable[[Value], Value]


def linear(x: Value) -> Value:
    """Return the argument itself."""
    return x


# Methods, and not functions, because only Values arrive here: a function would first test for
# numbers and arrays.
ACTIVATIONS: dict[str, Activation] = {
    "linear": linear,
    "identity": linear,
    **{
        name: methodcaller(name)
        for name in ("relu", "leaky_relu", "elu", "gelu", "silu", "sigmoid", "tanh", "softplus")
    },
}


def activation_function(activation: str | Activation) -> Activation:
    """Return the function of an activation given by name or as a function of one Value.

    Raises ValueError for an unknown name and TypeError for anything else.

    >>> activation_function("tanh")(Value(0.0)).data
    0.0
    """
    if not callable(activation):
        return named("activation", activation, ACTIVATIONS)
    found: Activation = as_function(activation, "activation", "a Value", such_as="autograd.tanh")
    return found


def activation_name(activation: str | Activation) -> str:
    """Return the short name of an activation, as a repr shows it.

    >>> activation_name(linear)
    'linear'
    """
    name = activation if isinstance(activation, str) else getattr(activation, "__name__", None)
    return name or repr(activation)
