"""HealthMonitor: the health of a model after every epoch of a training, and how it went on."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Collection, Sequence
from math import nan
from typing import TYPE_CHECKING, Any, Protocol

from autograd.arguments import as_count, as_switch
from visualize.escape import cut, printable
from visualize.health.check import ROWS, health_of
from visualize.health.evaluation import Loss, checked_loss, sample_of
from visualize.health.figure import NORMAL, USUAL
from visualize.health.layer_health import LayerHealth
from visualize.health.report import Health
from visualize.health.verdict import KINDS, TOO_LARGE, TOO_SMALL, USUAL_UPDATE
from visualize.plots.figures import matplotlib_module, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["HealthMonitor"]

LONGEST_NAME = 28
DARKEST, LIGHTEST = 0.0, 0.85  # of viridis: beyond it is yellow, too light for a line
STYLES = ("-", "--", ":", "-.")  # a second cue beside colour


class TrainingState(Protocol):
    """What a monitor asks of a training; `nn.TrainingState` has it."""

    @property
    def model(self) -> Any:
        """The model with the parameters that it has now."""

    @property
    def optimizer(self) -> Any:
        """What moves them."""

    @property
    def epoch(self) -> int:
        """The number of the epoch that has ended, from 1."""


class HealthMonitor:
    """Look at a model after each epoch, as a callback of `nn.fit`; see `health` for what it finds.

    `X`, `y`, `loss` and `rows` are those of `health`. Every `every`-th epoch is looked at, and with
    `print` the verdict is written as a line to standard output. The training ends with the first
    finding of a kind in `stop_on`, such as ("nan", "exploding"). `reports` holds what was found and
    `epochs` when; a training that starts anew at epoch 1 replaces them. Penalties and `clip_norm`
    of the training are not part of what is measured.

    Raises ValueError for an unknown kind and for `every` below 1, and what `health` raises.

    >>> from nn import MLP, fit, mse_loss
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], [0.0, 1.0, 2.0, 3.0]
    >>> monitor = HealthMonitor(X, y, loss=mse_loss, every=2)
    >>> history = fit(MLP(1, [3, 1], "tanh"), X, y, loss=mse_loss, epochs=4, callbacks=[monitor])
    >>> monitor.epochs, len(monitor.reports)
    ([2, 4], 2)
    """

    def __init__(
        self,
        X: Any,
        y: Any,
        *,
        loss: Loss | None = None,
        every: int = 1,
        rows: int = ROWS,
        print: bool = False,  # noqa: A002 - what it does
        stop_on: Collection[str] = (),
    ) -> None:
        if not isinstance(stop_on, Collection):
            raise TypeError(f"HealthMonitor: stop_on holds kinds of findings, not {stop_on!r}")
        self._stop_on = (stop_on,) if isinstance(stop_on, str) else tuple(stop_on)
        for kind in self._stop_on:
            if kind not in KINDS:
                allowed = ", ".join(map(repr, KINDS))
                raise ValueError(f"HealthMonitor: stop_on holds {kind!r}; there are {allowed}")
        self._sample = sample_of(X, y, rows)
        self._loss = checked_loss(loss)
        self._every = as_count(every, "HealthMonitor: every")
        self._print = as_switch(print, "HealthMonitor: print")
        self.epochs: list[int] = []
        self.reports: list[Health] = []

    def __call__(self, state: TrainingState) -> bool:
        """Look at the model; return True to stop the training."""
        if self.epochs and state.epoch <= self.epochs[-1]:
            self.epochs, self.reports = [], []
        if state.epoch % self._every:
            return False
        report = health_of(state.model, self._sample, self._loss, state.optimizer)
        self.epochs.append(state.epoch)
        self.reports.append(report)
        if self._print:
            sys.stdout.write(f"epoch {state.epoch}: {report.verdict}\n")
        return any(finding.kind in self._stop_on for finding in report.findings)

    def figure(self) -> Figure:
        """Return how gradients, updates and stuck units of each layer went on.

        Raises ValueError before the first report.
        """
        if not self.reports:
            raise ValueError(
                "HealthMonitor: there is no report yet; give it to nn.fit by callbacks=[monitor] "
                f"and train for {self._every} epochs or more"
            )
        return evolution(self.epochs, self.reports)

    def __repr__(self) -> str:
        last = f", last: {printable(self.reports[-1].verdict)}" if self.reports else ""
        return f"<HealthMonitor with {len(self.reports)} reports{last}>"


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
