"""The order of the items inside every rank: few edge crossings, clusters kept together."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass

from visualize.layout.layering import ROOT, Layering
from visualize.layout.sweeps import exchange_neighbours, sort_nested, sweep

__all__ = ["count_crossings", "order_ranks"]

SWEEPS = 8  # per start; 12 gained 1 % on one of ten graphs
EFFORT = 6_000  # starts x pieces of edges: 2 starts from 3,000 pieces on, about 0.1 s each
MOST_STARTS = 8  # 12 gained nothing, 4 left crossings in small graphs


@dataclass(slots=True)
class _Found:
    """An order of the items in every rank, and its crossings."""

    crossings: int
    order: list[list[int]]


@dataclass(slots=True)
class _Dice:
    """Numbers from 0 to 1 that are the same everywhere: Park and Miller (1988)."""

    seed: int

    def below(self, most: int) -> int:
        """Return a whole number from 0 to `most` - 1."""
        self.seed = self.seed * 48_271 % 2_147_483_647
        return self.seed % most

    def shuffled(self, items: Sequence[int]) -> list[int]:
        """Return the items in any order."""
        result = list(items)
        for last in range(len(result) - 1, 0, -1):
            other = self.below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result


def count_crossings(
    order: Sequence[Sequence[int]], position: Sequence[int], layering: Layering
) -> int:
    """Count the pairs of edge pieces between neighbouring ranks that cross."""
    crossings = 0
    for items in order:
        passed: list[int] = []  # ends of the pieces so far, sorted
        for item in items:
            ends = [position[other] for other in layering.below[item]]
            for end in ends:
                crossings += len(passed) - bisect_right(passed, end)
            for end in ends:
                insort(passed, end)
    return crossings


def order_ranks(layering: Layering) -> list[list[int]]:
    """Order every rank for few crossings; the same input always gives the same order.

    Two depth-first orders, then shuffled ones, are improved by sweeps and exchanges; the best
    result is returned. In it the items of a cluster are contiguous in every rank, and the clusters
    inside one parent stand in the same order in every rank, so that each can have a lane of its
    own.
    """
    pieces = 0
    for others in layering.below:
        pieces += len(others)
    starts = max(2, min(MOST_STARTS, EFFORT // (pieces + 1)))
    dice = _Dice(1)
    best = _Found(-1, [])
    for start in range(starts):
        upwards = start % 2 == 0
        near = layering.above if upwards else layering.below
        if start > 1:
            near = [dice.shuffled(others) for others in near]
        found = _improve(_depth_first(layering, near, upwards), layering, upwards=upwards)
        if start == 0 or found.crossings < best.crossings:
            best = found
        if best.crossings == 0:
            break
    return _face_forward(best.order, layering)


def _face_forward(order: list[list[int]], layering: Layering) -> list[list[int]]:
    # The mirror image is as good; the one in which nodes stand in the order given reads better.
    # So do nodes with the same neighbours, which may change places freely.
    agreement = 0
    for items in order:
        nodes = [item for item in items if item < layering.node_count]
        for place, node in enumerate(nodes):
            agreement += (2 * place - len(nodes) + 1) * node
    order = [list(items) if agreement >= 0 else items[::-1] for items in order]
    for items in order:
        alike: dict[str, list[int]] = {}
        for place, item in enumerate(items):
            if item < layering.node_count:
                above, below = sorted(layering.above[item]), sorted(layering.below[item])
                around = [layering.cluster[item], *above, -1, *below]
                alike.setdefault(" ".join([str(other) for other in around]), []).append(place)
        for places in alike.values():
            for place, item in zip(places, sorted([items[p] for p in places]), strict=True):
                items[place] = item
    return order


def _depth_first(
    layering: Layering, near: Sequence[Sequence[int]], upwards: bool
) -> list[list[int]]:
    # Items in the order in which a walk along the edges meets them: trees come out planar.
    order: list[list[int]] = [[] for _ in layering.ranks]
    met = [False] * len(layering.rank)
    for items in layering.ranks[::-1] if upwards else layering.ranks:
        for root in items:
            stack = [root]
            while len(stack) > 0:
                item = stack.pop()
                if not met[item]:
                    met[item] = True
                    order[layering.rank[item]].append(item)
                    stack.extend(near[item][::-1])
    return order


def _improve(order: list[list[int]], layering: Layering, *, upwards: bool) -> _Found:
    # Clusters may change places from rank to rank in the first half of the sweeps, not after.
    is_flat = len(layering.tree) == 1
    position = _positions(order, layering)
    siblings: list[int] = []
    best = _Found(-1, [])
    if is_flat:
        best = _found(order, position, layering)
    for step in range(SWEEPS):
        if best.crossings == 0:
            break
        if not is_flat and step == SWEEPS // 2:
            siblings = _sibling_order(order, layering)
            _sort_clusters(order, position, layering, siblings)
        sweep(
            order,
            position,
            layering,
            downwards=(step % 2 == 1) == upwards,
            flip_ties=step % 4 >= 2,
            siblings=siblings,
        )
        if len(siblings) > 0:  # the sweep leaves out the rank that it starts from
            _sort_clusters(order, position, layering, siblings)
        exchange_neighbours(order, position, layering, passes=1)
        if is_flat or len(siblings) > 0:
            found = _found(order, position, layering)
            if best.crossings < 0 or found.crossings < best.crossings:
                best = found
    position = _positions(best.order, layering)
    exchange_neighbours(best.order, position, layering, passes=20)
    return _found(best.order, position, layering)


def _found(order: list[list[int]], position: Sequence[int], layering: Layering) -> _Found:
    crossings = count_crossings(order, position, layering)
    return _Found(crossings, [list(items) for items in order])


def _positions(order: Sequence[Sequence[int]], layering: Layering) -> list[int]:
    position = [0] * len(layering.rank)
    for items in order:
        for place, item in enumerate(items):
            position[item] = place
    return position


def _sibling_order(order: Sequence[Sequence[int]], layering: Layering) -> list[int]:
    # Clusters by their mean place, counted as a fraction of each rank.
    tree = layering.tree
    total = [0.0] * len(tree)
    number = [0] * len(tree)
    for items in order:
        for place, item in enumerate(items):
            for cluster in tree.between(layering.cluster[item], ROOT):
                total[cluster] += (place + 0.5) / len(items)
                number[cluster] += 1
    ordered = sorted(range(1, len(tree)), key=lambda cluster: total[cluster] / number[cluster])
    numbers = [0] * len(tree)
    for place, cluster in enumerate(ordered):
        numbers[cluster] = place
    return numbers


def _sort_clusters(
    order: list[list[int]], position: list[int], layering: Layering, siblings: Sequence[int]
) -> None:
    for rank, items in enumerate(order):
        means = {item: float(position[item]) for item in items}
        order[rank] = sort_nested(items, means, layering, siblings)
        for place, item in enumerate(order[rank]):
            position[item] = place
