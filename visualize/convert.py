"""Turn SVG into PNG and PDF with cairosvg, an optional package."""

from __future__ import annotations

import contextlib
from typing import Literal

from visualize.render import GRAPHVIZ_ENGINES, RenderError, run_graphviz

__all__ = ["PIXELS_PER_UNIT", "converted"]

PIXELS_PER_UNIT = 2  # sharp on today's screens
LARGEST_SIDE = 16_000  # pixels; cairo allows 32,767, and memory grows with the area


def converted(picture: str, source: str, file_format: Literal["png", "pdf"]) -> bytes:
    """Return an SVG picture as PNG or PDF; where cairosvg is missing, Graphviz's of `source`.

    Raises RenderError that says what to install where there is neither.
    """
    try:
        import cairosvg
    except (ImportError, OSError):  # OSError: the package without the cairo library
        return _by_graphviz(source, file_format)
    if file_format == "pdf":
        return bytes(cairosvg.svg2pdf(bytestring=picture.encode()))
    return bytes(cairosvg.svg2png(bytestring=picture.encode(), scale=_scale(picture)))


def _scale(picture: str) -> float:
    _, _, width, height = picture.split('viewBox="', 1)[1].split('"', 1)[0].split()
    return min(PIXELS_PER_UNIT, LARGEST_SIDE / max(float(width), float(height)))


def _by_graphviz(source: str, file_format: Literal["png", "pdf"]) -> bytes:
    for engine in GRAPHVIZ_ENGINES:
        with contextlib.suppress(RenderError):
            return run_graphviz(source, file_format, engine)
    raise RenderError(
        f'{file_format} needs cairosvg: pip install "scalar-autograd[png]" (and the cairo library: '
        "apt install libcairo2, or brew install cairo); or Graphviz: its program dot, or "
        'pip install "scalar-autograd[graphviz-wheels]"'
    )
