"""Activation functions by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from autograd import Value
from autograd.arguments import as_function
from autograd.primitive import TABLE
from nn.arguments import named

__all__ = ["ACTIVATIONS", "OPERATIONS", "Activation", "activation_function", "activation_name"]

Activation: TypeAlias = Callable[[Value], Value]


# Methods do the work, because only Values arrive here: the functions of autograd first test for
# numbers and arrays. Each has a name of its own here, by which a model is pickled.


def linear(x: Value) -> Value:
    """Return the argument itself."""
    return x


def relu(x: Value) -> Value:
    return x.relu()


def leaky_relu(x: Value) -> Value:
    return x.leaky_relu()


def elu(x: Value) -> Value:
    return x.elu()


def gelu(x: Value) -> Value:
    return x.gelu()


def silu(x: Value) -> Value:
    return x.silu()


def sigmoid(x: Value) -> Value:
    return x.sigmoid()


def tanh(x: Value) -> Value:
    return x.tanh()


def softplus(x: Value) -> Value:
    return x.softplus()


NAMED = (relu, leaky_relu, elu, gelu, silu, sigmoid, tanh, softplus)
ACTIVATIONS: dict[str, Activation] = {
    "linear": linear,
    "identity": linear,
    **{function.__name__: function for function in NAMED},
}

# What each records: nothing, or a row and its other operands.
OPERATIONS: dict[Activation, tuple[Any, ...]] = {
    linear: (),
    **{f: (TABLE[f.__name__], *TABLE[f.__name__].defaults) for f in NAMED},
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
