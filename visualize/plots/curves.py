"""Curves over a common axis: of the epochs of a training, of steps, of sizes."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_count, as_items, as_mapping, as_switch
from visualize.plots.arrays import as_floats
from visualize.plots.figures import (
    LINE_COLOURS,
    MARKERS,
    NEGATIVE,
    POSITIVE,
    matplotlib_module,
    new_figure,
    open_frame,
)
from visualize.text import plot_text

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

VALIDATION = "validation_"
# A second cue beside colour; five of them and six colours tell thirty curves apart.
STYLES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.4)), (0, (7, 2, 1, 2)), (0, (9, 3)))
MOST_INSIDE = 3  # curves whose legend stands in the frame


def plot_history(
    history: Mapping[str, Sequence[float]], *, title: str | None = None, x_label: str = "epoch"
) -> Figure:
    """Plot each measured quantity over the epochs, training beside validation.

    `history` is the result of `nn.fit`, or any mapping of names to one number per epoch. A name and
    the same name with "validation_" before it share a panel; the lowest validation loss is marked.
    A learning rate ("lr") that never changes is left out. The legends stand above the frames, where
    they cover no curve, and `title` above them; `x_label` names the unit of the x axis.

    Raises ValueError where there is no epoch to plot.

    >>> figure = plot_history({"loss": [2.0, 1.0], "validation_loss": [2.5, 2.0]})
    >>> [axes.get_ylabel() for axes in figure.axes]
    ['loss']
    """
    given = as_mapping(history, "plot_history: history", "names to numbers, as nn.fit returns")
    history = {str(name): _measured(name, numbers) for name, numbers in given.items()}
    names = list(dict.fromkeys(name.removeprefix(VALIDATION) for name in history))
    names = [name for name in names if name != "lr" or len(set(history[name])) > 1]
    if not any(len(numbers) for numbers in history.values()):
        raise ValueError("plot_history: the history holds no epoch; train for at least one")
    figure = new_figure(4.8 * len(names), 3.7)
    for place, name in enumerate(names, start=1):
        axes = figure.add_subplot(1, len(names), place)
        _plot(axes, history.get(name, ()), "training", POSITIVE, "-")
        _plot(axes, history.get(VALIDATION + name, ()), "validation", NEGATIVE, "--")
        if name == "loss":
            _mark_lowest(axes, history.get(VALIDATION + name, ()), x_label)
        axes.set_xlabel(plot_text(x_label))
        axes.set_ylabel(plot_text(name.replace("_", " ")))
        open_frame(axes, whole=True)
        axes.legend(
            loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False, fontsize=9,
            columnspacing=1.2,
        )  # fmt: skip
    if title is not None:
        figure.suptitle(plot_text(title))
    return figure


def _measured(name: Any, numbers: Any) -> list[float]:
    where = f"plot_history: {name!r}"
    array = as_floats(as_items(numbers, where, "numbers, one per epoch"), where)
    if array.ndim != 1:
        raise ValueError(f"{where} has shape {array.shape}; give one number per epoch")
    measured: list[float] = array.tolist()
    return measured


def _plot(axes: Axes, numbers: Sequence[float], label: str, colour: str, style: str) -> None:
    if len(numbers):
        marker = "o" if len(numbers) == 1 else ""  # a line needs two points
        epochs = range(1, len(numbers) + 1)
        axes.plot(epochs, numbers, style, marker=marker, color=colour, label=label)


def _mark_lowest(axes: Axes, numbers: Sequence[float], each: str) -> None:
    finite = [(number, epoch) for epoch, number in enumerate(numbers, start=1) if number == number]
    if finite:
        lowest, epoch = min(finite)
        label = f"lowest: {lowest:.4g} in {each} {epoch}"
        axes.plot([epoch], [lowest], "o", color=NEGATIVE, fillstyle="none", label=label)


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
            color=LINE_COLOURS[place % len(LINE_COLOURS)],
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
    open_frame(axes)
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
    # Points with a gap or an end on both sides, which no line shows.
    import numpy as np

    around = np.concatenate([[False], shown, [False]])
    return [int(place) for place in np.flatnonzero(shown & ~around[:-2] & ~around[2:])]
