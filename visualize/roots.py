"""The Values that a question about a graph is asked of, and advice where they are none."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Number
from typing import TypeGuard

from autograd import Value

__all__ = ["as_root", "as_roots", "instead_of", "is_list"]


def as_root(given: object, verb: str) -> Value:
    """Return the one Value that a user asks `verb` about; TypeError for anything else."""
    if isinstance(given, Value):
        return given
    several = "; of several roots, ask about one after the other"
    hint = several if is_list(given) else instead_of(given)
    raise TypeError(f"{verb} takes a Value, not {type(given).__name__}{hint}")


def as_roots(
    given: object,
    argument: str,
    kinds: str = "a Value or a list of Values",
    *,
    empty: str = "it has no graph",
) -> list[Value]:
    """Return the Values that a user gave for `argument`, one or several.

    Raises TypeError where that is none of the `kinds` that the argument may be, or a nested list,
    and ValueError for an empty list, with `empty` as its reason; "" lets it pass.
    """
    if isinstance(given, Value):
        return [given]
    if not is_list(given):
        raise TypeError(
            f"{argument} must be {kinds}, not of type {type(given).__name__}{instead_of(given)}"
        )
    roots = []
    for position, root in enumerate(given):
        if not isinstance(root, Value):
            hint = "; give one flat list" if is_list(root) else instead_of(root)
            raise TypeError(
                f"{argument} must hold Values; item {position} is of type "
                f"{type(root).__name__}{hint}"
            )
        roots.append(root)
    if not roots and empty:
        raise ValueError(f"{argument} is an empty list: {empty}")
    return roots


def is_list(given: object) -> TypeGuard[Iterable[object]]:
    """Return whether a user gave several objects, and not a text."""
    return isinstance(given, Iterable) and not isinstance(given, str | bytes)


def instead_of(given: object) -> str:
    """Return the way out, to end a message with; "" where nobody knows what the user meant.

    >>> instead_of(abs)
    '; a model or a function has no graph before it is called: give its result, model(x)'
    >>> instead_of("loss")
    '; give the Value itself, not its label'
    """
    if isinstance(given, str | bytes):
        return "; give the Value itself, not its label"
    if isinstance(given, Number):
        return (
            "; a plain number does not know what it was made of: make it a Value first, "
            f"Value({given}), or give the Value, not its .data"
        )
    if callable(given):
        return "; a model or a function has no graph before it is called: give its result, model(x)"
    return ""
