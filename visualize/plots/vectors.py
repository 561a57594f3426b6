"""Vectors of the plane as arrows from the origin."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_items, as_mapping
from visualize.plots.arrays import as_floats
from visualize.plots.figures import CLASS_COLOURS, new_figure
from visualize.text import plot_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_Point = tuple[float, float]
_Box = tuple[float, float, float, float]  # left, right, low, high

SIDE = 4.6  # inches of the figure
INNER = 280.0  # points of the longer side that the frame has about, to judge what names cover
FONT = 11.0  # points; a character is about 0.6 of it wide
GAPS = (9.0, 18.0, 30.0)  # points between a tip and its name, the nearest first
DIRECTIONS = 16


def plot_vectors(vectors: Mapping[str, Sequence[Any]], *, title: str | None = None) -> Figure:
    """Plot named vectors (x, y), of numbers or Values, as arrows from the origin.

    Both axes have the same scale, so that angles and lengths can be read off. A name stands
    beside the tip of its arrow, where it covers no other; a vector of length 0 is a dot.

    Raises ValueError for no vectors, and for one that has not two finite components.

    >>> figure = plot_vectors({"a": (2.0, 1.0), "b": (-1.0, 2.0)})
    >>> [text.get_text() for text in figure.axes[0].texts if text.get_text()]
    ['a', 'b']
    """
    vectors = as_mapping(vectors, "plot_vectors: vectors", 'names to vectors, as {"a": (2, 1)}')
    tips = {str(name): _checked(name, vector) for name, vector in vectors.items()}
    if not tips:
        raise ValueError("plot_vectors: the mapping is empty; there is nothing to plot")
    (left, right), (low, high) = (_limits([tip[axis] for tip in tips.values()]) for axis in (0, 1))
    longest = max(right - left, high - low)
    left, right = _at_least(longest / 2, left, right)
    low, high = _at_least(longest / 2, low, high)
    unit = INNER / longest
    figure = new_figure(SIDE * (right - left) / longest, SIDE * (high - low) / longest)
    axes = figure.add_subplot()
    axes.set_aspect("equal")
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)
    axes.axhline(0.0, color="#8c959f", linewidth=0.8, zorder=1)
    axes.axvline(0.0, color="#8c959f", linewidth=0.8, zorder=1)
    axes.grid(alpha=0.3)
    axes.spines[:].set_visible(False)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=8)
    shafts = [(x * unit, y * unit) for x, y in tips.values()]
    frame = (left * unit, right * unit, low * unit, high * unit)
    taken: list[_Box] = []
    for place, (name, tip) in enumerate(tips.items()):
        colour = CLASS_COLOURS[place % len(CLASS_COLOURS)]
        if tip == (0.0, 0.0):
            axes.plot([0.0], [0.0], "o", color=colour, zorder=3)
        else:
            arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 2.0, "mutation_scale": 14}
            axes.annotate(
                "", tip, (0.0, 0.0), arrowprops={**arrow, "shrinkA": 0, "shrinkB": 0},
                zorder=3 - math.hypot(*tip) / (3 * longest),  # short ones above long ones
            )  # fmt: skip
        shift, box = _free_place(shafts[place], name, shafts, taken, frame)
        taken.append(box)
        axes.annotate(
            plot_text(name), tip, shift, textcoords="offset points", ha="center", va="center",
            color=colour, fontsize=FONT, fontweight="bold", zorder=4,
        )  # fmt: skip
    if title is not None:
        axes.set_title(plot_text(title))
    return figure


def _checked(name: str, vector: Sequence[Any]) -> _Point:
    where = f"plot_vectors: vector {name!r}"
    array = as_floats(as_items(vector, where, "two components, (x, y)"), where)
    if array.shape != (2,):
        raise ValueError(
            f"plot_vectors: vector {name!r} has shape {array.shape}; a vector of the plane has two "
            "components, (x, y)"
        )
    x, y = array.tolist()
    if not math.isfinite(x) or not math.isfinite(y):
        raise ValueError(
            f"plot_vectors: vector {name!r} is ({x:g}, {y:g}); its components must be finite"
        )
    return x, y


def _limits(ends: list[float]) -> _Point:
    low, high = min(0.0, *ends), max(0.0, *ends)
    margin = 0.18 * (high - low) or 1.0
    return low - margin, high + margin


def _at_least(size: float, low: float, high: float) -> _Point:
    margin = max(0.0, size - (high - low)) / 2
    return low - margin, high + margin


def _free_place(
    tip: _Point, name: str, tips: list[_Point], taken: list[_Box], frame: _Box
) -> tuple[_Point, _Box]:
    # The shift of a name from its tip, and the box that it covers, in points.
    outward = math.atan2(tip[1], tip[0])
    width, height = 0.6 * FONT * (len(name) + 1), 1.2 * FONT
    best = (math.inf, (0.0, 0.0), (0.0, 0.0, 0.0, 0.0))
    for gap, turn in itertools.product(GAPS, range(DIRECTIONS)):
        angle = outward + 2 * math.pi * turn / DIRECTIONS
        x = math.cos(angle) * (gap + width / 2)
        y = math.sin(angle) * (gap + height / 2)
        box = _around(tip[0] + x, tip[1] + y, width, height)
        cost = gap / GAPS[-1] + 0.2 * abs(math.remainder(angle - outward, 2 * math.pi))
        cost += 100 * sum(_overlap(box, other) for other in taken)
        cost += 10 * sum(_crosses(end, box) for end in tips)
        cost += 50 * (not _within(box, frame))
        if cost < best[0]:
            best = (cost, (x, y), box)
    return best[1:]


def _around(x: float, y: float, width: float, height: float) -> _Box:
    return (x - width / 2, x + width / 2, y - height / 2, y + height / 2)


def _overlap(box: _Box, other: _Box) -> bool:
    return box[0] < other[1] and other[0] < box[1] and box[2] < other[3] and other[2] < box[3]


def _within(box: _Box, frame: _Box) -> bool:
    return frame[0] <= box[0] and box[1] <= frame[1] and frame[2] <= box[2] and box[3] <= frame[3]


def _crosses(tip: _Point, box: _Box) -> bool:
    # Whether the arrow from the origin runs through a box, by points along it a few points apart.
    steps = 60
    return any(
        box[0] < tip[0] * step / steps < box[1] and box[2] < tip[1] * step / steps < box[3]
        for step in range(steps + 1)
    )
