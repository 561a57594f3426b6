"""The functions of an expression: the public rows and functions of autograd, by their names."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from functools import partial, reduce
from typing import TypeAlias

import autograd
from autograd import Primitive, Value
from autograd.primitive import TABLE

Scalar: TypeAlias = Value | float
Operand: TypeAlias = Scalar | list[Scalar]

LONGEST_VARIABLE = 2  # letters: a name as short as that was hardly meant as a function

CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}
PUBLIC = {name: vars(autograd)[name] for name in autograd.__all__ if name in vars(autograd)}
ROWS = {name: row for name, row in PUBLIC.items() if isinstance(row, Primitive)}
# The rows by their formulas; "x * y" is also that of the guarded product, which comes before mul.
ROW_OF = {row.formula: row for row in TABLE.values() if not row.variadic}

# Other names for functions, and functions whose result is not a single value.
INSTEAD = {row.ufunc: name for name, row in ROWS.items() if row.ufunc not in {"", name}} | {
    "average": "mean",
    "exp2": "2 ** a",
    "ln": autograd.log.name,
    "logistic": autograd.sigmoid.name,
    "log10": "log(a) / log(10)",
    "log2": "log(a) / log(2)",
    "log_softmax": "a - logsumexp(a, b)",
    ROW_OF["x**y"].name: "a ** b",
    "power": "a ** b",
    "softmax": "exp(a) / (exp(a) + exp(b))",
    "square": "a ** 2",
}
OF_A_LIST = {
    name: function
    for name, function in PUBLIC.items()
    if getattr(function, "__module__", None) == autograd.sum.__module__ and name not in INSTEAD
}


def operator_row(symbol: str, operands: int) -> Primitive:
    """Return the row of an operator, or of `if`, with that many operands.

    >>> operator_row("-", 1), operator_row("-", 2), operator_row("if", 3)
    (<primitive neg>, <primitive sub>, <primitive where>)
    """
    if operands == 2:
        return ROW_OF["x**y" if symbol == "**" else f"x {symbol} y"]
    return ROW_OF["-x" if operands == 1 else "y if x else z"]


def scalar(operand: Operand) -> Scalar:
    """Return an operand that may not be a list, for which TypeError is raised."""
    if isinstance(operand, list):
        raise TypeError("a list is not a single value: give it to sum, mean, norm, dot, max, ...")
    return operand


# Each call takes the operands as they are written; TypeError or ValueError says what is wrong.


def _call_row(row: Primitive, operands: Sequence[Operand]) -> Scalar:
    if row.variadic:
        return _call_with_many(row.name, lambda values: row(*values), operands)
    least = row.arity - len(row.defaults)
    if not least <= len(operands) <= row.arity:
        allowed = str(row.arity) if least == row.arity else f"{least} or {row.arity}"
        noun = "value" if allowed == "1" else "values"
        raise TypeError(f"{row.name} takes {allowed} {noun}, not {len(operands)}")
    result: Scalar = row(*_scalars(row.name, operands))
    return result


def _call_with_many(
    name: str, function: Callable[[Sequence[Scalar]], Scalar], operands: Sequence[Operand]
) -> Scalar:
    """Call a function of any number of values, given one by one or as a list."""
    if len(operands) == 1 and isinstance(operands[0], list):
        return function(operands[0])
    return function(_scalars(name, operands))


def _extreme(name: str, values: Sequence[Scalar]) -> Scalar:
    if not values:
        raise ValueError(f"{name} of no values is undefined; give at least one")
    return reduce(ROW_OF[f"{name}(x, y)"], values)


def _call_dot(operands: Sequence[Operand]) -> Scalar:
    lists = [operand for operand in operands if isinstance(operand, list)]
    if len(operands) != 2 or len(lists) != 2:
        raise TypeError("dot takes two lists: dot([a, b], [c, d])")
    result: Scalar = autograd.dot(*lists)
    return result


def _scalars(name: str, operands: Sequence[Operand]) -> list[Scalar]:
    scalars = [operand for operand in operands if not isinstance(operand, list)]
    if len(scalars) < len(operands):
        raise TypeError(f"{name} takes no list here")
    return scalars


FUNCTIONS: dict[str, Callable[[Sequence[Operand]], Scalar]] = {
    **{name: partial(_call_row, row) for name, row in ROWS.items()},
    **{name: partial(_call_with_many, name, function) for name, function in OF_A_LIST.items()},
    **{name: partial(_call_with_many, name, partial(_extreme, name)) for name in ("max", "min")},
    autograd.dot.__name__: _call_dot,
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
