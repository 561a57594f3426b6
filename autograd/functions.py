"""Functions built from rows: sums, means, norms, and the softmax family.

Each takes any iterable of numbers and Values, NumPy arrays included, and returns plain numbers
when nothing in it is a Value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.primitives import add_n, exp, finite, hypot, largest, log

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["log_softmax", "logsumexp", "mean", "norm", "softmax", "sum"]


def sum(values: Iterable[Any]) -> Any:
    """Return the sum of the values as one node; of nothing, 0.0.

    >>> from autograd import Value, sum
    >>> sum([Value(1.0), 2.0, Value(3.0)])
    Value(data=6.0, grad=0.0)
    """
    return add_n(*_terms(values, "sum"))


def mean(values: Iterable[Any]) -> Any:
    """Return the arithmetic mean; ValueError for no values.

    >>> from autograd import mean
    >>> mean([1.0, 2.0, 6.0])
    3.0
    """
    terms = _some(values, "mean")
    return add_n(*terms) / float(len(terms))


def norm(values: Iterable[Any]) -> Any:
    """Return the Euclidean length; its gradient at the origin is 0.

    >>> from autograd import norm
    >>> norm([3.0, 4.0])
    5.0
    """
    return hypot(*_terms(values, "norm"))


def logsumexp(values: Iterable[Any]) -> Any:
    """Return log(exp(x[0]) + ... + exp(x[n-1])) without overflow; ValueError for no values.

    The largest value is subtracted first (Blanchard, Higham, Higham 2021).

    >>> from autograd import logsumexp
    >>> logsumexp([1000.0, 1000.0])
    1000.6931471805599
    """
    terms = _some(values, "logsumexp")
    shift = finite(largest(*terms))
    return log(add_n(*(exp(x - shift) for x in terms))) + shift


def softmax(values: Iterable[Any]) -> list[Any]:
    """Return exp(x[i]) / (exp(x[0]) + ... + exp(x[n-1])), stably; ValueError for no values.

    >>> from autograd import softmax
    >>> softmax([0.0, 0.0])
    [0.5, 0.5]
    """
    terms = _some(values, "softmax")
    shift = finite(largest(*terms))
    powers = [exp(x - shift) for x in terms]
    total = add_n(*powers)
    return [power / total for power in powers]


def log_softmax(values: Iterable[Any]) -> list[Any]:
    """Return the logarithms of softmax, x[i] - logsumexp(x); ValueError for no values.

    >>> from autograd import log_softmax
    >>> log_softmax([0.0, -1000.0])
    [0.0, -1000.0]
    """
    terms = _some(values, "log_softmax")
    total = logsumexp(terms)
    return [x - total for x in terms]


def _terms(values: Iterable[Any], function: str) -> tuple[Any, ...]:
    if not hasattr(type(values), "__iter__"):
        raise TypeError(f"{function} takes a list of numbers and Values, not {values!r}")
    return tuple(values)


def _some(values: Iterable[Any], function: str) -> tuple[Any, ...]:
    terms = _terms(values, function)
    if not terms:
        raise ValueError(f"{function} of no values is undefined; give at least one")
    return terms
