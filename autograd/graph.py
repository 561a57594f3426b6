"""Graphs: their nodes and constants, the order in which walks visit them, and changes of data."""

from __future__ import annotations

from itertools import chain, repeat
from operator import add, attrgetter

from autograd.arguments import as_float, has_order
from autograd.errors import StaleGraphError, tracing_error
from autograd.mode import Parameter, is_tracing
from autograd.native import engine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, TypeVar

    from autograd.mode import Place
    from autograd.primitive import Primitive

    NodeType = TypeVar("NodeType", bound="Node")

__all__ = [
    "Constant", "forget_gradients", "home_of", "name_of", "name_parameters", "set_data",
    "set_gradients", "topological_order",
]  # fmt: skip


class Node:
    """The slots of a node: all that the algorithms know of a Value, which adds the rest.

    Operations, passes and programs read and write the slots themselves: a call would double the
    time of an operation. No slot refers to a consumer, so graphs have no reference cycles.
    """

    __slots__ = (
        "__weakref__", "_constant", "_data", "_depth", "_first", "_grad", "_place", "_row",
        "_second", "_sum", "_sweep", "_version",
    )  # fmt: skip

    _row: Primitive | None  # the operation; None for a leaf
    _first: Any  # the operand of a row of one or the first of two; of any other row, all `args`
    _second: Any  # the second operand of a row of two
    _constant: float  # an operand that is a number, in whose slot there is None
    _data: float  # the number, given or computed
    _grad: float | None  # None: no backward pass has reached the node
    _sum: float  # the gradient collected so far by the backward pass `_sweep`
    _sweep: object  # the stamp of the last backward pass that reached the node
    _version: int  # the count of the clock when the data was set or computed
    _depth: int  # 0 for a leaf, else one more than the deepest operand
    _place: Place  # label, scope and line

    @property
    def op(self) -> Primitive | None:
        """The row of the operation; None for a leaf."""
        return self._row

    @op.setter
    def op(self, op: Any) -> None:  # noqa: ARG002 - it is refused
        raise _fixed("op")

    @property
    def args(self) -> tuple[Any, ...]:
        """The operands in order, Values and Constants; () for a leaf."""
        op = self._row
        if op is None:
            return ()
        x = self._first
        if op.arity == 1:
            return (x,)
        if op.arity != 2:
            return x  # type: ignore[no-any-return]  # a tuple
        y = self._second
        if y is None:
            return x, Constant(self._constant)
        return (Constant(self._constant), y) if x is None else (x, y)

    @args.setter
    def args(self, args: Any) -> None:  # noqa: ARG002 - it is refused
        raise _fixed("args")


def _fixed(name: str) -> AttributeError:
    return AttributeError(
        f"{name} of a Value cannot be set: an operation records it once and for all; build the "
        "expression again from the operands that you want"
    )


