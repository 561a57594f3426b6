"""Arguments that count something: widths, epochs, batch sizes."""

from __future__ import annotations

from operator import index
from typing import Any

__all__ = ["as_count"]


def as_count(count: Any, argument: str) -> int:
    """Return a whole number of at least 1 as an int.

    Raises TypeError for what is no whole number and ValueError for one below 1.

    >>> as_count(16, "nout")
    16
    """
    if isinstance(count, bool) or not hasattr(type(count), "__index__"):
        raise TypeError(f"{argument} must be an int, not {count!r}")
    if count < 1:
        raise ValueError(f"{argument} must be at least 1, not {count}")
    return index(count)
