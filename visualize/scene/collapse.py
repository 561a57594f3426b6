"""Which values share a box at first: clusters that are closed because there is too much to draw."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from visualize.boxes import split_boxes
from visualize.scene.clusters import (
    alike_paths,
    is_made_up,
    levels_of_runs,
    part_title,
    step_paths,
)
from visualize.scene.flat import Drawable, Graph, Path

Collapse = Literal["auto", "module", "depth", "none"]
COLLAPSE: tuple[Collapse, ...] = ("auto", "module", "depth", "none")

EDGES_PER_BOX = 6  # more lines than that are a tangle, however few the boxes
ALIKE = "equal operations at equal depth together"


@dataclass(frozen=True, slots=True)
class Boxes:
    """The box of each value, the title and modules around each box, and how it was chosen."""

    of_value: list[int]
    titles: dict[int, tuple[str, Path]]
    how: str
    clustered: bool = True  # whether modules are drawn around the boxes


@dataclass(frozen=True, slots=True)
class View:
    """The clusters around each value, of which some are closed: each of these is drawn as one box.

    Clusters that no module made are closed, and modules from the level `depth` on; 0 closes none.
    Values `alone` have boxes of their own, and those `folded` share the box of a sum.
    """

    how: str
    paths: list[Path]
    depth: int
    alone: frozenset[int]
    folded: Mapping[int, int] = field(default_factory=dict)  # value -> the sum
    by_module: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether every value has a box of its own."""
        return not self.depth and not self.folded and not any(map(self.closed_length, self.paths))

    def closed_length(self, path: Path) -> int:
        """Return how long the outermost closed part of a path is; 0 where all of it is open."""
        return min(self._closed_lengths(path), default=0)

    def closed_clusters(self) -> list[Path]:
        """Return the paths of all closed clusters, of those inside others too."""
        found = {
            path[:length]: None
            for path in dict.fromkeys(self.paths)
            for length in self._closed_lengths(path)
        }
        return list(found)

    def _closed_lengths(self, path: Path) -> list[int]:
        return [
            length
            for length in range(1, len(path) + 1)
            if 0 < self.depth <= length or is_made_up(path[:length])
        ]


def collapsed(graph: Graph[Drawable], limit: int, collapse: Collapse = "auto") -> Boxes:
    """Return at most `limit` boxes for the values of a graph.

    "auto" and "module" take the finest level of modules that fits (every neuron a box, else every
    layer, ...). Operations outside modules are drawn one by one if that fits beside the finest
    modules, else equal ones at the same distance from the output together. If nothing fits, and for
    "depth", values share bands of about equal size by distance from the output, leaves apart.
    """
    view, boxes = first_view(graph, limit, () if collapse == "depth" else by_module(graph, limit))
    titles: dict[int, tuple[str, Path]] = {}
    for value, (box, path) in enumerate(zip(boxes, view.paths, strict=True)):
        length = view.closed_length(path)
        if box not in titles and length and value not in view.alone:
            titles[box] = part_title(path[length - 1]), path[: length - 1]
    return Boxes(boxes, titles, view.how, clustered=view.by_module)


def first_view(graph: Graph[Drawable], limit: int, views: Iterable[View]) -> tuple[View, list[int]]:
    """Return the first view with few enough boxes and edges, and the box of each value in it.

    Where none is legible, it is one of bands of about equal size by distance from the output.
    """
    for view in views:
        boxes = _boxes(graph, view)
        if max(boxes) < limit and _is_clear(graph, view, boxes):
            return view, boxes
    view = _by_steps(graph, limit)
    return view, _boxes(graph, view)


def by_module(graph: Graph[Drawable], limit: int) -> Iterator[View]:
    """Yield the views that close modules, from the finest to the coarsest."""
    deepest = max(map(len, graph.scopes))
    alone = few_outputs(graph, limit)
    levels = levels_of_runs(graph)
    alike = [
        alike_paths(graph, levels, labelled=labelled, alone=alone) for labelled in (True, False)
    ]
    for depth in range(deepest, 0, -1):
        modules = "one box per module" + ("" if depth == deepest else f", to level {depth}")
        if depth == deepest:
            yield View(modules, graph.scopes, depth, alone)
        for paths in alike:
            yield View(f"{modules}; {ALIKE}", paths, depth, alone)
    for paths in alike:
        yield View(ALIKE, paths, 0, alone)


def _by_steps(graph: Graph[Drawable], limit: int) -> View:
    """Return the view of bands by distance from the output."""
    # An output that something uses could form a cycle with its band.
    ends = [output for output in graph.outputs if not graph.heights[output]]
    alone = frozenset(ends if len(ends) <= limit // 4 else ())
    paths = step_paths(graph, (limit - len(alone)) // 2, alone)
    return View("by steps back from the output", paths, 0, alone, by_module=False)


def few_outputs(graph: Graph[Drawable], limit: int) -> frozenset[int]:
    """Return the outputs, where they are so few that each is to be seen."""
    return frozenset(graph.outputs if len(graph.outputs) <= limit // 4 else ())


def _boxes(graph: Graph[Drawable], view: View) -> list[int]:
    """Return the box of each value, numbered by first appearance."""
    keys: dict[Hashable, int] = {}
    boxes = []
    length = {path: view.closed_length(path) for path in dict.fromkeys(view.paths)}
    for value, path in enumerate(view.paths):
        key: Hashable = view.folded.get(value, value)
        if length[path] and value not in view.alone:
            key = path[: length[path]]
        boxes.append(keys.setdefault(key, len(keys)))
    return split_boxes(graph.operands, boxes, len(keys))


def _is_clear(graph: Graph[Drawable], view: View, boxes: Sequence[int]) -> bool:
    """Tell whether lines and boxes are in proportion; one box for all is no picture."""
    if view.is_whole:
        return True
    count = 1 + max(boxes)
    edges = {
        (boxes[operand], box)
        for operands, box in zip(graph.operands, boxes, strict=True)
        for operand in operands
        if boxes[operand] != box
    }
    return len(edges) <= EDGES_PER_BOX * count and not (view.folded and count == 1)
