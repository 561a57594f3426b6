"""What waits for its operands or its end while an expression is read: operators and brackets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from visualize.command.fault import Fault
from visualize.command.instructions import Instruction, Work
from visualize.command.tokens import CONDITIONS, Token

__all__ = ["BINARY", "Stack"]

COMPARISON, SUM, PRODUCT, SIGN, POWER = range(1, 6)  # looser to tighter
# The row of each operator between two operands, and how tightly it binds.
BINARY = {
    "+": ("add", SUM),
    "-": ("sub", SUM),
    "*": ("mul", PRODUCT),
    "/": ("div", PRODUCT),
    "**": ("pow", POWER),
    "<": ("less", COMPARISON),
    "<=": ("less_equal", COMPARISON),
    ">": ("greater", COMPARISON),
    ">=": ("greater_equal", COMPARISON),
    "==": ("equal", COMPARISON),
}
CLOSING = {"(": ")", "[": "]"}


@dataclass(slots=True)
class _Waiting:
    kind: Literal["row", "if", "else", "bracket", "call", "list"]
    token: Token
    row: str = ""
    tightness: int = 0
    operands: int = 0  # of a row; of a call or list, how many are complete
    is_open: bool = True  # False between the name of a function and its bracket


class Stack:
    """Operators and brackets that wait, the innermost last, and the instructions so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.instructions: list[Instruction] = []
        self._waiting: list[_Waiting] = []

    def emit(self, work: Work, name: str, taken: int, start: int, end: int) -> None:
        """Add an instruction."""
        self.instructions.append(Instruction(work, name, taken, start, end))

    def fault(self, message: str, token: Token) -> Fault:
        """Return a fault at a token."""
        return Fault(message, self.text, token.start, token.end)

    # Operators

    def sign(self, token: Token) -> None:
        """Let a minus wait for the operand after it."""
        self._waiting.append(_Waiting("row", token, "neg", SIGN, operands=1))

    def binary(self, token: Token) -> None:
        """Let an operator wait for its second operand; what binds the first one more is done."""
        row, tightness = BINARY[token.text]
        self._reduce(tightness + (tightness in (COMPARISON, POWER)))
        if tightness == COMPARISON and self._waiting and self._waiting[-1].tightness == COMPARISON:
            raise self.fault(f"compare two values at a time; {CONDITIONS}", token)
        self._waiting.append(_Waiting("row", token, row, tightness, operands=2))

    def condition(self, token: Token) -> None:
        """Let an `if` wait for its condition."""
        self._reduce(0)
        if self._waiting and self._waiting[-1].kind == "if":
            raise self.fault("a condition in a condition needs brackets: a if (...) else b", token)
        self._waiting.append(_Waiting("if", token))

    def otherwise(self, token: Token) -> None:
        """Let the last `if` wait for its other branch."""
        self._reduce(0)
        if not self._waiting or self._waiting[-1].kind != "if":
            raise self.fault("this else has no if; a condition is written a if c else b", token)
        self._waiting[-1].kind = "else"

    # Brackets

    def open(self, token: Token) -> None:
        """Open a bracket: of a list, of the function whose name came last, or of its own."""
        if token.text == "[":
            self._waiting.append(_Waiting("list", token))
        elif self._waiting and not self._waiting[-1].is_open:
            self._waiting[-1].is_open = True
        else:
            self._waiting.append(_Waiting("bracket", token))

    def call(self, token: Token) -> None:
        """Let a function wait for its bracket."""
        self._waiting.append(_Waiting("call", token, is_open=False))

    def comma(self, token: Token) -> None:
        """Complete one of several operands."""
        self._complete()
        if not self._waiting or self._waiting[-1].kind == "bracket":
            raise self.fault("a comma stands only between the values of a call or a list", token)
        self._waiting[-1].operands += 1

    @property
    def may_be_empty(self) -> bool:
        """Whether the last bracket may close without an operand before it."""
        return bool(self._waiting) and self._waiting[-1].kind in ("call", "list")

    def close(self, token: Token, *, after_operand: bool) -> None:
        """Close the last bracket."""
        self._complete()
        if not self._waiting:
            raise self.fault(f"this {token.text} closes nothing", token)
        done = self._waiting.pop()
        opening = _bracket(done)
        if CLOSING[opening] != token.text:
            raise self.fault(f"this {token.text} does not close the {opening} before it", token)
        if done.kind != "bracket":
            work: Work = "call" if done.kind == "call" else "list"
            taken = done.operands + after_operand
            self.emit(work, done.token.text, taken, done.token.start, token.end)

    def end(self) -> None:
        """Finish a statement, where no bracket may be open."""
        self._complete()
        if self._waiting:
            opened = self._waiting[-1]
            raise self.fault(f"this {_bracket(opened)} is never closed", opened.token)

    # What is done

    def _reduce(self, tightness: int) -> None:
        """Finish what binds its operands as tightly as this, or more so."""
        while self._waiting and self._waiting[-1].kind == "row":
            if self._waiting[-1].tightness < tightness:
                return
            done = self._waiting.pop()
            self.emit("row", done.row, done.operands, done.token.start, done.token.end)

    def _complete(self) -> None:
        """Finish all that is inside the last open bracket."""
        self._reduce(0)
        while self._waiting and self._waiting[-1].kind in ("if", "else"):
            done = self._waiting.pop()
            if done.kind == "if":
                raise self.fault("this if has no else: write a if c else b", done.token)
            self.emit("row", "where", 3, done.token.start, done.token.end)
            self._reduce(0)


def _bracket(waiting: _Waiting) -> str:
    return "[" if waiting.kind == "list" else "("
