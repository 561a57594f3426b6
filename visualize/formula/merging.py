"""Which values of a graph are the same expression, so that it is written once."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence

from autograd import Value
from autograd.graph import Constant
from autograd.primitive import TABLE

__all__ = ["merged"]


def merged(order: Sequence[Value], distinct: Collection[Value]) -> dict[Value, Value]:
    """Return for every value of a topological order the first one that is the same expression.

    Values in `distinct` stand for themselves. A product that a rule guards against 0 * inf is the
    same as a plain one: they are written alike.

    >>> from autograd import Value, topological_order
    >>> a, b = Value(2.0), Value(3.0)
    >>> twice = (a * b).exp() - (b * a).exp()
    >>> same = merged(topological_order(twice), [])
    >>> [same[value] is value for value in topological_order(twice)]
    [True, True, True, True, False, False, True]
    """
    symmetric = {row.formula for row in TABLE.values() if row.commutative} - {None}
    first: dict[Hashable, Value] = {}
    same: dict[Value, Value] = {}
    for value in order:
        key: Hashable = value
        if value.op is not None:
            operands = [
                repr(float(arg)) if isinstance(arg, Constant) else id(same[arg])
                for arg in value.args
            ]
            if value.op.commutative or value.op.formula in symmetric:
                operands.sort(key=str)
            # with the number: what a user's operation draws at random differs each time
            key = (value.op.formula or value.op, value.op.variadic, repr(value.data), *operands)
        same[value] = value if value in distinct else first.get(key, value)
        first.setdefault(key, same[value])
    return same
