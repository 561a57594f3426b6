"""Tables in which a page writes every text and every number once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from math import isfinite
from typing import Generic, TypeVar

__all__ = ["NumberTable", "Table", "json_number"]

Item = TypeVar("Item", bound=Hashable)


class Table(Generic[Item]):
    """Different items in order of appearance; a column holds their places instead of them.

    >>> table = Table[str]()
    >>> [table.place(text) for text in ("tanh", "add", "tanh")], table.items
    ([0, 1, 0], ['tanh', 'add'])
    """

    def __init__(self) -> None:
        self._places: dict[Item, int] = {}

    def place(self, item: Item) -> int:
        """Return the place of an item, which is added where it is new."""
        return self._places.setdefault(item, len(self._places))

    @property
    def items(self) -> list[Item]:
        """All items by place."""
        return list(self._places)


class NumberTable:
    """Different floats, the most frequent first: their places are the shortest to write.

    The local derivative of a product is the other factor and half of all others are 1, so that
    most numbers of a graph occur several times.

    >>> table = NumberTable([2.0, 0.5, 0.5, -0.0, 0.0])
    >>> table.items, table.place(0.5), table.place(None)
    ([0.5, 2.0, -0.0, 0.0], 0, -1)
    """

    def __init__(self, numbers: Iterable[float | None]) -> None:
        # By text, which tells -0.0 from 0.0 and finds nan again.
        count = Counter(repr(float(number)) for number in numbers if number is not None)
        self._places = {text: place for place, (text, _) in enumerate(count.most_common())}

    def place(self, number: float | None) -> int:
        """Return the place of a number of the table, -1 for None."""
        return -1 if number is None else self._places[repr(float(number))]

    @property
    def items(self) -> list[float | str]:
        """All numbers by place, as JSON can hold them."""
        return [json_number(float(text)) for text in self._places]


def json_number(number: float) -> float | str:
    """Return a number as JSON can hold it: nan and infinities as text.

    >>> json_number(0.5), json_number(float("-inf"))
    (0.5, '-inf')
    """
    return number if isfinite(number) else str(number)
