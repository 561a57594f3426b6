"""Sums over the paths to a leaf, as logarithms: products that underflow, sums that cancel."""

from __future__ import annotations

from math import exp, floor, inf, isfinite, isnan, log, log1p
from sys import float_info
from typing import NamedTuple

from autograd import Value
from autograd.reverse import Contribution, Visit
from autograd.runtime import computed
from visualize.steps.paths import Path, largest_paths
from visualize.text import significant
from visualize.why.ways import Ways

LN10 = log(10.0)
SMALLEST = float_info.min  # below it floats have fewer digits


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
    """Return the number with that natural logarithm as text, however large or small.

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

    A derivative of 0 ends a path, as in the sweep.
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


class Sizes(Ways):
    """Ways, with the sizes of the products of local derivatives along them."""

    @property
    def total(self) -> float:
        """The gradient, the sum over all paths; 0.0 where the sweep did not reach the leaf."""
        return self.gradient or 0.0

    @computed
    def below(self) -> dict[Value, float]:
        """The logarithm of the sum of |products| from each value down to the leaf."""
        return sums_to_leaf(self.visits, self.leaf)

    @computed
    def main_path(self) -> Path | None:
        """The path with the largest |product|."""
        paths = largest_paths(self.passes, [self.leaf], count=1)[self.leaf]
        return paths[0] if paths else None

    @computed
    def underflows(self) -> list[tuple[float, Visit, Contribution]]:
        """Products that are 0 or lost digits though no factor is 0, with their true logarithms."""
        return [
            (log_size(visit.gradient) + log_size(contribution.local) + self.below[operand],
             visit, contribution)
            for visit in self.visits
            for contribution in visit.contributions
            if (operand := contribution.operand) in self.below
            and contribution.sent is not None
            and abs(contribution.sent) < SMALLEST
            and visit.gradient and contribution.local and isfinite(contribution.local)
        ]  # fmt: skip

    @computed
    def cancellations(self) -> list[tuple[float, Value]]:
        """Values whose contributions cancel, the worst first.

        Each has the logarithm of the sum of |contributions| times its derivative by the leaf.
        """
        terms: dict[Value, float] = {}
        for operand, came in self.incoming.items():
            total = sum(abs(c.sent) for _, c in came if c.sent)
            if total and operand in self.below and len(came) > 1:
                terms[operand] = total
        slopes = _slopes(self)
        found = []
        for visit in self.visits:  # root first: equal ones keep the order of the sweep
            size, gradient = terms.get(visit.node), abs(visit.gradient)
            if size is None or size < 2.0 * gradient:
                continue
            # a sum that is 0 has cancelled, whatever comes below it
            weight = log_size(slopes.get(visit.node)) if gradient else self.below[visit.node]
            found.append((log(size) + weight, visit.node))
        return sorted(found, key=lambda item: -item[0])


def _slopes(ways: Ways) -> dict[Value, float]:
    """Return the derivative of each value by the leaf, as forward mode computes it."""
    slopes = {ways.leaf: 1.0}
    for node, _, contributions in reversed(ways.visits):
        terms = [
            c.local * slopes[c.operand] for c in contributions if c.local and slopes.get(c.operand)
        ]
        if terms:
            slopes[node] = sum(terms)
    return slopes
