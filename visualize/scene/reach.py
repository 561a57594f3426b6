"""Which values depend on which: what a result was made of, and what a gradient can come to."""

from __future__ import annotations

from collections.abc import Iterable

from autograd import Value, topological_order

__all__ = ["depending_on", "in_order", "reached", "ruled"]


def depending_on(value: Value, order: Iterable[Value]) -> set[Value]:
    """Return a value and all that was computed from it, of a graph in topological order.

    >>> a, b = Value(2.0), Value(3.0)
    >>> c = a * b
    >>> depending_on(a, topological_order(c * b)) >= {a, c}
    True
    """
    found = {value}
    for node in order:
        if not found.isdisjoint(node.args):
            found.add(node)
    return found


def reached(root: Value) -> set[Value]:
    """Return the root and what a gradient can come to: not beyond a detach or a comparison.

    >>> a, b = Value(2.0), Value(3.0)
    >>> reached(a.detach() * b) >= {a}
    False
    """
    found = {root}
    for node in reversed(topological_order(root)):
        if node in found:
            found.update(operand for operand, has_rule in ruled(node) if has_rule)
    return found


def ruled(node: Value) -> list[tuple[Value, bool]]:
    """Return the operands of a value, numbers among them, each with whether a rule leads to it."""
    if node.op is None:
        return []
    rules = node.op.pullbacks * len(node.args) if node.op.variadic else node.op.pullbacks
    return [(arg, rule is not None) for arg, rule in zip(node.args, rules, strict=True)]


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
