"""The plane of two inputs, coloured by what a model says of each point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from autograd import Value, no_grad
from visualize.plots.figures import (
    CLASS_COLOURS,
    NEGATIVE,
    POSITIVE,
    diverging_colours,
    matplotlib_module,
    new_figure,
)
from visualize.plots.modes import evaluating

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

__all__ = ["plot_decision_boundary"]

MARKERS = "os^DvPX"  # a second cue beside colour
MARGIN = 0.15  # of the data's range is shown around it
IN_A_ROW = 4  # entries of the legend
BELOW = -0.12  # of the frame's height: there the legend is clear of the axis and its label


def plot_decision_boundary(
    model: Callable[[Any], Value | Sequence[Value | float] | float],
    X: ArrayLike,  # noqa: N803 - the name of inputs in this field
    y: ArrayLike,
    *,
    resolution: int = 60,
    threshold: float = 0.0,
    title: str | None = None,
    x_label: str = "input 0",
    y_label: str = "input 1",
) -> Figure:
    """Plot the examples over what the model, or any function of a row, says of the plane.

    `X` holds one row of two inputs per example, `y` its class. One output is a score: above
    `threshold` (0 for logits and margins, 0.5 for probabilities) it means the higher of two
    classes, and a black line separates them. Of several outputs the largest is the class, 0, 1, ...
    The legend stands below the frame, where it covers no point.

    The model is asked at `resolution` x `resolution` points, in evaluation mode and under
    `no_grad`.

    Raises ValueError where `X` has not two columns, `y` another length or classes that the model
    does not know, or where the model gives no finite number anywhere.

    >>> from autograd import tanh
    >>> X = [[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]]
    >>> figure = plot_decision_boundary(lambda row: tanh(row[0] - row[1]), X, [0, 0, 1])
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['class 0', 'class 1']
    """
    import numpy as np

    points, classes = _checked(X, y)
    if resolution < 2:
        raise ValueError(f"plot_decision_boundary: resolution is {resolution}; use 2 or more")
    low, high = points.min(axis=0), points.max(axis=0)
    margin = np.where(high > low, MARGIN * (high - low), 1.0)
    across, up = (
        np.linspace(start, stop, resolution)
        for start, stop in zip(low - margin, high + margin, strict=True)
    )
    scores = _ask(model, across, up)
    if not np.isfinite(scores).any():
        raise ValueError(
            "plot_decision_boundary: the model gives nan or inf at every point; "
            "look at its parameters, and train again with a smaller learning rate"
        )
    labels = np.unique(classes)
    figure = new_figure(5.2, 4.7)
    axes = figure.add_subplot()
    if scores.shape[-1] == 1:
        if len(labels) > 2:
            raise ValueError(
                f"plot_decision_boundary: the model has one output, which tells 2 classes apart, "
                f"but y holds {len(labels)}: {_listed(labels)}; give the model an output per class"
            )
        image = _fill_scores(axes, across, up, scores[..., 0], threshold)
        ticks = matplotlib_module("ticker").MaxNLocator(8)
        figure.colorbar(image, ax=axes, label="output", ticks=ticks)
        colours: Sequence[str] = (NEGATIVE, POSITIVE)
        if len(labels) == 1:  # of a single class: 1 is the higher one, as in 0, 1 and -1, 1
            colours = (POSITIVE,) if labels[0] > 0 else (NEGATIVE,)
    else:
        known = range(scores.shape[-1])
        if not np.isin(labels, known).all():
            raise ValueError(
                f"plot_decision_boundary: y holds the classes {_listed(labels)}, but the model has "
                f"outputs for 0 to {scores.shape[-1] - 1}"
            )
        _fill_classes(axes, across, up, scores)
        colours = [_class_colour(int(label)) for label in labels]
    for place, label in enumerate(labels):
        axes.scatter(
            points[classes == label, 0],
            points[classes == label, 1],
            c=colours[place],
            marker=MARKERS[place % len(MARKERS)],
            edgecolors="white",
            linewidths=0.6,
            label=f"class {label:g}",
            zorder=3,
        )
    axes.legend(
        loc="upper center", bbox_to_anchor=(0.5, BELOW), ncols=min(len(labels), IN_A_ROW),
        frameon=False,
    )  # fmt: skip
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    if title is not None:
        axes.set_title(title)
    return figure


def _checked(inputs: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    import numpy as np

    points, classes = np.asarray(inputs, dtype=float), np.asarray(y, dtype=float)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise ValueError(
            f"plot_decision_boundary: X has shape {points.shape}; it must be (examples, 2)"
        )
    if classes.shape != (len(points),):
        raise ValueError(
            f"plot_decision_boundary: X has {len(points)} rows but y has shape {classes.shape}"
        )
    if not np.isfinite(points).all():
        row = int(np.argmin(np.isfinite(points).all(axis=1)))
        raise ValueError(f"plot_decision_boundary: row {row} of X is {points[row]}: not finite")
    return points, classes


def _ask(
    model: Callable[[Any], Any], across: NDArray[np.float64], up: NDArray[np.float64]
) -> NDArray[np.float64]:
    # Scores of shape (up, across, outputs).
    import numpy as np

    rows = []
    with no_grad(), evaluating(model):
        for second in up.tolist():
            row = []
            for first in across.tolist():
                answer = model([first, second])
                several = isinstance(answer, (list, tuple, np.ndarray))
                outputs = np.ravel(answer).tolist() if several else [answer]
                row.append([o.data if isinstance(o, Value) else float(o) for o in outputs])
            rows.append(row)
    return np.array(rows)


def _fill_scores(
    axes: Axes,
    across: NDArray[np.float64],
    up: NDArray[np.float64],
    scores: NDArray[np.float64],
    threshold: float,
) -> Any:
    import numpy as np

    finite = np.ma.masked_invalid(scores)
    reach = float(np.abs(finite - threshold).max()) or 1.0
    levels = np.linspace(threshold - reach, threshold + reach, 22)  # even, so one is in the middle
    image = axes.contourf(across, up, finite, levels, cmap=diverging_colours(), alpha=0.75)
    if finite.min() < threshold < finite.max():
        axes.contour(across, up, finite, [threshold], colors="black", linewidths=1.4)
    return image


def _fill_classes(
    axes: Axes,
    across: NDArray[np.float64],
    up: NDArray[np.float64],
    scores: NDArray[np.float64],
) -> None:
    # The lead of each class over the best other one is smooth, so its zero line is too.
    import numpy as np

    for label in range(scores.shape[-1]):
        lead = scores[..., label] - np.delete(scores, label, axis=-1).max(axis=-1)
        finite = np.ma.masked_invalid(lead)
        if finite.max() > 0:
            levels = [0.0, float(finite.max()) + 1.0]
            axes.contourf(across, up, finite, levels, colors=[_class_colour(label)], alpha=0.3)
            axes.contour(across, up, finite, [0.0], colors="black", linewidths=0.8)


def _class_colour(label: int) -> str:
    return CLASS_COLOURS[label % len(CLASS_COLOURS)]


def _listed(labels: NDArray[np.float64]) -> str:
    shown = [f"{label:g}" for label in labels[:8]]
    return ", ".join(shown) + (", ..." if len(labels) > 8 else "")
