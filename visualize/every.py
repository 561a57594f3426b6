"""How often a recorder of a training keeps something."""

from __future__ import annotations

__all__ = ["checked_every"]


def checked_every(every: object, recorder: str) -> int:
    """Return `every` if it counts epochs.

    Raises TypeError for what is no whole number and ValueError for one below 1.

    >>> checked_every(5, "ParameterPath")
    5
    """
    if isinstance(every, bool) or not isinstance(every, int):
        raise TypeError(
            f"{recorder}: every is the number of epochs from one record to the next, not a "
            f"{type(every).__name__}"
        )
    if every < 1:
        raise ValueError(f"{recorder}: every is {every}; use 1 or more")
    return every
