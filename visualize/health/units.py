"""Units that do not learn: off and saturated ones, and what is meant by that."""

from __future__ import annotations

from collections.abc import Sequence

from autograd import Value
from autograd.primitive import TABLE
from autograd.reverse import local_derivatives

__all__ = ["is_gentle", "is_off", "is_saturated", "near_bound"]

# The share of its range that lies between a saturated output and a bound: |tanh| > 0.99, the
# threshold of Karpathy's lecture "Activations & Gradients" (2022). The slope of tanh and sigmoid is
# there 2% of its largest at most. What saturation does to training: Glorot, Bengio 2010, section 3.
NEAR = 0.005

MOST = 0.9  # of the outputs of a saturated unit are near a bound


def bounded(output: Value) -> bool:
    """Tell whether a value is the result of an activation with two bounds."""
    return output.op is not None and output.op.bounds is not None


def is_gentle(operation: str) -> bool:
    """Tell whether the slope of a bounded activation is below 1 everywhere.

    >>> is_gentle("sigmoid"), is_gentle("tanh"), is_gentle("relu")
    (True, False, False)
    """
    row = TABLE.get(operation)
    if row is None or row.bounds is None:
        return False
    (slope,) = local_derivatives(row(Value(0.0)))
    return slope is not None and slope < 1.0


def near_bound(output: Value) -> bool:
    """Tell whether a value is so near a bound of its activation that hardly a gradient passes.

    >>> near_bound(Value(3.0).tanh()), near_bound(Value(2.0).tanh()), near_bound(Value(9.0).relu())
    (True, False, False)
    """
    if output.op is None or output.op.bounds is None:
        return False
    low, high = output.op.bounds
    margin = NEAR * (high - low)
    return not low + margin <= output.data <= high - margin and output.data == output.data


def is_saturated(outputs: Sequence[Value]) -> bool:
    """Tell whether a unit with these outputs, one per example or more, is near a bound on most.

    >>> is_saturated([Value(9.0).tanh(), Value(-9.0).tanh()])
    True
    """
    return sum(map(near_bound, outputs)) >= MOST * len(outputs)


def is_off(outputs: Sequence[Value]) -> bool:
    """Tell whether a unit with these outputs is flat in all of them, as a relu that is always off.

    No gradient passes it. A unit that is off for all examples is dead: it never comes back by
    itself. One example is no evidence of that. A tanh or sigmoid that is flat to the last digit is
    called saturated instead.

    >>> is_off([Value(-1.0).relu(), Value(-2.0).relu()]), is_off([Value(-1.0).relu(), Value(1.0)])
    (True, False)
    """
    return not any(map(bounded, outputs)) and all(map(_flat, outputs))


def _flat(output: Value) -> bool:
    slopes = [slope for slope in local_derivatives(output) if slope is not None]
    return bool(slopes) and not any(slopes)
