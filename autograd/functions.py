"""Functions built from rows: sums, means, norms, and the softmax family.

Each takes any iterable of numbers and Values, NumPy arrays included, and returns plain numbers
when nothing in it is a Value.
"""

from __future__ import annotations

from math import inf

from autograd.arguments import has_order, is_array, is_mapping
from autograd.operators import operand
from autograd.primitives import (
    add,
    add_n,
    exp,
    finite,
    hypot,
    identity,
    largest,
    logaddexp,
    portion,
    softplus,
    sub,
)  # fmt: skip
from autograd.rules import combined_others, combined_pairs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, overload

    from autograd.arguments import Number
    from autograd.value import Value

# Of each function the second overload is for plain numbers, which fit the third one as well; a
# comparison of Values, a bool to type checkers, fits the first.


if TYPE_CHECKING:

    @overload
    def sum(values: Iterable[Value]) -> Value: ...

    @overload
    def sum(values: Iterable[Number]) -> float: ...  # type: ignore[overload-overlap]

    @overload
    def sum(values: Iterable[Value | Number]) -> Value: ...


def sum(values: Iterable[Any]) -> Any:
    """Return the sum of the values as one node; of nothing, 0.0.

    >>> from autograd import Value, sum
    >>> sum([Value(1.0), 2.0, Value(3.0)])
    Value(data=6.0, grad=0.0)
    """
    return _applied("sum", add_n, _terms(values, "sum"))


if TYPE_CHECKING:

    @overload
    def mean(values: Iterable[Value]) -> Value: ...

    @overload
    def mean(values: Iterable[Number]) -> float: ...  # type: ignore[overload-overlap]

    @overload
    def mean(values: Iterable[Value | Number]) -> Value: ...


def mean(values: Iterable[Any]) -> Any:
    """Return the arithmetic mean; ValueError for no values.

    >>> from autograd import mean
    >>> mean([1.0, 2.0, 6.0])
    3.0
    """
    terms = _some(values, "mean")
    return _applied("mean", add_n, terms) / float(len(terms))


if TYPE_CHECKING:

    @overload
    def norm(values: Iterable[Value]) -> Value: ...

    @overload
    def norm(values: Iterable[Number]) -> float: ...  # type: ignore[overload-overlap]

    @overload
    def norm(values: Iterable[Value | Number]) -> Value: ...


def norm(values: Iterable[Any]) -> Any:
    """Return the Euclidean length; its gradient at the origin is 0.

    >>> from autograd import norm
    >>> norm([3.0, 4.0])
    5.0
    """
    return _applied("norm", hypot, _terms(values, "norm"))


if TYPE_CHECKING:

    @overload
    def logsumexp(values: Iterable[Value]) -> Value: ...

    @overload
    def logsumexp(values: Iterable[Number]) -> float: ...  # type: ignore[overload-overlap]

    @overload
    def logsumexp(values: Iterable[Value | Number]) -> Value: ...


def logsumexp(values: Iterable[Any]) -> Any:
    """Return log(exp(x[0]) + ... + exp(x[n-1])) without overflow; ValueError for no values.

    It is taken of two at a time, in a tree: that of two is exact for any distance between them, and
    its derivatives, however high, are made of products of positive numbers.

    >>> from autograd import logsumexp
    >>> logsumexp([1000.0, 1000.0])
    1000.6931471805599
    """
    return _applied("logsumexp", _logsumexp, _some(values, "logsumexp"))


if TYPE_CHECKING:

    @overload
    def softmax(values: Iterable[Value]) -> list[Value]: ...

    @overload
    def softmax(values: Iterable[Number]) -> list[float]: ...  # type: ignore[overload-overlap]

    @overload
    def softmax(values: Iterable[Value | Number]) -> list[Value]: ...


def softmax(values: Iterable[Any]) -> list[Any]:
    """Return exp(x[i]) / (exp(x[0]) + ... + exp(x[n-1])), stably; ValueError for no values.

    >>> from autograd import softmax
    >>> softmax([0.0, 0.0])
    [0.5, 0.5]
    """
    powers = [exp(x) for x in _shifted("softmax", values)]
    return [portion(*pair) for pair in zip(powers, combined_others(powers, add, 0.0))]


if TYPE_CHECKING:

    @overload
    def log_softmax(values: Iterable[Value]) -> list[Value]: ...

    @overload
    def log_softmax(values: Iterable[Number]) -> list[float]: ...  # type: ignore[overload-overlap]

    @overload
    def log_softmax(values: Iterable[Value | Number]) -> list[Value]: ...


def log_softmax(values: Iterable[Any]) -> list[Any]:
    """Return the logarithms of softmax, x[i] - logsumexp(x); ValueError for no values.

    Of numbers of any size, near 0 and far below: x[i] - logsumexp(x) itself is rounded to the
    digits of x[i].

    >>> from autograd import log_softmax
    >>> [round(number, 4) for number in log_softmax([1e16, 1e16])]
    [-0.6931, -0.6931]
    >>> log_softmax([1e16, 1e16])
    [-0.6931471805599453, -0.6931471805599453]
    """
    terms = _shifted("log_softmax", values)
    return [-softplus(y - x) for x, y in zip(terms, combined_others(terms, logaddexp, -inf))]


def _logsumexp(*terms: Any) -> Any:
    level = [*terms]
    if len(level) == 1:
        return identity(*level)
    while len(level) > 1:
        level = combined_pairs(level, logaddexp)
    return level[0]


def _shifted(function: str, values: Iterable[Any]) -> list[Any]:
    """Return the differences from the largest (Blanchard, Higham, Higham 2021)."""
    terms = _some(values, function)
    shift = finite(_applied(function, largest, terms))
    return [sub(x, shift) for x in terms]


def _applied(function: str, row: Callable[..., Any], terms: Sequence[Any]) -> Any:
    """Return `row(*terms)`; what it refuses is refused in the name of the function called."""
    try:
        return row(*terms)
    except (TypeError, OverflowError):
        refusal = _refusal(function, terms)
        if refusal is None:
            raise
        raise refusal from None


def _refusal(function: str, terms: Sequence[Any]) -> Exception | None:
    """Return the error about the first term that is neither a number nor a Value nor an array."""
    for term in terms:
        if not is_array(term):
            try:
                operand(term, function)
            except (TypeError, OverflowError) as error:
                return error
    return None


def _terms(values: Iterable[Any], function: str) -> tuple[Any, ...]:
    if has_order(values):
        return tuple(values)
    given = repr(values)
    if isinstance(values, set | frozenset) or is_mapping(values):
        given = (
            f"a {type(values).__name__}, which has no order for them and holds equal ones once; "
            "make a list of it"
        )
    raise TypeError(f"{function} takes a list of numbers and Values, not {given}")


def _some(values: Iterable[Any], function: str) -> tuple[Any, ...]:
    terms = _terms(values, function)
    if not terms:
        raise ValueError(f"{function} of no values is undefined; give at least one")
    return terms
