"""The size of text and boxes in pixels, from column counts alone: the same on every machine."""

from __future__ import annotations

from visualize.escape import columns
from visualize.formats.wording import Words

__all__ = ["COLUMN", "FONT_SIZE", "LINE", "MARGIN", "PADDING", "SMALL", "box_size", "text_width"]

FONT_SIZE = 11
COLUMN = 6.62  # 0.602 em: the widest of the usual monospaced fonts (DejaVu Sans Mono, Menlo)
SMALL = 10  # font size of everything but boxes
LINE = 14
PADDING = 10
MARGIN = 12  # around the picture
LEAST_COLUMNS = 10


def text_width(text: str, font_size: float = FONT_SIZE) -> float:
    """Return the width of a line of text."""
    return columns(text) * COLUMN * font_size / FONT_SIZE


def box_size(box: Words) -> tuple[int, int]:
    """Return the width and height of a box."""
    first = columns(box.heading) + (columns(box.mark) + 2 if box.mark else 0)
    widest = max(first, LEAST_COLUMNS, *map(columns, box.lines))
    return round(widest * COLUMN + 2 * PADDING), (1 + len(box.lines)) * LINE + PADDING
