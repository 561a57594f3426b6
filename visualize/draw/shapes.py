"""The SVG elements of boxes, of the lines between them, and of the marks at the lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import isfinite

from visualize.digits import times
from visualize.draw.animated import ID
from visualize.draw.palette import BORDER_WIDTH, LIGHT, OUTPUT_WIDTH, Style, line_width, theme
from visualize.draw.wording import LINE, PADDING, SMALL, Words, edge_mark, local_mark, text_width
from visualize.escape import xml
from visualize.layout import Placed
from visualize.scene.compose import Edge, Node, Scene

__all__ = [
    "Marks",
    "box_shape",
    "edge_shapes",
    "mark_room",
    "marks",
    "node_shape",
    "painted",
    "path_data",
]

Point = tuple[float, float]

ALARM = f' class="bad" font-weight="700" fill="{LIGHT.alarm}"'  # nan and inf
# Left of the text of a box, and above it, for the numbers of operands.
MARK_ROOM = {"LR": (4, 0), "TB": (0, 7)}
MARK_SIZE = SMALL - 1
FEW_BOXES = 200  # with more, marks may lie over boxes: looking for room at each takes too long


def node_shape(
    index: int,
    scene: Scene,
    box: Words,
    look: str,
    place: tuple[float, float, float, float],
    room: tuple[int, int],
) -> str:
    """Return the box of a node, with its description for tooltips and screen readers.

    `room` is free left of its text and above it.
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
    """Return the box of a node as it is seen."""
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
    """Return a look as attributes; the usual width is that of the whole picture."""
    width = "" if style.width == BORDER_WIDTH else f' stroke-width="{style.width:g}"'
    dashes = f' stroke-dasharray="{style.dashes}"' if style.dashes else ""
    return f'fill="{style.fill}" stroke="{style.stroke}"{width}{dashes}'


def edge_shapes(scene: Scene, placed: Placed, marks: Marks) -> Iterator[str]:
    """Yield a line per edge, thicker where it stands for many, with a tooltip if it has no mark."""
    yield (
        f'<g class="lines" fill="none" stroke="{LIGHT.edge}" stroke-width="1" '
        f'marker-end="url(#{ID}-arrow)" aria-hidden="true">'
    )
    for number, (edge, route) in enumerate(zip(scene.edges, placed.routes, strict=True)):
        wide = "/>"
        if edge.local is not None and number not in marks.written:
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


@dataclass(frozen=True, slots=True)
class Marks:
    """The elements of all marks, and the edges that have a mark beside them."""

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
