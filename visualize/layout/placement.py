"""Coordinates across the ranks: short straight edges, no overlaps, clusters in their lanes."""

from __future__ import annotations

from collections.abc import Sequence

from visualize.layout.geometry import Geometry, Span
from visualize.layout.lanes import Row, rows_in_lanes, whole_row, widen_lanes
from visualize.layout.layering import Layering
from visualize.layout.sweeps import isotonic

__all__ = ["place_across"]

ONE_SIDED = 12  # sweeps that look at one side of a rank,
TWO_SIDED = 8  # and at both; more moved no box of the benchmark graphs visibly
IN_LANES = 4  # one-sided sweeps inside lanes, where items already stand near their places
# Edge pieces weigh 1, 2.8 or 8 with 0, 1 or 2 bends at their ends: long edges come out straight.
BEND_MASS = 2.8284271247461903  # the root of 8
FREE_MASS = 0.01  # an item without neighbours on the side looked at gives way to the others


def place_across(geometry: Geometry) -> None:
    """Give each item its centre across the ranks, and each cluster its lane.

    Every rank in turn is put as near to its neighbours as order and sizes allow, which is an
    isotonic regression: with offsets d, the sequence y[i] - d[i] must not decrease. Then clusters
    get lanes, and the sweeps go on inside the fixed lanes, so that no later step can break them.
    """
    rows = [whole_row(items, geometry) for items in geometry.order]
    geometry.centre = [0.0] * len(geometry.half)
    for row in rows:
        middle = row.offsets[-1] / 2
        for item, offset in zip(row.items, row.offsets, strict=True):
            geometry.centre[item] = offset - middle
    _sweep(rows, geometry, ONE_SIDED)
    geometry.lanes = [(float("-inf"), float("inf"))]
    if len(geometry.layering.tree) > 1:
        geometry.lanes = widen_lanes(geometry)
        rows = rows_in_lanes(geometry)
        _sweep(rows, geometry, IN_LANES)
    _straighten(rows, geometry)


def _sweep(rows: Sequence[Row], geometry: Geometry, one_sided: int) -> None:
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


def _fit(row: Row, near: list[list[int]], mass: list[float], centre: list[float]) -> None:
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


def _straighten(rows: Sequence[Row], geometry: Geometry) -> None:
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


def _room(row: Row, place: int, centre: Sequence[float]) -> Span:
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
