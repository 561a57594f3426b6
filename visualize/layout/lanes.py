"""Straight lanes across the ranks, one for each cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from visualize.layout.cluster_tree import ROOT, ClusterTree
from visualize.layout.layering import Layering

__all__ = ["Insets", "Run", "borders_and_items", "runs_of", "widen_lanes"]


@dataclass(frozen=True, slots=True)
class Insets:
    """Distances across the ranks: between items, and from a cluster's border to what it holds."""

    node_gap: float
    bend_gap: float  # between two items, one or both of them virtual
    low: float  # inside a cluster's lower border
    high: float


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbours in one rank with no cluster border between them, and what lies on either side.

    `low` and `high` name the cluster border on that side, with True where it is the near border of
    the cluster around the run and False where it is the far border of a neighbouring cluster.
    """

    items: list[int]
    low: tuple[int, bool]
    high: tuple[int, bool]


def runs_of(items: Sequence[int], cluster: Sequence[int], tree: ClusterTree) -> list[Run]:
    """Cut one ordered rank into runs at the borders of clusters."""
    runs: list[Run] = []
    low = (ROOT, True)
    current: list[int] = []
    for place, item in enumerate(items):
        if current and cluster[current[-1]] != cluster[item]:
            before, after = cluster[current[-1]], cluster[item]
            common = tree.common(before, after)
            closed, opened = tree.between(before, common), tree.between(after, common)
            runs.append(Run(current, low, (before, True) if closed else (opened[-1], False)))
            low = (after, True) if opened else (closed[-1], False)
            current = []
        elif not current and place == 0:
            low = (cluster[item], True)
        current.append(item)
    if current:
        runs.append(Run(current, low, (cluster[current[-1]], True)))
    return runs


def widen_lanes(
    order: Sequence[Sequence[int]],
    centre: list[float],
    half: Sequence[float],
    layering: Layering,
    tree: ClusterTree,
    insets: Insets,
    least: Sequence[float],
) -> tuple[list[float], list[float]]:
    """Move items apart until every cluster has a straight lane of its own; return the lanes.

    Unknowns are the centres of the items and both borders of every cluster. Every rank says, from
    one end to the other, which must lie how far behind which, and `least` how far a cluster's high
    border must lie behind its low one. The ranks agree on the order of siblings, so these
    constraints have no cycle: count, for each child of a parent, the sibling clusters up to it in
    that order; no constraint leads to a lower count. Pushing everything just far enough up gives
    one solution, pushing down another, and their mean, being a convex combination of solutions of
    linear constraints, is a solution too.

    Returns the low and high border of each cluster; those of the root are infinite.
    """
    count = len(centre)
    low, high = count, count + len(tree)  # indices of the border unknowns
    wish = [*centre, *([float("inf")] * len(tree)), *([float("-inf")] * len(tree))]
    for item, middle in enumerate(centre):
        for depth, inner in enumerate(tree.between(layering.cluster[item], ROOT), start=1):
            wish[low + inner] = min(wish[low + inner], middle - half[item] - depth * insets.low)
            wish[high + inner] = max(wish[high + inner], middle + half[item] + depth * insets.high)
    after: list[list[tuple[int, float]]] = [[] for _ in wish]
    waiting = [0] * len(wish)
    for items in order:
        previous = -1
        for unknown, distance in borders_and_items(items, half, layering, tree, insets):
            if previous >= 0:
                after[previous].append((unknown, distance))
                waiting[unknown] += 1
            previous = unknown
    for cluster, breadth in enumerate(least):
        if breadth:
            after[low + cluster].append((high + cluster, breadth))
            waiting[high + cluster] += 1
    sequence = [unknown for unknown, left in enumerate(waiting) if not left]
    for unknown in sequence:
        for other, _ in after[unknown]:
            waiting[other] -= 1
            if not waiting[other]:
                sequence.append(other)
    assert len(sequence) == len(wish), "siblings stand in different orders in different ranks"
    raised, lowered = wish[:], wish[:]
    for unknown in sequence:
        for other, distance in after[unknown]:
            raised[other] = max(raised[other], raised[unknown] + distance)
    for unknown in reversed(sequence):
        for other, distance in after[unknown]:
            lowered[unknown] = min(lowered[unknown], lowered[other] - distance)
    middle_of = [(up + down) / 2 for up, down in zip(raised, lowered, strict=True)]
    centre[:] = middle_of[:count]
    lows, highs = middle_of[low:high], middle_of[high:]
    lows[ROOT], highs[ROOT] = float("-inf"), float("inf")
    return lows, highs


def borders_and_items(
    items: Sequence[int],
    half: Sequence[float],
    layering: Layering,
    tree: ClusterTree,
    insets: Insets,
) -> list[tuple[int, float]]:
    """List the items of one rank and the cluster borders between them, from low to high.

    Each comes with its least distance to the one before. Item i is number i; behind the items
    come the low borders of the clusters, then their high borders.
    """
    cluster = layering.cluster
    low, high = len(cluster), len(cluster) + len(tree)
    listed: list[tuple[int, float]] = []
    inside = ROOT
    last, reach = high + ROOT, 0.0  # what was listed last, and from there to its own edge
    for item in [*items, -1]:
        around = cluster[item] if item >= 0 else ROOT
        common = tree.common(inside, around)
        for closed in tree.between(inside, common):
            listed.append((high + closed, reach + insets.high))
            last, reach = high + closed, 0.0
        for opened in reversed(tree.between(around, common)):
            gap = insets.low if low <= last < high else insets.node_gap
            listed.append((low + opened, reach + gap))
            last, reach = low + opened, 0.0
        if item >= 0:
            gap = insets.low if low <= last < high else insets.node_gap
            if last < low and max(last, item) >= layering.node_count:
                gap = insets.bend_gap
            listed.append((item, reach + gap + half[item]))
            inside, last, reach = around, item, half[item]
    return listed
