"""What a user's rules must return: checked at each call, where the table's own are trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.number import as_float

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["checked_forward", "checked_pullback"]


def checked_forward(name: str, forward: Callable[..., Any]) -> Callable[..., float]:
    """Return `forward` so that it gives a float, or a TypeError that names the operation."""

    def checked(*args: float) -> float:
        return as_float(forward(*args), f"the result of forward of {name}")

    return checked


def checked_pullback(
    name: str, position: int, rule: Callable[..., Any] | None, variadic: bool
) -> Callable[..., Any] | None:
    """Return `rule` so that it gives a float or a Value for its argument, one each if variadic.

    A forgotten `return` would otherwise be a gradient of zero.
    """
    if rule is None:
        return None

    def contribution(term: Any, place: int) -> Any:
        if hasattr(type(term), "__primitive__"):
            return term
        return as_float(term, f"the pullback of {name} for argument {place}")

    def checked(g: Any, out: Any, *args: Any) -> Any:
        result = rule(g, out, *args)
        if not variadic:
            return contribution(result, position)
        if len(result) != len(args):
            raise ValueError(
                f"the pullback of {name} returned {len(result)} contributions for {len(args)} "
                "arguments; it must return one for each"
            )
        return [contribution(term, place) for place, term in enumerate(result)]

    return checked
