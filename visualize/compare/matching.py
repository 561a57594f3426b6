"""Match the nodes of two graphs by identity, labels, operands and consumers.

None of these is enough. If a node was put in between, operands match nothing above it, consumers
nothing below it, and two graphs built anew share no object. So each search starts from the pairs
of the others, until none finds more. All walk in order: the result depends on the graphs alone, and
the time grows with their size.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from enum import IntEnum

from autograd.graph import Constant
from visualize.boxes import looped
from visualize.compare.snapshot import Snapshot
from visualize.scene.compose import Node, Scene
from visualize.scene.flat import Short

NONE = -1
MOST_LOOKED_AT = 24  # nodes below a place where two graphs part
MOST_ROUNDS = 20  # a round without a new pair ends the search, long before this

Key = Callable[[Node], Hashable]


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


def matched(before: Snapshot, after: Snapshot) -> Pairing:
    """Return the pairs of nodes of two graphs that stand for the same value.

    >>> from autograd import Value
    >>> from visualize.compare.snapshot import snapshot
    >>> x = Value(2.0)
    >>> before, after = snapshot(x.tanh() * 3), snapshot(x.exp().tanh() * 3)
    >>> matched(before, after).before_of  # exp is new
    [0, -1, 1, 2]
    """
    pairs = Pairing(before, after)
    _match_by_identity(pairs, before.values, after.values)
    _match_by_label(pairs)
    for _ in range(MOST_ROUNDS):
        known = len(pairs)
        _match_by_operands(pairs, _exact)
        _match_by_use(pairs, before.outputs, after.outputs)
        if len(pairs) == known:
            _match_by_operands(pairs, _loose)
            _match_by_shared_operand(pairs)
        if len(pairs) == known:
            _match_left_over(pairs)
        if len(pairs) == known:
            break
    _without_loops(pairs)
    return pairs


def _match_by_identity(pairs: Pairing, before: Sequence[object], after: Sequence[object]) -> None:
    number = {id(value): position for position, value in enumerate(before)}
    for position, value in enumerate(after):
        if id(value) in number:
            pairs.join(number[id(value)], position, Reason.SAME_VALUE)


def _match_by_label(pairs: Pairing) -> None:
    """Pair nodes with a label of their own, and leaves whose label both graphs have as often."""
    _match_groups(pairs, lambda node: (node.operation, node.label, node.scope), only_one=True)
    _match_groups(pairs, lambda node: (node.operation, node.label), only_one=True)
    _match_groups(
        pairs, lambda node: (node.label, node.scope) if not node.operation else None, only_one=False
    )


def _match_groups(
    pairs: Pairing, key: Key, *, only_one: bool, reason: Reason = Reason.SAME_LABEL
) -> None:
    """Pair labelled nodes, in their order, if both graphs have a key equally often."""
    groups: tuple[dict[Hashable, list[int]], ...] = (defaultdict(list), defaultdict(list))
    for group, numbers, nodes in zip(
        groups,
        (pairs.free_before(), pairs.free_after()),
        (pairs.before, pairs.after),
        strict=True,
    ):
        for number in numbers:
            node = nodes[number]
            if node.label and (found := key(node)) is not None:
                group[found].append(number)
    for found, numbers in groups[0].items():
        partners = groups[1].get(found, [])
        if len(numbers) == len(partners) and (len(numbers) == 1 or not only_one):
            for number, partner in zip(numbers, partners, strict=True):
                pairs.join(number, partner, reason)


def _exact(node: Node, operands: Iterable[object]) -> Hashable:
    return node.operation, node.label, node.scope, tuple(operands)


def _loose(node: Node, operands: Iterable[object]) -> Hashable:
    """Return a key without numbers, labels and modules."""
    return node.operation, tuple(o for o in operands if isinstance(o, int))


def _match_by_operands(pairs: Pairing, key: Callable[[Node, Iterable[object]], Hashable]) -> None:
    """Pair operations whose operands are paired, operands first: one pass goes all the way up."""
    candidates: dict[Hashable, list[int]] = defaultdict(list)
    for number in reversed(pairs.free_before()):
        node = pairs.before[number]
        if node.operation:
            candidates[key(node, map(_constant_or_number, node.operands))].append(number)
    for number in pairs.free_after():
        node = pairs.after[number]
        operands = [_constant_or_number(operand, pairs.before_of) for operand in node.operands]
        if not node.operation or NONE in operands:
            continue
        stack = candidates.get(key(node, operands), [])
        while stack and not pairs.join(stack.pop(), number, Reason.SAME_OPERANDS):
            pass


def _constant_or_number(operand: int | Constant, numbers: Sequence[int] | None = None) -> object:
    """Return an operand to compare: nan equals nan, and the number 1 is not the node 1."""
    if isinstance(operand, Constant):
        return repr(float(operand))
    return operand if numbers is None else numbers[operand]


def _match_by_shared_operand(pairs: Pairing) -> None:
    """Pair equal operations that have one paired operand in common, but not another."""
    users: dict[Hashable, list[int]] = defaultdict(list)
    for number in reversed(pairs.free_before()):
        node = pairs.before[number]
        for operand in _operand_nodes(node):
            users[node.operation, operand].append(number)
    for number in pairs.free_after():
        node = pairs.after[number]
        for operand in _operand_nodes(node):
            if pairs.before_of[number] == NONE:
                stack = users.get((node.operation, pairs.before_of[operand]), [])
                while stack and pairs.after_of[stack[-1]] != NONE:
                    stack.pop()
                if stack and _may_be_same(pairs.before[stack[-1]], node):
                    pairs.join(stack.pop(), number, Reason.SHARED_OPERAND)


def _match_left_over(pairs: Pairing) -> None:
    """Pair nodes with a label of their own, whatever else of them changed."""
    _match_groups(pairs, lambda node: node.label, only_one=True, reason=Reason.LEFT_OVER)


def _match_by_use(
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
    for operand in reversed(_operand_nodes(pairs.before[before])):
        if pairs.after_of[operand] == NONE:
            waiting[_kind(pairs.before[operand])].append(operand)
    for operand in _operand_nodes(pairs.after[after]):
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
                self._operands[node] = deque(_operand_nodes(self._nodes[node]))
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
    if _may_be_same(pairs.before[before], pairs.after[after]):
        pairs.join(before, after, Reason.SAME_USE)
        return
    for below in new.below(after):
        if _may_be_same(pairs.before[before], pairs.after[below]):
            pairs.join(before, below, Reason.SAME_USE)
            return
    for below in old.below(before):
        if _may_be_same(pairs.before[below], pairs.after[after]):
            pairs.join(below, after, Reason.SAME_USE)
            return
    stand_ins.setdefault(after, before)


def _may_be_same(before: Node, after: Node) -> bool:
    """Return whether two nodes have the same operation, and no two different labels."""
    return before.operation == after.operation and (
        before.label == after.label or not before.label or not after.label
    )


def _operand_nodes(node: Node) -> list[int]:
    """Return the numbers of the nodes among the operands of a node, each once."""
    # constants are left out first: the node 1 equals the constant 1.0
    return list(dict.fromkeys(o for o in node.operands if isinstance(o, int)))


def _without_loops(pairs: Pairing) -> None:
    """Take pairs apart, the least sure first, until both graphs together have no loop.

    A loop means that of two pairs one is above the other in one graph, and below it in the other.
    """
    for reason in sorted(Reason, reverse=True):
        circling = _looped(pairs)
        if not circling:
            return
        for after in sorted(circling):
            if pairs.reasons.get(after) == reason:
                pairs.part(after)


def _looped(pairs: Pairing) -> set[int]:
    """Return the nodes of the second graph on loops of both together, or between two loops."""
    size = len(pairs.after)
    number = [partner if partner != NONE else size + x for x, partner in enumerate(pairs.after_of)]
    operands: list[list[int]] = [_operand_nodes(node) for node in pairs.after]
    operands += [[] for _ in pairs.before]
    for place, node in enumerate(pairs.before):
        operands[number[place]] += [number[operand] for operand in _operand_nodes(node)]
    return {place for place, is_looped in enumerate(looped(operands)[:size]) if is_looped}


def renamed(before: Scene, after: Scene, pairs: Pairing) -> Scene:
    """Return the first scene, in which the nodes of both scenes have the names of the second.

    A node of the first scene alone keeps its name, with a prime if another has it.
    """
    taken = {node.name for node in after.nodes}
    nodes = []
    for node, partner in zip(before.nodes, pairs.after_of, strict=True):
        name, (own, full) = node.name, node.short
        if partner != NONE:
            name, (own, full) = after.nodes[partner].name, after.nodes[partner].short
        else:
            while name in taken:
                name, own, full = f"{name}'", f"{own}'", f"{full}'"
            taken.add(name)
        nodes.append(replace(node, name=name, short=Short(own, full)))
    return replace(before, nodes=tuple(nodes))
