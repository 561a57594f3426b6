"""Parts of rules: guarded products, and the derivatives and kinks that are too long for a row.

Rules name rows and rows name rules. A rule therefore finds a row as an attribute of `rows`, when it
is called: the table is complete then.
"""

from __future__ import annotations

import math
import operator
from math import inf, isfinite, pi

from autograd import ieee
from autograd.native import engine
from autograd.primitive import rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from autograd.primitive import Primitive


# Products and quotients, of which all rules are made.


def guarded(g: Any, derivative: Any) -> Any:
    """Return g * derivative, and exactly 0 where one of them is 0."""
    if isinstance(derivative, float):
        if type(g) is float:
            return g * derivative if g and derivative else 0.0
        number, factor = derivative, g
    elif isinstance(g, float):
        if g == 1.0:
            return derivative  # 1 * x is x, and a gradient starts from 1
        number, factor = g, derivative
    else:
        return rows.guarded_mul(g, derivative)
    if number == 0.0:
        return 0.0
    # A constant factor that is finite: nothing to guard against
    return factor * number if isfinite(number) else rows.guarded_mul(factor, number)


if engine is not None and not TYPE_CHECKING:
    guarded = engine.guarded


def quotient(x: Any, y: Any) -> Any:
    """Return x / y: on floats without the call of a row, 4 times as fast."""
    if isinstance(x, float) and isinstance(y, float):
        return ieee.divide(x, y)
    return rows.div(x, y)


def applied(row: Primitive, *args: Any) -> Any:
    """Return row(*args): on floats without the call of a row, 4 times as fast."""
    for arg in args:
        if not isinstance(arg, float):
            return row(*args)
    return row.forward(*args)


def pull_products(g: Any, out: Any, *args: Any) -> list[Any]:
    """Return g times the partner of each operand of a dot product."""
    half = len(args) // 2
    partners = args[half:] + args[:half]
    if type(out) is float and isfinite(g):  # the eager pass of a neuron: no call per weight
        return [g * partner for partner in partners] if g else [0.0] * len(args)
    return [guarded(g, partner) for partner in partners]


# Powers.


def pull_power_log_base(g: Any, out: Any, x: Any, y: Any, k: Any) -> Any:
    """g * x**(y-1) * log(x)**(k-1) * (y * log(x) + k), as a sum: so mixed partials are equal."""
    below = guarded(k, power_log(x, y - 1.0, k - 1.0))
    return guarded(g, guarded(y, power_log(x, y - 1.0, k)) + below)


def power_log(x: Any, y: Any, k: Any) -> Any:
    """Return x**y * log(x)**k, which is x**y for k = 0."""
    if isinstance(k, float) and k == 0.0:
        return applied(rows.pow, x, y)
    return applied(rows.power_log, x, y, k)


def kink_of_power(x: float, y: float) -> str | None:
    """Say which slope x**y has at x = 0."""
    if x != 0.0:
        return None
    if y == 0.0:
        return "0**0 = 1, and both derivatives are 0"
    if y < 0.0 or y.is_integer() or y == inf:
        return None
    return f"the slope at 0 is {inf if y < 1.0 else 0}, from above; there is nothing below"


def fault_of_power(x: float, y: float) -> str | None:
    """Say why x**y is nan or infinite, where x is not positive."""
    if x > 0.0:
        return None
    return "0 to a negative power is infinite, and a negative base has only whole powers"


# Inverse circular and hyperbolic functions.


def pull_atan(g: Any, out: Any, x: Any) -> Any:
    """g / (1 + x*x), divided twice, because x*x may overflow."""
    r = applied(rows.hypot, x, 1.0)
    return guarded(g, quotient(quotient(1.0, r), r))


def pull_atan2(g: Any, across: Any, y: Any, x: Any) -> Any:
    """g * across / (x*x + y*y), and 0 at the origin; divided twice, because x*x may overflow."""
    r = rows.hypot(y, x)
    return guarded(g, rows.where(rows.equal(r, 0.0), 0.0, rows.div(rows.div(across, r), r)))


def kink_of_angle(y: float, x: float) -> str | None:
    """Say which derivatives atan2 has at the origin and along its step."""
    if y != 0.0 or x > 0.0:
        return None
    if x == 0.0:
        return "both derivatives at the origin are 0"
    return "a step from -pi to pi, with the derivative of its sides" if x < 0.0 else None


