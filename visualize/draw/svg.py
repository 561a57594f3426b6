"""Write a placed scene as SVG that looks right alone, in pages, in notebooks and in converters."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat

from visualize.draw.palette import BORDER_WIDTH, DARK, LIGHT, Key, legend_keys, looks_of, theme
from visualize.draw.playing import Playing
from visualize.draw.shapes import ID, edge_shapes, mark_room, marks, node_shape, painted, with_ids
from visualize.draw.wording import (
    COLUMN,
    FONT_SIZE,
    FRAME_CORNER,
    LINE,
    MARGIN,
    SMALL,
    box_size,
    edge_mark,
    local_mark,
    summary,
    text_width,
    width_of,
    words,
)
from visualize.layout import Placed, layout
from visualize.layout.layered import RANK_GAP
from visualize.scene.compose import Scene
from visualize.text import columns, cut, printable, xml

NARROWEST = 420  # a footer that can be read
INSET = 6  # from a cluster's border to its title
BASELINE = 12
WIDE_TITLE = 24  # columns; a longer title is cut, unless its cluster is wide enough anyway
SWATCH = 16


def svg(
    scene: Scene,
    *,
    rankdir: str = "LR",
    legend: bool = True,
    clusters: bool = True,
    play: Playing | None = None,
) -> str:
    """Return the picture of a scene as the text of an SVG file.

    The same scene has the same bytes everywhere, and several pictures can stand in one page.
    """
    boxes = [words(scene, node, framed=clusters) for node in scene.nodes]
    rooms = mark_room(scene, rankdir)
    sizes = [box_size(box) for box in boxes]
    for index, box in play.boxes() if play else ():
        sizes[index] = max(sizes[index], box_size(box))
    placed = layout(
        [(width + left, height + top) for (width, height), (left, top) in zip(sizes, rooms)],
        [(edge.source, edge.target) for edge in scene.edges],
        rankdir=rankdir,
        rank_gap=rank_gap(rankdir, [text_width(mark, SMALL) for mark in _marks_at_lines(scene)]),
        groups=[node.scope for node in scene.nodes] if clusters else None,
        title_width=title_width,
    )
    at_lines, marked = marks(scene, placed, rankdir)
    looks = looks_of(scene)
    keys = legend_keys(scene) if legend else []
    least = max(NARROWEST if scene.nodes else 0, play.width if play else 0)
    width = max(placed.width, least) + 2 * MARGIN
    head = list(_heading(scene, width))
    top = MARGIN + (LINE + 6 if head else 0)
    if play:
        head += play.head(MARGIN, top)
        top += play.room
    foot, height = _footer(scene, keys, width, top + placed.height + LINE)
    used = [*looks, *(look for key in keys for look in key.looks)]
    used += play.looks() if play else ()
    body = [
        f'<rect class="page" width="{width:.0f}" height="{height:.0f}" rx="8" '
        f'fill="{LIGHT.page}"/>',
        *head,
        f'<g transform="translate({MARGIN},{top})">',
        *_cluster_shapes(placed),
        *edge_shapes(scene, placed, marked),
        *map(node_shape, range(len(boxes)), repeat(scene), boxes, looks, placed.boxes, rooms),
        *_cluster_titles(placed),
        *at_lines,
        *(play.shapes(placed, rooms) if play else ()),
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
        *_style_sheet(scene, used),
        *(play.style() if play else ()),
        f'<defs><marker id="{ID}-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
        f'<path class="arrow" d="M0,0.5L8,4L0,7.5z" fill="{LIGHT.edge}"/></marker></defs>',
        *body,
        "</svg>\n",
    ))  # fmt: skip
    return with_ids(text)


def _marks_at_lines(scene: Scene) -> Iterator[str]:
    for edge in scene.edges:
        yield edge_mark(scene, edge) if edge.count > 1 else local_mark(edge)


def rank_gap(rankdir: str, marks: Sequence[float]) -> float:
    """Return the room between ranks: enough for marks of these widths, which stand there.

    Marks are low: ranks that lie below each other need no more for them. Pages have this function
    as a script.
    """
    return max(RANK_GAP, 16 + max(marks, default=0.0)) if rankdir == "LR" else RANK_GAP


def title_width(path: tuple[str, ...]) -> float:
    """Return how wide a cluster must be for its title.

    >>> title_width(("model", "a")) < title_width(("model", "layers.0"))
    True
    """
    return title_room(columns(cut(printable(path[-1]), WIDE_TITLE)), SMALL)


def title_room(count: int, font_size: float) -> float:
    """Return the width that a title of so many columns needs; pages have this as a script."""
    return width_of(count, font_size) + 2 * INSET


def title_columns(width: float, font_size: float) -> int:
    """Return how many columns of a title such a width holds; pages have this as a script.

    >>> title_columns(title_room(7, SMALL), SMALL)
    7
    """
    # The least width may have lost its last digits where it was placed.
    return max(1, int((width - 2 * INSET + 0.01) / (COLUMN * font_size / FONT_SIZE)))


def _heading(scene: Scene, width: float) -> Iterator[str]:
    if scene.title:
        title = cut(printable(scene.title), int((width - 2 * MARGIN) / COLUMN))
        yield (
            f'<text x="{MARGIN}" y="{MARGIN + LINE - 2}" font-weight="700" '
            f'font-size="{FONT_SIZE + 1}">'
            f"{xml(title)}</text>"
        )


def _footer(scene: Scene, keys: Sequence[Key], width: float, y: float) -> tuple[list[str], float]:
    """Return the elements from `y` down, wrapped to `width`, and the picture's whole height."""
    parts = [f'<g font-size="{SMALL}">']
    letters = int((width - 2 * MARGIN) / (COLUMN * SMALL / FONT_SIZE))
    for line in (summary(scene), *scene.notes):
        for row in textwrap.wrap(line, letters):
            parts.append(
                f'<text class="muted" x="{MARGIN}" y="{y + 6:.0f}" fill="{LIGHT.muted}">'
                f"{xml(row)}</text>"
            )
            y += LINE
    x: float = MARGIN
    for key in keys:
        swatches = len(key.looks) * SWATCH
        length = swatches + (6 if swatches else 0) + text_width(key.meaning, SMALL) + 18
        if x > MARGIN and x + length > width:
            x = MARGIN
            y += LINE + 4
        for look in key.looks:
            parts.append(
                f'<g class="{look}"><rect x="{x:.0f}" y="{y:.0f}" width="{SWATCH - 2}" height="10" '
                f'rx="2" {painted(theme(look, LIGHT))}/></g>'
            )
            x += SWATCH
        parts.append(f'<text x="{x + 4:.0f}" y="{y + 9:.0f}">{xml(key.meaning)}</text>')
        x += length - swatches
    if keys:
        y += LINE + 4
    parts.append("</g>")
    return parts, y + MARGIN


