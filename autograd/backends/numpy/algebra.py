"""Rows as functions of NumPy arrays, made from their C texts step by step.

A step is a NumPy function that writes where it is told to. Temporary arrays of more than 100 kB
cost more than the arithmetic in them: malloc gives their pages back to the system each time.
"""

from __future__ import annotations

import math
from functools import lru_cache, partial
from math import inf, nan
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from autograd.backends.formula import Algebra, formula_of
from autograd.runtime import computed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.primitive import Primitive


Array: TypeAlias = "np.ndarray[Any, np.dtype[np.floating[Any]]]"


def _mapped(function: Callable[[float], float]) -> Callable[..., Any]:
    """Return a function of floats as one of arrays."""
    return partial(np.frompyfunc(function, 1, 1), casting="unsafe", dtype=object)


def _lgamma(x: float) -> float:
    try:
        return math.lgamma(x)
    except (OverflowError, ValueError):
        return inf


def _tgamma(x: float) -> float:
    try:
        return math.gamma(x)
    except OverflowError:
        return inf
    except ValueError:
        return math.copysign(inf, x) if x == 0.0 else nan


def _power(x: Any, y: Any, out: Any) -> None:
    """numpy.power takes sqrt for an exponent that is 0.5 throughout: nan at -inf, -0 at -0."""
    np.power(x, y, out=out)
    half = np.equal(y, 0.5)
    if half.any() if half.ndim else half:  # one number needs no call
        np.copyto(out, np.absolute(x), where=half & (np.equal(x, 0.0) | np.isinf(x)))


def _round(x: Any, out: Any) -> None:
    """Round halves away from 0, as C does."""
    np.trunc(x, out=out)
    up = np.absolute(np.subtract(x, out)) >= 0.5
    np.add(out, np.copysign(1.0, x), out=out, where=up)


def _positive_difference(x: Any, y: Any, out: Any) -> None:
    np.subtract(x, y, out=out)
    np.copyto(out, 0.0, where=np.less_equal(x, y))


def gated(x: Any, y: Any, out: Any) -> None:
    """Write y where x > 0, and 0 elsewhere, but nan where x is one and y is not 0."""
    out.fill(0.0)
    np.copyto(out, y, where=np.greater(x, 0.0))
    unknown = np.isnan(x)
    if unknown.any():
        np.copyto(out, x, where=unknown & np.not_equal(y, 0.0))


# The functions of <math.h> that have another name in NumPy, or none. NumPy has no fma, and its
# remainder is another function.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "acos": np.arccos,
    "acosh": np.arccosh,
    "asin": np.arcsin,
    "asinh": np.arcsinh,
    "atan": np.arctan,
    "atan2": np.arctan2,
    "atanh": np.arctanh,
    "erf": _mapped(math.erf),
    "erfc": _mapped(math.erfc),
    "fabs": np.absolute,
    "fdim": _positive_difference,
    "lgamma": _mapped(_lgamma),
    "nearbyint": np.rint,
    "pow": _power,
    "round": _round,
    "tgamma": _mapped(_tgamma),
}
NAMESPACE: dict[str, Any] = {**vars(np), "math": math}
WRITERS = {"gated": gated}  # functions with `out`, for texts that are such a name
MISSING = frozenset({"fma", "remainder"})
COMPARISONS = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
LIMITS: dict[Callable[..., Any], np.ufunc] = {np.greater: np.maximum, np.less: np.minimum}


class Call(NamedTuple):
    """A function that writes into `out`, on the nodes at these positions."""

    function: Callable[..., Any]
    inputs: tuple[int, ...]
    dtype: type = float  # of the precision of the program, or bool


Node: TypeAlias = "Call | float | None"  # None is an operand


def _new(nodes: list[Node], node: Node) -> int:
    """Add a node; return its position, which is the number that this algebra works on."""
    nodes.append(node)
    return len(nodes) - 1


def _calling(function: Callable[..., Any], dtype: type = float) -> Callable[..., int]:
    return lambda nodes, *inputs: _new(nodes, Call(function, inputs, dtype))


