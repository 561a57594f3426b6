"""A graph in, places out: every stage of the layout in turn.

Ranks, long edges cut up (layering), order in the ranks, coordinates across and along them
(placement, frames), curves (routing); the method is that of Sugiyama, Tagawa and Toda (1981) as
refined by Gansner, Koutsofios, North and Vo, A technique for drawing directed graphs (1993), except
that shortest edges are found by a flow algorithm, long edges of one value share a trunk, and
clusters get lanes.

This module and all that it imports are also written as a script (docs/javascript), so that a
page places boxes as a picture does. Everything is computed along and across the ranks; only the
last step knows left from top.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visualize.layout.frames import place_along, place_frames
from visualize.layout.geometry import Geometry, Point, Spacing
from visualize.layout.layering import ClusterTree, build_layering, cluster_tree, ranks_spanned
from visualize.layout.order import order_ranks
from visualize.layout.placement import place_across
from visualize.layout.ranks import rank_nodes
from visualize.layout.routing import parallel_offsets, route_edges

__all__ = ["Box", "Placing", "place"]

CLUSTER_PADDING = 8.0
BEND_GAP = 0.6  # of the gap between boxes, beside a bend of a long edge
FREE_ITEMS = 1_000  # virtual items allowed for long edges,
ITEMS_PER_NODE = 4  # and as many more for each node
MOST_SPANNED = 50_000  # ranks that all clusters span; beyond, the innermost are left out
STEPS = 100_000  # bends allowed in all edges together; a picture of them is near 5 MB

Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Placing:
    """Places with the origin at the top left and y downwards, boxes as (x, y, width, height)."""

    boxes: list[Box]
    routes: list[list[Point]]
    paths: list[tuple[str, ...]]  # of the clusters, outer ones first
    frames: list[Box]  # of the clusters
    width: float
    height: float


def place(
    sizes: Sequence[tuple[float, float]],
    edges: Sequence[tuple[int, int]],
    groups: Sequence[tuple[str, ...]],
    rankdir: str,
    rank_gap: float,
    node_gap: float,
    title_height: float,
    title_width: Callable[[tuple[str, ...]], float],
) -> Placing:
    """Place boxes of the given (width, height); `layout` says more of the arguments.

    Raises ValueError where the edges form a cycle.
    """
    if len(sizes) == 0:
        return Placing([], [], [], [], 0.0, 0.0)
    is_sideways = rankdir in ("LR", "RL")
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
            start=titled if rankdir == "TB" else CLUSTER_PADDING,
            end=titled if rankdir == "BT" else CLUSTER_PADDING,
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
    place_frames(geometry)
    return _turned(sizes, route_edges(edges, geometry), geometry, rankdir)


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


def _turned(
    sizes: Sequence[tuple[float, float]],
    routes: Sequence[Sequence[Point]],
    geometry: Geometry,
    rankdir: str,
) -> Placing:
    # From (along, across) to (x, y): swapped for TB and BT, mirrored for RL and BT.
    is_mirrored = rankdir in ("RL", "BT")
    is_sideways = rankdir in ("LR", "RL")
    start, end, low, high = geometry.frames[0]
    for route in routes:
        for _, across in route:
            low = min(low, across)
            high = max(high, across)

    def point(along: float, across: float) -> Point:
        along = end - along if is_mirrored else along - start
        return (along, across - low) if is_sideways else (across - low, along)

    boxes: list[Box] = []
    for node, (width, height) in enumerate(sizes):
        span = geometry.along[node]
        top = geometry.centre[node] - geometry.half[node]
        x, y = point(span[1] if is_mirrored else span[0], top)
        boxes.append((x, y, width, height))
    frames: list[Box] = []
    for frame in geometry.frames[1:]:
        x, y = point(frame[1] if is_mirrored else frame[0], frame[2])
        length, breadth = frame[1] - frame[0], frame[3] - frame[2]
        width, height = (length, breadth) if is_sideways else (breadth, length)
        frames.append((x, y, width, height))
    return Placing(
        boxes,
        [[point(along, across) for along, across in route] for route in routes],
        geometry.layering.tree.paths[1:],
        frames,
        end - start if is_sideways else high - low,
        high - low if is_sideways else end - start,
    )
