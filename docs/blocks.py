"""Run the Python blocks of a Markdown page and compare what they print with what the page says.

A page says what is printed in one of two ways: in a comment behind the `print` of one line, or in
a block marked `text` right after the code. All blocks of a page share their names.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Block", "blocks", "run_page"]

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PRINTED = re.compile(r"^\s*print\(.*\)  # (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text and the line of the page on which the text starts."""

    language: str
    text: str
    line: int


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a Markdown page."""
    return [
        Block(match[1], match[2], page.count("\n", 0, match.start(2)) + 1)
        for match in FENCE.finditer(page)
    ]


def run_page(path: Path, folder: Path) -> int:
    """Run the page's blocks in `folder` and return how many there were.

    Raises AssertionError, naming page and line, where the output is not what the page says.
    """
    found = blocks(path.read_text(encoding="utf-8"))
    names: dict[str, Any] = {"__name__": "__main__"}
    count = 0
    with _inside(folder):
        for position, block in enumerate(found):
            if block.language != "python":
                continue
            count += 1
            printed = _run(block, path, names)
            following = found[position + 1 : position + 2]
            if following and following[0].language == "text":
                expected = following[0].text.splitlines()
            else:
                expected = PRINTED.findall(block.text)
            assert printed == expected, (
                f"{path.name}, the block in line {block.line} printed\n"
                + "\n".join(printed)
                + "\nbut the page says\n"
                + "\n".join(expected)
            )
    return count


def _run(block: Block, path: Path, names: dict[str, Any]) -> list[str]:
    # Empty lines in front, so that a traceback shows the line of the page
    code = compile("\n" * (block.line - 1) + block.text, str(path), "exec")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(code, names)  # noqa: S102 - running the page is the purpose
    return [line.rstrip() for line in printed.getvalue().rstrip().splitlines()]


@contextlib.contextmanager
def _inside(folder: Path) -> Any:
    """Change the folder for a while; contextlib.chdir is new in Python 3.11."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
