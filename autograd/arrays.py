"""NumPy arrays of numbers or Values: a scalar function mapped over their elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.number import is_array

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["as_ndarray", "elementwise"]


def as_ndarray(value: Any, where: str) -> Any:
    """Return an array, a pandas Series, a tensor or a buffer as a plain NumPy array.

    Raises TypeError, which `where` begins, for masked elements and for what NumPy cannot read, such
    as a sparse matrix.

    >>> as_ndarray(memoryview(b"ab"), "this")
    array([97, 98], dtype=uint8)
    """
    import numpy as np

    if type(value) is np.ndarray:
        return value
    if np.ma.is_masked(value):
        count = int(np.ma.getmaskarray(value).sum())
        raise TypeError(
            f"{where}: {count} of {value.size} elements are masked; fill them, "
            "array.filled(0.0), or leave them out, array.compressed()"
        )
    try:
        array = np.asarray(value)
    except Exception as error:  # whatever another package raises
        raise TypeError(
            f"{where}: NumPy cannot read the {type(value).__name__}: {error}"
        ) from error
    if array.shape != tuple(value.shape):
        raise TypeError(
            f"{where}: NumPy does not read the {type(value).__name__} as an array; a sparse matrix "
            "has .toarray()"
        )
    return array


def elementwise(function: Callable[..., Any], args: Sequence[Any]) -> Any:
    """Return `function` of each element of the broadcast arguments, as NumPy's functions do.

    The result is an array of float64, or of objects when it holds Values; of 0-d arguments it is
    the bare result.
    """
    import numpy as np

    # NumPy would unpack an unknown scalar; a 0-d object array says that it is one
    wrapped = [
        as_ndarray(arg, "an operation on arrays") if is_array(arg) else np.asarray(arg, object)
        for arg in args
    ]
    result = np.frompyfunc(function, len(args), 1)(*wrapped)
    if isinstance(result, np.ndarray) and all(type(x) is float for x in result.flat):
        return result.astype(np.float64)
    return result
