"""What to give where a Value was expected and something else came."""

from __future__ import annotations

from numbers import Number

__all__ = ["instead_of"]


def instead_of(given: object) -> str:
    """Return the way out, to end a message with; "" where there is no telling what was meant.

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
