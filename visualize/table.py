"""Rows as aligned columns of a text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from math import inf

from visualize.escape import columns

__all__ = ["aligned"]


def aligned(
    rows: Sequence[Sequence[str]], *, widest: float = inf, numbers: bool = False
) -> list[list[str]]:
    """Return the cells of rows with blanks, so that those of a column begin below each other.

    A cell of more than `widest` columns pushes its own row out, not the whole table. Nothing is
    added to the last cell of a row. With `numbers`, all but the first column end below each other
    instead.

    >>> for row in aligned([["a", "= 2", "leaf"], ["total", "= a + a", "root"]]):
    ...     print(*row)
    a     = 2     leaf
    total = a + a root
    """
    widths = [
        max((width for cell in column if (width := columns(cell)) <= widest), default=0)
        for column in zip_longest(*rows, fillvalue="")
    ]
    return [
        [
            " " * (width - columns(cell)) + cell
            if numbers and place
            else cell + " " * (width - columns(cell)) * (place < len(row) - 1)
            for place, (cell, width) in enumerate(zip(row, widths, strict=False))
        ]
        for row in rows
    ]
