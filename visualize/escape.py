"""Text for terminals, XML, DOT and matplotlib: safe characters, widths, aligned columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import zip_longest
from math import inf

# What XML 1.0 forbids, what moves a terminal's cursor, and what reorders text (bidirectional
# marks make `a - b` read as `b - a`).
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_XML = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;"}
# Graphviz decodes entities in every string, so an ampersand must be one.
_DOT = {ord("\\"): "\\\\", ord('"'): '\\"', ord("&"): "&amp;"}
_RECORD = {ord(character): "\\" + character for character in "\\{}|<>"} | {ord("&"): "&amp;"}


def printable(text: str) -> str:
    r"""Return `text` with control characters replaced by visible marks.

    >>> printable("a\nb"), printable("x\u202ey")
    ('a␊b', 'x\ufffdy')
    """
    return _UNSAFE.sub(_mark, text)


def _mark(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def columns(text: str) -> int:
    r"""Return the width of `text` in monospaced columns: two for East Asian wide and emoji.

    >>> columns("abc"), columns("損失"), columns("e\u0301")
    (3, 4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(map(_width, text))


def _width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, limit: int) -> str:
    """Return `text` in at most `limit` columns, with an ellipsis where something is missing.

    >>> cut("a_rather_long_name", 8), cut("short", 8)
    ('a_rathe…', 'short')
    """
    if len(text) <= limit and columns(text) <= limit:
        return text
    room = limit - 1
    kept: list[str] = []
    for character in text:
        room -= _width(character)
        if room < 0 or len(kept) > 4 * limit:  # a flood of zero-width marks ends too
            break
        kept.append(character)
    return "".join(kept) + "…"


def aligned(
    rows: Sequence[Sequence[str]], *, widest: float = inf, numbers: bool = False
) -> list[list[str]]:
    """Return the cells of rows, padded so that those of a column begin below each other.

    A cell of more than `widest` columns pushes its own row out, not the whole table. Nothing is
    added to the last cell of a row. With `numbers`, all but the first column end below each other
    instead.

    >>> for row in aligned([["a", "= 2", "leaf"], ["total", "= a + a", "root"]]):
    ...     print(*row)
    a     = 2     leaf
    total = a + a root
    """
    widths = [
        max((width for cell in column if (width := columns(cell)) <= widest), default=0)
        for column in zip_longest(*rows, fillvalue="")
    ]
    return [
        [
            " " * (width - columns(cell)) + cell
            if numbers and place
            else cell + " " * (width - columns(cell)) * (place < len(row) - 1)
            for place, (cell, width) in enumerate(zip(row, widths, strict=False))
        ]
        for row in rows
    ]


def xml(text: str) -> str:
    """Return `text` for an XML text or a double-quoted attribute.

    >>> xml('a<b & "c"')
    'a&lt;b &amp; &quot;c&quot;'
    """
    return printable(text).translate(_XML)


def dot_string(*lines: str) -> str:
    r"""Return `lines` as one quoted DOT string of left-justified lines.

    >>> print(dot_string('say "hi"', "a\\b & c"))
    "say \"hi\"\la\\b &amp; c\l"
    """
    escaped = [printable(line).translate(_DOT) for line in lines]
    text = escaped[0] if len(escaped) == 1 else "".join(f"{line}\\l" for line in escaped)
    return f'"{text}"'


def record_field(text: str) -> str:
    r"""Return `text` as one field of a Graphviz record label.

    >>> print(record_field("{a|b}"))
    \{a\|b\}
    """
    return printable(text).translate(_RECORD)


def plot_text(text: object) -> str:
    r"""Return `text` for matplotlib, which would read $...$ as mathematics; lines stay lines.

    A control character is the mark of a character unknown: few fonts have pictures of them.

    >>> print(plot_text("$5 to $9\nfor a\x00b"))
    \$5 to \$9
    for a�b
    """
    lines = (_UNSAFE.sub("\ufffd", line) for line in str(text).split("\n"))
    return "\n".join(lines).replace("$", r"\$")
