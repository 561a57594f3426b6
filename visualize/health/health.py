"""health(): look into a model, layer by layer, and say what is wrong with it."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd import Value
from autograd.files import as_path
from autograd.runtime import computed
from visualize.health.evaluation import (
    Loss,
    Sample,
    checked_loss,
    looking_at,
    loss_name,
    loss_of,
    row_graphs,
    sample_of,
)
from visualize.health.figure import check_figure
from visualize.health.layer_health import LayerHealth, Statistics
from visualize.health.layers import Named, by_parameter, by_scope
from visualize.health.measuring import loss_gradients, measured, next_updates, outputs_by_layer
from visualize.health.verdict import Finding, findings
from visualize.plots.figures import save_figure
from visualize.question import Result
from visualize.text import aligned, counted, printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROWS = 64  # enough to call a unit dead, and some seconds for a small image model
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


def health(
    model: Any,
    X: Any,
    y: Any,
    *,
    loss: Loss | None = None,
    optimizer: Any = None,
    rows: int = ROWS,
) -> Health:
    """Look at the activations, gradients and updates of each layer, and say what is wrong.

    - `model`: called with one row it returns a Value or lists of them; it has `named_parameters()`.
      Its layers are those that scopes name, as those of `nn` do, and for models without scopes the
      first parts of the names of parameters.
    - `X`, `y`: one row per example; `rows` of them, spread evenly, are looked at.
    - `loss`: the function to be minimized, called with the outputs and targets of all these rows,
      such as `nn.cross_entropy`; by default the mean squared error.
    - `optimizer`: with it the next step along this gradient is compared with the weights.

    Everything runs in evaluation mode, and nothing changes: no data, gradient, mode or state of
    the optimizer or of `random`. The verdict names the layer for vanishing and exploding gradients,
    dead units (off on all examples; a single example shows only that they are off in it), saturated
    units, nan, parameters that the loss does not depend on, and updates that are too
    large or too small.

    Raises TypeError for a model without named parameters or Values as outputs, and for anything but
    a loss or an optimizer; ValueError for an input that is not finite (naming its row), lengths
    that differ, no parameters, and an optimizer of another model; RuntimeError inside `no_grad()`.

    >>> from nn import MLP
    >>> model = MLP(2, [3, 1], "sigmoid")
    >>> for neuron in model.layers[0].neurons:
    ...     neuron.bias.data = -20.0
    >>> print(health(model, [[0.0, 0.0], [1.0, 1.0]], [0.0, 1.0]).verdict)
    saturated units in layers.0: 3 of 3 sigmoid units (0, 1, 2) are mostly at a bound
    """
    return health_of(model, sample_of(X, y, rows), checked_loss(loss), optimizer)


def health_of(model: Any, sample: Sample, loss: Loss | None, optimizer: Any) -> Health:
    """Return the health of a model on chosen examples."""
    named = _named_parameters(model)
    if optimizer is not None:
        next_updates(optimizer, {})  # refuses anything else before the model runs
        if {parameter for _, parameter in named}.isdisjoint(optimizer.parameters):
            raise ValueError(
                "health: the optimizer holds no parameter of this model; make it over "
                "model.parameters()"
            )
    with looking_at(model):
        graphs = row_graphs(model, sample.inputs)
        around = Value(0.0).scope  # of a block in which the caller is
        division = by_scope(graphs, named, around)
        if division is None:
            division = by_parameter(graphs, named, type(model).__name__)
        outputs = outputs_by_layer(graphs, division)
        total = loss_of(loss, graphs, sample.targets)
        slopes = loss_gradients(total, outputs.values(), (value for _, value in named))
        updates = {} if optimizer is None else next_updates(optimizer, slopes)
        layers = measured(outputs, division.parameters, slopes, updates, len(sample))
    return Health(
        layers,
        findings(layers, total.data, len(sample)),
        total.data,
        loss_name(loss),
        len(sample),
        sample.available,
    )


def _named_parameters(model: Any) -> Named:
    if isinstance(model, type) or not (callable(model) and hasattr(model, "named_parameters")):
        raise TypeError(
            "health takes a model that is called with one row and has named_parameters(), such as "
            f"an nn.Module, not {model!r}"
        )
    named = list(model.named_parameters())
    if not named:
        raise ValueError("health: the model has no parameters; there is nothing that could learn")
    return named


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
    """Return lines with names at the left of their column and all else at the right."""
    cells = [[printable(cell) for cell in row] for row in rows]
    return [GAP.join(row).rstrip() for row in aligned(cells, numbers=True)]
