"""Copies of leaves: a leaf that is used all over a picture is drawn again near its users."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from visualize.scene.compose import Scene

FEW_USES = 4  # as many lines to one box are easy to follow
NEAR = 3  # levels that one drawing of a leaf serves


def with_copies(scene: Scene) -> Scene:
    """Return the scene with a copy of each much-used leaf for every few levels that use it.

    A value shared by all steps of a recurrence has a line to each of them; their total length
    grows with the square of the steps, which also makes Graphviz slow.
    """
    is_leaf = [not node.operation and not node.group for node in scene.nodes]
    made = copied(is_leaf, [(edge.source, edge.target) for edge in scene.edges])
    if len(made.boxes) == len(scene.nodes):
        return scene
    first = {old: new for new, (old, level) in enumerate(made.boxes) if level < 0}
    operands = [
        [first[used] if type(used) is int else used for used in scene.nodes[old].operands]
        for old, _ in made.boxes
    ]
    edges = [
        replace(scene.edges[number], source=source, target=target)
        for number, source, target in made.edges
    ]
    for edge in edges:
        if edge.operand is not None:
            operands[edge.target][edge.operand] = edge.source
    nodes = [
        replace(
            scene.nodes[old],
            copy_of=None if level < 0 else first[old],
            operands=tuple(used),
        )
        for (old, level), used in zip(made.boxes, operands, strict=True)
    ]
    return replace(scene, nodes=tuple(nodes), edges=tuple(edges))


@dataclass(slots=True)
class Copied:
    """A picture with copies: the box and the level that each box is for, and edges between them.

    A box that is not a copy has the level -1. An edge is (number, source, target); the number is
    that of the edge in the picture without copies.
    """

    boxes: list[tuple[int, int]]
    edges: list[tuple[int, int, int]]


def copied(is_leaf: Sequence[bool], edges: Sequence[tuple[int, int]]) -> Copied:
    """Return boxes and edges with copies of much-used leaves, each before its first consumer.

    Boxes are in topological order and edges sorted by target, before and after. `is_leaf` tells
    which boxes may be drawn again.

    >>> copied([True, False], [(0, 1)])
    Copied(boxes=[(0, -1), (1, -1)], edges=[(0, 0, 1)])
    """
    levels = levels_of_copies(is_leaf, edges)
    incoming: list[list[int]] = [[] for _ in is_leaf]
    for number, (_, target) in enumerate(edges):
        incoming[target].append(number)
    made = Copied([], [])
    place: dict[int, int] = {}  # of a box or a copy
    for box, numbers in enumerate(incoming):
        sources: list[int] = []
        for number in numbers:
            leaf, level = edges[number][0], levels[number]
            source = leaf + (level + 1) * len(is_leaf)
            if source not in place:  # the first use of a copy
                place[source] = len(made.boxes)
                made.boxes.append((leaf, level))
            sources.append(place[source])
        place[box] = len(made.boxes)
        made.boxes.append((box, -1))
        for number, source in zip(numbers, sources, strict=True):
            made.edges.append((number, source, place[box]))
    return made


def levels_of_copies(is_leaf: Sequence[bool], edges: Sequence[tuple[int, int]]) -> list[int]:
    """Return for each edge the level of the copy it comes from, -1 if from the box itself.

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
