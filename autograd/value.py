"""Value: a scalar that remembers how it was made."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, NoReturn

from autograd import primitives
from autograd.arrays import elementwise
from autograd.backward import backward
from autograd.copying import deep_copy, reduced, shallow_copy
from autograd.graph import CLOCK, Constant, topological_order
from autograd.mode import CURRENT
from autograd.number import as_float, is_array
from autograd.primitive import ON_NEW_ROW, TABLE, Primitive
from autograd.ufuncs import apply_ufunc
from autograd.warning import warn_non_finite

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Value"]

LARGEST = 2**1023  # ints up to here are floats for sure

_new = object.__new__
_mode = CURRENT.get


class Value:
    """A scalar with its gradient and the operation and operands that made it.

    `data` is the number, `grad` the derivative of the last `backward()` root with respect to it
    (0.0 until one reaches it: `has_grad` tells). `op` is the row of the operation and `args` its
    operands, Values and Constants; a leaf has None and (). `scope` says where it was made.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> c = a * b + 10
    >>> c.backward()
    >>> c, a.grad, b.grad
    (Value(data=4.0, grad=1.0), -3.0, 2.0)
    """

    __slots__ = (
        "__weakref__", "_data", "_depth", "_grad", "_place", "_sum", "_version", "args", "op"
    )  # fmt: skip

    _data: float
    _grad: float | None
    _sum: float | None
    _version: int
    _depth: int
    _place: str | tuple[str, str]  # the scope, or label and scope: one slot, for memory
    op: Primitive | None
    args: tuple[Any, ...]

    def __init__(self, data: Any, label: str = "") -> None:
        """Make a leaf from a real number; TypeError for anything else."""
        if type(data) is not float:
            if isinstance(data, Value):
                raise TypeError(f"{data!r} is a Value already; use it, or Value(v.data) for a copy")
            data = as_float(data)
        self._data = data
        self._grad = self._sum = None
        self._version = CLOCK.now
        self._depth = 0
        self.op = None
        self.args = ()
        scope = _mode().scope
        if label and not isinstance(label, str):
            raise TypeError(f"Value takes a str as label, not {label!r}")
        self._place = (label, scope) if label else scope

    # Data and gradient

    @property
    def data(self) -> float:
        """The number. Setting it is for leaves; graphs made from the old one become stale."""
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        if self.op is not None:
            raise AttributeError(
                f"data of {self._described()} cannot be set, it is the result of {self.op.name}: "
                "set the data of its leaves and call .forward(), or make a new Value(number)"
            )
        data = as_float(data, "Value.data")
        self._data = data
        self._version = CLOCK.tick()

    @property
    def grad(self) -> float:
        """The gradient; 0.0 until `backward()` reaches this Value."""
        return 0.0 if self._grad is None else self._grad

    @grad.setter
    def grad(self, grad: Any) -> None:
        self._grad = as_float(grad, "Value.grad")

    @property
    def label(self) -> str:
        """The name for pictures and messages; "" when unset."""
        return self._place[0] if type(self._place) is tuple else ""

    @label.setter
    def label(self, label: str) -> None:
        if not isinstance(label, str):
            raise TypeError(f"Value.label takes a str, not {label!r}")
        self._place = (label, self.scope)

    @property
    def scope(self) -> str:
        """Where the Value was made: the names of the enclosing scopes, joined by "/"."""
        place = self._place
        return place if type(place) is str else place[1]

    @property
    def has_grad(self) -> bool:
        """Whether a backward pass has reached this Value since its gradient was cleared."""
        return self._grad is not None

    def zero_grad(self) -> None:
        """Forget the gradient: `grad` is 0.0 until the next backward pass."""
        self._grad = None

    def backward(self, gradient: float = 1.0) -> None:
        """Compute the derivative of this Value with respect to every Value it was made from.

        Gradients add up in leaves, from call to call, until `zero_grad()`; those of all other
        nodes are set anew. `gradient` is the derivative of some final quantity with respect to
        this Value. Raises StaleGraphError, leaving all gradients of leaves as they were, if a
        leaf was changed since.

        >>> x = Value(3.0)
        >>> (x * x).backward()
        >>> x.grad
        6.0
        """
        backward(self, gradient if type(gradient) is float else as_float(gradient, "backward"))

    def forward(self) -> Value:
        """Recompute this Value and all between it and the leaves in place, and return it.

        >>> x = Value(3.0)
        >>> y = x * x
        >>> x.data = 4.0
        >>> y.forward()
        Value(data=16.0, grad=0.0)
        """
        CLOCK.tick()  # for Vectors that hold the old data
        for node in topological_order(self):
            op = node.op
            if op is not None:
                data = op.forward(*[arg._data for arg in node.args])
                node._data = data if type(data) is float else as_float(data, op.name)
                node._grad = None
                node._version = max(node._version, *[arg._version for arg in node.args])
                if not op.total and not isfinite(data):
                    warn_non_finite(op.name, data, node.args)
        return self

    def detach(self) -> Value:
        """Return a node with the same data that passes no gradient."""
        result: Value = record(primitives.detach, (self,))
        return result

    # Text and plain numbers

    def __repr__(self) -> str:
        label = f"label={self.label!r}, " if self.label else ""
        return f"Value({label}data={self._data}, grad={self.grad})"

    def _described(self) -> str:
        return f"Value {self.label!r}" if self.label else "a Value"

    def __format__(self, specification: str) -> str:
        return format(self._data, specification) if specification else repr(self)

    def __bool__(self) -> bool:
        return self._data != 0.0

    def __round__(self, digits: int | None = None) -> float:
        return round(self._data, digits)

    def __float__(self) -> NoReturn:
        raise TypeError(
            f"{self._described()} is not converted to a plain number: its gradient would be lost "
            "in silence; use .data for the number, and autograd.sin(v) or v.sin() for math.sin(v)"
        )

    __int__ = __complex__ = __trunc__ = __floor__ = __ceil__ = __float__

    # Operators

    def __pos__(self) -> Value:
        return self

    conjugate = __pos__  # asked for by np.var and np.std

    def __floordiv__(self, other: Any) -> NoReturn:
        raise TypeError(
            "// and % are refused on Values: they are steps, whose derivative is 0 almost "
            "everywhere, so that nothing is learned through them; use /, or .data for plain numbers"
        )

    __rfloordiv__ = __mod__ = __rmod__ = __divmod__ = __rdivmod__ = __floordiv__

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return apply_ufunc(ufunc, method, inputs, options)

    if TYPE_CHECKING:  # the methods made from the rows, below; at run time it would slow every read

        def __getattr__(self, name: str) -> Callable[..., Value]: ...

    def __copy__(self) -> Value:
        result: Value = shallow_copy(self)
        return result

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        result: Value = deep_copy(self, memo)
        return result

    def __reduce__(self) -> tuple[Any, ...]:
        return reduced(self)

    @staticmethod
    def __primitive__(op: Primitive, args: tuple[Any, ...]) -> Any:
        return record(op, args)


def record(op: Primitive, args: tuple[Any, ...]) -> Any:
    """Apply an operation to operands of which one at least is a Value."""
    if not NODES.issuperset(map(type, args)):
        if any(map(is_array, args)):
            return elementwise(op, args)
        args = tuple(operand(arg, op.name) for arg in args)
    data = op.forward(*[arg._data for arg in args])
    if type(data) is not float:
        data = as_float(data, op.name)
    if not op.total and not isfinite(data):
        warn_non_finite(op.name, data, args)
    return node_of(op, args, data, max([arg._depth for arg in args]) + 1)


def node_of(op: Primitive, args: tuple[Any, ...], data: float, depth: int) -> Value:
    """Return the node of an operation whose result is known."""
    mode = _mode()
    node = _new(Value)
    node._data = data
    node._grad = node._sum = None
    node._version = CLOCK.now
    node._place = mode.scope
    if mode.record:
        node._depth = depth
        node.op = op
        node.args = args
    else:
        node._depth = 0
        node.op = None
        node.args = ()
    return node


NODES = {Value, Constant}


def operand(arg: Any, where: str) -> Value | Constant:
    return arg if isinstance(arg, Value) else Constant(as_float(arg, where))


# Methods, made from the rows. `record` written out for one and two operands: 2 times as fast.


def _unary(op: Primitive) -> Callable[[Value], Value]:
    forward = op.forward
    partial = not op.total

    def method(self: Value) -> Value:
        data = forward(self._data)
        if partial and not isfinite(data):
            warn_non_finite(op.name, data, (self,))
        mode = _mode()
        node = _new(Value)
        node._data = data
        node._grad = node._sum = None
        node._version = CLOCK.now
        node._place = mode.scope
        if mode.record:
            node._depth = self._depth + 1
            node.op = op
            node.args = (self,)
        else:
            node._depth = 0
            node.op = None
            node.args = ()
        return node

    return method


def _binary(op: Primitive, reflected: bool = False) -> Callable[[Value, Any], Value]:
    forward = op.forward
    partial = not op.total

    def method(self: Value, other: Any) -> Value:
        kind = type(other)
        args: tuple[Any, ...]
        if kind is Value or (kind is not float and isinstance(other, Value)):
            depth = other._depth
            if depth < self._depth:  # noqa: PLR1730 - max() takes 4 times as long
                depth = self._depth
            data = forward(self._data, other._data)
            args = (self, other)
        else:
            if kind is int and -LARGEST < other < LARGEST:
                other = float(other)
            elif kind is not float:
                if is_array(other) or not hasattr(kind, "__float__"):
                    return NotImplemented  # type: ignore[no-any-return]  # Python's own protocol
                other = as_float(other, op.name)
            depth = self._depth
            if reflected:
                data = forward(other, self._data)
                args = (Constant(other), self)
            else:
                data = forward(self._data, other)
                args = (self, Constant(other))
        if partial and not isfinite(data):
            warn_non_finite(op.name, data, args)
        mode = _mode()
        node = _new(Value)
        node._data = data
        node._grad = node._sum = None
        node._version = CLOCK.now
        node._place = mode.scope
        if mode.record:
            node._depth = depth + 1
            node.op = op
            node.args = args
        else:
            node._depth = 0
            node.op = None
            node.args = ()
        return node

    return method


def _attach(name: str, method: Callable[..., Value], op: Primitive) -> None:
    method.__name__ = name
    method.__qualname__ = f"Value.{name}"
    method.__doc__ = op.doc
    setattr(Value, name, method)


OPERATORS = {
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
for _name, _op in OPERATORS.items():
    _attach(f"__{_name}__", _binary(_op), _op)
    _attach(f"__r{_name}__", _binary(_op, reflected=True), _op)
for _name, _op in COMPARISONS.items():
    _attach(f"__{_name}__", _binary(_op), _op)
_attach("__neg__", _unary(primitives.neg), primitives.neg)
_attach("__abs__", _unary(primitives.abs), primitives.abs)


def _attach_row(op: Primitive) -> None:
    """Make the operation a method, under NumPy's name too: np.arcsin(array) calls x.arcsin()."""

    def method(self: Value, *args: Any, out: None = None) -> Value:  # noqa: ARG001 - np.clip's
        result: Value = op(self, *args)
        return result

    for name in {op.name, op.numpy or ""}:
        if name.isidentifier() and name not in OWN_NAMES:
            _attach(name, _unary(op) if op.arity == 1 else method, op)


OWN_NAMES = frozenset(vars(Value))
for _op in TABLE.values():
    _attach_row(_op)
OWN_NAMES = frozenset(vars(Value))  # a user's row may replace another user's method, not ours
ON_NEW_ROW.append(_attach_row)
