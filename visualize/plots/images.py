"""A grid of pictures: examples, kernels and feature maps, pixel by pixel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from visualize.digits import counted
from visualize.plots.arrays import as_floats
from visualize.plots.figures import NOT_FINITE, diverging_colours, matplotlib_module, new_figure

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

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
    arrays = [_checked(image, place) for place, image in enumerate(images)]
    if not arrays:
        raise ValueError("plot_images: the list of pictures is empty; there is nothing to plot")
    if titles is not None and len(titles) != len(arrays):
        raise ValueError(
            f"plot_images: {counted(len(arrays), 'picture')} but "
            f"{counted(len(titles), 'title')}; give one each"
        )
    if columns is not None and columns < 1:
        raise ValueError(f"plot_images: columns is {columns}; use 1 or more")
    wide = min(columns or _columns(len(arrays)), len(arrays))
    rows = math.ceil(len(arrays) / wide)
    cell = min(WIDEST, max(NARROWEST, GRID_WIDTH / wide))
    tallest = max(array.shape[0] / array.shape[1] for array in arrays)
    height = rows * (cell * min(tallest, 3.0) + 0.3 * (titles is not None)) + 0.5
    figure = new_figure(cell * wide + 0.5, height)
    figure.set_layout_engine("compressed")
    scale = _scale(arrays, diverging=diverging, dark_on_white=dark_on_white)
    panels = []
    for place, array in enumerate(arrays):
        axes = figure.add_subplot(rows, wide, place + 1)
        _show(axes, array, scale)
        if titles is not None:
            axes.set_title(titles[place], fontsize=9)
        panels.append(axes)
    if colorbar or (colorbar is None and diverging):
        label = colorbar if isinstance(colorbar, str) else ""
        figure.colorbar(scale, ax=panels, label=label, fraction=0.05, shrink=0.9)
    _note_not_finite(figure, arrays)
    if title is not None:
        figure.suptitle(title)
    return figure


def _checked(image: Any, place: int) -> NDArray[np.float64]:
    import numpy as np

    array = as_floats(image, f"plot_images: picture {place}")
    if 0 in array.shape or not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3)):
        way_out = {
            1: "; for a single picture write plot_images([picture])",
            3: "; plot each channel as a picture of its own",
        }
        raise ValueError(
            f"plot_images: picture {place} has shape {array.shape}; it must be (height, width), "
            f"or (height, width, 3) of colours{way_out.get(array.ndim, '')}"
        )
    if array.ndim == 3:
        known = array[np.isfinite(array)]
        if known.size and not 0 <= known.min() <= known.max() <= 255:
            raise ValueError(
                f"plot_images: picture {place} has colours from {known.min():g} to "
                f"{known.max():g}; they must be from 0 to 1, or from 0 to 255"
            )
        if known.size and known.max() > 1:
            array = array / 255
    return array


def _columns(count: int) -> int:
    # As many as look well, and of about as many those that leave the last row the fullest.
    if count <= 5:
        return count
    ideal = math.ceil(math.sqrt(GOLDEN * count))
    near = range(math.ceil(0.7 * ideal), math.floor(1.4 * ideal) + 1)
    return min(near, key=lambda columns: (-count % columns, abs(columns - ideal)))


def _scale(arrays: Sequence[NDArray[np.float64]], *, diverging: bool, dark_on_white: bool) -> Any:
    import numpy as np

    numbers = np.concatenate(
        [array.ravel() for array in arrays if array.ndim == 2] or [np.zeros(1)]
    )
    numbers = numbers[np.isfinite(numbers)]
    low, high = (numbers.min(), numbers.max()) if numbers.size else (0.0, 0.0)
    if diverging:
        reach = max(-low, high) or 1.0
        low, high, colours = -reach, reach, diverging_colours()
    else:
        ends = ["white", "black"] if dark_on_white else ["black", "white"]
        colours = matplotlib_module("colors").LinearSegmentedColormap.from_list("greys", ends)
        if low == high:  # an even picture: 0 is black, and what is above it is white
            low, high = (min(low, 0.0), max(high, 0.0)) if low else (0.0, 1.0)
    colours = colours.with_extremes(bad=NOT_FINITE)
    return matplotlib_module("cm").ScalarMappable(
        matplotlib_module("colors").Normalize(low, high), colours
    )


def _show(axes: Axes, array: NDArray[np.float64], scale: Any) -> None:
    import numpy as np

    lost = ~np.isfinite(array if array.ndim == 2 else array.sum(axis=2))
    if array.ndim == 3:
        colours = array.copy()
        colours[lost] = matplotlib_module("colors").to_rgb(NOT_FINITE)
    else:
        colours = scale.to_rgba(np.ma.masked_invalid(array))
    axes.imshow(colours, interpolation="none")  # each pixel a square, in SVG and PDF too
    rows, columns = np.nonzero(lost)
    axes.plot(columns, rows, "x", color="white", markersize=4)  # a second cue beside colour
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_color("#c3c9d0")


def _note_not_finite(figure: Figure, arrays: Sequence[NDArray[np.float64]]) -> None:
    import numpy as np

    counts = [int((~np.isfinite(array)).sum()) for array in arrays]
    if any(counts):
        label = f"nan or inf: {sum(counts)} of {counted(sum(a.size for a in arrays), 'number')}"
        patch = matplotlib_module("patches").Patch(color=NOT_FINITE, label=label)
        figure.legend(handles=[patch], loc="outside lower center", frameon=False, fontsize=9)
