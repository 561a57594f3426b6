"""The order of the items inside every rank: few edge crossings, clusters kept together."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass

from visualize.layout.layering import ROOT, Layering
from visualize.layout.placement import isotonic

SWEEPS = 8  # per start; 12 gained 1 % on one of ten graphs
EFFORT = 6_000  # starts x pieces of edges: 2 starts from 3,000 pieces on, about 0.1 s each
MOST_STARTS = 8  # 12 gained nothing, 4 left crossings in small graphs


@dataclass(slots=True)
class _Found:
    """An order of the items in every rank, and its crossings."""

    crossings: int
    order: list[list[int]]


@dataclass(slots=True)
class _Dice:
    """Numbers from 0 to 1 that are the same everywhere: Park and Miller (1988)."""

    seed: int

    def below(self, most: int) -> int:
        """Return a whole number from 0 to `most` - 1."""
        self.seed = self.seed * 48_271 % 2_147_483_647
        return self.seed % most

    def shuffled(self, items: Sequence[int]) -> list[int]:
        """Return the items in any order."""
        result = list(items)
        for last in range(len(result) - 1, 0, -1):
            other = self.below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result


def order_ranks(layering: Layering) -> list[list[int]]:
    """Order every rank for few crossings; the same input always gives the same order.

    Two depth-first orders, then shuffled ones, are improved by sweeps and exchanges; the best
    result is returned. In it the items of a cluster are contiguous in every rank, and the clusters
    inside one parent stand in the same order in every rank, so that each can have a lane of its
    own.
    """
    pieces = 0
    for others in layering.below:
        pieces += len(others)
    starts = max(2, min(MOST_STARTS, EFFORT // (pieces + 1)))
    dice = _Dice(1)
    best = _Found(-1, [])
    for start in range(starts):
        upwards = start % 2 == 0
        near = layering.above if upwards else layering.below
        if start > 1:
            near = [dice.shuffled(others) for others in near]
        found = _improve(_depth_first(layering, near, upwards), layering, upwards=upwards)
        if start == 0 or found.crossings < best.crossings:
            best = found
        if best.crossings == 0:
            break
    return _face_forward(best.order, layering)


def _depth_first(
    layering: Layering, near: Sequence[Sequence[int]], upwards: bool
) -> list[list[int]]:
    # Items in the order in which a walk along the edges meets them: trees come out planar.
    order: list[list[int]] = [[] for _ in layering.ranks]
    met = [False] * len(layering.rank)
    for items in layering.ranks[::-1] if upwards else layering.ranks:
        for root in items:
            stack = [root]
            while len(stack) > 0:
                item = stack.pop()
                if not met[item]:
                    met[item] = True
                    order[layering.rank[item]].append(item)
                    stack.extend(near[item][::-1])
    return order


def _improve(order: list[list[int]], layering: Layering, *, upwards: bool) -> _Found:
    # Clusters may change places from rank to rank in the first half of the sweeps, not after.
    is_flat = len(layering.tree) == 1
    position = _positions(order, layering)
    siblings: list[int] = []
    best = _Found(-1, [])
    if is_flat:
        best = _found(order, position, layering)
    for step in range(SWEEPS):
        if best.crossings == 0:
            break
        if not is_flat and step == SWEEPS // 2:
            siblings = _sibling_order(order, layering)
            _sort_clusters(order, position, layering, siblings)
        sweep(
            order,
            position,
            layering,
            downwards=(step % 2 == 1) == upwards,
            flip_ties=step % 4 >= 2,
            siblings=siblings,
        )
        if len(siblings) > 0:  # the sweep leaves out the rank that it starts from
            _sort_clusters(order, position, layering, siblings)
        exchange_neighbours(order, position, layering, passes=1)
        if is_flat or len(siblings) > 0:
            found = _found(order, position, layering)
            if best.crossings < 0 or found.crossings < best.crossings:
                best = found
    position = _positions(best.order, layering)
    exchange_neighbours(best.order, position, layering, passes=20)
    return _found(best.order, position, layering)


def _found(order: list[list[int]], position: Sequence[int], layering: Layering) -> _Found:
    crossings = count_crossings(order, position, layering)
    return _Found(crossings, [list(items) for items in order])


def count_crossings(
    order: Sequence[Sequence[int]], position: Sequence[int], layering: Layering
) -> int:
    """Count the pairs of edge pieces between neighbouring ranks that cross."""
    crossings = 0
    for items in order:
        passed: list[int] = []  # ends of the pieces so far, sorted
        for item in items:
            ends = [position[other] for other in layering.below[item]]
            for end in ends:
                crossings += len(passed) - bisect_right(passed, end)
            for end in ends:
                insort(passed, end)
    return crossings


def _positions(order: Sequence[Sequence[int]], layering: Layering) -> list[int]:
    position = [0] * len(layering.rank)
    for items in order:
        for place, item in enumerate(items):
            position[item] = place
    return position


def _sibling_order(order: Sequence[Sequence[int]], layering: Layering) -> list[int]:
    # Clusters by their mean place, counted as a fraction of each rank.
    tree = layering.tree
    total = [0.0] * len(tree)
    number = [0] * len(tree)
    for items in order:
        for place, item in enumerate(items):
            for cluster in tree.between(layering.cluster[item], ROOT):
                total[cluster] += (place + 0.5) / len(items)
                number[cluster] += 1
    ordered = sorted(range(1, len(tree)), key=lambda cluster: total[cluster] / number[cluster])
    numbers = [0] * len(tree)
    for place, cluster in enumerate(ordered):
        numbers[cluster] = place
    return numbers


def _sort_clusters(
    order: list[list[int]], position: list[int], layering: Layering, siblings: Sequence[int]
) -> None:
    for rank, items in enumerate(order):
        means = {item: float(position[item]) for item in items}
        order[rank] = _sort_nested(items, means, layering, siblings)
        for place, item in enumerate(order[rank]):
            position[item] = place


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
        movable = _sort_nested(movable, means, layering, siblings)
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


def _sort_nested(
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


def _face_forward(order: list[list[int]], layering: Layering) -> list[list[int]]:
    # The mirror image is as good; the one in which nodes stand in the order given reads better.
    # So do nodes with the same neighbours, which may change places freely.
    agreement = 0
    for items in order:
        nodes = [item for item in items if item < layering.node_count]
        for place, node in enumerate(nodes):
            agreement += (2 * place - len(nodes) + 1) * node
    order = [list(items) if agreement >= 0 else items[::-1] for items in order]
    for items in order:
        alike: dict[str, list[int]] = {}
        for place, item in enumerate(items):
            if item < layering.node_count:
                above, below = sorted(layering.above[item]), sorted(layering.below[item])
                around = [layering.cluster[item], *above, -1, *below]
                alike.setdefault(" ".join([str(other) for other in around]), []).append(place)
        for places in alike.values():
            for place, item in zip(places, sorted([items[p] for p in places]), strict=True):
                items[place] = item
    return order
