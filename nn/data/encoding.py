"""Classes as rows of 0 and 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nn.counts import as_count
from nn.data.rows import as_array

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["one_hot"]


def one_hot(labels: Any, classes: int | None = None) -> NDArray[np.float64]:
    """Return an array of shape (rows, classes): a row for each label, 1 at its place, else 0.

    Labels are 0, 1, 2, ..., below `classes`, by default as many as the largest asks for. Raises
    ValueError, naming the row, for others.

    >>> one_hot([0, 2]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    import numpy as np

    array = as_array(labels, "labels")
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise ValueError(f"one_hot takes one label per row, not an array of shape {array.shape}")
    count = None if classes is None else as_count(classes, "classes")
    fits = (array >= 0) & (array % 1 == 0)
    if count is not None:
        fits &= array < count
    if not fits.all():
        row = int(np.argmin(fits))
        allowed = "0, 1, 2, ..." if count is None else f"whole numbers from 0 to {count - 1}"
        raise ValueError(f"labels, row {row}: {array[row].item()!r}; allowed are {allowed}")
    places = array.astype(np.int64)
    result = np.zeros((len(places), count or int(places.max()) + 1))
    result[np.arange(len(places)), places] = 1.0
    return result
