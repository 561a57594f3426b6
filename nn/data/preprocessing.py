"""Inputs scaled to mean 0 and deviation 1, and classes encoded as rows of 0 and 1."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.arguments import as_count
from nn.data.rows import as_array

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Standardizer", "one_hot"]


class Standardizer:
    """(x - mean) / deviation, by the mean and the deviation of each column of the given rows.

    Make it of the rows to train on, and apply it to these, to the rows held out and to later ones:

    >>> standardize = Standardizer([[1.0, 5.0], [3.0, 5.0]])
    >>> standardize([[1.0, 5.0], [5.0, 6.0]]).tolist()
    [[-1.0, 0.0], [3.0, 1.0]]

    It takes a single row as well. The deviation is that of the population, as in scikit-learn; a
    column in which all numbers are equal is only shifted. Raises ValueError, naming the row, for
    nan and inf, and for rows of another shape.
    """

    def __init__(self, X: ArrayLike) -> None:
        import numpy as np

        array = as_array(X, "X")
        self.mean: NDArray[np.float64] = array.mean(axis=0)
        # Of equal numbers the mean may be rounded, and the deviation is then not exactly 0
        equal = (array == array[0]).all(axis=0)
        self.deviation: NDArray[np.float64] = np.where(equal, 1.0, array.std(axis=0))

    def __call__(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the rows, or the one row, standardised."""
        array = as_array(X, "X")
        if array.shape[array.ndim - self.mean.ndim :] != self.mean.shape:
            raise ValueError(
                f"rows have the shape {array.shape[1:]}, but this was made from {self.mean.shape}"
            )
        result: NDArray[np.float64] = (array - self.mean) / self.deviation
        return result

    def inverse(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the rows of which X is the standardised form."""
        result: NDArray[np.float64] = as_array(X, "X") * self.deviation + self.mean
        return result


MOST_CLASSES = 1 << 24  # a row of 128 MB


def one_hot(labels: ArrayLike, classes: int | None = None) -> NDArray[np.float64]:
    """Return an array of shape (rows, classes): a row for each label, 1 at its place, else 0.

    Labels are 0, 1, 2, ..., below `classes`, by default one more than the largest. Raises
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
    count = None if classes is None else as_count(classes, "classes", most=MOST_CLASSES)
    # In float64: the bound does not fit into float16
    fits = (array >= 0) & (array % 1 == 0) & (array.astype(np.float64) < (count or MOST_CLASSES))
    if not fits.all():
        row = int(np.argmin(fits))
        allowed = (
            f"0, 1, 2, ... up to {MOST_CLASSES - 1}"
            if count is None
            else f"whole numbers from 0 to {count - 1}"
        )
        raise ValueError(f"labels, row {row}: {array[row].item()!r}; allowed are {allowed}")
    places = array.astype(np.int64)
    result = np.zeros((len(places), count or int(places.max()) + 1))
    result[np.arange(len(places)), places] = 1.0
    return result
