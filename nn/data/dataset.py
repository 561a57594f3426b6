"""Dataset: inputs and targets as arrays, to be split, transformed and cut into batches."""

# ruff: noqa: N803, N806 - X is the field's name for the inputs

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from copy import copy
from typing import Any

from nn.counts import as_count
from nn.data.rows import as_array, check_lengths, parted, row_order
from nn.randomness import generator

__all__ = ["Batches", "Dataset"]


class Dataset:
    """The arrays X of shape (rows, ...) and y of shape (rows,) or (rows, ...), row by row a pair.

    Arrays are kept as they are, without a copy; sequences become arrays. It unpacks as `X, y`, so
    that `fit(model, *dataset, ...)` trains on it. Raises ValueError, naming the row, for nan, inf
    and ragged rows, and for different lengths; TypeError for what is no number.

    >>> dataset = Dataset([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])
    >>> dataset
    Dataset(4 rows, X of (2,) int64, y of () int64)
    >>> train, held_out = dataset.split(0.25)
    >>> len(train), len(held_out)
    (3, 1)
    >>> x, label = dataset[2]
    >>> x.tolist(), label.item(), len(dataset[dataset.y == 1])
    ([1, 0], 1, 2)
    """

    def __init__(self, X: Any, y: Any) -> None:
        self.X, self.y = as_array(X, "X"), as_array(y, "y")
        check_lengths(self.X, self.y)

    def __len__(self) -> int:
        return len(self.X)

    def __iter__(self) -> Iterator[Any]:
        """Yield X, then y: what `X, y = dataset` asks for."""
        return iter((self.X, self.y))

    def __getitem__(self, rows: Any) -> Any:
        """Return the pair of row number `rows`, or the Dataset of a slice, a mask or several rows.

        Raises IndexError for rows that there are not, and ValueError if none is chosen.
        """
        rows = list(rows) if isinstance(rows, tuple) else rows  # else one index per dimension
        X, y = self.X[rows], self.y[rows]
        if X.ndim < self.X.ndim:
            return X, y
        return self._with(X, y)

    def split(
        self, fraction: float = 0.2, *, stratify: bool = False, rng: random.Random | None = None
    ) -> tuple[Dataset, Dataset]:
        """Return the larger part and the part held out, drawn at random: see `nn.split`."""
        labels = self.y.tolist() if stratify else None
        train, held_out = parted(len(self), fraction, labels, rng)
        return self[train], self[held_out]

    def map(self, function: Callable[[Any], Any]) -> Dataset:
        """Return a Dataset of function(X), of all rows at once, and the same y.

        >>> from nn import Standardizer
        >>> train, held_out = Dataset([[1.0], [3.0]], [0, 1]), Dataset([[5.0]], [1])
        >>> held_out.map(Standardizer(train.X)).X.tolist()
        [[3.0]]
        """
        return Dataset(function(self.X), self.y)

    def batches(
        self, batch_size: int | None = 32, *, shuffle: bool = True, rng: random.Random | None = None
    ) -> Batches:
        """Return what yields X and y of one batch after the other, anew at each pass.

        With `shuffle` each pass has a new order, drawn by `rng`, by default the module `random`.
        None is one batch of everything; the last one may be smaller.

        >>> batches = Dataset([1, 2, 3], [10, 20, 30]).batches(2, shuffle=False)
        >>> len(batches), [(X.tolist(), y.tolist()) for X, y in batches]
        (2, [([1, 2], [10, 20]), ([3], [30])])
        """
        size = len(self) if batch_size is None else as_count(batch_size, "batch_size")
        generator(rng)  # refuses what is none before the first pass
        return Batches(self, size, shuffle, rng)

    def lists(self, rows: Any = slice(None)) -> tuple[list[Any], list[Any]]:
        """Return X and y of some rows, or of all, as lists of plain numbers or nested lists.

        >>> Dataset([[1, 2], [3, 4]], [0, 1]).lists([1])
        ([[3, 4]], [1])
        """
        return self.X[rows].tolist(), self.y[rows].tolist()

    def _with(self, X: Any, y: Any) -> Dataset:
        """Return a Dataset of rows that have been checked."""
        if not len(X):
            raise ValueError(f"no row of {len(self)} is chosen; a Dataset has at least one")
        made = copy(self)
        made.X, made.y = X, y
        return made

    def __repr__(self) -> str:
        X, y = (f"{array.shape[1:]} {array.dtype}" for array in self)
        return f"Dataset({len(self)} rows, X of {X}, y of {y})"


class Batches:
    """The batches of a Dataset, to be iterated over as often as there are epochs."""

    def __init__(
        self, dataset: Dataset, size: int, shuffle: bool, rng: random.Random | None
    ) -> None:
        self._dataset = dataset
        self._size = size
        self._shuffle = shuffle
        self._rng = rng

    def __len__(self) -> int:
        return (len(self._dataset) - 1) // self._size + 1

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        order = row_order(len(self._dataset), self._shuffle, self._rng)
        for start in range(0, len(order), self._size):
            rows = order[start : start + self._size]
            yield self._dataset.X[rows], self._dataset.y[rows]
