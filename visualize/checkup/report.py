"""Health: what a check found, as numbers, a verdict, a text and a figure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from visualize.checkup.figure import figure
from visualize.checkup.finding import Finding
from visualize.checkup.layer import LayerHealth
from visualize.checkup.table import text
from visualize.digits import counted
from visualize.escape import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Health"]


@dataclass(frozen=True)
class Health:
    """The health of a model as it was when asked, on `examples` of the `available` rows.

    `layers` hold the numbers, in the order of the forward pass, `findings` all that is wrong, the
    worst first. `loss` is the mean over the examples of what `loss_name` says. `print(health)`
    shows all of it as a table, `figure()` as a picture.
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

    @cached_property
    def text(self) -> str:
        """The verdict, what to do about it, and the numbers of every layer as tables."""
        return text(self)

    def figure(self) -> Figure:
        """Return the distributions of activations, gradients and updates, layer by layer.

        A bar reaches from the 25th to the 75th percentile, its line from the 5th to the 95th, and
        the dot is the median.
        """
        return figure(self)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        layers, examples = counted(len(self.layers), "layer"), counted(self.examples, "example")
        return f"<Health of {layers} on {examples}: {printable(self.verdict)}>"

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        printer.text(self.text)