def pull_atanh(g: Any, out: Any, x: Any) -> Any:
    """g / (1 - x*x)."""
    r = applied(rows.semicircle, x)
    return guarded(g, quotient(1.0, r * r))


# Activations.


def pull_silu(g: Any, out: Any, x: Any) -> Any:
    """g * (s + x * s * (1 - s)) with s = sigmoid(x), where x * s is the result."""
    return guarded(g, applied(rows.sigmoid, x) + out * applied(rows.sigmoid, -x))


def pull_gelu(g: Any, out: Any, x: Any) -> Any:
    """g * (Phi(x) + x * phi(x)), of the normal distribution."""
    distribution = applied(rows.erfc, x * -0.7071067811865476) * 0.5
    density = applied(rows.exp, x * x * -0.5) * (1.0 / math.sqrt(2.0 * pi))
    return guarded(g, distribution + x * density)


# Sums of exponentials.


def spelled_logaddexp_n(*xs: Any) -> Any:
    """The logarithm of the sum: one in all, where a fold of two at a time has one an operand."""
    shift, powers = _powers(*xs)
    return rows.add(rows.log(rows.add_n(*powers)), shift)


def pull_logaddexp_n(g: Any, out: Any, *xs: Any) -> list[Any]:
    """g * e**x / (e**x + the others): a share near 0 is never computed as a difference from 1."""
    _, powers = _powers(*xs)
    others = combined_others(powers, operator.add, 0.0)
    return [guarded(g, applied(rows.portion, *pair)) for pair in zip(powers, others)]


def _powers(*xs: Any) -> tuple[Any, list[Any]]:
    """Return a shift near the largest number, and e**(x - shift) of each."""
    shift = applied(rows.finite, applied(rows.largest, *xs))
    return shift, [applied(rows.exp, applied(rows.sub, x, shift)) for x in xs]


def combined_pairs(terms: Sequence[Any], combine: Callable[[Any, Any], Any]) -> list[Any]:
    """Return each two neighbours combined; of an odd number the last stays."""
    pairs = [combine(*pair) for pair in zip(terms[::2], terms[1::2])]
    return [*pairs, *terms[len(pairs) * 2 :]]


def combined_others(
    terms: Sequence[Any], combine: Callable[[Any, Any], Any], nothing: float
) -> list[Any]:
    """Return for each term all the others combined, by 3 operations a term.

    Nothing is subtracted, so small terms keep their digits beside a large one that is left out. The
    terms are combined up a tree of pairs. On the way down again, the sibling of a node joins all
    that lies outside of its parent.

    >>> from operator import add
    >>> combined_others([1.0, 1e-20, 1e-20, 1.0], add, 0.0)[0], combined_others([2], add, 0)
    (1.0, [0])
    """
    levels = [[*terms]]
    while len(levels[-1]) > 2:
        levels.append(combined_pairs(levels[-1], combine))
    outside: list[Any] = [nothing]
    if len(levels[-1]) == 2:
        outside = levels[-1][::-1]
    for level in levels[-2::-1]:
        outside = [
            combine(outside[place // 2], level[place ^ 1])
            if place ^ 1 < len(level)
            else outside[place // 2]
            for place in range(len(level))
        ]
    return outside


# Choices.


def pull_item(g: Any, out: Any, place: Any, *items: Any) -> list[Any]:
    """g for the item that was chosen, 0 for all others; the place has no derivative."""
    if isinstance(place, float):
        slopes: list[Any] = [0.0] * len(items)
        if 0.0 <= place < len(items) and place.is_integer():
            slopes[int(place)] = g
        return [None, *slopes]
    return [None, *[guarded(g, rows.equal(place, float(k))) for k in range(len(items))]]


def kink_of_tie(x: float, y: float) -> str | None:
    """Say which derivatives a choice between equal operands has."""
    return "a tie: each gets half of the gradient" if x == y else None


def kink_of_clip(x: float, low: float, high: float) -> str | None:
    """Say which derivative clip has at its bounds."""
    raised = max(x, low)
    meets = (x == low and low <= high) or raised == high
    return "the gradient passes at a bound" if meets else None


def kink_of_step(x: float, y: float) -> str | None:
    """Say which derivative a comparison has where it steps."""
    return "a step, with derivative 0" if x == y else None
