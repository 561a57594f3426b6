"""The rows of the table as C: an expression on the spot, or a function of the file.

A row's own text is not copied into a function: a compiler may warn of its brackets, and C computes
whole numbers in ints, which overflow. Functions are in full brackets, and in doubles
but for those of a file of floats that need none.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from autograd.backends.c.literals import comment, double, identifier, literal
from autograd.backends.formula import CONDITIONS, FUNCTIONS, Algebra, formula_of, needs_doubles
from autograd.program.precision import DOUBLE, SINGLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograd.backends.formula import Formula
    from autograd.primitive import Primitive
    from autograd.program.precision import Precision


# One operator on each argument in turn, at most: no need of a function to read it.
SHORT = re.compile(r"-?x|x \S{1,2} y|x \+ y \* z")
ARGUMENT = re.compile(r"\b[xyz]\b")


class RowFunctions:
    """The functions that a file needs for the rows it computes; `taken` are names it has."""

    def __init__(self, taken: Iterable[str] = (), precision: Precision = DOUBLE) -> None:
        self.precision = precision
        self._names: dict[Primitive, str] = {}
        self._taken = set(taken)

    def applied(self, row: Primitive, *operands: str) -> str:
        """Return C text that applies a row to operands that are names, elements or literals.

        Of a variadic row it is the fold of a total with one term, or with two factors. Raises
        ValueError, which names the row, where it has no C text or one that is not understood.
        """
        formula_of(row)
        text = str(row.c).strip()
        if SHORT.fullmatch(text):
            return ARGUMENT.sub(lambda argument: operands["xyz".index(argument[0])], text)
        if text in FUNCTIONS:
            text += self.precision.suffix
        else:
            text = self._names.get(row) or self._named(row)
            if self.precision is not DOUBLE and needs_doubles(row):
                text = f"({self.precision.c}){text}"
        return f"{text}({', '.join(operands)})"

    def definitions(self) -> str:
        """Return the definitions of the functions used so far."""
        return "".join(
            [
                _definition(row, name, DOUBLE if needs_doubles(row) else self.precision)
                for row, name in self._names.items()
            ]
        )

    def _named(self, row: Primitive) -> str:
        name = f"row_{identifier(row.name)}"
        while name in self._taken:  # rows may have names that differ in letters that C lacks
            name += "_"
        self._taken.add(name)
        self._names[row] = name
        return name


def _definition(row: Primitive, name: str, precision: Precision) -> str:
    formula = formula_of(row)
    kind = precision.c
    arguments = ", ".join(f"{kind} {argument}" for argument in "xyz"[: formula.arity])
    what = f"one more term of {row.name}" if row.variadic else row.name
    head = comment(f"{what}: {row.doc}" if row.doc else what)
    lines = "".join(f"    {line}\n" for line in body_of(formula, ALGEBRAS[precision], kind))
    return f"/* {head} */\nstatic {kind} {name}({arguments})\n{{\n{lines}}}\n\n"


def _called(name: str, *args: str) -> str:
    return f"{name}({', '.join(map(bare, args))})"


# Over C text, every operation in brackets of its own.
EXPRESSIONS: Algebra = {
    "number": double,
    "negative": "(-{})".format,
    "add": "({} + {})".format,
    "subtract": "({} - {})".format,
    "multiply": "({} * {})".format,
    "divide": "({} / {})".format,
    "function": _called,
    "compare": "({1} {0} {2})".format,
    "both": "({} && {})".format,
    "either": "({} || {})".format,
    "opposite": "(!{})".format,
    "choose": "({} ? {} : {})".format,
    "indicator": "({} ? 1.0 : 0.0)".format,
}


# The same in floats, whose literals and functions end in f.
SINGLE_EXPRESSIONS: Algebra = {
    **EXPRESSIONS,
    "number": lambda value: literal(value, SINGLE),
    "function": lambda name, *args: _called(f"{name}f", *args),
    "indicator": "({} ? 1.0f : 0.0f)".format,
}
ALGEBRAS = {DOUBLE: EXPRESSIONS, SINGLE: SINGLE_EXPRESSIONS}


def body_of(formula: Formula, algebra: Algebra = EXPRESSIONS, number: str = "double") -> list[str]:
    """Return the statements of a function of numbers x, y, z that returns the formula's value.

    A value that is needed twice is computed once.

    >>> from autograd.backends.formula import parsed
    >>> for line in body_of(parsed("x / (1 + exp(x)) * exp(x)", 2)):
    ...     print(line)
    (void)y;
    const double t1 = exp(x);
    return (x / (1.0 + t1)) * t1;
    """
    values = list("xyz"[: formula.arity])
    uses = Counter(position for step in formula.steps for position in step.inputs)
    uses[formula.result] += 1
    lines = [f"(void){name};" for position, name in enumerate(values) if not uses[position]]
    unused = len(lines)
    for step, details, inputs in formula.steps:
        text = algebra[step](*details, *[values[position] for position in inputs])
        if uses[len(values)] > 1 and step != "number":
            name = f"t{len(lines) - unused + 1}"
            kind = "int" if step in CONDITIONS else number
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
