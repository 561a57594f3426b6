"""Exact division of a drawn expression by one of its factors.

The slope of `norm(x)**2` is 2r * (x/r): at r = 0 the product is 0 * 0/0, and its derivatives are
lost. Divided before they are multiplied, 2r/r * x = 2x, all derivatives are there, at r = 0 and
beside it, where 1/r would lose digits. What a row keeps of a factor is its fact `over`: the
functions below, and for odd functions their series.
"""

from __future__ import annotations

from math import comb, factorial, pi, sqrt

from autograd.primitive import rows
from autograd.rules import applied, guarded, quotient

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

# Operations to look at, and how deep: a factor stands near the top of the product of a rule
MOST, DEEPEST = 400, 50


def divided_exactly(expression: Any, factor: Any) -> Any:
    """Return expression / factor drawn without a division, or None where no such form is near.

    >>> from autograd import Value
    >>> r, h = Value(0.0), Value(3.0)
    >>> divided_exactly(h * (2.0 * r), r), divided_exactly(h + r, r)
    (Value(data=6.0, grad=0.0), None)
    """
    known: dict[Any, Any] = {}
    depth = 0

    def divided(part: Any) -> Any:
        nonlocal depth
        if isinstance(part, float):
            return 0.0 if part == 0.0 else None
        # A node that lies no deeper than the factor cannot depend on it
        if part._depth <= factor._depth:
            return 1.0 if are_alike(part, factor) else None
        if part not in known:
            known[part] = None
            if part.op.over is not None and len(known) < MOST and depth < DEEPEST:
                depth += 1
                known[part] = part.op.over(divided, *part.args)
                depth -= 1
        return known[part]

    return None if expression is None or isinstance(expression, float) else divided(expression)


def are_alike(one: Any, other: Any) -> bool:
    """Tell whether two nodes are one, or computed alike, as the two of norm(x) * norm(x) are."""
    pairs = [(one, other)]
    seen = 0
    while pairs:
        x, y = pairs.pop()
        if x is y or (isinstance(x, float) and isinstance(y, float) and x == y):
            continue
        seen += 1
        if isinstance(x, float) or isinstance(y, float) or seen > MOST:
            return False
        if x.op is None or x.op is not y.op or len(x.args) != len(y.args):
            return False
        pairs += zip(x.args, y.args)
    return True


# Sums, products and lengths.


def terms_over(divided: Any, *terms: Any) -> Any:
    """Return the sum of the terms without their factor, None where one of them has none."""
    quotients = []
    for term in terms:
        part = divided(term)
        if part is None:
            return None
        quotients.append(part)
    return applied(rows.add_n, *quotients)


def product_over(divided: Any, x: Any, y: Any) -> Any:
    """Return the product without the factor of y, or that of x."""
    part = divided(y)
    if part is not None:
        return guarded(x, part)
    part = divided(x)
    return None if part is None else guarded(part, y)


def products_over(divided: Any, *args: Any) -> Any:
    """Return the sum of products, each without the factor of one operand."""
    half = len(args) // 2
    pairs = zip(args[:half], args[half:])
    return terms_over(lambda pair: product_over(divided, *pair), *pairs)


def power_over(divided: Any, x: Any, y: Any) -> Any:
    """Return x**(y-1) times x without its factor.

    It is 0 at x = 0 for y < 1, where there is no derivative.
    """
    part = divided(x)
    if part is None:
        return None
    if isinstance(y, float) and y in {1.0, 2.0}:
        return part if y == 1.0 else guarded(part, x)
    raised = rows.pow(x, y - 1.0)
    if isinstance(y, float) and y > 1.0:
        return guarded(part, raised)
    return guarded(
        part,
        rows.where(rows.greater_equal(y, 1.0), raised, rows.where(rows.equal(x, 0.0), 0.0, raised)),
    )


def first_over(name: str) -> Callable[..., Any]:
    """Return the fact `over` of a row for which f(a*x, y) = a * f(x, y) for every length a."""

    def over(divided: Any, x: Any, *others: Any) -> Any:
        part = divided(x)
        return None if part is None else applied(getattr(rows, name), part, *others)

    return over


def scaled_over(name: str) -> Callable[..., Any]:
    """Return the fact `over` of a row for which f(a*x, a*y) = a * f(x, y) for every length a."""

    def over(divided: Any, *args: Any) -> Any:
        parts = [divided(arg) for arg in args]
        return applied(getattr(rows, name), *parts) if _all_divided(parts) else None

    return over


def cosine_over(divided: Any, x: Any, y: Any) -> Any:
    """Return x / hypot(x, y) without the factor of x."""
    part = divided(x)
    if part is None:
        return None
    r = applied(rows.hypot, x, y)
    return rows.where(rows.equal(r, 0.0), 0.0, quotient(part, r))


# Choices.


