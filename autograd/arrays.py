"""NumPy arrays of numbers or Values: a scalar function mapped over their elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["elementwise"]


def elementwise(function: Callable[..., Any], args: Sequence[Any]) -> Any:
    """Return `function` of each element of the broadcast arguments, as NumPy's functions do.

    The result is an array of float64, or of objects when it holds Values; of 0-d arguments it is
    the bare result.
    """
    import numpy as np

    # NumPy would unpack an unknown scalar; a 0-d object array says that it is one
    wrapped = [np.asarray(arg, dtype=None if hasattr(arg, "dtype") else object) for arg in args]
    result = np.frompyfunc(function, len(args), 1)(*wrapped)
    if isinstance(result, np.ndarray) and all(type(x) is float for x in result.flat):
        return result.astype(np.float64)
    return result
