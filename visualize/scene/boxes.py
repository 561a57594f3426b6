"""Which values of a graph share a box."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from visualize.scene.flat import FlatGraph, Path

__all__ = ["Boxes", "box_edges", "numbered"]


@dataclass(frozen=True, slots=True)
class Boxes:
    """The box of each value, the title and modules around each box, and how it was chosen."""

    of_value: list[int]
    titles: dict[int, tuple[str, Path]]
    how: str
    clustered: bool = True  # whether modules are drawn around the boxes


def numbered(keys: Iterable[Hashable], limit: int) -> list[int] | None:
    """Return keys as numbers by first appearance; None as soon as there are more than `limit`.

    >>> numbered("abac", 3), numbered("abac", 2)
    ([0, 1, 0, 2], None)
    """
    numbers: dict[Hashable, int] = {}
    result = []
    for key in keys:
        number = numbers.setdefault(key, len(numbers))
        if number >= limit:
            return None
        result.append(number)
    return result


def box_edges(graph: FlatGraph, boxes: list[int]) -> set[tuple[int, int]]:
    """Return the pairs of different boxes of which one uses the other."""
    return {
        (boxes[operand], box)
        for operands, box in zip(graph.operands, boxes, strict=True)
        for operand in operands
        if boxes[operand] != box
    }
