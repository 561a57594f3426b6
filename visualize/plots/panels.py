"""Axes placed by inches, for figures whose pictures have a size of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visualize.plots.figures import new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Panels"]


class Panels:
    """A figure on which axes are placed in inches from its upper left corner, below `top`."""

    def __init__(self, width: float, height: float, *, top: float) -> None:
        self.figure = new_figure(width, height)
        self.figure.set_layout_engine("none")
        self.width, self.height, self.top = width, height, top

    def axes(self, x: float, y: float, width: float, height: float) -> Axes:
        """Add axes whose upper left corner is at (x, y)."""
        bottom = self.height - self.top - y - height
        return self.figure.add_axes(
            (x / self.width, bottom / self.height, width / self.width, height / self.height)
        )
