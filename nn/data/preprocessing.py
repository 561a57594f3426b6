"""Inputs brought to mean 0 and deviation 1, by the statistics of one set of them."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nn.data.rows import as_array

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Standardizer"]


class Standardizer:
    """(x - mean) / deviation for each column, of the rows that it was made from.

    Made from the rows to train on, it treats rows held out, and later ones, as these:

    >>> standardize = Standardizer([[1.0, 5.0], [3.0, 5.0]])
    >>> standardize([[1.0, 5.0], [5.0, 6.0]]).tolist()
    [[-1.0, 0.0], [3.0, 1.0]]

    It takes one row as well. The deviation is that of the population, as scikit-learn's; a column
    in which all numbers are equal is only shifted. Raises ValueError, naming the row, for nan and
    inf, and for rows of another shape.
    """

    def __init__(self, X: Any) -> None:
        import numpy as np

        array = as_array(X, "X")
        self.mean: NDArray[np.float64] = array.mean(axis=0)
        # Not exactly 0 where the mean of equal numbers is rounded
        equal = (array == array[0]).all(axis=0)
        self.deviation: NDArray[np.float64] = np.where(equal, 1.0, array.std(axis=0))

    def __call__(self, X: Any) -> NDArray[np.float64]:
        """Return the rows, or the one row, standardised."""
        array = as_array(X, "X")
        if array.shape[array.ndim - self.mean.ndim :] != self.mean.shape:
            raise ValueError(
                f"rows of the shape {array.shape[1:]}, where this was made from {self.mean.shape}"
            )
        result: NDArray[np.float64] = (array - self.mean) / self.deviation
        return result

    def inverse(self, X: Any) -> NDArray[np.float64]:
        """Return what gives X when it is standardised."""
        result: NDArray[np.float64] = as_array(X, "X") * self.deviation + self.mean
        return result
