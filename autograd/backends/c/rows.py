"""The rows of the table as C: an expression on the spot, or a function of the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from autograd.backends.c.expression import body_of
from autograd.backends.c.literals import comment, identifier
from autograd.backends.formula import formula_of
from autograd.backends.grammar import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograd.primitive import Primitive

__all__ = ["RowFunctions"]

# One operator on each argument in turn, at most: no need of a function to read it.
SHORT = re.compile(r"-?x|x \S{1,2} y|x \+ y \* z")
ARGUMENT = re.compile(r"\b[xyz]\b")


class RowFunctions:
    """The functions that a file needs for the rows it computes; `taken` are names it has."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
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
        if text not in FUNCTIONS:
            text = self._names.get(row) or self._named(row)
        return f"{text}({', '.join(operands)})"

    def definitions(self) -> str:
        """Return the definitions of the functions used so far."""
        return "".join(map(_definition, self._names, self._names.values()))

    def _named(self, row: Primitive) -> str:
        name = f"row_{identifier(row.name)}"
        while name in self._taken:  # rows may have names that differ in letters that C lacks
            name += "_"
        self._taken.add(name)
        self._names[row] = name
        return name


def _definition(row: Primitive, name: str) -> str:
    formula = formula_of(row)
    arguments = ", ".join(f"double {argument}" for argument in "xyz"[: formula.arity])
    what = f"one more term of {row.name}" if row.variadic else row.name
    head = comment(f"{what}: {row.doc}" if row.doc else what)
    lines = "".join(f"    {line}\n" for line in body_of(formula))
    return f"/* {head} */\nstatic double {name}({arguments})\n{{\n{lines}}}\n\n"
