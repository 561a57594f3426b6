"""Split boxes that use each other in a circle, as modules of a recurrence do."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["visits_of_loops"]


def visits_of_loops(
    operands: Sequence[Sequence[int]], boxes: Sequence[int], count: int
) -> list[int]:
    """Return the visit in which each value takes part; none where the boxes form no cycle.

    `operands` are those of each value, `boxes` the one of `count` boxes that each stands in. The
    visit counts how often the way to a value went from one looped box to another. Boxes split by
    visit form no cycle: an edge between boxes raises the visit, one inside never lowers it.

    >>> visits_of_loops([[], [0], [1], [2]], [0, 1, 0, 1], 2)  # two modules that take turns
    [0, 1, 2, 3]
    """
    looped = _looped(operands, boxes, count)
    return _visits(operands, boxes, looped) if True in looped else []


def _looped(operands: Sequence[Sequence[int]], boxes: Sequence[int], count: int) -> list[bool]:
    # The boxes on or between cycles: what is left after peeling sources, then sinks.
    left = [True] * count
    for from_sources in [True, False]:
        following: list[list[int]] = [[] for _ in range(count)]
        missing = [0] * count
        for value, used in enumerate(operands):
            for operand in used:
                near = boxes[operand] if from_sources else boxes[value]
                far = boxes[value] if from_sources else boxes[operand]
                if near != far and left[near] and left[far]:
                    following[near].append(far)
                    missing[far] += 1
        free = [box for box in range(count) if left[box] and missing[box] == 0]
        for box in free:  # grows while it is walked
            left[box] = False
            for other in following[box]:
                missing[other] -= 1
                if missing[other] == 0:
                    free.append(other)
    return left


def _visits(
    operands: Sequence[Sequence[int]], boxes: Sequence[int], looped: Sequence[bool]
) -> list[int]:
    # The visit of every value; a leaf has the latest that its consumers allow.
    visits = [0] * len(operands)
    latest: dict[int, int] = {}
    for value, used in enumerate(operands):
        box = boxes[value]
        if not looped[box]:
            continue
        for operand in used:
            if looped[boxes[operand]]:
                step = 0 if boxes[operand] == box else 1
                visits[value] = max(visits[value], visits[operand] + step)
        for operand in used:
            if looped[boxes[operand]] and len(operands[operand]) == 0:
                visit = visits[value] if boxes[operand] == box else visits[value] - 1
                latest[operand] = min(visit, latest.get(operand, visit))
    for leaf, visit in latest.items():
        visits[leaf] = visit
    return visits
