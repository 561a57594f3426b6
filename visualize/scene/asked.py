"""Which of two values is the root of a question, and which the one that it is about."""

from __future__ import annotations

from autograd import Value, topological_order

__all__ = ["in_order"]


def in_order(first: Value, second: Value) -> tuple[Value, Value]:
    """Return the root and the value below it, of two Values in either order.

    Of two of which none was computed from the other, the first, unless it alone is a leaf, or of
    two leaves alone has a label: results have none, and under no_grad() they are leaves.
    """
    if first in set(topological_order(second)) and first is not second:
        return second, first
    if first.op is None and (second.op is not None or (first.label and not second.label)):
        return second, first
    return first, second
