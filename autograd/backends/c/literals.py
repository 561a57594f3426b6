"""Literals of C: floats to the last bit, names, and text that is safe inside a comment."""

from __future__ import annotations

import re
from math import isfinite, isnan
from textwrap import fill
from typing import TYPE_CHECKING

from autograd.program.precision import DOUBLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograd.program.precision import Precision

WIDTH, SHORT = 100, 40  # columns of a line, and of content that needs no line of its own


def literal(number: float, precision: Precision) -> str:
    """Return a C expression of this number, rounded to a precision.

    >>> from autograd.program.precision import SINGLE
    >>> literal(0.1, SINGLE), literal(-2.0, SINGLE)
    ('0x1.99999ap-4f', '(-2.0f)')
    """
    number = precision.rounded(number)
    text = double(number).replace("double", precision.c)
    if not isfinite(number):
        return text
    if precision is not DOUBLE:  # most of the 13 hexadecimal digits are 0
        text = re.sub(r"\.?0+p", "p", text)
    return re.sub(r"\)?$", rf"{precision.suffix}\g<0>", text, count=1)


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
    """Return an identifier of C that is as close to the name as can be.

    >>> identifier("my net-2"), identifier("2 layers"), identifier("")
    ('my_net_2', 'program_2_layers', 'program')
    """
    text = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
    if text[:1].isalpha():
        return text
    return f"program_{text}".rstrip("_")


def header_name(name: str) -> str:
    """Return the name of a header file as #include takes it.

    Raises ValueError for a name that C cannot include, or that is one of the headers which the
    source takes from the C library: an option such as -I. would take the one for the other.
    """
    wrong = next((sign for sign in name if sign in '"\\' or not sign.isprintable()), None)
    if wrong is None and "??" in name:
        wrong = "??"
    if wrong is not None:
        raise ValueError(
            f"to_c: C cannot include a file whose name has {wrong!r} in it, as {name!r} has; "
            "choose a name without line ends, control characters, quotation marks, backslashes "
            "and ??"
        )
    if name.casefold() in {"math.h", "stddef.h"}:
        raise ValueError(
            f"to_c: a header {name!r} of yours would stand in the way of <{name.casefold()}> of "
            "the C library, which the source includes; choose another name"
        )
    return f'"{name}"'


def comment(text: str) -> str:
    r"""Return text for a comment: in ASCII, on one line, and not able to end the comment.

    Control characters, and the backslash, which at the end of a line joins it to the next, are
    written as in Python's strings. Trigraphs get a space, because ??/ is a backslash.

    >>> print(comment("*/ naïve ??/ \\"))
    * / na\xefve ? ?/ \x5c
    """
    plain = " ".join(text.split()).replace("\\", "\\x5c")
    plain = re.sub(r"[\x00-\x1f\x7f]", lambda sign: f"\\x{ord(sign[0]):02x}", plain)
    plain = plain.encode("ascii", "backslashreplace").decode("ascii")
    return re.sub(r"\*(?=/)|/(?=\*)|\?(?=\?)", r"\g<0> ", plain)
