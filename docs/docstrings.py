"""Docstrings as reStructuredText: only `names` and doctests are markup, all else is words."""

from __future__ import annotations

import re

__all__ = ["as_markup"]

NAME = re.compile(r"`[^`]+`")
# What would begin emphasis, a substitution or a link: x * y, |x|, "validation_..."
MARK = re.compile(r"[*|\\]|(?<=\w)_(?!\w)")


def as_markup(lines: list[str]) -> list[str]:
    r"""Return the lines of a docstring with what is no markup escaped.

    >>> as_markup(["Return f(*args) and |x| of `f(*args)`, for `Value`s:", "", ">>> f(*args)"])
    ['Return f(\\*args) and \\|x\\| of `f(*args)`, for `Value`\\ s:', '', '>>> f(*args)']
    """
    blocks: list[tuple[bool, list[str]]] = []
    example = False
    for line in lines:
        begins = line.lstrip().startswith(">>>")
        example = begins or (example and bool(line.strip()))
        if not blocks or blocks[-1][0] != example:
            blocks.append((example, []))
        blocks[-1][1].append(line)
    result: list[str] = []
    for example, block in blocks:
        text = "\n".join(block)
        result += (text if example else _escaped(text)).split("\n")
    return result


def _escaped(text: str) -> str:
    parts, end = [], 0
    for name in NAME.finditer(text):
        # `.text` is an attribute of what is spoken of, and not the one of some other class
        shown = f"`{name[0]}`" if name[0].startswith("`.") else name[0]
        parts += [MARK.sub(r"\\\g<0>", text[end : name.start()]), shown]
        end = name.end()
        if text[end : end + 1].isalnum():
            parts.append("\\ ")  # ends the name before the s of a plural
    return "".join([*parts, MARK.sub(r"\\\g<0>", text[end:])])
