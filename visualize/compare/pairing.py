"""Pairs of nodes of two graphs, and the search for pairs among the operands of pairs."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from enum import IntEnum

from visualize.compare.snapshot import Snapshot
from visualize.scene.compose import Node

NONE = -1
MOST_LOOKED_AT = 24  # nodes below a place where two graphs part


class Reason(IntEnum):
    """Why two nodes were paired, the surest reason first."""

    SAME_VALUE = 0  # one object in both graphs
    SAME_LABEL = 1
    SAME_OPERANDS = 2  # the same operation on paired operands
    SAME_USE = 3  # at the same place of paired consumers
    SHARED_OPERAND = 4  # the same operation, of whose operands one is paired
    LEFT_OVER = 5


class Pairing:
    """Pairs of the nodes of two graphs, by their numbers; no node is in two of them."""

    def __init__(self, before: Snapshot, after: Snapshot) -> None:
        self.before = before.nodes
        self.after = after.nodes
        self.before_of = [NONE] * len(self.after)
        self.after_of = [NONE] * len(self.before)
        self.reasons: dict[int, Reason] = {}  # by the number after

    def __len__(self) -> int:
        return len(self.reasons)

    def is_free(self, before: int, after: int) -> bool:
        """Return whether neither of two nodes has a partner."""
        return self.after_of[before] == self.before_of[after] == NONE

    def free_before(self) -> list[int]:
        """Return the nodes of the first graph without a partner."""
        return [number for number, partner in enumerate(self.after_of) if partner == NONE]

    def free_after(self) -> list[int]:
        """Return the nodes of the second graph without a partner."""
        return [number for number, partner in enumerate(self.before_of) if partner == NONE]

    def join(self, before: int, after: int, reason: Reason) -> bool:
        """Pair two nodes unless one of them has a partner; return whether they are paired now."""
        if not self.is_free(before, after):
            return False
        self.after_of[before], self.before_of[after] = after, before
        self.reasons[after] = reason
        return True

    def part(self, after: int) -> None:
        """Take a pair apart."""
        self.after_of[self.before_of[after]] = NONE
        self.before_of[after] = NONE
        del self.reasons[after]


def may_be_same(before: Node, after: Node) -> bool:
    """Return whether two nodes have the same operation, and no two different labels."""
    return before.operation == after.operation and (
        before.label == after.label or not before.label or not after.label
    )


def operand_nodes(node: Node) -> list[int]:
    """Return the numbers of the nodes among the operands of a node, each once."""
    # constants are left out first: the node 1 equals the constant 1.0
    return list(dict.fromkeys(o for o in node.operands if isinstance(o, int)))


def match_by_use(
    pairs: Pairing, outputs_before: Sequence[int], outputs_after: Sequence[int]
) -> None:
    """Pair the operands of paired nodes, consumers first: one pass goes all the way down.

    If two operands at the same place differ, a node was put in (then the old one is below the new),
    or taken out (then the new one is below the old); else one stands for the other, and their
    operands are compared in turn.
    """
    stand_ins: dict[int, int] = {}  # by the number after: the node before that was at its place
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
    """Yield the pairs of free operands at the same place of two nodes."""
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
    """The nodes of one graph that are without a partner, by the nodes above them.

    Nodes find partners meanwhile, and lose none: so each operand that has found one is dropped
    once, however often a wide node is looked at.
    """

    def __init__(self, nodes: Sequence[Node], partners: Sequence[int]) -> None:
        self._nodes = nodes
        self._partners = partners
        self._operands: dict[int, deque[int]] = {}  # by node, without those found to have a partner

    def below(self, start: int) -> list[int]:
        """Return the nearest free nodes below one, reached through free nodes alone."""
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
    """Pair two nodes at one place, or one of them with the same node found further down."""
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
