"""The language of expressions: its tokens, its grammar, and an expression as a list of steps.

It is Python's notation for numbers, names, + - * / **, comparisons, calls, lists and
`a if c else b`, in statements that name values; the tests compare every reading with Python's.

Python's own parser is not used, because its limits differ from version to version: a sum of
3,500 terms is read by 3.10 and 3.13 and is a RecursionError in 3.11 and 3.12, 200 brackets inside
each other are too many, and its tree does not say where an operator stands. To point at a fault in
the same words everywhere, a scan of our own must find the first operator without its operand; what
is left for a parser then is precedence, which is `_Statement._reduce`.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from visualize.command.fault import Fault
from visualize.command.functions import FUNCTIONS, unknown_function


class Step(NamedTuple):
    """One step of an evaluation on a stack, with the place in the text that it comes from.

    - "number": push the number `name`.
    - "name": push the value of the name.
    - "operator": replace the last `taken` operands by the result of + - * / ** < ... or `if`.
    - "call": replace them by the result of the function `name`.
    - "list": replace them by one list.
    - "store": take the last operand away and give it the name; ends a statement.
    """

    work: Literal["number", "name", "operator", "call", "list", "store"]
    name: str
    taken: int  # operands
    start: int
    end: int


# Tokens


class Token(NamedTuple):
    """A piece of an expression; the text of a fault is its message."""

    kind: Literal["number", "name", "operator", "end", "fault"]
    text: str
    start: int
    end: int


CONDITION, COMPARISON, SUM, PRODUCT, SIGN, POWER = range(1, 7)  # from loose to tight
BINARY = {
    **dict.fromkeys(("<", "<=", ">", ">=", "=="), COMPARISON),
    **dict.fromkeys("+-", SUM),
    **dict.fromkeys("*/", PRODUCT),
    "**": POWER,
}
KNOWN = frozenset({*BINARY, *"=()[],;"})
PATTERN = re.compile(
    r"""
    (?P<number> (?: [0-9][0-9_]* (?:\.[0-9_]*)? | \.[0-9][0-9_]* ) (?: [eE][+-]?[0-9][0-9_]* )? )
        (?P<tail> \w* )
    | (?P<operator> \*\* | // | <= | >= | == | != | := | -> | [^\w\s] )
    """,
    re.VERBOSE,
)
CONDITIONS = "conditions are 0 or 1: multiply them, (a > 0) * (b > 0)"
STEPS = "a step, whose derivative is 0 almost everywhere, so that nothing is learned through it"
TEXT = "there is no text in an expression, only numbers, names and calls"
# Symbols that people write for something else, and those to write instead.
REFUSED = {
    "^": "^ is not a power here: use **",
    "%": f"% is {STEPS}; use /",
    "//": f"// is {STEPS}; use /",
    "!=": "!= is not known here: write == and let the branches change places",
    ":=": ":= is not known here: name a value in a statement of its own, s = a*b; tanh(s)",
    "@": "@ is not known here: write dot([a, b], [c, d])",
    "&": f"& is not known here: {CONDITIONS}",
    "|": f"| is not known here: {CONDITIONS}, or use abs(x) for |x|",
    ".": "there are no attributes here, only numbers, names and calls",
    '"': TEXT,
    "'": TEXT,
    ":": "there is no : here; a condition is written a if c else b",
    "?": "there is no ? here; a condition is written a if c else b",
    "#": "an expression has no comments",
    **dict.fromkeys("×·⋅∙∗", "a product is written with *"),
    **dict.fromkeys("÷∕", "a quotient is written with /"),
    **dict.fromkeys("−–—‐‑", "a difference is written with the - of the keyboard"),
    **dict.fromkeys("²³", "a power is written with **"),
    "≤": "write <=",
    "≥": "write >=",
    "√": "a square root is written sqrt(x)",
    **dict.fromkeys(("and", "or", "not"), CONDITIONS),
    "True": "True is written 1",
    "False": "False is written 0",
    "None": "None is not a number",
    "lambda": "there are no functions to define here: name values, s = a*b; tanh(s)",
}


def _tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text, at last its end; anything else is a fault, and the last one.

    A line that ends outside of brackets ends a statement, as a semicolon does.
    """
    place = depth = 0
    while place < len(text):
        if text[place] == "\n" and depth <= 0:
            yield Token("operator", ";", place, place + 1)
        if text[place].isspace():
            place += 1
            continue
        token = _token(text, place)
        yield token
        if token.kind == "fault":
            return
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
        place = token.end
    end = len(text.rstrip())
    yield Token("end", "", end, end + 1)


def _token(text: str, start: int) -> Token:
    """Return the token that starts at a place."""
    if text[start].isidentifier():
        end = start + 1
        while end < len(text) and f"_{text[end]}".isidentifier():
            end += 1
        name = unicodedata.normalize("NFKC", text[start:end])  # as Python reads names
        if name in ("if", "else"):
            return Token("operator", name, start, end)
        if keyword.iskeyword(name):
            unknown = f"{name} is a word of Python's that has no meaning here"
            return Token("fault", REFUSED.get(name, unknown), start, end)
        return Token("name", name, start, end)
    match = PATTERN.match(text, start)
    if match and match["number"]:
        fault = _fault_of_number(match["number"], match["tail"])
        return Token("fault" if fault else "number", fault or match.group(), start, match.end())
    written = match.group() if match else text[start]
    end = start + len(written)
    if written in KNOWN:
        return Token("operator", written, start, end)
    return Token("fault", REFUSED.get(written) or _unknown(written), start, end)


def _fault_of_number(number: str, tail: str) -> str | None:
    if tail and re.fullmatch("0[xXbBoO]", number + tail[:1]):
        return f"{number}{tail}: numbers are written in decimal"
    if keyword.iskeyword(tail):
        return f"a space is missing between {number} and {tail}"
    if tail:
        said = f"{number}{tail} is neither a number nor a name"
        return f"{said}; a product is written {number}*{tail}"
    try:
        float(number)
    except ValueError:
        return f"{number} is not a number"
    return None


def _unknown(written: str) -> str:
    """Say that a character means nothing here, by its name where it could be taken for another."""
    if written.isascii() and written.isprintable():
        return f"{written} means nothing here"
    name = unicodedata.name(written, "a character without a name")
    said = f"U+{ord(written):04X} {name}"
    plain = unicodedata.normalize("NFKC", written)
    if plain != written and plain.isascii() and plain.isprintable() and plain.strip():
        return f"this is {said}: write {plain}"
    return f"{said} means nothing here"


# Grammar


def parsed(text: str) -> list[Step]:
    """Return the steps of the statements of a text; Fault if it is not an expression.

    There is no recursion: an expression may be as long and as deep as memory allows.

    >>> [(step.work, step.name) for step in parsed("-a**2")]
    [('name', 'a'), ('number', '2'), ('operator', '**'), ('operator', '-')]
    """
    steps: list[Step] = []
    tokens: list[Token] = []  # of the statement so far
    unnamed: tuple[int, int] | None = None  # the place of a finished statement without a name
    for token in _tokens(text):
        tokens.append(token)
        if token.text != ";" and token.kind not in ("end", "fault"):
            continue
        if len(tokens) > 1 or token.kind == "fault":
            if unnamed:
                message = "nothing uses the value of this statement: give it a name, s = ..."
                raise Fault(message, text, *unnamed)
            target = _Statement(text, steps).read(tokens)
            unnamed = None if target else (tokens[0].start, tokens[-2].end)
        if token.kind == "end" and not steps:
            raise Fault("the expression is empty", text, token.start, token.end)
        tokens = []
    return steps


@dataclass(slots=True)
class _Waiting:
    """An operator that waits for its last operand, or a bracket or an `if` for its end."""

    kind: Literal["operator", "if", "bracket", "call", "list"]
    token: Token
    tightness: int = 0  # of an operator
    taken: int = 0  # operands: of a call or a list, those that are complete

    @property
    def bracket(self) -> str:
        return "[" if self.kind == "list" else "("


class _Statement:
    """A statement between two of its tokens: the operations that wait, the innermost last."""

    def __init__(self, text: str, steps: list[Step]) -> None:
        self.text = text
        self.steps = steps
        self.waiting: list[_Waiting] = []

    def read(self, tokens: list[Token]) -> Token | None:
        """Add the steps of a statement, whose last token ends it; return the name that it gives."""
        target = previous = None
        if tokens[0].kind == "name" and tokens[1].text == "=":
            target, previous = tokens[:2]
            if target.text in FUNCTIONS:
                raise self._fault(f"{target.text} is a function here: choose another name", target)
            tokens = tokens[2:]
        wants_operand = True
        for token, ahead in pairwise([*tokens, tokens[-1]]):
            if token.kind == "fault":
                raise self._fault(token.text, token)
            if wants_operand:
                wants_operand = self._operand(token, ahead, previous)
            else:
                wants_operand = self._operator(token, previous)
            previous = token
        if target:
            self.steps.append(Step("store", target.text, 1, target.start, target.end))
        return target

    def _operand(self, token: Token, ahead: Token, previous: Token | None) -> bool:
        """Take a token where an operand must come; return whether one must still come."""
        if token.kind == "name" and ahead.text == "(":
            if token.text not in FUNCTIONS:
                raise self._fault(unknown_function(token.text), token)
        elif token.kind in ("number", "name"):
            work: Literal["number", "name"] = "number" if token.kind == "number" else "name"
            self.steps.append(Step(work, token.text, 0, token.start, token.end))
            return False
        elif token.text == "(" and previous and previous.kind == "name":
            self.waiting.append(_Waiting("call", previous))
        elif token.text in ("(", "["):
            self.waiting.append(_Waiting("bracket" if token.text == "(" else "list", token))
        elif token.text == "-":
            self.waiting.append(_Waiting("operator", token, SIGN, 1))
        elif token.text in (")", "]") and self._may_close(previous):
            self._close(token, last_operand=0)
            return False
        elif token.text != "+":
            raise self._missing(token, previous)
        return True

    def _may_close(self, previous: Token | None) -> bool:
        """Return whether a call or a list may end here, where an operand could come."""
        opened = previous is not None and previous.text in ("(", "[", ",")
        return opened and self.waiting[-1].kind in ("call", "list")

    def _operator(self, token: Token, previous: Token | None) -> bool:
        """Take a token where an operator, a comma or an end must come; return as `_operand`."""
        if token.text in BINARY:
            tightness = BINARY[token.text]
            self._reduce(tightness + (tightness in (COMPARISON, POWER)))  # ** groups to the right
            top = self.waiting[-1] if self.waiting else None
            if top and tightness == top.tightness == COMPARISON:
                raise self._fault(f"compare two values at a time; {CONDITIONS}", token)
            self.waiting.append(_Waiting("operator", token, tightness, 2))
        elif token.text in ("if", "else"):
            self._condition(token)
        elif token.text == ",":
            self._complete()
            if not self.waiting or self.waiting[-1].kind == "bracket":
                raise self._fault(
                    "a comma stands only between the values of a call or a list", token
                )
            self.waiting[-1].taken += 1
        elif token.text in (")", "]"):
            self._close(token, last_operand=1)
            return False
        elif token.text == ";" or token.kind == "end":
            self._complete()
            if self.waiting:
                opened = self.waiting[-1]
                raise self._fault(f"this {opened.bracket} is never closed", opened.token)
        else:
            raise self._no_operator(token, previous)
        return True

    def _condition(self, token: Token) -> None:
        self._reduce(CONDITION + 1)
        is_open = bool(self.waiting) and self.waiting[-1].kind == "if"
        if token.text == "else" and is_open:
            self.waiting.append(_Waiting("operator", self.waiting.pop().token, CONDITION, 3))
        elif token.text == "else":
            raise self._fault("this else has no if; a condition is written a if c else b", token)
        elif is_open:
            raise self._fault("a condition in a condition needs brackets: a if (...) else b", token)
        else:
            self.waiting.append(_Waiting("if", token))

    def _reduce(self, tightness: int) -> None:
        """Finish the operators that bind their operands as tightly as this, or more so."""
        while self.waiting and self.waiting[-1].tightness >= tightness:
            done = self.waiting.pop()
            place = done.token.start, done.token.end
            self.steps.append(Step("operator", done.token.text, done.taken, *place))

    def _complete(self) -> None:
        """Finish all that is inside the last open bracket."""
        self._reduce(CONDITION)
        if self.waiting and self.waiting[-1].kind == "if":
            raise self._fault("this if has no else: write a if c else b", self.waiting[-1].token)

    def _close(self, token: Token, *, last_operand: Literal[0, 1]) -> None:
        self._complete()
        if not self.waiting:
            raise self._fault(f"this {token.text} closes nothing", token)
        done = self.waiting.pop()
        if done.bracket + token.text not in ("()", "[]"):
            message = f"this {token.text} does not close the {done.bracket} before it"
            raise self._fault(message, token)
        if done.kind in ("call", "list"):
            taken = done.taken + last_operand
            self.steps.append(Step(done.kind, done.token.text, taken, done.token.start, token.end))

    # Faults

    def _fault(self, message: str, token: Token) -> Fault:
        return Fault(message, self.text, token.start, token.end)

    def _missing(self, token: Token, previous: Token | None) -> Fault:
        if previous is None:
            return self._fault(f"a value is missing before {token.text}", token)
        if previous.text + token.text == "()":
            message = "there is nothing between these brackets"
            return Fault(message, self.text, previous.start, token.end)
        if token.text == ";" or token.kind == "end":
            return self._fault(f"a value is missing after {previous.text}", token)
        return self._fault(f"a value is missing between {previous.text} and {token.text}", token)

    def _no_operator(self, token: Token, previous: Token | None) -> Fault:
        if previous and previous.kind == "name" and previous.text in FUNCTIONS:
            message = f"{previous.text} is a function: write {previous.text}(...)"
            return self._fault(message, previous)
        if token.text == "=":
            said = "= gives a name to a whole statement, s = a*b"
            return self._fault(f"{said}; two values are compared with ==", token)
        if token.text == "[":
            return self._fault(
                "there are no subscripts here: give each number a name of its own", token
            )
        said = f"an operator is missing before {token.text}"
        return self._fault(f"{said}; a product is written with *", token)
