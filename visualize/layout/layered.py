"""Layered layout: sizes of boxes and edges between them in, places and curves out.

Ranks (rank), long edges cut up (layering), order in the ranks (crossing), coordinates (placement),
curves (routing); the method is that of Sugiyama, Tagawa and Toda (1981) as refined by Gansner,
Koutsofios, North and Vo, A technique for drawing directed graphs (1993), except that shortest
edges are found by a flow algorithm, long edges of one value share a trunk, and clusters get lanes.

Everything is computed along and across the ranks; only the last step knows left from top.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visualize.layout.cluster_tree import ROOT, ClusterTree
from visualize.layout.crossing import order_ranks
from visualize.layout.frames import Rectangle, Span, cluster_rectangles, columns_of
from visualize.layout.lanes import Insets
from visualize.layout.layering import build_layering, ranks_spanned
from visualize.layout.placement import place_across
from visualize.layout.rank import rank_nodes
from visualize.layout.routing import parallel_offsets, route_edges

__all__ = ["RANKDIRS", "Placed", "layout"]

RANKDIRS = ("LR", "TB", "RL", "BT")
CLUSTER_PADDING = 8.0
BEND_GAP = 0.6  # of the gap between boxes, beside a bend of a long edge
FREE_ITEMS, ITEMS_PER_NODE = 1_000, 4  # virtual items allowed for long edges
MOST_SPANNED = 50_000  # ranks that all clusters span; beyond, the innermost are left out
STEPS = 100_000  # bends allowed in all edges together; a picture of them is near 5 MB

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Placed:
    """Places of boxes, edges and clusters in a picture of the given width and height.

    Rectangles are (x, y, width, height) with the origin at the top left and y downwards. A route is
    a start point, followed by two control points and an end point for each cubic Bezier piece.
    """

    boxes: list[Box]
    routes: list[list[tuple[float, float]]]
    clusters: dict[tuple[str, ...], Box]
    width: float
    height: float


def layout(
    sizes: Sequence[tuple[float, float]],
    edges: Sequence[tuple[int, int]],
    *,
    rankdir: str = "LR",
    groups: Sequence[tuple[str, ...]] | None = None,
    rank_gap: float = 36,
    node_gap: float = 10,
    title_height: float = 16,
    title_width: Callable[[tuple[str, ...]], float] | None = None,
) -> Placed:
    """Place boxes of the given (width, height) in ranks, so that every edge (u, v) goes forward.

    An edge may occur several times. `groups` holds the path of nested clusters of each node, ()
    for none; each cluster gets a rectangle, with `title_height` free at its top and at least as
    wide as `title_width` says of its path, that holds its own nodes and clusters and no others.
    (Where clusters span more than 50,000 ranks, all together, the innermost level of them is left
    out.) `rank_gap` is the least distance between ranks, `node_gap` between boxes in a rank. The
    same input gives the same result everywhere.

    Raises ValueError where the edges form a cycle or name no node, where sizes or gaps are negative
    or not finite, where `groups` has another length than `sizes`, and for an unknown `rankdir`.

    >>> placed = layout([(20, 10), (20, 10), (20, 10)], [(0, 2), (1, 2)], rank_gap=30, node_gap=10)
    >>> placed.boxes
    [(0.0, 0.0, 20, 10), (0.0, 20.0, 20, 10), (50.0, 20.0, 20, 10)]
    >>> placed.width, placed.height
    (70.0, 30.0)
    """
    gaps = {"rank_gap": rank_gap, "node_gap": node_gap, "title_height": title_height}
    _check(sizes, edges, rankdir, groups, gaps)
    if not sizes:
        return Placed([], [], {}, 0.0, 0.0)
    sideways = rankdir in ("LR", "RL")
    lengths = [width if sideways else height for width, height in sizes]
    breadths = [height if sideways else width for width, height in sizes]
    paths = [()] * len(sizes) if groups is None else [tuple(path) for path in groups]
    tree = ClusterTree(paths)
    ranks = rank_nodes(len(sizes), edges, tree)
    while ranks_spanned(ranks, tree) > MOST_SPANNED:
        paths = [path[: max(tree.depth) - 1] for path in paths]
        tree = ClusterTree(paths)
        ranks = rank_nodes(len(sizes), edges, tree)
    layering = build_layering(
        ranks, edges, tree, items=FREE_ITEMS + ITEMS_PER_NODE * len(sizes), steps=STEPS
    )
    order = order_ranks(layering, tree)
    half = [breadth / 2 for breadth in breadths] + [0.0] * (len(layering.rank) - len(sizes))
    offsets = parallel_offsets(edges)
    for chain, offset in zip(layering.chains, offsets, strict=True):
        for bend in chain[1:-1] if chain and offset else ():
            half[bend] = max(half[bend], abs(offset))
    titled = CLUSTER_PADDING + title_height
    insets = Insets(
        node_gap=node_gap,
        bend_gap=BEND_GAP * node_gap,
        low=titled if sideways else CLUSTER_PADDING,
        high=CLUSTER_PADDING,
    )
    margins = (
        titled if rankdir == "TB" else CLUSTER_PADDING,
        titled if rankdir == "BT" else CLUSTER_PADDING,
    )
    none = [0.0] * len(tree)
    wide = [title_width(path) if title_width and path else 0.0 for path in tree.paths]
    least = (wide, none) if sideways else (none, wide)
    centre, lanes = place_across(order, half, layering, tree, insets, least[1])
    columns, stretches = columns_of(layering, lengths, tree, margins, least[0], rank_gap)
    along: list[Span] = []
    for rank, length in zip(ranks, lengths, strict=True):
        start = (columns.start[rank] + columns.end[rank] - length) / 2
        along.append((start, start + length))
    rectangles = cluster_rectangles(
        layering,
        along,
        centre,
        half,
        tree,
        (insets.low, insets.high),
        margins,
        least,
        (stretches, lanes),
    )
    outside = rectangles[ROOT][2] - 2 * node_gap
    routes = route_edges(edges, layering, centre, half, along, columns, offsets, outside)
    boxes = [
        (*span, middle - reach, middle + reach)
        for span, middle, reach in zip(along, centre, half, strict=False)
    ]
    return _turn(rankdir, sizes, boxes, routes, rectangles, tree)


def _turn(
    rankdir: str,
    sizes: Sequence[tuple[float, float]],
    boxes: Sequence[Rectangle],
    routes: Sequence[Sequence[tuple[float, float]]],
    rectangles: Sequence[Rectangle],
    tree: ClusterTree,
) -> Placed:
    # From (along, across) to (x, y): swapped for TB and BT, mirrored for RL and BT.
    start, end, low, high = rectangles[ROOT]
    low = min(low, *(y for route in routes for _, y in route)) if routes else low
    high = max(high, *(y for route in routes for _, y in route)) if routes else high
    mirrored, sideways = rankdir in ("RL", "BT"), rankdir in ("LR", "RL")

    def point(along: float, across: float) -> tuple[float, float]:
        along = end - along if mirrored else along - start
        return (along, across - low) if sideways else (across - low, along)

    def corner(rectangle: Rectangle) -> tuple[float, float]:
        return point(rectangle[1] if mirrored else rectangle[0], rectangle[2])

    clusters: dict[tuple[str, ...], Box] = {}
    for path, rectangle in zip(tree.paths, rectangles, strict=True):
        if path:
            length, breadth = rectangle[1] - rectangle[0], rectangle[3] - rectangle[2]
            size = (length, breadth) if sideways else (breadth, length)
            clusters[path] = (*corner(rectangle), *size)
    return Placed(
        boxes=[(*corner(box), *size) for box, size in zip(boxes, sizes, strict=True)],
        routes=[[point(*knot) for knot in route] for route in routes],
        clusters=clusters,
        width=end - start if sideways else high - low,
        height=high - low if sideways else end - start,
    )


def _check(
    sizes: Sequence[tuple[float, float]],
    edges: Sequence[tuple[int, int]],
    rankdir: str,
    groups: Sequence[tuple[str, ...]] | None,
    gaps: dict[str, float],
) -> None:
    if rankdir not in RANKDIRS:
        raise ValueError(f"layout: rankdir is {rankdir!r}; use one of {', '.join(RANKDIRS)}")
    for name, gap in gaps.items():
        if not 0 <= gap < math.inf:
            raise ValueError(f"layout: {name} is {gap!r}; it must be a finite length >= 0")
    for node, size in enumerate(sizes):
        if not all(0 <= side < math.inf for side in size):
            raise ValueError(f"layout: node {node} has size {size!r}; use finite sides >= 0")
    for index, (u, v) in enumerate(edges):
        if not (0 <= u < len(sizes) and 0 <= v < len(sizes)):
            raise ValueError(
                f"layout: edge {index} is {(u, v)!r}; its ends must be nodes 0 to {len(sizes) - 1}"
            )
    if groups is not None and len(groups) != len(sizes):
        raise ValueError(
            f"layout: {len(groups)} groups for {len(sizes)} nodes; "
            "give one path per node, () for none"
        )
