"""The SVG elements of boxes, of the lines between them and of the marks at these; ids."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from math import isfinite, sqrt

from visualize.draw.palette import BORDER_WIDTH, LIGHT, OUTPUT_WIDTH, Style, line_width, theme
from visualize.draw.wording import (
    BOX_CORNER,
    LINE,
    PADDING,
    SMALL,
    Words,
    edge_mark,
    local_mark,
    spoken,
    text_width,
)
from visualize.layout import Placed
from visualize.layout.layering import Point
from visualize.scene.compose import Edge, Node, Scene
from visualize.text import times, xml

ID = "\x00"  # stands for the prefix of all ids until the content that it is made from is known

ALARM = f' class="bad" font-weight="700" fill="{LIGHT.alarm}"'  # nan and inf

# Left of the text of a box, and above it, for the numbers of operands.
MARK_ROOM = {"LR": (4, 0), "TB": (0, 7)}
MARK_SIZE = SMALL - 1
MARK_HEIGHT = SMALL  # of the extent, down to the baseline
ABOVE = 3  # from the baseline of a mark down to its line, in pixels
PARTS: list[float] = [1 / 2, 1 / 3, 2 / 3, 1 / 6, 5 / 6]  # of a curve, where a mark may stand
FEW_BOXES = 200  # with more, marks may lie over boxes: looking for room at each takes too long
MOST_LINES = 3  # at a count: a bundle of lines has none
CELL = 4  # pixels: lines that are nearer to a mark than this look as if it were theirs
COLUMN_OF_CELLS = 2**21  # more than a picture is high

Extent = tuple[float, float, float, float]  # left, top, right, bottom


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
    label = spoken(box.heading, box.mark, box.lines)
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
    bad = (bad_data, node.gradient.is_alarming)
    attributes = attributes or f'class="{look}"'
    return "".join((
        f'<g {attributes} transform="translate({x + left:.0f},{y + top:.0f})">{title}'
        f'<rect x="-{left}" y="-{top}" width="{width:.0f}" height="{height:.0f}" rx="{BOX_CORNER}" '
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
    """Return path data in whole pixels; relative steps and straight lines make it half as long.

    Pages have this function as a script.
    """
    x, y = round(route[0][0]), round(route[0][1])
    parts = [f"M{x} {y}"]
    for end in range(3, len(route), 3):
        curve = route[end - 2 : end + 1]
        across = [round(to_x) - x for to_x, _ in curve]
        down = [round(to_y) - y for _, to_y in curve]
        if min(down) == 0 and max(down) == 0:
            parts.append(f"h{across[2]}")
        elif min(across) == 0 and max(across) == 0:
            parts.append(f"v{down[2]}")
        else:
            steps = [f"{step_x} {step_y}" for step_x, step_y in zip(across, down, strict=True)]
            parts.append(f"c{' '.join(steps)}")
        x += across[2]
        y += down[2]
    return "".join(parts)


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
    written: set[int] = set()
    is_small = len(placed.boxes) <= FEW_BOXES
    boxes = placed.boxes if is_small else []
    taken: list[Extent] = [(x, y, x + width, y + height) for x, y, width, height in boxes]
    passing = cells_of(placed.routes) if is_small else {}
    for number, (edge, route) in enumerate(zip(scene.edges, placed.routes, strict=True)):
        operand = edge_mark(scene, edge) if edge.operand is not None else ""
        if operand:  # in the margin of the box
            x, y = route[-1]
            texts.append(_text(operand, (x + 6, y + 3) if rankdir == "LR" else (x, y + 10)))
        mark = _on_line(scene, edge)
        most = MOST_LINES if edge.local is None else len(scene.edges)
        size = text_width(mark, MARK_SIZE) + 4, MARK_HEIGHT
        for extent in free_place(route, size, taken, passing, most) if mark else ():
            taken.append(extent)
            written.add(number)
            texts.append(_text(mark, ((extent[0] + extent[2]) / 2, extent[3])))
            if edge.local is not None:
                plates.append(_plate(extent))
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


def _plate(extent: Extent) -> str:
    left, top, right, _ = extent
    width = right - left
    return f"M{left:.0f} {top + 2:.0f}h{width:.0f}v{MARK_SIZE + 1}h-{width:.0f}z"


def free_place(
    route: Sequence[Point],
    size: tuple[float, float],
    taken: Sequence[Extent],
    passing: Mapping[int, Sequence[int]],
    most: int,
) -> list[Extent]:
    """Return the extent of the best place at a route for a mark of a size; none where all is taken.

    Places lie over and under the middle curve of the route, then the last and the first. The best
    is the first of those that fewest lines pass, its own among them, and no more than `most`.
    `passing` comes from `cells_of`. Pages have this function as a script.
    """
    best: list[Extent] = []
    fewest = most + 1
    for start in [(len(route) - 1) // 3 // 2 * 3, len(route) - 4, 0]:
        for is_over in [True, False]:
            for part in PARTS:
                x, y = point_on(route[start : start + 4], part)
                bottom = y - ABOVE if is_over else y + size[1]
                extent = (x - size[0] / 2, bottom - size[1], x + size[0] / 2, bottom)
                if is_free(extent, taken):
                    count = lines_through(extent, y, passing)
                    if count < fewest:
                        best, fewest = [extent], count
                    if fewest <= 1:
                        return best
    return best


def is_free(extent: Extent, taken: Sequence[Extent]) -> bool:
    """Tell whether an extent meets none of those that are taken."""
    left, top, right, bottom = extent
    for other_left, other_top, other_right, other_bottom in taken:
        if left < other_right and other_left < right and top < other_bottom and other_top < bottom:
            return False
    return True


def point_on(curve: Sequence[Point], part: float) -> Point:
    """Return the point of a cubic Bezier curve at a part of it, from 0 to 1."""
    rest = 1 - part
    first, second = rest * rest * rest, 3 * rest * rest * part
    third, last = 3 * rest * part * part, part * part * part
    x = first * curve[0][0] + second * curve[1][0] + third * curve[2][0] + last * curve[3][0]
    y = first * curve[0][1] + second * curve[1][1] + third * curve[2][1] + last * curve[3][1]
    return x, y


def lines_through(extent: Extent, y: float, passing: Mapping[int, Sequence[int]]) -> int:
    """Return how many lines pass an extent, or between it and the height `y` of its own line."""
    left, top, right, bottom = extent
    lines: set[int] = set()
    for column in range(cell_at(left), cell_at(right) + 1):
        for row in range(cell_at(min(top, y)), cell_at(max(bottom, y)) + 1):
            for line in passing.get(column * COLUMN_OF_CELLS + row, []):
                lines.add(line)
    return len(lines)


def cells_of(routes: Sequence[Sequence[Point]]) -> dict[int, list[int]]:
    """Return which routes pass through each square of a few pixels.

    Pages have this function as a script.
    """
    passing: dict[int, list[int]] = {}
    for number, route in enumerate(routes):
        for end in range(3, len(route), 3):
            curve = route[end - 3 : end + 1]
            across, down = curve[3][0] - curve[0][0], curve[3][1] - curve[0][1]
            # curves here are nearly straight
            pieces = 1 + int(sqrt(across * across + down * down) / CELL)
            for piece in range(pieces + 1):
                x, y = point_on(curve, piece / pieces)
                lines = passing.setdefault(cell_at(x) * COLUMN_OF_CELLS + cell_at(y), [])
                if len(lines) == 0 or lines[-1] != number:
                    lines.append(number)
    return passing


def cell_at(length: float) -> int:
    """Return the number of the square at a length on either axis."""
    return int(length // CELL)


def with_ids(picture: str, placeholder: str = ID) -> str:
    """Return a picture with a name made of its content's hash in place of each placeholder.

    Two pictures in one page then share no id, and style sheets touch their own picture alone.

    >>> with_ids("<svg id='-'><a href='#-'/></svg>", "-")
    "<svg id='g885b9b20da'><a href='#g885b9b20da'/></svg>"
    """
    name = "g" + hashlib.sha256(picture.encode()).hexdigest()[:10]
    return picture.replace(placeholder, name)
