"""What can be called in an expression: functions of autograd, by their names."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import reduce
from typing import TypeAlias

import autograd
from autograd import TABLE, Value

__all__ = ["CONSTANTS", "FUNCTIONS", "Operand", "called", "unknown_function"]

Operand: TypeAlias = "Value | float | list[Value | float]"
Scalar: TypeAlias = "Value | float"

LONGEST_VARIABLE = 2  # letters: what is called by a shorter name was hardly meant as a function

CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}


def _largest(values: Sequence[Scalar]) -> Scalar:
    return reduce(autograd.maximum, _some(values, "max"))


def _smallest(values: Sequence[Scalar]) -> Scalar:
    return reduce(autograd.minimum, _some(values, "min"))


def _some(values: Sequence[Scalar], function: str) -> Sequence[Scalar]:
    if not values:
        raise ValueError(f"{function} of no values is undefined; give at least one")
    return values


# Functions of any number of values, given one by one or as a list.
OF_MANY: dict[str, Callable[[Sequence[Scalar]], Scalar]] = {
    "hypot": lambda values: autograd.hypot(*values),
    "logsumexp": autograd.logsumexp,
    "max": _largest,
    "mean": autograd.mean,
    "min": _smallest,
    "norm": autograd.norm,
    "sum": autograd.sum,
}
ROWS = {name: row for name, row in TABLE.items() if name in autograd.__all__ and not row.variadic}
FUNCTIONS = frozenset({*OF_MANY, *ROWS, "dot"})

# The names that other libraries have for it, and what has no single value.
INSTEAD = {
    "arccos": "acos",
    "arccosh": "acosh",
    "arcsin": "asin",
    "arcsinh": "asinh",
    "arctan": "atan",
    "arctan2": "atan2",
    "arctanh": "atanh",
    "average": "mean",
    "ln": "log",
    "logistic": "sigmoid",
    "power": "a ** b",
    "pow": "a ** b",
    "square": "a ** 2",
    "log_softmax": "a - logsumexp(a, b)",
    "softmax": "exp(a) / (exp(a) + exp(b))",
}


def unknown_function(name: str) -> str:
    """Say that there is no function of this name, and which one may be meant.

    >>> unknown_function("tan_h")
    'there is no function tan_h; did you mean tanh?'
    """
    lower = name.lower()
    if lower in FUNCTIONS:
        close = [lower]
    elif lower in INSTEAD:
        return f"there is no function {name}; write {INSTEAD[lower]}"
    else:
        close = get_close_matches(lower, sorted(FUNCTIONS), 1)
    if close:
        return f"there is no function {name}; did you mean {close[0]}?"
    if len(name) <= LONGEST_VARIABLE:
        return f"there is no function {name}; a product is written {name}*(...)"
    return f"there is no function {name}; there are {', '.join(sorted(FUNCTIONS))}"


def called(name: str, arguments: Sequence[Operand]) -> Scalar:
    """Return what a function gives; ValueError or TypeError says what is wrong with a call.

    >>> called("hypot", [3.0, 4.0]), called("mean", [[1.0, 2.0]])
    (5.0, 1.5)
    """
    if name == "dot":
        return _dot(arguments)
    if name in OF_MANY:
        many = arguments
        if len(arguments) == 1 and isinstance(arguments[0], list):
            many = arguments[0]
        return OF_MANY[name](_scalars(name, many))
    row = ROWS[name]
    least = row.arity - len(row.defaults)
    if not least <= len(arguments) <= row.arity:
        allowed = str(row.arity) if least == row.arity else f"{least} or {row.arity}"
        noun = "value" if allowed == "1" else "values"
        raise TypeError(f"{name} takes {allowed} {noun}, not {len(arguments)}")
    result: Scalar = row(*_scalars(name, arguments))
    return result


def _dot(arguments: Sequence[Operand]) -> Scalar:
    lists = [argument for argument in arguments if isinstance(argument, list)]
    if len(arguments) != 2 or len(lists) != 2:
        raise TypeError("dot takes two lists: dot([a, b], [c, d])")
    result: Scalar = autograd.dot(*lists)
    return result


def _scalars(name: str, arguments: Sequence[Operand]) -> list[Scalar]:
    """Return the arguments, of which none may be a list."""
    scalars = [argument for argument in arguments if not isinstance(argument, list)]
    if len(scalars) < len(arguments):
        raise TypeError(f"{name} takes no list here")
    return scalars
