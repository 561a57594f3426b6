"""Which values depend on which, and which of them a gradient can reach."""

from __future__ import annotations

from collections.abc import Iterable

from autograd import Value, topological_order

__all__ = ["depending_on", "in_order", "reached", "ruled"]


def depending_on(value: Value, order: Iterable[Value]) -> set[Value]:
    """Return a value and all values of a topological order that were computed from it.

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
    """Return the root and the values that its gradient can reach: none beyond a detach.

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
    """Return the operands of a value, constants included; beside each, whether it has a rule."""
    if node.op is None:
        return []
    rules = node.op.pullbacks * len(node.args) if node.op.variadic else node.op.pullbacks
    return [(arg, rule is not None) for arg, rule in zip(node.args, rules, strict=True)]


def in_order(first: Value, second: Value) -> tuple[Value, Value]:
    """Return two Values with the root first: the one that was computed from the other.

    If neither was, a result comes before a leaf, and of two leaves one without a label comes
    before one with: under no_grad() a result is a leaf, and it has no label.
    """
    if first in set(topological_order(second)) and first is not second:
        return second, first
    if first.op is None and (second.op is not None or (first.label and not second.label)):
        return second, first
    return first, second
