"""Parse an expression into instructions, by precedence and with a stack of its own.

The notation is Python's for numbers, names, + - * / **, comparisons, calls, lists and
`a if c else b`, and nothing else. Nothing is evaluated here, and nothing of Python's own parser is
used: that one knows all of Python, words its faults differently in every release, and gives up on
100 brackets inside each other. There is no recursion: an expression may be as long and as deep as
memory allows.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from visualize.command.fault import Fault
from visualize.command.functions import FUNCTIONS, unknown_function
from visualize.command.instructions import Instruction, Work
from visualize.command.tokens import CONDITIONS, Token, tokens

__all__ = ["parsed"]

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
WORDS = {
    **dict.fromkeys(("and", "or", "not"), CONDITIONS),
    "True": "True is written 1",
    "False": "False is written 0",
    "None": "None is no number",
    "lambda": "there are no functions to define here: name values, s = a*b; tanh(s)",
}


ENDS = (";", "")
NOTHING = Token("operator", "nothing", 0, 0)  # where the next token is none


@dataclass(slots=True)
class _Waiting:
    """What waits on the stack for its operands or its end."""

    kind: Literal["row", "if", "else", "bracket", "call", "list"]
    token: Token
    row: str = ""
    tightness: int = 0
    operands: int = 2  # of a row
    count: int = 0  # of finished operands of a call or list
    is_open: bool = True  # False between the name of a function and its bracket


def parsed(text: str) -> list[Instruction]:
    """Return the instructions of the statements of a text; Fault for what is no expression.

    >>> [(step.work, step.name) for step in parsed("-a**2")]
    [('name', 'a'), ('number', '2'), ('row', 'pow'), ('row', 'neg')]
    """
    parser = _Parser(text)
    for token, ahead in _with_next(tokens(text)):
        parser.take(token, ahead)
    return parser.instructions


def _with_next(stream: Iterator[Token]) -> Iterator[tuple[Token, Token]]:
    """Yield each token with the one after it; the end with itself.

    A fault in the text comes after the token before it, so that the first fault is told.
    """
    token = next(stream)
    try:
        for ahead in stream:
            yield token, ahead
            token = ahead
    except Fault as fault:
        yield token, NOTHING
        raise fault from None
    yield token, token


class _Parser:
    """A parser between two tokens."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.instructions: list[Instruction] = []
        self.stack: list[_Waiting] = []
        self.wants_operand = True
        self.first: Token | None = None  # of the statement
        self.previous: Token | None = None  # of the statement
        self.target: Token | None = None  # the name that the statement gives
        self.unnamed: tuple[int, int] | None = None  # the place of a finished statement without one

    def take(self, token: Token, ahead: Token) -> None:
        """Go on by one token."""
        if not (self.first is None and token.text in ENDS):
            if self.first is None:
                self._begin(token)
            if self.wants_operand:
                self._operand(token, ahead)
            else:
                self._operator(token)
            self.previous = token
        if token.kind == "end" and not self.instructions:
            raise self._fault("the expression is empty", token)
        if token.text in ENDS:
            self.first = self.previous = self.target = None

    def _begin(self, token: Token) -> None:
        if self.unnamed:
            message = "nothing uses the value of this statement: give it a name, s = ..."
            raise Fault(message, self.text, *self.unnamed)
        self.first = token

    def _fault(self, message: str, token: Token) -> Fault:
        return Fault(message, self.text, token.start, token.end)

    def _emit(self, work: Work, name: str, taken: int, start: int, end: int) -> None:
        self.instructions.append(Instruction(work, name, taken, start, end))

    # Where an operand must come

    def _operand(self, token: Token, ahead: Token) -> None:
        if token.kind == "number":
            self._emit("number", token.text, 0, token.start, token.end)
            self.wants_operand = False
        elif token.kind == "name" and token.text not in ("if", "else"):
            self._name(token, ahead)
        elif token.text == "(":
            if self.stack and not self.stack[-1].is_open:
                self.stack[-1].is_open = True
            else:
                self.stack.append(_Waiting("bracket", token))
        elif token.text == "[":
            self.stack.append(_Waiting("list", token))
        elif token.text == "-":
            self.stack.append(_Waiting("row", token, "neg", SIGN, operands=1))
        elif token.text in (")", "]") and self._may_close():
            self._close(token)
        elif token.text != "+" and not self._is_naming(token):
            raise self._missing(token)

    def _name(self, token: Token, ahead: Token) -> None:
        name = token.text
        if keyword.iskeyword(name):
            raise self._fault(_refused_word(name), token)
        if ahead.text == "(":
            if name not in FUNCTIONS:
                raise self._fault(unknown_function(name), token)
            self.stack.append(_Waiting("call", token, is_open=False))
        elif ahead.text == "=" and token is self.first:
            if name in FUNCTIONS:
                raise self._fault(f"{name} is a function here: choose another name", token)
            self.target = token
        else:
            self._emit("name", name, 0, token.start, token.end)
            self.wants_operand = False

    def _is_naming(self, token: Token) -> bool:
        return token.text == "=" and self.target is not None and self.previous is self.target

    def _may_close(self) -> bool:
        """Whether a call or list may end where an operand could come: at once, or after a comma."""
        previous = self.previous
        if not self.stack or self.stack[-1].kind not in ("call", "list") or previous is None:
            return False
        return previous.text in ("(", "[", ",")

    def _missing(self, token: Token) -> Fault:
        previous = self.previous
        if token.text == ")" and previous and previous.text == "(":
            message = "there is nothing between these brackets"
            return Fault(message, self.text, previous.start, token.end)
        if previous is None:
            return self._fault(f"a value is missing before {token.text}", token)
        if token.text in ENDS:
            return self._fault(f"a value is missing after {previous.text}", token)
        return self._fault(f"a value is missing between {previous.text} and {token.text}", token)

    # Where an operator, a comma or an end must come

    def _operator(self, token: Token) -> None:
        if token.text in BINARY:
            self._binary(token)
        elif token.text == "if":
            self._reduce(0)
            if self.stack and self.stack[-1].kind == "if":
                raise self._fault(
                    "a condition in a condition needs brackets: a if (...) else b", token
                )
            self.stack.append(_Waiting("if", token))
            self.wants_operand = True
        elif token.text == "else":
            self._reduce(0)
            if not self.stack or self.stack[-1].kind != "if":
                raise self._fault(
                    "this else has no if; a condition is written a if c else b", token
                )
            self.stack[-1].kind = "else"
            self.wants_operand = True
        elif token.text == ",":
            self._complete()
            if not self.stack or self.stack[-1].kind == "bracket":
                raise self._fault(
                    "a comma stands only between the values of a call or a list", token
                )
            self.stack[-1].count += 1
            self.wants_operand = True
        elif token.text in (")", "]"):
            self._complete()
            self._close(token)
        elif token.text in ENDS:
            self._end(token)
        else:
            raise self._no_operator(token)

    def _binary(self, token: Token) -> None:
        row, tightness = BINARY[token.text]
        self._reduce(tightness + (tightness in (COMPARISON, POWER)))
        top = self.stack[-1] if self.stack else None
        if tightness == COMPARISON and top and top.tightness == COMPARISON:
            raise self._fault(f"compare two values at a time; {CONDITIONS}", token)
        self.stack.append(_Waiting("row", token, row, tightness))
        self.wants_operand = True

    def _reduce(self, tightness: int) -> None:
        """Finish what binds its operands as tightly as this, or more so."""
        while self.stack and self.stack[-1].kind == "row" and self.stack[-1].tightness >= tightness:
            done = self.stack.pop()
            self._emit("row", done.row, done.operands, done.token.start, done.token.end)

    def _complete(self) -> None:
        """Finish all up to the last open bracket."""
        self._reduce(0)
        while self.stack and self.stack[-1].kind in ("if", "else"):
            done = self.stack.pop()
            if done.kind == "if":
                raise self._fault("this if has no else: write a if c else b", done.token)
            self._emit("row", "where", 3, done.token.start, done.token.end)
            self._reduce(0)

    def _close(self, token: Token) -> None:
        if not self.stack:
            raise self._fault(f"this {token.text} closes nothing", token)
        done = self.stack.pop()
        opening = "[" if done.kind == "list" else "("
        if CLOSING[opening] != token.text:
            raise self._fault(f"this {token.text} does not close the {opening} before it", token)
        if done.kind != "bracket":
            count = done.count + (not self.wants_operand)
            work: Work = "call" if done.kind == "call" else "list"
            self._emit(work, done.token.text, count, done.token.start, token.end)
        self.wants_operand = False

    def _end(self, token: Token) -> None:
        self._complete()
        if self.stack:
            opened = self.stack[-1].token
            bracket = "[" if self.stack[-1].kind == "list" else "("
            raise self._fault(f"this {bracket} is never closed", opened)
        assert self.first is not None
        if self.target:
            self._emit("store", self.target.text, 1, self.target.start, self.target.end)
        else:
            self.unnamed = self.first.start, self.previous.end if self.previous else token.end
        self.wants_operand = True

    def _no_operator(self, token: Token) -> Fault:
        if token.kind == "name" and keyword.iskeyword(token.text):
            return self._fault(_refused_word(token.text), token)
        previous = self.previous
        if previous and previous.kind == "name" and previous.text in FUNCTIONS:
            return self._fault(
                f"{previous.text} is a function: write {previous.text}(...)", previous
            )
        if token.text == "=":
            message = (
                "= gives a name to a whole statement, s = a*b; two values are compared with =="
            )
        elif token.text == "[":
            message = "there are no subscripts here: give each number a name of its own"
        else:
            message = f"an operator is missing before {token.text}; a product is written with *"
        return self._fault(message, token)


def _refused_word(word: str) -> str:
    return WORDS.get(word, f"{word} is a word of Python's that has no meaning here")
