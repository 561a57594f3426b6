"""All terms but one combined, for each of them: by trees of pairs, with nothing taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["combined_others", "combined_pairs"]


def combined_pairs(terms: Sequence[Any], combine: Callable[[Any, Any], Any]) -> list[Any]:
    """Return each two neighbours combined; of an odd number the last stays."""
    pairs = [combine(*pair) for pair in zip(terms[::2], terms[1::2])]
    return [*pairs, *terms[len(pairs) * 2 :]]


def combined_others(
    terms: Sequence[Any], combine: Callable[[Any, Any], Any], nothing: float
) -> list[Any]:
    """Return for each term all the others combined, by 3 operations a term.

    Nothing is subtracted, so that digits of what is small beside the one left out are kept: up a
    tree of pairs, then down again, where a node's sibling joins what lies outside its parent.

    >>> from operator import add
    >>> combined_others([1.0, 1e-20, 1e-20, 1.0], add, 0.0)[0], combined_others([2], add, 0)
    (1.0, [0])
    """
    levels = [[*terms]]
    while len(levels[-1]) > 2:
        levels.append(combined_pairs(levels[-1], combine))
    outside: list[Any] = [nothing]
    if len(levels[-1]) == 2:
        outside = levels[-1][::-1]
    for level in levels[-2::-1]:
        outside = [
            combine(outside[place // 2], level[place ^ 1])
            if place ^ 1 < len(level)
            else outside[place // 2]
            for place in range(len(level))
        ]
    return outside
