"""Decide which values share a box when there are too many to draw one by one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from visualize.acyclic import visits_of_loops
from visualize.scene.bands import bands
from visualize.scene.boxes import Boxes, box_edges, numbered
from visualize.scene.flat import FlatGraph, Path

__all__ = ["COLLAPSE", "Collapse", "collapsed"]

Collapse = Literal["auto", "module", "depth", "none"]
COLLAPSE: tuple[Collapse, ...] = ("auto", "module", "depth", "none")

# What becomes of values outside the modules: drawn alone, or equal operations at one level
# together, where their labels are equal too or whatever they are.
Loose = Literal["alone", "labelled", "any"]
TOGETHER: tuple[Loose, ...] = ("labelled", "any")

EDGES_PER_BOX = 6  # more lines than that are a tangle, however few the boxes


@dataclass(frozen=True, slots=True)
class _Candidate:
    how: str
    key: Callable[[int], Hashable]  # values with equal keys share a box
    title: Callable[[int], tuple[str, Path]]  # of the box that this value opens


def collapsed(graph: FlatGraph, limit: int, collapse: Collapse = "auto") -> Boxes:
    """Return at most `limit` boxes for the values of a graph.

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
    return bands(graph, limit)


def _by_module(graph: FlatGraph, deepest: int) -> Iterator[_Candidate]:
    """Yield ways to collapse from the finest to the coarsest."""
    levels = _levels(graph)
    alike = "equal operations at equal depth together"
    for depth in range(deepest, 0, -1):
        modules = "one box per module" + ("" if depth == deepest else f", to level {depth}")
        if depth == deepest:
            yield _candidate(graph, levels, depth, "alone", modules)
        for loose in TOGETHER:
            yield _candidate(graph, levels, depth, loose, f"{modules}; {alike}")
    for loose in TOGETHER:
        yield _candidate(graph, levels, 0, loose, alike)


def _candidate(
    graph: FlatGraph, levels: list[int], depth: int, loose: Loose, how: str
) -> _Candidate:
    """Return the way that opens a box per module `depth` deep and treats `loose` values so."""
    return _Candidate(
        how, partial(_key, graph, levels, depth, loose), partial(_title, graph, depth)
    )


def _levels(graph: FlatGraph) -> list[int]:
    """Return heights where a run of one operation counts as one step.

    The builtin sum of 1,000 terms is a chain of 1,000 additions; its terms are alike all the same.
    Values at one level that use each other are of one run, so boxes by level form no cycle.
    """
    values, scopes = graph.values, graph.scopes
    levels = [0] * len(graph)
    for consumer in range(len(graph) - 1, -1, -1):
        last = values[consumer]
        for operand in graph.operands[consumer]:
            value = values[operand]
            same = value.op is last.op and value.label == last.label
            in_run = same and scopes[operand] == scopes[consumer]
            levels[operand] = max(levels[operand], levels[consumer] + (not in_run))
    return levels


def _key(graph: FlatGraph, levels: list[int], depth: int, loose: Loose, value: int) -> Hashable:
    """Return what the values of a box have in common: a module, or operation and level."""
    path = graph.scopes[value]
    if depth and len(path) >= depth:
        return path[:depth]
    if loose == "alone":
        return value
    row = graph.values[value].op
    label = str(graph.values[value].label) if loose == "labelled" else ""
    return path, row.name if row else "", levels[value], label


def _title(graph: FlatGraph, depth: int, value: int) -> tuple[str, Path]:
    path = graph.scopes[value]
    if depth and len(path) >= depth:
        return path[depth - 1], path[: depth - 1]
    row = graph.values[value].op
    return str(graph.values[value].label) or (row.symbol if row else "leaves"), path


def _fitting(graph: FlatGraph, candidate: _Candidate, limit: int) -> Boxes | None:
    alone = {value: ("output", value) for value in graph.outputs}
    if len(alone) > limit // 4:
        alone = {}
    keys = (alone[value] if value in alone else candidate.key(value) for value in range(len(graph)))
    boxes = numbered(keys, limit)
    visits = visits_of_loops(graph.operands, boxes, 1 + max(boxes)) if boxes else []
    if boxes and visits:  # a module is used again on its own result, as in a recurrence
        boxes = numbered(zip(boxes, visits, strict=True), limit)
    if not boxes or len(box_edges(graph, boxes)) > EDGES_PER_BOX * (1 + max(boxes)):
        return None
    first: dict[int, int] = {}
    for value, box in enumerate(boxes):
        first.setdefault(box, value)
    titles = {box: candidate.title(value) for box, value in first.items()}
    return Boxes(boxes, titles, candidate.how)
