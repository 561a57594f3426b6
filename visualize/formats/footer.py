"""The lines under an SVG picture: summary, notes and the key to its colours."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from visualize.escape import xml
from visualize.formats.legend import Key
from visualize.formats.measure import COLUMN, FONT_SIZE, LINE, MARGIN, SMALL, text_width
from visualize.formats.palette import LIGHT, theme
from visualize.formats.stylesheet import painted
from visualize.formats.summary import summary
from visualize.scene.facts import Scene

__all__ = ["footer"]

SWATCH = 16


def footer(scene: Scene, keys: Sequence[Key], width: float, y: float) -> tuple[list[str], float]:
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
