"""The library of the engine in C: the files it is built from, and why Python does its work.

setup.py runs this file by itself, before there is a package to import.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from warnings import warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["FITS", "LOST", "digest", "find", "sources"]

FOLDER = os.path.dirname(__file__)
# Where the operations and their rules stand, from which rows.h is written.
TABLE = ("primitives.py", "rules.py", "lengths.py", "factor.py", "ieee.py")
# PyPy runs extensions of CPython slower than its own Python, and 32-bit x86 rounds otherwise.
FITS = sys.implementation.name == "cpython" and sys.maxsize > 2**32
LOST = "autograd runs without its engine in C, so that eager programs take 9 to 15 times as long"
ROOT = os.path.dirname(os.path.dirname(FOLDER))
AGAIN = f'"{sys.executable}" -m pip install --no-deps --editable "{ROOT}"'
COMPILER = (
    "a C compiler and Python's headers (sudo apt install gcc python3-dev; macOS: xcode-select "
    "--install; Windows: Build Tools for Visual Studio)"
)


def find() -> tuple[Any, str]:
    """Return the engine in C as a module, and ""; or None, and the reason why it is not used.

    A library that is there but would be wrong, or cannot be loaded, is a RuntimeWarning too.
    """
    if os.environ.get("AUTOGRAD_PURE", "0") not in ("", "0"):
        return None, "the environment has AUTOGRAD_PURE=1"
    try:
        engine = import_module("autograd.native._engine")
    except ModuleNotFoundError:
        return None, _missing()
    except ImportError as error:
        reason = f"its library cannot be loaded: {error}"
    else:
        files = sources()
        if not files or getattr(engine, "sources", None) == digest(files):
            return engine, ""
        reason = f"{engine.__file__} was built from other sources; build it again: {AGAIN}"
    warn(f"{LOST}: {reason}", RuntimeWarning, stacklevel=2)
    return None, reason


def _missing() -> str:
    if not FITS:
        return "it is built for CPython on 64-bit systems alone"
    others = [name for name in _names() if name.startswith("_engine.")]
    again = AGAIN if sources() else "install scalar-autograd again, with pip --no-cache-dir"
    if others:
        return f"it was built for another Python, as {', '.join(others)}; for this one: {again}"
    return f"it was not built, for which {COMPILER} are needed; then: {again}"


def sources() -> list[str]:
    """Return the paths of the files that the library follows from; [] where they are not here."""
    own = [name for name in _names() if name.endswith((".c", ".h"))]
    table = [os.path.join(os.path.dirname(FOLDER), name) for name in TABLE]
    return [os.path.join(FOLDER, name) for name in own] + table if own else []


def digest(files: list[str]) -> int:
    """Return a number that changes with the text of the files."""
    crc32 = import_module("binascii").crc32  # not loaded where there are no sources
    total = 0
    for path in files:
        with open(path, "rb") as file:
            total = crc32(file.read(), total)
    return total & 0x7FFFFFFF  # a long of C on every system


def _names() -> list[str]:
    try:
        return sorted(os.listdir(FOLDER))
    except OSError:  # in an archive
        return []
