"""The name of a look: of a gradient by its sign and size, of data that are nan or infinite."""

from __future__ import annotations

from math import ceil, sqrt

from visualize.scene.gradient import Gradient

__all__ = ["SHADES", "look_by", "style_class"]

SHADES = 8  # per sign


def look_by(gradient: Gradient, top: float, is_undefined: bool, is_bad: bool) -> str:
    """Return the name of the look of a box; data that are nan, then infinite, come first.

    `top` is the largest gradient of the picture.
    """
    if is_undefined:
        return "nan"
    if is_bad and gradient.state != "nan":
        return "infinite"
    return style_class(gradient, top)


def style_class(gradient: Gradient, top: float) -> str:
    """Return the name of the look: "p1" to "p8", "n1" to "n8", or the state.

    >>> [style_class(Gradient("finite", value), 4.0) for value in (4.0, 1.0, -1e-9)]
    ['p8', 'p4', 'n1']
    """
    if gradient.state != "finite":
        return gradient.state
    shade = max(1, ceil(SHADES * sqrt(abs(gradient.value) / top))) if top > 0 else 1
    return f"{'n' if gradient.value < 0 else 'p'}{min(shade, SHADES)}"
