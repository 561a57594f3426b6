"""Whether a function that someone has written takes the arguments that a training will give it."""

from __future__ import annotations

from inspect import signature
from typing import Any

__all__ = ["check_call"]


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
