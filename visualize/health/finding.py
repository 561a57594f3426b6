"""Finding: one thing that is wrong with a model, where, and what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass

from visualize.escape import printable

__all__ = ["KINDS", "Finding"]

# From the worst to the mildest.
KINDS = (
    "nan", "exploding", "unreached", "zero weights", "equal units", "flat", "vanishing",
    "small weights", "dead", "off", "saturated", "constant output", "large updates",
    "small updates",
)  # fmt: skip

ADVICE = {
    "nan": "Restore earlier parameters; then a smaller learning rate, clip_norm=1.0, scaled X.",
    "exploding": "Draw smaller initial weights, as nn's default does, and clip by clip_norm=1.0.",
    "unreached": "Look for what forward() leaves out, and for detach(), .data and comparisons.",
    "zero weights": "Start weights from random numbers, as nn's default does; biases may be 0.",
    "equal units": "Start weights from random numbers: what starts equal gets equal gradients.",
    "small weights": "Draw larger initial weights, as nn's default does, or standardise X.",
    "constant output": "Look for weights near 0, and for what is off or saturated on the way.",
    "flat": "A loss at its lowest, as a hinge loss of kept margins, is done; else look for a clip.",
    "vanishing": "Draw initial weights as nn's default does, or use fewer layers.",
    "dead": "They do not come back: start again with a smaller learning rate, or use leaky_relu.",
    "off": "One example does not tell a dead unit: look at more rows, health(model, X, y).",
    "saturated": "Draw smaller initial weights, standardise X, or take a smaller learning rate.",
    "large updates": "Take a smaller learning rate.",
    "small updates": "Take a larger learning rate, unless the training is done.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One illness: its kind, one of `KINDS`, the layer, "" for the whole model, and a sentence.

    >>> print(Finding("dead", "layers.0", "dead units in layers.0: 3 of 4"))
    dead units in layers.0: 3 of 4
    """

    kind: str
    layer: str
    says: str
    cure: str = ""  # where it is another than mostly

    @property
    def advice(self) -> str:
        """What mostly helps, in a sentence."""
        return self.cure or ADVICE[self.kind]

    def __str__(self) -> str:
        return printable(self.says)
