"""Which values share a box at first: clusters that are closed because there is too much to draw.

Where modules are not enough, there are clusters that no module made: equal operations together, and
steps back from the output. A part of a path like "/title#17" is the name of such a cluster; no name
of a module begins so.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Literal

from visualize.boxes import Shared, path_key, shared_boxes
from visualize.scene.flat import Drawable, Graph, Path
from visualize.text import cut, printable

Collapse = Literal["auto", "module", "depth", "none"]
COLLAPSE: tuple[Collapse, ...] = ("auto", "module", "depth", "none")

MOST_PARTS = 12  # a row of more boxes is wider than a reader takes in at a glance
FEW_INSIDE = 60  # values that a page draws one by one when their box is opened
TITLE_COLUMNS = 240  # of a label; more is an attack
EDGES_PER_BOX = 6  # more lines than that are a tangle, however few the boxes
ALIKE = "equal operations at equal depth together"


@dataclass(frozen=True, slots=True)
class Boxes:
    """The box of each value, the modules open around it, titles of boxes, how they were chosen."""

    of_value: list[int]
    frames: list[Path]
    titles: dict[int, str]
    how: str


@dataclass(frozen=True, slots=True)
class View:
    """The clusters around each value, of which some are closed: each of these is drawn as one box.

    Clusters that no module made are closed, and modules from the level `depth` on; 0 closes none.
    Values `alone` have boxes of their own. A folded sum is a list: itself, and all that shares its
    box.
    """

    how: str
    paths: list[Path]
    depth: int
    alone: frozenset[int]
    folded: Sequence[Sequence[int]] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every value has a box of its own."""
        return not self.folded and not self.closed_clusters()

    def closed_clusters(self) -> list[Path]:
        """Return the paths of all closed clusters, of those inside others too."""
        found = {
            path[:length]: None
            for path in dict.fromkeys(self.paths)
            for length in range(1, len(path) + 1)
            if 0 < self.depth <= length or is_made_up(path[:length])
        }
        return list(found)


def collapsed(graph: Graph[Drawable], limit: int, collapse: Collapse = "auto") -> Boxes:
    """Return at most `limit` boxes for the values of a graph.

    "auto" and "module" take the finest level of modules that fits (every neuron a box, else every
    layer, ...). Operations outside modules are drawn one by one if that fits beside the finest
    modules, else equal ones at the same distance from the output together. If nothing fits, and for
    "depth", values share bands of about equal size by distance from the output, leaves apart.
    """
    view, shared = first_view(graph, limit, () if collapse == "depth" else by_module(graph, limit))
    titles: dict[int, str] = {}
    for box, length, path in zip(shared.boxes, shared.clusters, view.paths, strict=True):
        if length:
            titles.setdefault(box, part_title(path[length - 1]))
    frames = [path[:count] for path, count in zip(view.paths, shared.frames, strict=True)]
    return Boxes(shared.boxes, frames, titles, view.how)


def first_view(graph: Graph[Drawable], limit: int, views: Iterable[View]) -> tuple[View, Shared]:
    """Return the first view with few enough boxes and edges, and who shares a box in it.

    Where none is legible, it is one of bands of about equal size by distance from the output.
    """
    for view in views:
        shared = _shared(graph, view)
        if max(shared.boxes) < limit and _is_clear(graph, view, shared.boxes):
            return view, shared
    view = _by_steps(graph, limit)
    return view, _shared(graph, view)


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
    return View("by steps back from the output", paths, 0, alone)