def _function(nodes: list[Node], name: str, *args: int) -> int:
    if name in MISSING:
        raise ValueError(f"{name} is called, which NumPy does not have")
    return _new(nodes, Call(FUNCTIONS.get(name) or getattr(np, name), args))


def _compare(nodes: list[Node], relation: str, x: int, y: int) -> int:
    return _new(nodes, Call(COMPARISONS[relation], (x, y), bool))


def _chosen(nodes: list[Node], condition: int, x: int, y: int) -> int:
    """`x > y || x != x ? x : y` is numpy.maximum, a fifth of the work of its parts."""
    limit = _limit(nodes, condition, x, y)
    return _new(nodes, Call(limit, (x, y)) if limit else Call(choose, (condition, x, y)))


def _limit(nodes: list[Node], condition: int, x: int, y: int) -> Callable[..., Any] | None:
    match nodes[condition]:
        case Call(np.logical_or, (first, second)):
            comparison = nodes[first]
            is_nan = Call(np.not_equal, (x, x), bool)
            if nodes[second] == is_nan and isinstance(comparison, Call):
                return LIMITS.get(comparison.function) if comparison.inputs == (x, y) else None
    return None


def _indicator(nodes: list[Node], condition: int) -> int:
    node = nodes[condition]
    assert isinstance(node, Call)
    return _new(nodes, node._replace(dtype=float))


ALGEBRA: Algebra = {
    "number": _new,
    "negative": _calling(np.negative),
    "add": _calling(np.add),
    "subtract": _calling(np.subtract),
    "multiply": _calling(np.multiply),
    "divide": _calling(np.divide),
    "function": _function,
    "compare": _compare,
    "both": _calling(np.logical_and, bool),
    "either": _calling(np.logical_or, bool),
    "opposite": _calling(np.logical_not, bool),
    "choose": _chosen,
    "indicator": _indicator,
}


def choose(condition: Any, x: Any, y: Any, out: Any) -> None:
    """Write x where the condition holds, and y elsewhere."""
    if y is not out:
        np.copyto(out, y)
    np.copyto(out, x, where=condition)


def copy(x: Any, out: Any) -> None:
    """Write x."""
    np.copyto(out, x)


class Function:
    """A row on arrays; of a variadic row, the form that is folded."""

    def __init__(self, nodes: Sequence[Node], arity: int, result: int) -> None:
        self.arity = arity
        if not isinstance(nodes[result], Call):  # an operand, or a constant
            nodes, result = [*nodes, Call(copy, (result,))], len(nodes)
        used = [0] * len(nodes)
        used[result] = 1
        for position in reversed(range(len(nodes))):
            node = nodes[position]
            if used[position] and isinstance(node, Call):
                for source in node.inputs:
                    used[source] += 1
        self.nodes = [node if count else None for node, count in zip(nodes, used)]
        self.result = result
        # An alternative that is used once is written where the choice goes.
        self._home = list(range(len(nodes)))
        for position in reversed(range(len(nodes))):
            node = self.nodes[position]
            if isinstance(node, Call) and node.function is choose:
                other = node.inputs[2]
                if used[other] == 1 and isinstance(self.nodes[other], Call):
                    self._home[other] = self._home[position]

    @property
    def last(self) -> Call:
        """The call that gives the result."""
        last = self.nodes[self.result]
        assert isinstance(last, Call)
        return last

    @property
    def ufunc(self) -> np.ufunc | None:
        """The ufunc that this function is, None where it is more than one."""
        last = self.last
        if last.inputs != tuple(range(self.arity)) or not isinstance(last.function, np.ufunc):
            return None
        return last.function

    @computed
    def plain(self) -> Function | None:
        """The function without its guard, if it is a product guarded at 0 or a gate, else None.

        Where neither operands nor results hold a nan, results are equal but for signs of zeros.
        """
        for nodes, plain in PLAIN:
            if self.nodes == nodes:
                return Function(plain, 2, len(plain) - 1)
        return None

    def compute(
        self,
        operands: Sequence[Any],
        out: Array,
        room: Callable[[tuple[int, ...], Any], Any],
        add: Callable[..., None],
    ) -> None:
        """Add the calls that write the function of the operands into `out`.

        `room(shape, dtype)` gives an array, `add(function, *operands, out=array)` takes a call.
        """
        arrays: dict[int, Any] = {self._home[self.result]: out}
        whole = np.broadcast_shapes(*map(np.shape, operands))
        values: list[Any] = list(operands)
        for position, node in enumerate(self.nodes[self.arity :], self.arity):
            if not isinstance(node, Call):
                values.append(node)
                continue
            inputs = [values[source] for source in node.inputs]
            home = self._home[position]
            if home not in arrays:
                own = np.broadcast_shapes(*map(np.shape, inputs))
                arrays[home] = room(own if home == position else whole, node.dtype)
            values.append(arrays[home])
            add(node.function, *inputs, out=arrays[home])

    def __call__(self, *operands: Any) -> Any:
        """Return the function of arrays."""
        shape, numbers = np.broadcast_shapes(*map(np.shape, operands)), np.result_type(*operands)

        def room(shape: tuple[int, ...], dtype: Any) -> Array:
            return np.empty(shape, numbers if dtype is float else dtype)

        out = room(shape, float)
        self.compute(operands, out, room, lambda function, *args, out: function(*args, out=out))
        return out

    def in_doubles(self, *operands: Any) -> Any:
        """Return the function of arrays of any precision, computed in float64."""
        return self(*[np.asarray(x, float) for x in operands])


