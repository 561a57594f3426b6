"""Sizes of sums over paths as logarithms: beyond the largest float and below the smallest."""

from __future__ import annotations

from math import exp, floor, inf, isnan, log, log1p
from typing import NamedTuple

from autograd import Value, Visit
from visualize.digits import significant

__all__ = ["SignedSums", "log_size", "power", "sums_from_root", "sums_to_leaf"]

LN10 = log(10.0)


class SignedSums(NamedTuple):
    """The sums of the positive and of the negative products of paths, as natural logarithms."""

    positive: float = -inf
    negative: float = -inf

    @property
    def size(self) -> float:
        """The sum of the |products|."""
        return added(self.positive, self.negative)

    @property
    def total(self) -> float:
        """The |sum| of the products."""
        high, low = max(self), min(self)
        if low == -inf:
            return high
        return high + log1p(-exp(low - high)) if low < high else -inf


def added(first: float, second: float) -> float:
    """Return the logarithm of a sum, from those of two terms.

    >>> round(exp(added(log(2.0), log(3.0))), 9), added(-inf, 1.0)
    (5.0, 1.0)
    """
    high, low = (first, second) if first > second else (second, first)
    return high if low == -inf or high == inf else high + log1p(exp(low - high))


def log_size(number: float | None) -> float:
    """Return the logarithm of |number|; -inf for 0, nan and None.

    >>> log_size(-1.0), log_size(0.0)
    (0.0, -inf)
    """
    return log(abs(number)) if number and not isnan(number) else -inf


def power(logarithm: float) -> str:
    """Return the number with that natural logarithm, however large or small.

    >>> power(log(0.25)), power(-1000.0), power(-inf)
    ('0.25', '5.08e-435', '0')
    """
    if logarithm in (-inf, inf):
        return "0" if logarithm < 0 else "inf"
    if -700.0 < logarithm < 700.0:
        return significant(exp(logarithm))
    exponent = floor(logarithm / LN10)
    return f"{10 ** (logarithm / LN10 - exponent):.3g}e{exponent:+d}"


def sums_from_root(visits: list[Visit]) -> dict[Value, SignedSums]:
    """Return the sums over all paths from the root to each value.

    A derivative of 0 ends a path, whatever comes after it, as in the sweep.
    """
    sums = {visits[0].node: SignedSums(0.0)} if visits else {}
    for node, _, contributions in visits:
        positive, negative = sums.get(node, SignedSums())
        if positive == negative == -inf:
            continue
        for operand, _, local, _, _ in contributions:
            factor = log_size(local)
            if factor == -inf or local is None:
                continue
            old = sums.get(operand, SignedSums())
            up, down = (positive, negative) if local > 0.0 else (negative, positive)
            sums[operand] = SignedSums(
                added(old.positive, up + factor), added(old.negative, down + factor)
            )
    return sums


def sums_to_leaf(visits: list[Visit], leaf: Value) -> dict[Value, float]:
    """Return the logarithm of the sum of |products| over all paths from each value to the leaf."""
    sums = {leaf: 0.0}
    for node, _, contributions in reversed(visits):
        total = sums.get(node, -inf)
        for operand, _, local, _, _ in contributions:
            below, factor = sums.get(operand, -inf), log_size(local)
            if below != -inf and factor != -inf:
                total = added(total, below + factor)
        if total != -inf:
            sums[node] = total
    return sums
