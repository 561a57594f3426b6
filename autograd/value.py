"""Value: a scalar that remembers how it was made."""

from __future__ import annotations

from math import isfinite
from threading import Lock
from typing import TYPE_CHECKING, Any, NoReturn

from autograd import primitives
from autograd.backward import backward
from autograd.graph import Constant, topological_order
from autograd.mode import CURRENT
from autograd.number import as_float, is_array
from autograd.primitive import TABLE, Primitive
from autograd.ufuncs import apply_ufunc
from autograd.warning import warn_non_finite

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Value"]

# Counts the changes of leaves. A node keeps the count at which it was computed: one that is older
# than an operand is stale.
_version = 0
_version_lock = Lock()


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

    __slots__ = ("__weakref__", "_data", "_grad", "_version", "args", "label", "op", "scope")

    _data: float
    _grad: float | None
    _version: int
    op: Primitive | None
    args: tuple[Any, ...]
    label: str
    scope: str

    def __init__(self, data: Any, label: str = "") -> None:
        """Make a leaf from a real number; TypeError for anything else."""
        if type(data) is not float:
            if isinstance(data, Value):
                raise TypeError(f"{data!r} is a Value already; use it, or Value(v.data) for a new leaf")
            data = as_float(data)
        self._data = data
        self._grad = None
        self._version = _version
        self.op = None
        self.args = ()
        self.label = label
        self.scope = CURRENT.get().scope

    # Data and gradient

    @property
    def data(self) -> float:
        """The number. Setting it is for leaves; graphs made from the old one become stale."""
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        global _version
        if self.op is not None:
            raise AttributeError(
                f"data of {self._described()} cannot be set: it is the result of {self.op.name}; set "
                "the data of its leaves and call .forward(), or make a new leaf with Value(number)"
            )
        data = as_float(data, "Value.data")
        with _version_lock:
            _version += 1
            self._data = data
            self._version = _version

    @property
    def grad(self) -> float:
        """The gradient; 0.0 until `backward()` reaches this Value."""
        return 0.0 if self._grad is None else self._grad

    @grad.setter
    def grad(self, grad: Any) -> None:
        self._grad = as_float(grad, "Value.grad")

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
        backward(self, as_float(gradient, "backward"))

    def forward(self) -> Value:
        """Recompute this Value and all between it and the leaves in place, and return it.

        >>> x = Value(3.0)
        >>> y = x * x
        >>> x.data = 4.0
        >>> y.forward()
        Value(data=16.0, grad=0.0)
        """
        for node in topological_order(self):
            op = node.op
            if op is not None:
                data = op.forward(*[arg._data for arg in node.args])
                node._data = data if type(data) is float else as_float(data, op.name)
                node._grad = None
                node._version = _version
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
            f"{self._described()} is not converted to a plain number, for its gradient would be lost "
            "in silence; use .data for the number, and autograd.sin(v) or v.sin() for math.sin(v)"
        )

    __int__ = __complex__ = __trunc__ = __floor__ = __ceil__ = __float__

    # Operators

    def __pos__(self) -> Value:
        return self

    def __floordiv__(self, other: Any) -> NoReturn:
        raise TypeError(
            "// and % are refused on Values: they are steps, whose derivative is 0 almost everywhere, "
            "so that nothing could be learned through them; use .data for plain numbers, or / "
        )

    __rfloordiv__ = __mod__ = __rmod__ = __divmod__ = __rdivmod__ = __floordiv__

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return apply_ufunc(ufunc, method, inputs, options)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Find an operation registered by a user as a method."""
        row = TABLE.get(name)
        if row is None or row.variadic:
            raise AttributeError(f"'Value' object has no attribute {name!r}")
        return lambda *args: row(self, *args)

    @staticmethod
    def __primitive__(op: Primitive, args: tuple[Any, ...]) -> Value:
        return record(op, args)


_new = object.__new__
_mode = CURRENT.get


def record(op: Primitive, args: tuple[Any, ...]) -> Value:
    """Apply an operation to operands of which one at least is a Value."""
    operands = tuple(
        arg if type(arg) is Value or type(arg) is Constant else operand(arg, op.name) for arg in args
    )
    data = op.forward(*[arg._data for arg in operands])
    if type(data) is not float:
        data = as_float(data, op.name)
    if not op.total and not isfinite(data):
        warn_non_finite(op.name, data, operands)
    mode = _mode()
    node = _new(Value)
    node._data = data
    node._grad = None
    node._version = _version
    node.op, node.args = (op, operands) if mode.record else (None, ())
    node.label = ""
    node.scope = mode.scope
    return node


def operand(arg: Any, where: str) -> Value | Constant:
    """Return `arg` as an operand: a Value as itself, a number as a Constant."""
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
        node._grad = None
        node._version = _version
        node.label = ""
        node.scope = mode.scope
        if mode.record:
            node.op = op
            node.args = (self,)
        else:
            node.op = None
            node.args = ()
        return node

    return method


def _binary(op: Primitive, reflected: bool = False) -> Callable[[Value, Any], Value]:
    forward = op.forward
    partial = not op.total

    def method(self: Value, other: Any) -> Value:
        kind = type(other)
        if kind is not Value:
            if kind is float or kind is int:
                other = Constant(other)
            elif not isinstance(other, Value):
                if is_array(other) or not hasattr(kind, "__float__"):
                    return NotImplemented
                other = Constant(as_float(other, op.name))
        args = (other, self) if reflected else (self, other)
        data = forward(args[0]._data, args[1]._data)
        if partial and not isfinite(data):
            warn_non_finite(op.name, data, args)
        mode = _mode()
        node = _new(Value)
        node._data = data
        node._grad = None
        node._version = _version
        node.label = ""
        node.scope = mode.scope
        if mode.record:
            node.op = op
            node.args = args
        else:
            node.op = None
            node.args = ()
        return node

    return method


def _any(op: Primitive) -> Callable[..., Value]:
    def method(self: Value, *args: Any) -> Value:
        result: Value = op(self, *args)
        return result

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
# NumPy's loops for objects look for a method of NumPy's name: np.arcsin calls x.arcsin()
for _op in TABLE.values():
    for _name in {_op.name, _op.numpy or ""}:
        if _name.isidentifier() and _name not in vars(Value):
            _attach(_name, _unary(_op) if _op.arity == 1 else _any(_op), _op)
