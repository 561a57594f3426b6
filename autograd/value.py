"""Value: a scalar that remembers how it was made."""

from __future__ import annotations

from math import isfinite

from autograd.arguments import as_float
from autograd.backward import backward
from autograd.copying import deep_copy, reduced, shallow_copy
from autograd.errors import refuse, tracing_error, unrecorded_error, warn_identity, warn_non_finite
from autograd.graph import CLOCK, Node, operand_data, operands, put, topological_order
from autograd.mode import CURRENT, TRACES, is_tracing
from autograd.native import engine, with_methods
from autograd.operators import (
    ARITHMETIC,
    COMPARISONS,
    OPERATORS,
    UNARY,
    apply,
    apply_ufunc,
    attach_binary,
    general,
    unary,
)
from autograd.primitive import ON_NEW_ROW, TABLE, Primitive
from autograd.threads import loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from autograd.arguments import Number
    from autograd.methods import Methods  # the methods set below the class, as a stub
else:
    Methods = Node

PLAIN_NUMBERS = (float, int, bool)  # which nobody expects to be the very same object


@with_methods("__init__", "__eq__", "__bool__", "data", "grad", "zero_grad", "backward")
class Value(Methods):
    """A scalar with its gradient and the operation and operands that made it.

    `data` is the number, `grad` the derivative of the last `backward()` root with respect to it
    (0.0 until a pass reaches it; `has_grad` tells whether one did). `op` is the row of the
    operation and `args` its operands, Values and Constants; a leaf has None and (). `scope` says
    where it was made.

    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> c = a * b + 10
    >>> c.backward()
    >>> c, a.grad, b.grad
    (Value(data=4.0, grad=1.0), -3.0, 2.0)
    """

    __slots__ = ()

    def __init__(
        self, data: Number, label: str = "", *_op: NoReturn, **_children: NoReturn
    ) -> None:
        """Make a leaf from a real number; TypeError for anything else."""
        if type(data) is not float:
            if isinstance(data, Value):  # type: ignore[unreachable]  # in programs without types
                refuse("a new Value", data)  # type: ignore[unreachable]
                raise TypeError(f"{data!r} is a Value already; use it, or Value(v.data) for a copy")
            data = as_float(data)
        if engine is not None and self.op is not None:
            raise TypeError(f"{self._described()} is a result already, and no new leaf")
        self._data = data
        self._grad = None
        self._version = CLOCK.now
        if engine is None:  # in C a node begins as a leaf
            self._sweep = None
            self._depth = 0
            self._row = None
        mode = CURRENT.get()
        if mode.tracing is not None:
            mode.tracing.made.add(self)
        if _op or _children or (type(label) is not str and not isinstance(label, str | None)):
            raise _refused(label, _op, _children)
        if label:
            self._place = mode.labelled.get(label) or mode.place_of(label)
        else:
            self._place = mode.place

    # Data and gradient

    @property
    def data(self) -> float:
        """The number. Only that of a leaf can be set; graphs made from the old one become stale.

        While a function is traced, this is a live Value without gradient, as from `detach()`.
        """
        if TRACES:  # as in `is_tracing`, without a call
            tracing = CURRENT.get().tracing
            if tracing is not None and self not in tracing.made:
                return tracing.data(self)  # type: ignore[no-any-return]  # for a number
        return self._data

    @data.setter
    def data(self, data: Number) -> None:
        refuse("a change of .data", self)
        if self.op is not None:
            raise AttributeError(
                f"data of {self._described()} cannot be set, it is the result of "
                f"{self.op.described}: set the data of its leaves and call .forward(), "
                "or make a new Value(number)"
            )
        if type(data) is not float:
            data = as_float(data, "Value.data")
        # In one go, see Clock: there is no call in this line
        self._data, self._version, CLOCK.now = data, (now := CLOCK.now + 1), now

    @property
    def grad(self) -> float:
        """The gradient; 0.0 until `backward()` reaches this Value."""
        if TRACES:  # as in `refuse`, without a call
            refuse(".grad", self)
        return 0.0 if self._grad is None else self._grad

    @grad.setter
    def grad(self, grad: Number) -> None:
        refuse(".grad", self)
        self._grad = as_float(grad, "Value.grad")

    @property
    def label(self) -> str:
        """The name for pictures and messages; "" when unset."""
        return self._place.label

    @label.setter
    def label(self, label: str) -> None:
        if not isinstance(label, str):
            raise TypeError(f"Value.label takes a str, not {label!r}")
        self._place = self._place.called(label)

    @property
    def is_leaf(self) -> bool:
        """Whether no operation made the Value; False for one left over from a trace that ended.

        >>> a = Value(3.0)
        >>> a.is_leaf, (2.0 * a).is_leaf
        (True, False)
        """
        return self.op is None

    @property
    def scope(self) -> str:
        """Where the Value was made: the names of the enclosing scopes, joined by "/"."""
        return self._place.scope

    @property
    def line(self) -> str:
        """The line that made the Value, as "file:line"; "" outside of `source_lines()`."""
        return self._place.line

    @property
    def has_grad(self) -> bool:
        """Whether a backward pass has reached this Value since its gradient was cleared."""
        if TRACES:
            refuse(".grad", self)
        return self._grad is not None

    def zero_grad(self) -> None:
        """Forget the gradient: `grad` is 0.0 until the next backward pass."""
        refuse(".grad", self)
        self._grad = None

    def backward(self, gradient: Number = 1.0) -> None:
        """Compute the derivative of this Value with respect to every Value it was made from.

        Gradients add up in leaves, from call to call, until `zero_grad()`; those of all other
        nodes are set anew. `gradient` is the derivative of some final quantity with respect to
        this Value. Raises StaleGraphError, leaving all gradients of leaves as they were, if a
        leaf was changed since, and RuntimeError for a Value that was computed inside `no_grad`.

        >>> x = Value(3.0)
        >>> (x * x).backward()
        >>> x.grad
        6.0
        """
        refuse(".grad", self)
        if self.op is None and not CURRENT.get().record:
            raise unrecorded_error("backward()", self._place.name)
        backward(self, gradient if type(gradient) is float else as_float(gradient, "backward"))

    def forward(self) -> Value:
        """Recompute this Value and all between it and the leaves in place, and return it.

        >>> x = Value(3.0)
        >>> y = x * x
        >>> x.data = 4.0
        >>> y.forward()
        Value(data=16.0, grad=0.0)
        """
        if is_tracing():  # a program computes all from the leaves at each call
            return self
        nodes: list[Any] = [node for node in topological_order(self) if node.op is not None]
        before = [
            [getattr(node, name) for node in nodes] for name in ("_data", "_grad", "_version")
        ]
        try:
            for node in nodes:
                op = node.op
                node._data = data = op.forward(*operand_data(node))
                node._grad = None
                for arg in operands(node):
                    if arg is not None and arg._version > node._version:
                        node._version = arg._version
                if not op.total and not isfinite(data):
                    warn_non_finite(op.called, data, node.args)
            CLOCK.now += 1  # for Vectors that hold the old data
        except BaseException:
            for name, items in zip(("_data", "_grad", "_version"), before):
                put(nodes, name, items)
            raise
        return self

    # micrograd's names

    @property
    def _prev(self) -> set[Value]:
        """micrograd's name for the operands, without plain numbers: see `args`."""
        return {arg for arg in self.args if isinstance(arg, Value)}

    @property
    def _op(self) -> str:
        """micrograd's name for the symbol of the operation, "" for a leaf: see `op`."""
        return self.op.symbol if self.op else ""

    @property
    def _backward(self) -> NoReturn:
        """micrograd's place for the rule of a node, which is a row of the table here."""
        raise AttributeError(
            "a Value has no _backward: the rules of its operation are value.op.pullbacks, and an "
            "operation of your own is autograd.primitive(name, forward, rule)"
        )

    @_backward.setter
    def _backward(self, rule: Any) -> None:  # noqa: ARG002 - refused as well
        _ = self._backward

    # Text and plain numbers

    def __repr__(self) -> str:
        if is_tracing():  # no number: it would look like the one of every call
            name = self._place.name
            return f"Traced({name!r})" if name else "Traced()"
        label = f"label={self.label!r}, " if self.label else ""
        return f"Value({label}data={self._data}, grad={self.grad})"

    def _described(self) -> str:
        name = self._place.name
        return f"Value {name!r}" if name else "a Value"

    def __format__(self, specification: str) -> str:
        if not specification:
            return str(self)
        refuse("text", self)
        return format(self._data, specification)

    def __bool__(self) -> bool:
        tracing = CURRENT.get().tracing if TRACES else None
        return self._data != 0.0 if tracing is None else tracing.decide(self)

    def __round__(self, digits: int | None = None) -> float:
        refuse("a rounded number", self)
        return round(self._data, digits)

    def __float__(self) -> NoReturn:
        refuse("a plain number", self)
        raise TypeError(
            f"{self._described()} is not converted to a plain number: its gradient would be lost "
            "in silence; use .data for the number, and autograd.sin(v) or v.sin() for math.sin(v)"
        )

    __int__ = __complex__ = __trunc__ = __floor__ = __ceil__ = __float__

    # Operators that are not of the table

    def __eq__(self, other: object) -> bool:
        if self is not other and is_tracing():
            # Two leaves are compared as in a list of parameters: by identity, on purpose
            leaves = isinstance(other, Value) and self.op is None is other.op
            if not leaves and (hasattr(type(other), "__float__") or isinstance(other, complex)):
                raise tracing_error("==", self._place.name)
        kind = type(other)
        if kind in PLAIN_NUMBERS or hasattr(kind, "dtype") or _is_other_number(other):
            warn_identity(self, other)
        return self is other

    __hash__ = object.__hash__

    def __pos__(self) -> Value:
        return self

    conjugate = __pos__  # asked for by np.var and np.std

    def __floordiv__(self, other: Any) -> NoReturn:
        refuse("// or %", self)
        raise TypeError(
            "// and % are refused on Values: they are steps, whose derivative is 0 almost "
            "everywhere, so that nothing is learned through them; use /, or .data for plain numbers"
        )

    __rfloordiv__ = __mod__ = __rmod__ = __divmod__ = __rdivmod__ = __floordiv__

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return apply_ufunc(ufunc, method, inputs, options)

    def __copy__(self) -> Value:
        refuse("a copy", self)
        result: Value = shallow_copy(self)
        return result

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        refuse("a copy", self)
        result: Value = deep_copy(self, memo)
        return result

    def __reduce__(self) -> tuple[Any, ...]:
        refuse("a copy", self)
        return reduced(self)

    @classmethod
    def __primitive__(cls, op: Primitive, args: tuple[Any, ...]) -> Value:
        """Record an operation of the table on its arguments."""
        result: Value = apply(cls, op, args)  # an array of Values, if there is one among them
        return result


