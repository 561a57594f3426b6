"""Dataset: inputs with their targets, split in two and cut into batches."""

# ruff: noqa: N803, N806 - X is the field's name for the inputs

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_count, as_float, as_switch
from nn.arguments import generator
from nn.data.rows import Array, FloatArray, as_array, as_examples, check_lengths

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Batches", "Dataset", "batches", "row_order", "split"]


class Dataset:
    """Arrays X of shape (rows, ...) and y of shape (rows,) or (rows, ...): each row is an example.

    Arrays are kept as they are, without a copy; sequences become arrays. A Dataset unpacks as
    `X, y`, so `fit(model, *dataset, ...)` trains on it. Raises ValueError, naming the row, for nan,
    inf and ragged rows, and for different lengths; TypeError for anything that is no number.

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

    def __init__(self, X: ArrayLike, y: ArrayLike) -> None:
        self.X, self.y = as_array(X, "X"), as_array(y, "y")
        check_lengths(self.X, self.y)

    def __len__(self) -> int:
        return len(self.X)

    def __iter__(self) -> Iterator[Array]:
        """Yield X, then y, for `X, y = dataset`."""
        return iter((self.X, self.y))

    def __getitem__(self, rows: Any) -> Any:
        """Return the pair (x, target) of a row, or the Dataset of a slice, a mask or several rows.

        Raises IndexError for a row that does not exist, and ValueError if no row is chosen.
        """
        rows = list(rows) if isinstance(rows, tuple) else rows  # a tuple would index dimensions
        X, y = self.X[rows], self.y[rows]
        if X.ndim < self.X.ndim:
            return X, y
        return self._with(X, y)

    def split(
        self, fraction: float = 0.2, *, stratify: bool = False, rng: random.Random | None = None
    ) -> tuple[Dataset, Dataset]:
        """Return the rows to train on and the rows held out, drawn at random as by `nn.split`."""
        labels = self.y.tolist() if as_switch(stratify, "stratify") else None
        train, held_out = _parted(len(self), fraction, labels, rng)
        return self[train], self[held_out]

    def map(self, function: Callable[[Array], ArrayLike]) -> Dataset:
        """Return a Dataset of function(X), called once with all rows, and the same y.

        >>> from nn import Standardizer
        >>> train, held_out = Dataset([[1.0], [3.0]], [0, 1]), Dataset([[5.0]], [1])
        >>> held_out.map(Standardizer(train.X)).X.tolist()
        [[3.0]]
        """
        return Dataset(function(self.X), self.y)

    def batches(
        self, batch_size: int | None = 32, *, shuffle: bool = True, rng: random.Random | None = None
    ) -> Batches:
        """Return the batches, pairs of X and y, to iterate over as often as there are epochs.

        With `shuffle` each pass has a new order, drawn by `rng`, by default the module `random`.
        With a `batch_size` of None one batch holds everything. The last batch may be smaller.

        >>> batches = Dataset([1, 2, 3], [10, 20, 30]).batches(2, shuffle=False)
        >>> len(batches), [(X.tolist(), y.tolist()) for X, y in batches]
        (2, [([1, 2], [10, 20]), ([3], [30])])
        """
        size = len(self) if batch_size is None else as_count(batch_size, "batch_size")
        generator(rng)  # refuses anything else before the first pass
        return Batches(self, size, as_switch(shuffle, "shuffle"), rng)

    def lists(self, rows: Any = slice(None)) -> tuple[list[Any], list[Any]]:
        """Return X and y of some rows, or of all, as lists of plain numbers or nested lists.

        >>> Dataset([[1, 2], [3, 4]], [0, 1]).lists([1])
        ([[3, 4]], [1])
        """
        return self.X[rows].tolist(), self.y[rows].tolist()

    def floats(self) -> tuple[FloatArray, FloatArray]:
        """Return X and y as arrays of float64, without a copy if they are such arrays."""
        import numpy as np

        return np.asarray(self.X, dtype=np.float64), np.asarray(self.y, dtype=np.float64)

    def _with(self, X: Array, y: Array) -> Dataset:
        """Return a Dataset of rows that have already been checked."""
        if not len(X):
            raise ValueError(f"no row of {len(self)} is chosen; a Dataset has at least one")
        made = copy(self)
        made.X, made.y = X, y
        return made

    def __repr__(self) -> str:
        X, y = (f"{array.shape[1:]} {array.dtype}" for array in self)
        return f"Dataset({len(self)} rows, X of {X}, y of {y})"


class Batches:
    """The batches of a Dataset; each pass draws a new order if they are shuffled."""

    def __init__(
        self, dataset: Dataset, size: int, shuffle: bool, rng: random.Random | None
    ) -> None:
        self._dataset = dataset
        self._size = size
        self._shuffle = shuffle
        self._rng = rng

    def __len__(self) -> int:
        return (len(self._dataset) - 1) // self._size + 1

    def __iter__(self) -> Iterator[tuple[Array, Array]]:
        order = row_order(len(self._dataset), self._shuffle, self._rng)
        for start in range(0, len(order), self._size):
            rows = order[start : start + self._size]
            yield self._dataset.X[rows], self._dataset.y[rows]


def split(
    X: ArrayLike,
    y: ArrayLike,
    fraction: float = 0.2,
    *,
    stratify: bool = False,
    rng: random.Random | None = None,
) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """Return X and y of the rows to train on, then X and y of the rows held out, drawn at random.

    `fraction` is the share held out, rounded to at least one row; with `stratify` each class of y
    is held out in this share, to within one row. Raises ValueError unless the fraction is between 0
    and 1 and leaves rows on both sides, and for nan, inf, ragged rows and different lengths.

    >>> X_train, y_train, X_test, y_test = split([[1], [2], [3], [4]], [1, 2, 3, 4], 0.25)
    >>> len(X_train), len(X_test), X_test[0] == [y_test[0]]
    (3, 1, True)
    """
    inputs, targets = as_examples(X, y)
    labels = targets if as_switch(stratify, "stratify") else None
    train, test = _parted(len(inputs), fraction, labels, rng)
    return (
        [inputs[i] for i in train], [targets[i] for i in train],
        [inputs[i] for i in test], [targets[i] for i in test],
    )  # fmt: skip


def _parted(
    count: int,
    fraction: float,
    labels: Sequence[Any] | None = None,
    rng: random.Random | None = None,
) -> tuple[list[int], list[int]]:
    """Return the row numbers to keep and those to hold out, of `count` rows, both ascending.

    With `labels`, one for each row, each class is held out in the same share.

    >>> labels = [0, 1, 0, 1]
    >>> keep, hold_out = _parted(4, 0.5, labels)
    >>> sorted(labels[row] for row in hold_out)
    [0, 1]
    """
    if isinstance(fraction, bool) or not 0.0 < as_float(fraction, "the fraction held out") < 1.0:
        raise ValueError(f"the fraction held out must be between 0 and 1, not {fraction!r}")
    held_out = max(1, round(fraction * count))
    if held_out >= count:
        raise ValueError(f"a fraction of {fraction} of {count} rows leaves none to train on")
    order = row_order(count, True, rng).tolist()
    if labels is not None:
        # The rows are sorted by class; from a random one on, every n-th is held out
        order.sort(key=labels.__getitem__)
        start, step = generator(rng).random(), count / held_out
        chosen = {order[int((start + index) * step)] for index in range(held_out)}
    else:
        chosen = set(order[:held_out])
    return [row for row in range(count) if row not in chosen], sorted(chosen)


def batches(
    X: Sequence[Any],
    y: Sequence[Any],
    batch_size: int | None = 32,
    *,
    shuffle: bool = True,
    rng: random.Random | None = None,
) -> Iterator[tuple[list[Any], list[Any]]]:
    """Yield X and y of one batch after the other, each row once; the last batch may be smaller.

    With a `batch_size` of None one batch holds everything. Raises ValueError, before the first
    batch, for different lengths, no rows, and a `batch_size` below 1.

    >>> list(batches([1, 2, 3], [10, 20, 30], 2, shuffle=False))
    [([1, 2], [10, 20]), ([3], [30])]
    """
    check_lengths(X, y)
    if not len(X):
        raise ValueError("there are no rows to make batches of")
    size = len(X) if batch_size is None else as_count(batch_size, "batch_size")
    order = row_order(len(X), as_switch(shuffle, "shuffle"), rng).tolist()
    chosen = (order[start : start + size] for start in range(0, len(order), size))
    return (([X[i] for i in rows], [y[i] for i in rows]) for rows in chosen)


def row_order(count: int, shuffle: bool, rng: random.Random | None = None) -> NDArray[np.intp]:
    """Return the numbers of `count` rows as an array, in a new random order with `shuffle`.

    >>> row_order(3, shuffle=False).tolist()
    [0, 1, 2]
    """
    import numpy as np

    if not shuffle:
        return np.arange(count)
    # Sorting random keys takes a tenth of the time of random.shuffle, which is that of an epoch
    return np.frombuffer(generator(rng).randbytes(8 * count), "<u8").argsort()
