"""Expression: the formula of a row as the body of a C function, in doubles and full brackets.

A row's own text is not copied: a compiler may warn of its brackets, and C computes whole numbers in
ints, which overflow.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from autograd.backends.c.literals import double

if TYPE_CHECKING:
    from autograd.backends.formula import Formula

__all__ = ["body_of"]

CONDITIONS = {"compare", "both", "either", "opposite"}


class Expressions:
    """The algebra of formulas over C text, as autograd.backends.formula.Algebra has it."""

    number = staticmethod(double)

    def negative(self, x: str) -> str:
        """Return -x."""
        return f"(-{x})"

    def add(self, x: str, y: str) -> str:
        """Return x + y."""
        return f"({x} + {y})"

    def subtract(self, x: str, y: str) -> str:
        """Return x - y."""
        return f"({x} - {y})"

    def multiply(self, x: str, y: str) -> str:
        """Return x * y."""
        return f"({x} * {y})"

    def divide(self, x: str, y: str) -> str:
        """Return x / y."""
        return f"({x} / {y})"

    def function(self, name: str, *args: str) -> str:
        """Return the call of a function of <math.h>."""
        return f"{name}({', '.join(map(bare, args))})"

    def compare(self, relation: str, x: str, y: str) -> str:
        """Return the condition x < y, or another relation."""
        return f"({x} {relation} {y})"

    def both(self, a: str, b: str) -> str:
        """Return the condition that both conditions hold."""
        return f"({a} && {b})"

    def either(self, a: str, b: str) -> str:
        """Return the condition that one of two holds."""
        return f"({a} || {b})"

    def opposite(self, a: str) -> str:
        """Return the condition that a condition does not hold."""
        return f"(!{a})"

    def choose(self, condition: str, x: str, y: str) -> str:
        """Return x where the condition holds, else y."""
        return f"({condition} ? {x} : {y})"

    def indicator(self, condition: str) -> str:
        """Return 1.0 where the condition holds, else 0.0."""
        return f"({condition} ? 1.0 : 0.0)"


def body_of(formula: Formula) -> list[str]:
    """Return the statements of a function of doubles x, y, z that returns the formula's value.

    What is needed twice is computed once.

    >>> from autograd.backends.formula import parsed
    >>> for line in body_of(parsed("x / (1 + exp(x)) * exp(x)", 2)):
    ...     print(line)
    (void)y;
    const double t1 = exp(x);
    return (x / (1.0 + t1)) * t1;
    """
    algebra = Expressions()
    values = list("xyz"[: formula.arity])
    uses = Counter(position for step in formula.steps for position in step.inputs)
    uses[formula.result] += 1
    lines = [f"(void){name};" for position, name in enumerate(values) if not uses[position]]
    unused = len(lines)
    for method, details, inputs in formula.steps:
        text = getattr(algebra, method)(*details, *[values[position] for position in inputs])
        if uses[len(values)] > 1 and method != "number":
            name = f"t{len(lines) - unused + 1}"
            kind = "int" if method in CONDITIONS else "double"
            lines.append(f"const {kind} {name} = {bare(text)};")
            text = name
        values.append(text)
    return [*lines, f"return {bare(values[formula.result])};"]


def bare(text: str) -> str:
    """Return an expression of this algebra without the brackets around all of it."""
    return text[1:-1] if text.startswith("(") and text.endswith(")") and _is_one(text) else text


def _is_one(text: str) -> bool:
    """Tell whether the first bracket is closed by the last one."""
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return place == len(text) - 1
    return False
