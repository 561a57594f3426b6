"""Which node of one graph is which of another: pairs, and how sure each of them is."""

from __future__ import annotations

from enum import IntEnum

from visualize.compare.snapshot import Snapshot
from visualize.scene.facts import Node

__all__ = ["Pairing", "Reason", "may_be_same", "operand_nodes"]

NONE = -1


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
        """Whether neither of two nodes has a partner."""
        return self.after_of[before] == self.before_of[after] == NONE

    def free_before(self) -> list[int]:
        """Return the nodes of the first graph without a partner."""
        return [number for number, partner in enumerate(self.after_of) if partner == NONE]

    def free_after(self) -> list[int]:
        """Return the nodes of the second graph without a partner."""
        return [number for number, partner in enumerate(self.before_of) if partner == NONE]

    def join(self, before: int, after: int, reason: Reason) -> bool:
        """Pair two nodes, unless one of them has a partner already; return whether it was done."""
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
    """Whether nothing that a node says of itself is against its being the other one."""
    return before.operation == after.operation and (
        before.label == after.label or not before.label or not after.label
    )


def operand_nodes(node: Node) -> list[int]:
    """Return the numbers of the nodes that a node is made of, each once."""
    # first without constants: the node 1 is not the number 1.0, though they are equal
    return list(dict.fromkeys(o for o in node.operands if isinstance(o, int)))
