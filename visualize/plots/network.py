"""A network as columns of units joined by its weights."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from autograd import Value
from autograd.arguments import as_count, as_switch
from visualize.plots.arrays import as_names
from visualize.plots.figures import (
    BAR_ROOM,
    NEGATIVE,
    NOT_FINITE,
    POSITIVE,
    Panels,
    diverging_colours,
    matplotlib_module,
)
from visualize.plots.weights import weights_of
from visualize.text import counted, plot_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Point = tuple[float, float]

# In distances between two units of a column.
GAP, WIDER = 4.0, 0.34  # between columns, and by how much of the tallest column they stand apart
LEGIBLE = 4.4  # between columns with numbers on the lines
RADIUS = 0.34  # of a unit
CLEAR = 0.7  # around the outermost units
MOST_NUMBERS = 24  # lines that have numbers unless `numbers` says otherwise
SHARES = (0.3, 0.42, 0.54, 0.66, 0.22, 0.78)  # of a line, from its start: where its number may be
# In inches.
UNIT, SMALLEST, HEIGHT = 0.62, 0.34, 5.0  # a distance, and the height that makes it smaller
CAPTION, LEGEND = 0.36, 0.35  # two lines of words above the units, and one below all
LOWEST = 1.9  # the bar of colours at least
NARROWEST = 4.4  # the words of the legend side by side
WITH_NEURONS = (
    "draw_network draws models with a list `layers` of layers with a list `neurons`, each with a "
    "list `weights` of Values and a `bias` (a Value or None), such as nn.MLP or nn.Layer"
)


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
    last units. Layers without parameters, such as dropout, are left out.

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
    if inputs is not None:
        inputs = as_names(inputs, "draw_network: inputs", widths[0])
    if outputs is not None:
        outputs = as_names(outputs, "draw_network: outputs", widths[-1])
    heights = [_unit_heights(width, max_units) for width in widths]
    if numbers is None:
        lines = sum(len(a) * len(b) for a, b in pairwise(heights))
        numbers = lines <= MOST_NUMBERS and max(widths) <= max_units
    tallest = max(max(column.values()) - min(column.values()) for column in heights)
    gap = max(LEGIBLE if numbers else GAP, WIDER * tallest)
    unit = max(SMALLEST, min(UNIT, HEIGHT / (tallest + 2 * CLEAR)))
    look = _look_of(columns, unit)
    left, right = (0.2 + 0.17 * _longest(names) / unit for names in (inputs, outputs))
    frame = (-1.0 - left, gap * (len(widths) - 1) + 1.0 + right)
    across, up = unit * (frame[1] - frame[0]), unit * (tallest + 2 * CLEAR) + CAPTION
    indent = max(0.0, (NARROWEST - across - BAR_ROOM) / 2)
    panels = Panels(across + BAR_ROOM + 2 * indent, max(up, LOWEST), title=title, below=LEGEND)
    axes = panels.axes(indent, max(LOWEST - up, 0.0) / 2, across, up)
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
        _join(axes, ends, look, numbers=numbers)
    for place, (width, places) in enumerate(zip(widths, heights, strict=True)):
        biases = columns[place - 1].biases if place else [None] * width
        _draw_units(axes, place * gap, places, biases, look, numbers=numbers)
        _write(axes, place * gap, places, width, columns[place - 1] if place else None)
    _name(axes, -0.6, heights[0], inputs, "right")
    _name(axes, gap * (len(widths) - 1) + 0.6, heights[-1], outputs, "left")
    words = "weight of a line, bias of a circle"
    panels.bar(look.scale, indent + across + 0.1, 0.1, max(up, LOWEST) - 0.2, words)
    _explain(panels.figure, _all_numbers(columns))
    return panels.figure


@dataclass(frozen=True, slots=True)
class Column:
    """Weights and biases of one layer: `weights[j][i]` joins unit i before to unit j."""

    weights: list[list[float]]
    biases: list[float | None]
    activation: str  # its name, "" if the layer has none


def columns_of(model: Any) -> list[Column]:
    """Return the layers of a model: TypeError for other models, ValueError for widths that differ.

    Layers without parameters, such as dropout and plain functions, are left out.
    """
    columns: list[Column] = []
    for place, layer in _layers(model):
        neurons = getattr(layer, "neurons", None)
        if not isinstance(neurons, (list, tuple)) or not neurons:
            way_out = "; plot_weights shows kernels" if hasattr(layer, "kernels") else ""
            raise TypeError(f"{WITH_NEURONS}; layers[{place}] is a {type(layer).__name__}{way_out}")
        width = len(columns[-1].weights) if columns else len(_neuron_weights(neurons[0], place, 0))
        weights = [_neuron_weights(neuron, place, number) for number, neuron in enumerate(neurons)]
        for number, row in enumerate(weights):
            if len(row) != width or not row:
                raise ValueError(
                    f"draw_network: layers[{place}].neurons[{number}] has {len(row)} weights, "
                    f"but there are {width} units before it"
                )
        biases = [getattr(neuron, "bias", getattr(neuron, "b", None)) for neuron in neurons]
        numbers = [None if bias is None else _number(bias) for bias in biases]
        columns.append(Column(weights, numbers, _activation_name(getattr(layer, "activation", ""))))
    if not columns:
        raise TypeError(f"{WITH_NEURONS}; {type(model).__name__} has none with neurons")
    return columns


def _layers(model: Any) -> Iterator[tuple[int, Any]]:
    layers = getattr(model, "layers", None)
    if layers is None and hasattr(model, "neurons"):
        layers = [model]
    if not isinstance(layers, (list, tuple)) or not layers:
        raise TypeError(f"{WITH_NEURONS}; {type(model).__name__} has no layers")
    for place, layer in enumerate(layers):
        parameters = getattr(layer, "parameters", None)
        if not callable(layer) or hasattr(layer, "neurons") or (parameters and parameters()):
            yield place, layer


def _neuron_weights(neuron: Any, layer: int, number: int) -> list[float]:
    weights = weights_of(neuron)
    if weights is None:
        where = f"layers[{layer}].neurons[{number}]"
        raise TypeError(f"{WITH_NEURONS}; {where} is a {type(neuron).__name__}")
    return [_number(weight) for weight in weights]


def _number(parameter: Any) -> float:
    return parameter.data if isinstance(parameter, Value) else float(parameter)


def _activation_name(activation: Any) -> str:
    name = activation if isinstance(activation, str) else getattr(activation, "__name__", "")
    return "" if name == "<lambda>" else name


def _longest(names: Sequence[str] | None) -> float:
    # In ems: a character is about half of one wide.
    return 0.5 * max(map(len, names or [""]), default=0)


def _unit_heights(width: int, most: int) -> dict[int, float]:
    # Height of each unit that is drawn, the first one on top.
    if width <= most:
        return {unit: (width - 1) / 2 - unit for unit in range(width)}
    first = most // 2
    shown = [*range(first), *range(width - (most - first), width)]
    heights = [most / 2 - place - (place >= first) for place in range(most)]
    return dict(zip(shown, heights, strict=True))


@dataclass(frozen=True, slots=True)
class _Look:
    """How numbers look: a scale of colours up to the largest, and the length of a distance."""

    scale: Any
    largest: float
    unit: float  # inches


def _all_numbers(columns: Sequence[Column]) -> list[float]:
    """Return all weights, then all biases."""
    weights = [weight for column in columns for row in column.weights for weight in row]
    return weights + [b for column in columns for b in column.biases if b is not None]


def _look_of(columns: Sequence[Column], unit: float) -> _Look:
    """Return the look of these columns, for units that are `unit` inches apart."""
    finite = [abs(number) for number in _all_numbers(columns) if math.isfinite(number)]
    largest = max(finite, default=0.0) or 1.0
    normalize = matplotlib_module("colors").Normalize(-largest, largest)
    scale = matplotlib_module("cm").ScalarMappable(normalize, diverging_colours())
    return _Look(scale, largest, unit)


def _join(axes: Axes, ends: list[tuple[float, Any]], look: _Look, *, numbers: bool) -> None:
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


def label_places(lines: Sequence[tuple[Point, Point]], width: float, height: float) -> list[Point]:
    """Return the middle of the number of each line; all numbers are so wide and high.

    Lines run from left to right. A number covers no other if it can, and few other lines.

    >>> label_places([((0.0, 0.0), (10.0, 0.0)), ((0.0, 1.0), (10.0, 1.0))], 1.0, 0.5)
    [(3.0, 0.0), (3.0, 1.0)]
    >>> _, (x, y) = label_places([((0.0, 0.0), (8.0, 0.0)), ((0.0, 0.2), (8.0, 0.2))], 1.0, 0.5)
    >>> round(x, 9), y  # further to the right, clear of the first
    (4.32, 0.2)
    """
    taken: list[Point] = []
    for start, end in lines:
        places = [_between(start, end, share) for share in SHARES]
        costs = []
        for rank, (x, y) in enumerate(places):
            covered = sum(
                max(0.0, width - abs(x - a)) * max(0.0, height - abs(y - b)) for a, b in taken
            )
            others = (line for line in lines if line != (start, end))
            crossed = sum(abs(_height(line, x) - y) < height / 2 for line in others)
            costs.append((covered > 0, covered, crossed, rank))
        taken.append(places[min(range(len(places)), key=costs.__getitem__)])
    return taken


def _between(start: Point, end: Point, share: float) -> Point:
    x, y = (a + share * (b - a) for a, b in zip(start, end, strict=True))
    return x, y


def _height(line: tuple[Point, Point], x: float) -> float:
    (left, low), (right, high) = line
    return low + (high - low) * (x - left) / (right - left)


def _draw_units(
    axes: Axes,
    x: float,
    heights: dict[int, float],
    biases: Sequence[float | None],
    look: _Look,
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
