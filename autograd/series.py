"""Power series in x * x of odd functions divided by their argument, as tuples of coefficients.

f(x) / x of a small x cancels in its derivatives, and at 0 it is 0/0. The series does neither. Each
is right to the last digit, its first three derivatives included, up to the bound named there.
"""

from __future__ import annotations

from math import comb, factorial, pi, sqrt

__all__ = ["ASIN", "ASINH", "ATAN", "ATANH", "ERF", "SIN", "SINH"]

# 1 / 25! is 6e-26, and (1/4)**34 is 3e-21
ENTIRE, ALGEBRAIC = range(13), range(17)


def _alternating(coefficients: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(-c if n % 2 else c for n, c in enumerate(coefficients))


# For |x| <= 1
SINH = tuple(1.0 / factorial(2 * n + 1) for n in ENTIRE)
SIN = _alternating(SINH)
# For |x| <= 1/2
ERF = _alternating(tuple(2.0 / sqrt(pi) / (factorial(n) * (2 * n + 1)) for n in ENTIRE))
# For |x| <= 1/4
ATANH = tuple(1.0 / (2 * n + 1) for n in ALGEBRAIC)
ATAN = _alternating(ATANH)
ASIN = tuple(comb(2 * n, n) / (4.0**n * (2 * n + 1)) for n in ALGEBRAIC)
ASINH = _alternating(ASIN)
