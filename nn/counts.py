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
    if isinstance(count, bool) or not hasattr(type(count), "__index__"):
        raise TypeError(f"{argument} must be an int, not {count!r}")
    if count < least:
        raise ValueError(f"{argument} must be at least {least}, not {count}")
    return index(count)
