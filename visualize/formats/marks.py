"""What is written at the lines of an SVG picture: operands, counts and local derivatives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from visualize.formats.formula import edge_mark, local_mark
from visualize.formats.measure import SMALL, text_width
from visualize.formats.palette import LIGHT
from visualize.layout import Placed
from visualize.scene.facts import Edge, Scene

__all__ = ["Marks", "mark_room", "marks"]

Point = tuple[float, float]

# Left of the text of a box, and above it, for the numbers of operands.
MARK_ROOM = {"LR": (4, 0), "TB": (0, 7)}
MARK_SIZE = SMALL - 1
FEW_BOXES = 200  # with more, marks may lie over boxes: looking for room at each takes too long


@dataclass(frozen=True, slots=True)
class Marks:
    """The elements of all marks, and which edges have theirs beside them: others need a tooltip."""

    shapes: tuple[str, ...]
    written: frozenset[int]


def mark_room(scene: Scene, rankdir: str) -> list[tuple[int, int]]:
    """Return how much wider and higher each box must be for the numbers of its operands."""
    marked = {
        edge.target for edge in scene.edges if edge.operand is not None and edge_mark(scene, edge)
    }
    return [MARK_ROOM[rankdir] if index in marked else (0, 0) for index in range(len(scene.nodes))]


def marks(scene: Scene, placed: Placed, rankdir: str) -> Marks:
    """Return the marks; one on a line that finds no free place is left out."""
    plates: list[str] = []
    texts: list[str] = []
    taken: list[tuple[Point, float]] = []
    written: set[int] = set()
    for number, (edge, route) in enumerate(zip(scene.edges, placed.routes, strict=True)):
        operand = edge_mark(scene, edge) if edge.operand is not None else ""
        if operand:  # in the margin of the box
            x, y = route[-1]
            texts.append(_text(operand, (x + 6, y + 3) if rankdir == "LR" else (x, y + 10)))
        mark = _on_line(scene, edge)
        width = text_width(mark, MARK_SIZE) + 4
        boxes = placed.boxes if len(placed.boxes) <= FEW_BOXES else ()
        free = (
            place
            for place in _along(route)
            if _is_free(place, width, taken) and not any(_meets(box, place, width) for box in boxes)
        )
        place = next(free, None) if mark else None
        if place:
            taken.append((place, width))
            written.add(number)
            texts.append(_text(mark, place))
            if edge.local is not None:
                plates.append(_plate(place, width))
    plate = f'<path class="page" d="{"".join(plates)}" fill="{LIGHT.page}" fill-opacity="0.8"/>'
    shapes = (
        '<g class="marks" aria-hidden="true">',
        *((plate,) if plates else ()),  # a line crosses its derivative faintly
        f'<g class="muted" fill="{LIGHT.muted}" font-size="{MARK_SIZE}" text-anchor="middle">',
        *texts,
        "</g></g>",
    )
    return Marks(shapes, frozenset(written))


def _on_line(scene: Scene, edge: Edge) -> str:
    return local_mark(edge) if edge.operand is not None else edge_mark(scene, edge)


def _text(mark: str, place: Point) -> str:
    return f'<text x="{round(place[0])}" y="{round(place[1])}">{mark}</text>'


def _plate(place: Point, width: float) -> str:
    left, top = place[0] - width / 2, place[1] - MARK_SIZE + 1
    return f"M{left:.0f} {top:.0f}h{width:.0f}v{MARK_SIZE + 1}h-{width:.0f}z"


def _along(route: Sequence[Point]) -> Iterator[Point]:
    """Yield places over and under the middle curve of a route, then its last and its first."""
    middle, last = (len(route) - 1) // 3 // 2 * 3, len(route) - 4
    starts = dict.fromkeys((middle, last, 0))
    for start, shift in product(starts, (-3, SMALL)):
        curve = route[start : start + 4]
        for part in (1 / 2, 1 / 3, 2 / 3, 1 / 6, 5 / 6):
            rest = 1 - part
            weights = (rest**3, 3 * rest * rest * part, 3 * rest * part * part, part**3)
            x, y = (
                sum(weight * point[axis] for weight, point in zip(weights, curve, strict=True))
                for axis in (0, 1)
            )
            yield x, y + shift


def _meets(box: tuple[float, float, float, float], place: Point, width: float) -> bool:
    x, y, box_width, box_height = box
    across = x - width / 2 < place[0] < x + box_width + width / 2
    return across and y < place[1] < y + box_height + SMALL


def _is_free(place: Point, width: float, taken: Sequence[tuple[Point, float]]) -> bool:
    return all(
        abs(place[0] - x) > (width + other) / 2 or abs(place[1] - y) > SMALL
        for (x, y), other in taken
    )
