"""A grid of pictures: examples, kernels and feature maps, pixel by pixel."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_count, as_switch
from visualize.digits import counted
from visualize.escape import plot_text
from visualize.plots.figures import new_figure
from visualize.plots.pixels import as_picture, note_not_finite, scale_of, show_picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_images"]

WIDEST, NARROWEST = 2.4, 0.9  # inches, of one picture
GRID_WIDTH = 9.0  # inches, which pictures share before they reach the narrowest
GOLDEN = 1.6  # of the grid's width to its height, where `columns` leaves it free


def plot_images(
    images: Sequence[Any],
    *,
    titles: Sequence[str] | None = None,
    columns: int | None = None,
    diverging: bool = False,
    dark_on_white: bool = False,
    title: str | None = None,
    colorbar: bool | str | None = None,
) -> Figure:
    """Plot pictures side by side, in rows of `columns`, on one common scale.

    A picture is (height, width) of numbers or Values, or (height, width, 3) of red, green and blue
    from 0 to 1 or 0 to 255. Numbers are grey from black (lowest) to white (highest), the other way
    round if `dark_on_white`; `diverging` shows signs, as kernels and feature maps have them: orange
    below 0, blue above, and a bar of colours beside. `colorbar` draws or leaves out the bar, or
    names what it measures. A number that is nan or inf is magenta with a cross, and a note counts
    them.

    Raises ValueError for no pictures, for a picture of another shape (naming which), for more or
    fewer titles than pictures.

    >>> figure = plot_images([[[0, 1], [1, 0]], [[1, 0], [0, 1]]], titles=["falls", "rises"])
    >>> [axes.get_title() for axes in figure.axes]
    ['falls', 'rises']
    """
    if not isinstance(images, Iterable):
        raise TypeError(f"plot_images takes a list of pictures, not {type(images).__name__}")
    diverging = as_switch(diverging, "plot_images: diverging")
    dark_on_white = as_switch(dark_on_white, "plot_images: dark_on_white")
    arrays = [
        as_picture(image, f"plot_images: picture {place}") for place, image in enumerate(images)
    ]
    if not arrays:
        raise ValueError("plot_images: the list of pictures is empty; there is nothing to plot")
    if titles is not None and len(titles) != len(arrays):
        raise ValueError(
            f"plot_images: {counted(len(arrays), 'picture')} but "
            f"{counted(len(titles), 'title')}; give one each"
        )
    if columns is not None:
        columns = as_count(columns, "plot_images: columns")
    wide = min(columns or _columns(len(arrays)), len(arrays))
    rows = math.ceil(len(arrays) / wide)
    cell = min(WIDEST, max(NARROWEST, GRID_WIDTH / wide))
    tallest = max(array.shape[0] / array.shape[1] for array in arrays)
    height = rows * (cell * min(tallest, 3.0) + 0.3 * (titles is not None)) + 0.5
    figure = new_figure(cell * wide + 0.5, height)
    figure.set_layout_engine("compressed")
    scale = scale_of(arrays, diverging=diverging, dark_on_white=dark_on_white)
    panels = []
    for place, array in enumerate(arrays):
        axes = figure.add_subplot(rows, wide, place + 1)
        show_picture(axes, array, scale)
        if titles is not None:
            axes.set_title(plot_text(titles[place]), fontsize=9)
        panels.append(axes)
    if colorbar or (colorbar is None and diverging):
        label = plot_text(colorbar) if isinstance(colorbar, str) else ""
        figure.colorbar(scale, ax=panels, label=label, fraction=0.05, shrink=0.9)
    note_not_finite(figure, arrays)
    if title is not None:
        figure.suptitle(plot_text(title))
    return figure


def _columns(count: int) -> int:
    # As many as look well, and of about as many those that leave the last row the fullest.
    if count <= 5:
        return count
    ideal = math.ceil(math.sqrt(GOLDEN * count))
    near = range(math.ceil(0.7 * ideal), math.floor(1.4 * ideal) + 1)
    return min(near, key=lambda columns: (-count % columns, abs(columns - ideal)))
