"""Boxes as numbers: who shares one, their order, cycles, lines between them, copies of leaves.

Pages use these functions too, as a script: `make docs` writes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

FEW_USES = 4  # as many lines to one box are easy to follow
NEAR = 3  # levels that one drawing of a leaf serves


@dataclass(slots=True)
class Shared:
    """The box of each value, numbered by first appearance, and what it is drawn as there.

    `clusters` has the length of the path of the closed cluster that is the box, 0 for none;
    `frames` how many clusters are open around the box; `sums` the folded sum that the value is
    drawn in, itself for none.
    """

    boxes: list[int]
    clusters: list[int]
    frames: list[int]
    sums: list[int]


def shared_boxes(
    operands: Sequence[Sequence[int]],
    paths: Sequence[tuple[str, ...]],
    closed: AbstractSet[str],
    alone: AbstractSet[int],
    folded: Sequence[Sequence[int]],
) -> Shared:
    """Return which values share a box: those of a closed cluster, and those of a folded sum.

    `operands` are those of each value, which come before it, and `paths` the clusters around it,
    from the outside in; `closed` holds the keys of clusters. Values `alone` have boxes of their
    own. A sum lists itself, then what its box holds, users first. Cycles of boxes are split.

    >>> shared_boxes([[], [], [0, 1], [2]], [("a",), (), (), ("a", "b")], {"a"}, {3}, [[2, 1]])
    Shared(boxes=[0, 1, 1, 2], clusters=[1, 0, 0, 0], frames=[0, 0, 0, 0], sums=[0, 2, 2, 3])
    """
    lengths: dict[tuple[str, ...], int] = {}
    clusters = [0] * len(paths)
    frames = [0] * len(paths)
    for value, path in enumerate(paths):
        if path not in lengths:
            lengths[path] = outermost_closed(path, closed)
        length = lengths[path]
        clusters[value] = 0 if value in alone else length
        frames[value] = length - 1 if length > 0 else len(path)
    sums = _sums_around(operands, clusters, folded)
    numbers: dict[int, int] = {}
    places: dict[str, int] = {}  # of clusters, behind those of all values
    boxes: list[int] = []
    for value, path in enumerate(paths):
        place = sums[value]
        if clusters[value] > 0:
            place = len(paths) + places.setdefault(path_key(path[: clusters[value]]), len(places))
        boxes.append(numbers.setdefault(place, len(numbers)))
    return Shared(split_boxes(operands, boxes, len(numbers)), clusters, frames, sums)


def path_key(path: Sequence[str]) -> str:
    """Return the key of the cluster at the end of a path: names of modules hold no "/"."""
    return "/".join(path)


def outermost_closed(path: Sequence[str], closed: AbstractSet[str]) -> int:
    """Return how long the outermost closed part of a path is; 0 where all of it is open.

    >>> outermost_closed(["a", "b", "c"], {"a/b", "a/b/c"})
    2
    """
    for length in range(1, len(path) + 1):
        if path_key(path[:length]) in closed:
            return length
    return 0


def _sums_around(
    operands: Sequence[Sequence[int]], clusters: Sequence[int], folded: Sequence[Sequence[int]]
) -> list[int]:
    # A closed cluster takes its values out of a sum, and what only these use.
    sums = list(range(len(operands)))
    for members in folded:
        top = members[0]
        inside: set[int] = set()
        for value in members:
            if clusters[value] > 0 or not (value == top or value in inside):
                continue
            sums[value] = top
            for operand in operands[value]:
                inside.add(operand)
    return sums


def ordered(following: Sequence[Sequence[int]]) -> list[int]:
    """Return the items, each before those that follow it; without those on cycles and behind them.

    `following` holds the items that follow each one, with repeats or without. Source: Kahn,
    Topological sorting of large networks (1962).

    >>> ordered([[1], [], [1, 0]]), ordered([[1], [0], []])
    ([2, 0, 1], [2])
    """
    waiting = [0] * len(following)
    for others in following:
        for other in others:
            waiting[other] += 1
    order = [item for item, count in enumerate(waiting) if count == 0]
    for item in order:  # grows while it is walked
        for other in following[item]:
            waiting[other] -= 1
            if waiting[other] == 0:
                order.append(other)
    return order


def cycle_among(following: Sequence[Sequence[int]], left: Sequence[bool]) -> list[int]:
    """Return a cycle of items that are `left`, each of which is followed by another one of them.

    >>> cycle_among([[1], [2], [1]], [False, True, True])
    [1, 2, 1]
    """
    item = left.index(True)
    walk: list[int] = []
    while item not in walk:
        walk.append(item)
        near = [other for other in following[item] if left[other]]
        item = near[0]
    return [*walk[walk.index(item) :], item]


def looped(following: Sequence[Sequence[int]]) -> list[bool]:
    """Tell of each item whether it stands on a cycle or between two.

    >>> looped([[1], [2], [1, 3], [4], [3], []])
    [False, True, True, True, True, False]
    """
    left = [True] * len(following)
    for item in ordered(following):
        left[item] = False
    before: list[list[int]] = [[] for _ in following]
    for item, others in enumerate(following):
        for other in others:
            if left[item] and left[other]:
                before[other].append(item)
    for item in ordered(before):
        left[item] = False
    return left


def components(following: Sequence[Sequence[int]]) -> list[int]:
    """Return the number of the strong component of each item: items of one have a cycle in common.

    Source: Tarjan, Depth-first search and linear graph algorithms (1972), with an explicit stack.

    >>> components([[1], [0, 2], []])
    [1, 1, 0]
    """
    index = [-1] * len(following)
    low = [0] * len(following)
    component = [-1] * len(following)
    taken = [0] * len(following)
    stack: list[int] = []
    reached = 0
    found = 0
    for root in range(len(following)):
        work = [root] if index[root] < 0 else []
        while len(work) > 0:
            item = work[-1]
            if index[item] < 0:
                index[item] = reached
                low[item] = reached
                reached += 1
                stack.append(item)
            if taken[item] < len(following[item]):
                other = following[item][taken[item]]
                taken[item] += 1
                if index[other] < 0:
                    work.append(other)
                elif component[other] < 0:
                    low[item] = min(low[item], index[other])
                continue
            work.pop()
            if len(work) > 0:
                low[work[-1]] = min(low[work[-1]], low[item])
            if low[item] == index[item]:
                while component[item] < 0:
                    component[stack.pop()] = found
                found += 1
    return component


def boxes_in_order(
    operands: Sequence[Sequence[int]], boxes: Sequence[int], count: int
) -> list[int]:
    """Return the `count` boxes of some values with operands before consumers.

    `operands` are those of each value, `boxes` the box that each stands in; values come after their
    operands. Boxes that form a cycle, and those behind it, are left out.

    >>> boxes_in_order([[], [0], [1]], [0, 1, 0], 2), boxes_in_order([[], [], [0]], [0, 1, 1], 2)
    ([], [0, 1])
    """
    if count == len(boxes):
        return list(range(count))
    return ordered(_between(operands, boxes, count))


@dataclass(slots=True)
class Link:
    """A line between two boxes, and the uses that it stands for.

    A use is (consumer, place): that of the operand among the values that the consumer uses.
    """

    source: int
    target: int
    uses: list[tuple[int, int]]


def links(operands: Sequence[Sequence[int]], boxes: Sequence[int], count: int) -> list[Link]:
    """Return the lines between boxes by target: those from or to boxes of several values first.

    The arguments are those of `boxes_in_order`; boxes are numbered in that order. There is a line
    for each use between two boxes of one value, in the order of the operands, and one for each
    other pair of boxes, in the order of the sources.

    >>> links([[], [0, 0], [1, 0]], [0, 1, 1], 2)
    [Link(source=0, target=1, uses=[(1, 0), (1, 1), (2, 1)])]
    >>> [link.uses for link in links([[], [0, 0]], [0, 1], 2)]
    [[(1, 0)], [(1, 1)]]
    """
    sizes = [0] * count
    for box in boxes:
        sizes[box] += 1
    single: list[list[Link]] = [[] for _ in range(count)]  # by target
    several: list[list[Link]] = [[] for _ in range(count)]
    known: dict[int, Link] = {}  # by pair
    for value, used in enumerate(operands):
        target = boxes[value]
        for place, operand in enumerate(used):
            source = boxes[operand]
            if source == target:
                continue
            if sizes[source] == 1 and sizes[target] == 1:
                single[target].append(Link(source, target, [(value, place)]))
                continue
            pair = source * count + target
            if pair not in known:
                known[pair] = Link(source, target, [])
                several[target].append(known[pair])
            known[pair].uses.append((value, place))
    found: list[Link] = []
    for target in range(count):
        several[target].sort(key=lambda link: link.source)
        found.extend(several[target])
        found.extend(single[target])
    return found


def _between(
    operands: Sequence[Sequence[int]], boxes: Sequence[int], count: int
) -> list[list[int]]:
    # The boxes that use each box, once each.
    following: list[list[int]] = [[] for _ in range(count)]
    met: set[int] = set()
    for value, used in enumerate(operands):
        for operand in used:
            pair = boxes[operand] * count + boxes[value]
            if boxes[operand] != boxes[value] and pair not in met:
                met.add(pair)
                following[boxes[operand]].append(boxes[value])
    return following


def split_boxes(operands: Sequence[Sequence[int]], boxes: Sequence[int], count: int) -> list[int]:
    """Return the box of each value, where boxes that formed cycles are split so that none is left.

    The arguments are those of `boxes_in_order`. Boxes are numbered by first appearance.

    >>> split_boxes([[], [0], [1], [2]], [0, 1, 0, 1], 2), split_boxes([[], [0]], [0, 0], 1)
    ([0, 1, 2, 3], [0, 0])
    """
    visits = visits_of_loops(operands, boxes, count)
    numbers: dict[int, int] = {}
    result: list[int] = []
    for value, box in enumerate(boxes):
        key = box if len(visits) == 0 else box + count * visits[value]
        result.append(numbers.setdefault(key, len(numbers)))
    return result


def visits_of_loops(
    operands: Sequence[Sequence[int]], boxes: Sequence[int], count: int
) -> list[int]:
    """Return the visit in which each value takes part; none where the boxes form no cycle.

    The arguments are those of `boxes_in_order`. Modules of a recurrence use each other in a circle.
    The visit counts how often the way to a value went from one looped box to another. Boxes split
    by visit form no cycle: an edge between boxes raises the visit, one inside never lowers it.

    >>> visits_of_loops([[], [0], [1], [2]], [0, 1, 0, 1], 2)  # two modules that take turns
    [0, 1, 2, 3]
    """
    in_loops = looped(_between(operands, boxes, count))
    if True not in in_loops:
        return []
    visits = [0] * len(operands)
    latest: dict[int, int] = {}  # of a leaf, as its consumers allow
    for value, used in enumerate(operands):
        box = boxes[value]
        if not in_loops[box]:
            continue
        for operand in used:
            if in_loops[boxes[operand]]:
                step = 0 if boxes[operand] == box else 1
                visits[value] = max(visits[value], visits[operand] + step)
        for operand in used:
            if in_loops[boxes[operand]] and len(operands[operand]) == 0:
                visit = visits[value] if boxes[operand] == box else visits[value] - 1
                latest[operand] = min(visit, latest.get(operand, visit))
    for leaf, visit in latest.items():
        visits[leaf] = visit
    return visits


@dataclass(slots=True)
class Copied:
    """A picture with copies: the box and the level that each box is for, and edges between them.

    A box that is not a copy has the level -1. An edge is (number, source, target); the number is
    that of the edge in the picture without copies.
    """

    boxes: list[tuple[int, int]]
    edges: list[tuple[int, int, int]]


def copied(is_leaf: Sequence[bool], edges: Sequence[tuple[int, int]]) -> Copied:
    """Return boxes and edges with copies of much-used leaves, each before its first consumer.

    Boxes are in topological order and edges sorted by target, before and after. `is_leaf` tells
    which boxes may be drawn again.

    >>> copied([True, False], [(0, 1)])
    Copied(boxes=[(0, -1), (1, -1)], edges=[(0, 0, 1)])
    """
    levels = levels_of_copies(is_leaf, edges)
    incoming: list[list[int]] = [[] for _ in is_leaf]
    for number, (_, target) in enumerate(edges):
        incoming[target].append(number)
    made = Copied([], [])
    place: dict[int, int] = {}  # of a box or a copy
    for box, numbers in enumerate(incoming):
        sources: list[int] = []
        for number in numbers:
            leaf, level = edges[number][0], levels[number]
            source = leaf + (level + 1) * len(is_leaf)
            if source not in place:  # the first use of a copy
                place[source] = len(made.boxes)
                made.boxes.append((leaf, level))
            sources.append(place[source])
        place[box] = len(made.boxes)
        made.boxes.append((box, -1))
        for number, source in zip(numbers, sources, strict=True):
            made.edges.append((number, source, place[box]))
    return made


def levels_of_copies(is_leaf: Sequence[bool], edges: Sequence[tuple[int, int]]) -> list[int]:
    """Return for each edge the level of the copy it comes from, -1 if from the box itself.

    The boxes and edges are those of `copied`. There is a copy for every few levels that use a leaf.

    >>> levels_of_copies([True, *[False] * 6], [(0, 1), *((i, i + 1) for i in range(1, 6))])
    [-1, -1, -1, -1, -1, -1]
    """
    heights = [0] * len(is_leaf)  # the longest way from each box to an output
    for source, target in reversed(edges):
        heights[source] = max(heights[source], heights[target] + 1)
    uses: list[list[int]] = [[] for _ in is_leaf]
    for number, (source, _) in enumerate(edges):
        if is_leaf[source]:
            uses[source].append(number)
    levels = [-1] * len(edges)
    for numbers in uses:
        if len(numbers) <= FEW_USES:
            continue
        numbers.sort(key=lambda number: -heights[edges[number][1]])
        first = heights[edges[numbers[0]][1]]
        level = first
        for number in numbers:
            height = heights[edges[number][1]]
            if height <= level - NEAR:
                level = height
            if level != first:
                levels[number] = level
    return levels
