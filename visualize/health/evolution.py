"""How the health of a model went on: gradients, updates and stuck units over the epochs."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from math import nan
from typing import TYPE_CHECKING

from visualize.escape import cut, printable
from visualize.health.figure import NORMAL, USUAL
from visualize.health.layer import LayerHealth
from visualize.health.report import Health
from visualize.health.verdict import TOO_LARGE, TOO_SMALL, USUAL_UPDATE
from visualize.plots.figures import matplotlib_module, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["evolution"]

LONGEST_NAME = 28
DARKEST, LIGHTEST = 0.0, 0.85  # of viridis: beyond it is yellow, too light for a line
STYLES = ("-", "--", ":", "-.")  # a second cue beside colour


def evolution(epochs: Sequence[int], reports: Sequence[Health]) -> Figure:
    """Return a panel per quantity, in each a line per layer, from dark (first) to light (last)."""
    off = "off" if all(report.examples == 1 for report in reports) else "dead"
    panels: list[tuple[str, str, Callable[[LayerHealth], float]]] = [
        (
            "gradients",
            "rms of the derivatives by outputs",
            lambda layer: layer.gradients.rms or nan,
        ),
        ("next update", "step / parameters", lambda layer: layer.update or nan),
        ("stuck units", f"share that is {off} or saturated", _stuck),
    ]
    moved = any(layer.update is not None for report in reports for layer in report.layers)
    panels = [panel for panel in panels if moved or panel[0] != "next update"]
    names = list(dict.fromkeys(layer.name for report in reports for layer in report.layers))
    figure = new_figure(4.2 * len(panels) + 1.6, max(3.7, 1.6 + 0.24 * len(names)))
    colours = matplotlib_module("cm").viridis
    for place, (title, label, quantity) in enumerate(panels, start=1):
        axes = figure.add_subplot(1, len(panels), place)
        for number, name in enumerate(names):
            shade = DARKEST + (LIGHTEST - DARKEST) * number / max(len(names) - 1, 1)
            axes.plot(
                epochs,
                [_of_layer(report, name, quantity) for report in reports],
                color=colours(shade),
                linestyle=STYLES[number % len(STYLES)],
                marker=".",  # points between two gaps are seen too
                markersize=4.5,
                linewidth=1.8,
                label=f"{number}" if place == 1 else None,
            )
        _finish(axes, title, label)
    title = f"epoch {epochs[-1]}: {printable(reports[-1].verdict)}"
    figure.suptitle(textwrap.fill(title, 36 * len(panels)), fontsize=11, parse_math=False)
    legend = figure.legend(loc="outside right upper", frameon=False, fontsize=9)
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set_parse_math(False)
        text.set_text(cut(printable(name), LONGEST_NAME))  # as a label "_x" would be left out
    return figure


def _stuck(layer: LayerHealth) -> float:
    return len({*layer.off, *layer.saturated}) / layer.units if layer.units else nan


def _of_layer(report: Health, name: str, quantity: Callable[[LayerHealth], float]) -> float:
    """Return a quantity of the layer, nan where there is none, a gap in its line."""
    for layer in report.layers:
        if layer.name == name:
            return quantity(layer)
    return nan


def _finish(axes: Axes, title: str, label: str) -> None:
    axes.set_title(title, fontsize=10)
    axes.set_xlabel("epoch")
    axes.set_ylabel(label)
    axes.xaxis.set_major_locator(matplotlib_module("ticker").MaxNLocator(integer=True))
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    if title == "stuck units":
        axes.set_ylim(-0.03, 1.03)
        return
    axes.set_yscale("log")
    if title == "next update":
        axes.axhspan(TOO_SMALL, TOO_LARGE, color=NORMAL, zorder=0)
        axes.axhline(USUAL_UPDATE, color=USUAL, linewidth=1.2, linestyle="--", zorder=1)
