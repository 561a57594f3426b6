"""Straight lanes across the ranks, one for each cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from visualize.layout.geometry import Geometry
from visualize.layout.layering import ROOT

__all__ = ["Row", "rows_in_lanes", "whole_row", "widen_lanes"]


@dataclass(slots=True)
class Row:
    """Neighbours in one rank with no cluster border between them, and the bounds they keep."""

    items: list[int]
    offsets: list[float]  # least distance of each item from the first
    low: float  # of the first item
    high: float  # of the last item


def whole_row(items: Sequence[int], geometry: Geometry) -> Row:
    """Return neighbours in one rank with their least distances, and no bounds."""
    offsets: list[float] = []
    at = 0.0
    for unknown, distance in _borders_and_items(items, geometry):
        at += distance
        if unknown < len(geometry.half):
            offsets.append(at)
    first = offsets[0]
    return Row(list(items), [at - first for at in offsets], float("-inf"), float("inf"))


def rows_in_lanes(geometry: Geometry) -> list[Row]:
    """Cut every rank into rows at the borders of clusters, bounded by their lanes."""
    tree, cluster = geometry.layering.tree, geometry.layering.cluster
    spacing, lanes, half = geometry.spacing, geometry.lanes, geometry.half
    rows: list[Row] = []
    for items in geometry.order:
        run: list[int] = []
        low = float("-inf")
        for place, item in enumerate(items):
            if place == 0:
                low = lanes[cluster[item]][0] + spacing.low
            run.append(item)
            after = cluster[items[place + 1]] if place + 1 < len(items) else -1
            if after == cluster[item]:
                continue
            common = ROOT if after < 0 else tree.common(cluster[item], after)
            closed = tree.between(cluster[item], common)
            opened = [] if after < 0 else tree.between(after, common)
            row = whole_row(run, geometry)
            row.low = low + half[run[0]]
            if len(closed) > 0 or after < 0:  # it ends at the border of its own cluster
                row.high = lanes[cluster[item]][1] - spacing.high - half[item]
            else:
                row.high = lanes[opened[-1]][0] - spacing.node_gap - half[item]
            rows.append(row)
            run = []
            if len(opened) > 0:
                low = lanes[after][0] + spacing.low
            elif len(closed) > 0:
                low = lanes[closed[-1]][1] + spacing.node_gap
    return rows


def widen_lanes(geometry: Geometry) -> list[tuple[float, float]]:
    """Move items apart until every cluster has a straight lane of its own; return the lanes.

    Unknowns are the centres of the items and both borders of every cluster. Every rank says, from
    one end to the other, which must lie how far behind which, and how broad a cluster is at least.
    The ranks agree on the order of siblings, so these constraints have no cycle: count, for each
    child of a parent, the sibling clusters up to it in that order; no constraint leads to a lower
    count. Pushing everything just far enough up gives one solution, pushing down another, and their
    mean, being a convex combination of solutions of linear constraints, is a solution too.

    The low and the high border of the whole picture are infinite.
    """
    layering, count = geometry.layering, len(geometry.centre)
    low = count  # indices of the border unknowns
    high = count + len(layering.tree)
    wish = _wishes(geometry)
    after: list[list[tuple[int, float]]] = [[] for _ in wish]
    waiting = [0] * len(wish)
    for items in geometry.order:
        previous = -1
        for unknown, distance in _borders_and_items(items, geometry):
            if previous >= 0:
                after[previous].append((unknown, distance))
                waiting[unknown] += 1
            previous = unknown
    for cluster, breadth in enumerate(geometry.least_across):
        if breadth > 0:
            after[low + cluster].append((high + cluster, breadth))
            waiting[high + cluster] += 1
    sequence = [unknown for unknown, left in enumerate(waiting) if left == 0]
    for unknown in sequence:  # grows while it is walked
        for other, _ in after[unknown]:
            waiting[other] -= 1
            if waiting[other] == 0:
                sequence.append(other)
    raised, lowered = list(wish), list(wish)
    for unknown in sequence:
        for other, distance in after[unknown]:
            raised[other] = max(raised[other], raised[unknown] + distance)
    for unknown in reversed(sequence):
        for other, distance in after[unknown]:
            lowered[unknown] = min(lowered[unknown], lowered[other] - distance)
    middle = [(up + down) / 2 for up, down in zip(raised, lowered, strict=True)]
    for item in range(count):
        geometry.centre[item] = middle[item]
    lanes = [(middle[low + cluster], middle[high + cluster]) for cluster in range(high - low)]
    lanes[ROOT] = (float("-inf"), float("inf"))
    return lanes


def _wishes(geometry: Geometry) -> list[float]:
    # Items want to stay, and the borders of a cluster to lie around what it holds. What only holds
    # a cluster open goes into the middle of it: it is to make no lane broader.
    layering, centre, half = geometry.layering, geometry.centre, geometry.half
    tree = layering.tree
    lows = [float("inf")] * len(tree)
    highs = [float("-inf")] * len(tree)
    total = [0.0] * len(tree)
    number = [0] * len(tree)
    for item, middle in enumerate(centre):
        if not layering.is_placeholder(item):
            for inner in tree.between(layering.cluster[item], ROOT):
                total[inner] += middle
                number[inner] += 1
    for item, cluster in enumerate(layering.cluster):
        if layering.is_placeholder(item):
            centre[item] = total[cluster] / number[cluster]
        start, end = centre[item] - half[item], centre[item] + half[item]
        for inner in tree.between(cluster, ROOT):
            start -= geometry.spacing.low
            end += geometry.spacing.high
            lows[inner] = min(lows[inner], start)
            highs[inner] = max(highs[inner], end)
    return [*centre, *lows, *highs]


def _borders_and_items(items: Sequence[int], geometry: Geometry) -> list[tuple[int, float]]:
    # The items of one rank and the cluster borders between them, from low to high, each with its
    # least distance to the one before. Item i is number i; behind the items come the low borders of
    # the clusters, then their high borders.
    layering, spacing, half = geometry.layering, geometry.spacing, geometry.half
    cluster, tree = layering.cluster, layering.tree
    low = len(cluster)
    high = low + len(tree)
    listed: list[tuple[int, float]] = []
    inside = ROOT
    last = high + ROOT  # what was listed last,
    reach = 0.0  # and from there to its own edge
    for place in range(len(items) + 1):
        item = items[place] if place < len(items) else -1
        around = cluster[item] if item >= 0 else ROOT
        if around != inside:
            common = tree.common(inside, around)
            for closed in tree.between(inside, common):
                listed.append((high + closed, reach + spacing.high))
                last = high + closed
                reach = 0.0
            for opened in reversed(tree.between(around, common)):
                gap = spacing.low if low <= last < high else spacing.node_gap
                listed.append((low + opened, reach + gap))
                last = low + opened
                reach = 0.0
            inside = around
        if item >= 0:
            gap = spacing.low if low <= last < high else spacing.node_gap
            if last < low and max(last, item) >= layering.node_count:
                gap = spacing.bend_gap
            listed.append((item, reach + gap + half[item]))
            last = item
            reach = half[item]
    return listed
