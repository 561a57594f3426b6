"""A network as columns of units joined by its weights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograd import Value
from visualize.plots.figures import NOT_FINITE, diverging_colours, matplotlib_module, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_network"]

RADIUS = 0.32  # of a unit, where the distance between units is 1
COLUMN_GAP = 4.0
ALLOWED = (
    "draw_network draws models with a list `layers` of layers with a list `neurons`, each with a "
    "list `weights` of Values and a `bias` (a Value or None), such as nn.MLP or nn.Layer"
)


@dataclass(frozen=True, slots=True)
class _Column:
    """Weights and biases of one layer: `weights[j][i]` joins unit i before to unit j."""

    weights: list[list[float]]
    biases: list[float | None]


def draw_network(model: Any, *, max_units: int = 16) -> Figure:
    """Draw the layers of a model as columns of circles, its weights as lines between them.

    Colour and width of a line show the weight: blue and solid is positive, orange and dashed is
    negative, on one scale symmetric about 0 for the whole network. Circles have the colour of their
    bias; inputs and units without one are white. Weights that are nan or inf are dotted. Of a
    layer wider than `max_units` the first and last units are drawn, with the number left out.

    Raises TypeError for a model of another shape, ValueError where widths do not fit together.

    >>> from nn import MLP
    >>> figure = draw_network(MLP(2, [3, 1]))
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['2 inputs', '3 units', '1 unit']
    """
    if max_units < 2:
        raise ValueError(f"draw_network: max_units is {max_units}; use 2 or more")
    columns = _read(model)
    colours, plain = matplotlib_module("colors"), matplotlib_module("cm")
    numbers = [w for column in columns for row in column.weights for w in row]
    numbers += [b for column in columns for b in column.biases if b is not None]
    largest = max((abs(number) for number in numbers if math.isfinite(number)), default=0.0) or 1.0
    scale = plain.ScalarMappable(colours.Normalize(-largest, largest), diverging_colours())

    widths = [len(columns[0].weights[0]), *(len(column.weights) for column in columns)]
    heights = [_unit_heights(width, max_units) for width in widths]
    tallest = max(max(column.values()) - min(column.values()) for column in heights)
    figure = new_figure(2.2 * len(widths) + 1.2, max(3.0, 0.34 * (tallest + 3)))
    axes = figure.add_subplot()
    axes.set_aspect("equal")
    axes.axis("off")
    for place, column in enumerate(columns):
        _join(axes, place, column, heights[place], heights[place + 1], scale, largest)
    biases: list[list[float | None]] = [[None] * widths[0], *(column.biases for column in columns)]
    for place, (width, places) in enumerate(zip(widths, heights, strict=True)):
        _draw_units(axes, place * COLUMN_GAP, places, biases[place], scale)
        if len(places) < width:
            middle = f"⋮ {width - len(places)} more"
            axes.text(place * COLUMN_GAP, 0.0, middle, ha="center", va="center", fontsize=8)
        name = "input" if place == 0 else "unit"
        caption = f"{width} {name}{'s' * (width != 1)}"
        top = max(places.values()) + 0.9
        axes.text(place * COLUMN_GAP, top, caption, ha="center", va="bottom", fontsize=9)
    axes.set_xlim(-1.0, COLUMN_GAP * (len(widths) - 1) + 1.0)
    axes.set_ylim(-tallest / 2 - 0.8, tallest / 2 + 2.0)
    bar = figure.colorbar(scale, ax=axes, shrink=0.9)
    bar.set_label("weight of a line, bias of a circle\n(dashed: negative)", fontsize=9)
    return figure


def _read(model: Any) -> list[_Column]:
    layers = getattr(model, "layers", None)
    if layers is None and hasattr(model, "neurons"):
        layers = [model]
    if not isinstance(layers, (list, tuple)) or not layers:
        raise TypeError(f"{ALLOWED}; {type(model).__name__} has no layers")
    columns: list[_Column] = []
    for place, layer in enumerate(layers):
        neurons = getattr(layer, "neurons", None)
        if not isinstance(neurons, (list, tuple)) or not neurons:
            raise TypeError(f"{ALLOWED}; layers[{place}] is a {type(layer).__name__}")
        width = len(columns[-1].weights) if columns else len(_weights(neurons[0], place, 0))
        weights = [_weights(neuron, place, number) for number, neuron in enumerate(neurons)]
        for number, row in enumerate(weights):
            if len(row) != width or not row:
                raise ValueError(
                    f"draw_network: layers[{place}].neurons[{number}] has {len(row)} weights, "
                    f"but there are {width} units before it"
                )
        biases = [getattr(neuron, "bias", getattr(neuron, "b", None)) for neuron in neurons]
        columns.append(_Column(weights, [None if b is None else _number(b) for b in biases]))
    return columns


def _weights(neuron: Any, layer: int, number: int) -> list[float]:
    weights = getattr(neuron, "weights", getattr(neuron, "w", None))  # micrograd's short name
    if not isinstance(weights, (list, tuple)):
        where = f"layers[{layer}].neurons[{number}]"
        raise TypeError(f"{ALLOWED}; {where} is a {type(neuron).__name__}")
    return [_number(weight) for weight in weights]


def _number(parameter: Any) -> float:
    return parameter.data if isinstance(parameter, Value) else float(parameter)


def _unit_heights(width: int, most: int) -> dict[int, float]:
    # Height of each unit that is drawn, the first one on top.
    if width <= most:
        return {unit: (width - 1) / 2 - unit for unit in range(width)}
    first = most // 2
    shown = [*range(first), *range(width - (most - first), width)]
    heights = [most / 2 - place - (place >= first) for place in range(most)]
    return dict(zip(shown, heights, strict=True))


def _join(
    axes: Axes,
    place: int,
    column: _Column,
    before: dict[int, float],
    after: dict[int, float],
    scale: Any,
    largest: float,
) -> None:
    lines: list[tuple[float, list[tuple[float, float]]]] = []
    start, end = place * COLUMN_GAP + RADIUS, (place + 1) * COLUMN_GAP - RADIUS
    for unit, height in after.items():
        for source, source_height in before.items():
            weight = column.weights[unit][source]
            lines.append((weight, [(start, source_height), (end, height)]))
    # The heaviest are drawn last, on top of the others.
    lines.sort(key=lambda line: abs(line[0]) if math.isfinite(line[0]) else math.inf)
    finite = [math.isfinite(weight) for weight, _ in lines]
    collection = matplotlib_module("collections").LineCollection(
        [ends for _, ends in lines],
        colors=[
            scale.to_rgba(weight) if is_finite else NOT_FINITE
            for (weight, _), is_finite in zip(lines, finite, strict=True)
        ],
        linewidths=[
            0.4 + 2.6 * abs(weight) / largest if is_finite else 1.5
            for (weight, _), is_finite in zip(lines, finite, strict=True)
        ],
        linestyles=[
            ":" if not is_finite else "--" if weight < 0 else "-"
            for (weight, _), is_finite in zip(lines, finite, strict=True)
        ],
        zorder=1,
    )
    axes.add_collection(collection)


def _draw_units(
    axes: Axes, x: float, heights: dict[int, float], biases: list[float | None], scale: Any
) -> None:
    circle = matplotlib_module("patches").Circle
    for unit, height in heights.items():
        bias = biases[unit]
        fill = "white"
        if bias is not None:
            fill = scale.to_rgba(bias) if math.isfinite(bias) else NOT_FINITE
        style = "--" if bias is not None and bias < 0 else "-"
        patch = circle((x, height), RADIUS, facecolor=fill, edgecolor="#444444", linestyle=style)
        patch.set_zorder(2)
        axes.add_patch(patch)
