"""Numerical derivatives of functions of one float, with an estimate of their error."""

from __future__ import annotations

from math import fsum, inf, isfinite, nan
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["derivative", "one_sided", "suspect"]

SHRINK = 1.4  # the step shrinks by this factor from row to row
ROWS = 12
CLOSE = 1e-9  # of what is summed: less is rounding


def derivative(f: Callable[[float], float], x: float, scale: float = 0.0) -> tuple[float, float]:
    """Return f'(x) and an estimate of its error, by central differences extrapolated to step 0.

    Steps begin at 0.02 times `scale`, across which `f` should be smooth; by default |x|, at least
    0.1. Ridders 1982, Advances in Engineering Software 4 (2). (nan, inf) if `f` is not finite
    around x.
    """

    def slope(h: float) -> float:
        width = (x + h) - (x - h)
        return (f(x + h) - f(x - h)) / width if width else nan

    return _extrapolated(slope, scale or max(abs(x), 0.1), power=2)


def one_sided(f: Callable[[float], float], x: float, side: float) -> tuple[float, float]:
    """Return the derivative from the right (`side` 1.0) or left (-1.0), and its error estimate."""

    def slope(h: float) -> float:
        width = (x + side * h) - x
        return (f(x + side * h) - f(x)) / width if width else nan

    return _extrapolated(slope, max(abs(x), 0.1), power=1)


def suspect(
    f: Callable[[Sequence[float]], float], point: Sequence[float], slopes: Mapping[int, float]
) -> list[int]:
    """Return the position of a slope that seems wrong, or nothing; `slopes` are by position.

    All are compared at once, along one direction, then halves of those that do not agree: about
    2 log2(n) derivatives for n positions, not n.

    >>> suspect(sum, [1.0] * 100, {place: 1.0 + (place == 71) for place in range(100)})
    [71]
    >>> suspect(sum, [1.0] * 100, dict.fromkeys(range(100), 1.0))
    []
    """
    steps = {place: _sign(place) * max(abs(point[place]), 0.1) for place in slopes}

    def gap(places: Sequence[int]) -> float:
        def along(t: float) -> float:
            moved = list(point)
            for place in places:
                moved[place] += t * steps[place]
            return f(moved)

        numeric, error = derivative(along, 0.0, 1.0)
        parts = [slopes[place] * steps[place] for place in places]
        size = fsum(map(abs, parts))
        if not (isfinite(numeric) and isfinite(size)):
            return 0.0
        return abs(numeric - fsum(parts)) - error - CLOSE * (size + abs(f(point)))

    places = list(slopes)
    if not places or gap(places) <= 0.0:
        return []
    while len(places) > 1:
        halves = places[: len(places) // 2], places[len(places) // 2 :]
        places = max(halves, key=gap)
    return places


def _sign(place: int) -> float:
    """Return 1 or -1 in no order, by a hash (Knuth, The Art of Computer Programming 3, 6.4)."""
    return 1.0 if place * 2654435761 & 1 << 16 else -1.0


def _extrapolated(slope: Callable[[float], float], scale: float, power: int) -> tuple[float, float]:
    """Extrapolate slope(h) to h = 0, its error being a series in h**power (Neville's scheme)."""
    step = 0.02 * scale
    for _ in range(40):  # a domain may end close by
        if isfinite(slope(step)):
            break
        step /= 2.0
    best, error = nan, inf
    previous: list[float] = []
    for _ in range(ROWS):
        row = [slope(step)]
        factor = 1.0
        for coarser in previous:
            factor *= SHRINK**power
            row.append((row[-1] * factor - coarser) / (factor - 1.0))
            change = max(abs(row[-1] - row[-2]), abs(row[-1] - coarser))
            if change < error:
                best, error = row[-1], change
        if previous and abs(row[-1] - previous[-1]) > 4.0 * error:
            break  # rounding has taken over
        previous = row
        step /= SHRINK
    return best, error
