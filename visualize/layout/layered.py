"""layout(): sizes of boxes and edges between them in, places and curves out.

The stages: ranks, long edges cut up (layering), order in the ranks, coordinates across them
(placement) and along them (ranks), frames of clusters, curves (layering). The method is that of
Sugiyama, Tagawa and Toda (1981) as refined by Gansner, Koutsofios, North and Vo, A technique for
drawing directed graphs (1993), except that a flow algorithm finds the shortest edges, long edges of
one value share a trunk, and clusters get lanes.

`make docs` writes `place` and all that it needs as a script too, so that a page places boxes as a
picture does. Everything is computed along and across the ranks; only the last step knows left from
top.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visualize.layout.layering import (
    ROOT,
    ClusterTree,
    Frame,
    Geometry,
    Point,
    Spacing,
    Span,
    build_layering,
    cluster_tree,
    parallel_offsets,
    ranks_spanned,
    route_edges,
)
from visualize.layout.order import order_ranks
from visualize.layout.placement import place_across
from visualize.layout.ranks import place_along, rank_nodes

RANKDIRS = ("LR", "TB")
RANK_GAP = 36  # pixels, unless a caller says otherwise
NODE_GAP = 10
TITLE_HEIGHT = 16
CLUSTER_PADDING = 8.0
BEND_GAP = 0.6  # of the gap between boxes, beside a bend of a long edge
FREE_ITEMS = 1_000  # virtual items allowed for long edges,
ITEMS_PER_NODE = 4  # and as many more for each node
MOST_SPANNED = 50_000  # ranks that all clusters span; beyond, the innermost are left out
STEPS = 100_000  # bends allowed in all edges together; a picture of them is near 5 MB

Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Placed:
    """Places of boxes, edges and clusters in a picture of the given width and height.

    Rectangles are (x, y, width, height) with the origin at the top left and y downwards. A route is
    a start point, followed by two control points and an end point for each cubic Bezier piece.
    """

    boxes: list[Box]
    routes: list[list[Point]]
    paths: list[tuple[str, ...]]  # of the clusters, outer ones first
    frames: list[Box]  # of the clusters
    width: float
    height: float

    @property
    def clusters(self) -> dict[tuple[str, ...], Box]:
        """The rectangle of each cluster, outer ones first."""
        return dict(zip(self.paths, self.frames, strict=True))


def layout(
    sizes: Sequence[tuple[float, float]],
    edges: Sequence[tuple[int, int]],
    *,
    rankdir: str = "LR",
    groups: Sequence[tuple[str, ...]] | None = None,
    rank_gap: float = RANK_GAP,
    node_gap: float = NODE_GAP,
    title_height: float = TITLE_HEIGHT,
    title_width: Callable[[tuple[str, ...]], float] | None = None,
) -> Placed:
    """Place boxes of the given (width, height) in ranks, so that every edge (u, v) goes forward.

    An edge may occur several times. `groups` holds the path of nested clusters of each node, ()
    for none; each cluster gets a rectangle, with `title_height` free at its top and at least as
    wide as `title_width` says of its path, that holds its own nodes and clusters and no others.
    (Where clusters span more than 50,000 ranks, all together, the innermost level of them is left
    out.) `rank_gap` is the least distance between ranks, `node_gap` between boxes in a rank. The
    same input gives the same result everywhere. `rankdir` is "LR" from left to right, or "TB" from
    top to bottom.

    Raises ValueError where the edges form a cycle.

    >>> placed = layout([(20, 10), (20, 10), (20, 10)], [(0, 2), (1, 2)], rank_gap=30, node_gap=10)
    >>> placed.boxes
    [(0.0, 0.0, 20, 10), (0.0, 20.0, 20, 10), (50.0, 20.0, 20, 10)]
    >>> placed.width, placed.height
    (70.0, 30.0)
    """
    return place(
        sizes,
        edges,
        [()] * len(sizes) if groups is None else [tuple(path) for path in groups],
        rankdir,
        rank_gap,
        node_gap,
        title_height,
        title_width or _no_width,
    )


def _no_width(_path: tuple[str, ...]) -> float:
    return 0.0


def place(
    sizes: Sequence[tuple[float, float]],
    edges: Sequence[tuple[int, int]],
    groups: Sequence[tuple[str, ...]],
    rankdir: str,
    rank_gap: float,
    node_gap: float,
    title_height: float,
    title_width: Callable[[tuple[str, ...]], float],
) -> Placed:
    """Place boxes of the given (width, height); `layout` says more of the arguments.

    Raises ValueError where the edges form a cycle.
    """
    if len(sizes) == 0:
        return Placed([], [], [], [], 0.0, 0.0)
    is_sideways = rankdir == "LR"
    tree, ranks = _ranked(edges, groups)
    layering = build_layering(
        ranks, edges, tree, items=FREE_ITEMS + ITEMS_PER_NODE * len(sizes), steps=STEPS
    )
    titled = CLUSTER_PADDING + title_height
    wide = [title_width(path) if len(path) > 0 else 0.0 for path in tree.paths]
    none = [0.0] * len(tree)
    half = [(height if is_sideways else width) / 2 for width, height in sizes]
    half.extend([0.0] * (len(layering.rank) - len(sizes)))
    geometry = Geometry(
        layering=layering,
        spacing=Spacing(
            rank_gap=rank_gap,
            node_gap=node_gap,
            bend_gap=BEND_GAP * node_gap,
            start=CLUSTER_PADDING if is_sideways else titled,
            end=CLUSTER_PADDING,
            low=titled if is_sideways else CLUSTER_PADDING,
            high=CLUSTER_PADDING,
        ),
        lengths=[width if is_sideways else height for width, height in sizes],
        half=half,
        offsets=parallel_offsets(edges, len(sizes)),
        least_along=wide if is_sideways else none,
        least_across=none if is_sideways else wide,
        order=order_ranks(layering),
    )
    for chain, offset in zip(layering.chains, geometry.offsets, strict=True):
        for bend in chain[1:-1]:
            half[bend] = max(half[bend], abs(offset))
    place_across(geometry)
    place_along(geometry)
    _place_frames(geometry)
    return _turned(sizes, route_edges(edges, geometry), geometry, is_sideways)


def _ranked(
    edges: Sequence[tuple[int, int]], groups: Sequence[tuple[str, ...]]
) -> tuple[ClusterTree, list[int]]:
    # Where clusters span too much, without the innermost level of them.
    paths = list(groups)
    tree = cluster_tree(paths)
    ranks = rank_nodes(len(paths), edges, tree)
    while ranks_spanned(ranks, tree) > MOST_SPANNED:
        deepest = max(tree.depth)
        paths = [path[: deepest - 1] for path in paths]
        tree = cluster_tree(paths)
        ranks = rank_nodes(len(paths), edges, tree)
    return tree, ranks


def _place_frames(geometry: Geometry) -> None:
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


def _turned(
    sizes: Sequence[tuple[float, float]],
    routes: Sequence[Sequence[Point]],
    geometry: Geometry,
    is_sideways: bool,
) -> Placed:
    # From (along, across) to (x, y), or to (y, x) where ranks stand below each other.
    start, end, low, high = geometry.frames[0]
    for route in routes:
        for _, across in route:
            low = min(low, across)
            high = max(high, across)

    def point(along: float, across: float) -> Point:
        place = (along - start, across - low)
        return place if is_sideways else (place[1], place[0])

    boxes: list[Box] = []
    for node, (width, height) in enumerate(sizes):
        x, y = point(geometry.along[node][0], geometry.centre[node] - geometry.half[node])
        boxes.append((x, y, width, height))
    frames: list[Box] = []
    for frame in geometry.frames[1:]:
        x, y = point(frame[0], frame[2])
        length, breadth = frame[1] - frame[0], frame[3] - frame[2]
        width, height = (length, breadth) if is_sideways else (breadth, length)
        frames.append((x, y, width, height))
    return Placed(
        boxes,
        [[point(along, across) for along, across in route] for route in routes],
        geometry.layering.tree.paths[1:],
        frames,
        end - start if is_sideways else high - low,
        high - low if is_sideways else end - start,
    )
