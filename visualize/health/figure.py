"""Figures of health: of one check, layer by layer, and of a training, epoch by epoch."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from math import ceil, floor, log10, nan
from typing import TYPE_CHECKING

from visualize.health.layer_health import LayerHealth
from visualize.health.verdict import TOO_LARGE, TOO_SMALL, USUAL_UPDATE
from visualize.plots.figures import (
    NEGATIVE,
    NOT_FINITE,
    POSITIVE,
    matplotlib_module,
    new_figure,
    open_frame,
)
from visualize.text import cut, printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

USUAL, NORMAL = "#2f7d5b", "#e4efe9"  # the usual size of updates, and the band around it
LONGEST_NAME = 28
WIDE = 20.0  # times the smallest layer's activations: above it their axis is logarithmic
TICKS = 3  # on each side of such an axis, beside 0
DARKEST, LIGHTEST = 0.0, 0.85  # of viridis: beyond it is yellow, too light for a line
STYLES = ("-", "--", ":", "-.")  # a second cue beside colour
APART = 0.15  # of the distance between layers: half of that between the two bars of one


def check_figure(layers: Sequence[LayerHealth], verdict: str) -> Figure:
    """Return the figure of one check: panels side by side under the verdict, first layer on top."""
    panels = 3 if any(layer.update is not None for layer in layers) else 2
    made = new_figure(3.5 * panels + 1.5, 2.3 + 0.4 * len(layers))
    axes = made.subplots(1, panels, sharey=True)
    _draw_activations(axes[0], layers)
    _draw_gradients(axes[1], layers)
    if panels == 3:
        _draw_updates(axes[2], layers)
    names = [cut(printable(layer.name), LONGEST_NAME) for layer in layers]
    axes[0].set_yticks(range(len(layers)), names, parse_math=False)
    axes[0].set_ylim(len(layers) - 0.4, -0.6)
    for panel in axes:
        panel.grid(axis="x", alpha=0.3)
        panel.set_axisbelow(True)
        panel.tick_params(axis="y", length=0)
        panel.spines[["top", "right"]].set_visible(False)
    title = textwrap.fill(printable(verdict), 32 * panels)
    made.suptitle(title, fontsize=11, parse_math=False)
    line = matplotlib_module("lines").Line2D
    entries = [
        line([], [], marker="o", color=POSITIVE, label="outputs of the layer"),
        line([], [], marker="o", color=NEGATIVE, label="its parameters"),
    ]
    if panels == 3:
        label = f"usual update: {USUAL_UPDATE:g} of the parameters"
        entries.append(line([], [], linestyle="--", color=USUAL, label=label))
    made.legend(handles=entries, loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    return made


def _draw_activations(axes: Axes, layers: Sequence[LayerHealth]) -> None:
    axes.set_title("activations", fontsize=10)
    axes.set_xlabel("output", fontsize=9)
    _spread_out(axes, [layer.activations.rms for layer in layers if layer.activations.rms > 0.0])
    axes.axvline(0.0, color="#888888", linewidth=0.8, zorder=1)
    for place, layer in enumerate(layers):
        _draw_bar(axes, place, layer.activations.quantiles, POSITIVE)
        ill = [
            f"{count:,} {word}"
            for count, word in (
                (layer.activations.not_finite, "not finite"),
                (len(layer.off), f"of {layer.units:,} {'dead' if layer.dead else 'off'}"),
                (len(layer.saturated), f"of {layer.units:,} saturated"),
            )
            if count
        ]
        _write(axes, place, ", ".join(ill))


def _spread_out(axes: Axes, sizes: Sequence[float]) -> None:
    """Make the axis of activations logarithmic on both sides of 0 if layers differ much."""
    if not sizes or max(sizes) <= WIDE * min(sizes):
        return
    first, last = floor(log10(min(sizes))), ceil(log10(max(sizes)))
    axes.set_xscale("symlog", linthresh=10.0**first)
    step = ceil((last - first) / TICKS)
    powers = [10.0**power for power in range(last, first, -step)]
    ticks = [-power for power in powers] + [0.0] + powers[::-1]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()


def _draw_gradients(axes: Axes, layers: Sequence[LayerHealth]) -> None:
    axes.set_title("gradients", fontsize=10)
    axes.set_xlabel("absolute derivative of the loss", fontsize=9)
    axes.set_xscale("log")
    for place, layer in enumerate(layers):
        bars = ((-APART, POSITIVE, layer.gradients), (APART, NEGATIVE, layer.weight_gradients))
        said = []
        for shift, colour, numbers in bars:
            if numbers is not None:
                _draw_bar(axes, place + shift, numbers.magnitudes, colour)
                if numbers.not_finite:
                    said.append(f"{numbers.not_finite:,} not finite")
                elif numbers.count and not numbers.magnitudes:
                    said.append("all 0")
        _write(axes, place, " | ".join(said))


def _draw_updates(axes: Axes, layers: Sequence[LayerHealth]) -> None:
    axes.set_title("next update", fontsize=10)
    axes.set_xlabel("step / parameters, root mean squares", fontsize=9)
    axes.set_xscale("log")
    axes.axvspan(TOO_SMALL, TOO_LARGE, color=NORMAL, zorder=0)
    axes.axvline(USUAL_UPDATE, color=USUAL, linewidth=1.2, linestyle="--", zorder=1)
    for place, layer in enumerate(layers):
        if layer.update:
            axes.plot([layer.update], [place], "o", color=NEGATIVE, markersize=6.5, zorder=3)
        elif layer.update is not None:
            _write(axes, place, "none")


def _draw_bar(axes: Axes, height: float, quantiles: Sequence[float], colour: str) -> None:
    if quantiles:
        low, left, middle, right, high = quantiles
        axes.hlines(height, low, high, color=colour, linewidth=1.2, zorder=2)
        axes.hlines(height, left, right, color=colour, linewidth=6.0, alpha=0.5, zorder=2)
        axes.plot(
            [middle], [height], "o", color=colour, markeredgecolor="white", markersize=6.0, zorder=3
        )


def _write(axes: Axes, place: int, words: str) -> None:
    """Write the faults of a layer above its line, at the right edge of a panel."""
    axes.text(
        1.0, place - 0.24, words, transform=axes.get_yaxis_transform(), ha="right", va="bottom",
        fontsize=7.5, color=NOT_FINITE, zorder=4,
    )  # fmt: skip


def training_figure(
    epochs: Sequence[int], checks: Sequence[Sequence[LayerHealth]], verdict: str, *, off: str
) -> Figure:
    """Return a panel per quantity, in each a line per layer, from dark (first) to light (last).

    `checks` holds the layers at each of the epochs, `verdict` that of the last one, and `off` the
    word for units that are off.
    """
    panels: list[tuple[str, str, Callable[[LayerHealth], float]]] = [
        ("gradients", "rms of the derivatives by outputs", lambda x: x.gradients.rms or nan),
        ("next update", "step / parameters", lambda x: x.update or nan),
        ("stuck units", f"share that is {off} or saturated", _stuck),
    ]
    moved = any(layer.update is not None for layers in checks for layer in layers)
    panels = [panel for panel in panels if moved or panel[0] != "next update"]
    names = list(dict.fromkeys(layer.name for layers in checks for layer in layers))
    figure = new_figure(4.2 * len(panels) + 1.6, max(3.7, 1.6 + 0.24 * len(names)))
    colours = matplotlib_module("cm").viridis
    for place, (title, label, quantity) in enumerate(panels, start=1):
        axes = figure.add_subplot(1, len(panels), place)
        for number, name in enumerate(names):
            shade = DARKEST + (LIGHTEST - DARKEST) * number / max(len(names) - 1, 1)
            axes.plot(
                epochs,
                [_of_layer(layers, name, quantity) for layers in checks],
                color=colours(shade),
                linestyle=STYLES[number % len(STYLES)],
                marker=".",  # points between two gaps are seen too
                markersize=4.5,
                linewidth=1.8,
                label=f"{number}" if place == 1 else None,
            )
        _finish(axes, title, label)
    title = f"epoch {epochs[-1]}: {printable(verdict)}"
    figure.suptitle(textwrap.fill(title, 36 * len(panels)), fontsize=11, parse_math=False)
    legend = figure.legend(loc="outside right upper", frameon=False, fontsize=9)
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set_parse_math(False)
        text.set_text(cut(printable(name), LONGEST_NAME))  # as a label "_x" would be left out
    return figure


def _stuck(layer: LayerHealth) -> float:
    return len({*layer.off, *layer.saturated}) / layer.units if layer.units else nan


def _of_layer(
    layers: Sequence[LayerHealth], name: str, quantity: Callable[[LayerHealth], float]
) -> float:
    """Return a quantity of a layer; nan, a gap in its line, if the layer is not among these."""
    for layer in layers:
        if layer.name == name:
            return quantity(layer)
    return nan


def _finish(axes: Axes, title: str, label: str) -> None:
    axes.set_title(title, fontsize=10)
    axes.set_xlabel("epoch")
    axes.set_ylabel(label)
    open_frame(axes, whole=True)
    if title == "stuck units":
        axes.set_ylim(-0.03, 1.03)
        return
    axes.set_yscale("log")
    if title == "next update":
        axes.axhspan(TOO_SMALL, TOO_LARGE, color=NORMAL, zorder=0)
        axes.axhline(USUAL_UPDATE, color=USUAL, linewidth=1.2, linestyle="--", zorder=1)
