"""Write a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

__all__ = ["write_atomically"]


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path`; a failure on the way leaves what was there.

    Raises FileNotFoundError that names the folder when it does not exist.
    """
    folder = path.parent
    if not folder.is_dir():
        raise FileNotFoundError(f"cannot save {path.name}: no folder {folder}; make it first")
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}-", dir=folder)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary.chmod(path.stat().st_mode if path.exists() else 0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        raise


def _umask() -> int:
    """Return the mask of new files; mkstemp made the temporary one private."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
