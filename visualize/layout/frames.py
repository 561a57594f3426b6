"""Extents along the ranks: where each column lies, and the frames of clusters."""

from __future__ import annotations

from dataclasses import dataclass

from visualize.layout.layering import ROOT, Frame, Geometry, Layering, Span

__all__ = ["place_along", "place_frames"]


@dataclass(frozen=True, slots=True)
class _Extent:
    """The first and last rank of a cluster, and how many borders nest there, its own included."""

    first: int
    last: int
    nested_first: int
    nested_last: int


def place_along(geometry: Geometry) -> None:
    """Give each rank the length of its longest node, and gaps with room for borders of clusters.

    The last rank of a cluster ends where there is room for its least length.
    """
    layering, spacing = geometry.layering, geometry.spacing
    count = len(layering.ranks)
    before = [0.0] * count
    behind = [0.0] * count
    ending: list[list[int]] = [[] for _ in range(count)]
    extents = _extents(layering)
    for cluster, extent in enumerate(extents):
        if cluster != ROOT:
            first, last = extent.first, extent.last
            before[first] = max(before[first], extent.nested_first * spacing.start)
            behind[last] = max(behind[last], extent.nested_last * spacing.end)
            ending[last].append(cluster)
    at = 0.0
    for rank, items in enumerate(layering.ranks):
        if rank > 0:
            borders = behind[rank - 1] + before[rank]
            needed = borders + spacing.rank_gap / 2 if borders > 0 else 0.0
            at += max(spacing.rank_gap, needed)
        geometry.starts.append(at)
        longest = 0.0
        for item in items:
            if item < layering.node_count:
                longest = max(longest, geometry.lengths[item])
        at += longest
        for cluster in ending[rank]:
            extent = extents[cluster]
            borders = extent.nested_first * spacing.start + extent.nested_last * spacing.end
            start = geometry.starts[extent.first]
            at = max(at, start + geometry.least_along[cluster] - borders)
        geometry.ends.append(at)
    for extent in extents:
        low = geometry.starts[extent.first] - extent.nested_first * spacing.start
        geometry.reach.append((low, geometry.ends[extent.last] + extent.nested_last * spacing.end))
    for node, length in enumerate(geometry.lengths):
        rank = layering.rank[node]
        start = (geometry.starts[rank] + geometry.ends[rank] - length) / 2
        geometry.along.append((start, start + length))


def _extents(layering: Layering) -> list[_Extent]:
    tree = layering.tree
    first, last = tree.spans(layering.cluster, layering.rank)
    nested_first, nested_last = [1] * len(tree), [1] * len(tree)
    for cluster in range(len(tree) - 1, ROOT, -1):
        parent = tree.parent[cluster]
        if first[parent] == first[cluster]:
            nested_first[parent] = max(nested_first[parent], nested_first[cluster] + 1)
        if last[parent] == last[cluster]:
            nested_last[parent] = max(nested_last[parent], nested_last[cluster] + 1)
    return [
        _Extent(first[cluster], last[cluster], nested_first[cluster], nested_last[cluster])
        for cluster in range(len(tree))
    ]


def place_frames(geometry: Geometry) -> None:
    """Give each cluster the least frame that holds its nodes, bends and clusters, and its title.

    The frame of the whole picture has no border.
    """
    layering, spacing = geometry.layering, geometry.spacing
    tree = layering.tree
    around = [(float("inf"), float("-inf"), float("inf"), float("-inf"))] * len(tree)
    for item, cluster in enumerate(layering.cluster):
        if layering.is_placeholder(item):
            continue
        low = geometry.centre[item] - geometry.half[item]
        high = geometry.centre[item] + geometry.half[item]
        start, end = float("inf"), float("-inf")
        if item < layering.node_count:
            start, end = geometry.along[item]
        around[cluster] = _joined(around[cluster], (start, end, low, high))
    for cluster in range(len(tree) - 1, ROOT, -1):  # children come after their parents
        start, end, low, high = around[cluster]
        along = (start - spacing.start, end + spacing.end)
        across = (low - spacing.low, high + spacing.high)
        along = _grown(along, geometry.least_along[cluster], geometry.reach[cluster])
        across = _grown(across, geometry.least_across[cluster], geometry.lanes[cluster])
        around[cluster] = (along[0], along[1], across[0], across[1])
        parent = tree.parent[cluster]
        around[parent] = _joined(around[parent], around[cluster])
    geometry.frames = around


def _joined(first: Frame, second: Frame) -> Frame:
    return (
        min(first[0], second[0]),
        max(first[1], second[1]),
        min(first[2], second[2]),
        max(first[3], second[3]),
    )


def _grown(span: Span, least: float, room: Span) -> Span:
    # By as much on both sides, where there is room.
    low, high = span
    missing = least - (high - low)
    if missing <= 0:
        return span
    start = min(max(low - missing / 2, room[0]), room[1] - least)
    return (start, start + least)