def few_outputs(graph: Graph[Drawable], limit: int) -> frozenset[int]:
    """Return the outputs, where they are so few that each is to be seen."""
    return frozenset(graph.outputs if len(graph.outputs) <= limit // 4 else ())


def _shared(graph: Graph[Drawable], view: View) -> Shared:
    closed = {path_key(path) for path in view.closed_clusters()}
    return shared_boxes(graph.operands, view.paths, closed, view.alone, view.folded)


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


def is_made_up(path: Path) -> bool:
    """Tell whether the cluster at the end of a path is of no module."""
    return path[-1].startswith("/")


def part_title(part: str) -> str:
    """Return the title of a cluster, given the last part of its path; pages call this too.

    >>> part_title("layers.0"), part_title("/tanh#17")
    ('layers.0', 'tanh')
    """
    return part[1 : part.rindex("#")] if part.startswith("/") else part


def alike_paths(
    graph: Graph[Drawable], levels: Sequence[int], *, labelled: bool, alone: Collection[int]
) -> list[Path]:
    """Return the modules around each value, with equal operations of one module and level together.

    `labelled` ones share a label too. Values `alone` join no cluster. Large clusters are cut into
    parts.
    """
    groups: dict[Hashable, list[int]] = {}
    for number, (value, path) in enumerate(zip(graph.values, graph.scopes, strict=True)):
        if number not in alone:
            row = value.op.name if value.op else ""
            label = str(value.label) if labelled else ""
            groups.setdefault((path, row, levels[number], label), []).append(number)
    paths = list(graph.scopes)
    for members in groups.values():
        if len(members) > 1:
            title = _title(graph, members)
            _cut(members, title, (*paths[members[0]], f"/{title}#{members[0]}"), paths)
    return paths


def levels_of_runs(graph: Graph[Drawable]) -> list[int]:
    """Return the steps from each value to an output, a run of one operation being one step.

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


def _title(graph: Graph[Drawable], members: Sequence[int]) -> str:
    """Return the label that all members have, else the symbol of their operation."""
    first = graph.values[members[0]]
    if first.label and all(graph.values[member].label == first.label for member in members):
        return cut(printable(str(first.label)), TITLE_COLUMNS)
    return first.op.symbol if first.op else "leaves"


def _cut(members: Sequence[int], title: str, path: Path, paths: list[Path]) -> None:
    """Give members their path, in parts of their cluster where they are too many to open."""
    cuts = [(0, len(members), path)]
    while cuts:
        start, end, around = cuts.pop()
        parts = min(MOST_PARTS, -(-(end - start) // FEW_INSIDE))
        if parts == 1:
            for member in members[start:end]:
                paths[member] = around
            continue
        places = [start + (end - start) * part // parts for part in range(parts + 1)]
        for first, last in pairwise(places):
            cuts.append((first, last, (*around, f"/{title} {_span(first + 1, last)}#")))


def step_paths(graph: Graph[Drawable], most: int, alone: Collection[int]) -> list[Path]:
    """Return clusters by steps back from the output, `most` pairs of leaves and operations.

    They hold about as many values each, and are nested until they are small. Values `alone` have
    none.
    """
    heights = graph.heights
    population = [0] * (1 + max(heights))
    for height in heights:
        population[height] += 1
    bands = _bands(population, min(MOST_PARTS, most))
    groups: dict[tuple[int, bool], list[int]] = {}
    for value, height in enumerate(heights):
        if value not in alone:
            groups.setdefault((bands[height], not graph.operands[value]), []).append(value)
    paths: list[Path] = [()] * len(graph)
    for (band, is_leaf), members in groups.items():
        first = bands.index(band)
        title = "leaves" if is_leaf else _steps(first, first + bands.count(band) - 1)
        _nest(members, heights, (f"/{title}#{band}",), paths)
    return paths


def _nest(members: Sequence[int], heights: Sequence[int], path: Path, paths: list[Path]) -> None:
    """Give members their paths, by bands in their cluster until each is small."""
    nests = [(members, path)]
    while nests:
        inside, around = nests.pop()
        by_height: dict[int, list[int]] = {}
        for member in inside:
            by_height.setdefault(heights[member], []).append(member)
        if len(inside) <= FEW_INSIDE or len(by_height) == 1:
            _cut(inside, "values", around, paths)
            continue
        levels = sorted(by_height)
        bands = _bands([len(by_height[level]) for level in levels], MOST_PARTS)
        if bands[-1] == 0:  # few at first, and then many
            bands = [int(2 * place >= len(levels)) for place in range(len(levels))]
        for band in dict.fromkeys(bands):
            own = [level for level, other in zip(levels, bands, strict=True) if other == band]
            together = [member for level in own for member in by_height[level]]
            nests.append((sorted(together), (*around, f"/{_steps(own[0], own[-1])}#")))


def _bands(population: Sequence[int], count: int) -> list[int]:
    """Return the band of each level; bands hold about as many values each.

    >>> _bands([1, 1, 1, 3], 2)
    [0, 0, 0, 1]
    """
    total = sum(population)
    before = accumulate(population[:-1], initial=0)
    return [count * passed // total for passed in before]


def _steps(first: int, last: int) -> str:
    return f"step{'s' if last > first else ''} {_span(first, last)}"


def _span(first: int, last: int) -> str:
    """Return two whole numbers as a span; one alone where they are equal."""
    return f"{first:,}" if first == last else f"{first:,}–{last:,}"
