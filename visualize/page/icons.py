"""The signs on the buttons of a page, as paths: no font has to have them."""

from __future__ import annotations

__all__ = ["icon"]

# In a square of 16 by 16, drawn with a line.
PATHS = {
    "plus": "M8 3v10M3 8h10",
    "minus": "M3 8h10",
    "fit": "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
    "less": "M5 3l3 3 3-3M5 13l3-3 3 3",
    "more": "M5 6l3-3 3 3M5 10l3 3 3-3",
    "everything": "M2 2h5v5H2zM9 2h5v5H9zM2 9h5v5H2zM9 9h5v5H9z",
    "turn": "M3 9V4h8M8 1l3 3-3 3M13 7v7M10 11l3 3 3-3",
    "theme": "M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12",
    "help": "M5.5 6a2.5 2.5 0 1 1 3.6 2.2C8.3 8.7 8 9.2 8 10M8 12.5v.5",
    "close": "M4 4l8 8M12 4l-8 8",
    "previous": "M3 10l5-5 5 5",
    "next": "M3 6l5 5 5-5",
    "start": "M4 3v10M13 3l-7 5 7 5z",
    "back": "M10 3L4 8l6 5z",
    "on": "M6 3l6 5-6 5z",
    "end": "M12 3v10M3 3l7 5-7 5z",
    "play": "M5 3l8 5-8 5z",
    "pause": "M5 3v10M11 3v10",
}


def icon(name: str) -> str:
    """Return the SVG of a sign, hidden from screen readers: the button has a name of its own.

    >>> icon("plus")[:48]
    '<svg class="icon plus" viewBox="0 0 16 16" aria-'
    """
    return (
        f'<svg class="icon {name}" viewBox="0 0 16 16" aria-hidden="true">'
        f'<path d="{PATHS[name]}"/></svg>'
    )
