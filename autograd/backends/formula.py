"""Formula: the C text of a row, understood once for every backend that lowers it.

The text is a function of all arguments (`pow`) or an expression of doubles in x, y, z as C99 has
them: `x > 0 ? y : x <= 0 || y == 0 ? 0 : x`. It becomes a list of steps, equal ones once, which a
backend evaluates over an algebra of its own: floats, names of LLVM values, arrays that JAX traces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from autograd.backends.grammar import Step, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.primitive import Primitive

__all__ = ["Algebra", "Formula", "formula_of", "parsed"]


class Algebra(Protocol):
    """What a formula needs to be evaluated: operations on numbers and on conditions."""

    def number(self, value: float) -> Any:
        """Return a constant."""

    def negative(self, x: Any) -> Any:
        """Return -x."""

    def add(self, x: Any, y: Any) -> Any:
        """Return x + y."""

    def subtract(self, x: Any, y: Any) -> Any:
        """Return x - y."""

    def multiply(self, x: Any, y: Any) -> Any:
        """Return x * y."""

    def divide(self, x: Any, y: Any) -> Any:
        """Return x / y."""

    def function(self, name: str, *args: Any) -> Any:
        """Return the value of one of grammar.FUNCTIONS."""

    def compare(self, relation: str, x: Any, y: Any) -> Any:
        """Return the condition x < y, or with <=, >, >=, ==, !=; only != holds for a nan."""

    def both(self, a: Any, b: Any) -> Any:
        """Return the condition that both conditions hold."""

    def either(self, a: Any, b: Any) -> Any:
        """Return the condition that one of two holds."""

    def opposite(self, a: Any) -> Any:
        """Return the condition that a condition does not hold."""

    def choose(self, condition: Any, x: Any, y: Any) -> Any:
        """Return the number x where the condition holds, else y."""

    def indicator(self, condition: Any) -> Any:
        """Return 1.0 where the condition holds, else 0.0."""


@dataclass(frozen=True)
class Formula:
    """A function of `arity` numbers, as steps that an algebra takes."""

    text: str
    arity: int
    steps: tuple[Step, ...]
    result: int  # the position of the value

    def evaluate(self, algebra: Algebra, operands: Sequence[Any]) -> Any:
        """Return the value for these operands, which are numbers of the algebra."""
        values = list(operands)
        for method, details, inputs in self.steps:
            values.append(getattr(algebra, method)(*details, *[values[i] for i in inputs]))
        return values[self.result]


@lru_cache(maxsize=1024)
def parsed(text: str, arity: int) -> Formula:
    """Return the formula that a C text means.

    Raises ValueError, which shows the place, for what is no C expression of x, y, z (as many as
    `arity`), calls an unknown function, or divides integers, which in C drops the fraction.

    >>> formula = parsed("x > 0 ? x : y * x", 2)
    >>> [step.method for step in formula.steps]
    ['number', 'compare', 'multiply', 'choose']
    """
    steps, result = read(text, arity)
    return Formula(text, arity, steps, result)


def formula_of(row: Primitive) -> Formula:
    """Return the formula of a row; of a variadic one the fold of x with y, or with y and z.

    Raises ValueError, which names the row, where it has no C text or one that is not understood.
    """
    if row.c is None:
        raise ValueError(
            f"the operation {row.name!r} has no C text, so it runs eagerly only; to compile it, "
            f"define it with primitive({row.name!r}, ..., c='an expression in x, y, z')"
        )
    pairs = row.variadic and re.search(r"\bz\b", row.c) is not None
    arity = 3 if pairs else 2 if row.variadic else row.arity
    try:
        return parsed(row.c, arity)
    except ValueError as error:
        raise ValueError(f"the C text of the operation {row.name!r}: {error}") from None
