"""Arguments that many parts of nn take: names, functions of users, generators of random numbers."""

from __future__ import annotations

import random
from functools import partial
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["generator", "is_foreign", "named"]

OURS = ("autograd", "nn", "visualize")  # the packages whose code is the library's

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


def is_foreign(item: object, *methods: str) -> bool:
    """Tell whether a function, or the class or these methods of an object, are not the library's.

    What is foreign may read and change anything while it runs.

    >>> from nn import EarlyStopping, accuracy
    >>> is_foreign(EarlyStopping(), "on_epoch_end"), is_foreign(accuracy), is_foreign(print)
    (False, False, True)
    """
    if item is None or type(item) is random.Random:
        return False
    while isinstance(item, partial):
        item = item.func
    if isinstance(item, MethodType):
        return is_foreign(item.__func__) or is_foreign(item.__self__)
    if isinstance(item, FunctionType):  # `__module__` of a wrapper names the wrapped function's
        module = item.__globals__.get("__name__")
    else:
        module = (item if isinstance(item, type) else type(item)).__module__
    return str(module).partition(".")[0] not in OURS or any(
        is_foreign(getattr(item, method)) for method in methods
    )
