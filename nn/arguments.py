"""Arguments that much of nn takes: a name from a table, a count, a generator, a function."""

from __future__ import annotations

import random
from inspect import signature
from operator import index
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["as_count", "check_call", "generator", "named"]

Item = TypeVar("Item")


def named(kind: str, choice: object, table: Mapping[str, Item]) -> Item:
    """Return the entry of `table` that `choice` names.

    Raises ValueError for an unknown name and TypeError for what is no name, both listing the
    names allowed.

    >>> named("activation", "relu", {"relu": 1})
    1
    """
    allowed = ", ".join(map(repr, table))
    if not isinstance(choice, str):
        raise TypeError(f"{kind} is a function or one of {allowed}, not {choice!r}")
    if choice not in table:
        raise ValueError(f"unknown {kind} {choice!r}; the {kind} is a function or one of {allowed}")
    return table[choice]


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


def generator(rng: random.Random | None) -> random.Random:
    """Return `rng`, or for None the module `random`, so that `random.seed` works.

    Raises TypeError for anything but a random.Random.
    """
    if rng is None:
        return cast("random.Random", random)  # its functions are the methods of one generator
    if not isinstance(rng, random.Random):
        raise TypeError(f"rng must be a random.Random, such as random.Random(0), not {rng!r}")
    return rng


def check_call(function: Any, what: str, *arguments: str) -> None:
    """Raise TypeError, naming the arguments, if the function does not take so many.

    >>> check_call(lambda outputs: 0.0, "a metric", "outputs", "targets")
    Traceback (most recent call last):
        ...
    TypeError: a metric is called with outputs and targets: too many positional arguments
    """
    try:
        signature(function).bind(*arguments)
    except TypeError as error:
        given = " and ".join(arguments)
        raise TypeError(f"{what} is called with {given}: {error}") from None
    except ValueError:  # a builtin says nothing about its parameters
        return
