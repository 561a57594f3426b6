"""Graphs of values at random: many operations, shared parts, labels that are in the way."""

from __future__ import annotations

import math
import warnings

from hypothesis import strategies as st

import autograd
from autograd import NumericWarning, topological_order
from autograd.primitive import TABLE

__all__ = ["graphs", "is_moderate"]

UNARY = ("tanh", "exp", "sin", "relu", "sigmoid", "silu", "gelu", "abs", "atan", "softplus", "neg")
BINARY = ("add", "sub", "mul", "div", "maximum", "hypot", "leaky_relu", "greater")
OTHERS = ("dot", "where", "number", "power")


@st.composite
def graphs(draw, labels=("", "", "a", "b", "w.1", "lambda", "t1", "y", "sum")):
    """A graph of up to 4 leaves and 14 operations."""
    numbers = st.floats(-2.0, 2.0).map(lambda number: round(number, 2))
    label = st.sampled_from(labels)
    values = [autograd.Value(draw(numbers), draw(label)) for _ in range(draw(st.integers(1, 4)))]
    for _ in range(draw(st.integers(1, 14))):
        kind = draw(st.sampled_from(UNARY + BINARY + OTHERS))
        picked = [draw(st.sampled_from(values)) for _ in range(4)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NumericWarning)
            value = _applied(kind, picked, draw(numbers))
        value.label = draw(label)
        values.append(value)
    return values[-1]


def _applied(kind, picked, number):
    first, second, third, _ = picked
    if kind == "power":
        return first ** (2 if number < 0 else 3)
    if kind == "number":
        return number - first
    if kind == "where":
        return autograd.where(first, second, third)
    operands = {"dot": picked}.get(kind, picked[:1] if kind in UNARY else picked[:2])
    return TABLE[kind](*operands)


def is_moderate(root):
    """Whether all data are so small that rounding cannot grow into a difference."""
    return all(
        math.isfinite(value.data) and abs(value.data) < 1e6 for value in topological_order(root)
    )
