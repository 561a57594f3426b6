"""The marks of a picture: derivatives and counts at its lines, numbers of operands at boxes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import dist
from typing import NamedTuple

from visualize.draw.palette import LIGHT
from visualize.draw.wording import SMALL, edge_mark, local_mark, text_width
from visualize.layout import Placed
from visualize.layout.layering import Point
from visualize.scene.compose import Edge, Scene

# Left of the text of a box, and above it, for the numbers of operands.
MARK_ROOM = {"LR": (4, 0), "TB": (0, 7)}
MARK_SIZE = SMALL - 1
OVER, UNDER = -3, SMALL  # from the line down to the baseline of a mark, in pixels
FEW_BOXES = 200  # with more, marks may lie over boxes: looking for room at each takes too long
MOST_LINES = 3  # at a count: a bundle of lines has none
CELL = 4  # pixels: lines that are nearer to a mark than this look as if it were theirs


class Place(NamedTuple):
    """A place for a mark: a point of its line, and how far below it the baseline is."""

    x: float
    y: float
    shift: int


def mark_room(scene: Scene, rankdir: str) -> list[tuple[int, int]]:
    """Return how much wider and higher each box must be for the numbers of its operands."""
    marked = {
        edge.target for edge in scene.edges if edge.operand is not None and edge_mark(scene, edge)
    }
    return [MARK_ROOM[rankdir] if index in marked else (0, 0) for index in range(len(scene.nodes))]


def marks(scene: Scene, placed: Placed, rankdir: str) -> tuple[list[str], set[int]]:
    """Return the elements of all marks, and the edges that have one beside their line.

    A mark stands where as few other lines as possible pass: on a lane that several lines share
    nobody could tell whose it is. A mark that finds no free place is left out, and so are counts
    in a bundle of lines.
    """
    plates: list[str] = []
    texts: list[str] = []
    taken: list[tuple[Place, float]] = []
    written: set[int] = set()
    is_small = len(placed.boxes) <= FEW_BOXES
    passing = _cells(placed.routes) if is_small else {}
    for number, (edge, route) in enumerate(zip(scene.edges, placed.routes, strict=True)):
        operand = edge_mark(scene, edge) if edge.operand is not None else ""
        if operand:  # in the margin of the box
            x, y = route[-1]
            texts.append(_text(operand, (x + 6, y + 3) if rankdir == "LR" else (x, y + 10)))
        mark = _on_line(scene, edge)
        width = text_width(mark, MARK_SIZE) + 4
        free = (
            place
            for place in _along(route)
            if all(_is_apart(place, width, *other) for other in taken)
            and not (is_small and any(_meets(box, place, width) for box in placed.boxes))
        )
        most = MOST_LINES if edge.local is None else len(scene.edges)
        place = _clearest(free, width, passing, most) if mark else None
        if place:
            taken.append((place, width))
            written.add(number)
            texts.append(_text(mark, (place.x, place.y + place.shift)))
            if edge.local is not None:
                plates.append(_plate(place, width))
    plate = f'<path class="page" d="{"".join(plates)}" fill="{LIGHT.page}" fill-opacity="0.8"/>'
    shapes = [
        '<g class="marks" aria-hidden="true">',
        *([plate] if plates else ()),  # a line crosses its derivative faintly
        f'<g class="muted" fill="{LIGHT.muted}" font-size="{MARK_SIZE}" text-anchor="middle">',
        *texts,
        "</g></g>",
    ]
    return shapes, written


def _on_line(scene: Scene, edge: Edge) -> str:
    return local_mark(edge) if edge.operand is not None else edge_mark(scene, edge)


def _text(mark: str, baseline: Point) -> str:
    return f'<text x="{round(baseline[0])}" y="{round(baseline[1])}">{mark}</text>'


def _plate(place: Place, width: float) -> str:
    left, top = place.x - width / 2, place.y + place.shift - MARK_SIZE + 1
    return f"M{left:.0f} {top:.0f}h{width:.0f}v{MARK_SIZE + 1}h-{width:.0f}z"


def _along(route: Sequence[Point]) -> Iterator[Place]:
    """Yield places over and under the middle curve of a route, then its last and its first."""
    middle, last = (len(route) - 1) // 3 // 2 * 3, len(route) - 4
    starts = dict.fromkeys((middle, last, 0))
    for start, shift in product(starts, (OVER, UNDER)):
        for part in (1 / 2, 1 / 3, 2 / 3, 1 / 6, 5 / 6):
            yield Place(*_point(route[start : start + 4], part), shift)


def _point(curve: Sequence[Point], part: float) -> Point:
    """Return the point of a cubic Bezier curve at a part of it, from 0 to 1."""
    rest = 1 - part
    first, second, third, last = rest**3, 3 * rest * rest * part, 3 * rest * part * part, part**3
    (a, e), (b, f), (c, g), (d, h) = curve
    x = first * a + second * b + third * c + last * d
    return x, first * e + second * f + third * g + last * h


def _clearest(
    places: Iterable[Place],
    width: float,
    passing: Mapping[tuple[int, int], set[int]],
    most: int,
) -> Place | None:
    """Return the first of the places that fewest lines pass, its own among them.

    None where all have more than `most`.
    """
    best, fewest = None, most + 1
    for place in places:
        top, bottom = sorted((place.y, place.y + place.shift - MARK_SIZE * (place.shift < 0)))
        columns = range(int((place.x - width / 2) // CELL), int((place.x + width / 2) // CELL) + 1)
        rows = range(int(top // CELL), int(bottom // CELL) + 1)
        lines = set().union(*(passing.get(cell, ()) for cell in product(columns, rows)))
        if len(lines) < fewest:
            best, fewest = place, len(lines)
        if fewest <= 1:
            break
    return best


def _cells(routes: Sequence[Sequence[Point]]) -> dict[tuple[int, int], set[int]]:
    """Return which routes pass through each square of a few pixels."""
    passing: dict[tuple[int, int], set[int]] = {}
    for number, route in enumerate(routes):
        for start in range(0, len(route) - 1, 3):
            curve = route[start : start + 4]
            pieces = 1 + int(dist(curve[0], curve[3]) / CELL)  # curves here are nearly straight
            for piece in range(pieces + 1):
                x, y = _point(curve, piece / pieces)
                passing.setdefault((int(x // CELL), int(y // CELL)), set()).add(number)
    return passing


def _meets(box: tuple[float, float, float, float], place: Place, width: float) -> bool:
    x, y, box_width, box_height = box
    across = x - width / 2 < place.x < x + box_width + width / 2
    return across and y < place.y + place.shift < y + box_height + SMALL


def _is_apart(place: Place, width: float, other: Place, other_width: float) -> bool:
    """Tell whether two marks do not touch."""
    beside = abs(place.x - other.x) > (width + other_width) / 2
    return beside or abs(place.y + place.shift - other.y - other.shift) > SMALL
