"""Rules of powers, roots and lengths: their even functions are smooth where they are 0.

A length r (`norm`, `hypot`, `abs`, the root of a sum of squares) has no derivative where it is 0,
but r**2 and cos(r) have. Each rule here first tries whether the gradient g that comes from above
can be divided exactly by r: see `factor`.
"""

from __future__ import annotations

from math import inf

from autograd.factor import are_alike, divided_exactly
from autograd.primitive import rows
from autograd.rules import applied, guarded, power_log, quotient

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def pull_abs(g: Any, out: Any, x: Any) -> Any:
    """g * sign(x), or g / |x| * x where that division is exact: then f(|x|) is smooth at 0."""
    along = divided_exactly(g, out)
    return guarded(g, applied(rows.sign, x)) if along is None else guarded(along, x)


def pull_root(g: Any, out: Any, x: Any) -> Any:
    """g * 0.5 / r; or g / r * 0.5 where the root is a length and that is exact."""
    along = _past_root(g, out, x)
    return guarded(g, quotient(0.5, out)) if along is None else along


def span_of_root(tangents: Any, x: Any) -> Any:
    """Return the tangent of a root, times the root."""
    return guarded(_inside(x, tangents[0]), 0.5)


def span_of_power(tangents: Any, x: Any, y: Any) -> Any:
    """Return the same of x**0.5, None for any other power."""
    return span_of_root(tangents, x) if _is_half(y) else None


def _is_half(y: Any) -> bool:
    return isinstance(y, float) and y == 0.5


def pull_power_base(g: Any, out: Any, x: Any, y: Any) -> Any:
    """g * y * x**(y-1), where a y of 0 wins; for y = 0.5 a length is divided away as by sqrt."""
    if isinstance(y, float) and y == 2.0:
        return guarded(g, y * x)
    along = _past_root(g, out, x) if _is_half(y) else None
    if along is not None:
        return along
    return guarded(g, guarded(y, power_log(x, y - 1.0, 0.0)))


def _past_root(g: Any, out: Any, x: Any) -> Any:
    """Return g / r * 0.5 where g / r is exact: of a sum of squares x the root r is a length.

    Of another x that is 0, at the edge of its domain, the slope stays 0 * inf = 0 in every mode, as
    in sqrt(x)**2; beside it, where 1/r would lose digits, it is divided.
    """
    along = divided_exactly(g, out)
    return None if along is None else guarded(_inside(x, along), 0.5)


def _inside(x: Any, along: Any) -> Any:
    return along if _sums_squares(x) else rows.where(rows.equal(x, 0.0), 0.0, along)


def _sums_squares(x: Any) -> bool:
    """Tell whether a node is written as a sum of squares, so that it is flat where it is 0."""
    stack = [x]
    while stack:
        node = stack.pop()
        if isinstance(node, float) and node >= 0.0:
            continue
        if isinstance(node, float) or node.op is None:
            return False
        op, args = node.op, node.args
        if op is rows.add or op is rows.add_n:
            stack += args
        elif op is rows.mul or op is rows.dot:
            half = len(args) // 2
            if not all(map(are_alike, args[:half], args[half:])):
                return False
        elif op is not rows.pow or not isinstance(args[1], float) or args[1] not in {2.0, 4.0, 6.0}:
            return False
    return True


def pull_length(g: Any, out: Any, *xs: Any) -> list[Any]:
    """g * x / r, 0 at the origin; or g / r * x where that division is exact, as in r**2."""
    along = divided_exactly(g, out)
    if along is not None:
        return [guarded(along, x) for x in xs]
    if len(xs) == 1:  # without 1/r, which would cancel in the second derivative
        return [guarded(g, applied(rows.sign, *xs))]
    if len(xs) == 2:
        x, y = xs
        return [guarded(g, applied(rows.cosine, x, y)), guarded(g, applied(rows.cosine, y, x))]
    return [guarded(g, rows.where(rows.equal(out, 0.0), 0.0, rows.div(x, out))) for x in xs]


def spelled_hypot(*xs: Any) -> Any:
    """Spell the root of the sum of squares, scaled by a power of two where that leaves the floats.

    An infinite operand wins over nan, as in C.
    """
    least, most, power = xs[0].precision.squares
    squares = rows.dot(*xs, *xs)
    huge = rows.where(rows.greater(squares, most), 1.0 / power, 1.0)
    scale = rows.where(rows.less(squares, least), power, huge)
    scaled = [rows.mul(x, scale) for x in xs]
    length = rows.div(rows.sqrt(rows.dot(*scaled, *scaled)), scale)
    return rows.where(rows.largest(*[rows.equal(rows.abs(x), inf) for x in xs]), inf, length)


def pull_cosine(g: Any, out: Any, x: Any, y: Any) -> Any:
    """g * y*y / r**3."""
    across = applied(rows.cosine, y, x)
    return guarded(g, guarded(guarded(across, across), _inverse_length(x, y)))


def pull_cosine_across(g: Any, out: Any, x: Any, y: Any) -> Any:
    """-g * x*y / r**3, the same number for both operands of a length."""
    return guarded(g, -guarded(guarded(out, applied(rows.cosine, y, x)), _inverse_length(x, y)))


def _inverse_length(x: Any, y: Any) -> Any:
    return quotient(1.0, applied(rows.hypot, x, y))


def spelled_cosine(x: Any, y: Any) -> Any:
    """Spell x / r by the length r, which programs have already."""
    r = rows.hypot(x, y)
    return rows.where(rows.equal(r, 0.0), 0.0, rows.div(x, r))
