"""Primitive: an operation with its value, its rules, its texts for backends and its words."""

from __future__ import annotations

from math import isfinite

from autograd.arguments import as_float, elementwise, is_array
from autograd.errors import warn_non_finite
from autograd.native import engine, move_aside
from autograd.threads import loaded
from autograd.words import Words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Protocol, TypeVar, overload

    from numpy.typing import NDArray

    from autograd.arguments import Number

__all__ = ["TABLE", "Primitive", "Words", "primitive"]


if TYPE_CHECKING:
    Result_co = TypeVar("Result_co", covariant=True)

    class Recording(Protocol[Result_co]):
        """A class that records the operations on its instances, as Value does."""

        @classmethod
        def __primitive__(cls, op: Primitive, args: tuple[Any, ...]) -> Result_co:
            """Return the result of an operation that has a `cls` among its operands."""


class _Rows:
    """The rows as attributes: `rows.exp(x)` in a rule, which runs when the table is complete."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Primitive: ...


rows = _Rows()
TABLE: dict[str, Primitive] = vars(rows)


class Row:
    """What C knows of an operation, where the engine is in C."""


if engine is not None and not TYPE_CHECKING:
    Row = engine.Row


class Primitive(Row):
    """An operation on scalars. Calling it with numbers computes, with Values it records.

    `pullbacks` holds one rule `pull(g, out, *args)` per argument, None where the derivative is
    zero on purpose. A row with many arguments (`variadic`) has a single rule, which returns the
    contributions to all arguments at once. Rules are linear in g, so the same rule gives the
    reverse mode (g from above) and the forward mode (g a tangent, summed over the arguments).
    """

    name: str
    symbol: str
    doc: str
    forward: Callable[..., float]
    pullbacks: tuple[Callable[..., Any] | None, ...]
    written: str
    called: str
    within: str
    c: str | None
    numpy: str | None
    js: str | None
    ufunc: str
    domain: tuple[tuple[float, float], ...]
    special: tuple[tuple[float, ...], ...]
    defaults: tuple[float, ...]
    variadic: bool
    total: bool
    commutative: bool
    symmetric: bool
    ordered: bool
    chooses: bool
    degree: int | None
    bounds: tuple[float, float] | None
    sum_of: Primitive | None
    over: Callable[..., Any] | None
    span: Callable[..., Any] | None
    spelled: Callable[..., Any] | None
    formula: str | None
    latex: str | None
    sympy: str | None
    kink: Callable[..., str | None] | None
    flat: Words | None
    fault: Words | None
    blocks: Words | None
    method: bool

    def __init__(self, **facts: Any) -> None:
        """Hold the facts above, by name, and those that follow from them."""
        vars(self).update(facts)
        self.__name__ = self.name
        self.symbol = self.name if facts["symbol"] is None else facts["symbol"]
        self.ufunc = self.name if facts["ufunc"] is None else facts["ufunc"]
        self.domain = facts["domain"] or ((-3.0, 3.0),) * len(self.pullbacks)
        self.symmetric = self.symmetric or self.commutative
        if not self.called:
            function, call, _ = self.written.partition("(")
            self.called = function if call and function.isidentifier() else self.name
        if isinstance(facts["flat"], str):
            self.flat = Words("", short=facts["flat"]) if facts["flat"] else None
        self.arity = 0 if self.variadic else len(self.pullbacks)
        self.gathered: Primitive | None = None  # the variadic row that sums results of this one
        if self.variadic and self.sum_of is not None and self.sum_of.gathered is None:
            self.sum_of.gathered = self
        # How the backward pass goes through a node of the row; written at its first use
        self.step: Callable[..., None] | None = None
        if engine is not None:
            engine.bind(self, self.name, self.arity, self.total)

    @property
    def described(self) -> str:
        """How texts about a node name it, with the function that people call if that is another.

        >>> from autograd.primitives import add_n, gate, guarded_dot, hypot
        >>> add_n.described, guarded_dot.described, hypot.described, gate.described
        ('sum', 'dot', 'hypot (norm)', 'gate (relu)')
        """
        return f"{self.called} ({self.within})" if self.within else self.called

    @property
    def function(self) -> str:
        """The function that people call where a node of this row is made.

        >>> from autograd.primitives import add_n, hypot
        >>> add_n.function, hypot.function
        ('sum', 'norm')
        """
        return self.within or self.called

    def pull(self, g: Any, out: Any, args: Sequence[Any]) -> Sequence[Any]:
        """Return the contribution of `g` to each argument, None where there is no derivative."""
        if not self.variadic:
            return [rule and rule(g, out, *args) for rule in self.pullbacks]
        (rule,) = self.pullbacks
        return (None,) * len(args) if rule is None else rule(g, out, *args)

    if TYPE_CHECKING:
        # Operands that fit one fit those below too; a comparison is a bool to type checkers
        @overload
        def __call__(  # type: ignore[overload-overlap]
            self, first: Recording[Result_co], /, *args: Recording[Result_co] | Number
        ) -> Result_co: ...

        @overload
        def __call__(self, *args: Number) -> float: ...  # type: ignore[overload-overlap]

        @overload
        def __call__(self, *args: Recording[Result_co] | Number) -> Result_co: ...  # type: ignore[overload-overlap]

        @overload
        def __call__(self, *args: Recording[Any] | Number | NDArray[Any]) -> NDArray[Any]: ...

    def __call__(self, *args: Any) -> Any:
        """Compute on numbers; record on Values; map over NumPy arrays."""
        if len(args) != len(self.pullbacks) and not self.variadic:
            args = self._completed(args)
        for arg in args:
            record = getattr(type(arg), "__primitive__", None)
            if record is not None:
                return record(self, args)
            if is_array(arg):
                return elementwise(self, args)
        args = tuple(as_float(number, self.name) for number in args)
        result = self.forward(*args)
        if not self.total and not isfinite(result):
            warn_non_finite(self.called, result, args)
        return result

    def _completed(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return `args` with the defaults of the row added."""
        missing = len(self.pullbacks) - len(args)
        if not 0 < missing <= len(self.defaults):
            least, most = len(self.pullbacks) - len(self.defaults), len(self.pullbacks)
            allowed = str(most) if least == most else f"{least} to {most}"
            noun = "argument" if most == 1 else "arguments"
            raise TypeError(f"{self.name} takes {allowed} {noun}, got {len(args)}")
        return args + self.defaults[-missing:]

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __reduce__(self) -> tuple[Callable[[str], Primitive], tuple[str]]:
        return _named, (self.name,)

    def __copy__(self) -> Primitive:
        return self

    def __deepcopy__(self, memo: object) -> Primitive:
        return self


