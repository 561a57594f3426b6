"""One sweep of the barycentre method over the ranks, with clusters kept contiguous."""

from __future__ import annotations

from collections.abc import Sequence

from visualize.layout.cluster_tree import ROOT, ClusterTree
from visualize.layout.isotonic import isotonic
from visualize.layout.layering import Layering

__all__ = ["nested_keys", "sweep"]


def sweep(
    order: list[list[int]],
    position: list[int],
    layering: Layering,
    tree: ClusterTree,
    *,
    downwards: bool,
    flip_ties: bool,
    sibling_order: Sequence[int] | None,
) -> None:
    """Sort each rank by the mean position of the neighbours in the rank swept before, in place.

    `flip_ties` reverses items of equal mean, which leaves local optima. With a `sibling_order` (a
    number per cluster) the clusters inside one parent stand in that order in every rank; without
    one they are contiguous in each rank, but may change places from one rank to the next.

    Source: Sugiyama, Tagawa and Toda, Methods for visual understanding of hierarchical system
    structures (1981).
    """
    near = layering.above if downwards else layering.below
    last = len(order) - 1
    for rank in range(1, last + 1) if downwards else range(last - 1, -1, -1):
        items = order[rank]
        means = {
            item: sum([position[other] for other in near[item]]) / len(near[item])
            for item in items
            if near[item]
        }
        if len(tree) > 1:
            scale = len(order[rank - 1 if downwards else rank + 1]) / len(items)
            for item in items:
                means.setdefault(item, position[item] * scale)
        movable = [item for item in items if item in means]
        if flip_ties:
            movable.reverse()
        if len(tree) > 1:
            keys = nested_keys(movable, means, layering.cluster, tree, sibling_order)
            order[rank] = items = sorted(movable, key=keys.__getitem__)
        else:  # what has no neighbour there keeps its place
            queue = iter(sorted(movable, key=means.__getitem__))
            order[rank] = items = [next(queue) if item in means else item for item in items]
        for place, item in enumerate(items):
            position[item] = place


def nested_keys(
    items: Sequence[int],
    means: dict[int, float],
    cluster: Sequence[int],
    tree: ClusterTree,
    sibling_order: Sequence[int] | None,
) -> dict[int, tuple[float, ...]]:
    """Give sort keys that put each cluster's items side by side.

    A cluster takes the mean of its items in this rank. Where siblings' means contradict
    `sibling_order` they are replaced by the nearest means that agree with it.
    """
    total: dict[int, float] = {}
    number: dict[int, int] = {}
    children: dict[int, list[int]] = {}
    for item in items:
        inner = cluster[item]
        while inner != ROOT:
            if inner not in total:
                total[inner], number[inner] = 0.0, 0
                children.setdefault(tree.parent[inner], []).append(inner)
            total[inner] += means[item]
            number[inner] += 1
            inner = tree.parent[inner]
    mean = {inner: total[inner] / number[inner] for inner in total}
    if sibling_order is not None:
        for siblings in children.values():
            siblings.sort(key=sibling_order.__getitem__)
            fitted = isotonic([mean[s] for s in siblings], [number[s] for s in siblings])
            mean.update(zip(siblings, fitted, strict=True))
    prefix: dict[int, tuple[float, ...]] = {ROOT: ()}
    keys: dict[int, tuple[float, ...]] = {}
    for item in items:
        inner = cluster[item]
        if inner not in prefix:
            for outer in tree.lineage(inner):
                rank_among = outer if sibling_order is None else sibling_order[outer]
                prefix[outer] = (*prefix[tree.parent[outer]], mean[outer], rank_among)
        keys[item] = (*prefix[inner], means[item], -1)
    return keys
