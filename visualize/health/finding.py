"""Finding: one thing that is wrong with a model, where, and what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["KINDS", "Finding"]

# From the worst to the mildest.
KINDS = (
    "nan", "exploding", "unreached", "flat", "vanishing", "dead", "saturated", "large updates",
    "small updates",
)  # fmt: skip

ADVICE = {
    "nan": "Go back to the parameters before; then a smaller learning rate, clip_norm=1.0 or "
    "standardised X, and no logarithm, root or division at 0.",
    "exploding": "Draw smaller initial weights, as nn does by default for each activation, and "
    "clip the gradient by clip_norm=1.0.",
    "unreached": "Look for what forward() leaves out, and for detach(), .data and comparisons on "
    "the way to the loss.",
    "flat": "The loss does not change here: a hinge loss of which all margins are kept is done; "
    "else look for a step, a clip or dead units next to the loss.",
    "vanishing": "Use relu or tanh instead of sigmoid, nn's default initial weights, or fewer "
    "layers.",
    "dead": "They do not come back by themselves: start again with a smaller learning rate or "
    "biases of 0, or use leaky_relu.",
    "saturated": "Draw smaller initial weights, standardise X, or take a smaller learning rate or "
    "an L2 penalty.",
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

    @property
    def advice(self) -> str:
        """What mostly helps, in a sentence."""
        return ADVICE[self.kind]

    def __str__(self) -> str:
        return self.says
