"""State dicts, names and numbers, saved in .npz or .json files and read without running code."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from reprlib import repr as brief
from typing import Any, BinaryIO, TypeVar

from autograd import Value
from autograd.arguments import as_count, as_float, as_mapping
from autograd.files import as_path, write_files
from nn.data.archives import Archive, is_disk_fault

__all__ = ["CheckpointError", "checked_state", "load_state", "save_state"]

Function = TypeVar("Function")

FORMAT = "scalar-autograd state 1"
MOST_PACKED = 4  # to one; `save_state` does not compress, but another program may have
SHOWN = 4  # names in a message
LONGEST = 4096  # bytes of a number with its name, of 1,000 characters in NumPy's encoding


class CheckpointError(ValueError):
    """A file that holds no state dict, or only a part of one."""


def save_state(state: Mapping[str, float], path: str | os.PathLike[str]) -> Path:
    """Write names and numbers to `path`, a .npz (NumPy) or .json file, and return the path.

    Every float is read back bit for bit, except for the payload of a nan in JSON. A write that
    fails leaves an older file as it was. Raises ValueError for another suffix, TypeError for
    anything that is no number, and OSError if the folder cannot be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     load_state(save_state({"bias": 0.1}, f"{folder}/state.json"))
    {'bias': 0.1}
    """
    target = as_path(path, "the path of a state dict")
    write = _by_suffix(target, WRITERS)
    numbers = {
        _name(name): as_float(number, f"save_state: {name!r}")
        for name, number in as_mapping(state, "save_state: state", "names to numbers").items()
    }
    write_files({target: partial(write, numbers)})
    return target


def load_state(path: str | os.PathLike[str], *, expected: int | None = None) -> dict[str, float]:
    """Return the names and numbers that `save_state` wrote to `path`, without running any code.

    It reads sizes first, and refuses a file that promises more than its bytes can hold. `expected`
    is the number of numbers that are wanted; a file with far more is refused as well. Raises
    CheckpointError, a ValueError, if the file is truncated or holds something else, ValueError for
    an unknown suffix, and OSError if it cannot be opened or read.
    """
    if expected is not None:
        expected = as_count(expected, "load_state: expected", least=0)
    source = as_path(path, "the path of a state dict")
    read = _by_suffix(source, READERS)
    if source.is_dir():
        raise CheckpointError(f"{source} is a folder, not a file of a state dict")
    with source.open("rb") as file:
        try:
            return read(file, expected)
        except Exception as error:  # zipfile, NumPy and json raise many kinds
            if is_disk_fault(error):
                raise
            raise CheckpointError(
                f"{source} holds no complete state dict ({type(error).__name__}: {error}); it may "
                "be truncated or of another program: save it again with Module.save or "
                "nn.save_state"
            ) from error


def _name(name: Any) -> str:
    if not isinstance(name, str):
        raise TypeError(f"save_state: names are texts, not {name!r}")
    return name


def _write_npz(state: dict[str, float], path: Path) -> None:
    import numpy as np

    names = np.array(list(state), dtype=np.str_)
    with path.open("wb") as file:
        np.savez(
            file, format=FORMAT, names=names, values=np.array(list(state.values()), np.float64)
        )


def _read_npz(file: BinaryIO, expected: int | None) -> dict[str, float]:
    archive = Archive(file, MOST_PACKED)
    headers = {key: archive.header(key) for key in ("format", "names", "values")}
    form, names, values = headers.values()
    if form.dtype.kind != "U" or form.size > LONGEST:
        raise ValueError(f"the format is {form}, not a text")
    _check_format(archive.read("format").tolist())
    if values.dtype.str != "<f8" or names.dtype.kind != "U" or len(names.shape) != 1:
        raise ValueError(f"names and values are {names} and {values}, not texts and floats")
    if names.shape != values.shape:
        raise ValueError(f"there are {names.shape[0]} names but values of shape {values.shape}")
    size = names.size + values.size
    if expected is not None and values.shape != (expected,) and size > LONGEST * (expected + 1):
        raise ValueError(f"it has {values.shape[0]:,} numbers where {expected:,} are wanted")
    return _distinct(zip(archive.read("names").tolist(), archive.read("values").tolist()))


def _write_json(state: dict[str, float], path: Path) -> None:
    # JSON has no nan and no inf; they are written as strings, which float() reads
    numbers = {name: x if math.isfinite(x) else str(x) for name, x in state.items()}
    with path.open("w", encoding="utf-8") as file:
        json.dump({"format": FORMAT, "state": numbers}, file, indent=0, allow_nan=False)
        file.write("\n")


def _read_json(file: BinaryIO, expected: int | None) -> dict[str, float]:
    if expected is None:
        content = file.read()
    else:
        most = LONGEST * (expected + 1)
        content = file.read(most + 1)
        if len(content) > most:
            raise ValueError(f"it has more than the {most:,} bytes of {expected:,} numbers")
    document = json.loads(content, object_pairs_hook=_distinct)
    _check_format(document.get("format"))
    return {name: _number(name, x) for name, x in document["state"].items()}


def _check_format(found: Any) -> None:
    if found == FORMAT:
        return
    if isinstance(found, str) and found.startswith(FORMAT.rstrip("1")):
        raise ValueError(f"the format is {found[:LONGEST]!r}, which a later version wrote; update")
    raise ValueError(f"the format is {brief(found)}, not {FORMAT!r}")


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


def checked_state(state: Mapping[str, float], names: Iterable[str], owner: str) -> dict[str, float]:
    """Return the numbers of `state` as floats.

    Raises ValueError, listing missing and unexpected names, unless the names are exactly `names`,
    and TypeError, with the name, for anything that is no number.

    >>> checked_state({"a": 1}, ["a"], "this")
    {'a': 1.0}
    """
    if not isinstance(state, Mapping):
        raise TypeError(
            f"a state dict must map names to numbers, not be of type {type(state).__name__}"
        )
    wanted = dict.fromkeys(names)
    missing = [name for name in wanted if name not in state]
    unexpected = [name for name in state if name not in wanted]
    if missing or unexpected:
        faults = [f"missing {_listed(missing)}"] * bool(missing)
        faults += [f"unexpected {_listed(unexpected)}"] * bool(unexpected)
        raise ValueError(
            f"the state dict does not fit {owner}, {len(wanted)} names: {'; '.join(faults)}. It "
            "was made by another architecture: build the same one before loading"
        )
    return {name: _plain_number(name, state[name]) for name in wanted}


def _plain_number(name: str, number: Any) -> float:
    try:
        return Value(number).data
    except TypeError as error:
        raise type(error)(f"{name!r} in the state dict is no number: {error}") from None


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(map(repr, names[:SHOWN])) + more
