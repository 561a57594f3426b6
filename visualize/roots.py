"""The Values that a question about a graph is asked of, and advice where they are none."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Number

from autograd import Value

__all__ = ["as_roots", "instead_of"]


def as_roots(
    given: object, argument: str, kinds: str = "a Value or a list of Values"
) -> list[Value]:
    """Return the Values that a user gave for `argument`, one or several.

    Raises TypeError where that is none of the `kinds` that the argument may be, or a nested list,
    and ValueError for an empty list.
    """
    if isinstance(given, Value):
        return [given]
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise TypeError(
            f"{argument} must be {kinds}, not of type {type(given).__name__}{instead_of(given)}"
        )
    roots = list(given)
    for position, root in enumerate(roots):
        if not isinstance(root, Value):
            raise TypeError(
                f"{argument} must be a list of Values, not nested; item {position} is of type "
                f"{type(root).__name__}"
            )
    if not roots:
        raise ValueError(f"{argument} is an empty list: it has no graph")
    return roots


def instead_of(given: object) -> str:
    """Return the way out, to end a message with; "" where nobody knows what the user meant.

    >>> instead_of(abs)
    '; a model or a function has no graph before it is called: give its result, model(x)'
    """
    if isinstance(given, Number):
        return (
            "; a plain number does not know what it was made of: make it a Value first, "
            f"Value({given}), or give the Value, not its .data"
        )
    if callable(given):
        return "; a model or a function has no graph before it is called: give its result, model(x)"
    return ""
