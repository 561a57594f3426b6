"""XAD, a tape of C++ called from Python, with micrograd's names on its numbers."""

from __future__ import annotations

from typing import Any

import xad.math
from xad.adj_1st import Real, Tape

__all__ = ["leaf"]

TAPE = Tape()
TAPE.activate()


def leaf(number: float) -> Any:
    """Return a number that takes a gradient; one that is made after operations ends their tape.

    A recording must begin after all of its inputs are known, or their derivatives are 0.
    """
    if TAPE.getPosition():
        TAPE.clearAll()
    variable = Real(number)
    TAPE.registerInput(variable)
    TAPE.newRecording()
    return variable


def backward(root: Any) -> None:
    """Compute the derivative of the root by every number on the tape."""
    TAPE.registerOutput(root)
    root.derivative = 1.0
    TAPE.computeAdjoints()


Real.data = property(Real.getValue)
Real.grad = property(Real.getDerivative)
Real.backward = backward
for name, function in {"exp": xad.math.exp, "log": xad.math.log, "tanh": xad.math.tanh}.items():
    setattr(Real, name, lambda x, function=function: function(x))
Real.relu = lambda x: xad.math.max(x, 0.0)
