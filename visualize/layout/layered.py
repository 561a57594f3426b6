"""layout(): sizes of boxes and edges between them in, places and curves out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visualize.layout.place import Box, place

__all__ = ["RANKDIRS", "Placed", "layout"]

RANKDIRS = ("LR", "TB", "RL", "BT")


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
    made = place(
        sizes,
        edges,
        [()] * len(sizes) if groups is None else [tuple(path) for path in groups],
        rankdir,
        rank_gap,
        node_gap,
        title_height,
        title_width or _no_width,
    )
    clusters = dict(zip(made.paths, made.frames, strict=True))
    return Placed(made.boxes, made.routes, clusters, made.width, made.height)


def _no_width(_path: tuple[str, ...]) -> float:
    return 0.0


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
