"""Arguments of plots: nested lists of numbers and Values as arrays, lists of names as texts."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any

from autograd import Value
from autograd.arguments import as_float, as_items, as_ndarray, is_array
from autograd.graph import Constant
from visualize.text import counted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

REAL_KINDS = "biuf"  # NumPy's letters for bool, int, unsigned and float


def as_floats(numbers: Any, where: str) -> NDArray[np.float64]:
    """Return numbers, Values, or lists or arrays of them as an array of the same shape.

    `where` begins the message of an error: ValueError for rows of different lengths, TypeError for
    anything but numbers and Values.

    >>> from autograd import Value
    >>> as_floats([[Value(1.0), 2], [3, 4]], "an example").tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    import numpy as np

    try:
        array = as_ndarray(numbers, where) if is_array(numbers) else np.asarray(numbers)
    except ValueError as error:
        raise ValueError(
            f"{where} has rows of different lengths; make them equally long"
        ) from error
    if array.dtype == object:
        data = [item.data if isinstance(item, Value | Constant) else item for item in array.flat]
        array = np.array(data).reshape(array.shape)
    if array.dtype.kind not in REAL_KINDS:
        wrong = next((item for item in array.flat if not isinstance(item, Real)), None)
        if wrong is None:  # all are: an int of more than 64 bits, or a Fraction
            return np.array([as_float(item, where) for item in array.flat]).reshape(array.shape)
        raise TypeError(
            f"{where} holds {wrong!r}, of type {type(wrong).__name__}; "
            "a plot takes real numbers and Values"
        )
    return array.astype(np.float64)


def as_names(given: Any, argument: str, count: int) -> list[str]:
    """Return a list of names, one for each of `count` things, as texts.

    `argument` begins the message of an error: TypeError for anything but a list, such as a
    single text, ValueError for more or fewer names.

    >>> as_names(("cat", 7), "an example: labels", 2)
    ['cat', '7']
    """
    names = [str(name) for name in as_items(given, argument, "names")]
    if len(names) != count:
        raise ValueError(
            f"{argument} holds {counted(len(names), 'name')}, but there are {count}; give one each"
        )
    return names
