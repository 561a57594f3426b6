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

from visualize.command.fault import Fault
from visualize.command.functions import FUNCTIONS, unknown_function
from visualize.command.instructions import Instruction
from visualize.command.stack import BINARY, Stack
from visualize.command.tokens import CONDITIONS, Token, tokens

__all__ = ["parsed"]

ENDS = (";", "")  # of a statement
NOTHING = Token("operator", "nothing", 0, 0)  # where the next token is none
WORDS = {
    **dict.fromkeys(("and", "or", "not"), CONDITIONS),
    "True": "True is written 1",
    "False": "False is written 0",
    "None": "None is no number",
    "lambda": "there are no functions to define here: name values, s = a*b; tanh(s)",
}


def parsed(text: str) -> list[Instruction]:
    """Return the instructions of the statements of a text; Fault for what is no expression.

    >>> [(step.work, step.name) for step in parsed("-a**2")]
    [('name', 'a'), ('number', '2'), ('row', 'pow'), ('row', 'neg')]
    """
    parser = _Parser(text)
    for token, ahead in _with_next(tokens(text)):
        parser.take(token, ahead)
    return parser.stack.instructions


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
        self.stack = Stack(text)
        self.wants_operand = True
        self.first: Token | None = None  # of the statement
        self.previous: Token | None = None  # of the statement
        self.target: Token | None = None  # the name that the statement gives
        self.unnamed: tuple[int, int] | None = None  # the place of a finished statement without one

    def take(self, token: Token, ahead: Token) -> None:
        """Go on by one token."""
        if self.first is not None or token.text not in ENDS:
            if self.first is None:
                self._begin(token)
            if self.wants_operand:
                self._operand(token, ahead)
            else:
                self._operator(token)
            self.previous = token
        if token.kind == "end" and not self.stack.instructions:
            raise self.stack.fault("the expression is empty", token)
        if token.text in ENDS:
            self.first = self.previous = self.target = None

    def _begin(self, token: Token) -> None:
        if self.unnamed:
            message = "nothing uses the value of this statement: give it a name, s = ..."
            raise Fault(message, self.stack.text, *self.unnamed)
        self.first = token

    # Where an operand must come

    def _operand(self, token: Token, ahead: Token) -> None:
        if token.kind == "number":
            self.stack.emit("number", token.text, 0, token.start, token.end)
            self.wants_operand = False
        elif token.kind == "name" and token.text not in ("if", "else"):
            self._name(token, ahead)
        elif token.text in ("(", "["):
            self.stack.open(token)
        elif token.text == "-":
            self.stack.sign(token)
        elif token.text in (")", "]") and self._may_close():
            self.stack.close(token, after_operand=False)
            self.wants_operand = False
        elif token.text != "+" and not self._is_naming(token):
            raise self._missing(token)

    def _name(self, token: Token, ahead: Token) -> None:
        name = token.text
        if keyword.iskeyword(name):
            raise self._refused_word(token)
        if ahead.text == "(":
            if name not in FUNCTIONS:
                raise self.stack.fault(unknown_function(name), token)
            self.stack.call(token)
        elif ahead.text == "=" and token is self.first:
            if name in FUNCTIONS:
                raise self.stack.fault(f"{name} is a function here: choose another name", token)
            self.target = token
        else:
            self.stack.emit("name", name, 0, token.start, token.end)
            self.wants_operand = False

    def _is_naming(self, token: Token) -> bool:
        return token.text == "=" and self.target is not None and self.previous is self.target

    def _may_close(self) -> bool:
        """Whether a call or list may end where an operand could come: at once, or after a comma."""
        just_opened = self.previous is not None and self.previous.text in ("(", "[", ",")
        return just_opened and self.stack.may_be_empty

    def _missing(self, token: Token) -> Fault:
        previous = self.previous
        if token.text == ")" and previous and previous.text == "(":
            message = "there is nothing between these brackets"
            return Fault(message, self.stack.text, previous.start, token.end)
        if previous is None:
            return self.stack.fault(f"a value is missing before {token.text}", token)
        if token.text in ENDS:
            return self.stack.fault(f"a value is missing after {previous.text}", token)
        between = f"{previous.text} and {token.text}"
        return self.stack.fault(f"a value is missing between {between}", token)

    # Where an operator, a comma or an end must come

    def _operator(self, token: Token) -> None:
        self.wants_operand = True
        if token.text in BINARY:
            self.stack.binary(token)
        elif token.text == "if":
            self.stack.condition(token)
        elif token.text == "else":
            self.stack.otherwise(token)
        elif token.text == ",":
            self.stack.comma(token)
        elif token.text in (")", "]"):
            self.stack.close(token, after_operand=True)
            self.wants_operand = False
        elif token.text in ENDS:
            self._end()
        else:
            raise self._no_operator(token)

    def _end(self) -> None:
        self.stack.end()
        if self.target:
            self.stack.emit("store", self.target.text, 1, self.target.start, self.target.end)
        elif self.first and self.previous:
            self.unnamed = self.first.start, self.previous.end

    def _no_operator(self, token: Token) -> Fault:
        previous = self.previous
        if token.kind == "name" and keyword.iskeyword(token.text):
            return self._refused_word(token)
        if previous and previous.kind == "name" and previous.text in FUNCTIONS:
            message = f"{previous.text} is a function: write {previous.text}(...)"
            return self.stack.fault(message, previous)
        if token.text == "=":
            message = (
                "= gives a name to a whole statement, s = a*b; two values are compared with =="
            )
        elif token.text == "[":
            message = "there are no subscripts here: give each number a name of its own"
        else:
            message = f"an operator is missing before {token.text}; a product is written with *"
        return self.stack.fault(message, token)

    def _refused_word(self, token: Token) -> Fault:
        word = token.text
        message = WORDS.get(word, f"{word} is a word of Python's that has no meaning here")
        return self.stack.fault(message, token)