def choice_over(divided: Any, condition: Any, x: Any, y: Any) -> Any:
    """Return the choice between both branches without their factor.

    One branch may lack the factor r if the condition compares a multiple of r with something else,
    as in where(r < 1, r * r, 1.0): it is divided by r, because it is not taken where r is 0. A
    condition that compares two multiples of r compares what is left of them.
    """
    parts = [divided(x), divided(y)]
    compared: Sequence[Any] = ()
    if not isinstance(condition, float) and _orders(condition):
        compared = condition.args
    sides = [divided(side) for side in compared]
    if sides and _all_divided(sides):
        condition = condition.op(*sides)
    if isinstance(condition, float):
        return parts[0] if condition else parts[1]
    if not _all_divided(parts):
        missing = 0 if parts[0] is None else 1
        multiples = [
            (part, side)
            for part, side in zip(sides, compared)
            if part is not None and not isinstance(side, float)
        ]
        if not multiples or parts[1 - missing] is None:
            return None
        at_0 = condition.op(
            *[number if side is None else 0.0 for side, number in zip(sides, compared)]
        )
        if isinstance(at_0, float) and (at_0 == 1.0) == (missing == 0):
            return None  # it is the branch that is taken there
        part, side = multiples[0]
        inverse = rows.where(rows.equal(side, 0.0), 0.0, quotient(part, side))
        parts[missing] = guarded((x, y)[missing], inverse)
    return applied(rows.where, condition, *parts)


def limit_over(name: str) -> Callable[..., Any]:
    """Return the fact `over` of a row that gives x under a condition on x and y, else y."""
    return lambda divided, x, y: choice_over(divided, getattr(rows, name)(x, y), x, y)


def clip_over(divided: Any, x: Any, low: Any, high: Any) -> Any:
    """Return the limited number without its factor, as the choice that it is."""
    return choice_over(divided, rows.less(x, low), low, rows.where(rows.greater(x, high), high, x))


def elu_over(divided: Any, x: Any, alpha: Any) -> Any:
    """Return elu without its factor, as the choice that it is."""
    return choice_over(divided, rows.greater(x, 0.0), x, guarded(alpha, rows.expm1(x)))


def gate_over(divided: Any, x: Any, g: Any) -> Any:
    """Return the gate of g without its factor; x too loses it, if x has it."""
    part = divided(g)
    if part is None:
        return None
    side = divided(x)
    return applied(rows.gate, x if side is None else side, part)


def preference_over(divided: Any, x: Any, y: Any, g: Any) -> Any:
    """Return the preference of g without its factor; x and y too lose it, if both have it."""
    part = divided(g)
    if part is None:
        return None
    sides = [divided(x), divided(y)]
    return applied(rows.prefer, *(sides if _all_divided(sides) else (x, y)), part)


def _orders(condition: Any) -> bool:
    return condition.op in (rows.less, rows.less_equal, rows.greater, rows.greater_equal)


def _all_divided(parts: Sequence[Any]) -> bool:
    return all(part is not None for part in parts)


# Odd functions, by the power series in x*x of f(x) / x. Of a small x that quotient cancels in its
# derivatives, and at 0 it is 0/0; the series does neither. Each is right to the last digit, its
# first three derivatives included, up to the bound that is named.


def odd_over(name: str, ratio: Callable[..., Any], bound: float) -> Callable[..., Any]:
    """Return the fact `over` of an odd function f: its argument's part times f(x) / x.

    Up to `bound` the quotient is `ratio(x)`, which is smooth and does not cancel, however often it
    is differentiated; beyond, a division.
    """

    def over(divided: Any, x: Any) -> Any:
        part = divided(x)
        if part is None:
            return None
        return guarded(
            part,
            rows.where(
                rows.less(rows.abs(x), bound), ratio(x), quotient(getattr(rows, name)(x), x)
            ),
        )

    return over


def even_series(coefficients: tuple[float, ...]) -> Callable[..., Any]:
    """Return the series c0 + c1 * x**2 + ... as a function: flat, so that its derivatives are."""

    def total(x: Any) -> Any:
        powers = [applied(rows.pow, x, 2.0 * n) for n in range(1, len(coefficients))]
        return applied(rows.dot, *coefficients, 1.0, *powers)

    return total


def _alternating(coefficients: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(-c if n % 2 else c for n, c in enumerate(coefficients))


# 1 / 25! is 6e-26, and (1/4)**34 is 3e-21
ENTIRE, ALGEBRAIC = range(13), range(17)

SINH_TERMS = tuple(1.0 / factorial(2 * n + 1) for n in ENTIRE)
ERF_TERMS = tuple(2.0 / sqrt(pi) / (factorial(n) * (2 * n + 1)) for n in ENTIRE)
ATANH_TERMS = tuple(1.0 / (2 * n + 1) for n in ALGEBRAIC)
ASIN_TERMS = tuple(comb(2 * n, n) / (4.0**n * (2 * n + 1)) for n in ALGEBRAIC)

# For |x| <= 1
SINH = even_series(SINH_TERMS)
SIN = even_series(_alternating(SINH_TERMS))
# For |x| <= 1/2
ERF = even_series(_alternating(ERF_TERMS))
# For |x| <= 1/4
ATANH = even_series(ATANH_TERMS)
ATAN = even_series(_alternating(ATANH_TERMS))
ASIN = even_series(ASIN_TERMS)
ASINH = even_series(_alternating(ASIN_TERMS))
