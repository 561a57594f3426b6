"""The curves of the edges: through the gaps between ranks, past the boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from visualize.layout.layering import Layering

__all__ = ["Columns", "parallel_offsets", "route_edges"]

Point = tuple[float, float]

PARALLEL_GAP = 4.0  # between edges of one pair of nodes
PORT_GAP = 8.0  # between the ends of edges at one box, where it is tall enough
PORT_SPAN = 0.7  # of the box's side carries ends of edges
OUTSIDE_GAP = 4.0  # between edges that go around the outside


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each rank begins and ends along the ranks."""

    start: list[float]
    end: list[float]


def route_edges(
    edges: Sequence[tuple[int, int]],
    layering: Layering,
    centre: Sequence[float],
    half: Sequence[float],
    along: Sequence[tuple[float, float]],
    columns: Columns,
    offsets: Sequence[float],
    outside: float,
) -> list[list[Point]]:
    """Return each edge's cubic Bezier control points, (along, across) the ranks.

    An edge leaves its node at the middle of its end side and arrives spread over the start side of
    its consumer, in the order in which the edges come in. It bends only in the gaps between ranks
    and runs straight through a rank, so it never meets a box. Edges of one pair of nodes keep their
    `offsets` along the whole path. Edges without a chain run at coordinate `outside` and beyond it,
    one lane for each value.

    `along` holds the start and end of each node along the ranks.
    """
    lanes = _outside_lanes(edges, layering, outside)
    arrivals: dict[int, list[tuple[float, int]]] = {}
    for index, (u, v) in enumerate(edges):
        chain = layering.chains[index]
        comes_from = lanes[u] if chain is None else centre[chain[-2]]
        arrivals.setdefault(v, []).append((comes_from + offsets[index], index))
    port = [0.0] * len(edges)
    for v, coming in arrivals.items():
        coming.sort()
        gap = min(PORT_GAP, PORT_SPAN * 2 * half[v] / len(coming))
        for place, (_, index) in enumerate(coming):
            port[index] = centre[v] + (place - (len(coming) - 1) / 2) * gap
    routes: list[list[Point]] = []
    for index, (u, v) in enumerate(edges):
        first, last = layering.rank[u], layering.rank[v]
        chain = layering.chains[index]
        # Heights at which the edge runs through the ranks first, ..., last.
        if chain is None:
            through = [lanes[u]] * (last - first + 1)
        else:
            through = [centre[item] for item in chain]
        through = [height + offsets[index] for height in through]
        limit = PORT_SPAN * half[u]
        through[0] = centre[u] + min(max(offsets[index], -limit), limit)
        through[-1] = port[index]
        knots = [(along[u][1], through[0])]
        for rank in range(first, last):
            knots.append((columns.end[rank], through[rank - first]))
            knots.append((columns.start[rank + 1], through[rank - first + 1]))
        knots.append((along[v][0], through[-1]))
        routes.append(_curve(knots))
    return routes


def parallel_offsets(edges: Sequence[tuple[int, int]]) -> list[float]:
    """Give each edge its distance from the middle of the edges between the same two nodes."""
    together: dict[tuple[int, int], list[int]] = {}
    for index, pair in enumerate(edges):
        together.setdefault(pair, []).append(index)
    offsets = [0.0] * len(edges)
    for indices in together.values():
        for place, index in enumerate(indices):
            offsets[index] = (place - (len(indices) - 1) / 2) * PARALLEL_GAP
    return offsets


def _outside_lanes(
    edges: Sequence[tuple[int, int]], layering: Layering, outside: float
) -> dict[int, float]:
    # The first lane, from the inside out, that is free over the ranks that the value needs.
    last_rank: dict[int, int] = {}
    for (u, v), chain in zip(edges, layering.chains, strict=True):
        if chain is None:
            last_rank[u] = max(last_rank.get(u, 0), layering.rank[v])
    busy_until: list[int] = []
    lanes: dict[int, float] = {}
    for u in sorted(last_rank, key=lambda node: (layering.rank[node], node)):
        free = (lane for lane, until in enumerate(busy_until) if until <= layering.rank[u])
        lane = next(free, len(busy_until))
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
        if len(corners) > 1 and corners[-2][1] == corners[-1][1] == knot[1]:
            corners.pop()
        corners.append(knot)
    if len(corners) == 1:  # ranks that touch
        corners.append(knots[-1])
    points = [corners[0]]
    for (x, y), (end_x, end_y) in pairwise(corners):
        middle = (x + end_x) / 2
        points += [(middle, y), (middle, end_y), (end_x, end_y)]
    return points
