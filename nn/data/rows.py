"""Rows of numbers, read from sequences, arrays and data frames, and checked."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

from collections.abc import Sized
from reprlib import repr as brief
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Array", "FloatArray", "as_array", "as_examples", "as_inputs", "as_numbers", "check_lengths",
    "listed",
]  # fmt: skip

Array: TypeAlias = "NDArray[Any]"  # of numbers of any type
FloatArray: TypeAlias = "NDArray[np.float64]"


def as_examples(X: ArrayLike, y: ArrayLike) -> tuple[list[Any], list[Any]]:
    """Return inputs and targets as lists of plain numbers or of nested lists, one per example.

    `X` and `y` are sequences, arrays or data frames. Raises ValueError, naming the row, for nan,
    inf and rows of different shapes; for different lengths, naming both; and for no rows at all.
    Raises TypeError for anything that is no number.
    """
    inputs, targets = as_inputs(X), as_inputs(y, "y")
    check_lengths(inputs, targets)
    return inputs, targets


def check_lengths(X: Sized, y: Sized) -> None:
    """Raise ValueError, naming both lengths, if they differ."""
    for name, rows in (("X", X), ("y", y)):
        unordered = isinstance(rows, str | bytes | dict | set | frozenset)
        if unordered or not hasattr(type(rows), "__len__"):
            raise TypeError(f"{name} must be a sequence with a row for each example, not {rows!r}")
    if len(X) != len(y):
        raise ValueError(f"X has {len(X)} rows but y has {len(y)}; each needs its target")


def as_inputs(data: ArrayLike, name: str = "X") -> list[Any]:
    """Return rows as a list of plain numbers or of nested lists, as `as_examples` does.

    >>> as_inputs(range(3))
    [0, 1, 2]
    """
    rows: list[Any] = as_array(data, name).tolist()
    return rows


def as_array(data: ArrayLike, name: str) -> Array:
    """Return rows as an array of numbers, unchanged if they are one, or raise as `as_examples`."""
    import numpy as np

    array = as_numbers(data, name)
    if len(array) == 0:
        raise ValueError(f"{name} has no rows")
    finite = np.isfinite(array.reshape(len(array), -1))
    if not finite.all():
        row = int(np.argmin(finite.all(axis=1)))
        raise ValueError(
            f"{name}, row {row}: {array[row].tolist()} holds nan or inf; drop the row or fill it in"
        )
    return array


def as_numbers(data: ArrayLike, name: str) -> Array:
    """Return rows as an array of numbers, which may be nan or inf; an array stays as it is.

    Raises TypeError, naming the row if it can, for texts, dates, complex numbers, masked elements,
    sparse matrices, and anything that has no rows; ValueError for rows of different shapes.

    >>> as_numbers([[1, 2], [3, 4]], "X").tolist()
    [[1, 2], [3, 4]]
    """
    import numpy as np

    if isinstance(data, str | bytes | dict | set | frozenset) or not hasattr(data, "__iter__"):
        raise TypeError(f"{name} must be rows of numbers, in a list or an array, not {brief(data)}")
    if hasattr(data, "toarray"):
        raise TypeError(f"{name} is a sparse matrix; give an array of all of it: {name}.toarray()")
    given: Any = data
    rows = given if hasattr(given, "__array__") else list(given)
    if np.ma.is_masked(rows) or (type(rows) is list and any(map(np.ma.is_masked, rows))):
        raise TypeError(f"{name} has masked elements; fill them in, or leave out their rows")
    try:
        array = np.asarray(rows)
    except ValueError:  # ragged: NumPy does not say where
        array = np.empty(0, dtype=object)
    except Exception as error:  # a tensor that records gradients
        raise TypeError(f"{name}: NumPy cannot read the {type(rows).__name__}: {error}") from error
    if array.ndim == 0:
        raise TypeError(f"{name} must be rows of numbers, in a list or an array, not {brief(data)}")
    if array.dtype.kind in "Mmc":
        what, instead = (
            ("complex numbers", "their real and imaginary parts are two columns")
            if array.dtype.kind == "c"
            else ("dates or times", "make numbers of them, such as days since the first")
        )
        flat = array.reshape(len(array), -1)
        row = int(flat.imag.any(axis=1).argmax()) if array.dtype.kind == "c" else 0
        raise TypeError(f"{name}, row {row}: {array[row]} holds {what}; {instead}")
    if array.dtype.kind not in "biuf":
        array = np.array(_float_rows(rows, name), dtype=np.float64)
    return array


def listed(example: Any) -> Any:
    """Return an example, a number or an array of numbers or Values, in lists as models take it.

    >>> listed((1.0, 2.0)), listed(as_array([1.0, 2.0], "X"))
    ((1.0, 2.0), [1.0, 2.0])
    """
    return example.tolist() if hasattr(type(example), "tolist") else example


def _float_rows(rows: Array | list[Any], name: str) -> list[FloatArray]:
    """Return the rows as arrays of floats; raise an error for the first without numbers."""
    import numpy as np

    result: list[Any] = []
    for index, row in enumerate(np.asarray(rows) if hasattr(rows, "__array__") else rows):
        if _holds(row, (str, bytes)):
            raise TypeError(f"{name}, row {index}: {row!r} is text; turn it into labels 0, 1, 2")
        if _holds(row, type(None)):
            missing = np.asarray(row, dtype=np.float64).tolist()
            raise ValueError(
                f"{name}, row {index}: {missing} holds nan, for None; drop the row or fill it in"
            )
        try:
            result.append(np.asarray(row, dtype=np.float64))
        except (TypeError, ValueError) as error:
            raise TypeError(
                f"{name}, row {index}: {row!r} does not hold numbers: {error}"
            ) from None
        if result[-1].shape != result[0].shape:
            shapes = f"{result[-1].shape} where row 0 has {result[0].shape}"
            raise ValueError(f"{name}, row {index} has the shape {shapes}")
    return result


def _holds(row: Any, kinds: type | tuple[type, ...]) -> bool:
    """Tell whether a row has items that NumPy would turn into numbers: texts of digits, None."""
    if isinstance(row, list | tuple):
        return any(_holds(item, kinds) for item in row)
    if getattr(getattr(row, "dtype", None), "kind", "") in ("O", "U", "S"):
        return any(isinstance(item, kinds) for item in row.ravel().tolist())
    return isinstance(row, kinds)
