"""Copies of a leaf near where it is used, so that no line crosses the whole picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from visualize.scene.facts import Edge, Node, Scene

__all__ = ["levels_of_copies", "with_copies"]

FEW_USES = 4  # as many lines to one box are easy to follow
NEAR = 3  # levels that one drawing of a leaf serves

Copy = tuple[int, int]  # a leaf and the level that the copy serves first


def with_copies(scene: Scene) -> Scene:
    """Return the scene with a copy of each much-used leaf for every few levels that use it.

    A value shared by all steps of a recurrence has a line to each of them; their total length
    grows with the square of the steps, which also makes Graphviz slow.
    """
    is_leaf = [not node.operation and not node.group for node in scene.nodes]
    levels = levels_of_copies(is_leaf, [(edge.source, edge.target) for edge in scene.edges])
    if max(levels, default=-1) < 0:
        return scene
    incoming: dict[int, list[int]] = {}
    for number, edge in enumerate(scene.edges):
        incoming.setdefault(edge.target, []).append(number)
    nodes: list[Node] = []
    edges: list[Edge] = []
    place: dict[int | Copy, int] = {}
    for old, node in enumerate(scene.nodes):
        new_operands = list(node.operands)
        sources = []
        for number in incoming.get(old, ()):
            leaf = scene.edges[number].source
            source = leaf if levels[number] < 0 else (leaf, levels[number])
            if source not in place:  # the first use of a copy
                place[source] = len(nodes)
                nodes.append(replace(scene.nodes[leaf], copy_of=place[leaf]))
            sources.append((scene.edges[number], place[source]))
        for position, operand in enumerate(node.operands):
            if type(operand) is int:
                new_operands[position] = place[operand]
        place[old] = len(nodes)
        for edge, new_source in sources:
            edges.append(replace(edge, source=new_source, target=place[old]))
            if edge.operand is not None:
                new_operands[edge.operand] = new_source
        nodes.append(replace(node, operands=tuple(new_operands)))
    return replace(scene, nodes=tuple(nodes), edges=tuple(edges))


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
