"""Files written whole or not at all."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from shutil import copymode
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["as_path", "write_files"]


def as_path(given: Any, argument: str) -> Path:
    """Return a str or a PathLike, such as a Path, as a Path.

    Raises TypeError, naming the argument, for bytes, numbers, open files and all else, and
    ValueError for an empty text and one with a zero character, which no file can be called.

    >>> as_path("model.npz", "save: path").suffix
    '.npz'
    """
    name = os.fspath(given) if isinstance(given, str | os.PathLike) else None
    if not isinstance(name, str):
        raise TypeError(f"{argument} is a str or a Path, not {given!r}")
    if not name:
        raise ValueError(f"{argument} is empty; give the name of a file")
    if "\0" in name:
        raise ValueError(f"{argument} holds a zero character: {name!r}")
    return Path(name)


def write_files(
    contents: Mapping[str | os.PathLike[str], bytes | Callable[[Path], object]],
) -> None:
    """Write each content to its path: all of the files, or none if anything stops it.

    A content is bytes, or a function that writes them to the path that it is given. A new file has
    the permissions that the umask of the process leaves; a file that is replaced keeps its own.
    Raises FileNotFoundError, which names the folder, where that is missing, and another OSError,
    which names the file, when it cannot be written.

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
    paths = [as_path(path, "write_files: a path") for path in contents]
    for path, content in zip(paths, contents.values()):
        if not (callable(content) or isinstance(content, bytes | bytearray | memoryview)):
            raise TypeError(
                f"write_files: the content of {str(path)!r} must be bytes, or a function "
                f"that writes them to a path, not {type(content).__name__}"
            )
    for path in paths:
        if not path.parent.is_dir():
            raise FileNotFoundError(
                f"cannot save {path.name}: no folder {path.parent}; make it first"
            )
    # In the same folder, because a file is replaced atomically within one file system only
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
    except BaseException as error:
        for new in temporary:
            new.unlink(missing_ok=True)
        if isinstance(error, OSError):  # of the file that was asked for, not of the temporary one
            for path, new in zip(paths, temporary):
                if str(error.filename) == str(new):
                    error.filename = str(path)
        raise


def _check_no_folder(paths: list[Path]) -> None:
    for path in paths:
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder, which no file can replace")