# What a guarded product and a gate are, and are without their guards.
PLAIN: list[tuple[list[Node], list[Node]]] = [
    (
        [
            None,
            None,
            0.0,
            Call(np.equal, (0, 2), bool),
            Call(np.equal, (1, 2), bool),
            Call(np.logical_or, (3, 4), bool),
            Call(np.multiply, (0, 1)),
            Call(choose, (5, 2, 6)),
        ],
        [None, None, Call(np.multiply, (0, 1))],
    ),
    (
        [None, None, Call(gated, (0, 1))],
        [None, None, 0.0, Call(np.greater, (0, 2), bool), Call(np.multiply, (1, 3))],
    ),
]


@lru_cache(maxsize=1024)
def function_of(row: Primitive) -> Function:
    """Return the function of arrays that a row is: by its C text, or by one for NumPy itself.

    Raises ValueError, which names the row, where there is none or it is not understood.

    >>> from autograd.primitive import TABLE
    >>> function_of(TABLE["relu"])(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    if row.numpy is not None:
        return _written(row, row.numpy.strip())
    formula = formula_of(row)
    nodes: list[Node] = [None] * formula.arity
    try:
        result = formula.evaluate(ALGEBRA, range(formula.arity), nodes)
    except ValueError as error:
        raise ValueError(
            f"the C text {row.c!r} of the operation {row.name!r} is no function of arrays: {error}"
        ) from None
    return Function(nodes, formula.arity, result)


def _written(row: Primitive, text: str) -> Function:
    """Return the function that a text in NumPy's functions writes."""
    try:
        names = compile(text, row.name, "eval").co_names
        arity = row.arity or (3 if "z" in names else 2)  # a variadic row folds x with y, or y and z
        function: Any = WRITERS.get(text) or NAMESPACE.get(text)
        if not callable(function):
            function = eval(  # noqa: S307 - the text of a row is code of this program
                f"lambda {', '.join('xyz'[:arity])}: {text}", NAMESPACE
            )
        takes_out = text in WRITERS or isinstance(function, np.ufunc)
        write = function if takes_out else partial(_assign, function)
        with np.errstate(all="ignore"):
            write(*[np.ones((1, 1))] * arity, out=np.empty((1, 1)))
    except Exception as error:
        raise ValueError(
            f"the NumPy text {row.numpy!r} of the operation {row.name!r} is no function of arrays: "
            f"{type(error).__name__}: {error}"
        ) from error
    return Function([*[None] * arity, Call(write, tuple(range(arity)))], arity, arity)


def _assign(function: Callable[..., Any], *operands: Any, out: Any) -> None:
    np.copyto(out, function(*operands))
