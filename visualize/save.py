"""Write a file whole or not at all."""

from __future__ import annotations

from pathlib import Path

from autograd.files import write_files

__all__ = ["write_atomically"]


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path`; a failure leaves the old file as it was.

    Raises FileNotFoundError that names the folder when it does not exist.
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(f"cannot save {path.name}: no folder {path.parent}; make it first")
    write_files({path: content})
