"""Figures of matplotlib without pyplot's global state: made, laid out, saved to the same bytes."""

from __future__ import annotations

import importlib
import io
import os
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Literal

from autograd.files import write_files
from visualize.question import saved_as
from visualize.text import plot_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

POSITIVE, NEUTRAL, NEGATIVE = "#1f5f9e", "#e8eaeb", "#b4500b"  # safe for red-green blindness
NOT_FINITE = "#b8126b"  # nan and inf
# Okabe and Ito, Color Universal Design (2008), without black; blue and orange come first.
CLASS_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442")
LINE_COLOURS = CLASS_COLOURS[:6]  # yellow is too light for a line
MARKERS = "os^DvPX"  # a second cue beside colour
# Inches: the margin around everything, the room of a title, a bar of colours and its room with
# numbers and words.
EDGE, TITLE = 0.15, 0.4
BAR, BAR_ROOM = 0.13, 1.0

# Metadata that would change from run to run, by format.
UNDATED: dict[str, dict[str, None]] = {
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
    ".png": {},
}


def matplotlib_module(name: str) -> ModuleType:
    """Import a module of matplotlib, which is an optional package."""
    try:
        return importlib.import_module(f"matplotlib.{name}")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "matplotlib":
            raise
        raise ModuleNotFoundError(
            'plots need matplotlib: pip install "scalar-autograd[plots]"', name=error.name
        ) from error


def new_figure(
    width: float, height: float, *, layout: Literal["constrained", "none"] = "constrained"
) -> Figure:
    """Return an empty figure, in inches, that no window or global list knows of."""
    figure: Figure = matplotlib_module("figure").Figure((width, height), layout=layout)
    return figure


class Panels:
    """A figure whose axes are placed in inches, from the upper left corner below the title.

    `width` and `height` are those of all axes together; `below` is room under them.
    """

    def __init__(
        self, width: float, height: float, *, title: str | None = None, below: float = 0.0
    ) -> None:
        self._top = EDGE + TITLE * (title is not None)
        self.width, self.height = width + 2 * EDGE, self._top + height + below + EDGE
        self.figure = new_figure(self.width, self.height, layout="none")
        if title is not None:
            self.figure.suptitle(plot_text(title), y=1 - 0.8 * EDGE / self.height, va="top")

    def axes(self, x: float, y: float, width: float, height: float) -> Axes:
        """Add axes whose upper left corner is at (x, y)."""
        bottom = self.height - self._top - y - height
        across, up = self.width, self.height
        return self.figure.add_axes(((EDGE + x) / across, bottom / up, width / across, height / up))

    def bar(self, scale: ScalarMappable, x: float, y: float, height: float, label: str) -> None:
        """Add a bar of colours, which takes BAR_ROOM with its numbers and its label."""
        axes = self.axes(x, y, BAR, height)
        axes.set_label("<colorbar>")  # as matplotlib calls those that it places itself
        self.figure.colorbar(scale, cax=axes)
        axes.set_ylabel(plot_text(label), fontsize=9)
        axes.tick_params(labelsize=8)


def open_frame(axes: Axes, *, whole: bool = False) -> None:
    """Draw a faint grid, no frame above and to the right; `whole` writes ints along x."""
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    if whole:
        axes.xaxis.set_major_locator(matplotlib_module("ticker").MaxNLocator(integer=True))


def diverging_colours() -> Colormap:
    """Return the scale from orange (negative) over light grey to blue (positive)."""
    colours: Colormap = matplotlib_module("colors").LinearSegmentedColormap.from_list(
        "orange to blue", [NEGATIVE, NEUTRAL, POSITIVE]
    )
    return colours


def save_figure(figure: Figure, path: str | os.PathLike[str]) -> Path:
    """Write a figure to a .svg, .png or .pdf file, whole or not at all, and return the path.

    The same figure gives the same bytes on every run, with the same matplotlib: ids in SVG come
    from a fixed salt and dates are left out. Text in SVG stays text, so it can be searched and
    read.

    Raises ValueError for another suffix, FileNotFoundError where the folder is missing.

    >>> import tempfile
    >>> from visualize import plot_history
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_figure(plot_history({"loss": [2.0, 1.0]}), f"{folder}/loss.svg").name
    'loss.svg'
    """
    if not hasattr(figure, "savefig"):
        raise TypeError(f"save_figure takes a figure of matplotlib, not {type(figure).__name__}")
    target = saved_as("a plot", UNDATED, path, "save_figure: path")
    write_files({target: figure_bytes(figure, target.suffix.lower())})
    return target


def figure_bytes(figure: Figure, suffix: str) -> bytes:
    """Return the content that `save_figure` writes to a file of that suffix."""
    settings = {"svg.hashsalt": "scalar-autograd", "svg.fonttype": "none", "pdf.fonttype": 42}
    content = io.BytesIO()
    with importlib.import_module("matplotlib").rc_context(settings):
        figure.savefig(content, format=suffix[1:], metadata=UNDATED[suffix], dpi=150)
    return content.getvalue()
