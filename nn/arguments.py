"""Arguments that many parts of nn take: a name from a table, a generator of random numbers."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["generator", "named"]

Item = TypeVar("Item")


def named(kind: str, choice: object, table: Mapping[str, Item]) -> Item:
    """Return the entry of `table` that `choice` names.

    Raises ValueError for an unknown name and TypeError for anything that is no name; both list the
    allowed names.

    >>> named("activation", "relu", {"relu": 1})
    1
    """
    allowed = ", ".join(map(repr, table))
    if not isinstance(choice, str):
        raise TypeError(f"{kind} is a function or one of {allowed}, not {choice!r}")
    if choice not in table:
        raise ValueError(f"unknown {kind} {choice!r}; the {kind} is a function or one of {allowed}")
    return table[choice]


def generator(rng: random.Random | None) -> random.Random:
    """Return `rng`, or the module `random` if it is None, so that `random.seed` works.

    Raises TypeError for anything but a random.Random.
    """
    if rng is None:
        return cast("random.Random", random)  # its functions are methods of one generator
    if not isinstance(rng, random.Random):
        raise TypeError(f"rng must be a random.Random, such as random.Random(0), not {rng!r}")
    return rng
