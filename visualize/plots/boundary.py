"""The plane of two inputs in the colours of a model's outputs, with the examples on it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograd import Value
from autograd.arguments import as_count, as_float, as_function
from visualize.modes import evaluating
from visualize.plots.arrays import as_floats
from visualize.plots.compiled_model import row_by_row
from visualize.plots.figures import (
    CLASS_COLOURS,
    MARKERS,
    NEGATIVE,
    POSITIVE,
    diverging_colours,
    matplotlib_module,
    new_figure,
)
from visualize.text import plot_text

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.contour import ContourSet
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

MARGIN = 0.15  # of the range of the data, shown around them
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
    """Plot the examples on the plane of inputs, coloured by the outputs of a model or function.

    `X` holds one row of two inputs per example, `y` its class. One output is a score: above
    `threshold` (0 for logits and margins, 0.5 for probabilities) it means the higher of two
    classes, and a black line separates them. Of several outputs the largest is the class, 0, 1, ...
    The legend stands below the frame, where it covers no point.

    The model is asked at `resolution` x `resolution` points, in evaluation mode.

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
    threshold = checked_threshold(threshold, where)
    plane = plane_around(X, y, resolution, where)
    with evaluating(model):
        outputs = row_by_row(model, plane.rows())
    scores = outputs.reshape(len(plane.up), len(plane.across), -1)
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


def plane_around(inputs: ArrayLike, y: ArrayLike, resolution: int, where: str) -> DecisionPlane:
    """Return the plane around examples of two inputs, with `resolution` x `resolution` points.

    Raises ValueError, whose message begins with `where`, for inputs of another shape, not finite,
    or of another number than their classes.
    """
    import numpy as np

    points, classes = as_floats(inputs, f"{where}: X"), as_floats(y, f"{where}: y")
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise ValueError(f"{where}: X has shape {points.shape}; it must be (examples, 2)")
    if classes.shape != (len(points),):
        raise ValueError(f"{where}: X has {len(points)} rows but y has shape {classes.shape}")
    if not np.isfinite(points).all():
        row = int(np.argmin(np.isfinite(points).all(axis=1)))
        raise ValueError(f"{where}: row {row} of X is {points[row]}, which is not finite")
    resolution = as_count(resolution, f"{where}: resolution", least=2)
    low, high = points.min(axis=0), points.max(axis=0)
    margin = np.where(high > low, MARGIN * (high - low), 1.0)
    across, up = (
        np.linspace(start, stop, resolution)
        for start, stop in zip(low - margin, high + margin, strict=True)
    )
    return DecisionPlane(points, classes, across, up, where)


def checked_threshold(threshold: Any, where: str) -> float:
    """Return a threshold as a float; ValueError, in the name of `where`, for nan and infinity."""
    number = as_float(threshold, f"{where}: threshold")
    if not math.isfinite(number):
        raise ValueError(f"{where}: threshold must be finite, not {number}")
    return number


def reach_of(scores: NDArray[np.float64], threshold: float) -> float:
    """Return the largest distance of a finite score from the threshold, or 1 if there is none."""
    import numpy as np

    finite = scores[np.isfinite(scores)]
    return float(np.abs(finite - threshold).max(initial=0.0)) or 1.0


