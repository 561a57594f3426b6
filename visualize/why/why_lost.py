"""Gradients lost in arithmetic: by underflow of products, and by cancellation of sums."""

from __future__ import annotations

from math import log

from visualize.digits import significant
from visualize.why.diagnosis import Finding
from visualize.why.magnitude import LN10, log_size, power, sums_from_root
from visualize.why.sizes import SMALLEST, Sizes
from visualize.why.why_chain import TINY, chain_lines, main_way

__all__ = ["cancelled", "underflowed"]

CANCELLED = log(1e6)  # how much larger a gradient would be without the cancellation
LOST = log(1e-3)  # what part of a gradient an underflow must have taken away
MOST = 5  # contributions to name


def underflowed(sizes: Sizes) -> Finding | None:
    """Return where a product of numbers that are not 0 became 0 or lost its digits."""
    if not sizes.underflows:
        return None
    # Where the gradient is 0, products with fewer digits are only the way there.
    lost = [item for item in sizes.underflows if not item[2].sent]
    candidates = lost if lost and not sizes.gradient else sizes.underflows
    size, visit, contribution = max(candidates, key=lambda item: item[0])
    if sizes.gradient == 0.0:
        if sizes.cancellations and sizes.cancellations[0][0] > size:
            return None
    elif size - log_size(sizes.gradient) < LOST and abs(sizes.gradient) >= SMALLEST:
        return None
    ways, node = sizes.ways, visit.node
    true = sums_from_root(ways.visits)[ways.leaf]
    product = power(log_size(visit.gradient) + log_size(contribution.local))
    lines = [
        ways.said(node, contribution.position),
        *ways.at(node),
        f"    {ways.slope(node, contribution.position, contribution.local or 0.0)}, times the "
        f"gradient {significant(visit.gradient)}, is {product} in size; the float for it is "
        f"{significant(contribution.sent or 0.0)}",
        f"the true gradient is about {power(true.total)} (log10 {true.total / LN10:.1f})"
        if true.total > true.size - log(1e6)
        else f"the |products| of all paths add up to {power(true.size)}",
        *chain_lines(sizes, shrinking=True),
    ]
    what = "0" if sizes.gradient == 0.0 else "short of digits"
    return Finding(
        "underflowed",
        f"underflowed: a product of factors that are not 0 is below all floats and became {what}",
        tuple(lines),
        (node,),
        "work with logarithms (log_softmax, logsumexp, sums of logs), scale the factors "
        "towards 1, or shorten the chain",
        main_way(sizes),
    )


def cancelled(sizes: Sizes) -> Finding | None:
    """Return where large contributions add up to little or nothing."""
    if not sizes.cancellations:
        return None
    size, node = sizes.cancellations[0]
    if sizes.gradient == 0.0:
        if sizes.underflows and max(item[0] for item in sizes.underflows) >= size:
            return None
    elif size - log_size(sizes.gradient) < _much(sizes):
        return None
    ways = sizes.ways
    sums = sums_from_root(ways.visits)[ways.leaf]
    name = ways.names[node]
    came = [(visit, c) for visit, c in ways.incoming[node] if c.sent]
    came.sort(key=lambda step: -abs(step[1].sent or 0.0))
    lines = [
        f"the paths to {ways.names[ways.leaf]} add up to +{power(sums.positive)} and "
        f"-{power(sums.negative)}: {power(sums.size)} in size, and "
        f"{significant(sizes.gradient)} is left",
        f"at {name} the contributions cancel:",
    ]
    for visit, contribution in came[:MOST]:
        said = ways.said(visit.node, contribution.position)
        lines.append(f"  {significant(contribution.sent or 0.0)} from {said}")
        lines += [f"  {line}" for line in ways.at(visit.node)]
    if len(came) > MOST:
        lines.append(f"  … and {len(came) - MOST:,} more")
    left = "nothing" if sizes.gradient == 0.0 else f"little, {significant(sizes.gradient)}"
    return Finding(
        "cancelled",
        f"cancelled: contributions of both signs add up to {left}",
        tuple(lines),
        (node, *dict.fromkeys(visit.node for visit, _ in came[:MOST])),
        "if the root should depend on this value, look for a term that is added and taken away "
        "again; a small difference of large numbers has few right digits, so take the "
        "difference by algebra",
    )


def _much(sizes: Sizes) -> float:
    """Return how much a cancellation must take; of a tiny gradient, half of its smallness."""
    if abs(sizes.gradient) >= TINY:
        return CANCELLED
    return min(CANCELLED, -log_size(sizes.gradient) / 2.0)
