"""Initial weights, drawn at random on the scale that the widths of a layer ask for."""

# ruff: noqa: ARG001 - all have the same signature, whether they use all arguments or not

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import TypeAlias

from autograd import Value
from autograd.arguments import as_function
from nn.arguments import named
from nn.layers.activations import ACTIVATIONS

__all__ = [
    "INITIALIZERS", "Initializer", "he_normal", "he_uniform", "initializer_function",
    "lecun_normal", "lecun_uniform", "uniform", "xavier_normal", "xavier_uniform", "zeros",
]  # fmt: skip

# Called with the number of inputs of a neuron, the number of neurons that read the same inputs,
# and a random.Random; returns one weight.
Initializer: TypeAlias = Callable[[int, int, random.Random], float]

MOST_WEIGHTS = 10**9  # of a layer; each takes 100 bytes and more

FAR = 30.0  # from 0, where the activations are straight lines


def zeros(fan_in: int, fan_out: int, rng: random.Random) -> float:
    """Return 0: for a single layer, since hidden neurons that start equal stay equal."""
    return 0.0


def uniform(fan_in: int, fan_out: int, rng: random.Random) -> float:
    """Draw from U(-1, 1) whatever the widths are, as micrograd does."""
    return rng.uniform(-1.0, 1.0)


def xavier_uniform(fan_in: int, fan_out: int, rng: random.Random) -> float:
    """Draw from U(-a, a), a = sqrt(6 / (fan_in + fan_out)) (Glorot, Bengio 2010, equation 16)."""
    bound = math.sqrt(6.0 / (fan_in + fan_out))
    return rng.uniform(-bound, bound)


def xavier_normal(fan_in: int, fan_out: int, rng: random.Random) -> float:
    """Draw from N(0, 2 / (fan_in + fan_out)) (Glorot, Bengio 2010, equation 12)."""
    return rng.gauss(0.0, math.sqrt(2.0 / (fan_in + fan_out)))


def lecun_uniform(fan_in: int, fan_out: int, rng: random.Random) -> float:
    """Draw from U(-a, a), a = sqrt(3 / fan_in), which has the variance of `lecun_normal`."""
    bound = math.sqrt(3.0 / fan_in)
    return rng.uniform(-bound, bound)


def lecun_normal(fan_in: int, fan_out: int, rng: random.Random) -> float:
    """Draw from N(0, 1 / fan_in) (LeCun, Bottou, Orr, Müller 1998, section 4.6)."""
    return rng.gauss(0.0, math.sqrt(1.0 / fan_in))


def he_uniform(fan_in: int, fan_out: int, rng: random.Random) -> float:
    """Draw from U(-a, a), a = sqrt(6 / fan_in), which has the variance of `he_normal`."""
    bound = math.sqrt(6.0 / fan_in)
    return rng.uniform(-bound, bound)


def he_normal(fan_in: int, fan_out: int, rng: random.Random) -> float:
    """Draw from N(0, 2 / fan_in) (He, Zhang, Ren, Sun 2015, equation 10)."""
    return rng.gauss(0.0, math.sqrt(2.0 / fan_in))


INITIALIZERS: dict[str, Initializer] = {
    "zeros": zeros,
    "uniform": uniform,
    "xavier_uniform": xavier_uniform,
    "xavier_normal": xavier_normal,
    "glorot_uniform": xavier_uniform,
    "glorot_normal": xavier_normal,
    "lecun_uniform": lecun_uniform,
    "lecun_normal": lecun_normal,
    "he_uniform": he_uniform,
    "he_normal": he_normal,
    "kaiming_uniform": he_uniform,
    "kaiming_normal": he_normal,
}


def initializer_function(
    initializer: str | Initializer | None, activation: object = "linear"
) -> Initializer:
    """Return the initializer given by name or as a function `f(fan_in, fan_out, rng)`.

    None chooses by the activation: He's uniform one for relu and its kin, Glorot's otherwise.
    Raises ValueError for an unknown name and TypeError for anything else.

    >>> initializer_function(None, "relu") is he_uniform
    True
    """
    if initializer is None:
        return he_uniform if _passes_half(activation) else xavier_uniform
    if not callable(initializer):
        return named("initializer", initializer, INITIALIZERS)
    found: Initializer = as_function(initializer, "initializer", "fan_in", "fan_out", "rng")
    return found


def _passes_half(activation: object) -> bool:
    """Tell whether an activation passes about half of the variance; He's factor 2 restores it.

    relu and its kin do. Of large numbers a bounded activation passes hardly any variance, and a
    straight line passes all of it.
    """
    function = ACTIVATIONS.get(activation) if isinstance(activation, str) else None
    if function is None:
        return False
    squares = [function(Value(x)).data ** 2 for x in (-FAR, FAR)]
    return 0.25 < sum(squares) / (2.0 * FAR * FAR) < 0.75
