"""Health: the result of a check, as numbers, a verdict, aligned tables and a figure."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

from autograd.files import as_path
from autograd.runtime import computed
from visualize.digits import counted
from visualize.escape import printable
from visualize.health.figure import check_figure
from visualize.health.layer_health import LayerHealth, Statistics
from visualize.health.verdict import Finding
from visualize.plots.figures import save_figure
from visualize.result import Result
from visualize.table import aligned

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GAP = "  "
ACTIVATIONS = (
    "activations", "units", "made by", "mean", "std", "least", "largest", "zero", "{off}",
    "saturated",
)  # fmt: skip
GRADIENTS = (
    "gradients", "by outputs: rms", "largest", "zero", "by weights: rms", "largest", "zero",
    "weights", "rms", "update",
)  # fmt: skip


@dataclass(frozen=True, repr=False)
class Health(Result):
    """The health of a model as it was when asked, on `examples` of the `available` rows.

    `layers` hold the numbers, in the order of the forward pass, `findings` all that is wrong, the
    worst first. `loss` is the mean over the examples of the loss called `loss_name`.
    `print(health)` shows all of it as a table, `.figure` as a picture of matplotlib.
    """

    layers: tuple[LayerHealth, ...]
    findings: tuple[Finding, ...]
    loss: float
    loss_name: str
    examples: int
    available: int

    @property
    def healthy(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def verdict(self) -> str:
        """The worst that was found, in a sentence that names the layer, or "healthy"."""
        return str(self.findings[0]) if self.findings else "healthy"

    @computed
    def text(self) -> str:
        """The verdict, what to do about it, and the numbers of every layer as tables."""
        return _text(self)

    @computed
    def figure(self) -> Figure:
        """The distributions of activations, gradients and updates, layer by layer.

        A bar reaches from the 25th to the 75th percentile, its line from the 5th to the 95th, and
        the dot is the median.
        """
        return check_figure(self.layers, self.verdict)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the tables as .txt, or the figure as .svg, .png or .pdf; return the path.

        Raises ValueError for another suffix, FileNotFoundError where the folder is missing.
        """
        if as_path(path, "save: path").suffix.lower() in self.formats:
            return super().save(path)
        return save_figure(self.figure, path)


def _text(health: Health) -> str:
    """Return the verdict, activations and gradients as aligned tables, and the findings."""
    examples = counted(health.examples, "example")
    if health.examples < health.available:
        examples = f"{health.examples:,} of {counted(health.available, 'example')}"
    titles = [title.format(off="off" if health.examples == 1 else "dead") for title in ACTIVATIONS]
    gradients = [GRADIENTS, *map(_gradients, health.layers)]
    if all(layer.update is None for layer in health.layers):
        gradients = [row[:-1] for row in gradients]
    lines = [
        f"health: {printable(health.verdict)}",
        f"{examples}, in evaluation; loss {health.loss:.3g}, {printable(health.loss_name)}",
        "",
        *_aligned([titles, *map(_activations, health.layers)]),
        "",
        *_aligned(gradients),
    ]
    if health.findings:
        lines.append("")
    for advice, some in groupby(health.findings, lambda finding: finding.advice):
        lines += [printable(finding.says) for finding in some]
        lines.append(f"  -> {advice}")
    return "\n".join(lines)


def _activations(layer: LayerHealth) -> tuple[str, ...]:
    numbers = layer.activations
    return (
        layer.name,
        f"{layer.units:,}",
        layer.made_by or "not run",
        *map(_number, (numbers.mean, numbers.std, numbers.least, numbers.largest)),
        _percent(numbers.zero),
        f"{len(layer.off):,}",
        f"{len(layer.saturated):,}",
    )


def _gradients(layer: LayerHealth) -> tuple[str, ...]:
    weights = layer.weights
    return (
        layer.name,
        *_sizes(layer.gradients),
        *_sizes(layer.weight_gradients),
        f"{weights.count:,}" if weights else "",
        _number(weights.rms) if weights else "",
        "" if layer.update is None else f"{layer.update:.1e}",
    )


def _sizes(numbers: Statistics | None) -> tuple[str, str, str]:
    if numbers is None:
        return "", "", ""
    return _number(numbers.rms), _number(numbers.peak), _percent(numbers.zero)


def _number(number: float) -> str:
    return "" if isnan(number) else f"{number + 0.0:.3g}"  # 0 for -0.0


def _percent(share: float) -> str:
    return "" if isnan(share) else f"{share:.0%}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return lines in which names stand to the left of their column and all else to the right."""
    cells = [[printable(cell) for cell in row] for row in rows]
    return [GAP.join(row).rstrip() for row in aligned(cells, numbers=True)]
