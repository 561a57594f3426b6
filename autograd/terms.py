"""Sums of contributions to one gradient, drawn as few nodes as can be."""

from __future__ import annotations

from itertools import chain
from typing import Any

from autograd.primitives import add_n

__all__ = ["is_zero", "total"]


def is_zero(term: Any) -> bool:
    """Tell whether a contribution is the number 0, which adds nothing."""
    return isinstance(term, float) and term == 0.0


def total(terms: list[Any]) -> Any:
    """Return the sum of the terms; several products become one dot, several others one sum."""
    if len(terms) == 1:
        return terms[0]
    groups: dict[Any, list[Any]] = {}
    for term in terms:
        op = getattr(term, "op", None)
        groups.setdefault(op and op.gathered, []).append(term)
    parts: list[Any] = []
    for row, group in groups.items():
        if row is None or len(group) == 1:
            parts += group
        else:
            parts.append(row(*chain(*zip(*(term.args for term in group)))))
    if len(parts) == 2:
        return parts[0] + parts[1]
    return parts[0] if len(parts) == 1 else add_n(*parts)