def _is_other_number(other: object) -> bool:
    """Tell whether it is a Fraction, a complex number or their like; a Constant is a float."""
    if isinstance(other, Value | float):
        return False
    return isinstance(other, loaded("numbers").Number)


def _refused(label: Any, more: tuple[Any, ...], named: dict[str, Any]) -> TypeError:
    unknown = named.keys() - {"_children", "_op"}
    if unknown:
        return TypeError(f"Value takes a number and a label, and no {min(unknown)!r}")
    if not more and not named and not isinstance(label, tuple | list | set):
        return TypeError(f"Value takes a str as label, not {label!r}")
    return TypeError(
        "Value takes a number and a label; the operands and the operation, which micrograd's Value "
        "takes too, are recorded by operations, as in a * b: autograd.primitive makes one of your "
        "own"
    )


def _attach_operators() -> None:
    if engine is not None:
        return  # they are slots of its Node
    for name, op in UNARY.items():
        setattr(Value, f"__{name}__", unary(op))
    for name, op in {**ARITHMETIC, **COMPARISONS}.items():
        attach_binary(Value, f"__{name}__", op)
    for name, op in ARITHMETIC.items():
        attach_binary(Value, f"__r{name}__", op, reflected=True)


def _attach(op: Primitive) -> None:
    """Make the operation a method, under NumPy's name too: np.arcsin(array) calls x.arcsin().

    NumPy calls operators as such, so that they need no name of NumPy's. Two rows may be the same
    function of NumPy: its name is that of the row which is called so.
    """
    if not op.method:
        return
    alias = op.name if not op.ufunc or op.ufunc in TABLE or op in OPERATORS else op.ufunc
    for name in {op.name: None, alias: None}:  # in the order of the table, for those who list them
        if name not in OWN_NAMES:
            setattr(Value, name, unary(op) if op.arity == 1 else general(op))


_attach_operators()
# In C, rows have their methods already; they get their documentation below.
OWN_NAMES = frozenset(dir(Value)) - TABLE.keys()
for _op in TABLE.values():
    _attach(_op)
OWN_NAMES = frozenset(dir(Value))  # a user's row may replace another user's method, not ours
ON_NEW_ROW.append(_attach)
