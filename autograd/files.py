"""Files written whole or not at all."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from shutil import copymode
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["write_files"]


def write_files(
    contents: Mapping[str | os.PathLike[str], bytes | Callable[[Path], object]],
) -> None:
    """Write each content to its path: all of the files, or none if anything stops it.

    A content is bytes, or a function that writes them to the path that it is given. A new file may
    be read and written by whom the umask of the process lets; one that is replaced keeps its
    permissions. Raises OSError when a file cannot be written.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_files({f"{folder}/a.txt": b"a", f"{folder}/b.txt": b"b"})
    ...     sorted(path.name for path in pathlib.Path(folder).iterdir())
    ['a.txt', 'b.txt']
    """
    if not isinstance(contents, Mapping):
        raise TypeError(
            "write_files takes a dict from paths to contents, not "
            f"{type(contents).__name__}: write_files({{path: content}})"
        )
    for path, content in contents.items():
        if not isinstance(path, str | os.PathLike):
            raise TypeError(f"write_files: a path is a str or a Path, not {path!r}")
        if not (callable(content) or isinstance(content, bytes | bytearray | memoryview)):
            raise TypeError(
                f"write_files: the content of {os.fspath(path)!r} must be bytes, or a function "
                f"that writes them to a path, not {type(content).__name__}"
            )
    paths = [Path(path) for path in contents]
    # In the same folder, for a file is replaced atomically within one file system only
    temporary = [path.with_name(f".{uuid4().hex}{path.suffix}") for path in paths]
    try:
        for path, new, content in zip(paths, temporary, contents.values()):
            if callable(content):
                content(new)
            else:
                new.write_bytes(content)
            if path.exists():
                copymode(path, new)
        _check_no_folder(paths)
        if len(paths) == 1:
            temporary[0].replace(paths[0])
        else:
            deque(map(os.replace, temporary, paths), maxlen=0)  # in C: nothing comes between two
    except BaseException:
        for new in temporary:
            new.unlink(missing_ok=True)
        raise


def _check_no_folder(paths: list[Path]) -> None:
    for path in paths:
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder, which no file can replace")
