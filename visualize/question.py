"""Questions about a graph: the Values that they are asked of, and the answer in words."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from numbers import Number
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeGuard

from autograd import Value, topological_order
from autograd.files import as_path, write_files

MOST_LINES = 200  # that a prompt shows; print() shows all


def as_root(given: object, verb: str) -> Value:
    """Return the one Value that a user asks `verb` about; TypeError for anything else."""
    if isinstance(given, Value):
        return given
    several = "; of several roots, ask about one after the other"
    hint = several if is_list(given) else instead_of(given)
    raise TypeError(f"{verb} takes a Value, not {type(given).__name__}{hint}")


def as_roots(
    given: object,
    argument: str,
    kinds: str = "a Value or a list of Values",
    *,
    empty: str = "it has no graph",
) -> list[Value]:
    """Return the Values that a user gave for `argument`, one or several.

    Raises TypeError, which names the `kinds` allowed, for anything else and for a nested list, and
    ValueError for an empty list, with `empty` as the reason. Where `empty` is "", it may be empty.
    """
    if isinstance(given, Value):
        return [given]
    if not is_list(given):
        raise TypeError(
            f"{argument} must be {kinds}, not of type {type(given).__name__}{instead_of(given)}"
        )
    roots = []
    for position, root in enumerate(given):
        if not isinstance(root, Value):
            hint = "; give one flat list" if is_list(root) else instead_of(root)
            raise TypeError(
                f"{argument} must hold Values; item {position} is of type "
                f"{type(root).__name__}{hint}"
            )
        roots.append(root)
    if not roots and empty:
        raise ValueError(f"{argument} is an empty list: {empty}")
    return roots


def in_order(first: Value, second: Value) -> tuple[Value, Value]:
    """Return two Values with the root first: the one that was computed from the other.

    If neither was, a result comes before a leaf, and of two leaves one without a label comes
    before one with: under no_grad() a result is a leaf, and it has no label.
    """
    if first in set(topological_order(second)) and first is not second:
        return second, first
    if first.op is None and (second.op is not None or (first.label and not second.label)):
        return second, first
    return first, second


def is_list(given: object) -> TypeGuard[Iterable[object]]:
    """Return whether a user gave several objects; a text is one."""
    return isinstance(given, Iterable) and not isinstance(given, str | bytes)


def instead_of(given: object) -> str:
    """Return advice for the end of a message; "" where it is unclear what the user meant.

    >>> instead_of(abs)
    '; a model or a function has no graph before it is called: give its result, model(x)'
    >>> instead_of("loss")
    '; give the Value itself, not its label'
    """
    if isinstance(given, str | bytes):
        return "; give the Value itself, not its label"
    if isinstance(given, Number):
        return (
            "; a plain number does not know what it was made of: make it a Value first, "
            f"Value({given}), or give the Value, not its .data"
        )
    if callable(given):
        return "; a model or a function has no graph before it is called: give its result, model(x)"
    return ""


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
