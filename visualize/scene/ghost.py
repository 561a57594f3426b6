"""Draw a leaf again where it is used far away, so that no line crosses the whole picture."""

from __future__ import annotations

from dataclasses import replace

from visualize.scene.copies import levels_of_copies
from visualize.scene.facts import Edge, Node, Scene

__all__ = ["with_copies"]

Copy = tuple[int, int]  # a leaf and the level that the copy serves first


def with_copies(scene: Scene) -> Scene:
    """Return the scene with a copy of each much-used leaf for every few levels that use it.

    A value shared by all steps of a recurrence has a line to each of them; their total length
    grows with the square of the steps (it is also what makes Graphviz slow).
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
