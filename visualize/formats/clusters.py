"""The SVG elements of clusters: a rectangle around the values of a module, and its title."""

from __future__ import annotations

from collections.abc import Iterator

from visualize.escape import cut, printable, xml
from visualize.formats.measure import COLUMN, FONT_SIZE, SMALL, text_width
from visualize.formats.palette import LIGHT
from visualize.layout import Placed

__all__ = ["cluster_shapes", "cluster_titles", "title_width"]

INSET = 6  # from a cluster's border to its title
BASELINE = 12
WIDE_TITLE = 24  # columns; of a longer title the rest is shown where the cluster is wide enough


def title_width(path: tuple[str, ...]) -> float:
    """Return how wide a cluster must be for its title.

    >>> title_width(("model", "a")) < title_width(("model", "layers.0"))
    True
    """
    return text_width(cut(printable(path[-1]), WIDE_TITLE), SMALL) + 2 * INSET


def cluster_shapes(placed: Placed) -> Iterator[str]:
    """Yield a rectangle per cluster, outer ones first."""
    for path, (x, y, width, height) in placed.clusters.items():
        yield (
            f'<g class="cluster"><title>{xml("/".join(path))}</title>'
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="8" '
            f'fill="{LIGHT.cluster}" stroke="{LIGHT.cluster_stroke}"/></g>'
        )


def cluster_titles(placed: Placed) -> Iterator[str]:
    """Yield the titles of clusters, to be written over the lines that pass there.

    They stand on plates of the clusters' colour, through which a line shows faintly. (A stroke
    around the letters would need paint-order, which converters do not know.)
    """
    if not placed.clusters:
        return
    plates, titles = [], []
    for path, (x, y, width, _) in placed.clusters.items():
        # The least width may have lost its last digits where it was placed.
        room = (width - 2 * INSET + 0.01) / (COLUMN * SMALL / FONT_SIZE)
        title = cut(printable(path[-1]), max(1, int(room)))
        left, baseline = round(x + INSET), round(y + BASELINE)
        plates.append(
            f"M{left - 2} {baseline - 9}h{text_width(title, SMALL) + 4:.0f}v12H{left - 2}"
        )
        titles.append(f'<text x="{left}" y="{baseline}">{xml(title)}</text>')
    yield f'<path class="plate" d="{"".join(plates)}" fill="{LIGHT.cluster}" fill-opacity="0.75"/>'
    yield f'<g class="muted" font-size="{SMALL}" fill="{LIGHT.muted}">'
    yield from titles
    yield "</g>"
