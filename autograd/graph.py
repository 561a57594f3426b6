"""What a graph is made of, and the one order in which every walk goes over it."""

from __future__ import annotations

from collections import deque
from itertools import chain, repeat
from operator import add, attrgetter
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autograd.primitive import Primitive

__all__ = ["CLOCK", "Constant", "Node", "check_node", "put", "topological_order"]


class Clock:
    """Counts the changes of data; each node keeps the count at which its own was computed.

    Data, its version and the count change together, for who sees the count of a change must see
    the data as well. No lock is needed: Python looks for signals and other threads after calls and
    at jumps back, neither between plain assignments nor while C code runs that calls no Python.
    """

    __slots__ = ("now",)

    def __init__(self) -> None:
        self.now = 0

    def write(self, leaves: Sequence[Any], numbers: Sequence[float]) -> None:
        """Change the data of many leaves as one change, all or none."""
        later = map(add, map(_NOW, (self,)), (1,))
        _run(
            chain(
                map(setattr, leaves, repeat("_data"), numbers),
                map(setattr, (self,), ("now",), later),
                map(setattr, leaves, repeat("_version"), map(_NOW, repeat(self))),
            )
        )


_NOW = attrgetter("now")

CLOCK = Clock()


def put(nodes: Sequence[Any], attribute: str, items: Sequence[Any]) -> None:
    """Set an attribute of many nodes, of all or none."""
    _run(map(setattr, nodes, repeat(attribute), items))


def _run(steps: Iterable[object]) -> None:
    """Exhaust an iterator, in C."""
    deque(steps, maxlen=0)


class Node(Protocol):
    """All that the algorithms know of a Value."""

    op: Primitive | None  # None for a leaf
    args: tuple[Any, ...]  # the operands in order, Nodes or Constants
    _data: float  # the number computed forward
    _grad: float | None  # None: no backward pass has reached the node
    _sum: float  # the gradient collected so far by the backward pass `_sweep`
    _sweep: object  # the stamp of the last backward pass that reached the node
    _version: int  # the count of changes when the data was set or computed
    _depth: int  # 0 for a leaf, else one more than the deepest operand
    label: str


class Constant(float):
    """A number used as an operand: a float that walks can treat as a node without operands.

    It takes no gradient.

    >>> from autograd import Value
    >>> (Value(3.0) * 2).args[1]
    2.0
    """

    __slots__ = ()

    data = _data = float.__dict__["real"]  # the exact float, read in C
    _depth = 0
    _version = -1
    _sweep = None
    op = None
    args = ()
    grad = 0.0
    has_grad = False
    label = ""
    scope = line = ""


NodeType = TypeVar("NodeType", bound=Node)


def check_node(function: str, given: object) -> None:
    """Raise TypeError, which names the function, for what is no Value and no other node."""
    if not isinstance(getattr(given, "args", None), tuple | list):
        raise TypeError(f"{function} takes Values, the roots of graphs, not {given!r}")


def topological_order(*roots: NodeType) -> list[NodeType]:
    """Return the roots and the nodes that they depend on, operands before consumers.

    The order depends on the graph alone. Constants are left out. Iterative: a chain of a million
    nodes is no deeper than one.

    >>> from autograd import Value, topological_order
    >>> a, b = Value(2.0), Value(3.0)
    >>> c = a * b
    >>> topological_order(c) == [a, b, c]
    True
    """
    for root in roots:
        check_node("topological_order", root)
    order: list[NodeType] = []
    seen: set[NodeType] = set()
    opened: list[NodeType] = []  # nodes whose operands are being visited
    # None on the stack: all operands of the last opened node are done
    stack: list[NodeType | None] = [*reversed(roots)]
    while stack:
        node = stack.pop()
        if node is None:
            order.append(opened.pop())
        elif node not in seen:
            seen.add(node)
            opened.append(node)
            stack.append(None)
            for arg in reversed(node.args):
                if type(arg) is not Constant and arg not in seen:
                    stack.append(arg)
    return order
