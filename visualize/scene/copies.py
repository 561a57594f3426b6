"""Which edges come from a copy of a leaf, drawn near where it is used."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["levels_of_copies"]

FEW_USES = 4  # as many lines to one box are easy to follow
NEAR = 3  # levels that one drawing of a leaf serves


def levels_of_copies(is_leaf: Sequence[bool], edges: Sequence[tuple[int, int]]) -> list[int]:
    """Return for each edge the level of the copy it comes from, -1 where from the box itself.

    `is_leaf` says of each box whether it is a leaf, which may be drawn again; edges (from, to) are
    sorted by target. There is a copy for every few levels that use the leaf.

    >>> levels_of_copies([True, *[False] * 6], [(0, 1), *((i, i + 1) for i in range(1, 6))])
    [-1, -1, -1, -1, -1, -1]
    """
    heights = [0] * len(is_leaf)  # the longest way from each box to an output
    for source, target in reversed(edges):
        heights[source] = max(heights[source], heights[target] + 1)
    uses: list[list[int]] = [[] for _ in is_leaf]
    for number, (source, _) in enumerate(edges):
        if is_leaf[source]:
            uses[source].append(number)
    levels = [-1] * len(edges)
    for numbers in uses:
        if len(numbers) <= FEW_USES:
            continue
        numbers.sort(key=lambda number: -heights[edges[number][1]])
        first = heights[edges[numbers[0]][1]]
        level = first
        for number in numbers:
            height = heights[edges[number][1]]
            if height <= level - NEAR:
                level = height
            if level != first:
                levels[number] = level
    return levels
