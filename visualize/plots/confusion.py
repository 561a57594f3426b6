"""The confusion matrix: how often each true class was taken for each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from visualize.plots.arrays import as_floats, as_names
from visualize.plots.figures import POSITIVE, matplotlib_module, new_figure
from visualize.text import plot_text, significant

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

CELL = 0.52  # inches
SHORT = 3  # characters of a label that is written level
FAINT = "#b4bac1"  # zeros
MUTED = "#424a53"  # totals


def plot_confusion_matrix(
    matrix: Any, *, labels: Sequence[Any] | None = None, title: str | None = None
) -> Figure:
    """Plot the counts of a confusion matrix: rows are true classes, columns are predicted ones.

    `matrix` is (classes, classes). A cell is darker the larger its share of its row, so that rare
    classes show as well as frequent ones. Totals stand beside the rows and under the columns, the
    share of correct predictions above. `labels` names the classes, 0, 1, ... by default.

    Raises ValueError where the matrix is not square, a count is negative, nan or inf, or the number
    of labels is not that of the classes.

    >>> figure = plot_confusion_matrix([[8, 2], [0, 10]], labels=["cat", "dog"])
    >>> figure.axes[0].get_title()
    '18 of 20 correct (90.0%)'
    """
    import numpy as np

    counts = _checked(matrix)
    size = len(counts)
    given = range(size) if labels is None else labels
    names = as_names(given, "plot_confusion_matrix: labels", size)
    total, correct = counts.sum(), np.trace(counts)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-300)
    side = max(2.6, CELL * (size + 1)) + 0.9
    figure = new_figure(side, side + 0.3)
    axes = figure.add_subplot()
    colours = matplotlib_module("colors").LinearSegmentedColormap.from_list(
        "white to blue", ["white", POSITIVE]
    )
    axes.imshow(shares, cmap=colours, vmin=0.0, vmax=1.0)
    axes.set_xlim(-0.5, size + 0.6)
    axes.set_ylim(size + 0.6, -0.5)
    for row, column in np.ndindex(size, size):
        ink = FAINT if counts[row, column] == 0 else _ink(shares[row, column])
        _write(axes, column, row, counts[row, column], ink)
    for place in range(size):
        _write(axes, size + 0.05, place, counts[place].sum(), MUTED)
        _write(axes, place, size + 0.05, counts[:, place].sum(), MUTED)
    _write(axes, size + 0.05, size + 0.05, total, MUTED, weight="bold")
    for line in np.arange(size + 1) - 0.5:
        axes.plot([-0.5, size - 0.5], [line, line], color="#c3c9d0", linewidth=0.6)
        axes.plot([line, line], [-0.5, size - 0.5], color="#c3c9d0", linewidth=0.6)
    level = all(len(name) <= SHORT for name in names)
    slant: dict[str, Any] = (
        {} if level else {"rotation": 40, "ha": "right", "rotation_mode": "anchor"}
    )
    places = [*range(size), size + 0.05]
    ticks = [*map(plot_text, names), "total"]
    axes.set_xticks(places, ticks, **slant)
    axes.set_yticks(places, ticks)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    share = f" ({correct / total:.1%})" if total else ""
    axes.set_title(f"{significant(correct)} of {significant(total)} correct{share}", fontsize=10)
    if title is not None:
        figure.suptitle(plot_text(title))
    return figure


def _checked(matrix: Any) -> NDArray[np.float64]:
    import numpy as np

    counts = as_floats(matrix, "plot_confusion_matrix: the matrix")
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not counts.size:
        raise ValueError(
            f"plot_confusion_matrix: the matrix has shape {counts.shape}; it must be square, a row "
            "for each true class and a column for each predicted one"
        )
    wrong = np.argwhere(~(np.isfinite(counts) & (counts >= 0)))
    if len(wrong):
        row, column = wrong[0].tolist()
        raise ValueError(
            f"plot_confusion_matrix: row {row}, column {column} holds {counts[row, column]:g}; "
            "a count is 0 or more"
        )
    return counts


def _ink(share: float) -> str:
    return "white" if share > 0.55 else "#1b1f24"


def _write(axes: Any, x: float, y: float, count: float, ink: str, **font: str) -> None:
    text = significant(float(count))
    size = 10 if len(text) <= 4 else 8
    axes.text(x, y, text, color=ink, ha="center", va="center", fontsize=size, **font)
