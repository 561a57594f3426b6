"""Literals of C: floats to the last bit, names, and text that is safe inside a comment."""

from __future__ import annotations

import re
from math import isfinite, isnan
from textwrap import fill
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["braces", "comment", "double", "identifier"]

WIDTH, SHORT = 100, 40  # columns of a line, and of content that needs no line of its own


def double(number: float) -> str:
    """Return a C expression of exactly this number.

    Short decimal fractions of powers of two read as they are; all else is hexadecimal, for C99
    lets a compiler round a decimal constant either way.

    >>> [double(number) for number in (2.0, -0.5, 0.1, float("inf"))]
    ['2.0', '(-0.5)', '0x1.999999999999ap-4', '(double)INFINITY']
    """
    if isnan(number):
        return "(double)NAN"
    if not isfinite(number):
        return "(double)INFINITY" if number > 0.0 else "(-(double)INFINITY)"
    text = repr(number) if (number * 1024.0).is_integer() and abs(number) < 1e6 else number.hex()
    return f"({text})" if text.startswith("-") else text


def braces(numbers: Iterable[str], indent: str = "") -> str:
    """Return the initial content of an array, in lines of a bounded length.

    >>> braces(["1", "2"])
    '{1, 2}'
    """
    content = ", ".join(numbers)
    if len(content) < SHORT:
        return f"{{{content}}}"
    inner = indent + "    "
    lines = fill(content, WIDTH, initial_indent=inner, subsequent_indent=inner)
    return f"{{\n{lines}\n{indent}}}"


def identifier(name: str) -> str:
    """Return a name that C takes, as like the given one as can be.

    >>> identifier("my net-2"), identifier("2 layers"), identifier("")
    ('my_net_2', 'program_2_layers', 'program')
    """
    text = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
    if text[:1].isalpha():
        return text
    return f"program_{text}".rstrip("_")


def comment(text: str) -> str:
    """Return text for a comment: in ASCII, on one line, and not able to end the comment."""
    plain = text.encode("ascii", "backslashreplace").decode("ascii")
    return " ".join(plain.replace("*/", "* /").replace("/*", "/ *").split())
