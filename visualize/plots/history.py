"""Curves of losses and metrics over the epochs of a training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_items, as_mapping
from visualize.escape import plot_text
from visualize.plots.arrays import as_floats
from visualize.plots.figures import NEGATIVE, POSITIVE, matplotlib_module, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["plot_history"]

VALIDATION = "validation_"


def plot_history(
    history: Mapping[str, Sequence[float]], *, title: str | None = None, x_label: str = "epoch"
) -> Figure:
    """Plot each measured quantity over the epochs, training beside validation.

    `history` is the result of `nn.fit`, or any mapping of names to one number per epoch. A name and
    the same name with "validation_" before it share a panel; the lowest validation loss is marked.
    A learning rate ("lr") that never changes is left out. The legends stand above the frames, where
    they cover no curve, and `title` above all of it; `x_label` names the unit in which they count.

    Raises ValueError where there is no epoch to plot.

    >>> figure = plot_history({"loss": [2.0, 1.0], "validation_loss": [2.5, 2.0]})
    >>> [axes.get_ylabel() for axes in figure.axes]
    ['loss']
    """
    given = as_mapping(history, "plot_history: history", "names to numbers, as nn.fit returns")
    history = {str(name): _checked(name, numbers) for name, numbers in given.items()}
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
        axes.xaxis.set_major_locator(matplotlib_module("ticker").MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(
            loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False, fontsize=9,
            columnspacing=1.2,
        )  # fmt: skip
    if title is not None:
        figure.suptitle(plot_text(title))
    return figure


def _checked(name: Any, numbers: Any) -> list[float]:
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
