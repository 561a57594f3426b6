"""Write a placed scene as SVG that looks right alone, in pages, in notebooks and in converters."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from math import isfinite

from visualize.digits import significant
from visualize.escape import cut, printable, xml
from visualize.layout import Placed, layout
from visualize.legend import Key, legend
from visualize.measure import COLUMN, FONT_SIZE, LINE, PADDING, box_size, text_width
from visualize.palette import DARK, LIGHT, style_class, theme
from visualize.scene import Edge, Node, Scene
from visualize.wording import Words, edge_mark, summary, words

__all__ = ["svg"]

MARGIN = 12
SMALL = 10  # font size of everything but boxes
NARROWEST = 420  # what the footer needs to be read
SWATCH = 16
_ID = "\x00"  # stands for the prefix of all ids until the content that it is made from is known


def svg(scene: Scene, *, rankdir: str = "LR", show_legend: bool = True) -> str:
    """Return the picture of a scene as the text of an SVG file.

    Colours are attributes, so that converters without style sheets show them; the style sheet only
    overrides (dark mode, hovering). All ids begin with a hash of the content: several pictures can
    stand in one page, and the same picture has the same bytes everywhere.
    """
    boxes = [words(scene, node) for node in scene.nodes]
    placed = layout(
        [box_size(box) for box in boxes],
        [(edge.source, edge.target) for edge in scene.edges],
        rankdir=rankdir,
        groups=[node.scope for node in scene.nodes],
    )
    looks = [style_class(node.gradient, scene.largest_gradient) for node in scene.nodes]
    keys = legend(scene) if show_legend else []
    width = max(placed.width, NARROWEST if scene.nodes else 0) + 2 * MARGIN
    head = list(_heading(scene, width))
    top = MARGIN + (LINE + 6 if head else 0)
    foot, height = _footer(scene, keys, width, top + placed.height + LINE)
    used = [*looks, *(look for key in keys for look in key.looks)]
    body = [
        f'<rect class="page" width="{width:.0f}" height="{height:.0f}" rx="8" fill="{LIGHT.page}"/>',
        *head,
        f'<g transform="translate({MARGIN},{top})">',
        *_clusters(placed),
        *_edges(scene, placed, rankdir),
        *map(_node, range(len(boxes)), scene.nodes, boxes, looks, placed.boxes),
        "</g>",
        *foot,
    ]
    name = xml(scene.title) or "Graph of " + (
        xml(", ".join(node.name for node in scene.nodes if node.is_output)) or "nothing"
    )
    text = "\n".join((
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{_ID}" width="{width:.0f}" '
        f'height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'role="graphics-document document" aria-labelledby="{_ID}-title {_ID}-desc" '
        f'font-family="monospace" font-size="{FONT_SIZE}" fill="{LIGHT.text}">',
        f'<title id="{_ID}-title">{name}</title>',
        f'<desc id="{_ID}-desc">{xml(". ".join((summary(scene), *scene.notes)))}</desc>',
        *_style(scene, used),
        f'<defs><marker id="{_ID}-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
        f'<path class="arrow" d="M0,0.5L8,4L0,7.5z" fill="{LIGHT.edge}"/></marker></defs>',
        *body,
        "</svg>\n",
    ))  # fmt: skip
    return text.replace(_ID, "g" + hashlib.sha256(text.encode()).hexdigest()[:10])


def _style(scene: Scene, looks: Iterable[str]) -> Iterator[str]:
    """Yield the style sheet. Converters without media queries skip all of it."""
    yield "<style>@media screen{"
    yield f"#{_ID}{{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}}"
    for leaf in sorted({node.copy_of for node in scene.nodes if node.copy_of is not None}):
        yield f"#{_ID}:has(.u{leaf}:hover) .u{leaf} rect{{stroke-width:4}}"
    yield "}@media (prefers-color-scheme:dark){"
    yield f"#{_ID},#{_ID} text{{fill:{DARK.text}}}#{_ID} .muted{{fill:{DARK.muted}}}"
    yield f"#{_ID} .page{{fill:{DARK.page}}}#{_ID} .bad{{fill:{DARK.special['nan'].stroke}}}"
    yield f"#{_ID} .cluster rect{{fill:{DARK.cluster};stroke:{DARK.cluster_stroke}}}"
    for look in sorted(set(looks)):
        style = theme(look, DARK)
        yield f"#{_ID} .{look} rect{{fill:{style.fill};stroke:{style.stroke}}}"
    yield "}</style>"


def _heading(scene: Scene, width: float) -> Iterator[str]:
    if scene.title:
        title = cut(printable(scene.title), int((width - 2 * MARGIN) / COLUMN))
        yield (
            f'<text x="{MARGIN}" y="{MARGIN + LINE - 2}" font-weight="700" font-size="{FONT_SIZE + 1}">'
            f"{xml(title)}</text>"
        )


def _clusters(placed: Placed) -> Iterator[str]:
    for path, (x, y, width, height) in placed.clusters.items():
        title = cut(printable(path[-1]), max(1, int((width - PADDING) / COLUMN)))
        yield (
            f'<g class="cluster"><title>{xml("/".join(path))}</title>'
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="8" '
            f'fill="{LIGHT.cluster}" stroke="{LIGHT.cluster_stroke}"/>'
            f'<text class="muted" x="{x + 6:.0f}" y="{y + 12:.0f}" font-size="{SMALL}" '
            f'fill="{LIGHT.muted}">{xml(title)}</text></g>'
        )


def _edges(scene: Scene, placed: Placed, rankdir: str) -> Iterator[str]:
    yield (
        f'<g fill="none" stroke="{LIGHT.edge}" marker-end="url(#{_ID}-arrow)" aria-hidden="true">'
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
    x, y = (
        (start[axis] + 3 * first[axis] + 3 * second[axis] + end[axis]) / 8 for axis in (0, 1)
    )
    return x, y - 3


def _node(
    index: int, node: Node, box: Words, look: str, place: tuple[float, float, float, float]
) -> str:
    x, y, width, height = place
    style = theme(look, LIGHT)
    dashes = f' stroke-dasharray="{style.dashes}"' if style.dashes else ""
    thickness = max(style.width, 2.4 if node.is_output else 0)
    family = "" if node.copy_of is None else f" u{node.copy_of} copy"
    label = ", ".join((" ".join(filter(None, (box.heading, box.mark))), *box.lines))
    parts = [
        f'<g id="{_ID}-{index}" class="{look}{family}" role="graphics-symbol" '
        f'aria-label="{xml(label)}" transform="translate({x + PADDING:.0f},{y + LINE:.0f})">'
        f"<title>{xml_lines(box.description)}</title>"
        f'<rect x="-{PADDING}" y="-{LINE}" width="{width:.0f}" height="{height:.0f}" rx="6" '
        f'fill="{style.fill}" stroke="{style.stroke}" stroke-width="{thickness:g}"{dashes}/>'
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


def xml_lines(lines: Iterable[str]) -> str:
    """Return escaped lines, for a tooltip of several."""
    return "\n".join(map(xml, lines))


def _footer(scene: Scene, keys: Sequence[Key], width: float, y: float) -> tuple[list[str], float]:
    """Return the summary, notes and legend, and the height of the whole picture."""
    parts = [f'<g font-size="{SMALL}">']
    letters = int((width - 2 * MARGIN) / (COLUMN * SMALL / FONT_SIZE))
    for line in (summary(scene), *scene.notes):
        for row in textwrap.wrap(line, letters):
            parts.append(
                f'<text class="muted" x="{MARGIN}" y="{y + 6:.0f}" fill="{LIGHT.muted}">{xml(row)}</text>'
            )
            y += LINE
    x: float = MARGIN
    for key in keys:
        swatches = len(key.looks) * SWATCH
        length = swatches + 6 + text_width(key.meaning, SMALL) + 18
        if x > MARGIN and x + length > width:
            x = MARGIN
            y += LINE + 4
        for look in key.looks:
            style = theme(look, LIGHT)
            dashes = f' stroke-dasharray="{style.dashes}"' if style.dashes else ""
            parts.append(
                f'<g class="{look}"><rect x="{x:.0f}" y="{y:.0f}" width="{SWATCH - 2}" height="10" '
                f'rx="2" fill="{style.fill}" stroke="{style.stroke}" stroke-width="{style.width:g}"'
                f"{dashes}/></g>"
            )
            x += SWATCH
        parts.append(f'<text x="{x + 4:.0f}" y="{y + 9:.0f}">{xml(key.meaning)}</text>')
        x += length - swatches
    if keys:
        y += LINE + 4
    parts.append("</g>")
    return parts, y + MARGIN
