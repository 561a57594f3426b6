"""Split boxes that use each other in a circle, as modules of a recurrence do."""

from __future__ import annotations

from visualize.scene.boxes import box_edges
from visualize.scene.flat import FlatGraph

__all__ = ["visits_of_loops"]


def visits_of_loops(graph: FlatGraph, boxes: list[int]) -> list[int] | None:
    """Return the visit in which each value takes part; None where the boxes form no cycle.

    The visit counts how often the way to a value went from one looped box to another. Boxes split
    by visit form no cycle: an edge between boxes raises the visit, one inside never lowers it.
    """
    looped = _looped(box_edges(graph, boxes))
    return _visits(graph, boxes, looped) if looped else None


def _looped(edges: set[tuple[int, int]]) -> set[int]:
    """Return the boxes on or between cycles: what is left after peeling sources, then sinks."""
    left = {box for edge in edges for box in edge}
    for source, target in ((0, 1), (1, 0)):
        following: dict[int, list[int]] = {box: [] for box in left}
        missing = dict.fromkeys(left, 0)
        for edge in edges:
            if edge[0] in left and edge[1] in left:
                following[edge[source]].append(edge[target])
                missing[edge[target]] += 1
        free = [box for box, count in missing.items() if not count]
        for box in free:  # grows while it is walked
            for other in following[box]:
                missing[other] -= 1
                if not missing[other]:
                    free.append(other)
        left.difference_update(free)
    return left


def _visits(graph: FlatGraph, boxes: list[int], looped: set[int]) -> list[int]:
    """Return the visit of every value; a leaf has the latest that its consumers allow."""
    visits = [0] * len(graph)
    first_use: dict[int, int] = {}
    for value, operands in enumerate(graph.operands):
        box = boxes[value]
        if box not in looped:
            continue
        visit = 0
        for operand in operands:
            if boxes[operand] in looped:
                visit = max(visit, visits[operand] + (boxes[operand] != box))
        visits[value] = visit
        for operand in operands:
            if boxes[operand] in looped and not graph.operands[operand]:
                latest = visit - (boxes[operand] != box)
                first_use[operand] = min(latest, first_use.get(operand, latest))
    for leaf, visit in first_use.items():
        visits[leaf] = visit
    return visits
