"""Results: answers in words, which print and save themselves."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from autograd.files import as_path, write_files

__all__ = ["Result", "saved_as"]

MOST_LINES = 200  # that a prompt shows; print() shows all


class Result:
    """An answer in words: `.text`, which it prints as, and `.save(path)`.

    A prompt shows the text too, a very long one in its first lines. No text ends with a newline;
    the file does.
    """

    __slots__ = ()

    formats: ClassVar[Mapping[str, str]] = {".txt": "text"}  # suffixes, and their attributes

    if TYPE_CHECKING:

        @property
        def text(self) -> str:
            """The answer as plain text."""

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the answer in the format of the suffix and return the path.

        The file is written whole or not at all. Raises ValueError for another suffix, and
        FileNotFoundError where the folder is missing.
        """
        target = saved_as(type(self).__name__, self.formats, path, "save: path")
        content: str = getattr(self, self.formats[target.suffix.lower()])
        write_files({target: (content.rstrip("\n") + "\n").encode()})
        return target

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        lines = self.text.splitlines()
        if len(lines) <= MOST_LINES:
            return self.text
        more = len(lines) - MOST_LINES
        return "\n".join([*lines[:MOST_LINES], f"... and {more:,} more lines; print() shows all"])


def saved_as(kind: str, suffixes: Collection[str], path: object, argument: str) -> Path:
    """Return a path as a Path whose suffix, in capitals or not, is one of `suffixes`.

    Raises TypeError, naming the argument, for anything but a path, and ValueError, which names the
    kind of result and lists the suffixes, for another suffix.

    >>> saved_as("a plot", [".svg", ".png"], "loss.PNG", "save: path").name
    'loss.PNG'
    """
    target = as_path(path, argument)
    if target.suffix.lower() not in suffixes:
        raise ValueError(f"cannot save {kind} as {target.name!r}; use one of {', '.join(suffixes)}")
    return target
