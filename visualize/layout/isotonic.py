"""Isotonic regression by pooling adjacent violators."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["isotonic"]


def isotonic(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Return the non-decreasing sequence nearest to `values` in weighted least squares.

    Weights are positive. Source: Ayer et al., An empirical distribution function for sampling with
    incomplete information (1955).

    >>> isotonic([1.0, 3.0, 2.0, 4.0], [1, 1, 1, 1])
    [1.0, 2.5, 2.5, 4.0]
    """
    means: list[float] = []
    masses: list[float] = []
    lengths: list[int] = []
    for value, weight in zip(values, weights, strict=True):
        mean, mass, length = value, weight, 1
        while means and means[-1] > mean:
            pooled = masses.pop()
            mean = (means.pop() * pooled + mean * mass) / (pooled + mass)
            mass += pooled
            length += lengths.pop()
        means.append(mean)
        masses.append(mass)
        lengths.append(length)
    return [mean for mean, length in zip(means, lengths, strict=True) for _ in range(length)]
