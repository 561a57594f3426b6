"""Coordinates across the ranks: short straight edges, no overlaps, a straight lane per cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from visualize.boxes import ordered
from visualize.layout.layering import ROOT, Geometry, Layering, Span

ONE_SIDED = 12  # sweeps that look at one side of a rank,
TWO_SIDED = 8  # and at both; more moved no box of the benchmark graphs visibly
IN_LANES = 4  # one-sided sweeps inside lanes, where items already stand near their places
# Edge pieces weigh 1, 2.8 or 8 with 0, 1 or 2 bends at their ends: long edges come out straight.
BEND_MASS = 2.8284271247461903  # the root of 8
FREE_MASS = 0.01  # so little that an item without neighbours on that side gives way to the others


@dataclass(slots=True)
class _Row:
    """Neighbours in one rank with no cluster border between them, and the bounds they keep."""

    items: list[int]
    offsets: list[float]  # least distance of each item from the first
    low: float  # of the first item
    high: float  # of the last item


def place_across(geometry: Geometry) -> None:
    """Give each item its centre across the ranks, and each cluster its lane.

    Every rank in turn is put as near to its neighbours as order and sizes allow, which is an
    isotonic regression: with offsets d, the sequence y[i] - d[i] must not decrease. Then clusters
    get lanes, and the sweeps go on inside the fixed lanes, so that no later step can break them.
    """
    rows = [_whole_row(items, geometry) for items in geometry.order]
    geometry.centre = [0.0] * len(geometry.half)
    for row in rows:
        middle = row.offsets[-1] / 2
        for item, offset in zip(row.items, row.offsets, strict=True):
            geometry.centre[item] = offset - middle
    _sweep(rows, geometry, ONE_SIDED)
    geometry.lanes = [(float("-inf"), float("inf"))]
    if len(geometry.layering.tree) > 1:
        geometry.lanes = _widen_lanes(geometry)
        rows = _rows_in_lanes(geometry)
        _sweep(rows, geometry, IN_LANES)
    _straighten(rows, geometry)


def _whole_row(items: Sequence[int], geometry: Geometry) -> _Row:
    """Return neighbours in one rank with their least distances, and no bounds."""
    offsets: list[float] = []
    at = 0.0
    for unknown, distance in _borders_and_items(items, geometry):
        at += distance
        if unknown < len(geometry.half):
            offsets.append(at)
    first = offsets[0]
    return _Row(list(items), [at - first for at in offsets], float("-inf"), float("inf"))


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


def _sweep(rows: Sequence[_Row], geometry: Geometry, one_sided: int) -> None:
    layering = geometry.layering
    mass = [1.0 if item < layering.node_count else BEND_MASS for item in range(len(geometry.half))]
    both = [[*up, *down] for up, down in zip(layering.above, layering.below, strict=True)]
    backwards = rows[::-1]
    for step in range(one_sided + TWO_SIDED):
        near = layering.below if step % 2 == 0 else layering.above
        if step >= one_sided:
            near = both
        for row in backwards if step % 2 == 0 else rows:
            _fit(row, near, mass, geometry.centre)


def _fit(row: _Row, near: list[list[int]], mass: list[float], centre: list[float]) -> None:
    wishes: list[float] = []
    weights: list[float] = []
    for item, offset in zip(row.items, row.offsets, strict=True):
        total = 0.0
        pull = 0.0
        for other in near[item]:
            total += mass[other]
            pull += mass[other] * centre[other]
        if total > 0:
            wishes.append(pull / total - offset)
            weights.append(total * mass[item])
        else:
            wishes.append(centre[item] - offset)
            weights.append(FREE_MASS)
    # Clipping an isotonic regression to bounds solves the bounded problem.
    low, high = row.low, row.high - row.offsets[-1]
    fitted = isotonic(wishes, weights)
    for item, offset, value in zip(row.items, row.offsets, fitted, strict=True):
        centre[item] = min(max(value, low), high) + offset


def isotonic(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Return the non-decreasing sequence nearest to `values` in weighted least squares.

    Weights are positive. Adjacent violators are pooled: Ayer et al., An empirical distribution
    function for sampling with incomplete information (1955).

    >>> isotonic([1.0, 3.0, 2.0, 4.0], [1, 1, 1, 1])
    [1.0, 2.5, 2.5, 4.0]
    """
    means: list[float] = []
    masses: list[float] = []
    lengths: list[int] = []
    for value, weight in zip(values, weights, strict=True):
        mean, mass, length = value, weight, 1
        while len(means) > 0 and means[-1] > mean:
            pooled = masses.pop()
            mean = (means.pop() * pooled + mean * mass) / (pooled + mass)
            mass += pooled
            length += lengths.pop()
        means.append(mean)
        masses.append(mass)
        lengths.append(length)
    fitted: list[float] = []
    for mean, length in zip(means, lengths, strict=True):
        fitted.extend([mean] * length)
    return fitted


