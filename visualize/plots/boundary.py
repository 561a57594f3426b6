"""The plane of two inputs, coloured by what a model says of each point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from autograd import Value, no_grad
from autograd.arguments import as_float, as_function
from visualize.escape import plot_text
from visualize.modes import evaluating
from visualize.plots.decision_plane import DecisionPlane, plane_around
from visualize.plots.figures import matplotlib_module, new_figure

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

__all__ = ["plot_decision_boundary"]


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
    where = "plot_decision_boundary"
    as_function(model, f"{where}: model", "a row", such_as="an nn.MLP, before X and y")
    threshold = as_float(threshold, f"{where}: threshold")
    plane = plane_around(X, y, resolution, where)
    scores = _ask(model, plane)
    plane.check(scores)
    figure = new_figure(5.2, 4.7)
    axes = figure.add_subplot()
    pieces = plane.fill(axes, scores, threshold)
    if scores.shape[-1] == 1:
        ticks = matplotlib_module("ticker").MaxNLocator(8)
        figure.colorbar(pieces[0], ax=axes, label="output", ticks=ticks)
    plane.draw_points(axes, scores.shape[-1])
    axes.set_xlabel(plot_text(x_label))
    axes.set_ylabel(plot_text(y_label))
    if title is not None:
        axes.set_title(plot_text(title))
    return figure


def _ask(model: Callable[[Any], Any], plane: DecisionPlane) -> NDArray[np.float64]:
    # Scores of shape (up, across, outputs).
    import numpy as np

    scores = []
    with no_grad(), evaluating(model):
        for row in plane.rows().tolist():
            answer = model(row)
            several = isinstance(answer, (list, tuple, np.ndarray))
            outputs = np.ravel(answer).tolist() if several else [answer]
            scores.append([o.data if isinstance(o, Value) else float(o) for o in outputs])
    return np.array(scores).reshape(len(plane.up), len(plane.across), -1)
