"""Numbers as pixels: one scale of colours for several pictures, and marks where one is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from visualize.digits import counted
from visualize.plots.arrays import as_floats
from visualize.plots.figures import NOT_FINITE, diverging_colours, matplotlib_module

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = ["as_picture", "note_not_finite", "scale_of", "show_picture"]


def as_picture(image: Any, where: str) -> NDArray[np.float64]:
    """Return a picture as an array (height, width), or (height, width, 3) of colours up to 1.

    `where` begins the message of an error.
    """
    import numpy as np

    array = as_floats(image, where)
    if 0 in array.shape or not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3)):
        way_out = {
            1: "; for a single picture write plot_images([picture])",
            3: "; plot each channel as a picture of its own",
        }
        raise ValueError(
            f"{where} has shape {array.shape}; it must be (height, width), "
            f"or (height, width, 3) of colours{way_out.get(array.ndim, '')}"
        )
    if array.ndim == 3:
        known = array[np.isfinite(array)]
        if known.size and not 0 <= known.min() <= known.max() <= 255:
            raise ValueError(
                f"{where} has colours from {known.min():g} to "
                f"{known.max():g}; they must be from 0 to 1, or from 0 to 255"
            )
        if known.size and known.max() > 1:
            array = array / 255
    return array


def scale_of(
    arrays: Sequence[NDArray[np.float64]], *, diverging: bool = False, dark_on_white: bool = False
) -> Any:
    """Return the scale of grey, or of signs if `diverging`, that covers all pictures."""
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


def show_picture(axes: Axes, array: NDArray[np.float64], scale: Any) -> None:
    """Show a picture without ticks, each number a square, those that are not finite crossed out."""
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


def note_not_finite(figure: Figure, arrays: Sequence[NDArray[np.float64]]) -> None:
    """Say below the pictures how many of their numbers are nan or inf, if any."""
    import numpy as np

    counts = [int((~np.isfinite(array)).sum()) for array in arrays]
    if any(counts):
        label = f"nan or inf: {sum(counts)} of {counted(sum(a.size for a in arrays), 'number')}"
        patch = matplotlib_module("patches").Patch(color=NOT_FINITE, label=label)
        figure.legend(handles=[patch], loc="outside lower center", frameon=False, fontsize=9)
