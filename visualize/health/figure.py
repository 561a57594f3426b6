"""The figure of a check: activations, gradients and updates, a line for each layer."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from math import ceil, floor, log10
from typing import TYPE_CHECKING

from visualize.escape import cut, printable
from visualize.health.layer_health import LayerHealth
from visualize.health.verdict import TOO_LARGE, TOO_SMALL, USUAL_UPDATE
from visualize.plots.figures import (
    NEGATIVE,
    NOT_FINITE,
    POSITIVE,
    matplotlib_module,
    new_figure,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["figure"]

USUAL, NORMAL = "#2f7d5b", "#e4efe9"  # the usual size of updates, and the band around it
LONGEST_NAME = 28
WIDE = 20.0  # times the smallest layer's activations: with larger ones their axis is logarithmic
TICKS = 3  # on each side of such an axis, beside 0
APART = 0.15  # of the distance between layers: half of that between the two bars of one


def figure(layers: Sequence[LayerHealth], verdict: str) -> Figure:
    """Return the panels side by side under the verdict, the first layer on top."""
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
    """Make the axis of activations logarithmic to both sides of 0 where layers differ much."""
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
    """Write what is wrong with a layer above its line, at the right edge of a panel."""
    axes.text(
        1.0, place - 0.24, words, transform=axes.get_yaxis_transform(), ha="right", va="bottom",
        fontsize=7.5, color=NOT_FINITE, zorder=4,
    )  # fmt: skip
