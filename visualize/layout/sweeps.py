"""Two steps towards few crossings: sweeps by barycentres, and exchanges of neighbours."""

from __future__ import annotations

from collections.abc import Sequence

from visualize.layout.layering import ROOT, Layering

__all__ = ["exchange_neighbours", "isotonic", "sort_nested", "sweep"]


def sweep(
    order: list[list[int]],
    position: list[int],
    layering: Layering,
    *,
    downwards: bool,
    flip_ties: bool,
    siblings: Sequence[int],
) -> None:
    """Sort each rank by the mean position of the neighbours in the rank swept before, in place.

    `flip_ties` reverses items of equal mean, which leaves local optima. With `siblings` (a number
    per cluster) the clusters inside one parent stand in that order in every rank; without them they
    are contiguous in each rank, but may change places from one rank to the next.

    Source: Sugiyama, Tagawa and Toda, Methods for visual understanding of hierarchical system
    structures (1981).
    """
    is_flat = len(layering.tree) == 1
    near = layering.above if downwards else layering.below
    before = 0 if downwards else len(order) - 1
    ranks = range(1, len(order)) if downwards else range(len(order) - 2, -1, -1)
    for rank in ranks:
        items = order[rank]
        scale = len(order[before]) / len(items)
        before = rank
        means: dict[int, float] = {}
        for item in items:
            others = near[item]
            if len(others) > 0:
                total = 0
                for other in others:
                    total += position[other]
                means[item] = total / len(others)
            elif not is_flat:
                means[item] = position[item] * scale
        movable = [item for item in items if item in means]
        if flip_ties:
            movable.reverse()
        movable = sort_nested(movable, means, layering, siblings)
        if len(movable) < len(items):  # an item without neighbours there keeps its place
            following = 0
            for place, item in enumerate(items):
                if item in means:
                    items[place] = movable[following]
                    following += 1
        else:
            order[rank] = movable
        for place, item in enumerate(order[rank]):
            position[item] = place


def sort_nested(
    items: Sequence[int], means: dict[int, float], layering: Layering, siblings: Sequence[int]
) -> list[int]:
    """Sort items by their means, with each cluster's items side by side; items first at a tie.

    A cluster takes the mean of its items in this rank, and holds it in `means` as ~cluster. Where
    siblings' means contradict the order of `siblings` they are replaced by the nearest means that
    agree with it.
    """
    if len(layering.tree) == 1:
        return sorted(items, key=means.__getitem__)
    members = _members_by_cluster(items, layering)
    number = _take_means(items, means, layering)
    for entries in members.values():
        inner = [~entry for entry in entries if entry < 0]
        if len(siblings) > 0 and len(inner) > 1:
            inner.sort(key=siblings.__getitem__)
            fitted = isotonic([means[~c] for c in inner], [number[c] for c in inner])
            for cluster, mean in zip(inner, fitted, strict=True):
                means[~cluster] = mean
        if len(siblings) > 0:
            entries.sort(key=lambda entry: -1 if entry >= 0 else siblings[~entry])
        else:
            entries.sort(key=lambda entry: max(~entry, -1))
        entries.sort(key=means.__getitem__)
    arranged: list[int] = []
    stack = members[ROOT][::-1]
    while len(stack) > 0:
        entry = stack.pop()
        if entry >= 0:
            arranged.append(entry)
        else:
            stack.extend(members[~entry][::-1])
    return arranged


def _members_by_cluster(items: Sequence[int], layering: Layering) -> dict[int, list[int]]:
    # The members of each cluster: items, and inner clusters as ~cluster.
    members: dict[int, list[int]] = {ROOT: []}
    for item in items:
        entry = item
        cluster = layering.cluster[item]
        while cluster not in members:
            members[cluster] = [entry]
            entry = ~cluster
            cluster = layering.tree.parent[cluster]
        members[cluster].append(entry)
    return members


def _take_means(
    items: Sequence[int], means: dict[int, float], layering: Layering
) -> dict[int, int]:
    # Give every cluster the mean of its items; return their numbers.
    number: dict[int, int] = {}
    for item in items:
        cluster = layering.cluster[item]
        while cluster != ROOT:
            means[~cluster] = means.get(~cluster, 0.0) + means[item]
            number[cluster] = number.get(cluster, 0) + 1
            cluster = layering.tree.parent[cluster]
    for cluster, count in number.items():
        means[~cluster] /= count
    return number


def isotonic(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Return the non-decreasing sequence nearest to `values` in weighted least squares.

    Weights are positive. Adjacent violators are pooled: Ayer et al., An empirical distribution
    function for sampling with incomplete information (1955).

    >>> isotonic([1.0, 3.0, 2.0, 4.0], [1, 1, 1, 1])
    [1.0, 2.5, 2.5, 4.0]
    """
    means: list[float] = []
    masses: list[float] = []
    lengths: list[int] = []
    for value, weight in zip(values, weights, strict=True):
        mean, mass, length = value, weight, 1
        while len(means) > 0 and means[-1] > mean:
            pooled = masses.pop()
            mean = (means.pop() * pooled + mean * mass) / (pooled + mass)
            mass += pooled
            length += lengths.pop()
        means.append(mean)
        masses.append(mass)
        lengths.append(length)
    fitted: list[float] = []
    for mean, length in zip(means, lengths, strict=True):
        fitted.extend([mean] * length)
    return fitted


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
        moved = [False] * (len(order) + 2)  # moved[rank + 1], with a rank that never moves outside
        for rank, items in enumerate(order):
            if stale[rank]:
                moved[rank + 1] = _exchange_in(items, position, layering)
        if True not in moved:
            break
        stale = [moved[rank] or moved[rank + 1] or moved[rank + 2] for rank in range(len(order))]


def _exchange_in(items: list[int], position: list[int], layering: Layering) -> bool:
    upper = [sorted([position[other] for other in layering.above[item]]) for item in items]
    lower = [sorted([position[other] for other in layering.below[item]]) for item in items]
    moved = False
    for place in range(len(items) - 1):
        first, second = items[place], items[place + 1]
        if layering.cluster[first] != layering.cluster[second]:
            continue
        up, up_next = upper[place], upper[place + 1]
        down, down_next = lower[place], lower[place + 1]
        if _in_order(up, up_next) and _in_order(down, down_next):
            continue
        crossings = _inversions(up, up_next) + _inversions(down, down_next)
        if crossings > _inversions(up_next, up) + _inversions(down_next, down):
            items[place], items[place + 1] = second, first
            position[first], position[second] = place + 1, place
            upper[place], upper[place + 1] = up_next, up
            lower[place], lower[place + 1] = down_next, down
            moved = True
    return moved


def _in_order(left: Sequence[int], right: Sequence[int]) -> bool:
    return len(left) == 0 or len(right) == 0 or left[-1] <= right[0]


def _inversions(left: Sequence[int], right: Sequence[int]) -> int:
    # Pairs that cross when the item with ends `left` stands before the one with ends `right`.
    crossings = 0
    smaller = 0
    for end in left:
        while smaller < len(right) and right[smaller] < end:
            smaller += 1
        crossings += smaller
    return crossings
