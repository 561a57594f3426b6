"""The dot product, and Vectors: operands whose numbers are read once, not once per product."""

from __future__ import annotations

from operator import mul

from autograd import primitives
from autograd.arguments import has_order
from autograd.graph import CLOCK, Constant
from autograd.native import engine
from autograd.operators import kind_of, node_of, operand
from autograd.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, overload

    from autograd.arguments import Number

__all__ = ["Vector", "dot", "outputs_at_once"]

_NODES = {Value, Constant}


class Vector(tuple["Any", ...]):
    """A tuple of Values and Constants for `dot`, which reads it faster than a list.

    A layer takes the dot product of one input with the weights of each neuron, and a batch of
    many inputs with the same weights. A Vector reads the data of its members again only after
    some leaf has changed. Numbers become Constants.

    >>> from autograd import Value, dot
    >>> from autograd.vector import Vector
    >>> weights = Vector([Value(2.0), Value(3.0)])
    >>> dot(weights, [1.0, 10.0])
    Value(data=32.0, grad=0.0)
    """

    # The count of changes when the data were read, the data, and the depth of the deepest member
    # (-1 if no Value is among them). One tuple, because an interrupt or another thread could come
    # between two assignments.
    _read: tuple[int, list[float], int]
    # The class of a result: that of the members, the derived one where they differ
    _kind: type[Value]

    def __new__(cls, members: Iterable[Any] = ()) -> Vector:
        """Make a Vector of numbers and Values; TypeError for anything else."""
        if not has_order(members):
            raise TypeError(f"dot takes two lists of numbers and Values, not {members!r}")
        # tuple(a list) reads beyond its end if the collector, which it may start, shortens the list
        members = (*members,)
        kind = Value
        if not _NODES.issuperset(map(type, members)):
            members = tuple(operand(member, primitives.dot.name) for member in members)
            if not all(isinstance(member, Value | Constant) for member in members):
                raise TypeError(f"dot takes two lists of numbers and Values, not {members!r}")
            kind = kind_of(members, Value)
        self = super().__new__(cls, members)
        self._read = (-1, [], -1)
        self._kind = kind
        return self

    def refresh(self) -> tuple[int, list[float], int]:
        """Read the data of the members, after the count of changes: the next one is noticed."""
        now = CLOCK.now
        data = [member._data for member in self]
        depth = max([m._depth for m in self if type(m) is not Constant], default=-1)
        self._read = read = now, data, depth
        return read

    def __reduce__(self) -> tuple[Any, ...]:
        return Vector, (tuple(self),)


if TYPE_CHECKING:

    @overload
    def dot(x: Vector, y: Iterable[Any]) -> Value: ...

    @overload  # two lists of numbers, which fit the second one as well
    def dot(x: Iterable[Number], y: Iterable[Number]) -> float: ...  # type: ignore[overload-overlap]

    @overload
    def dot(x: Iterable[Value | Number], y: Iterable[Value | Number]) -> Value: ...


def dot(x: Iterable[Any], y: Iterable[Any]) -> Any:
    """Return x[0]*y[0] + ... + x[n-1]*y[n-1] as one node; of nothing, 0.0.

    Raises ValueError, naming both lengths, if they differ.

    >>> from autograd import Value, dot
    >>> dot([Value(1.0), Value(2.0)], [3.0, 4.0])
    Value(data=11.0, grad=0.0)
    """
    if engine is not None:
        return engine.dot(x, y)
    left = x if type(x) is Vector else Vector(x)
    right = y if type(y) is Vector else Vector(y)
    if len(left) != len(right):
        raise ValueError(f"dot: the operands have different lengths, {len(left)} and {len(right)}")
    now = CLOCK.now
    version, left_data, depth = left._read
    if version != now:
        _, left_data, depth = left.refresh()
    version, right_data, right_depth = right._read
    if version != now:
        _, right_data, right_depth = right.refresh()
    data = sum(map(mul, left_data, right_data), 0.0)
    if right_depth > depth:  # noqa: PLR1730 - max() is slow
        depth = right_depth
    if depth < 0:
        return data
    args = left + right
    kind = left._kind if left._kind is right._kind else kind_of(args, Value)
    return node_of(kind, primitives.dot, args, data, depth + 1)


def outputs_at_once(
    holders: list[Any],  # noqa: ARG001 - so is it called in C
    kind: type,  # noqa: ARG001
    names: tuple[str, ...],  # noqa: ARG001
    inputs: list[Any],  # noqa: ARG001
    width: int,  # noqa: ARG001
    operations: dict[Any, tuple[Any, ...]],  # noqa: ARG001
) -> list[Value] | None:
    """Return activation(weights . x + bias) of rows of weights, each for all inputs in turn.

    A row is held by an object of the class `kind`, in attributes of these `names`: a Vector of
    `width` weights, a Value or None as bias, the activation, the scope in which the nodes are made,
    and a function of its own, which it must not have. `operations` are what activations record:
    nothing, or a row of the table and its second operand.

    None if it takes more than C without Python: see native/layer.c.
    """
    return None


if engine is not None and not TYPE_CHECKING:
    outputs_at_once = engine.outputs
