"""Predictions paired with targets, element by element, from lists, tuples and arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import isnan
from reprlib import repr as brief
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd import Value
from autograd.arguments import as_float

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "Numbers", "Operands", "Pairs", "Rows", "as_labels", "as_list", "as_operands", "as_rows",
    "is_scalar", "matched", "numbers_of",
]  # fmt: skip

# The arguments of losses and metrics: a number, a list of numbers, or a list of rows of them...
Numbers: TypeAlias = "float | Sequence[float | Sequence[float] | Reals] | Reals"
Reals: TypeAlias = "NDArray[np.floating[Any] | np.integer[Any] | np.bool_]"
# ... or Values among them.
Row: TypeAlias = "Sequence[Value | float] | NDArray[Any]"
Rows: TypeAlias = "Sequence[Value | float | Row] | NDArray[Any]"
Operands: TypeAlias = "Value | float | Rows"


SCALARS = (Value, float, int, str, bytes)  # `Value | float` would be made anew at each call


def is_scalar(item: object) -> bool:
    """Tell whether an item is a single number, Value or text, and not a sequence.

    >>> is_scalar(1.0), is_scalar([1.0])
    (True, False)
    """
    if isinstance(item, SCALARS):
        return True
    return getattr(item, "ndim", 0) == 0 and not hasattr(type(item), "__len__")


def as_rows(batch: Operands, what: str) -> list[Any]:
    """Return a sequence or array as a list of numbers, or as a list of lists of numbers.

    Raises ValueError if it is empty, has an empty row, or mixes numbers and sequences.
    """
    rows = as_list(batch, what)
    if not rows:
        raise ValueError(f"{what} are empty; there must be at least one")
    if all(map(is_scalar, rows)):
        return rows
    for index, row in enumerate(rows):
        if is_scalar(row):
            raise ValueError(f"{what}: row {index} is a number where other rows are sequences")
        rows[index] = as_list(row, what)
        if not rows[index] or not all(map(is_scalar, rows[index])):
            raise ValueError(f"{what}: row {index} is not a sequence of numbers: {brief(row)}")
    return rows


def as_list(batch: Any, what: str) -> list[Any]:
    """Return a sequence or array as a list, with None for masked elements.

    Raises TypeError for text, dates, complex numbers, and anything that is no sequence.

    >>> as_list((1.0, 2.0), "the targets")
    [1.0, 2.0]
    """
    kind = getattr(getattr(batch, "dtype", None), "kind", "f")
    if (
        isinstance(batch, str | bytes | dict | set | frozenset)
        or kind in "MmcSU"
        or hasattr(batch, "toarray")
    ):
        raise TypeError(f"{what} must be numbers, in a list or an array, not {brief(batch)}")
    if not hasattr(type(batch), "__iter__"):
        raise TypeError(f"{what} must be a sequence of numbers, not {brief(batch)}")
    return batch.tolist() if hasattr(type(batch), "tolist") else list(batch)


def numbers_of(output: Any) -> Any:
    """Return the outputs of a model, a Value or nested lists of Values, as plain numbers.

    >>> numbers_of([Value(1.0), Value(2.0)])
    [1.0, 2.0]
    """
    if isinstance(output, Value):
        return output.data
    if is_scalar(output):
        return Value(output).data  # refuses text, dates and None
    return [
        item if type(item) is float else numbers_of(item) for item in as_list(output, "outputs")
    ]


def as_labels(targets: Operands, what: str) -> list[Any]:
    """Return one label per row; a row of one element counts as that element.

    >>> as_labels([[2], [0]], "targets")
    [2, 0]
    """
    rows: list[Any] = [targets] if is_scalar(targets) else as_rows(targets, what)
    return [row if is_scalar(row) or len(row) != 1 else row[0] for row in rows]


class Pairs:
    """Predictions, each with its target, and the structure of the predictions."""

    def __init__(
        self, predictions: list[Any], targets: list[Any], lengths: list[int] | None
    ) -> None:
        self.predictions = predictions
        self.targets = targets
        self._lengths = lengths  # of the rows, 0 for a number; None: a single number

    def __len__(self) -> int:
        return len(self.predictions)

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return zip(self.predictions, self.targets, strict=True)

    def row(self, index: int) -> int:
        """Return the number of the row that the pair at `index` comes from."""
        for row, length in enumerate(self._lengths or ()):
            index -= length or 1
            if index < 0:
                return row
        return 0

    def restored(self, elements: list[Any]) -> Any:
        """Return one element per pair in the structure of the predictions."""
        if self._lengths is None:
            return elements[0]
        rest = iter(elements)
        return [
            [next(rest) for _ in range(length)] if length else next(rest)
            for length in self._lengths
        ]


def matched(
    predictions: Operands,
    targets: Operands,
    loss: str,
    fault: Callable[[float], str] = lambda _: "",
) -> Pairs:
    """Return the pairs of one prediction, a list of predictions, or a list of rows of them.

    A row of one element may stand for a number. Raises ValueError, naming the loss and the row, if
    lengths differ, a target is nan, or `fault` returns a complaint about it. Targets that are
    Values are not checked.
    """
    if is_scalar(predictions):
        single = targets if is_scalar(targets) else as_rows(targets, f"{loss}: the targets")
        operands = as_operands([predictions], f"{loss}: the predictions")
        return Pairs(operands, _judged(single, 1, fault, loss), None)
    rows = as_rows(predictions, f"{loss}: the predictions")
    target_rows = [targets] if is_scalar(targets) else as_rows(targets, f"{loss}: the targets")
    if len(rows) != len(target_rows):
        raise ValueError(f"{loss}: {len(rows)} predictions but {len(target_rows)} targets")
    flat: list[Any] = []
    flat_targets: list[Any] = []
    lengths = [0] * len(rows)
    for index, (row, target_row) in enumerate(zip(rows, target_rows, strict=True)):
        if is_scalar(row):
            flat.append(row)
        else:
            flat += row
            lengths[index] = len(row)
        flat_targets += _judged(target_row, lengths[index] or 1, fault, loss, index)
    return Pairs(as_operands(flat, f"{loss}: the predictions"), flat_targets, lengths)


def as_operands(items: list[Any], what: str) -> list[Any]:
    """Return Values as they are and numbers as floats; TypeError for anything else.

    >>> as_operands([1, Value(2.0)], "the logits")
    [1.0, Value(data=2.0, grad=0.0)]
    """
    return [
        item if type(item) is float or isinstance(item, Value) else _operand(item, what)
        for item in items
    ]


def _operand(item: object, what: str) -> float:
    if callable(item):
        raise TypeError(f"{what} must be numbers or Values, not a function: pass its result")
    try:
        return as_float(item, what)
    except TypeError:
        raise TypeError(f"{what} must be numbers or Values, not {brief(item)}") from None


def _judged(
    row: Any, length: int, fault: Callable[[float], str], loss: str, number: int | None = None
) -> list[Any]:
    """Return the targets of one row, whose number errors name, as Values and floats."""
    targets = [row] if is_scalar(row) else list(row)
    where = loss if number is None else f"{loss}, row {number}"
    if len(targets) != length:
        raise ValueError(f"{where}: {length} predictions but {len(targets)} targets")
    try:
        for index, target in enumerate(targets):
            if not isinstance(target, Value):
                targets[index] = _judged_number(target, fault)
    except (TypeError, ValueError, OverflowError) as error:
        raise type(error)(f"{where}: {error}") from None
    return targets


def _judged_number(target: Any, fault: Callable[[float], str]) -> float:
    try:
        number = as_float(target)
    except (TypeError, OverflowError) as error:
        raise type(error)(f"the target: {error}") from None
    complaint = "it is not a number" if isnan(number) else fault(number)
    if complaint:
        raise ValueError(f"the target is {target!r}; {complaint}")
    return number
