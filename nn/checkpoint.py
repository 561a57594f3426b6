"""State dicts in files: names and numbers as .npz or .json, read without running any code."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from shutil import copymode
from typing import Any, TypeVar
from uuid import uuid4

__all__ = ["CheckpointError", "load_state", "save_state"]

Function = TypeVar("Function")

FORMAT = "scalar-autograd state 1"


class CheckpointError(ValueError):
    """A file that does not hold a state dict, or not the whole of one."""


def save_state(state: Mapping[str, float], path: str | os.PathLike[str]) -> None:
    """Write names and numbers to `path`, as NumPy's .npz or as .json by its suffix.

    Every float is read back bit for bit, in JSON apart from the payload of a nan. The file is
    replaced in one go: a write that fails leaves what was there. Raises ValueError for another
    suffix and OSError when the folder cannot be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_state({"bias": 0.1}, f"{folder}/state.json")
    ...     load_state(f"{folder}/state.json")
    {'bias': 0.1}
    """
    target = Path(path)
    write = _by_suffix(target, WRITERS)
    numbers = {name: float(number) for name, number in state.items()}
    # In the same folder, for a file is replaced atomically within one file system only
    temporary = target.with_name(f".{uuid4().hex}{target.suffix}")
    try:
        write(numbers, temporary)
        if target.exists():
            copymode(target, temporary)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def load_state(path: str | os.PathLike[str]) -> dict[str, float]:
    """Return the names and numbers that `save_state` wrote to `path`.

    Raises CheckpointError, a ValueError, if the file is truncated or holds something else,
    ValueError for an unknown suffix, and OSError when it cannot be read.
    """
    source = Path(path)
    read = _by_suffix(source, READERS)
    content = source.read_bytes()
    try:
        return read(content)
    except Exception as error:  # whatever zipfile, NumPy and json find wrong
        raise CheckpointError(
            f"{source} holds no complete state dict ({type(error).__name__}: {error}); it may be "
            "truncated or of another program: save it again with Module.save or nn.save_state"
        ) from error


def _write_npz(state: dict[str, float], path: Path) -> None:
    import numpy as np

    names = np.array(list(state), dtype=np.str_)
    with path.open("wb") as file:
        np.savez(
            file, format=FORMAT, names=names, values=np.array(list(state.values()), np.float64)
        )


def _read_npz(content: bytes) -> dict[str, float]:
    import numpy as np

    with np.load(BytesIO(content), allow_pickle=False) as archive:
        found, names, values = (archive[key] for key in ("format", "names", "values"))
    if found.tolist() != FORMAT:
        raise ValueError(f"the format is {found.tolist()!r}, not {FORMAT!r}")
    if values.dtype != np.float64 or names.dtype.kind != "U" or names.shape != values.shape:
        raise ValueError("names and values do not match")
    return _distinct(zip(names.tolist(), values.tolist(), strict=True))


def _write_json(state: dict[str, float], path: Path) -> None:
    # JSON has no nan and inf: they are written as strings, which float() reads
    numbers = {name: x if math.isfinite(x) else str(x) for name, x in state.items()}
    with path.open("w", encoding="utf-8") as file:
        json.dump({"format": FORMAT, "state": numbers}, file, indent=0, allow_nan=False)
        file.write("\n")


def _read_json(content: bytes) -> dict[str, float]:
    document = json.loads(content, object_pairs_hook=_distinct)
    if document.get("format") != FORMAT:
        raise ValueError(f"the format is {document.get('format')!r}, not {FORMAT!r}")
    return {name: _number(name, x) for name, x in document["state"].items()}


def _number(name: str, x: Any) -> float:
    if isinstance(x, bool) or not (isinstance(x, int | float) or x in {"nan", "inf", "-inf"}):
        raise ValueError(f"{name!r} is {x!r}, not a number")
    return float(x)


def _distinct(pairs: Any) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, item in pairs:
        if name in result:
            raise ValueError(f"the name {name!r} occurs twice")
        result[name] = item
    return result


WRITERS = {".npz": _write_npz, ".json": _write_json}
READERS = {".npz": _read_npz, ".json": _read_json}


def _by_suffix(path: Path, table: Mapping[str, Function]) -> Function:
    if path.suffix not in table:
        raise ValueError(f"the file name {str(path)!r} must end in {' or '.join(table)}")
    return table[path.suffix]
