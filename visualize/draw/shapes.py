"""The SVG elements of boxes and of the lines between them, and the ids of a picture."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from math import isfinite

from visualize.draw.palette import BORDER_WIDTH, LIGHT, OUTPUT_WIDTH, Style, line_width, theme
from visualize.draw.wording import LINE, PADDING, Words, local_mark
from visualize.layout import Placed
from visualize.layout.layering import Point
from visualize.scene.compose import Node, Scene
from visualize.text import times, xml

ID = "\x00"  # stands for the prefix of all ids until the content that it is made from is known

ALARM = f' class="bad" font-weight="700" fill="{LIGHT.alarm}"'  # nan and inf


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


def with_ids(picture: str, placeholder: str = ID) -> str:
    """Return a picture with a name made of its content's hash in place of each placeholder.

    Two pictures in one page then share no id, and style sheets touch their own picture alone.

    >>> with_ids("<svg id='-'><a href='#-'/></svg>", "-")
    "<svg id='g885b9b20da'><a href='#g885b9b20da'/></svg>"
    """
    name = "g" + hashlib.sha256(picture.encode()).hexdigest()[:10]
    return picture.replace(placeholder, name)
