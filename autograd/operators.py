"""Application of operations: by methods of Value, and by NumPy's functions on Values.

Each computes and, where recording is on, makes a node, of the class of the operand that it is
called on: `Value` is written in terms of them. Node-making stands here three times, for one, two
and any number of operands, because a call of the general form would double its time.
"""

from __future__ import annotations

from math import isfinite

from autograd import primitives
from autograd.arguments import as_float, elementwise, is_array
from autograd.errors import warn_non_finite
from autograd.graph import CLOCK, Constant, keep, new_node
from autograd.mode import CURRENT
from autograd.native import described, engine
from autograd.primitive import RESERVED, TABLE
from autograd.threads import loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from autograd.mode import Mode
    from autograd.primitive import Primitive

__all__ = [
    "apply", "apply_ufunc", "attach_binary", "binary", "general", "kind_of", "node_of", "operand",
    "unary",
]  # fmt: skip

LEAST, MOST = -(2**30), 2**30  # ints for which the quickest conversion will do

# Python's names of the operators; a comparison is a Value as well.
UNARY = {"neg": primitives.neg, "abs": primitives.abs}
ARITHMETIC = {
    "add": primitives.add,
    "sub": primitives.sub,
    "mul": primitives.mul,
    "truediv": primitives.div,
    "pow": primitives.pow,
}
COMPARISONS = {
    "lt": primitives.less,
    "le": primitives.less_equal,
    "gt": primitives.greater,
    "ge": primitives.greater_equal,
}
OPERATORS = {*UNARY.values(), *ARITHMETIC.values(), *COMPARISONS.values()}

_new = object.__new__
_mode = CURRENT.get


def unary(op: Primitive) -> Callable[[Any], Any]:
    """Return the method that applies an operation of one operand."""
    if engine is not None:

        def asked(self: Any) -> Any:
            return op(self)

        engine.describe(op.name, described(op.name, _documented(asked, op)))
        return vars(engine.Node)[op.name] if op.name in RESERVED else asked
    forward = op.forward
    partial = not op.total

    def method(self: Any) -> Any:
        data = forward(self._data)
        if partial and not isfinite(data):
            warn_non_finite(op.name, data, (self,))
        mode = _mode()
        node = _new(type(self))
        node._data = data
        node._grad = node._sweep = None
        node._version = CLOCK.now
        node._place = mode.place
        if not mode.record:
            return unrecorded(node, mode, op, (self,))
        node._depth = self._depth + 1
        node._row = op
        node._first = self
        return node

    return _documented(method, op)


# The method of two operands, x and y, of which self is one. It is a text so that the value of a row
# can stand in line, where that is short: an addition takes a tenth of its call.
BINARY = """\
def method(self, other{modulus}):
    {only}cls = type(self)
    kind = type(other)
    if kind is cls:
        data = {of_two}
        depth = other._depth
        if depth < self._depth:
            depth = self._depth
    else:
        if kind is not float:
            if kind is not int or not LEAST < other < MOST:
                return mixed(op, {x}, {y}, self, other)
            other = float(other)
        data = {of_number}
        depth = self._depth
    {check}
    mode = current()
    node = new(cls)
    node._data = data
    node._grad = node._sweep = None
    node._version = CLOCK.now
    node._place = mode.place
    if not mode.record:
        return unrecorded(node, mode, op, ({x}, {y}))
    node._depth = depth + 1
    node._row = op
    if kind is cls:
        node._first = {x}
        node._second = {y}
    else:
        node.{slot} = self
        node.{other_slot} = None
        node._constant = other
    return node
"""


def binary(op: Primitive, *, reflected: bool = False) -> Callable[[Any, Any], Any]:
    """Return the method that applies an operation of two operands; `reflected`: self is the second.

    For anything but a number the method returns NotImplemented, so that Python asks the other
    operand.
    """
    written = loaded("autograd.written")
    x, y = ("other", "self") if reflected else ("self", "other")
    numbers = ("other", "self._data") if reflected else ("self._data", "other")

    def value(*operands: str) -> str:
        return written.in_line(op, *operands) or f"forward({', '.join(operands)})"

    is_power = op is primitives.pow
    text = BINARY.format(
        modulus=", modulus=None" if is_power else "",
        only="if modulus is not None: return NotImplemented\n    " if is_power else "",
        x=x,
        y=y,
        of_two=value(f"{x}._data", f"{y}._data"),
        of_number=value(*numbers),
        check="pass" if op.total else f"if not isfinite(data): warn(op.name, data, ({x}, {y}))",
        slot="_second" if reflected else "_first",
        other_slot="_first" if reflected else "_second",
    )
    known = {"op": op, "forward": op.forward, "warn": warn_non_finite, "isfinite": isfinite}
    known |= {"new": _new, "current": _mode, "CLOCK": CLOCK, "LEAST": LEAST, "MOST": MOST}
    known |= {"mixed": mixed, "unrecorded": unrecorded}
    return _documented(written.names_after(text, f"{__file__}: operator", known)["method"], op)


