"""An expression as tokens: numbers, names and operators, each with its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal, NamedTuple

from visualize.command.fault import Fault

__all__ = ["Kind", "Token", "tokens"]

Kind = Literal["number", "name", "operator", "end"]

_TOKEN = re.compile(
    r"""
    (?P<number> (?: [0-9][0-9_]* (?:\.[0-9_]*)? | \.[0-9][0-9_]* ) (?: [eE][+-]?[0-9][0-9_]* )? )
        (?P<tail> \w* )
    | (?P<operator> \*\* | // | <= | >= | == | != | := | -> | [^\w\s] )
    """,
    re.VERBOSE,
)
KNOWN = frozenset({*"+-*/<>=()[],;", "**", "<=", ">=", "=="})
CONDITIONS = "conditions are 0 or 1: multiply them, (a > 0) * (b > 0)"
STEPS = "a step, whose derivative is 0 almost everywhere, so that nothing is learned through it"
# What people write for something else, and what to write instead.
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
    '"': "there is no text in an expression, only numbers, names and calls",
    "'": "there is no text in an expression, only numbers, names and calls",
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
}


class Token(NamedTuple):
    """A piece of an expression; of a name, `text` is in the one form of equal-looking letters."""

    kind: Kind
    text: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of an expression one by one, at last the end; Fault for what is none.

    A line that ends outside of brackets ends a statement, as a semicolon does.

    >>> [token.text for token in tokens("2.5*tanh(a)")]
    ['2.5', '*', 'tanh', '(', 'a', ')', '']
    """
    place = depth = 0
    while place < len(text):
        if text[place] == "\n" and depth <= 0:
            yield Token("operator", ";", place, place + 1)
        if text[place].isspace():
            place += 1
            continue
        token = _token(text, place)
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
        yield token
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
        return Token("name", name, start, end)
    match = _TOKEN.match(text, start)
    if match is None:
        raise _unknown(text, start, start + 1)
    if match["number"]:
        return Token("number", _number(text, match), start, match.end())
    written = match.group()
    if written not in KNOWN:
        raise _unknown(text, start, match.end())
    return Token("operator", written, start, match.end())


def _number(text: str, match: re.Match[str]) -> str:
    number, tail = match["number"], match["tail"]
    start, end = match.span()
    if tail:
        if re.fullmatch("0[xXbBoO]", number + tail[:1]):
            raise Fault(f"{number}{tail}: numbers are written in decimal", text, start, end)
        raise Fault(
            f"{number}{tail} is neither a number nor a name; a product is written {number}*{tail}",
            text, start, end,
        )  # fmt: skip
    try:
        float(number)
    except ValueError:
        raise Fault(f"{number} is not a number", text, start, end) from None
    return number


def _unknown(text: str, start: int, end: int) -> Fault:
    """Return the fault of characters that mean nothing here."""
    written = text[start:end]
    if written in REFUSED:
        return Fault(REFUSED[written], text, start, end)
    if written.isascii() and written.isprintable():
        return Fault(f"{written} means nothing here", text, start, end)
    name = unicodedata.name(written[0], "a character without a name")
    said = f"U+{ord(written[0]):04X} {name}"
    plain = unicodedata.normalize("NFKC", written)
    if plain != written and plain.isascii() and plain.isprintable() and plain.strip():
        return Fault(f"this is {said}: write {plain}", text, start, end)
    return Fault(f"{said} means nothing here", text, start, end)
