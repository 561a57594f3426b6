"""Gradients that are 0, tiny or huge by arithmetic: underflow, cancellation, long chains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from math import isfinite, log
from sys import float_info

from autograd import Contribution, Value, Visit
from visualize.backpropagation.diagnosis import Finding
from visualize.backpropagation.magnitude import (
    LN10,
    log_size,
    power,
    sums_from_root,
    sums_to_leaf,
)
from visualize.backpropagation.paths import Path, PathEdge, largest_paths
from visualize.backpropagation.ways import Ways
from visualize.digits import counted, significant

__all__ = ["HUGE", "TINY", "Sizes"]

TINY = 1e-6  # a step of 0.1 times that moves a weight of 1 by nothing in a million steps
HUGE = 1e4
CANCELLED = log(1e6)  # how much larger a gradient would be without the cancellation
LOST = log(1e-3)  # what part of a gradient an underflow must have taken away
SMALLEST = float_info.min  # below it floats have fewer digits
MOST = 5


class Sizes:
    """What sizes the products of local derivatives have, and what is made of them."""

    def __init__(self, ways: Ways) -> None:
        self.ways = ways
        self.gradient = ways.gradient or 0.0

    @cached_property
    def below(self) -> dict[Value, float]:
        """The logarithm of the sum of |products| from each value down to the leaf."""
        return sums_to_leaf(self.ways.visits, self.ways.leaf)

    @cached_property
    def path(self) -> Path | None:
        """The path with the largest |product|."""
        paths = largest_paths(self.ways.passes, [self.ways.leaf], count=1)[self.ways.leaf]
        return paths[0] if paths else None

    @cached_property
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

    @cached_property
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

    def underflowed(self) -> Finding | None:
        """Return where a product of numbers that are not 0 became 0 or lost its digits."""
        if not self.underflows:
            return None
        # Where the gradient is 0, products with fewer digits are only the way there.
        lost = [item for item in self.underflows if not item[2].sent]
        candidates = lost if lost and not self.gradient else self.underflows
        size, visit, contribution = max(candidates, key=lambda item: item[0])
        if self.gradient == 0.0:
            if self.cancellations and self.cancellations[0][0] > size:
                return None
        elif size - log_size(self.gradient) < LOST and abs(self.gradient) >= SMALLEST:
            return None
        ways, node = self.ways, visit.node
        true = sums_from_root(ways.visits)[ways.leaf]
        product = power(log_size(visit.gradient) + log_size(contribution.local))
        lines = [
            ways.said(node),
            *ways.at(node),
            f"    {ways.slope(node, contribution.position, contribution.local or 0.0)}, times the "
            f"gradient {significant(visit.gradient)}, is {product} in size; the float for it is "
            f"{significant(contribution.sent or 0.0)}",
            f"the true gradient is about {power(true.total)} (log10 {true.total / LN10:.1f})"
            if true.total > true.size - log(1e6)
            else f"the |products| of all paths add up to {power(true.size)}",
            *self._chain(shrinking=True),
        ]
        what = "0" if self.gradient == 0.0 else "short of digits"
        return Finding(
            "underflowed",
            f"underflowed: a product of factors that are not 0 is below all floats and became "
            f"{what}",
            tuple(lines),
            (node,),
            "work with logarithms (log_softmax, logsumexp, sums of logs), scale the factors "
            "towards 1, or shorten the chain",
            self._way(),
        )

    def cancelled(self) -> Finding | None:
        """Return where large contributions add up to little or nothing."""
        if not self.cancellations:
            return None
        size, node = self.cancellations[0]
        if self.gradient == 0.0:
            if self.underflows and max(item[0] for item in self.underflows) >= size:
                return None
        elif size - log_size(self.gradient) < self._much():
            return None
        ways = self.ways
        sums = sums_from_root(ways.visits)[ways.leaf]
        name = ways.names[node]
        came = [(visit, c) for visit, c in ways.incoming[node] if c.sent]
        came.sort(key=lambda step: -abs(step[1].sent or 0.0))
        lines = [
            f"the paths to {ways.names[ways.leaf]} add up to +{power(sums.positive)} and "
            f"-{power(sums.negative)}: {power(sums.size)} in size, and "
            f"{significant(self.gradient)} is left",
            f"at {name} the contributions cancel:",
        ]
        for visit, contribution in came[:MOST]:
            lines.append(f"  {significant(contribution.sent or 0.0)} from {ways.said(visit.node)}")
            lines += [f"  {line}" for line in ways.at(visit.node)]
        if len(came) > MOST:
            lines.append(f"  … and {len(came) - MOST:,} more")
        left = "nothing" if self.gradient == 0.0 else f"little, {significant(self.gradient)}"
        return Finding(
            "cancelled",
            f"cancelled: contributions of both signs add up to {left}",
            tuple(lines),
            (node, *dict.fromkeys(visit.node for visit, _ in came[:MOST])),
            "if the root should depend on this value, look for a term that is added and taken away "
            "again; a small difference of large numbers has few right digits, so take the "
            "difference by algebra",
        )

    def _much(self) -> float:
        """Return how much a cancellation must take; of a tiny gradient, half of its smallness."""
        if abs(self.gradient) >= TINY:
            return CANCELLED
        return min(CANCELLED, -log_size(self.gradient) / 2.0)

    def vanishing(self) -> Finding | None:
        """Return the factors that make the gradient tiny."""
        if not 0.0 < abs(self.gradient) < TINY:
            return None
        path = self.path
        steps = len(path.edges) if path else 0
        return Finding(
            "vanishing",
            f"vanishing: tiny but not 0 after {counted(steps, 'step')} down its main path",
            tuple(self._chain(shrinking=True)),
            self._extreme(shrinking=True),
            "use relu or leaky_relu for saturated activations, start from larger weights, scale "
            "the inputs, or shorten the chain; near the lowest point of a loss every gradient is "
            "small, and nothing is wrong",
            self._way(),
        )

    def grown(self) -> Finding | None:
        """Return the factors that make the gradient huge."""
        if abs(self.gradient) < HUGE:
            return None
        path = self.path
        steps = len(path.edges) if path else 0
        return Finding(
            "grown",
            f"grown: huge after {counted(steps, 'step')} down its main path",
            tuple(self._chain(shrinking=False)),
            self._extreme(shrinking=False),
            "clip_grad_norm, a lower learning rate, smaller weights to start from, inputs scaled "
            "to about 1, or the mean of the losses for their sum",
            self._way(),
        )

    def healthy(self) -> Finding:
        """Return the size and the main path of a gradient that nothing is wrong with."""
        path = self.path
        lines = []
        if path and path.edges:
            share = f", product {significant(path.product)}"
            lines.append(f"main path: {self.ways.path(path.nodes)}{share}")
        return Finding("healthy", "healthy", tuple(lines), way=self._way())

    def _way(self) -> tuple[Value, ...]:
        return self.path.nodes if self.path else ()

    def _chain(self, *, shrinking: bool) -> list[str]:
        """Return the main path with the factors that make its product small or large."""
        path = self.path
        if path is None or not path.edges:
            return []
        ways = self.ways
        size = sum(log_size(edge.local) for edge in path.edges)
        lines = [
            f"main path: {ways.path(path.nodes)}",
            f"product of its {counted(len(path.edges), 'derivative')}: {power(size)} "
            f"(log10 {size / LN10:.1f})",
        ]
        all_paths = self.below.get(ways.root, size)
        if all_paths - size > log(2.0):
            lines.append(f"the |products| of all paths add up to {power(all_paths)}")
        count: Counter[str] = Counter()
        together: dict[str, float] = {}
        for edge in path.edges:
            row = edge.node.op.name if edge.node.op else ""
            count[row] += 1
            together[row] = together.get(row, 0.0) + log_size(edge.local)
        sign = 1 if shrinking else -1
        by_size = sorted(together, key=lambda row: sign * together[row])
        parts = [
            f"{row} ×{count[row]:,} {power(together[row])}"
            for row in by_size[:MOST]
            if sign * together[row] < 0
        ]
        if parts and len(path.edges) > 1:
            lines.append(f"by operation: {', '.join(parts)}")
        for edge in self._strongest(path.edges, shrinking=shrinking):
            lines.append(f"  {ways.slope(edge.node, edge.position, edge.local)}")
            lines += [f"  {line}" for line in ways.at(edge.node)]
        return lines

    def _strongest(self, edges: Sequence[PathEdge], *, shrinking: bool) -> list[PathEdge]:
        sign = 1 if shrinking else -1
        order = sorted(edges, key=lambda edge: sign * log_size(edge.local))
        return [edge for edge in order[:3] if sign * log_size(edge.local) < 0]

    def _extreme(self, *, shrinking: bool) -> tuple[Value, ...]:
        edges = self.path.edges if self.path else ()
        return tuple(edge.node for edge in self._strongest(edges, shrinking=shrinking))


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
