"""The text of a check: the verdict, then activations and gradients as aligned tables."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import isnan
from typing import TYPE_CHECKING

from visualize.checkup.layer import LayerHealth
from visualize.checkup.statistics import Statistics
from visualize.digits import counted
from visualize.escape import columns, printable

if TYPE_CHECKING:
    from visualize.checkup.report import Health

__all__ = ["text"]

GAP = "  "
ACTIVATIONS = (
    "activations", "units", "made by", "mean", "std", "least", "largest", "zero", "{off}",
    "saturated",
)  # fmt: skip
GRADIENTS = (
    "gradients", "by outputs: rms", "largest", "zero", "by weights: rms", "largest", "zero",
    "weights", "rms", "update",
)  # fmt: skip


def text(health: Health) -> str:
    """Return the report over a model, for a terminal."""
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
    return "\n".join(lines) + "\n"


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
    widths = [max(map(columns, column)) for column in zip(*cells)]
    lines = []
    for row in cells:
        blanks = [" " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)]
        name, *rest = row
        padded = [blank + cell for cell, blank in zip(rest, blanks[1:], strict=True)]
        lines.append(GAP.join([name + blanks[0], *padded]).rstrip())
    return lines
