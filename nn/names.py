"""Things given by name: a loss, an activation, an initializer, an optimizer, a metric."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["named"]

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
