"""What the stages of a layout know of a picture, and add to it, along and across its ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from visualize.layout.layering import Layering

__all__ = ["Frame", "Geometry", "Point", "Spacing", "Span"]

Span = tuple[float, float]
Point = tuple[float, float]  # along and across the ranks
Frame = tuple[float, float, float, float]  # start and end along, low and high across the ranks


@dataclass(frozen=True, slots=True)
class Spacing:
    """Distances between items, and from a cluster's border to what it holds."""

    rank_gap: float
    node_gap: float  # between two nodes of one rank
    bend_gap: float  # between two items, one or both of them virtual
    start: float  # inside a cluster's border, along the ranks
    end: float
    low: float  # and across them
    high: float


@dataclass(slots=True)
class Geometry:
    """A picture in progress: sizes that are given, then places, stage by stage."""

    layering: Layering
    spacing: Spacing
    lengths: Sequence[float]  # per node, along the ranks
    half: list[float]  # per item, half of its breadth across the ranks
    offsets: Sequence[float]  # per edge, from the middle of those between the same nodes
    least_along: Sequence[float]  # per cluster
    least_across: Sequence[float]
    order: list[list[int]]  # per rank, its items from low to high
    centre: list[float] = field(default_factory=list)  # per item, across the ranks
    lanes: list[Span] = field(default_factory=list)  # per cluster, where it may reach across
    starts: list[float] = field(default_factory=list)  # per rank, along
    ends: list[float] = field(default_factory=list)
    reach: list[Span] = field(default_factory=list)  # per cluster, where it may reach along
    along: list[Span] = field(default_factory=list)  # per node
    frames: list[Frame] = field(default_factory=list)  # per cluster; the first is the picture
