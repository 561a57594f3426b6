"""Match nodes by what uses them: downwards, past what was put in, taken out or replaced."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence

from visualize.compare.pairing import NONE, Pairing, Reason, may_be_same, operand_nodes
from visualize.scene.facts import Node

__all__ = ["match_by_use"]

MOST_LOOKED_AT = 24  # nodes below a place where two graphs part


def match_by_use(
    pairs: Pairing, outputs_before: Sequence[int], outputs_after: Sequence[int]
) -> None:
    """Pair the operands of paired nodes, consumers first: one pass goes all the way down.

    Where two operands at one place differ, a node was put in, if the old one is found below the
    new, or taken out, if the new one is found below the old; else one stands for the other, and
    their operands are compared in turn.
    """
    stand_ins: dict[int, int] = {}  # by the number after: what was at its place before
    old, new = _Free(pairs.before, pairs.after_of), _Free(pairs.after, pairs.before_of)
    if len(outputs_before) == len(outputs_after):
        for before, after in zip(outputs_before, outputs_after, strict=True):
            if pairs.is_free(before, after):
                _compare(pairs, before, after, stand_ins, old, new)
    for after in range(len(pairs.after) - 1, -1, -1):
        before = pairs.before_of[after]
        if before == NONE:
            before = stand_ins.get(after, NONE)
        if before != NONE:
            for operand_before, operand_after in list(_places(pairs, before, after)):
                if pairs.is_free(operand_before, operand_after):
                    _compare(pairs, operand_before, operand_after, stand_ins, old, new)


def _places(pairs: Pairing, before: int, after: int) -> Iterator[tuple[int, int]]:
    """Yield the free operands of two nodes that are at the same place."""
    old, new = pairs.before[before].operands, pairs.after[after].operands
    if len(old) == len(new):
        for operand_before, operand_after in zip(old, new, strict=True):
            if (
                isinstance(operand_before, int)
                and isinstance(operand_after, int)
                and pairs.is_free(operand_before, operand_after)
            ):
                yield operand_before, operand_after
        return
    # A sum that has become longer: the first of each kind with the first, and so on.
    waiting: dict[tuple[str, str], list[int]] = defaultdict(list)
    for operand in reversed(operand_nodes(pairs.before[before])):
        if pairs.after_of[operand] == NONE:
            waiting[_kind(pairs.before[operand])].append(operand)
    for operand in operand_nodes(pairs.after[after]):
        if pairs.before_of[operand] == NONE:
            alike = waiting[_kind(pairs.after[operand])]
            if alike:
                yield alike.pop(), operand


def _kind(node: Node) -> tuple[str, str]:
    return node.operation, node.label


class _Free:
    """The nodes of one graph that are without a partner, by what is above them.

    Nodes only find partners while this is in use: each operand of a wide node that has one is
    passed over once, however often the node is looked at.
    """

    def __init__(self, nodes: Sequence[Node], partners: Sequence[int]) -> None:
        self._nodes = nodes
        self._partners = partners
        self._operands: dict[int, deque[int]] = {}  # by node, without those found to have a partner

    def below(self, start: int) -> list[int]:
        """Return free nodes under one, the nearest first, where those between are free too."""
        seen = [start]
        for node in seen:  # grows while it is walked
            if node not in self._operands:
                self._operands[node] = deque(operand_nodes(self._nodes[node]))
            waiting, free = self._operands[node], []
            while waiting and len(seen) <= MOST_LOOKED_AT:
                operand = waiting.popleft()
                if self._partners[operand] == NONE:
                    free.append(operand)
                    if operand not in seen:
                        seen.append(operand)
            waiting.extendleft(reversed(free))
        return seen[1:]


def _compare(
    pairs: Pairing, before: int, after: int, stand_ins: dict[int, int], old: _Free, new: _Free
) -> None:
    """Pair two nodes at one place, or one of them with what it is found to be further down."""
    if may_be_same(pairs.before[before], pairs.after[after]):
        pairs.join(before, after, Reason.SAME_USE)
        return
    for below in new.below(after):
        if may_be_same(pairs.before[before], pairs.after[below]):
            pairs.join(before, below, Reason.SAME_USE)
            return
    for below in old.below(before):
        if may_be_same(pairs.before[below], pairs.after[after]):
            pairs.join(below, after, Reason.SAME_USE)
            return
    stand_ins.setdefault(after, before)
