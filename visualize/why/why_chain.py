"""Gradients by the factors along their main path: vanishing, grown, healthy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log

from autograd import Value
from visualize.digits import counted, significant
from visualize.steps.paths import PathEdge
from visualize.why.advice import against
from visualize.why.diagnosis import Finding
from visualize.why.factors import forward_growth, shrinkage
from visualize.why.magnitude import LN10, log_size, power
from visualize.why.sizes import Sizes

__all__ = ["HUGE", "TINY", "chain_lines", "grown", "healthy", "main_way", "vanishing"]

TINY = 1e-6  # at a rate of 0.1 it takes ten million steps to move a weight by 1
HUGE = 1e4
MOST = 5  # operations to name
MOST_OF_IT = 0.6  # of the logarithm of a huge gradient
SMALLER = (
    "clip_grad_norm, a lower learning rate, smaller weights to start from, inputs scaled to about "
    "1, or the mean of the losses for their sum"
)


def vanishing(sizes: Sizes) -> Finding | None:
    """Return the factors that make the gradient tiny."""
    if not 0.0 < abs(sizes.gradient) < TINY:
        return None
    path = sizes.path
    steps = len(path.edges) if path else 0
    cause = shrinkage(path.edges if path else ())
    summary = f"vanishing: tiny but not 0 after {counted(steps, 'step')} down its main path"
    return Finding(
        "vanishing",
        f"{summary}, {cause.says}" if cause.says else summary,
        tuple(chain_lines(sizes, shrinking=True)),
        cause.nodes or _extreme(sizes, shrinking=True),
        cause.way_out,
        main_way(sizes),
    )


def grown(sizes: Sizes) -> Finding | None:
    """Return the factors that make the gradient huge."""
    if abs(sizes.gradient) < HUGE:
        return None
    path = sizes.path
    steps = len(path.edges) if path else 0
    lines = chain_lines(sizes, shrinking=False)
    growth = forward_growth(path.edges if path else ())
    summary = f"grown: huge after {counted(steps, 'step')} down its main path"
    if growth:
        first, last, count, times = growth
        names = sizes.ways.names
        summary = (
            f"grown: huge because the numbers of the forward pass are: they grow "
            f"{significant(times)} times a step, over {counted(count, 'step')}"
        )
        lines.append(
            f"forward: {names[first]} = {significant(first.data)}, {counted(count, 'step')} later "
            f"{names[last]} = {significant(last.data)}"
        )
    return Finding(
        "grown",
        summary,
        tuple(lines),
        _extreme(sizes, shrinking=False),
        _against_one(path.edges if path else ()) or SMALLER,
        main_way(sizes),
    )


def _against_one(edges: Sequence[PathEdge]) -> str:
    """Return what to do about the one operation near its pole that makes most of a gradient."""
    sizes = [max(log_size(edge.local), 0.0) for edge in edges]
    largest = max(sizes, default=0.0)
    if not largest or largest < MOST_OF_IT * sum(sizes):
        return ""
    node = edges[sizes.index(largest)].node
    near = min(abs(arg.data) for arg in node.args) < 1.0  # of a large power the base is large
    return against(node.op) if near else ""


def healthy(sizes: Sizes) -> Finding:
    """Return the size and the main path of a gradient that nothing is wrong with."""
    path = sizes.path
    lines = []
    if path and path.edges:
        share = f", product {significant(path.product)}"
        lines.append(f"main path: {sizes.ways.path(path.nodes)}{share}")
    return Finding("healthy", "healthy", tuple(lines), way=main_way(sizes))


def main_way(sizes: Sizes) -> tuple[Value, ...]:
    """Return the values on the path with the largest |product|, root first."""
    return sizes.path.nodes if sizes.path else ()


def chain_lines(sizes: Sizes, *, shrinking: bool) -> list[str]:
    """Return the main path with the factors that make its product small or large."""
    path = sizes.path
    if path is None or not path.edges:
        return []
    ways = sizes.ways
    size = sum(log_size(edge.local) for edge in path.edges)
    lines = [
        f"main path: {ways.path(path.nodes)}",
        f"product of its {counted(len(path.edges), 'derivative')}: {power(size)} "
        f"(log10 {size / LN10:.1f})",
    ]
    all_paths = sizes.below.get(ways.root, size)
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
    for edge in _strongest(path.edges, shrinking=shrinking):
        lines.append(f"  {ways.slope(edge.node, edge.position, edge.local)}")
        lines += [f"  {line}" for line in ways.at(edge.node)]
    return lines


def _strongest(edges: Sequence[PathEdge], *, shrinking: bool) -> list[PathEdge]:
    sign = 1 if shrinking else -1
    order = sorted(edges, key=lambda edge: sign * log_size(edge.local))
    return [edge for edge in order[:3] if sign * log_size(edge.local) < 0]


def _extreme(sizes: Sizes, *, shrinking: bool) -> tuple[Value, ...]:
    edges = sizes.path.edges if sizes.path else ()
    return tuple(edge.node for edge in _strongest(edges, shrinking=shrinking))
