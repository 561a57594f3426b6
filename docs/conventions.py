"""What the engine does where mathematics leaves a choice: one line each, shown and tested."""

from __future__ import annotations

from math import inf, nan, pi
from typing import NamedTuple

__all__ = ["CONVENTIONS", "REFUSALS", "Convention"]


class Convention(NamedTuple):
    """An expression at a point, with the value and the derivatives it must have."""

    expression: str
    point: dict[str, float]
    value: float
    derivatives: dict[str, float]
    why: str


CONVENTIONS = [
    Convention("relu(x)", {"x": 0.0}, 0.0, {"x": 0.0}, "a kink: the flat side"),
    Convention("relu(x)", {"x": nan}, nan, {"x": nan}, "nan is never hidden"),
    Convention("abs(x)", {"x": 0.0}, 0.0, {"x": 0.0}, "a kink: the middle of -1 and 1"),
    Convention("leaky_relu(x)", {"x": 0.0}, 0.0, {"x": 0.01}, "a kink: the slope of x <= 0"),
    Convention("maximum(x, y)", {"x": 1.0, "y": 1.0}, 1.0, {"x": 0.5, "y": 0.5}, "ties are shared"),
    Convention("minimum(x, y)", {"x": 1.0, "y": 1.0}, 1.0, {"x": 0.5, "y": 0.5}, "ties are shared"),
    Convention("maximum(x, x)", {"x": 1.0}, 1.0, {"x": 1.0}, "and add up again"),
    Convention("clip(x, -1, 1)", {"x": 1.0}, 1.0, {"x": 1.0}, "bounds pass, as torch.clamp"),
    Convention("clip(x, -1, 1)", {"x": -1.0}, -1.0, {"x": 1.0}, "bounds pass, as torch.clamp"),
    Convention("sqrt(x)", {"x": 0.0}, 0.0, {"x": inf}, "the slope really is infinite"),
    Convention("x ** 0.5", {"x": 0.0}, 0.0, {"x": inf}, "as sqrt"),
    Convention("x ** 0", {"x": 0.0}, 1.0, {"x": 0.0}, "a constant function, at 0 as well"),
    Convention("x ** 0", {"x": -2.0}, 1.0, {"x": 0.0}, "a constant function"),
    Convention("x ** y", {"x": 0.0, "y": 0.0}, 1.0, {"x": 0.0, "y": 0.0}, "0**0 is 1, as in C"),
    Convention("x ** y", {"x": 0.0, "y": 2.0}, 0.0, {"x": 0.0, "y": 0.0}, "0**y is 0 around y = 2"),
    Convention("x ** y", {"x": 0.0, "y": -1.0}, inf, {"x": -inf, "y": -inf}, "a pole, as torch"),
    Convention("x ** y", {"x": -2.0, "y": 2.0}, 4.0, {"x": -4.0, "y": nan}, "no real log of x < 0"),
    Convention("(-x) ** 0.5", {"x": 1.0}, nan, {"x": nan}, "never complex"),
    Convention("hypot(x, y)", {"x": 0.0, "y": 0.0}, 0.0, {"x": 0.0, "y": 0.0}, "the lowest point"),
    Convention("norm([x, y])", {"x": 0.0, "y": 0.0}, 0.0, {"x": 0.0, "y": 0.0}, "the lowest point"),
    Convention("atan2(y, x)", {"x": 0.0, "y": 0.0}, 0.0, {"x": 0.0, "y": 0.0}, "no angle at all"),
    Convention("x / y", {"x": 1.0, "y": 0.0}, inf, {"x": inf, "y": -inf}, "IEEE 754"),
    Convention("x / y", {"x": 49.0, "y": 49.0}, 1.0, {"x": 1 / 49, "y": -1 / 49}, "exactly 1"),
    Convention("log(x)", {"x": 0.0}, -inf, {"x": inf}, "IEEE 754"),
    Convention("exp(x)", {"x": 1000.0}, inf, {"x": inf}, "overflow is inf"),
    Convention("sigmoid(x)", {"x": -1000.0}, 0.0, {"x": 0.0}, "no overflow in the tails"),
    Convention("softplus(x)", {"x": 1000.0}, 1000.0, {"x": 1.0}, "no overflow in the tails"),
    Convention(
        "where(x > 0, log(x), 0)", {"x": 0.0}, 0.0, {"x": 0.0}, "the other branch cannot poison"
    ),
    Convention("0 * sqrt(x)", {"x": 0.0}, 0.0, {"x": 0.0}, "a zero from above stays exactly zero"),
    Convention("sqrt(x * x)", {"x": 0.0}, 0.0, {"x": 0.0}, "and so does a zero of the local slope"),
    Convention(
        "asin(x / x)", {"x": 3.0}, pi / 2, {"x": nan}, "two infinities cancel; forward mode says 0"
    ),
    Convention(
        "asin(2 * x - x)", {"x": 1.0}, pi / 2, {"x": nan}, "so they do here; forward mode says inf"
    ),
    Convention("x + (x > 0)", {"x": 2.0}, 3.0, {"x": 1.0}, "comparisons have no derivative"),
    Convention(
        "x * x", {"x": 3.0, "y": 1.0}, 9.0, {"x": 6.0, "y": 0.0}, "y is not used; PyTorch raises"
    ),
    Convention("x * x.detach()", {"x": 3.0}, 9.0, {"x": 3.0}, "detached: a number like any other"),
    Convention(
        "mean([x, x])", {"x": 1e308}, inf, {"x": 1.0}, "sums add in order, as NumPy: the sum is inf"
    ),
    Convention("norm([x, 0])", {"x": 1e200}, 1e200, {"x": 1.0}, "its squares do not overflow"),
    Convention("sum([])", {}, 0.0, {}, "the neutral element"),
    Convention("dot([], [])", {}, 0.0, {}, "the neutral element"),
    Convention("norm([])", {}, 0.0, {}, "the neutral element"),
]

# Expressions that are an error, with the error and a part of what it says.
REFUSALS = [
    ("mean([])", ValueError, "mean of no values is undefined"),
    ("softmax([])", ValueError, "softmax of no values is undefined"),
    ("dot([1.0], [1.0, 2.0])", ValueError, "different lengths, 1 and 2"),
    ("Value(1.0) // 2", TypeError, "derivative is 0 almost everywhere"),
    ("Value(1.0) % 2", TypeError, "derivative is 0 almost everywhere"),
    ("float(Value(1.0))", TypeError, ".data"),
    ("math.sin(Value(1.0))", TypeError, "autograd.sin"),
    ("Value('1')", TypeError, "float(...)"),
    ("Value(None)", TypeError, "give a number"),
    ("Value(1j)", TypeError, "real and imaginary parts"),
    ("Value([1.0, 2.0])", TypeError, "one Value per element"),
]
