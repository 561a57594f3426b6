"""The SVG elements of boxes, of the lines between them and of the marks at these; ids."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import dist, isfinite
from typing import NamedTuple

from visualize.draw.palette import BORDER_WIDTH, LIGHT, OUTPUT_WIDTH, Style, line_width, theme
from visualize.draw.wording import LINE, PADDING, SMALL, Words, edge_mark, local_mark, text_width
from visualize.layout import Placed
from visualize.layout.layering import Point
from visualize.scene.compose import Edge, Node, Scene
from visualize.text import times, xml

ID = "\x00"  # stands for the prefix of all ids until the content that it is made from is known

ALARM = f' class="bad" font-weight="700" fill="{LIGHT.alarm}"'  # nan and inf

# Left of the text of a box, and above it, for the numbers of operands.
MARK_ROOM = {"LR": (4, 0), "TB": (0, 7)}
MARK_SIZE = SMALL - 1
OVER, UNDER = -3, SMALL  # from the line down to the baseline of a mark, in pixels
FEW_BOXES = 200  # with more, marks may lie over boxes: looking for room at each takes too long
MOST_LINES = 3  # at a count: a bundle of lines has none
CELL = 4  # pixels: lines that are nearer to a mark than this look as if it were theirs


def node_shape(
    index: int,
    scene: Scene,
    box: Words,
    look: str,
    place: tuple[float, float, float, float],
    room: tuple[int, int],
) -> str:
    """Return the box of a node, with its description for tooltips and screen readers.

    `room` is the free space left of its text and above it.
    """
    node = scene.nodes[index]
    family = index if node.copy_of is None else node.copy_of
    label = ", ".join((" ".join(filter(None, (box.heading, box.mark))), *box.lines))
    attributes = (
        f'id="{ID}-{index}" class="{look} u{family}" role="graphics-symbol" '
        f'aria-label="{xml(label)}"'
    )
    title = "<title>" + "\n".join(map(xml, box.description)) + "</title>"
    return box_shape(node, box, look, place, room, attributes, title)


def box_shape(
    node: Node,
    box: Words,
    look: str,
    place: tuple[float, float, float, float],
    room: tuple[int, int],
    attributes: str = "",
    title: str = "",
) -> str:
    """Return what is seen of the box of a node."""
    x, y, width, height = place
    left, top = PADDING + room[0], LINE + room[1]
    style = theme(look, LIGHT)
    if node.is_output:
        style = replace(style, width=max(style.width, OUTPUT_WIDTH))
    faint = "" if node.copy_of is None else ' fill-opacity="0.5"'
    mark = (
        f'<text class="muted" x="{width - left - PADDING:.0f}" text-anchor="end" '
        f'fill="{LIGHT.muted}">{xml(box.mark)}</text>'
    )
    bad_data = node.group is None and not isfinite(node.data)
    bad = (bad_data, node.gradient.state in ("nan", "infinite"))
    attributes = attributes or f'class="{look}"'
    return "".join((
        f'<g {attributes} transform="translate({x + left:.0f},{y + top:.0f})">{title}'
        f'<rect x="-{left}" y="-{top}" width="{width:.0f}" height="{height:.0f}" rx="6" '
        f"{painted(style)}{faint}/>"
        f'<text font-weight="700">{xml(box.heading)}</text>',
        mark if box.mark else "",
        *(
            f'<text y="{LINE * number}"{ALARM if is_bad else ""}>{xml(line)}</text>'
            for number, (line, is_bad) in enumerate(zip(box.lines, bad, strict=True), 1)
        ),
        "</g>",
    ))  # fmt: skip


def painted(style: Style) -> str:
    """Return a style as attributes; the usual line width is set for the whole picture."""
    width = "" if style.width == BORDER_WIDTH else f' stroke-width="{style.width:g}"'
    dashes = f' stroke-dasharray="{style.dashes}"' if style.dashes else ""
    return f'fill="{style.fill}" stroke="{style.stroke}"{width}{dashes}'


def edge_shapes(scene: Scene, placed: Placed, marked: Collection[int]) -> Iterator[str]:
    """Yield a line per edge, thicker where it stands for many; `marked` ones need no tooltip."""
    yield (
        f'<g class="lines" fill="none" stroke="{LIGHT.edge}" stroke-width="1" '
        f'marker-end="url(#{ID}-arrow)" aria-hidden="true">'
    )
    for number, (edge, route) in enumerate(zip(scene.edges, placed.routes, strict=True)):
        wide = "/>"
        if edge.local is not None and number not in marked:
            wide = f"><title>{local_mark(edge)}</title></path>"
        elif edge.count > 1:
            width, count = line_width(edge.count), times(edge.count)
            wide = f' stroke-width="{width:g}"><title>{count}</title></path>'
        yield f'<path d="{path_data(route)}"{wide}'
    yield "</g>"


def path_data(route: Sequence[Point]) -> str:
    """Return path data in whole pixels; relative steps and straight lines make it half as long."""
    points = [(round(x), round(y)) for x, y in route]
    x, y = points[0]
    parts = [f"M{x} {y}"]
    for curve in zip(points[1::3], points[2::3], points[3::3], strict=True):
        steps = [(to_x - x, to_y - y) for to_x, to_y in curve]
        if not any(step_y for _, step_y in steps):
            parts.append(f"h{steps[2][0]}")
        elif not any(step_x for step_x, _ in steps):
            parts.append(f"v{steps[2][1]}")
        else:
            parts.append("c" + " ".join(f"{step_x} {step_y}" for step_x, step_y in steps))
        x, y = curve[2]
    return "".join(parts)


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


def with_ids(picture: str, placeholder: str = ID) -> str:
    """Return a picture with a name made of its content's hash in place of each placeholder.

    Two pictures in one page then share no id, and style sheets touch their own picture alone.

    >>> with_ids("<svg id='-'><a href='#-'/></svg>", "-")
    "<svg id='g885b9b20da'><a href='#g885b9b20da'/></svg>"
    """
    name = "g" + hashlib.sha256(picture.encode()).hexdigest()[:10]
    return picture.replace(placeholder, name)