move_aside(Primitive, __call__="general")


class _Help:
    """The docstring of a row: its `doc`; of our own rows all that `autograd.help` says of them.

    That is made when it is asked for, because for all rows it takes a seventh of the import.
    """

    def __init__(self, of_class: str | None) -> None:
        self._of_class = of_class

    def __get__(self, row: Primitive | None, kind: type) -> str | None:
        if row is None:
            return self._of_class
        ours = row.name in RESERVED
        row.__doc__ = text = loaded("autograd.help").help_text(row) if ours else row.doc
        return text


Primitive.__doc__ = _Help(Primitive.__doc__)  # type: ignore[assignment]  # a text all the same


def _named(name: str) -> Primitive:
    try:
        return TABLE[name]
    except KeyError:
        raise LookupError(
            f"the operation {name!r} is not registered here; "
            f"call autograd.primitive({name!r}, ...) before loading what uses it"
        ) from None


# The names of our own rows: users may redefine only theirs, as re-run notebook cells do.
RESERVED: set[str] = set()
# Called with each row that users define: Value, which this file must not import, adds its method.
ON_NEW_ROW: list[Callable[[Primitive], None]] = []


def primitive(
    name: str,
    forward: Callable[..., float],
    *pullbacks: Callable[..., Any] | None,
    symbol: str | None = None,
    doc: str = "",
    written: str = "",
    called: str = "",
    within: str = "",
    c: str | None = None,
    numpy: str | None = None,
    js: str | None = None,
    ufunc: str | None = None,
    domain: Sequence[tuple[float, float]] = (),
    special: Sequence[tuple[float, ...]] = (),
    defaults: tuple[float, ...] = (),
    variadic: bool = False,
    total: bool = False,
    commutative: bool = False,
    symmetric: bool = False,
    ordered: bool = False,
    chooses: bool = False,
    degree: int | None = None,
    bounds: tuple[float, float] | None = None,
    sum_of: Primitive | None = None,
    over: Callable[..., Any] | None = None,
    span: Callable[..., Any] | None = None,
    spelled: Callable[..., Any] | None = None,
    formula: str | None = None,
    latex: str | None = None,
    sympy: str | None = None,
    kink: Callable[..., str | None] | None = None,
    flat: Words | str = "",
    fault: Words | None = None,
    blocks: Words | None = None,
    method: bool = True,
) -> Primitive:
    r"""Define an operation and return it; it is a function of numbers, Values and arrays.

    What it computes:

    - `forward(*args)` takes floats and returns a float, for every float: nan or inf, no exception.
    - `pullbacks`, one per argument: `pull(g, out, *args)` returns g times the derivative of the
      result with respect to that argument, in `+ - * /` and functions of this package, so that it
      works on floats and on Values (higher derivatives). None: the derivative is zero on purpose.
    - `c`: a C function name, or an expression in x, y, z (the arguments by position), for
      compiling; all backends follow from it. Of a variadic row, the two-argument form that is
      folded. `numpy` and `js` are used instead of it by NumPy and in scripts, if they are given: a
      name or an expression in their own functions.
    - `ufunc`: NumPy's name of the operation, where that is another: `np.arcsin(v)` calls asin; ""
      if NumPy's function of the same name is another.
    - `defaults`: values for the last arguments when they are left out.
    - `variadic`: any number of arguments; the one pullback returns all contributions.
    - `domain`: an interval per argument from which tests draw; `special`: further test points.

    What is known of it:

    - `total`: finite operands never warn, whatever the result.
    - `commutative`: two operands may change places, and no bit of the result changes.
    - `symmetric`: operands (of a sum of products: its pairs) may change places in mathematics, so
      that pictures need not number them; a commutative row is symmetric.
    - `ordered`: of a variadic row with `sum_of`: its terms are rounded and added one by one from
      left to right, from -0.0, which changes no sum. Others may be added in any order, and fused.
    - `chooses`: of a variadic row: the result is the one of the other operands whose place, from 0
      on, the first one is; nan if it is none. Programs read it from memory by its address.
    - `degree`: of a polynomial, 1 for a sum and 2 for a product; None for any other function.
    - `bounds`: the two numbers at which results level out; near them the row is called saturated.
    - `sum_of`: the row whose results this one adds up: `identity`, or a product for a variadic row
      that takes x1 ... xn, y1 ... yn. Gradients gather sums of such results into one node, and
      sums over a batch are taken apart by it.
    - `over(divided, *args)` returns the result divided by a factor that its arguments have:
      `divided(arg)` is an argument without the factor, or None if it lacks it. None if the result
      has no such factor.
    - `span(tangents, *args)`, for a length, which has no derivative where it is 0: the tangent of
      the length times the length, which has one. None if these arguments make no length.
    - `spelled(*args)` returns the result by calls of other rows. Programs use it; for a variadic
      row from three operands on, where a fold would lose digits or overflow. The operands know
      the `precision` of their program.

    How it is written and described:

    - `symbol` stands in pictures (default: the name), `doc` begins its docstring.
    - `written`: how people type it, unless they call it by its name: "x + y". `called`: the name
      of the function in texts about a node (default: that in `written`, else the row's name).
      `within`: the function that applies it, or whose derivative does, where people call that one;
      such texts name both.
    - `formula`: the operation on x, y, z in Python's notation, for people; of a variadic row, its
      two-argument form. Without, formulas name the operation: `cube(x)`.
    - `latex`: its function in LaTeX, as `\sin`, a pattern with # for the argument, as
      `\sqrt{#}`, or "formula" where mathematics writes that instead of the name.
    - `sympy`: the name of SymPy's function, for a row without a formula.
    - `kink(*args)` returns, where the operation has no derivative, which one the rules take, in
      words; None everywhere else.
    - `flat`, `fault` and `blocks` are `Words`. `flat` says why the derivative is 0 somewhere; the
      two words for pictures, "relu off", may be given alone. `fault` says why finite operands give
      nan or inf, and thus where the domain ends. `blocks` says why no gradient passes an operand
      without a rule.
    - `method`: whether it is a method of Value; False where rules alone apply it.

    Raises ValueError for a name that is taken by the package or is no identifier, and TypeError
    when there is no pullback or a rule is not callable.

    >>> from autograd import Value, primitive
    >>> cube = primitive("cube", lambda x: x * x * x, lambda g, out, x: g * 3.0 * x * x)
    >>> x = Value(2.0)
    >>> y = cube(x)
    >>> y.backward()
    >>> y.data, x.grad
    (8.0, 12.0)
    """
    facts = {**locals()}  # the arguments above, by name
    if RESERVED:  # the table is complete: this row is a user's
        facts = loaded("autograd.definition").checked(facts, RESERVED)
    row = TABLE[name] = Primitive(**facts)
    for use in ON_NEW_ROW:
        use(row)
    return row
