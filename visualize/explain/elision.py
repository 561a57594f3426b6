"""Long lists with both of their ends, and large counts with few digits."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from typing import TypeVar

from visualize.explain.statements import Words

__all__ = ["counted_paths", "shortened"]

KEPT = 3  # items at either end
LARGEST_COUNT = 10**18  # beyond it 10^18 is shorter to read than the digits

Item = TypeVar("Item")


def shortened(items: Sequence[Item], limit: int, noun: str) -> list[Item | Words]:
    """Return the items, of more than `limit` three from both ends and how many there are between.

    >>> shortened("abcdefghij", 9, "letters")
    ['a', 'b', 'c', Words(text='… 4 letters …'), 'h', 'i', 'j']
    """
    if len(items) <= limit:
        return list(items)
    between = len(items) - 2 * KEPT
    return [*items[:KEPT], Words(f"… {between:,} {noun} …"), *items[-KEPT:]]


def counted_paths(count: int) -> str:
    """Return how many paths there are, which may be more than any float.

    >>> counted_paths(1), counted_paths(2**40), counted_paths(2**4000)
    ('1 path', '1,099,511,627,776 paths', 'about 10^1204 paths')
    """
    digits = f"{count:,}" if count < LARGEST_COUNT else f"about 10^{round(log10(count))}"
    return f"{digits} path" if count == 1 else f"{digits} paths"
