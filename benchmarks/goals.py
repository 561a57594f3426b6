"""What the engine owes and what it aims at: a time, or a ratio to the time of a peer."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass

from measure import median_ratio
from report import digits

__all__ = ["Goal", "aim", "must"]


@dataclass(frozen=True)
class Goal:
    """At most `limit` seconds for `name`, or `limit` times the seconds of a rival."""

    kind: str
    name: str
    limit: float
    rival: str = ""

    def row(self, samples: Mapping[str, list[float]], count: int) -> list[str]:
        """Return the goal in words, the figure, and whether it holds; `count` things are a run.

        The figure is missing where one of the two was left out.
        """
        goal = f"{digits(self.limit)} of {self.rival}" if self.rival else shown(self.limit)
        row = [self.kind, self.name, goal]
        if self.name not in samples or (self.rival and self.rival not in samples):
            return [*row, "-", "-"]
        times = samples[self.name]
        if self.rival:
            figure = median_ratio(times, samples[self.rival])
            return [*row, digits(figure), verdict(figure <= self.limit)]
        figure = statistics.median(times) / count
        return [*row, shown(figure), verdict(figure <= self.limit)]


def must(name: str, limit: float, rival: str = "") -> Goal:
    """Return what is owed."""
    return Goal("must", name, limit, rival)


def aim(name: str, limit: float, rival: str = "") -> Goal:
    """Return what is aimed at."""
    return Goal("aim", name, limit, rival)


def verdict(holds: bool) -> str:
    return "yes" if holds else "NO"


def shown(seconds: float) -> str:
    unit, scale = next(
        (unit, scale)
        for unit, scale in (("s", 1.0), ("ms", 1e3), ("µs", 1e6), ("ns", 1e9))
        if seconds * scale >= 1.0 or unit == "ns"
    )
    return f"{digits(seconds * scale)} {unit}"
