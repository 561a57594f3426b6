"""The SVG elements of boxes, lines between them and clusters around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

from visualize.escape import cut, printable, xml
from visualize.layout import Placed
from visualize.measure import COLUMN, LINE, PADDING, SMALL
from visualize.palette import LIGHT, theme
from visualize.scene import Edge, Node, Scene
from visualize.stylesheet import ID
from visualize.wording import Words, edge_mark

__all__ = ["cluster_shapes", "edge_shapes", "node_shape"]


def cluster_shapes(placed: Placed) -> Iterator[str]:
    """Yield a rectangle with a title per cluster, outer ones first."""
    for path, (x, y, width, height) in placed.clusters.items():
        title = cut(printable(path[-1]), max(1, int((width - PADDING) / COLUMN)))
        yield (
            f'<g class="cluster"><title>{xml("/".join(path))}</title>'
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="8" '
            f'fill="{LIGHT.cluster}" stroke="{LIGHT.cluster_stroke}"/>'
            f'<text class="muted" x="{x + 6:.0f}" y="{y + 12:.0f}" font-size="{SMALL}" '
            f'fill="{LIGHT.muted}">{xml(title)}</text></g>'
        )


def edge_shapes(scene: Scene, placed: Placed, rankdir: str) -> Iterator[str]:
    """Yield a line per edge, and what is written at it."""
    yield (
        f'<g fill="none" stroke="{LIGHT.edge}" marker-end="url(#{ID}-arrow)" aria-hidden="true">'
    )
    for edge, route in zip(scene.edges, placed.routes, strict=True):
        x, y = route[0]
        curve = " ".join(f"{x:.0f},{y:.0f}" for x, y in route[1:])
        wide = f' stroke-width="{_stroke_width(edge):g}"' if edge.count > 1 else ""
        yield f'<path d="M{x:.0f},{y:.0f}C{curve}"{wide}/>'
    yield "</g>"
    yield (
        f'<g class="muted" fill="{LIGHT.muted}" font-size="{SMALL - 1}" text-anchor="middle" '
        'aria-hidden="true">'
    )
    for edge, route in zip(scene.edges, placed.routes, strict=True):
        mark = edge_mark(scene, edge)
        if mark:
            x, y = _mark_place(edge, route, rankdir)
            yield f'<text class="muted" x="{x:.0f}" y="{y:.0f}">{mark}</text>'
    yield "</g>"


def _stroke_width(edge: Edge) -> float:
    return min(4.0, 1 + 0.25 * edge.count.bit_length())


def _mark_place(
    edge: Edge, route: Sequence[tuple[float, float]], rankdir: str
) -> tuple[float, float]:
    """Return where to write at an edge: operand numbers at the arrow, counts in the middle."""
    if edge.operand is not None:
        x, y = route[-1]
        return (x - 11, y - 3) if rankdir == "LR" else (x + 7, y - 8)
    middle = (len(route) - 1) // 3 // 2 * 3
    start, first, second, end = route[middle : middle + 4]
    x, y = ((start[axis] + 3 * first[axis] + 3 * second[axis] + end[axis]) / 8 for axis in (0, 1))
    return x, y - 3


def node_shape(
    index: int, node: Node, box: Words, look: str, place: tuple[float, float, float, float]
) -> str:
    """Return the box of a node, with its description for tooltips and screen readers."""
    x, y, width, height = place
    style = theme(look, LIGHT)
    dashes = f' stroke-dasharray="{style.dashes}"' if style.dashes else ""
    faint = "" if node.copy_of is None else ' fill-opacity="0.5"'
    thickness = max(style.width, 2.4 if node.is_output else 0)
    family = "" if node.copy_of is None else f" u{node.copy_of} copy"
    label = ", ".join((" ".join(filter(None, (box.heading, box.mark))), *box.lines))
    description = "\n".join(map(xml, box.description))
    parts = [
        f'<g id="{ID}-{index}" class="{look}{family}" role="graphics-symbol" '
        f'aria-label="{xml(label)}" transform="translate({x + PADDING:.0f},{y + LINE:.0f})">'
        f"<title>{description}</title>"
        f'<rect x="-{PADDING}" y="-{LINE}" width="{width:.0f}" height="{height:.0f}" rx="6" '
        f'fill="{style.fill}" stroke="{style.stroke}" stroke-width="{thickness:g}"{dashes}{faint}/>'
        f'<text font-weight="700">{xml(box.heading)}</text>'
    ]
    if box.mark:
        parts.append(
            f'<text class="muted" x="{width - 2 * PADDING:.0f}" text-anchor="end" '
            f'fill="{LIGHT.muted}">{xml(box.mark)}</text>'
        )
    bad_data = node.group is None and not isfinite(node.data)
    for number, line in enumerate(box.lines):
        warn = (
            f' class="bad" font-weight="700" fill="{LIGHT.special["nan"].stroke}"'
            if (number == 0 and bad_data) or (number == 1 and look in ("nan", "infinite"))
            else ""
        )
        parts.append(f'<text y="{LINE * (number + 1)}"{warn}>{xml(line)}</text>')
    return "".join(parts) + "</g>"
