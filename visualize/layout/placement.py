"""Coordinates across the ranks: short straight edges, no overlaps, clusters in their lanes."""

from __future__ import annotations

from collections.abc import Sequence

from visualize.layout.cluster_tree import ClusterTree
from visualize.layout.isotonic import isotonic
from visualize.layout.lanes import Insets, borders_and_items, runs_of, widen_lanes
from visualize.layout.layering import Layering
from visualize.layout.straighten import Row, straighten

__all__ = ["place_across"]

ONE_SIDED, TWO_SIDED = 12, 8  # sweeps; more moved no box of the benchmark graphs visibly
IN_LANES = 4  # one-sided sweeps inside lanes, where items already stand near their places
# Edge pieces weigh 1, 2.8 or 8 with 0, 1 or 2 bends at their ends: long edges come out straight.
BEND_MASS = 8**0.5
FREE_MASS = 0.01  # an item without neighbours on the side looked at gives way to the others


def place_across(
    order: Sequence[Sequence[int]],
    half: Sequence[float],
    layering: Layering,
    tree: ClusterTree,
    insets: Insets,
    least: Sequence[float],
) -> tuple[list[float], list[tuple[float, float]]]:
    """Return the coordinate of each item's centre across the ranks, and the lane of each cluster.

    Every rank in turn is put as near to its neighbours as order and sizes allow, which is an
    isotonic regression: with offsets d, the sequence y[i] - d[i] must not decrease. Then clusters
    get lanes, no narrower than `least`, and the sweeps go on inside the fixed lanes, so that no
    later step can break them.
    """
    rows = [_whole_rank(items, half, layering, tree, insets) for items in order]
    centre = [0.0] * len(layering.rank)
    for row in rows:
        middle = row.offsets[-1] / 2
        for item, offset in zip(row.items, row.offsets, strict=True):
            centre[item] = offset - middle
    _sweep(rows, centre, layering)
    lows, highs = [float("-inf")], [float("inf")]
    if len(tree) > 1:
        lows, highs = widen_lanes(order, centre, half, layering, tree, insets, least)
        rows = _rows_in_lanes(order, half, layering, tree, insets, lows, highs)
        _sweep(rows, centre, layering, one_sided=IN_LANES)
    straighten(rows, centre, half, layering)
    return centre, list(zip(lows, highs, strict=True))


def _whole_rank(
    items: Sequence[int],
    half: Sequence[float],
    layering: Layering,
    tree: ClusterTree,
    insets: Insets,
) -> Row:
    offsets: list[float] = []
    at = 0.0
    for number, distance in borders_and_items(items, half, layering, tree, insets):
        at += distance
        if number < len(layering.rank):
            offsets.append(at)
    return Row(list(items), [at - offsets[0] for at in offsets], float("-inf"), float("inf"))


def _rows_in_lanes(
    order: Sequence[Sequence[int]],
    half: Sequence[float],
    layering: Layering,
    tree: ClusterTree,
    insets: Insets,
    lows: Sequence[float],
    highs: Sequence[float],
) -> list[Row]:
    rows: list[Row] = []
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


def _sweep(
    rows: Sequence[Row], centre: list[float], layering: Layering, one_sided: int = ONE_SIDED
) -> None:
    mass = [1.0 if item < layering.node_count else BEND_MASS for item in range(len(centre))]
    both = [up + down for up, down in zip(layering.above, layering.below, strict=True)]
    for step in range(one_sided + TWO_SIDED):
        backwards = step % 2 == 0
        near = both if step >= one_sided else layering.below if backwards else layering.above
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
