"""The examples that a check looks at: some rows, spread evenly over all of them."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

from autograd import as_count

__all__ = ["Sample", "sample_of"]


@dataclass(frozen=True)
class Sample:
    """Inputs and their targets in plain lists, out of so many rows `available`."""

    inputs: list[Any]
    targets: list[Any]
    available: int

    def __len__(self) -> int:
        return len(self.inputs)


def sample_of(X: Any, y: Any, rows: int) -> Sample:
    """Return `rows` examples, or all where there are no more: every n-th one, without chance.

    Raises ValueError for no rows, other lengths and, naming the row, an input that is nan or inf.

    >>> sample_of([[0.0], [1.0], [2.0], [3.0]], [0, 1, 2, 3], 2)
    Sample(inputs=[[0.0], [2.0]], targets=[0, 2], available=4)
    """
    rows = as_count(rows, "health: rows, how many examples to look at,")
    inputs, targets = _listed(X, "X"), _listed(y, "y")
    if len(inputs) != len(targets):
        raise ValueError(f"health: X has {len(inputs)} rows but y has {len(targets)}")
    if not inputs:
        raise ValueError("health: X holds no row; give at least one example")
    count = min(rows, len(inputs))
    chosen = [place * len(inputs) // count for place in range(count)]
    for row in chosen:
        if not _finite(inputs[row]):
            raise ValueError(
                f"health: row {row} of X holds nan or inf, which no layer is to blame for; "
                "replace or drop such rows"
            )
    return Sample(
        [_plain(inputs[row]) for row in chosen],
        [_plain(targets[row]) for row in chosen],
        len(inputs),
    )


def _listed(rows: Any, name: str) -> list[Any]:
    if not hasattr(type(rows), "__iter__") or isinstance(rows, str | bytes | dict):
        raise TypeError(f"health: {name} holds one row per example, not {type(rows).__name__}")
    if getattr(rows, "ndim", 1) == 0:
        raise TypeError(f"health: {name} holds one row per example, not a single number")
    return list(rows.__array__()) if hasattr(type(rows), "__array__") else list(rows)


def _plain(row: Any) -> Any:
    return row.tolist() if hasattr(type(row), "tolist") else row


def _finite(row: Any) -> bool:
    row = _plain(row)
    if isinstance(row, list | tuple):
        return all(map(_finite, row))
    return not isinstance(row, float) or isfinite(row)
