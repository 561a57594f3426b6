"""A network as columns of units joined by its weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_count, as_switch
from visualize.digits import counted
from visualize.escape import plot_text
from visualize.plots.columns import Column, columns_of
from visualize.plots.figures import NEGATIVE, NOT_FINITE, POSITIVE, matplotlib_module
from visualize.plots.panels import Panels
from visualize.plots.units import RADIUS, all_numbers, draw_units, join, look_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_network"]

# In distances between two units of a column.
GAP, WIDER = 4.0, 0.34  # between columns, and by how much of the tallest column they stand apart
LEGIBLE = 4.4  # between columns with numbers on the lines
CLEAR = 0.7  # around the outermost units
MOST_NUMBERS = 24  # lines that have numbers if nobody says
# In inches.
UNIT, SMALLEST, HEIGHT = 0.62, 0.34, 5.0  # a distance, and the height that makes it smaller
BAR, BAR_ROOM, EDGE, LEGEND, TITLE = 0.13, 1.0, 0.15, 0.35, 0.4
CAPTION = 0.36  # two lines of words
LOWEST = 1.9  # that the bar of colours is no lower than
NARROWEST = 4.4  # the words of the legend side by side


def draw_network(
    model: Any,
    *,
    max_units: int = 16,
    numbers: bool | None = None,
    inputs: Sequence[str] | None = None,
    outputs: Sequence[str] | None = None,
    title: str | None = None,
) -> Figure:
    r"""Draw the layers of a model as columns of circles, its weights as lines between them.

    Colour and width of a line show the weight: blue and solid is positive, orange and dashed is
    negative, on one scale symmetric about 0 for the whole network. Circles have the colour of their
    bias, dashed where it is negative; inputs and units without one are white. Weights that are nan
    or inf are dotted. Of a layer wider than `max_units` the first and last units are drawn, with
    the number left out. `numbers` writes weights on the lines and biases into the circles, by
    default in small networks. `inputs` and `outputs` are names to stand beside the first and the
    last units. Layers without parameters, such as dropout, are passed over.

    Raises TypeError for a model of another shape, ValueError where widths do not fit together, and
    for another number of names than units.

    >>> from nn import MLP
    >>> figure = draw_network(MLP(2, [3, 1]), numbers=False)
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['2 inputs', '3 units\nrelu', '1 unit\nlinear']
    """
    max_units = as_count(max_units, "draw_network: max_units", least=2)
    if numbers is not None:
        numbers = as_switch(numbers, "draw_network: numbers")
    columns = columns_of(model)
    widths = [len(columns[0].weights[0]), *(len(column.weights) for column in columns)]
    _check_names("inputs", inputs, widths[0])
    _check_names("outputs", outputs, widths[-1])
    heights = [_unit_heights(width, max_units) for width in widths]
    if numbers is None:
        lines = sum(len(a) * len(b) for a, b in pairwise(heights))
        numbers = lines <= MOST_NUMBERS and max(widths) <= max_units
    tallest = max(max(column.values()) - min(column.values()) for column in heights)
    gap = max(LEGIBLE if numbers else GAP, WIDER * tallest)
    unit = max(SMALLEST, min(UNIT, HEIGHT / (tallest + 2 * CLEAR)))
    look = look_of(columns, unit)
    left, right = (0.2 + 0.17 * _longest(names) / unit for names in (inputs, outputs))
    frame = (-1.0 - left, gap * (len(widths) - 1) + 1.0 + right)
    across, up = unit * (frame[1] - frame[0]), unit * (tallest + 2 * CLEAR) + CAPTION
    indent = max(0.0, (NARROWEST - across - BAR_ROOM) / 2)
    panels = Panels(
        across + BAR_ROOM + 2 * (EDGE + indent),
        max(up, LOWEST) + 2 * EDGE + LEGEND + TITLE * (title is not None),
        top=EDGE + TITLE * (title is not None),
    )
    axes = panels.axes(EDGE + indent, max(LOWEST - up, 0.0) / 2, across, up)
    axes.axis("off")
    axes.set_xlim(*frame)
    axes.set_ylim(-tallest / 2 - CLEAR, tallest / 2 + CLEAR + CAPTION / unit)
    for place, column in enumerate(columns):
        start, end = place * gap + RADIUS, (place + 1) * gap - RADIUS
        ends = [
            (column.weights[after][before], ((start, low), (end, high)))
            for after, high in heights[place + 1].items()
            for before, low in heights[place].items()
        ]
        join(axes, ends, look, numbers=numbers)
    for place, (width, places) in enumerate(zip(widths, heights, strict=True)):
        biases = columns[place - 1].biases if place else [None] * width
        draw_units(axes, place * gap, places, biases, look, numbers=numbers)
        _write(axes, place * gap, places, width, columns[place - 1] if place else None)
    _name(axes, -0.6, heights[0], inputs, "right")
    _name(axes, gap * (len(widths) - 1) + 0.6, heights[-1], outputs, "left")
    bar = panels.axes(EDGE + indent + across + 0.1, 0.1, BAR, max(up, LOWEST) - 0.2)
    panels.figure.colorbar(look.scale, cax=bar)
    bar.set_ylabel("weight of a line, bias of a circle", fontsize=8)
    bar.tick_params(labelsize=8)
    _explain(panels.figure, all_numbers(columns))
    if title is not None:
        panels.figure.suptitle(plot_text(title), y=1 - 0.12 / panels.height, va="top")
    return panels.figure


def _check_names(argument: str, names: Sequence[str] | None, width: int) -> None:
    if names is not None and len(names) != width:
        raise ValueError(
            f"draw_network: {argument} holds {counted(len(names), 'name')}, but there are {width}; "
            "give one each"
        )


def _longest(names: Sequence[str] | None) -> float:
    # In halves of an em, about what a character is wide.
    return 0.5 * max(map(len, names or [""]), default=0)


def _unit_heights(width: int, most: int) -> dict[int, float]:
    # Height of each unit that is drawn, the first one on top.
    if width <= most:
        return {unit: (width - 1) / 2 - unit for unit in range(width)}
    first = most // 2
    shown = [*range(first), *range(width - (most - first), width)]
    heights = [most / 2 - place - (place >= first) for place in range(most)]
    return dict(zip(shown, heights, strict=True))


def _write(
    axes: Axes, x: float, heights: dict[int, float], width: int, column: Column | None
) -> None:
    if len(heights) < width:
        middle = f"⋮ {width - len(heights)} more"
        axes.text(
            x, 0.0, middle, ha="center", va="center", fontsize=8, zorder=3,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip
    caption = counted(width, "input" if column is None else "unit")
    if column is not None and column.activation:
        caption += f"\n{plot_text(column.activation)}"
    axes.text(x, max(heights.values()) + 0.6, caption, ha="center", va="bottom", fontsize=9)


def _name(
    axes: Axes, x: float, heights: dict[int, float], names: Sequence[str] | None, side: str
) -> None:
    for unit, height in heights.items():
        if names is not None:
            axes.text(x, height, plot_text(names[unit]), ha=side, va="center", fontsize=9)


def _explain(figure: Figure, numbers: list[float]) -> None:
    line = matplotlib_module("lines").Line2D
    handles = [
        line([], [], color=POSITIVE, linewidth=2.0, label="positive"),
        line([], [], color=NEGATIVE, linewidth=2.0, linestyle="--", label="negative (dashed)"),
    ]
    lost = sum(not math.isfinite(number) for number in numbers)
    if lost:
        words = f"nan or inf: {lost}"
        handles.append(line([], [], color=NOT_FINITE, linestyle=":", label=words))
    figure.legend(
        handles=handles, loc="lower center", ncols=len(handles), frameon=False, fontsize=8,
        borderaxespad=0.3,
    )  # fmt: skip
