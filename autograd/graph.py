"""What a graph is made of, and the one order in which every walk goes over it."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from autograd.primitive import Primitive

__all__ = ["CLOCK", "Constant", "Node", "topological_order"]


class Clock:
    """Counts the changes of data; each node keeps the count at which its own was computed."""

    __slots__ = ("_lock", "now")

    def __init__(self) -> None:
        self.now = 0
        self._lock = Lock()

    def tick(self) -> int:
        """Count one more change, and return the count."""
        with self._lock:
            self.now += 1
            return self.now


CLOCK = Clock()


class Node(Protocol):
    """All that the algorithms know of a Value."""

    op: Primitive | None  # None for a leaf
    args: tuple[Any, ...]  # the operands in order, Nodes or Constants
    _data: float  # the number computed forward
    _grad: float | None  # None: no backward pass has reached the node
    _sum: float | None  # the gradient collected so far by a backward pass under way
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
    _sum = 0.0  # never None, so that no sweep visits a constant
    op = None
    args = ()
    grad = 0.0
    has_grad = False
    label = ""
    scope = line = ""


NodeType = TypeVar("NodeType", bound=Node)


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
