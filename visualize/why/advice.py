"""What to do about nan and inf."""

from __future__ import annotations

from autograd import Primitive

__all__ = ["LARGEST", "SCALE", "against"]

LARGEST = "the largest float, 1.8e308"
SCALE = "make the numbers smaller: scale the inputs, lower the learning rate, or use clip_grad_norm"


def against(row: Primitive | None) -> str:
    """Return how to keep an operation from nan and inf; "" where nothing is known of it."""
    return row.fault.way_out if row and row.fault else ""
