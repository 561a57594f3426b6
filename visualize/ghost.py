"""Draw a leaf again where it is used far from its first use, so that no line crosses the picture."""

from __future__ import annotations

from dataclasses import replace

from visualize.scene import Edge, Node, Scene

__all__ = ["with_copies"]

FEW_USES = 4  # as many lines to one box are easy to follow
NEAR = 3  # levels that one drawing of a leaf serves


def with_copies(scene: Scene) -> Scene:
    """Return the scene with a copy of each much-used leaf for every few levels that use it.

    A value shared by all steps of a recurrence has a line to each of them; their total length
    grows with the square of the steps (it is also what makes Graphviz slow).
    """
    heights = _heights(scene)
    uses: dict[int, list[int]] = {}
    for number, edge in enumerate(scene.edges):
        uses.setdefault(edge.source, []).append(number)
    copies: dict[int, list[int]] = {}  # the first consumer of each copy, to the leaves it copies
    served: dict[int, tuple[int, int]] = {}  # edge: the leaf and the first consumer of its copy
    for leaf, numbers in uses.items():
        node = scene.nodes[leaf]
        if node.operation or node.group or len(numbers) <= FEW_USES:
            continue
        numbers = sorted(numbers, key=lambda number: (-heights[scene.edges[number].target], number))
        top = heights[scene.edges[numbers[0]].target]
        copy = leaf
        for number in numbers:
            consumer = scene.edges[number].target
            if heights[consumer] <= top - NEAR:
                top = heights[consumer]
                copy = consumer
                copies.setdefault(consumer, []).append(leaf)
            if copy != leaf:
                served[number] = (leaf, copy)
    return _inserted(scene, copies, served) if copies else scene


def _heights(scene: Scene) -> list[int]:
    heights = [0] * len(scene.nodes)
    for edge in reversed(scene.edges):  # sorted by target
        heights[edge.source] = max(heights[edge.source], heights[edge.target] + 1)
    return heights


def _inserted(
    scene: Scene, copies: dict[int, list[int]], served: dict[int, tuple[int, int]]
) -> Scene:
    """Return the scene with the copies placed before all consumers, in topological order."""
    place: dict[int, int] = {}
    copy_place: dict[tuple[int, int], int] = {}
    order: list[tuple[int, int | None]] = []  # old index, the consumer for which it is a copy
    earliest = _earliest_consumers(scene, served)
    for old in range(len(scene.nodes)):
        for leaf, consumer in earliest.get(old, ()):
            copy_place[leaf, consumer] = len(order)
            order.append((leaf, consumer))
        place[old] = len(order)
        order.append((old, None))
    sources = {
        number: copy_place[served[number]] if number in served else place[edge.source]
        for number, edge in enumerate(scene.edges)
    }
    edges = tuple(
        Edge(sources[number], place[edge.target], edge.operand, edge.count)
        for number, edge in enumerate(scene.edges)
    )
    operand_places: dict[tuple[int, int], int] = {
        (edge.target, edge.operand): edge.source for edge in edges if edge.operand is not None
    }
    nodes: list[Node] = []
    for new, (old, consumer) in enumerate(order):
        node = scene.nodes[old]
        if consumer is not None:
            nodes.append(replace(node, copy_of=place[old]))
            continue
        operands = tuple(
            operand_places.get((new, position), place[operand]) if type(operand) is int else operand
            for position, operand in enumerate(node.operands)
        )
        nodes.append(replace(node, operands=operands))
    return replace(scene, nodes=tuple(nodes), edges=edges)


def _earliest_consumers(
    scene: Scene, served: dict[int, tuple[int, int]]
) -> dict[int, list[tuple[int, int]]]:
    """Return, per node, the copies that must stand before it: those it is the first to use."""
    first: dict[tuple[int, int], int] = {}
    for number, copy in served.items():
        target = scene.edges[number].target
        first[copy] = min(target, first.get(copy, target))
    result: dict[int, list[tuple[int, int]]] = {}
    for copy in sorted(first):
        result.setdefault(first[copy], []).append(copy)
    return result
