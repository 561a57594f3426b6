"""The units of a network as circles, its weights as lines: colours, widths and numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from visualize.plots.columns import Column
from visualize.plots.figures import NOT_FINITE, diverging_colours, matplotlib_module
from visualize.plots.line_labels import label_places

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["RADIUS", "Look", "all_numbers", "draw_units", "join", "look_of"]

RADIUS = 0.34  # of a unit, where the distance between units of a column is 1


@dataclass(frozen=True, slots=True)
class Look:
    """How numbers look: a scale of colours up to the largest, and the length of a distance."""

    scale: Any
    largest: float
    unit: float  # inches


def all_numbers(columns: Sequence[Column]) -> list[float]:
    """Return all weights, then all biases."""
    weights = [weight for column in columns for row in column.weights for weight in row]
    return weights + [b for column in columns for b in column.biases if b is not None]


def look_of(columns: Sequence[Column], unit: float) -> Look:
    """Return the look of these columns, for units that are so many inches apart."""
    finite = [abs(number) for number in all_numbers(columns) if math.isfinite(number)]
    largest = max(finite, default=0.0) or 1.0
    normalize = matplotlib_module("colors").Normalize(-largest, largest)
    scale = matplotlib_module("cm").ScalarMappable(normalize, diverging_colours())
    return Look(scale, largest, unit)


def join(axes: Axes, ends: list[tuple[float, Any]], look: Look, *, numbers: bool) -> None:
    """Draw the lines of weights, each with its two ends, and their numbers if asked for."""
    # The heaviest are drawn last, on top of the others.
    lines = sorted(ends, key=lambda end: abs(end[0]) if math.isfinite(end[0]) else math.inf)
    colours, widths, styles = [], [], []
    for weight, _ in lines:
        known = math.isfinite(weight)
        colours.append(look.scale.to_rgba(weight) if known else NOT_FINITE)
        widths.append(0.4 + 2.6 * abs(weight) / look.largest if known else 1.5)
        styles.append(":" if not known else "--" if weight < 0 else "-")
    axes.add_collection(
        matplotlib_module("collections").LineCollection(
            [line for _, line in lines],
            colors=colours,
            linewidths=widths,
            linestyles=styles,
            zorder=1,
        )
    )
    if numbers:
        places = label_places([line for _, line in ends], 0.36 / look.unit, 0.14 / look.unit)
        for (weight, _), (x, y) in zip(ends, places, strict=True):
            axes.text(
                x, y, f"{weight + 0.0:.2g}", ha="center", va="center", fontsize=7, zorder=3,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.9},
            )  # fmt: skip


def draw_units(
    axes: Axes,
    x: float,
    heights: dict[int, float],
    biases: Sequence[float | None],
    look: Look,
    *,
    numbers: bool,
) -> None:
    """Draw the circles of a column in the colours of their biases."""
    circle = matplotlib_module("patches").Circle
    for unit, height in heights.items():
        bias = biases[unit]
        known = bias is not None and math.isfinite(bias)
        fill = look.scale.to_rgba(bias) if known else "white" if bias is None else NOT_FINITE
        style = "--" if bias is not None and bias < 0 else "-"
        patch = circle((x, height), RADIUS, facecolor=fill, edgecolor="#444444", linestyle=style)
        patch.set_zorder(2)
        axes.add_patch(patch)
        if numbers and bias is not None:
            dark = not known or abs(bias) > 0.6 * look.largest
            axes.text(
                x, height, f"{bias + 0.0:.2g}", ha="center", va="center", fontsize=7,
                color="white" if dark else "black",
            )  # fmt: skip
