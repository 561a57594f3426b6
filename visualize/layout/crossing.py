"""The order of the items inside every rank: few edge crossings, clusters kept together."""

from __future__ import annotations

import random
from bisect import bisect_right, insort
from collections.abc import Sequence

from visualize.layout.barycentre import nested_keys, sweep
from visualize.layout.cluster_tree import ClusterTree
from visualize.layout.exchange import exchange_neighbours
from visualize.layout.layering import Layering

__all__ = ["count_crossings", "order_ranks"]

SWEEPS = 12  # per start; more gained under 1 % on MLPs of 544 and 1,880 nodes
EFFORT = 6_000  # starts x pieces of edges: 2 starts from 3,000 pieces on, about 0.1 s each
MOST_STARTS = 8


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


def order_ranks(layering: Layering, tree: ClusterTree) -> list[list[int]]:
    """Order every rank for few crossings; the same input always gives the same order.

    Two depth-first orders, then shuffled ones, are improved by sweeps and exchanges; the best
    result is returned. In it the items of a cluster are contiguous in every rank, and the clusters
    inside one parent stand in the same order in every rank, so that each can have a lane of its
    own.
    """
    pieces = sum(map(len, layering.below))
    starts = max(2, min(MOST_STARTS, EFFORT // (pieces + 1)))
    # Fixed, so that the same graph gives the same picture.
    generator = random.Random(0)  # noqa: S311 - no secret
    best: tuple[int, list[list[int]]] | None = None
    for start in range(starts):
        upwards = start % 2 == 0
        order = _depth_first(layering, upwards=upwards, shuffle=generator if start > 1 else None)
        crossings, order = _improve(order, layering, tree, upwards=upwards)
        if best is None or crossings < best[0]:
            best = crossings, order
        if not crossings:
            break
    assert best is not None
    return _face_forward(best[1], layering)


def _face_forward(order: list[list[int]], layering: Layering) -> list[list[int]]:
    # The mirror image is as good; the one in which nodes stand in the order given reads better.
    # So do nodes with the same neighbours, which may change places freely.
    agreement = 0
    for items in order:
        nodes = [item for item in items if item < layering.node_count]
        for place, node in enumerate(nodes):
            agreement += (2 * place - len(nodes) + 1) * node
    order = [items if agreement >= 0 else items[::-1] for items in order]
    for items in order:
        alike: dict[tuple[int, ...], list[int]] = {}
        for place, item in enumerate(items):
            if item < layering.node_count:
                above, below = sorted(layering.above[item]), sorted(layering.below[item])
                alike.setdefault((layering.cluster[item], *above, -1, *below), []).append(place)
        for places in alike.values():
            for place, item in zip(places, sorted(items[p] for p in places), strict=True):
                items[place] = item
    return order


def _depth_first(
    layering: Layering, *, upwards: bool, shuffle: random.Random | None
) -> list[list[int]]:
    # Items in the order in which a walk along the edges meets them: trees come out planar.
    near = layering.above if upwards else layering.below
    if shuffle is not None:
        near = [shuffle.sample(others, len(others)) for others in near]
    order: list[list[int]] = [[] for _ in layering.ranks]
    met = [False] * len(layering.rank)
    for items in reversed(layering.ranks) if upwards else layering.ranks:
        for root in items:
            stack = [root]
            while stack:
                item = stack.pop()
                if not met[item]:
                    met[item] = True
                    order[layering.rank[item]].append(item)
                    stack.extend(reversed(near[item]))
    return order


def _improve(
    order: list[list[int]], layering: Layering, tree: ClusterTree, *, upwards: bool
) -> tuple[int, list[list[int]]]:
    position = _positions(order, layering)
    sibling_order: list[int] | None = None
    best: tuple[int, list[list[int]]] | None = None
    if len(tree) == 1:
        best = count_crossings(order, position, layering), [items[:] for items in order]
    for step in range(SWEEPS):
        if len(tree) > 1 and step == SWEEPS // 2:
            sibling_order = _sibling_order(order, layering, tree)
            _sort_clusters(order, position, layering, tree, sibling_order)
        sweep(
            order,
            position,
            layering,
            tree,
            downwards=(step % 2 == 1) == upwards,
            flip_ties=step % 4 >= 2,
            sibling_order=sibling_order,
        )
        if sibling_order is not None:  # the sweep leaves out the rank that it starts from
            _sort_clusters(order, position, layering, tree, sibling_order)
        exchange_neighbours(order, position, layering, passes=1)
        if len(tree) == 1 or sibling_order is not None:
            crossings = count_crossings(order, position, layering)
            if best is None or crossings < best[0]:
                best = crossings, [items[:] for items in order]
    assert best is not None
    order = best[1]
    position = _positions(order, layering)
    exchange_neighbours(order, position, layering, passes=20)
    return count_crossings(order, position, layering), order


def _positions(order: Sequence[Sequence[int]], layering: Layering) -> list[int]:
    position = [0] * len(layering.rank)
    for items in order:
        for place, item in enumerate(items):
            position[item] = place
    return position


def _sibling_order(
    order: Sequence[Sequence[int]], layering: Layering, tree: ClusterTree
) -> list[int]:
    # Clusters by their mean place, counted as a fraction of each rank.
    total = [0.0] * len(tree)
    number = [0] * len(tree)
    for items in order:
        for place, item in enumerate(items):
            for cluster in tree.lineage(layering.cluster[item]):
                total[cluster] += (place + 0.5) / len(items)
                number[cluster] += 1
    ordered = sorted(range(1, len(tree)), key=lambda cluster: total[cluster] / number[cluster])
    numbers = [0] * len(tree)
    for place, cluster in enumerate(ordered):
        numbers[cluster] = place
    return numbers


def _sort_clusters(
    order: list[list[int]],
    position: list[int],
    layering: Layering,
    tree: ClusterTree,
    sibling_order: Sequence[int],
) -> None:
    for rank, items in enumerate(order):
        means = {item: float(position[item]) for item in items}
        keys = nested_keys(items, means, layering.cluster, tree, sibling_order)
        order[rank] = sorted(items, key=keys.__getitem__)
        for place, item in enumerate(order[rank]):
            position[item] = place
