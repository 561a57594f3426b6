"""What a graph is made of, the one order in which walks go over it, and whether it is fresh."""

from __future__ import annotations

import gc
from collections import deque
from contextlib import contextmanager
from itertools import chain, repeat
from operator import add, attrgetter
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from weakref import ref

from autograd.errors import StaleGraphError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from autograd.primitive import Primitive

__all__ = [
    "CLOCK", "Constant", "Node", "check_all_fresh", "check_fresh", "check_node",
    "paused_collector", "put", "topological_order",
]  # fmt: skip


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


def check_all_fresh(root: Node) -> None:
    """Raise StaleGraphError if any node below `root` is older than one of its operands."""
    for node in topological_order(root):
        check_fresh(node)


def check_fresh(node: Node) -> None:
    """Raise StaleGraphError if an operand of `node` changed after `node` was computed."""
    for arg in node.args:
        if type(arg) is not Constant and arg._version > node._version:
            name = f" {arg.label!r}" if arg.label else ""
            what = f"the leaf{name}" if arg.op is None else f"the {arg.op.name} node{name}"
            raise StaleGraphError(
                f"{what} was changed to {arg._data} after {node.op and node.op.name} had used it: "
                "gradients would mix old and new numbers; build the expression again, or call "
                ".forward() on the root to recompute it in place, before backward()"
            )


@contextmanager
def paused_collector() -> Iterator[None]:
    """Run the block without the cyclic collector, and leave it as it was.

    Graphs have no cycles: they are freed by reference counts, and the collector would only walk
    over the nodes that are alive, again and again: for a tenth of the time of a step of training,
    and for half of the time in which a program of 100,000 operations is compiled.

    >>> from autograd import Value, paused_collector
    >>> with paused_collector():
    ...     total = sum(Value(1.0) for _ in range(1000))
    """
    enabled = gc.isenabled()
    block = _Block()
    # Should Ctrl-C break off what is said below, the end of the frame says it
    watched = ref(block, lambda _: gc.enable()) if enabled else None
    try:
        gc.disable()
        yield
    finally:
        if enabled:
            gc.enable()
        watched = None  # noqa: F841 - it need not say so any more


class _Block:
    """A block under way: it lives as long as the frame of its manager."""

    __slots__ = ("__weakref__",)
