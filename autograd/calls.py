"""Functions that someone gives: whether one takes the arguments that it will be called with."""

from __future__ import annotations

from inspect import signature
from typing import Any

__all__ = ["as_function"]


def as_function(given: Any, what: str, *arguments: str, such_as: str = "") -> Any:
    """Return a function, a model or any other object that is called with so many arguments.

    Raises TypeError, naming them and an example, for what cannot be called so.

    >>> as_function(lambda outputs: 0.0, "a metric", "outputs", "targets")
    Traceback (most recent call last):
        ...
    TypeError: a metric is called with outputs and targets: too many positional arguments
    """
    wanted = " and ".join(arguments)
    if isinstance(given, type) or not callable(given):
        example = such_as and f", such as {such_as}"
        raise TypeError(f"{what} must be a function of {wanted}{example}, not {given!r}")
    try:
        signature(given).bind(*arguments)
    except TypeError as error:
        raise TypeError(f"{what} is called with {wanted}: {error}") from None
    except ValueError:  # a builtin says nothing about its parameters
        pass
    return given
