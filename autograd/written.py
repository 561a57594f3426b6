"""Functions of Python that are written from rows: to call a row takes longer than to compute it.

So the value of a row stands in line, where its C text, from which backends follow too, is made of
arithmetic and choices.
"""

from __future__ import annotations

import re
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from autograd.primitive import Primitive

__all__ = ["NUMBERS", "in_line", "names_after"]

NUMBERS = ("x", "y", "z")  # the operands in the text of a row
# Neither calls nor divisions, which raise in Python; a comparison is a condition, and no number
ARITHMETIC = re.compile(r"[xyz\d\s.+*-]+")
CONDITION = re.compile(r"[xyz\d\s.<>=!|]+")


def in_line(row: Primitive, *operands: str) -> str | None:
    """Return the text of a row's value on operands, names or numbers; None if it needs a call.

    >>> from autograd.primitives import exp, guarded_mul
    >>> in_line(guarded_mul, "g", "y"), in_line(exp, "x")
    ('0.0 if not g or not y else g * y', None)
    """
    text = None if row.variadic or row.c is None else _python(row.c)
    return text and re.sub(r"\b[xyz]\b", lambda found: operands[NUMBERS.index(found[0])], text)


def _python(text: str) -> str | None:
    condition, chooses, rest = text.partition("?")
    if not chooses:
        return _with_floats(text) if ARITHMETIC.fullmatch(text) else None
    taken, _, other = rest.partition(":")
    values = _python(taken), _python(other)
    if None in values or not CONDITION.fullmatch(condition):
        return None
    condition = re.sub(r"(\w) == 0\b", r"not \1", condition.replace("||", "or"))
    condition = re.sub(r"(\w) != 0\b", r"\1", condition)
    return f"{values[0]} if {_with_floats(condition)} else {values[1]}"


def _with_floats(text: str) -> str:
    return re.sub(r"\d[\d.]*", lambda found: repr(float(found[0])), text.strip())


class _Source:
    """The text of functions; it stands for a module's loader, whom tracebacks ask for lines."""

    def __init__(self, text: str) -> None:
        self._text = text

    def get_source(self, module: str) -> str:  # noqa: ARG002 - as a loader is asked
        return self._text


def names_after(text: str, file: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return the names that are known after a text has run, which defines functions.

    >>> names_after("def twice(x): return two * x", "an example", {"two": 2.0})["twice"](3.0)
    6.0
    """
    names = {"__name__": __name__, "__loader__": _Source(text), **known}
    exec(_code(text, file, "exec"), names)  # noqa: S102 - rows and the package wrote the text
    return names


_code = cache(compile)  # many operators have the same text
