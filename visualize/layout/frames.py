"""Extents along the ranks: where each column lies, and the rectangles of clusters."""

from __future__ import annotations

from collections.abc import Sequence

from visualize.layout.cluster_tree import ROOT, ClusterTree
from visualize.layout.layering import Layering
from visualize.layout.routing import Columns

__all__ = ["Rectangle", "Span", "cluster_rectangles", "columns_of"]

Span = tuple[float, float]
Rectangle = tuple[float, float, float, float]  # start and end along, low and high across the ranks


def columns_of(
    layering: Layering,
    lengths: Sequence[float],
    tree: ClusterTree,
    margins: tuple[float, float],
    least: Sequence[float],
    rank_gap: float,
) -> tuple[Columns, list[Span]]:
    """Give each rank the length of its longest node, and gaps with room for borders of clusters.

    `margins` are the distances from a cluster's border to what it holds, at its start and end. The
    last rank of a cluster ends where there is room for its `least` length. Returns that room, too:
    how far the rectangle of each cluster may reach.
    """
    count = len(layering.ranks)
    room_before, room_after = [0.0] * count, [0.0] * count
    ending: list[list[int]] = [[] for _ in range(count)]
    spans = _spans(layering, tree)
    for cluster, (first, last, depth_first, depth_last) in enumerate(spans):
        if cluster != ROOT:
            room_before[first] = max(room_before[first], depth_first * margins[0])
            room_after[last] = max(room_after[last], depth_last * margins[1])
            ending[last].append(cluster)
    starts: list[float] = []
    ends: list[float] = []
    at = 0.0
    for rank, items in enumerate(layering.ranks):
        if rank:
            borders = room_after[rank - 1] + room_before[rank]
            at += max(rank_gap, borders + rank_gap / 2 if borders else 0.0)
        starts.append(at)
        at += max((lengths[item] for item in items if item < layering.node_count), default=0.0)
        for cluster in ending[rank]:
            first, _, depth_first, depth_last = spans[cluster]
            borders = depth_first * margins[0] + depth_last * margins[1]
            at = max(at, starts[first] + least[cluster] - borders)
        ends.append(at)
    room = [
        (starts[first] - depth_first * margins[0], ends[last] + depth_last * margins[1])
        for first, last, depth_first, depth_last in spans
    ]
    return Columns(starts, ends), room


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
    along: Sequence[Span],
    centre: Sequence[float],
    half: Sequence[float],
    tree: ClusterTree,
    insets: tuple[float, float],
    margins: tuple[float, float],
    least: tuple[Sequence[float], Sequence[float]],
    room: tuple[Sequence[Span], Sequence[Span]],
) -> list[Rectangle]:
    """Return the least rectangle of each cluster that holds its nodes, bends and clusters.

    `insets` and `margins` are the distances from border to contents: low and high across the
    ranks, start and end along them. The root's rectangle has none. `least` holds the least extents
    of each cluster, along and across the ranks, and `room` the spans in which it may grow to them.
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
            start, end = _grown((start, end), least[0][cluster], room[0][cluster])
            low, high = _grown((low, high), least[1][cluster], room[1][cluster])
            include(tree.parent[cluster], (start, end, low, high))
        rectangles[cluster] = (start, end, low, high)
    return rectangles


def _grown(span: Span, least: float, room: Span) -> Span:
    # By as much on both sides, where there is room.
    low, high = span
    missing = least - (high - low)
    if missing <= 0:
        return span
    low = min(max(low - missing / 2, room[0]), room[1] - least)
    return low, low + least