def _cluster_shapes(placed: Placed) -> Iterator[str]:
    """Yield a rectangle per cluster, outer ones first."""
    for path, (x, y, width, height) in placed.clusters.items():
        yield (
            f'<g class="cluster"><title>{xml("/".join(path))}</title>'
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" '
            f'rx="{FRAME_CORNER}" fill="{LIGHT.cluster}" stroke="{LIGHT.cluster_stroke}"/></g>'
        )


def _cluster_titles(placed: Placed) -> Iterator[str]:
    """Yield the titles of clusters, to be written over the lines that pass there.

    They stand on plates of the clusters' colour, through which a line shows faintly. (A stroke
    around the letters would need paint-order, which converters do not know.)
    """
    if not placed.clusters:
        return
    plates, titles = [], []
    for path, (x, y, width, _) in placed.clusters.items():
        title = cut(printable(path[-1]), title_columns(width, SMALL))
        left, baseline = round(x + INSET), round(y + BASELINE)
        plates.append(
            f"M{left - 2} {baseline - 9}h{text_width(title, SMALL) + 4:.0f}v12H{left - 2}"
        )
        titles.append(f'<text x="{left}" y="{baseline}">{xml(title)}</text>')
    yield f'<path class="plate" d="{"".join(plates)}" fill="{LIGHT.cluster}" fill-opacity="0.75"/>'
    yield f'<g class="muted" font-size="{SMALL}" fill="{LIGHT.muted}">'
    yield from titles
    yield "</g>"


def _style_sheet(scene: Scene, looks: Iterable[str]) -> Iterator[str]:
    """Yield the style sheet; `looks` are those in use.

    Colours are attributes of the elements, and all rules stand in media queries: a converter that
    knows no style sheets, or no media queries, shows the light picture.
    """
    yield "<style>@media screen{"
    yield f"#{ID}{{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}}"
    for leaf in sorted({node.copy_of for node in scene.nodes if node.copy_of is not None}):
        yield f"#{ID}:has(.u{leaf}:hover) .u{leaf} rect{{stroke-width:4}}"
    yield "}@media (prefers-color-scheme:dark){"
    yield f"#{ID}{{fill:{DARK.text}}}#{ID} .muted{{fill:{DARK.muted}}}"
    yield f"#{ID} .page{{fill:{DARK.page}}}#{ID} .bad{{fill:{DARK.alarm}}}"
    yield f"#{ID} .cluster rect{{fill:{DARK.cluster};stroke:{DARK.cluster_stroke}}}"
    yield f"#{ID} .plate{{fill:{DARK.cluster}}}"
    for look in sorted(set(looks)):
        style = theme(look, DARK)
        yield f"#{ID} .{look} rect{{fill:{style.fill};stroke:{style.stroke}}}"
    yield "}</style>"
