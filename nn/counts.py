"""Arguments that count something: widths, epochs, batch sizes."""

from __future__ import annotations

from operator import index
from typing import Any

__all__ = ["as_count"]


def as_count(count: Any, argument: str, least: int = 1) -> int:
    """Return a whole number of at least `least` as an int.

    Raises TypeError for what is no whole number and ValueError for one that is smaller.

    >>> as_count(16, "nout")
    16
    """
    try:
        number = index(count)
    except TypeError:  # an array has __index__ too
        number = None
    if number is None or isinstance(count, bool):
        raise TypeError(f"{argument} must be an int, not {count!r}")
    if number < least:
        raise ValueError(f"{argument} must be at least {least}, not {number}")
    return number
