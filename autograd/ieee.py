"""Elementary functions of floats made total: nan or inf, as IEEE 754 and NumPy have it.

Python's `math` raises where C returns: ValueError for a domain fault, OverflowError for a result
too large, ZeroDivisionError for a pole. Here every function returns a float for every float.
"""

from __future__ import annotations

import math
import operator
from math import copysign, inf, isnan, nan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def divide(x: float, y: float) -> float:
    """Return x / y; a zero divisor gives a signed infinity, or nan for 0/0 and nan/0."""
    try:
        return x / y
    except ZeroDivisionError:
        if x == 0.0 or isnan(x):
            return nan
        return copysign(inf, x) * copysign(1.0, y)


def power(x: float, y: float) -> float:
    """Return x**y as C's pow: a negative base with a fractional exponent is nan, never complex."""
    try:
        return math.pow(x, y)
    except OverflowError:
        return -inf if x < 0.0 and math.fmod(y, 2.0) != 0.0 else inf
    except ValueError:
        if x == 0.0:  # a pole: 0**negative, signed for odd integers
            odd = y != -inf and math.fmod(y, 2.0) == -1.0
            return copysign(inf, x) if odd else inf
        return nan


def power_log(x: float, y: float, k: float) -> float:
    """Return x**y * log(x)**k; for k > 0 it is 0 at x = 0 for y >= 0, and at x = inf for y < 0."""
    if k and ((x == 0.0 and y >= 0.0) or (x == inf and y < 0.0)):
        return 0.0
    return power(x, y) * power(log(x), k)


def nan_outside(function: Callable[[float], float]) -> Callable[[float], float]:
    """Return `function` with nan where `math` raises ValueError: a domain without poles."""

    def total(x: float) -> float:
        try:
            return function(x)
        except ValueError:
            return nan

    return total


