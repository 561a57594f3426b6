"""Write a placed scene as SVG that looks right alone, in pages, in notebooks and in converters."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat

from visualize.escape import cut, printable, xml
from visualize.formats.clusters import cluster_shapes, cluster_titles, title_width
from visualize.formats.footer import footer
from visualize.formats.formula import edge_mark, local_mark
from visualize.formats.legend import legend_keys
from visualize.formats.marks import mark_room, marks
from visualize.formats.measure import COLUMN, FONT_SIZE, LINE, MARGIN, SMALL, box_size, text_width
from visualize.formats.overlay import Overlay
from visualize.formats.palette import BORDER_WIDTH, LIGHT, look_of
from visualize.formats.shapes import edge_shapes, node_shape
from visualize.formats.stylesheet import ID, style_sheet, with_ids
from visualize.formats.summary import summary
from visualize.formats.wording import words
from visualize.layout import layout
from visualize.scene.facts import Scene

__all__ = ["svg"]

RANK_GAP = 36
NARROWEST = 420  # what the footer needs to be read


def svg(
    scene: Scene,
    *,
    rankdir: str = "LR",
    legend: bool = True,
    clusters: bool = True,
    overlay: Overlay | None = None,
) -> str:
    """Return the picture of a scene as the text of an SVG file.

    The same scene has the same bytes everywhere, and several pictures can stand in one page.
    """
    boxes = [words(scene, node, framed=clusters) for node in scene.nodes]
    rooms = mark_room(scene, rankdir)
    sizes = [box_size(box) for box in boxes]
    for index, box in overlay.boxes() if overlay else ():
        sizes[index] = max(sizes[index], box_size(box))
    placed = layout(
        [(width + left, height + top) for (width, height), (left, top) in zip(sizes, rooms)],
        [(edge.source, edge.target) for edge in scene.edges],
        rankdir=rankdir,
        rank_gap=_rank_gap(scene),
        groups=[node.scope for node in scene.nodes] if clusters else None,
        title_width=title_width,
    )
    written = marks(scene, placed, rankdir)
    looks = [look_of(node, scene.largest_gradient) for node in scene.nodes]
    keys = legend_keys(scene) if legend else []
    least = max(NARROWEST if scene.nodes else 0, overlay.width if overlay else 0)
    width = max(placed.width, least) + 2 * MARGIN
    head = list(_heading(scene, width))
    top = MARGIN + (LINE + 6 if head else 0)
    if overlay:
        head += overlay.head(MARGIN, top)
        top += overlay.room
    foot, height = footer(scene, keys, width, top + placed.height + LINE)
    used = [*looks, *(look for key in keys for look in key.looks)]
    used += overlay.looks() if overlay else ()
    body = [
        f'<rect class="page" width="{width:.0f}" height="{height:.0f}" rx="8" '
        f'fill="{LIGHT.page}"/>',
        *head,
        f'<g transform="translate({MARGIN},{top})">',
        *cluster_shapes(placed),
        *edge_shapes(scene, placed, written),
        *map(node_shape, range(len(boxes)), repeat(scene), boxes, looks, placed.boxes, rooms),
        *cluster_titles(placed),
        *written.shapes,
        *(overlay.shapes(placed, rooms) if overlay else ()),
        "</g>",
        *foot,
    ]
    name = xml(scene.title) or "Graph of " + (
        xml(", ".join(node.name for node in scene.nodes if node.is_output)) or "nothing"
    )
    text = "\n".join((
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{ID}" width="{width:.0f}" '
        f'height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'role="graphics-document document" aria-labelledby="{ID}-title {ID}-desc" '
        f'font-family="monospace" font-size="{FONT_SIZE}" fill="{LIGHT.text}" '
        f'stroke-width="{BORDER_WIDTH:g}">',
        f'<title id="{ID}-title">{name}</title>',
        f'<desc id="{ID}-desc">{xml(". ".join((summary(scene), *scene.notes)))}</desc>',
        *style_sheet(scene, used),
        *(overlay.style() if overlay else ()),
        f'<defs><marker id="{ID}-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
        f'<path class="arrow" d="M0,0.5L8,4L0,7.5z" fill="{LIGHT.edge}"/></marker></defs>',
        *body,
        "</svg>\n",
    ))  # fmt: skip
    return with_ids(text)


def _rank_gap(scene: Scene) -> float:
    """Return the room between ranks: enough for the counts and derivatives that stand there."""
    marks = (edge_mark(scene, edge) if edge.count > 1 else local_mark(edge) for edge in scene.edges)
    return max(RANK_GAP, 16 + max((text_width(mark, SMALL) for mark in marks), default=0))


def _heading(scene: Scene, width: float) -> Iterator[str]:
    if scene.title:
        title = cut(printable(scene.title), int((width - 2 * MARGIN) / COLUMN))
        yield (
            f'<text x="{MARGIN}" y="{MARGIN + LINE - 2}" font-weight="700" '
            f'font-size="{FONT_SIZE + 1}">'
            f"{xml(title)}</text>"
        )
