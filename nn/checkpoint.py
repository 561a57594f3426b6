"""State dicts in files: names and numbers as .npz or .json, read without running any code."""

from __future__ import annotations

import json
import math
import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

__all__ = ["CheckpointError", "load_state", "save_state"]

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
    write, _ = _format(target)
    numbers = {name: float(number) for name, number in state.items()}
    # In the same folder, for os.replace is atomic within one file system only
    handle, temporary = tempfile.mkstemp(
        dir=target.parent, prefix=f".{target.name}.", suffix=target.suffix
    )
    os.close(handle)
    try:
        write(numbers, temporary)
        os.chmod(temporary, _mode(target))
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def load_state(path: str | os.PathLike[str]) -> dict[str, float]:
    """Return the names and numbers that `save_state` wrote to `path`.

    Raises CheckpointError, a ValueError, if the file is truncated or holds something else,
    ValueError for an unknown suffix, and OSError when it cannot be read.
    """
    source = Path(path)
    _, read = _format(source)
    try:
        return read(source)
    except OSError:
        raise
    except Exception as error:
        raise CheckpointError(
            f"{source} holds no complete state dict ({type(error).__name__}: {error}); it may be "
            "truncated or of another program: save it again with Module.save or nn.save_state"
        ) from error


def _mode(target: Path) -> int:
    """Return the permissions of the file that is replaced, or those of a new one."""
    if target.exists():
        return target.stat().st_mode & 0o777
    umask = os.umask(0)  # the only way to read it
    os.umask(umask)
    return 0o666 & ~umask


def _write_npz(state: dict[str, float], path: str) -> None:
    import numpy as np

    names = np.array(list(state), dtype=np.str_)
    with open(path, "wb") as file:
        np.savez(file, format=FORMAT, names=names, values=np.array(list(state.values()), np.float64))


def _read_npz(path: Path) -> dict[str, float]:
    import numpy as np

    if path.stat().st_size and not zipfile.is_zipfile(path):
        raise ValueError("not a zip archive")
    with np.load(path, allow_pickle=False) as archive:
        found, names, values = (archive[key] for key in ("format", "names", "values"))
    if found.tolist() != FORMAT:
        raise ValueError(f"the format is {found.tolist()!r}, not {FORMAT!r}")
    if values.dtype != np.float64 or names.dtype.kind != "U" or names.shape != values.shape:
        raise ValueError("names and values do not match")
    return _distinct(zip(names.tolist(), values.tolist(), strict=True))


def _write_json(state: dict[str, float], path: str) -> None:
    # JSON has no nan and inf: they are written as strings, which float() reads
    numbers = {name: x if math.isfinite(x) else str(x) for name, x in state.items()}
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"format": FORMAT, "state": numbers}, file, indent=0, allow_nan=False)
        file.write("\n")


def _read_json(path: Path) -> dict[str, float]:
    document = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_distinct)
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


FORMATS: dict[str, tuple[Callable[[dict[str, float], str], None], Callable[[Path], dict[str, float]]]]
FORMATS = {".npz": (_write_npz, _read_npz), ".json": (_write_json, _read_json)}


def _format(path: Path) -> Any:
    if path.suffix not in FORMATS:
        allowed = " or ".join(FORMATS)
        raise ValueError(f"the file name {str(path)!r} must end in {allowed}, which sets the format")
    return FORMATS[path.suffix]
