"""Statistics: many numbers of one kind in summary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import frexp, ldexp, nan

__all__ = ["QUANTILES", "Statistics", "statistics_of"]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is to be known of `count` numbers.

    Those that are nan or infinite are counted by `not_finite` and left out of all else; where none
    is left all else is nan. `zero` is the share of exact zeros. `quantiles` are those at 5, 25, 50,
    75 and 95%, `magnitudes` the same of the absolute values that are not 0, empty without any.
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
    scale = ldexp(1.0, min(exponent, 1023))  # squares of what is divided by it do not overflow
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
