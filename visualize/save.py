"""Saving: where a result is written, by the suffix of its path, and that it is written whole."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from autograd.files import as_path, write_files

__all__ = ["saved_as", "write_atomically"]


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


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path`; a failure leaves the old file as it was.

    Raises FileNotFoundError that names the folder when it does not exist.
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(f"cannot save {path.name}: no folder {path.parent}; make it first")
    write_files({path: content})
