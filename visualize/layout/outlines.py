"""Outlines: how far each rank reaches, the frames of clusters, and the curves of edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from visualize.layout.layering import ROOT, Frame, Geometry, Layering, Point, Span

PARALLEL_GAP = 4.0  # between edges of one pair of nodes
PORT_GAP = 8.0  # between the ends of edges at one box, where it is tall enough
PORT_SPAN = 0.7  # of the box's side carries ends of edges
OUTSIDE_GAP = 4.0  # between edges that go around the outside


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


def route_edges(edges: Sequence[tuple[int, int]], geometry: Geometry) -> list[list[Point]]:
    """Return each edge's cubic Bezier control points, along and across the ranks.

    An edge leaves its node at the middle of its end side and arrives spread over the start side of
    its consumer, in the order in which the edges come in. It bends only in the gaps between ranks
    and runs straight through a rank, so it never meets a box. Edges of one pair of nodes keep their
    offsets along the whole path. Edges without a chain run outside of all clusters, one lane for
    each value.
    """
    layering, centre, offsets = geometry.layering, geometry.centre, geometry.offsets
    lanes = _outside_lanes(edges, geometry)
    ports = _ports(edges, lanes, geometry)
    routes: list[list[Point]] = []
    for index, (u, v) in enumerate(edges):
        first, last = layering.rank[u], layering.rank[v]
        # Heights at which the edge runs through the ranks first, ..., last.
        through = [centre[item] + offsets[index] for item in layering.chains[index]]
        if len(through) == 0:
            through = [lanes[u] + offsets[index]] * (last - first + 1)
        limit = PORT_SPAN * geometry.half[u]
        through[0] = centre[u] + min(max(offsets[index], -limit), limit)
        through[-1] = ports[index]
        knots = [(geometry.along[u][1], through[0])]
        for rank in range(first, last):
            knots.append((geometry.ends[rank], through[rank - first]))
            knots.append((geometry.starts[rank + 1], through[rank - first + 1]))
        knots.append((geometry.along[v][0], through[-1]))
        routes.append(_curve(knots))
    return routes


def parallel_offsets(edges: Sequence[tuple[int, int]], count: int) -> list[float]:
    """Give each edge its distance from the middle of the edges between the same two nodes."""
    together: dict[int, list[int]] = {}
    for index, (u, v) in enumerate(edges):
        together.setdefault(u * count + v, []).append(index)
    offsets = [0.0] * len(edges)
    for indices in together.values():
        for place, index in enumerate(indices):
            offsets[index] = (place - (len(indices) - 1) / 2) * PARALLEL_GAP
    return offsets


def _ports(
    edges: Sequence[tuple[int, int]], lanes: dict[int, float], geometry: Geometry
) -> list[float]:
    # Where each edge arrives at its consumer.
    chains, centre = geometry.layering.chains, geometry.centre
    heights: list[float] = []
    arrivals: dict[int, list[int]] = {}
    for index, (u, v) in enumerate(edges):
        chain = chains[index]
        comes_from = centre[chain[-2]] if len(chain) > 0 else lanes[u]
        heights.append(comes_from + geometry.offsets[index])
        arrivals.setdefault(v, []).append(index)
    ports = [0.0] * len(edges)
    for v, coming in arrivals.items():
        gap = min(PORT_GAP, PORT_SPAN * 2 * geometry.half[v] / len(coming))
        for place, index in enumerate(sorted(coming, key=heights.__getitem__)):
            ports[index] = centre[v] + (place - (len(coming) - 1) / 2) * gap
    return ports


def _outside_lanes(edges: Sequence[tuple[int, int]], geometry: Geometry) -> dict[int, float]:
    # The first lane, from the inside out, that is free over the ranks that the value needs.
    layering = geometry.layering
    outside = geometry.frames[0][2] - 2 * geometry.spacing.node_gap
    last_rank: dict[int, int] = {}
    for (u, v), chain in zip(edges, layering.chains, strict=True):
        if len(chain) == 0:
            last_rank[u] = max(last_rank.get(u, 0), layering.rank[v])
    busy_until: list[int] = []
    lanes: dict[int, float] = {}
    for u in sorted(sorted(last_rank), key=layering.rank.__getitem__):
        lane = 0
        while lane < len(busy_until) and busy_until[lane] > layering.rank[u]:
            lane += 1
        if lane == len(busy_until):
            busy_until.append(0)
        busy_until[lane] = last_rank[u]
        lanes[u] = outside - lane * OUTSIDE_GAP
    return lanes


def _curve(knots: Sequence[Point]) -> list[Point]:
    # Tangents at the knots run along the ranks; pieces at one height join into one straight piece.
    corners = [knots[0]]
    for knot in knots[1:]:
        if knot[0] <= corners[-1][0] and knot[1] == corners[-1][1]:
            continue
        if len(corners) > 1 and corners[-2][1] == corners[-1][1] and corners[-1][1] == knot[1]:
            corners.pop()
        corners.append(knot)
    if len(corners) == 1:  # ranks that touch
        corners.append(knots[-1])
    points = [corners[0]]
    x, y = corners[0]
    for end_x, end_y in corners[1:]:
        middle = (x + end_x) / 2
        points.extend([(middle, y), (middle, end_y), (end_x, end_y)])
        x = end_x
        y = end_y
    return points