def inf_on_overflow(function: Callable[[float], float]) -> Callable[[float], float]:
    """Return `function` with inf where `math` raises OverflowError: a result beyond 1.8e308."""

    def total(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return inf

    return total


exp = inf_on_overflow(math.exp)
expm1 = inf_on_overflow(math.expm1)
cosh = inf_on_overflow(math.cosh)


def sinh(x: float) -> float:
    """Return the hyperbolic sine; signed infinity beyond about 710.48."""
    try:
        return math.sinh(x)
    except OverflowError:
        return copysign(inf, x)


def log(x: float) -> float:
    """Return the natural logarithm; -inf at 0, nan below."""
    try:
        return math.log(x)
    except ValueError:
        return -inf if x == 0.0 else nan


def log1p(x: float) -> float:
    """Return log(1 + x), exact near 0; -inf at -1, nan below."""
    try:
        return math.log1p(x)
    except ValueError:
        return -inf if x == -1.0 else nan


def atanh(x: float) -> float:
    """Return the inverse hyperbolic tangent; signed infinity at +-1, nan beyond."""
    try:
        return math.atanh(x)
    except ValueError:
        return copysign(inf, x) if abs(x) == 1.0 else nan


def semicircle(x: float) -> float:
    """Return sqrt(1 - x*x), exact at both ends; nan outside [-1, 1]."""
    square = (1.0 - x) * (1.0 + x)
    return math.sqrt(square) if square >= 0.0 else nan


def sech_squared(x: float) -> float:
    """Return 1 / cosh(x)**2, with all digits in both tails."""
    beside = 1.0 + abs(math.tanh(x))
    return math.exp(-2.0 * abs(x)) * beside * beside


def sigmoid(x: float) -> float:
    """Return 1 / (1 + e**-x), computed so that neither tail overflows."""
    e = math.exp(-abs(x))  # nan stays nan
    return (1.0 if x >= 0.0 else e) * (1.0 / (1.0 + e))


def logistic_density(x: float) -> float:
    """Return sigmoid(x) * sigmoid(-x), with all digits in both tails."""
    e = math.exp(-abs(x))
    return e * (1.0 / (1.0 + e)) * (1.0 / (1.0 + e))


def share(x: float, y: float) -> float:
    """Return e**x / (e**x + e**y); a half for x = y, infinite ones as well."""
    return 0.5 if x == y else sigmoid(x - y)


def logaddexp(x: float, y: float) -> float:
    """Return log(e**x + e**y) as the larger one and log1p(e**-|x - y|)."""
    if x == y:
        return x + 0.6931471805599453  # infinite ones as well
    return (max(y, x)) + math.log1p(math.exp(-abs(x - y)))


def logaddexp_n(*xs: float) -> float:
    """Return log(e**x1 + ... + e**xn) as the largest one and log1p of the others beside it."""
    if len(xs) < 3:  # as a fold that starts from that of nothing, so that -0.0 alone is 0.0
        return logaddexp(*xs) if len(xs) == 2 else xs[0] + 0.0 if xs else -inf
    top = largest(xs)
    if not math.isfinite(top):
        return top
    others = [*xs]
    others.remove(top)
    return top + math.log1p(sum([math.exp(x - top) for x in others]))


def softplus(x: float) -> float:
    """Return log(1 + e**x) as max(x, 0) + log1p(e**-|x|), which never overflows."""
    if isnan(x):
        return x
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def elu(x: float, alpha: float) -> float:
    """Return x for x > 0, else alpha * (e**x - 1) (Clevert, Unterthiner, Hochreiter 2015)."""
    return x if x > 0.0 else alpha * expm1(x)


def silu(x: float) -> float:
    """Return x * sigmoid(x)."""
    e = math.exp(-abs(x))
    return x * ((1.0 if x >= 0.0 else e) / (1.0 + e))


def gelu(x: float) -> float:
    """Return x * Phi(x), Phi the normal distribution function (Hendrycks, Gimpel 2016)."""
    # erfc keeps the digits of the lower tail that 1 + erf(x) would cancel
    return 0.5 * x * math.erfc(-x * 0.7071067811865476)


def maximum(x: float, y: float) -> float:
    """Return the larger operand; nan if either is nan, as numpy.maximum."""
    if x > y or isnan(x):
        return x
    return y


def largest(xs: Iterable[float]) -> float:
    """Return the largest of the numbers, -inf of none; nan if one is nan."""
    result = -inf
    for x in xs:
        result = maximum(result, x)
    return result


def minimum(x: float, y: float) -> float:
    """Return the smaller operand; nan if either is nan, as numpy.minimum."""
    if x < y or isnan(x):
        return x
    return y


def sum_of_products(*args: float) -> float:
    """Return x1*y1 + ... + xn*yn of the arguments x1 ... xn, y1 ... yn."""
    return sum(map(operator.mul, *_halves(args)), 0.0)


def _halves(args: tuple[float, ...]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return x1 ... xn and y1 ... yn; ValueError for an odd number of factors."""
    half, rest = divmod(len(args), 2)
    if rest:
        raise ValueError(
            f"a sum of products takes x1 ... xn, y1 ... yn, not {len(args)} numbers; "
            "autograd.dot takes two lists"
        )
    return args[:half], args[half:]


def sum_of_guarded_products(*args: float) -> float:
    """Return the same sum without the products that have a factor of 0."""
    return sum((x * y for x, y in zip(*_halves(args)) if x and y), 0.0)


def ordered_sum(*xs: float) -> float:
    """Return x1 + x2 + ..., each sum rounded; `sum` compensates from Python 3.12 on."""
    total = -0.0
    for x in xs:
        total += x
    return total


def ordered_sum_of_products(*args: float) -> float:
    """Return x1*y1 + x2*y2 + ..., each product and each sum rounded."""
    return ordered_sum(*map(operator.mul, *_halves(args)))


def gate(x: float, g: float) -> float:
    """Return g for x > 0, else 0; nan for a nan x, unless g is 0."""
    return g if x > 0.0 else 0.0 if x <= 0.0 or g == 0.0 else x


def cosine(x: float, y: float) -> float:
    """Return x / hypot(x, y), 0 at the origin."""
    r = math.hypot(x, y)
    return x / r if r else 0.0
