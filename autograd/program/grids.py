"""Full grids among pairs: which dot products together are a matrix product."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Grid", "grids"]

Key = TypeVar("Key")
Item = TypeVar("Item")


@dataclass(frozen=True)
class Grid(Generic[Key, Item]):
    """The items of all pairs of a left and a right key: `items[i][j]` for lefts[i], rights[j]."""

    lefts: tuple[Key, ...]
    rights: tuple[Key, ...]
    items: tuple[tuple[Item, ...], ...]

    def transposed(self) -> Grid[Key, Item]:
        """Return the grid with left and right exchanged."""
        return Grid(self.rights, self.lefts, tuple(zip(*self.items)))

    def ordered(self, where: Callable[[Key], Any]) -> Grid[Key, Item]:
        """Return the grid with lefts and rights sorted by `where`."""
        lines = sorted(range(len(self.lefts)), key=lambda i: where(self.lefts[i]))
        columns = sorted(range(len(self.rights)), key=lambda j: where(self.rights[j]))
        return Grid(
            tuple(self.lefts[i] for i in lines),
            tuple(self.rights[j] for j in columns),
            tuple(tuple(self.items[i][j] for j in columns) for i in lines),
        )


def grids(entries: Iterable[tuple[Key, Key, Item]]) -> list[Grid[Key, Item]]:
    """Return grids that together hold each entry (left, right, item) once.

    Lefts that meet the same rights make a grid, or rights that meet the same lefts, whichever
    gives fewer. A layer of dot products is one grid: all its weight vectors meet the one input.

    >>> grids([("w1", "x", 1), ("w2", "x", 2), ("w3", "y", 3)])[0]
    Grid(lefts=('w1', 'w2'), rights=('x',), items=((1,), (2,)))
    """
    found: list[Grid[Key, Item]] = []
    for distinct in _rounds(entries):
        by_left = _alike(distinct)
        by_right = _alike({(right, left): item for (left, right), item in distinct.items()})
        if len(by_left) <= len(by_right):
            found += by_left
        else:
            found += [grid.transposed() for grid in by_right]
    return found


def _rounds(entries: Iterable[tuple[Key, Key, Item]]) -> list[dict[tuple[Key, Key], Item]]:
    """Return the entries in rounds without repeated pairs, most often a single one."""
    rounds: list[dict[tuple[Key, Key], Item]] = []
    seen: Counter[tuple[Key, Key]] = Counter()
    for left, right, item in entries:
        pair = left, right
        if seen[pair] == len(rounds):
            rounds.append({})
        rounds[seen[pair]][pair] = item
        seen[pair] += 1
    return rounds


def _alike(entries: dict[tuple[Key, Key], Item]) -> list[Grid[Key, Item]]:
    """Return a grid for each set of lefts that meet the same rights."""
    partners: dict[Key, dict[Key, Item]] = {}
    for (left, right), item in entries.items():
        partners.setdefault(left, {})[right] = item
    lines: dict[frozenset[Key], list[Key]] = {}
    for left, met in partners.items():
        lines.setdefault(frozenset(met), []).append(left)
    found: list[Grid[Key, Item]] = []
    for lefts in lines.values():
        rights = tuple(partners[lefts[0]])
        items = tuple([tuple([partners[left][right] for right in rights]) for left in lefts])
        found.append(Grid(tuple(lefts), rights, items))
    return found
