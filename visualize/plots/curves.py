"""Curves over a common axis: measurements at each step, or for each size."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_count, as_items, as_mapping, as_switch
from visualize.escape import plot_text
from visualize.plots.arrays import as_floats
from visualize.plots.figures import CLASS_COLOURS, matplotlib_module, new_figure

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = ["plot_curves"]

COLOURS = CLASS_COLOURS[:6]  # yellow is too light for a line
# A second cue beside colour; five of them and six colours tell thirty curves apart.
STYLES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.4)), (0, (7, 2, 1, 2)), (0, (9, 3)))
MARKERS = "os^DvPX"
MOST_INSIDE = 3  # curves whose legend stands in the frame


def plot_curves(
    curves: Mapping[str, Any],
    *,
    x_label: str,
    y_label: str,
    title: str | None = None,
    x_log: bool = False,
    y_log: bool = False,
    markers: bool = False,
    start: int = 0,
) -> Figure:
    """Plot named curves, each in a colour and a line style of its own.

    A curve is a sequence of numbers or Values, over `start`, `start` + 1, ..., or a pair (xs, ys)
    of such sequences. A point that is nan or inf, or not above 0 on a logarithmic axis (`x_log`,
    `y_log`), is a gap; a point between two gaps is a dot, and `markers` puts one on every point.

    Raises ValueError for no curves, and for one without points or of another shape.

    >>> figure = plot_curves({"loss": [4.0, 2.0, 1.0]}, x_label="step", y_label="loss", start=1)
    >>> figure.axes[0].lines[0].get_xdata().tolist()
    [1.0, 2.0, 3.0]
    """
    import numpy as np

    curves = as_mapping(curves, "plot_curves: curves", 'names to curves, as {"loss": losses}')
    start = as_count(start, "plot_curves: start", least=-sys.maxsize)
    switches = {"x_log": x_log, "y_log": y_log, "markers": markers}
    x_log, y_log, markers = (
        as_switch(given, f"plot_curves: {name}") for name, given in switches.items()
    )
    if not curves:
        raise ValueError("plot_curves: the mapping is empty; there is nothing to plot")
    figure = new_figure(6.0, 3.8)
    axes = figure.add_subplot()
    whole = True
    for place, (name, curve) in enumerate(curves.items()):
        xs, ys = _points(name, curve, start)
        whole = whole and bool(np.all(xs == np.round(xs)))
        shown = np.isfinite(xs) & np.isfinite(ys)
        shown &= (xs > 0) | (not x_log)
        shown &= (ys > 0) | (not y_log)
        alone = _alone(shown)
        axes.plot(
            np.where(shown, xs, np.nan),
            np.where(shown, ys, np.nan),
            color=COLOURS[place % len(COLOURS)],
            marker=MARKERS[place % len(MARKERS)] if markers or alone else None,
            linestyle=STYLES[place % len(STYLES)],
            linewidth=1.8,
            markersize=4.5,
            markevery=None if markers else alone,
            label=plot_text(name),
        )
    if x_log:
        axes.set_xscale("log")
    elif whole:
        axes.xaxis.set_major_locator(
            matplotlib_module("ticker").MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10])
        )
    if y_log:
        axes.set_yscale("log")
    axes.set_xlabel(plot_text(x_label))
    axes.set_ylabel(plot_text(y_label))
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    if len(curves) <= MOST_INSIDE:
        axes.legend(handles=list(axes.lines), frameon=False)  # a name may begin with _
    else:
        lines = list(axes.lines)
        figure.legend(handles=lines, loc="outside right upper", frameon=False, fontsize=9)
    if title is not None:
        axes.set_title(plot_text(title))
    return figure


def _points(name: str, curve: Any, start: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    import numpy as np

    where = f"plot_curves: curve {name!r}"
    curve = as_items(curve, where, "numbers, or a pair of them, (xs, ys)")
    if len(curve) == 2 and all(hasattr(half, "__len__") for half in curve):
        xs, ys = (as_floats(half, where) for half in curve)
    else:
        ys = as_floats(curve, where)
        xs = np.arange(start, start + len(ys), dtype=float)
    if xs.ndim != 1 or xs.shape != ys.shape or not len(ys):
        raise ValueError(
            f"{where} has xs of shape {xs.shape} and ys of shape {ys.shape}; give one sequence of "
            "numbers, or two of the same length, (xs, ys)"
        )
    return xs, ys


def _alone(shown: NDArray[np.bool_]) -> list[int]:
    # Points with a gap, or an end, on both sides: a line would not show them.
    import numpy as np

    around = np.concatenate([[False], shown, [False]])
    return [int(place) for place in np.flatnonzero(shown & ~around[:-2] & ~around[2:])]
