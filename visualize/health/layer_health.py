"""LayerHealth: the measured numbers of one layer, and the units of it that do not learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import frexp, ldexp, nan

from autograd import Value
from autograd.reverse import local_derivatives

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
# The share of its range that lies between a saturated output and a bound: |tanh| > 0.99, the
# threshold of Karpathy's lecture "Activations & Gradients" (2022), where the slope of tanh and of
# sigmoid is at most 2% of its largest. Glorot and Bengio (2010, section 3) show what it does.
NEAR = 0.005
MOST = 0.9  # of the outputs of a saturated unit are near a bound


@dataclass(frozen=True, slots=True)
class LayerHealth:
    """The numbers of one layer over the examples of a check.

    `activations` are its outputs, after the activation function, and `gradients` the derivatives of
    the loss with respect to them; `weights` are its parameters, biases included, None for a layer
    without any, and `weight_gradients` the derivatives with respect to those. `made_by` names the
    operation of the outputs. `off` and `saturated` number the units from 0: a unit is a neuron, a
    kernel, or, in other layers, an output. `dead` are those that are off, unless only one example
    was looked at, which is no evidence. `near_bounds` is the share of the outputs that are
    saturated. `unreached` counts parameters that the loss does not depend on. `update` is the root
    mean square of the next step of the optimizer, divided by that of the parameters it moves: None
    without an optimizer, if it moves none of this layer, or if all of them are 0. `variation` is
    the largest standard deviation of a unit over the examples; `alike` says that all units, of
    several, have the same outputs and gradients, so that they learn the same.
    """

    name: str
    units: int
    made_by: str
    activations: Statistics
    gradients: Statistics
    weights: Statistics | None
    weight_gradients: Statistics | None
    off: tuple[int, ...]
    dead: tuple[int, ...]
    saturated: tuple[int, ...]
    near_bounds: float
    unreached: int
    update: float | None
    is_output: bool
    variation: float
    alike: bool


@dataclass(frozen=True, slots=True)
class Statistics:
    """Statistics of `count` numbers.

    `not_finite` counts those that are nan or infinite, which are left out of all else; if none is
    left, all else is nan. `zero` is the share of exact zeros. `quantiles` are those at 5, 25, 50,
    75 and 95%, `magnitudes` the same of the absolute values that are not 0, empty if all are.
    """

    count: int
    not_finite: int
    zero: float
    mean: float
    std: float
    rms: float
    least: float
    largest: float
    quantiles: tuple[float, ...]
    magnitudes: tuple[float, ...]

    @property
    def peak(self) -> float:
        """The largest absolute value."""
        return max(abs(self.least), abs(self.largest))


def statistics_of(numbers: Sequence[float]) -> Statistics:
    """Return the statistics of some numbers; the variance is divided by their count, not one less.

    >>> found = statistics_of([4.0, 0.0, 0.0, 0.0, float("nan")])
    >>> found.mean, found.rms, found.zero, found.not_finite
    (1.0, 2.0, 0.75, 1)
    """
    import numpy as np

    array = np.asarray(numbers, dtype=np.float64)
    finite = array[np.isfinite(array)]
    missing = len(array) - len(finite)
    if not len(finite):
        return Statistics(len(array), missing, nan, nan, nan, nan, nan, nan, (), ())
    sizes = np.abs(finite)
    _, exponent = frexp(float(sizes.max()))
    scale = ldexp(1.0, min(exponent, 1023))  # the squares of scaled numbers do not overflow
    scaled = finite / scale
    some = sizes[sizes > 0.0]
    return Statistics(
        count=len(array),
        not_finite=missing,
        zero=float((sizes == 0.0).mean()),
        mean=float(scaled.mean()) * scale,
        std=float(scaled.std()) * scale,
        rms=float(np.sqrt((scaled * scaled).mean())) * scale,
        least=float(finite.min()),
        largest=float(finite.max()),
        quantiles=tuple(np.quantile(finite, QUANTILES).tolist()),
        magnitudes=tuple(np.quantile(some, QUANTILES).tolist()) if len(some) else (),
    )


def is_off(outputs: Sequence[Value]) -> bool:
    """Return whether a unit with these outputs is flat in all of them, as a relu that is off.

    No gradient passes it. A unit that is off for all examples is dead: it never comes back by
    itself. One example is no evidence of that. A tanh or sigmoid that is flat to the last digit is
    called saturated instead.

    >>> is_off([Value(-1.0).relu(), Value(-2.0).relu()]), is_off([Value(-1.0).relu(), Value(1.0)])
    (True, False)
    """
    return not any(map(_is_bounded, outputs)) and all(map(_is_flat, outputs))


def _is_flat(output: Value) -> bool:
    slopes = [slope for slope in local_derivatives(output) if slope is not None]
    return bool(slopes) and not any(slopes)


def is_saturated(outputs: Sequence[Value]) -> bool:
    """Return whether most outputs of a unit, one per example or more, are near a bound.

    >>> is_saturated([Value(9.0).tanh(), Value(-9.0).tanh()])
    True
    """
    return sum(map(near_bound, outputs)) >= MOST * len(outputs)


def near_bound(output: Value) -> bool:
    """Return whether a value is so near a bound of its activation that hardly any gradient passes.

    >>> near_bound(Value(3.0).tanh()), near_bound(Value(2.0).tanh()), near_bound(Value(9.0).relu())
    (True, False, False)
    """
    if output.op is None or output.op.bounds is None:
        return False
    low, high = output.op.bounds
    margin = NEAR * (high - low)
    return not low + margin <= output.data <= high - margin and output.data == output.data


def _is_bounded(output: Value) -> bool:
    """Return whether a value is the result of an activation with two bounds."""
    return output.op is not None and output.op.bounds is not None
