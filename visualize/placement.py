"""Coordinates across the ranks: short straight edges, no overlaps, clusters in their lanes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from visualize.cluster_tree import ClusterTree
from visualize.isotonic import isotonic
from visualize.lanes import Insets, borders_and_items, runs_of, widen_lanes
from visualize.layering import Layering

__all__ = ["place_across"]

ONE_SIDED, TWO_SIDED = 12, 8  # sweeps; more moved no box of the benchmark graphs visibly
BEND_MASS = 8**0.5  # edge pieces weigh 1, 2.8 or 8 with 0, 1 or 2 bends: long edges come out straight
FREE_MASS = 0.01  # an item without neighbours on the side looked at gives way to the others


@dataclass(slots=True)
class _Row:
    items: list[int]
    offsets: list[float]  # least distance of each item from the first
    low: float  # of the first item
    high: float  # of the last item


def place_across(
    order: Sequence[Sequence[int]],
    half: Sequence[float],
    layering: Layering,
    tree: ClusterTree,
    insets: Insets,
) -> list[float]:
    """Return the coordinate of each item's centre across the ranks.

    Every rank in turn is put as near to its neighbours as order and sizes allow, which is an
    isotonic regression: with offsets d, the sequence y[i] - d[i] must not decrease. Then clusters
    get lanes, and the sweeps go on inside the fixed lanes, so that no later step can break them.
    """
    rows = [_whole_rank(items, half, layering, tree, insets) for items in order]
    centre = [0.0] * len(layering.rank)
    for row in rows:
        middle = row.offsets[-1] / 2
        for item, offset in zip(row.items, row.offsets, strict=True):
            centre[item] = offset - middle
    _sweep(rows, centre, layering)
    if len(tree) > 1:
        lows, highs = widen_lanes(order, centre, half, layering, tree, insets)
        rows = _rows_in_lanes(order, half, layering, tree, insets, lows, highs)
        _sweep(rows, centre, layering)
    _straighten(rows, centre, half, layering)
    return centre


def _whole_rank(
    items: Sequence[int],
    half: Sequence[float],
    layering: Layering,
    tree: ClusterTree,
    insets: Insets,
) -> _Row:
    offsets: list[float] = []
    at = 0.0
    for number, distance in borders_and_items(items, half, layering, tree, insets):
        at += distance
        if number < len(layering.rank):
            offsets.append(at)
    return _Row(list(items), [at - offsets[0] for at in offsets], float("-inf"), float("inf"))


def _rows_in_lanes(
    order: Sequence[Sequence[int]],
    half: Sequence[float],
    layering: Layering,
    tree: ClusterTree,
    insets: Insets,
    lows: Sequence[float],
    highs: Sequence[float],
) -> list[_Row]:
    rows: list[_Row] = []
    for items in order:
        for run in runs_of(items, layering.cluster, tree):
            (below, below_is_own), (above, above_is_own) = run.low, run.high
            row = _whole_rank(run.items, half, layering, tree, insets)
            row.low = lows[below] + insets.low if below_is_own else highs[below] + insets.node_gap
            row.high = highs[above] - insets.high if above_is_own else lows[above] - insets.node_gap
            row.low += half[run.items[0]]
            row.high -= half[run.items[-1]]
            rows.append(row)
    return rows


def _sweep(rows: Sequence[_Row], centre: list[float], layering: Layering) -> None:
    mass = [1.0 if item < layering.node_count else BEND_MASS for item in range(len(centre))]
    both = [up + down for up, down in zip(layering.above, layering.below, strict=True)]
    for step in range(ONE_SIDED + TWO_SIDED):
        backwards = step % 2 == 0
        near = both if step >= ONE_SIDED else layering.below if backwards else layering.above
        for row in reversed(rows) if backwards else rows:
            wishes: list[float] = []
            weights: list[float] = []
            for item, offset in zip(row.items, row.offsets, strict=True):
                others = near[item]
                if others:
                    masses = [mass[other] for other in others]
                    total = sum(masses)
                    pull = sum([centre[o] * m for o, m in zip(others, masses, strict=True)])
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


def _straighten(
    rows: Sequence[_Row], centre: list[float], half: Sequence[float], layering: Layering
) -> None:
    # Where there is room, the items of a chain get one coordinate, so that its edges are straight. A
    # node joins the last one if it stands within a box of it (farther off, other edges pull), or
    # always if the two have no other edge between them and their neighbours.
    row_of: dict[int, tuple[_Row, int]] = {}
    for row in rows:
        for place, item in enumerate(row.items):
            row_of[item] = row, place
    for chain in _chains(layering, centre):
        stretch: list[int] = []
        low, high = float("-inf"), float("inf")
        last_node = -1
        for item in [*chain, -1]:
            if item >= 0:
                room_low, room_high = _room(*row_of[item], centre)
                fits = max(low, room_low) <= min(high, room_high)
                if fits and item < layering.node_count and last_node >= 0:
                    fits = len(layering.above[item]) == len(layering.below[layering.above[item][0]]) == 1 or (
                        abs(centre[item] - centre[last_node]) <= 2 * half[item]
                    )
                if fits:
                    low, high = max(low, room_low), min(high, room_high)
                    stretch.append(item)
                    last_node = item if item < layering.node_count else last_node
                    continue
            if len(stretch) > 1:
                middle = sorted(centre[member] for member in stretch)[len(stretch) // 2]
                for member in stretch:
                    centre[member] = min(max(middle, low), high)
            if item >= 0:
                stretch = [item]
                low, high = _room(*row_of[item], centre)
                last_node = item if item < layering.node_count else -1
    for item, (row, place) in row_of.items():  # ends of edges follow what the chains did
        others = layering.above[item] + layering.below[item]
        if len(others) == 1:
            low, high = _room(row, place, centre)
            centre[item] = min(max(centre[others[0]], low), high)


def _room(row: _Row, place: int, centre: Sequence[float]) -> tuple[float, float]:
    items, offsets = row.items, row.offsets
    low, high = row.low, row.high
    if place > 0:
        low = centre[items[place - 1]] + offsets[place] - offsets[place - 1]
    if place + 1 < len(items):
        high = centre[items[place + 1]] - offsets[place + 1] + offsets[place]
    return low, high


def _chains(layering: Layering, centre: Sequence[float]) -> list[list[int]]:
    # Paths that share no item, the longest first: along bends and only edges, then through middle neighbours.
    count = layering.node_count
    upper: dict[int, int] = {}
    lower: dict[int, int] = {}
    middle_above = [_middle(others, centre) for others in layering.above]
    middle_below = [_middle(others, centre) for others in layering.below]
    for item, others in enumerate(layering.below):
        for other in others:
            if (item >= count and other >= count) or (
                len(others) == 1 and len(layering.above[other]) == 1
            ):
                lower[item], upper[other] = other, item
    for item, other in enumerate(middle_below):
        if other >= 0 and middle_above[other] == item and item not in lower and other not in upper:
            lower[item], upper[other] = other, item
    for item, other in enumerate(middle_below):
        if other >= 0 and item not in lower and other not in upper:
            lower[item], upper[other] = other, item
    chains: list[list[int]] = []
    for item in lower:
        if item not in upper:
            chain = [item]
            while chain[-1] in lower:
                chain.append(lower[chain[-1]])
            chains.append(chain)
    return sorted(chains, key=len, reverse=True)


def _middle(items: Sequence[int], centre: Sequence[float]) -> int:
    return sorted(items, key=centre.__getitem__)[len(items) // 2] if items else -1
