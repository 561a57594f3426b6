"""Machine code on disk, so that equal texts are compiled once by all processes of a machine.

It is kept in the folder that the environment variable `AUTOGRAD_CODE` names; without it nothing is
read or written. A file is called by a digest of all that its code depends on: the text, llvmlite,
the processor and its features. It begins with a digest of the code, so that what was cut off or
changed is compiled again. Code from a file runs with the rights of the process: a folder in which
other users may write is not used. The files take 256 MB at most: beyond, those that were not used
for the longest time are deleted, down to three quarters of that.
"""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from logging import getLogger
from pathlib import Path

import llvmlite
import llvmlite.binding as llvm

from autograd.files import write_files

FORMAT = "1"  # of the files
DIGEST = 32  # bytes of a digest
MOST_BYTES = 1 << 28  # of all files; a program of some hundred stages takes about half of 1 MB

_log = getLogger("autograd")


def path_of(text: str, *settings: object) -> Path | None:
    """Return the file of the code of a text under these settings; None where nothing is kept."""
    folder = os.environ.get("AUTOGRAD_CODE")
    if not folder or "inttoptr" in text:  # an address of this process
        return None
    facts = (
        FORMAT,
        llvmlite.__version__,
        llvm.llvm_version_info,
        llvm.get_process_triple(),
        llvm.get_host_cpu_name(),
        llvm.get_host_cpu_features().flatten(),
        *settings,
        text,
    )
    name = hashlib.sha256("\n".join(map(str, facts)).encode()).hexdigest()
    return Path(folder) / f"{name}.code"


def read(path: Path) -> bytes | None:
    """Return the code in a file, None if there is none, or not all of it."""
    try:
        _check_private(path.parent)
        found = path.read_bytes()
        with suppress(OSError):  # a folder that can only be read
            os.utime(path)  # as used now
    except FileNotFoundError:
        return None
    except OSError as error:
        _log.info("machine code is not read: %s", error)
        return None
    digest, code = found[:DIGEST], found[DIGEST:]
    return code if digest == hashlib.sha256(code).digest() else None


def write(path: Path, code: bytes) -> None:
    """Keep code in a file, whole or not at all; a folder that is missing is made."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_private(path.parent)
        write_files({path: hashlib.sha256(code).digest() + code})
        _make_room(path.parent)
    except OSError as error:  # a full disk, a folder that cannot be written
        _log.info("machine code is not kept: %s", error)


def _make_room(folder: Path) -> None:
    """Delete the files that were not used for the longest time, if all take too many bytes."""
    found: list[tuple[float, int, Path]] = []
    for path in folder.glob("[!.]*.code"):  # one that is being written begins with a dot
        with suppress(FileNotFoundError):  # another process has deleted it
            facts = path.stat()
            found.append((facts.st_mtime, facts.st_size, path))
    total = sum(size for _, size, _ in found)
    if total <= MOST_BYTES:
        return
    for _, size, path in sorted(found):
        path.unlink(missing_ok=True)
        total -= size
        if total <= MOST_BYTES * 3 // 4:
            return


def _check_private(folder: Path) -> None:
    """Raise PermissionError for a folder in which other users could put code."""
    if os.name == "nt":  # where permissions are other ones, and a home is private
        return
    found = folder.stat()
    if found.st_uid != os.getuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(f"other users may write in {folder}")