def attach_binary(kind: type, name: str, op: Primitive, *, reflected: bool = False) -> None:
    """Give a class the method of two operands; it is written when it is first called.

    To write those of all operators takes longer than the rest of `import autograd`.
    """
    method: Any = None

    def first(self: Any, other: Any, *modulus: Any) -> Any:
        nonlocal method
        method = method or binary(op, reflected=reflected)
        if vars(kind).get(name) is first:
            setattr(kind, name, method)
        return method(self, other, *modulus)

    setattr(kind, name, _documented(first, op))


def mixed(op: Primitive, x: Any, y: Any, self: Any, other: Any) -> Any:
    """Apply an operator to a Value and to what is neither of its class nor a plain float."""
    if not hasattr(type(other), "__primitive__"):
        number = plain_number(other, op)
        if number is NotImplemented:
            return number
        x, y = (x, number) if x is self else (number, y)
    return apply(type(self), op, (x, y))


def general(op: Primitive) -> Callable[..., Any]:
    """Return the method that applies an operation of any number of operands, self being the first.

    `out` is what NumPy hands on when np.clip calls it for the elements of an array.
    """

    def method(self: Any, *args: Any, out: None = None) -> Any:  # noqa: ARG001
        return op(self, *args)

    return _documented(method, op)


def apply(cls: Any, op: Primitive, args: tuple[Any, ...]) -> Any:
    """Apply an operation to operands of which one at least is a node of class `cls`."""
    if not {cls, Constant}.issuperset(map(type, args)):
        converted = operands_or_results(op, args)
        if type(converted) is not tuple:
            return converted
        args = converted
        cls = kind_of(args, cls)
    data = op.forward(*[arg._data for arg in args])
    if not op.total and not isfinite(data):
        warn_non_finite(op.called, data, args)
    return node_of(cls, op, args, data, max([arg._depth for arg in args]) + 1)


def node_of(cls: Any, op: Primitive, args: tuple[Any, ...], data: float, depth: int) -> Any:
    """Return the node of an operation whose result is known."""
    mode = _mode()
    node = _new(cls)
    node._data = data
    node._grad = node._sweep = None
    node._version = CLOCK.now
    node._place = mode.place
    if not mode.record:
        return unrecorded(node, mode, op, args)
    node._depth = depth
    node._row = op
    keep(node, op, args)
    return node


def unrecorded(node: Any, mode: Mode, op: Primitive, args: tuple[Any, ...]) -> Any:
    """Return what a result under `no_grad` is: a leaf; while a function is traced, detached.

    Each call of its program computes it anew; as a leaf it would be a number of the trace.
    """
    if mode.tracing is None:
        node._depth = 0
        node._row = None
        return node
    args = tuple(operand(arg, op.name) for arg in args)
    return detached(new_node(type(node), op, args, node._data, None, node._place, node._version))


def detached(node: Any) -> Any:
    """Return the same number as a node that no gradient passes."""
    return new_node(
        type(node), primitives.detach, (node,), node._data, None, node._place, node._version
    )


def kind_of(args: tuple[Any, ...], cls: Any) -> Any:
    """Return the class of a result: that of the operands, the derived one where they differ."""
    for kind in map(type, args):
        if issubclass(kind, cls):
            cls = kind
    return cls


def plain_number(other: Any, op: Primitive) -> Any:
    """Return the other operand of an operator as a float, NotImplemented if it is no number."""
    if is_array(other) or not hasattr(type(other), "__float__"):
        return NotImplemented
    return as_float(other, op.name)


def operands_or_results(op: Primitive, args: tuple[Any, ...]) -> Any:
    """Return operands as a tuple of nodes and Constants; of arrays, the array of results."""
    if any(map(is_array, args)):
        return elementwise(op, args)
    return tuple(operand(arg, op.name) for arg in args)


def operand(arg: Any, where: str) -> Any:
    """Return `arg` as an operand: a node as itself, a number as a Constant."""
    known = type(arg) is Constant or hasattr(type(arg), "__primitive__")
    return arg if known else Constant(as_float(arg, where))


def apply_ufunc(ufunc: Any, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Apply a ufunc to inputs of which one at least is a Value.

    The row whose `ufunc` it is does the work. Comparisons are rows too; equality stays identity, as
    == on Values. A ufunc without a row (np.square) runs NumPy's loop for objects, which uses the
    operators and methods of Value.
    """
    import numpy as np

    if method == "__call__" and not options:
        for row in TABLE.values():
            if row.ufunc == ufunc.__name__:
                return row(*inputs)
    # A NumPy scalar left as it is would call the ufunc again, without end
    plain = (x.item() if isinstance(x, np.generic) else x for x in inputs)
    with np.errstate(all="ignore"):  # the operators and methods warn themselves
        result = getattr(ufunc, method)(*(np.asarray(x, dtype=object) for x in plain), **options)
    return result.item() if isinstance(result, np.ndarray) and result.ndim == 0 else result


if engine is not None and not TYPE_CHECKING:
    apply = node_of = engine.apply


def _documented(method: Callable[..., Any], op: Primitive) -> Callable[..., Any]:
    method.__name__ = op.name
    method.__qualname__ = f"Value.{op.name}"
    more = f"\n\nMore: help(autograd.primitives.{op.name})" if op.name in RESERVED else ""
    method.__doc__ = op.doc + more
    return method