def _widen_lanes(geometry: Geometry) -> list[tuple[float, float]]:
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
    after: list[list[int]] = [[] for _ in wish]
    apart: list[list[float]] = [[] for _ in wish]  # least distances to those
    for items in geometry.order:
        previous = -1
        for unknown, distance in _borders_and_items(items, geometry):
            if previous >= 0:
                after[previous].append(unknown)
                apart[previous].append(distance)
            previous = unknown
    for cluster, breadth in enumerate(geometry.least_across):
        if breadth > 0:
            after[low + cluster].append(high + cluster)
            apart[low + cluster].append(breadth)
    sequence = ordered(after)
    raised, lowered = list(wish), list(wish)
    for unknown in sequence:
        for other, distance in zip(after[unknown], apart[unknown], strict=True):
            raised[other] = max(raised[other], raised[unknown] + distance)
    for unknown in reversed(sequence):
        for other, distance in zip(after[unknown], apart[unknown], strict=True):
            lowered[unknown] = min(lowered[unknown], lowered[other] - distance)
    middle = [(up + down) / 2 for up, down in zip(raised, lowered, strict=True)]
    for item in range(count):
        geometry.centre[item] = middle[item]
    lanes = [(middle[low + cluster], middle[high + cluster]) for cluster in range(high - low)]
    lanes[ROOT] = (float("-inf"), float("inf"))
    return lanes


def _wishes(geometry: Geometry) -> list[float]:
    # Items want to stay, and the borders of a cluster to lie around its items. A placeholder goes
    # into the middle of its cluster, where it makes no lane broader.
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


def _rows_in_lanes(geometry: Geometry) -> list[_Row]:
    """Cut every rank into rows at the borders of clusters, bounded by their lanes."""
    tree, cluster = geometry.layering.tree, geometry.layering.cluster
    spacing, lanes, half = geometry.spacing, geometry.lanes, geometry.half
    rows: list[_Row] = []
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
            row = _whole_row(run, geometry)
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


def _straighten(rows: Sequence[_Row], geometry: Geometry) -> None:
    """Give the items of each chain one coordinate where there is room, in place.

    A node joins the node before it in the chain if their edge is the only one there, or if they
    stand within a box of each other; farther off, other edges pull.
    """
    layering, centre, half = geometry.layering, geometry.centre, geometry.half
    row_of = [0] * len(centre)
    place_of = [0] * len(centre)
    for number, row in enumerate(rows):
        for place, item in enumerate(row.items):
            row_of[item] = number
            place_of[item] = place
    for chain in _chains(layering, centre):
        stretch: list[int] = []
        low, high = float("-inf"), float("inf")
        last_node = -1
        for item in [*chain, -1]:
            if item >= 0:
                room_low, room_high = _room(rows[row_of[item]], place_of[item], centre)
                fits = max(low, room_low) <= min(high, room_high)
                if fits and item < layering.node_count and last_node >= 0:
                    fits = abs(centre[item] - centre[last_node]) <= 2 * half[item]
                    fits = fits or _is_only_edge(layering.above[item][0], item, layering)
                if fits:
                    low, high = max(low, room_low), min(high, room_high)
                    stretch.append(item)
                    last_node = item if item < layering.node_count else last_node
                    continue
            if len(stretch) > 1:
                middle = sorted([centre[member] for member in stretch])[len(stretch) // 2]
                for member in stretch:
                    centre[member] = min(max(middle, low), high)
            if item >= 0:
                stretch = [item]
                low, high = _room(rows[row_of[item]], place_of[item], centre)
                last_node = item if item < layering.node_count else -1
    for row in rows:  # ends of edges follow what the chains did
        for place, item in enumerate(row.items):
            others = [*layering.above[item], *layering.below[item]]
            if len(others) == 1:
                low, high = _room(row, place, centre)
                centre[item] = min(max(centre[others[0]], low), high)


def _room(row: _Row, place: int, centre: Sequence[float]) -> Span:
    # How far the item at a place of a row can move.
    items, offsets = row.items, row.offsets
    low, high = row.low, row.high
    if place > 0:
        low = centre[items[place - 1]] + offsets[place] - offsets[place - 1]
    if place + 1 < len(items):
        high = centre[items[place + 1]] - offsets[place + 1] + offsets[place]
    return low, high


def _chains(layering: Layering, centre: Sequence[float]) -> list[list[int]]:
    # Paths that share no item, the longest first: along bends and only edges, then through middle
    # neighbours.
    count = layering.node_count
    upper = [-1] * len(centre)
    lower = [-1] * len(centre)
    middle_above = [_middle(others, centre, layering) for others in layering.above]
    middle_below = [_middle(others, centre, layering) for others in layering.below]
    for item, others in enumerate(layering.below):
        for other in others:
            if (item >= count and other >= count) or _is_only_edge(item, other, layering):
                lower[item] = other
                upper[other] = item
    for is_mutual in [True, False]:
        for item, other in enumerate(middle_below):
            is_free = other >= 0 and lower[item] < 0 and upper[other] < 0
            if is_free and (not is_mutual or middle_above[other] == item):
                lower[item] = other
                upper[other] = item
    chains: list[list[int]] = []
    for item, other in enumerate(lower):
        if other >= 0 and upper[item] < 0:
            chain = [item]
            while lower[chain[-1]] >= 0:
                chain.append(lower[chain[-1]])
            chains.append(chain)
    return sorted(chains, key=lambda chain: -len(chain))


def _middle(items: Sequence[int], centre: Sequence[float], layering: Layering) -> int:
    # Of two in the middle the one through which a path goes on: a bias bends, the sum does not.
    if len(items) < 2:
        return items[0] if len(items) == 1 else -1
    ranked = sorted(items, key=centre.__getitem__)
    low, high = ranked[(len(ranked) - 1) // 2], ranked[len(ranked) // 2]
    return low if _is_end(high, layering) and not _is_end(low, layering) else high


def _is_end(item: int, layering: Layering) -> bool:
    return len(layering.above[item]) + len(layering.below[item]) == 1


def _is_only_edge(item: int, other: int, layering: Layering) -> bool:
    return len(layering.below[item]) == 1 and len(layering.above[other]) == 1