class Constant(float):
    """A number used as an operand: a float that walks can treat as a node without operands.

    It takes no gradient. A node of two operands keeps the bare float, and makes the Constant when
    it is asked for its `args`.

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


def new_node(
    kind: Any,
    op: Primitive | None,
    args: tuple[Any, ...],
    data: float,
    grad: float | None,
    place: Place,
    version: int,
) -> Any:
    """Return a node of a class from all its parts."""
    node = object.__new__(kind)
    node._row = op
    node._place = place
    node._data, node._grad, node._sweep, node._version = data, grad, None, version
    node._depth = max((arg._depth for arg in args), default=-1) + 1
    if op is not None:
        keep(node, op, args)
    return node


def keep(node: Any, op: Primitive, args: tuple[Any, ...]) -> None:
    """Put the operands, Nodes and Constants, into their slots."""
    if op.arity == 1:
        (node._first,) = args
    elif op.arity == 2:
        node._first, node._second = x, y = args
        if type(y) is Constant:
            node._constant, node._second = y._data, None
        elif type(x) is Constant:
            node._constant, node._first = x._data, None
    else:
        node._first = args


def operands(node: Any) -> tuple[Any, ...]:
    """Return the operands as a node keeps them: of two, None stands for a number."""
    op = node._row
    if op is None:
        return ()
    if op.arity == 2:
        return node._first, node._second
    return (node._first,) if op.arity == 1 else node._first


def operand_data(node: Any) -> list[float]:
    """Return the data of the operands of an operation."""
    return [node._constant if arg is None else arg._data for arg in operands(node)]


if engine is not None and not TYPE_CHECKING:
    for _name in ("op", "args"):
        setattr(engine.Node, f"_python_{_name}", vars(Node)[_name])
        engine.describe(_name, vars(Node)[_name].__doc__)
    Node, new_node, operands = engine.Node, engine.new_node, attrgetter("args")


def check_node(function: str, given: object) -> None:
    """Raise TypeError, which names the function, for anything but a Value or another node."""
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
    found = None if engine is None else engine.topological_order(*roots)
    if found is not None:
        return found  # type: ignore[no-any-return]  # C has no types
    for root in roots:
        check_node("topological_order", root)
    below: Callable[[Any], tuple[Any, ...]] = operands
    if not all(isinstance(root, Node) for root in roots):
        below = attrgetter("args")  # what is drawn may be no Node
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
            args = below(node)
            if not args:
                order.append(node)
                continue
            opened.append(node)
            stack.append(None)
            for arg in reversed(args):
                if arg is not None and type(arg) is not Constant and arg not in seen:
                    stack.append(arg)
    return order


def check_all_fresh(root: Node) -> None:
    """Raise StaleGraphError if any node below `root` is older than one of its operands."""
    for node in topological_order(root):
        check_fresh(node)


def check_fresh(node: Any) -> tuple[Any, ...]:
    """Return `operands(node)`; StaleGraphError if one changed after the node was computed."""
    below = operands(node)
    version = node._version
    for arg in below:
        if arg is not None and arg._version > version:  # of a Constant it is -1
            name = f" {arg._place.name!r}" if arg._place.name else ""
            what = f"the leaf{name}" if arg.op is None else f"the {arg.op.described} node{name}"
            raise StaleGraphError(
                f"{what} was changed to {arg._data} after {node.op.described} had used it: "
                "gradients would mix old and new numbers; build the expression again, or call "
                ".forward() on the root to recompute it in place, before backward()"
            )
    return below


class Counter:
    """A number that C reads too, where the engine is in C."""

    __slots__ = ("now",)

    def __init__(self) -> None:
        self.now = 0


if engine is not None and not TYPE_CHECKING:
    Counter = engine.Clock


class Clock(Counter):
    """Counts the changes of data; each node keeps the count at which its own was computed.

    Data, its version and the count change together: code that sees the new count must see the new
    data. That takes no lock, because Python looks for signals and other threads after calls and at
    jumps back, neither between plain assignments nor while C code runs that calls no Python.
    """

    __slots__ = ()

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


def _run(steps: Iterable[None]) -> None:
    """Exhaust an iterator, in C."""
    any(steps)  # none is true


def set_data(leaves: Iterable[Node], numbers: Iterable[Any]) -> None:
    """Set the data of leaves, one number for each: all of them, or none if anything stops it.

    Raises ValueError for another count of numbers, TypeError for anything but Values and numbers,
    and AttributeError for the result of an operation; nothing has changed then.

    >>> from autograd import Value
    >>> a, b = Value(1.0), Value(2.0)
    >>> set_data([a, b], [3.0, 4.0])
    >>> a.data, b.data
    (3.0, 4.0)
    """
    if is_tracing():
        raise tracing_error("a change of .data")
    if engine is not None and engine.write(leaves, numbers, False):
        return
    data = [as_float(number, "set_data") for number in _several("set_data", numbers)]
    changed = _checked("set_data", leaves, len(data))
    for leaf in changed:
        if leaf.op is not None:
            raise AttributeError(
                f"set_data: {leaf!r} is the result of {leaf.op.described}, whose data cannot be "
                "set; give leaves, made by Value(number)"
            )
    CLOCK.write(changed, data)


def set_gradients(values: Iterable[Node], gradients: Iterable[Any]) -> None:
    """Set the gradients of Values, None to forget one: all of them, or none if anything stops it.

    Raises ValueError for another count of gradients and TypeError for anything but Values and
    numbers; nothing has changed then.

    >>> from autograd import Value
    >>> a, b = Value(1.0), Value(2.0)
    >>> set_gradients([a, b], [0.5, None])
    >>> a.grad, b.has_grad
    (0.5, False)
    """
    if is_tracing():
        raise tracing_error(".grad")
    if engine is not None and engine.write(values, gradients, True):
        return
    name = "set_gradients"
    given = [None if x is None else as_float(x, name) for x in _several(name, gradients)]
    put(_checked(name, values, len(given)), "_grad", given)


def forget_gradients(values: list[Any]) -> None:
    """Forget the gradients of Values: of all, or of none if anything stops it.

    Raises TypeError for anything but Values; nothing has changed then.

    >>> from autograd import Value
    >>> a = Value(1.0)
    >>> a.grad = 0.5
    >>> forget_gradients([a])
    >>> a.has_grad
    False
    """
    if is_tracing():
        raise tracing_error(".grad")
    if engine is None or not engine.write(values, None, True):
        set_gradients(values, [None] * len(values))


def name_parameters(home: str, members: Iterable[str], parameters: Iterable[Any]) -> None:
    """Tell parameters where they live: in the module `home`, as its `members` of these names.

    Texts then call a parameter by both, as a checkpoint does. Its label is the short form in boxes;
    one that is set later is its name again.

    >>> from autograd import Value
    >>> weight = Value(0.5, label="w2")
    >>> name_parameters("layers.0.neurons.3", ["weights.2"], [weight])
    >>> name_of(weight), home_of(weight), weight.label
    ('layers.0.neurons.3.weights.2', ('layers.0.neurons.3', 'weights.2'), 'w2')
    """
    for member, parameter in zip(members, parameters, strict=True):
        place = parameter._place
        parameter._place = Parameter(place.scope, place.line, place.label, home, member)


def name_of(node: Any) -> str:
    """Return the name of a node in texts: where a parameter lives, or the label; "" without one."""
    place = getattr(node, "_place", None)
    return place.name if place else str(node.label)


def home_of(node: Any) -> tuple[str, str]:
    """Return the module in which a parameter lives and its name there; "" of any other node."""
    place = getattr(node, "_place", None)
    return (place.home, place.member) if place else ("", "")


def _several(name: str, given: Iterable[Any]) -> Iterable[Any]:
    if not has_order(given):
        raise TypeError(f"{name} takes two lists, of Values and of numbers, not {given!r}")
    return given


def _checked(name: str, values: Iterable[Any], count: int) -> list[Any]:
    """Return the Values as a list; raise unless that is what they are, and so many."""
    found = list(_several(name, values))
    if len(found) != count:
        raise ValueError(f"{name}: there are {len(found)} Values and {count} numbers")
    for value in found:
        if not isinstance(value, Node):
            raise TypeError(f"{name} takes Values, not {value!r}")
    return found
