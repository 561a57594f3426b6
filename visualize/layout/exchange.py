"""Exchanges of neighbours in a rank that lower the number of crossings."""

from __future__ import annotations

from collections.abc import Sequence

from visualize.layout.layering import Layering

__all__ = ["exchange_neighbours"]


def exchange_neighbours(
    order: list[list[int]], position: list[int], layering: Layering, passes: int
) -> None:
    """Swap neighbouring items of one cluster wherever that removes crossings, in place.

    A rank is looked at again only after something in it or beside it has moved. Source: the
    "transpose" step of Gansner, Koutsofios, North and Vo, A technique for drawing directed graphs
    (1993).
    """
    stale = [True] * len(order)
    for _ in range(passes):
        moved = [False] * len(order)
        for rank, items in enumerate(order):
            if stale[rank]:
                moved[rank] = _exchange_in(items, position, layering)
        if not any(moved):
            break
        stale = [any(moved[max(rank - 1, 0) : rank + 2]) for rank in range(len(order))]


def _exchange_in(items: list[int], position: list[int], layering: Layering) -> bool:
    above, below, cluster = layering.above, layering.below, layering.cluster
    upper = [sorted([position[other] for other in above[item]]) for item in items]
    lower = [sorted([position[other] for other in below[item]]) for item in items]
    moved = False
    for place in range(len(items) - 1):
        first, second = items[place], items[place + 1]
        if cluster[first] != cluster[second]:
            continue
        up, up_next = upper[place], upper[place + 1]
        down, down_next = lower[place], lower[place + 1]
        if (not up or not up_next or up[-1] <= up_next[0]) and (
            not down or not down_next or down[-1] <= down_next[0]
        ):
            continue
        gain = (
            _inversions(up, up_next)
            - _inversions(up_next, up)
            + _inversions(down, down_next)
            - _inversions(down_next, down)
        )
        if gain > 0:
            items[place], items[place + 1] = second, first
            position[first], position[second] = place + 1, place
            upper[place], upper[place + 1] = up_next, up
            lower[place], lower[place + 1] = down_next, down
            moved = True
    return moved


def _inversions(left: Sequence[int], right: Sequence[int]) -> int:
    # Pairs that cross when the item with ends `left` stands before the one with ends `right`.
    crossings = smaller = 0
    for end in left:
        while smaller < len(right) and right[smaller] < end:
            smaller += 1
        crossings += smaller
    return crossings
