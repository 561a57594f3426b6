"""Settings that are no numbers of a graph: counts and switches; what is none is refused by name."""

from __future__ import annotations

import sys
from operator import index
from typing import Any

__all__ = ["as_count", "as_switch"]


def as_count(given: Any, argument: str, least: int = 1, most: int = sys.maxsize) -> int:
    """Return a whole number from `least` to `most` as an int.

    Raises TypeError, naming the argument, for what is no whole number (2.0, True and an array are
    none) and ValueError for one outside.

    >>> as_count(16, "nout")
    16
    """
    try:
        number = index(given)
    except TypeError:  # an array has __index__ too
        number = None
    if number is None or is_truth(given):
        raise TypeError(f"{argument} must be an int, not {given!r}")
    if number < least:
        shown = number if number > -sys.maxsize else "one of so many digits"
        raise ValueError(f"{argument} must be at least {least}, not {shown}")
    if number > most:  # Python refuses to write some of these in digits
        raise ValueError(f"{argument} must be at most {most:,}, which it is beyond")
    return number


def as_switch(given: Any, argument: str) -> bool:
    """Return True or False, NumPy's and 1 and 0 among them.

    Raises TypeError, naming the argument, for all else: the text "False" would switch on.

    >>> as_switch(False, "shuffle")
    False
    """
    if is_truth(given) or (type(given) is int and given in (0, 1)):
        return bool(given)
    raise TypeError(f"{argument} must be True or False, not {given!r}")


def is_truth(given: Any) -> bool:
    """Tell True and False, also as scalars of arrays, from numbers and arrays of truths.

    >>> is_truth(True), is_truth(1)
    (True, False)
    """
    if isinstance(given, bool):
        return True
    kind = getattr(given, "dtype", None)
    return getattr(given, "ndim", 1) == 0 and "bool" in str(kind)
