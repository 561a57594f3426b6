"""Straight edges: items that follow each other get the same coordinate where there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from visualize.layout.layering import Layering

__all__ = ["Row", "straighten"]


@dataclass(slots=True)
class Row:
    """Neighbours in one rank, and the bounds that they have to keep."""

    items: list[int]
    offsets: list[float]  # least distance of each item from the first
    low: float  # of the first item
    high: float  # of the last item


def straighten(
    rows: Sequence[Row], centre: list[float], half: Sequence[float], layering: Layering
) -> None:
    """Give the items of each chain one coordinate where there is room, in place.

    A node joins the node before it in the chain if their edge is the only one there, or if they
    stand within a box of each other; farther off, other edges pull.
    """
    row_of: dict[int, tuple[Row, int]] = {}
    for row in rows:
        for place, item in enumerate(row.items):
            row_of[item] = row, place
    for chain in _chains(layering, centre):
        stretch: list[int] = []
        low, high = float("-inf"), float("inf")
        last_node = -1
        for item in [*chain, -1]:
            if item >= 0:
                room_low, room_high = _room(*row_of[item], centre)
                fits = max(low, room_low) <= min(high, room_high)
                if fits and item < layering.node_count and last_node >= 0:
                    fits = abs(centre[item] - centre[last_node]) <= 2 * half[item]
                    fits = fits or _is_only_edge(layering.above[item][0], item, layering)
                if fits:
                    low, high = max(low, room_low), min(high, room_high)
                    stretch.append(item)
                    last_node = item if item < layering.node_count else last_node
                    continue
            if len(stretch) > 1:
                middle = sorted(centre[member] for member in stretch)[len(stretch) // 2]
                for member in stretch:
                    centre[member] = min(max(middle, low), high)
            if item >= 0:
                stretch = [item]
                low, high = _room(*row_of[item], centre)
                last_node = item if item < layering.node_count else -1
    for item, (row, place) in row_of.items():  # ends of edges follow what the chains did
        others = layering.above[item] + layering.below[item]
        if len(others) == 1:
            low, high = _room(row, place, centre)
            centre[item] = min(max(centre[others[0]], low), high)


def _room(row: Row, place: int, centre: Sequence[float]) -> tuple[float, float]:
    items, offsets = row.items, row.offsets
    low, high = row.low, row.high
    if place > 0:
        low = centre[items[place - 1]] + offsets[place] - offsets[place - 1]
    if place + 1 < len(items):
        high = centre[items[place + 1]] - offsets[place + 1] + offsets[place]
    return low, high


def _chains(layering: Layering, centre: Sequence[float]) -> list[list[int]]:
    # Paths that share no item, the longest first: along bends and only edges, then through middle
    # neighbours.
    count = layering.node_count
    upper: dict[int, int] = {}
    lower: dict[int, int] = {}
    middle_above = [_middle(others, centre) for others in layering.above]
    middle_below = [_middle(others, centre) for others in layering.below]
    for item, others in enumerate(layering.below):
        for other in others:
            if (item >= count and other >= count) or _is_only_edge(item, other, layering):
                lower[item], upper[other] = other, item
    for item, other in enumerate(middle_below):
        if other >= 0 and middle_above[other] == item and item not in lower and other not in upper:
            lower[item], upper[other] = other, item
    for item, other in enumerate(middle_below):
        if other >= 0 and item not in lower and other not in upper:
            lower[item], upper[other] = other, item
    chains: list[list[int]] = []
    for item in lower:
        if item not in upper:
            chain = [item]
            while chain[-1] in lower:
                chain.append(lower[chain[-1]])
            chains.append(chain)
    return sorted(chains, key=len, reverse=True)


def _middle(items: Sequence[int], centre: Sequence[float]) -> int:
    return sorted(items, key=centre.__getitem__)[len(items) // 2] if items else -1


def _is_only_edge(item: int, other: int, layering: Layering) -> bool:
    return len(layering.below[item]) == len(layering.above[other]) == 1
