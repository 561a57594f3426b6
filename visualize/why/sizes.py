"""Sizes of the contributions to a gradient: what underflows and cancels on the ways to a leaf."""

from __future__ import annotations

from math import isfinite, log
from sys import float_info

from autograd import Contribution, Value, Visit, computed
from visualize.steps.paths import Path, largest_paths
from visualize.why.magnitude import log_size, sums_to_leaf
from visualize.why.ways import Ways

__all__ = ["SMALLEST", "Sizes"]

SMALLEST = float_info.min  # below it floats have fewer digits


class Sizes:
    """What sizes the products of local derivatives have, and what is made of them."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.gradient = ways.gradient or 0.0

    @computed
    def below(self) -> dict[Value, float]:
        """The logarithm of the sum of |products| from each value down to the leaf."""
        return sums_to_leaf(self.ways.visits, self.ways.leaf)

    @computed
    def path(self) -> Path | None:
        """The path with the largest |product|."""
        paths = largest_paths(self.ways.passes, [self.ways.leaf], count=1)[self.ways.leaf]
        return paths[0] if paths else None

    @computed
    def underflows(self) -> list[tuple[float, Visit, Contribution]]:
        """Products that are 0 or lost digits though no factor is 0, with what they stood for."""
        return [
            (log_size(visit.gradient) + log_size(contribution.local) + self.below[operand],
             visit, contribution)
            for visit in self.ways.visits
            for contribution in visit.contributions
            if (operand := contribution.operand) in self.below
            and contribution.sent is not None
            and abs(contribution.sent) < SMALLEST
            and visit.gradient and contribution.local and isfinite(contribution.local)
        ]  # fmt: skip

    @computed
    def cancellations(self) -> list[tuple[float, Value]]:
        """Values whose contributions cancel, with what each takes away, the most first.

        That is the logarithm of the sum of |contributions| times the derivative of the value by
        the leaf.
        """
        terms: dict[Value, float] = {}
        for operand, came in self.ways.incoming.items():
            total = sum(abs(c.sent) for _, c in came if c.sent)
            if total and operand in self.below and len(came) > 1:
                terms[operand] = total
        slopes = _slopes(self.ways)
        found = []
        for visit in self.ways.visits:  # root first: of equal ones, the first in the sweep
            size, gradient = terms.get(visit.node), abs(visit.gradient)
            if size is None or size < 2.0 * gradient:
                continue
            # A sum that is 0 is cancelled whatever comes below it.
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
