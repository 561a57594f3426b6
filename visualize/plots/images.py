"""Numbers as pixels: pictures in a grid, on one scale of colours, with marks where one is lost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_count, as_items, as_switch
from visualize.plots.arrays import as_floats, as_names
from visualize.plots.figures import (
    BAR_ROOM,
    NOT_FINITE,
    Panels,
    diverging_colours,
    matplotlib_module,
)
from visualize.text import counted, plot_text

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    Picture = NDArray[np.float64]

# In inches.
WIDEST, NARROWEST = 2.4, 0.9  # one picture
GRID_WIDTH = 9.0  # pictures share it until they are the narrowest
GAP, WORDS = 0.12, 0.26  # between pictures, and above one for its title
NOTE = 0.3  # a line below all
EM = 0.08  # of a character of a name, about
GOLDEN = 1.6  # the width of the grid by its height, if no `columns` are given
TALLEST = 3.0  # the height of the room of a picture by its width


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
    images = as_items(images, "plot_images: images", "pictures")
    diverging = as_switch(diverging, "plot_images: diverging")
    dark_on_white = as_switch(dark_on_white, "plot_images: dark_on_white")
    arrays = [
        as_picture(image, f"plot_images: picture {place}") for place, image in enumerate(images)
    ]
    if not arrays:
        raise ValueError("plot_images: the list of pictures is empty; there is nothing to plot")
    if titles is not None:
        titles = as_names(titles, "plot_images: titles", len(arrays))
    if columns is not None:
        columns = as_count(columns, "plot_images: columns")
    wide = min(columns or columns_for(len(arrays)), len(arrays))
    if colorbar is None:
        colorbar = diverging
    elif not isinstance(colorbar, str):
        colorbar = as_switch(colorbar, "plot_images: colorbar, unless it is a text,")
    return picture_grid(
        arrays,
        scale_of(arrays, diverging=diverging, dark_on_white=dark_on_white),
        columns=wide,
        width=picture_width(wide),
        titles=[str(words) for words in titles or ()],
        bar=colorbar if isinstance(colorbar, str) else "" if colorbar else None,
        title=title,
    )


def picture_width(columns: int) -> float:
    """Return the width of a picture in inches, where so many columns stand side by side."""
    return min(WIDEST, max(NARROWEST, GRID_WIDTH / columns))


def columns_for(count: int) -> int:
    """Return how many of `count` pictures stand in a row, so that the grid is pleasantly wide."""
    return count if count <= 5 else filled(count, math.ceil(math.sqrt(GOLDEN * count)))


def filled(count: int, ideal: float) -> int:
    """Return about as many columns as ideal, such that `count` pictures fill the last row best.

    >>> filled(8, 4.2), filled(9, 4.2)
    (4, 3)
    """
    near = range(math.ceil(0.7 * ideal), math.ceil(1.4 * ideal) + 1)
    return min(near, key=lambda columns: (-count % columns, abs(columns - ideal)))


@dataclass(frozen=True, slots=True)
class Grid:
    """The places of pictures in rows, in inches, each `picture` wide and `tall` high.

    `words` is room above a picture, and `beside` room to its left.
    """

    count: int
    columns: int
    picture: float
    tall: float
    words: float = 0.0
    beside: float = 0.0

    @property
    def width(self) -> float:
        """The width of the whole grid."""
        return self.columns * (self.beside + self.picture + GAP) - GAP

    @property
    def height(self) -> float:
        """The height of the whole grid."""
        return math.ceil(self.count / self.columns) * (self.words + self.tall + GAP) - GAP

    def corner(self, place: int) -> tuple[float, float]:
        """Return the upper left corner of a picture."""
        row, column = divmod(place, self.columns)
        x = column * (self.beside + self.picture + GAP) + self.beside
        return x, row * (self.words + self.tall + GAP) + self.words


def tallness(array: Picture) -> float:
    """Return the height of a picture in its widths, as far as there is room for it."""
    height, width = array.shape[:2]
    return float(min(height / width, TALLEST))


def picture_grid(
    arrays: Sequence[Picture],
    scale: ScalarMappable,
    *,
    columns: int,
    width: float,
    titles: Sequence[str] = (),
    names: Sequence[str] = (),
    bar: str | None = None,
    title: str | None = None,
    note: str = "",
) -> Figure:
    """Return a figure of pictures, each `width` inches wide, in rows of `columns`.

    `titles` are those of the pictures, or of the columns where rows have `names`. `bar` is the
    label of a bar of colours, which None leaves out; `note` stands below.
    """
    tall = width * max(map(tallness, arrays))
    left = EM * max(map(len, names), default=0)
    head, words = (WORDS, 0.0) if names else (0.0, WORDS if titles else 0.0)
    lost = not all(map(is_finite, arrays))
    grid = Grid(len(arrays), columns, width, tall, words=words)
    panels = Panels(
        left + grid.width + (GAP + BAR_ROOM) * (bar is not None),
        head + grid.height,
        title=title,
        below=NOTE * (lost + bool(note)),
    )
    for place, array in enumerate(arrays):
        x, y = grid.corner(place)
        axes = panels.axes(left + x, head + y, width, tall)
        show_picture(axes, array, scale)
        if place < len(titles):
            axes.set_title(plot_text(titles[place]), fontsize=9, pad=3)
        if names and place % columns == 0:
            name = names[place // columns]
            axes.set_ylabel(name, fontsize=9, rotation=0, ha="right", va="center")
    if bar is not None:
        panels.bar(scale, left + grid.width + GAP, head + words, grid.height - words, bar)
    if note:
        panels.figure.supxlabel(note, fontsize=9, y=(0.1 + NOTE * lost) / panels.height)
    note_not_finite(panels.figure, arrays)
    return panels.figure


def is_finite(array: Picture) -> bool:
    """Return whether all numbers of a picture are finite."""
    import numpy as np

    return bool(np.isfinite(array).all())


def as_picture(image: Any, where: str) -> Picture:
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
    arrays: Sequence[Picture], *, diverging: bool = False, dark_on_white: bool = False
) -> ScalarMappable:
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
        if low == high:  # an even picture: 0 is black, anything above it is white
            low, high = (min(low, 0.0), max(high, 0.0)) if low else (0.0, 1.0)
    colours = colours.with_extremes(bad=NOT_FINITE)
    evenly = matplotlib_module("colors").Normalize(low, high)
    scale: ScalarMappable = matplotlib_module("cm").ScalarMappable(evenly, colours)
    return scale


def show_picture(axes: Axes, array: Picture, scale: ScalarMappable) -> None:
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


def note_not_finite(figure: Figure, arrays: Sequence[Picture]) -> None:
    """Say below the pictures how many of their numbers are nan or inf, if any."""
    import numpy as np

    counts = [int((~np.isfinite(array)).sum()) for array in arrays]
    if any(counts):
        label = f"nan or inf: {sum(counts)} of {counted(sum(a.size for a in arrays), 'number')}"
        patch = matplotlib_module("patches").Patch(color=NOT_FINITE, label=label)
        figure.legend(handles=[patch], loc="outside lower center", frameon=False, fontsize=9)
