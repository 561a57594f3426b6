"""What may be laid over an SVG picture of a scene: shapes, their style and lines above it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from visualize.formats.wording import Words
from visualize.layout import Placed

__all__ = ["Overlay"]


class Overlay(Protocol):
    """Elements on top of a picture, in its coordinates; `ID` of stylesheet.py stands for its id."""

    @property
    def room(self) -> int:
        """The height of the lines above the picture, in pixels."""

    @property
    def width(self) -> float:
        """The least width of the picture that these lines need."""

    def head(self, x: float, y: float) -> Iterator[str]:
        """Yield the lines above the picture; their room begins at (x, y)."""

    def shapes(self, placed: Placed, rooms: Sequence[tuple[int, int]]) -> Iterator[str]:
        """Yield what lies over boxes and lines."""

    def boxes(self) -> Iterator[tuple[int, Words]]:
        """Yield what boxes say besides, by their number: they must have room for it."""

    def looks(self) -> set[str]:
        """Return the looks of boxes that the overlay needs beside those of the picture."""

    def style(self) -> Iterator[str]:
        """Yield a style element."""
