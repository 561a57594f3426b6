"""Decide which values share a box when there are too many to draw one by one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from visualize.digits import counted
from visualize.flat import FlatGraph, Path

__all__ = ["COLLAPSE", "Boxes", "Collapse", "collapsed"]

Collapse = Literal["auto", "module", "depth", "none"]
COLLAPSE: tuple[Collapse, ...] = ("auto", "module", "depth", "none")

BANDS = 24  # a row of more summary boxes is wider than a page is read
EDGES_PER_BOX = 6  # more lines than that are a tangle, however few the boxes


@dataclass(frozen=True, slots=True)
class Boxes:
    """The box of each value, the title and modules around each box, and how it was chosen."""

    of_value: list[int]
    titles: dict[int, tuple[str, Path]]
    how: str


@dataclass(frozen=True, slots=True)
class _Candidate:
    how: str
    key: Callable[[int], Hashable]  # values with equal keys share a box
    title: Callable[[int], tuple[str, Path]]  # of the box that this value opens


def collapsed(graph: FlatGraph, limit: int, collapse: Collapse = "auto") -> Boxes:
    """Return at most about `limit` boxes for the values of a graph.

    "auto" and "module" take the finest level of modules that fits (every neuron a box, else every
    layer, ...). Operations outside modules are drawn one by one if that fits beside the finest
    modules, else equal ones at the same distance from the output together. What fits nowhere, and
    "depth", becomes bands of about equal size by distance from the output.
    """
    if collapse != "depth":
        deepest = max(map(len, graph.scopes), default=0)
        for candidate in _by_module(graph, deepest):
            boxes = _fitting(graph, candidate, limit)
            if boxes is not None:
                return boxes
    return _by_depth(graph, limit)


def _by_module(graph: FlatGraph, deepest: int) -> Iterator[_Candidate]:
    """Yield ways to collapse from the finest to the coarsest."""
    for level in range(deepest, 0, -1):
        how = "one box per module" + ("" if level == deepest else f", to level {level}")
        if level == deepest:
            key = partial(_key, graph, level, "alone")
            yield _Candidate(how, key, partial(_title, graph, level))
        how += "; equal operations at equal depth together"
        for alike in ("labelled", "any"):
            key = partial(_key, graph, level, alike)
            yield _Candidate(how, key, partial(_title, graph, level))
    for alike in ("labelled", "any"):
        how = "equal operations at equal depth together"
        yield _Candidate(how, partial(_key, graph, 0, alike), partial(_title, graph, 0))


def _key(graph: FlatGraph, level: int, alike: str, value: int) -> Hashable:
    """Return what the values of a box have in common: a module, or operation and height."""
    path = graph.scopes[value]
    if level and len(path) >= level:
        return path[:level]
    if alike == "alone":
        return value
    row = graph.values[value].op
    label = str(graph.values[value].label) if alike == "labelled" else ""
    return path, row.name if row else "", graph.heights[value], label


def _title(graph: FlatGraph, level: int, value: int) -> tuple[str, Path]:
    path = graph.scopes[value]
    if level and len(path) >= level:
        return path[level - 1], path[: level - 1]
    row = graph.values[value].op
    return str(graph.values[value].label) or (row.symbol if row else "leaves"), path


def _fitting(graph: FlatGraph, candidate: _Candidate, limit: int) -> Boxes | None:
    outputs = graph.outputs if len(graph.outputs) <= limit // 4 else []
    alone = {value: ("output", value) for value in outputs}  # outputs keep their own boxes
    numbered = _numbered(
        (alone[value] if value in alone else candidate.key(value) for value in range(len(graph))),
        limit,
    )
    if numbered is None:
        return None
    edges = _edges(graph, numbered)
    looped = _looped(edges)
    if looped:  # a module used again on its own result, as in a recurrence
        visits = _visits(graph, numbered, looped)
        numbered = _numbered(zip(numbered, visits, strict=True), limit)
        if numbered is None:
            return None
        edges = _edges(graph, numbered)
    if len(edges) > EDGES_PER_BOX * (1 + max(numbered)):
        return None
    first: dict[int, int] = {}
    for value, box in enumerate(numbered):
        first.setdefault(box, value)
    titles = {box: candidate.title(value) for box, value in first.items()}
    return Boxes(numbered, titles, candidate.how)


def _numbered(keys: Iterable[Hashable], limit: int) -> list[int] | None:
    """Number keys by first appearance; None as soon as there are more than `limit`."""
    numbers: dict[Hashable, int] = {}
    result = []
    for key in keys:
        number = numbers.setdefault(key, len(numbers))
        if number >= limit:
            return None
        result.append(number)
    return result


def _edges(graph: FlatGraph, boxes: list[int]) -> set[tuple[int, int]]:
    return {
        (boxes[operand], box)
        for operands, box in zip(graph.operands, boxes, strict=True)
        for operand in operands
        if boxes[operand] != box
    }


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
    """Return how often the way to each value went from one looped box to another.

    A box split by visit forms no cycle: an edge between boxes raises the visit, one inside never
    lowers it. Leaves come in at the visit of their first consumer in the box.
    """
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
            if boxes[operand] == box and not graph.operands[operand]:
                first_use[operand] = min(visit, first_use.get(operand, visit))
    for leaf, visit in first_use.items():
        visits[leaf] = visit
    return visits


def _by_depth(graph: FlatGraph, limit: int) -> Boxes:
    """Cut the graph into bands of about equal size by distance from the output."""
    bands = max(1, min(BANDS, (limit - 1) // 2))  # two boxes a band: leaves and operations
    outputs = graph.outputs if len(graph.outputs) <= limit // 4 else []
    population = [0] * (max(graph.heights, default=0) + 1)
    for height in graph.heights:
        population[height] += 1
    band_of_height = []
    before = 0
    for count in population:
        band_of_height.append(min(bands - 1, before * bands // len(graph)))
        before += count
    keys: dict[Hashable, int] = {("output", value): box for box, value in enumerate(outputs)}
    alone = {value: box for box, value in enumerate(outputs)}
    of_value = []
    titles: dict[int, tuple[str, Path]] = {}
    for value, height in enumerate(graph.heights):
        band = band_of_height[height]
        is_leaf = not graph.operands[value]
        box = alone.get(value)
        if box is None:
            box = keys.setdefault((band, is_leaf), len(keys))
        if box not in titles:
            titles[box] = ("leaves" if is_leaf else _band_title(band_of_height, band), ())
        of_value.append(box)
    return Boxes(of_value, titles, "by distance from the output")


def _band_title(band_of_height: list[int], band: int) -> str:
    first = band_of_height.index(band)
    last = first + band_of_height.count(band) - 1
    if first == last:
        return f"{counted(first, 'step')} from the output"
    return f"{first:,} to {last:,} steps from the output"
