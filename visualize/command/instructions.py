"""An expression as a list of instructions for a stack: what parsing gives and evaluation takes."""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["Instruction", "Work"]

Work = Literal["number", "name", "row", "call", "list", "store"]


class Instruction(NamedTuple):
    """One step of an evaluation, with the place in the text that it comes from.

    - "number": push the number `name`.
    - "name": push what the name stands for.
    - "row": replace the last `taken` operands by the result of the row `name` of the table.
    - "call": replace them by the result of the function `name`.
    - "list": replace them by one list.
    - "store": take the last operand away and give it the name; ends a statement.
    """

    work: Work
    name: str
    taken: int  # operands
    start: int
    end: int