@dataclass(frozen=True, slots=True)
class DecisionPlane:
    """Examples of classes, and the grid of inputs around them; scores are (up, across, outputs)."""

    points: NDArray[np.float64]
    classes: NDArray[np.float64]
    across: NDArray[np.float64]
    up: NDArray[np.float64]
    where: str  # begins the message of an error

    def rows(self) -> NDArray[np.float64]:
        """Return the inputs at all points of the grid, (points, 2), from below to above."""
        import numpy as np

        grids = np.meshgrid(self.across, self.up)
        return np.stack([grid.ravel() for grid in grids], axis=1)

    def check(self, scores: NDArray[np.float64]) -> None:
        """Raise ValueError for scores that are nowhere finite, or too few for the classes."""
        import numpy as np

        labels = np.unique(self.classes)
        if not np.isfinite(scores).any():
            raise ValueError(
                f"{self.where}: the model gives nan or inf at every point; "
                "look at its parameters, and train again with a smaller learning rate"
            )
        if scores.shape[-1] == 1:
            if len(labels) > 2:
                raise ValueError(
                    f"{self.where}: the model has one output, which tells 2 classes apart, "
                    f"but y holds {len(labels)}: {_listed(labels)}; give the model an output per "
                    "class"
                )
        elif not np.isin(labels, range(scores.shape[-1])).all():
            raise ValueError(
                f"{self.where}: y holds the classes {_listed(labels)}, but the model has "
                f"outputs for 0 to {scores.shape[-1] - 1}"
            )

    def fill(
        self,
        axes: Axes,
        scores: NDArray[np.float64],
        threshold: float,
        reach: float | None = None,
        bands: int = 21,
    ) -> Sequence[ContourSet]:
        """Colour the plane by scores, with lines where the class changes; return the pieces.

        The colours of a single output are `bands` (an odd number, so that one is in the middle).
        They cover `reach` on both sides of the threshold, by default all scores.
        """
        if scores.shape[-1] > 1:
            return self._fill_classes(axes, scores)
        return self._fill_scores(axes, scores[..., 0], threshold, reach, bands)

    def _fill_scores(
        self,
        axes: Axes,
        scores: NDArray[np.float64],
        threshold: float,
        reach: float | None,
        bands: int,
    ) -> Sequence[ContourSet]:
        import numpy as np

        finite = np.ma.masked_invalid(scores)
        reach = reach or reach_of(scores, threshold)
        levels = np.linspace(threshold - reach, threshold + reach, bands + 1)
        colours = diverging_colours()
        grid = (self.across, self.up, finite)
        pieces = [axes.contourf(*grid, levels, cmap=colours, alpha=0.75)]
        if finite.min() < threshold < finite.max():
            pieces.append(axes.contour(*grid, [threshold], colors="black", linewidths=1.4))
        return pieces

    def _fill_classes(self, axes: Axes, scores: NDArray[np.float64]) -> Sequence[ContourSet]:
        # Each class is painted over those before it, wherever it leads them, so that no gap is left
        # where three meet. The lead is smooth, and so is its zero line; the class itself jumps.
        import numpy as np

        known = np.isfinite(scores).all(axis=-1)
        grid = (self.across, self.up)
        pieces: list[ContourSet] = []
        for label in range(scores.shape[-1]):
            before = scores[..., :label].max(axis=-1) if label else scores[..., 0] - 1.0
            lead = np.ma.array(scores[..., label] - before, mask=~known)
            if known.any() and lead.max() > 0:
                ahead, colours = [0.0, float(lead.max()) + 1.0], [_pale(label)]
                pieces.append(axes.contourf(*grid, lead, ahead, colors=colours, zorder=1))
                if lead.min() < 0:
                    line = axes.contour(*grid, lead, [0], colors="black", linewidths=0.8, zorder=1)
                    pieces.append(line)
        return pieces

    def draw_points(self, axes: Axes, outputs: int) -> None:
        """Draw the examples, in the colours for that number of outputs, and the legend below."""
        import numpy as np

        labels = np.unique(self.classes)
        if outputs > 1:
            colours: Sequence[str] = [_class_colour(int(label)) for label in labels]
        elif len(labels) == 1:  # a single class: 1 is the higher one, as in 0, 1 and -1, 1
            colours = (POSITIVE,) if labels[0] > 0 else (NEGATIVE,)
        else:
            colours = (NEGATIVE, POSITIVE)
        for place, label in enumerate(labels):
            axes.scatter(
                self.points[self.classes == label, 0],
                self.points[self.classes == label, 1],
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


def _class_colour(label: int) -> str:
    return CLASS_COLOURS[label % len(CLASS_COLOURS)]


def _pale(label: int) -> tuple[float, ...]:
    red, green, blue = matplotlib_module("colors").to_rgb(_class_colour(label))
    return tuple(0.7 + 0.3 * part for part in (red, green, blue))


def _listed(labels: NDArray[np.float64]) -> str:
    shown = [f"{label:g}" for label in labels[:8]]
    return ", ".join(shown) + (", ..." if len(labels) > 8 else "")
