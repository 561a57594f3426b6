"""Operations on vectors: a row of the table lowered to LLVM instructions by its C text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.backends.formula import formula_of
from autograd.backends.llvm.mathematics import call_function
from autograd.backends.llvm.power import power

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.backends.llvm.writer import Operand, Writer
    from autograd.primitive import Primitive

__all__ = ["VectorAlgebra", "lowered"]

# Ordered, which is false for a nan, but for !=.
PREDICATES = {"<": "olt", "<=": "ole", ">": "ogt", ">=": "oge", "==": "oeq", "!=": "une"}


def lowered(writer: Writer, row: Primitive, operands: Sequence[Operand]) -> Operand:
    """Write an operation on vectors, or floats for constants, and return its value.

    Of a variadic row it is the form of two operands, or of three, that is folded. Raises
    ValueError, which names the row, where it has no C text or one that is not understood.

    >>> from autograd import TABLE
    >>> from autograd.backends.llvm.writer import Writer
    >>> writer = Writer(lanes=2)
    >>> with writer.function("f", {"%a": "ptr"}):
    ...     x = writer.load("%a")
    ...     writer.store(lowered(writer, TABLE["leaky_relu"], [x, 0.5]), "%a")
    >>> for line in writer.text().splitlines()[3:6]:
    ...     print(line)
      %1 = fcmp ogt <2 x double> %0, splat (double 0x0000000000000000)
      %2 = fmul <2 x double> splat (double 0x3FE0000000000000), %0
      %3 = select <2 x i1> %1, <2 x double> %0, <2 x double> %2
    """
    result: Operand = formula_of(row).evaluate(VectorAlgebra(writer), operands)
    return result


class VectorAlgebra:
    """The algebra of formulas over a writer's values: numbers are operands, conditions `i1`s.

    Both sides of a choice are computed; IEEE arithmetic has no traps.
    """

    def __init__(self, writer: Writer) -> None:
        self.add = writer.fadd
        self.subtract = writer.fsub
        self.multiply = writer.fmul
        self.divide = writer.fdiv
        self.negative = writer.fneg
        self.choose = writer.select
        self.writer = writer

    def number(self, value: float) -> Operand:
        """Return a constant."""
        return value

    def function(self, name: str, *args: Operand) -> Operand:
        """Return the value of a function of <math.h>."""
        if name == "pow":
            return power(self.writer, *args)
        return call_function(self.writer, name, *args)

    def compare(self, relation: str, x: Operand, y: Operand) -> str:
        """Return the condition x < y, or with another relation."""
        return self.writer.fcmp(PREDICATES[relation], x, y)

    def both(self, a: str, b: str) -> str:
        """Return the condition that both conditions hold."""
        return self.writer.logic("and", a, b)

    def either(self, a: str, b: str) -> str:
        """Return the condition that one of two holds."""
        return self.writer.logic("or", a, b)

    def opposite(self, a: str) -> str:
        """Return the condition that a condition does not hold."""
        return self.writer.logic("xor", a, "true")

    def indicator(self, condition: str) -> str:
        """Return 1.0 where the condition holds, else 0.0."""
        return self.writer.select(condition, 1.0, 0.0)
