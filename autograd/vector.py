"""Vector: operands of dot products whose numbers are read once, not once per product."""

from __future__ import annotations

from operator import mul
from typing import TYPE_CHECKING, Any

from autograd.graph import CLOCK, Constant
from autograd.primitives import dot
from autograd.value import NODES, node_of, operand

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Vector", "product"]


class Vector(tuple[Any, ...]):
    """A tuple of Values and Constants for `dot`, which reads it faster than a list.

    A layer takes the dot product of one input with the weights of each neuron, and a batch of
    many inputs with the same weights; a Vector reads the data of its members again only after
    some leaf has changed. Numbers become Constants.

    >>> from autograd import Value, Vector, dot
    >>> weights = Vector([Value(2.0), Value(3.0)])
    >>> dot(weights, [1.0, 10.0])
    Value(data=32.0, grad=0.0)
    """

    _data: list[float]
    _depth: int  # of the deepest member; -1 if there is no Value among them
    _version: int

    def __new__(cls, members: Iterable[Any] = ()) -> Vector:
        """Make a Vector of numbers and Values; TypeError for anything else."""
        members = tuple(members)
        if not NODES.issuperset(map(type, members)):
            members = tuple(operand(member, "dot") for member in members)
        self = super().__new__(cls, members)
        self._version = -1
        return self

    def refresh(self) -> None:
        """Read the data of the members, if any data changed since they were read."""
        if self._version != CLOCK.now:
            self._version = CLOCK.now
            self._data = [member._data for member in self]
            self._depth = max([m._depth for m in self if type(m) is not Constant], default=-1)

    def __reduce__(self) -> tuple[Any, ...]:
        return Vector, (tuple(self),)


def product(x: Vector, y: Vector) -> Any:
    """Return the dot product of two Vectors of one length: a node, or of numbers a number."""
    x.refresh()
    y.refresh()
    data = sum(map(mul, x._data, y._data), 0.0)
    depth = max(x._depth, y._depth)
    return data if depth < 0 else node_of(dot, x + y, data, depth + 1)
