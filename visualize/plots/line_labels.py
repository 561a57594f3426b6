"""Numbers on the lines between two columns of points, where they cover each other least."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["label_places"]

Point = tuple[float, float]

SHARES = (0.3, 0.42, 0.54, 0.66, 0.22, 0.78)  # of a line, from its start: where its number may be


def label_places(lines: Sequence[tuple[Point, Point]], width: float, height: float) -> list[Point]:
    """Return the middle of the number of each line; all numbers are so wide and high.

    Lines run from left to right. A number covers no other if it can, and few other lines.

    >>> label_places([((0.0, 0.0), (10.0, 0.0)), ((0.0, 1.0), (10.0, 1.0))], 1.0, 0.5)
    [(3.0, 0.0), (3.0, 1.0)]
    >>> _, (x, y) = label_places([((0.0, 0.0), (8.0, 0.0)), ((0.0, 0.2), (8.0, 0.2))], 1.0, 0.5)
    >>> round(x, 9), y  # further to the right, clear of the first
    (4.32, 0.2)
    """
    taken: list[Point] = []
    for start, end in lines:
        places = [_between(start, end, share) for share in SHARES]
        costs = []
        for rank, (x, y) in enumerate(places):
            covered = sum(
                max(0.0, width - abs(x - a)) * max(0.0, height - abs(y - b)) for a, b in taken
            )
            others = (line for line in lines if line != (start, end))
            crossed = sum(abs(_height(line, x) - y) < height / 2 for line in others)
            costs.append((covered > 0, covered, crossed, rank))
        taken.append(places[min(range(len(places)), key=costs.__getitem__)])
    return taken


def _between(start: Point, end: Point, share: float) -> Point:
    x, y = (a + share * (b - a) for a, b in zip(start, end, strict=True))
    return x, y


def _height(line: tuple[Point, Point], x: float) -> float:
    (left, low), (right, high) = line
    return low + (high - low) * (x - left) / (right - left)
