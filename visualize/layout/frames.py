"""Extents along the ranks: where each column lies, and the rectangles of clusters."""

from __future__ import annotations

from collections.abc import Sequence

from visualize.layout.cluster_tree import ROOT, ClusterTree
from visualize.layout.layering import Layering
from visualize.layout.routing import Columns

__all__ = ["Rectangle", "cluster_rectangles", "columns_of"]

Rectangle = tuple[float, float, float, float]  # start and end along, low and high across the ranks


def columns_of(
    layering: Layering,
    lengths: Sequence[float],
    tree: ClusterTree,
    margins: tuple[float, float],
    rank_gap: float,
) -> Columns:
    """Give each rank the length of its longest node, and gaps with room for borders of clusters.

    `margins` are the distances from a cluster's border to what it holds, at its start and end.
    """
    count = len(layering.ranks)
    room_before, room_after = [0.0] * count, [0.0] * count
    for cluster, (first, last, depth_first, depth_last) in enumerate(_spans(layering, tree)):
        if cluster != ROOT:
            room_before[first] = max(room_before[first], depth_first * margins[0])
            room_after[last] = max(room_after[last], depth_last * margins[1])
    starts: list[float] = []
    ends: list[float] = []
    at = 0.0
    for rank, items in enumerate(layering.ranks):
        if rank:
            borders = room_after[rank - 1] + room_before[rank]
            at += max(rank_gap, borders + rank_gap / 2 if borders else 0.0)
        starts.append(at)
        at += max((lengths[item] for item in items if item < layering.node_count), default=0.0)
        ends.append(at)
    return Columns(starts, ends)


def _spans(layering: Layering, tree: ClusterTree) -> list[tuple[int, int, int, int]]:
    # Per cluster: first and last rank, and how many borders nest there, its own included.
    first = [len(layering.ranks)] * len(tree)
    last = [-1] * len(tree)
    for item, cluster in enumerate(layering.cluster):
        first[cluster] = min(first[cluster], layering.rank[item])
        last[cluster] = max(last[cluster], layering.rank[item])
    nested_first, nested_last = [1] * len(tree), [1] * len(tree)
    for cluster in range(len(tree) - 1, ROOT, -1):
        parent = tree.parent[cluster]
        first[parent] = min(first[parent], first[cluster])
        last[parent] = max(last[parent], last[cluster])
    for cluster in range(len(tree) - 1, ROOT, -1):
        parent = tree.parent[cluster]
        if first[parent] == first[cluster]:
            nested_first[parent] = max(nested_first[parent], nested_first[cluster] + 1)
        if last[parent] == last[cluster]:
            nested_last[parent] = max(nested_last[parent], nested_last[cluster] + 1)
    return list(zip(first, last, nested_first, nested_last, strict=True))


def cluster_rectangles(
    layering: Layering,
    along: Sequence[tuple[float, float]],
    centre: Sequence[float],
    half: Sequence[float],
    tree: ClusterTree,
    insets: tuple[float, float],
    margins: tuple[float, float],
) -> list[Rectangle]:
    """Return the least rectangle of each cluster that holds its nodes, bends and clusters.

    `insets` and `margins` are the distances from border to contents: low and high across the
    ranks, start and end along them. The root's rectangle has none.
    """
    infinity = float("inf")
    edges = [[infinity, -infinity, infinity, -infinity] for _ in range(len(tree))]

    def include(cluster: int, rectangle: Rectangle) -> None:
        start, end, low, high = edges[cluster]
        edges[cluster] = [
            min(start, rectangle[0]),
            max(end, rectangle[1]),
            min(low, rectangle[2]),
            max(high, rectangle[3]),
        ]

    for item, cluster in enumerate(layering.cluster):
        start, end = along[item] if item < layering.node_count else (infinity, -infinity)
        include(cluster, (start, end, centre[item] - half[item], centre[item] + half[item]))
    rectangles: list[Rectangle] = [(0.0, 0.0, 0.0, 0.0)] * len(tree)
    for cluster in range(len(tree) - 1, ROOT - 1, -1):
        start, end, low, high = edges[cluster]
        if cluster != ROOT:
            start, end = start - margins[0], end + margins[1]
            low, high = low - insets[0], high + insets[1]
            include(tree.parent[cluster], (start, end, low, high))
        rectangles[cluster] = (start, end, low, high)
    return rectangles
