"""Draw a leaf again where it is used far away, so that no line crosses the whole picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from visualize.scene.facts import Edge, Node, Scene

__all__ = ["with_copies"]

FEW_USES = 4  # as many lines to one box are easy to follow
NEAR = 3  # levels that one drawing of a leaf serves

Copy = tuple[int, int]  # a leaf and the level that the copy serves first


def with_copies(scene: Scene) -> Scene:
    """Return the scene with a copy of each much-used leaf for every few levels that use it.

    A value shared by all steps of a recurrence has a line to each of them; their total length
    grows with the square of the steps (it is also what makes Graphviz slow).
    """
    served = dict(_served(scene))
    if not served:
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
            source = served.get(number, leaf)
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


def _served(scene: Scene) -> Iterator[tuple[int, Copy]]:
    """Yield the edges that come from a copy instead of from the leaf itself."""
    heights = _heights(scene)
    uses: dict[int, list[int]] = {}
    for number, edge in enumerate(scene.edges):
        uses.setdefault(edge.source, []).append(number)
    for leaf, numbers in uses.items():
        node = scene.nodes[leaf]
        if node.operation or node.group or len(numbers) <= FEW_USES:
            continue
        levels = {number: heights[scene.edges[number].target] for number in numbers}
        first = level = max(levels.values())
        for number in sorted(numbers, key=lambda number: -levels[number]):
            if levels[number] <= level - NEAR:
                level = levels[number]
            if level != first:
                yield number, (leaf, level)


def _heights(scene: Scene) -> list[int]:
    """Return the longest way from each node to an output; edges are sorted by target."""
    heights = [0] * len(scene.nodes)
    for edge in reversed(scene.edges):
        heights[edge.source] = max(heights[edge.source], heights[edge.target] + 1)
    return heights
