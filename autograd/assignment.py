"""Numbers put into many Values at once: Ctrl-C and other threads find all of them, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.errors import frozen
from autograd.graph import CLOCK, put
from autograd.mode import is_tracing
from autograd.number import as_float
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["set_data", "set_gradients"]


def set_data(leaves: Iterable[Value], numbers: Iterable[Any]) -> None:
    """Set the data of leaves, one number for each: all of them, or none if anything stops it.

    Raises ValueError for another count of numbers, TypeError for what is no number or no Value and
    AttributeError for the result of an operation; nothing has changed then.

    >>> a, b = Value(1.0), Value(2.0)
    >>> set_data([a, b], [3.0, 4.0])
    >>> a.data, b.data
    (3.0, 4.0)
    """
    if is_tracing():
        raise frozen("a change of .data")
    data = [as_float(number, "set_data") for number in _several("set_data", numbers)]
    changed = _checked("set_data", leaves, len(data))
    for leaf in changed:
        if leaf.op is not None:
            raise AttributeError(
                f"set_data: {leaf!r} is the result of {leaf.op.name}, whose data cannot be set; "
                "give leaves, made by Value(number)"
            )
    CLOCK.write(changed, data)


def set_gradients(values: Iterable[Value], gradients: Iterable[Any]) -> None:
    """Set the gradients of Values, None to forget one: all of them, or none if anything stops it.

    Raises ValueError for another count of gradients and TypeError for what is no number or no
    Value; nothing has changed then.

    >>> a, b = Value(1.0), Value(2.0)
    >>> set_gradients([a, b], [0.5, None])
    >>> a.grad, b.has_grad
    (0.5, False)
    """
    if is_tracing():
        raise frozen(".grad")
    name = "set_gradients"
    given = [None if x is None else as_float(x, name) for x in _several(name, gradients)]
    put(_checked(name, values, len(given)), "_grad", given)


def _several(name: str, given: Iterable[Any]) -> Iterable[Any]:
    if not hasattr(type(given), "__iter__"):
        raise TypeError(f"{name} takes two lists, of Values and of numbers, not {given!r}")
    return given


def _checked(name: str, values: Iterable[Any], count: int) -> list[Any]:
    """Return the Values as a list; raise unless that is what they are, and so many."""
    found = list(_several(name, values))
    if len(found) != count:
        raise ValueError(f"{name}: there are {len(found)} Values and {count} numbers")
    for value in found:
        if not isinstance(value, Value):
            raise TypeError(f"{name} takes Values, not {value!r}")
    return found
