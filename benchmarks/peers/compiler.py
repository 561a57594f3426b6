"""Builds C with gcc, in a folder that is gone once the library is loaded."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

__all__ = ["OPTIONS", "gcc_version", "loaded"]

Library = TypeVar("Library")

OPTIONS = ("-O3", "-march=native", "-fno-math-errno")


def gcc_version() -> str | None:
    """Return the version of GNU's gcc, None where there is none (macOS calls clang by its name)."""
    gcc = shutil.which("gcc")
    if gcc is None:
        return None
    said = subprocess.run([gcc, "--version"], capture_output=True, text=True, check=True).stdout
    return said.splitlines()[0].split()[-1] if "Free Software Foundation" in said else None


def loaded(
    source: Path, load: Callable[[str], Library], options: tuple[str, ...] = OPTIONS
) -> Library:
    """Compile one file of C into a shared library and return what `load` makes of its path."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / f"{source.stem}.so"
        subprocess.run(
            ["gcc", *options, "-shared", "-fPIC", "-o", library, source, "-lm"],  # noqa: S607 - PATH's
            check=True,
        )
        return load(str(library))
