"""Training data: checked, split in two, and cut into batches."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from reprlib import repr as brief
from typing import Any

from nn.counts import as_count
from nn.randomness import generator

__all__ = [
    "as_array",
    "as_examples",
    "as_inputs",
    "as_numbers",
    "batches",
    "check_lengths",
    "parted",
    "row_order",
    "split",
]


def as_examples(X: Any, y: Any) -> tuple[list[Any], list[Any]]:
    """Return inputs and targets as lists of plain numbers or of nested lists, one per example.

    `X` and `y` are sequences, arrays or data frames. Raises ValueError, naming the row, for nan,
    inf and rows of different shapes; for different lengths, naming both; and for no rows at all.
    TypeError for what is no number.
    """
    inputs, targets = as_inputs(X), as_inputs(y, "y")
    check_lengths(inputs, targets)
    return inputs, targets


def check_lengths(X: Sequence[Any], y: Sequence[Any]) -> None:
    """Raise ValueError, naming both lengths, if they differ."""
    for name, rows in (("X", X), ("y", y)):
        if not hasattr(type(rows), "__len__"):
            raise TypeError(f"{name} must be a sequence with a row for each example, not {rows!r}")
    if len(X) != len(y):
        raise ValueError(f"X has {len(X)} rows but y has {len(y)}; each needs its target")


def as_inputs(data: Any, name: str = "X") -> list[Any]:
    """Return rows as a list of plain numbers or of nested lists, as `as_examples` does.

    >>> as_inputs(range(3))
    [0, 1, 2]
    """
    rows: list[Any] = as_array(data, name).tolist()
    return rows


def as_array(data: Any, name: str) -> Any:
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


def as_numbers(data: Any, name: str) -> Any:
    """Return rows as an array of numbers, nan and inf among them, unchanged if they are one.

    Raises TypeError, naming the row where it can, for texts, dates, complex numbers, masked
    elements, sparse matrices and what is no rows; ValueError for rows of different shapes.

    >>> as_numbers([[1, 2], [3, 4]], "X").tolist()
    [[1, 2], [3, 4]]
    """
    import numpy as np

    if isinstance(data, str | bytes | dict | set | frozenset) or not hasattr(data, "__iter__"):
        raise TypeError(f"{name} must be rows of numbers, in a list or an array, not {brief(data)}")
    if hasattr(data, "toarray"):
        raise TypeError(f"{name} is a sparse matrix; give an array of all of it: {name}.toarray()")
    rows = data if hasattr(data, "__array__") else list(data)
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


def split(
    X: Any,
    y: Any,
    fraction: float = 0.2,
    *,
    stratify: bool = False,
    rng: random.Random | None = None,
) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """Return X and y of the larger part, then X and y of the part held out, drawn at random.

    `fraction` is the share held out, rounded to at least one row; with `stratify` it is that of
    each class of y, to within one row. Raises ValueError unless it is between 0 and 1 and leaves
    rows on both sides, and where `as_examples` does.

    >>> X_train, y_train, X_test, y_test = split([[1], [2], [3], [4]], [1, 2, 3, 4], 0.25)
    >>> len(X_train), len(X_test), X_test[0] == [y_test[0]]
    (3, 1, True)
    """
    inputs, targets = as_examples(X, y)
    train, test = parted(len(inputs), fraction, targets if stratify else None, rng)
    return (
        [inputs[i] for i in train], [targets[i] for i in train],
        [inputs[i] for i in test], [targets[i] for i in test],
    )  # fmt: skip


def parted(
    count: int,
    fraction: float,
    labels: Sequence[Any] | None = None,
    rng: random.Random | None = None,
) -> tuple[list[int], list[int]]:
    """Return the numbers of the rows to keep, of `count`, and of those held out, both ascending.

    With `labels`, one for each row, each class is held out in the same share.

    >>> labels = [0, 1, 0, 1]
    >>> keep, hold_out = parted(4, 0.5, labels)
    >>> sorted(labels[row] for row in hold_out)
    [0, 1]
    """
    if isinstance(fraction, bool) or not 0.0 < fraction < 1.0:
        raise ValueError(f"the fraction held out must be between 0 and 1, not {fraction!r}")
    held_out = max(1, round(fraction * count))
    if held_out >= count:
        raise ValueError(f"a fraction of {fraction} of {count} rows leaves none to train on")
    order = row_order(count, True, rng).tolist()
    if labels is not None:
        # Of rows class by class, every n-th from a random one on is held out
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
    """Yield X and y of one batch after the other, each row once; the last one may be smaller.

    None is one batch of everything. Raises ValueError, before the first batch, for different
    lengths, no rows, and a `batch_size` below 1.

    >>> list(batches([1, 2, 3], [10, 20, 30], 2, shuffle=False))
    [([1, 2], [10, 20]), ([3], [30])]
    """
    check_lengths(X, y)
    if not len(X):
        raise ValueError("there are no rows to make batches of")
    size = len(X) if batch_size is None else as_count(batch_size, "batch_size")
    order = row_order(len(X), shuffle, rng).tolist()
    chosen = (order[start : start + size] for start in range(0, len(order), size))
    return (([X[i] for i in rows], [y[i] for i in rows]) for rows in chosen)


def row_order(count: int, shuffle: bool, rng: random.Random | None = None) -> Any:
    """Return the numbers of `count` rows as an array, in a new random order with `shuffle`.

    >>> row_order(3, shuffle=False).tolist()
    [0, 1, 2]
    """
    import numpy as np

    if not shuffle:
        return np.arange(count)
    # Ordered by random keys: a tenth of the time of random.shuffle, which is that of an epoch
    return np.frombuffer(generator(rng).randbytes(8 * count), "<u8").argsort()


def _float_rows(rows: Any, name: str) -> list[Any]:
    """Return the rows as arrays of floats; raise the error of the first that is none."""
    import numpy as np

    result: list[Any] = []
    for index, row in enumerate(np.asarray(rows) if hasattr(rows, "__array__") else rows):
        if _holds(row, (str, bytes)):
            raise TypeError(f"{name}, row {index}: {row!r} is text; make labels 0, 1, 2 of it")
        if _holds(row, type(None)):
            missing = np.asarray(row, dtype=np.float64).tolist()
            raise ValueError(
                f"{name}, row {index}: {missing} holds nan, for None; drop the row or fill it in"
            )
        try:
            result.append(np.asarray(row, dtype=np.float64))
        except (TypeError, ValueError) as error:
            raise TypeError(f"{name}, row {index}: {row!r} is not numbers: {error}") from None
        if result[-1].shape != result[0].shape:
            shapes = f"{result[-1].shape} where row 0 has {result[0].shape}"
            raise ValueError(f"{name}, row {index} has the shape {shapes}")
    return result


def _holds(row: Any, kinds: type | tuple[type, ...]) -> bool:
    """Tell whether a row has items of which NumPy would make numbers: texts of digits, None."""
    if isinstance(row, list | tuple):
        return any(_holds(item, kinds) for item in row)
    if getattr(getattr(row, "dtype", None), "kind", "") in ("O", "U", "S"):
        return any(isinstance(item, kinds) for item in row.ravel().tolist())
    return isinstance(row, kinds)
