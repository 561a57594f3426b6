"""Traced: Values without numbers, which record what is done with them, and their mode."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, Any, NoReturn

from autograd import primitives
from autograd.errors import asked_by_user, tracing_error, user_line
from autograd.mode import CURRENT, TRACES, Mode, Place, Tracing, entered, is_tracing
from autograd.native import engine
from autograd.operators import ARITHMETIC, binary, node_of
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.primitive import Primitive


def placeholder(label: str = "") -> Traced:
    """Return a leaf that stands for a number which each call of a program gives anew."""
    return Traced(nan, label)


def drawn(op: Primitive, args: tuple[Any, ...]) -> Traced:
    """Return the node of an operation without computing it; operands are nodes and Constants."""
    node: Traced = node_of(Traced, op, args, nan, max([arg._depth for arg in args], default=-1) + 1)
    return node


def live(value: Value) -> Live:
    """Return the `.data` that a Value has while a function is traced."""
    found: Live = node_of(Live, primitives.detach, (value,), nan, value._depth + 1)
    return found


def undecided(condition: Value) -> NoReturn:
    """Refuse to tell whether a Value is true."""
    raise tracing_error("a truth value", condition.label)


class Traced(Value):
    """A Value whose number is not known yet; what asks for it raises TracingError.

    Operations with other Values give Traced ones, so that everything computed from an input of
    the function is known as such. Its data is nan, which all rules pass on.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Traced({self.label!r})" if self.label else "Traced()"

    # A Value refuses these during a trace; a Traced refuses them always: it may have been stored.

    def __bool__(self) -> bool:
        tracing = CURRENT.get().tracing
        return undecided(self) if tracing is None else tracing.decide(self)

    def __float__(self) -> NoReturn:
        raise tracing_error("a plain number", self.label)

    __int__ = __complex__ = __trunc__ = __floor__ = __ceil__ = __float__

    def __index__(self) -> NoReturn:
        raise tracing_error("an index", self.label)

    def __round__(self, digits: int | None = None) -> NoReturn:
        raise tracing_error("a rounded number", self.label)

    def __format__(self, specification: str) -> str:
        if specification:
            raise tracing_error("text", self.label)
        return str(self)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        raise tracing_error("==", self.label)

    def __hash__(self) -> int:
        if is_tracing() and asked_by_user():
            raise tracing_error("a hash", self.label)
        return object.__hash__(self)

    def __ne__(self, other: object) -> bool:
        return not self == other

    @property
    def data(self) -> Any:
        """The same without gradient; refused after the trace."""
        if is_tracing():
            return live(self)
        raise tracing_error(".data", self.label)

    @data.setter
    def data(self, data: Any) -> None:  # noqa: ARG002 - refused
        raise tracing_error("a change of .data", self.label)

    @property
    def is_leaf(self) -> bool:
        """Whether it is an argument of the function that is being traced."""
        return self.op is None and self in CURRENT.get().differentiated

    @property
    def grad(self) -> float:
        """Refused: there is no gradient yet."""
        raise tracing_error(".grad", self.label)

    @grad.setter
    def grad(self, grad: Any) -> None:  # noqa: ARG002 - refused
        raise tracing_error(".grad", self.label)

    def backward(self, gradient: Any = 1.0) -> NoReturn:  # noqa: ARG002 - refused
        """Refused: use autograd.grad in the function, or `backward` of the compiled function."""
        raise tracing_error(".grad", self.label)

    def forward(self) -> Value:
        """Nothing to recompute: a program computes all from the leaves at each call."""
        if is_tracing():
            return self
        raise tracing_error(".data", self.label)


if engine is None:  # in C a result is of the derived class, whoever is asked
    for _name, _op in ARITHMETIC.items():
        # Python asks the right operand first where its class is derived and has a method of its own
        setattr(Traced, f"__r{_name}__", binary(_op, reflected=True))
else:
    engine.connect_traced(Traced)


class Live(Traced):
    """The `.data` of a traced Value, and what is computed from it.

    The function takes it for a float. Whatever would show the difference is refused to the user's
    code, not to the engine.
    """

    __slots__ = ()

    imag = 0.0

    @property
    def real(self) -> Live:
        """Itself, as of a float."""
        return self

    @property
    def _number(self) -> NoReturn:
        raise tracing_error("a plain number", self.label)

    hex = is_integer = as_integer_ratio = _number

    def __str__(self) -> NoReturn:
        raise tracing_error("text", self.label)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, complex):
            raise tracing_error("==", self.label)
        if hasattr(type(other), "__float__"):
            same: Any = primitives.equal
            return bool(same(self, other))  # itself too: a nan differs from itself
        return False

    def __hash__(self) -> int:
        if asked_by_user():
            raise tracing_error("a hash", self.label)
        return object.__hash__(self)

    @property  # type: ignore[misc]  # which nobody sets
    def __class__(self) -> type[Live]:  # isinstance() and match ask it
        if asked_by_user():
            raise tracing_error("its type", self.label)
        return type(self)


class TracingMode(Mode):
    """The mode while a function is traced.

    With `checked` nodes know the user's line.
    """

    __slots__ = ("_place", "checked")

    def __init__(
        self,
        record: bool = True,
        scope: str = "",
        quiet: bool = True,
        differentiated: frozenset[Any] = frozenset(),
        tracing: Tracing | None = None,
        variant: frozenset[Any] = frozenset(),
        checked: bool = False,
    ) -> None:
        self.checked = checked
        tracing = tracing or Tracing(live, undecided)
        super().__init__(record, scope, quiet, differentiated, tracing, variant)

    @property
    def place(self) -> Place:
        """The place of the next node."""
        return self._place.at(user_line()) if self.checked else self._place

    @place.setter
    def place(self, place: Place) -> None:
        self._place = place
        if not self.checked:
            vars(Mode)["place"].__set__(self, place)  # the slot itself, which C reads

    def settings(self) -> dict[str, Any]:
        """Return the settings by name."""
        return {**super().settings(), "checked": self.checked}


class traced_under(entered):  # noqa: N801 - called like a function
    """Context manager: run a block under a mode of tracing, and let Values ask for it."""

    __slots__ = ("_mark",)

    def __init__(self, mode: TracingMode) -> None:
        super().__init__(mode)
        self._mark = object()

    def __enter__(self) -> None:
        super().__enter__()
        TRACES.append(self._mark)

    def leave(self, before: Mode | None) -> None:
        """Remove the mark, then the mode; while the mode stays, this is called again."""
        if self._mark in TRACES:
            TRACES.remove(self._mark)
        super().leave(before)
