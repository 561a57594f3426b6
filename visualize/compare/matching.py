"""Match the nodes of two graphs by identity, labels, operands and consumers.

None of these is enough. If a node was put in between, operands match nothing above it, consumers
nothing below it, and two graphs built anew share no object. So each search starts from the pairs
of the others, until none finds more. All walk in order: the result depends on the graphs alone, and
the time grows with their size.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace

from autograd.graph import Constant
from visualize.boxes import looped
from visualize.compare.pairing import (
    NONE,
    Pairing,
    Reason,
    match_by_use,
    may_be_same,
    operand_nodes,
)
from visualize.compare.snapshot import Snapshot
from visualize.scene.compose import Node, Scene
from visualize.scene.flat import Short

MOST_ROUNDS = 20  # a round without a new pair ends the search, long before this

Key = Callable[[Node], Hashable]


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
        match_by_use(pairs, before.outputs, after.outputs)
        if len(pairs) == known:
            _match_by_operands(pairs, _loose)
            _match_by_shared_operand(pairs)
        if len(pairs) == known:
            _match_left_over(pairs)
        if len(pairs) == known:
            break
    without_loops(pairs)
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
        for operand in operand_nodes(node):
            users[node.operation, operand].append(number)
    for number in pairs.free_after():
        node = pairs.after[number]
        for operand in operand_nodes(node):
            if pairs.before_of[number] == NONE:
                stack = users.get((node.operation, pairs.before_of[operand]), [])
                while stack and pairs.after_of[stack[-1]] != NONE:
                    stack.pop()
                if stack and may_be_same(pairs.before[stack[-1]], node):
                    pairs.join(stack.pop(), number, Reason.SHARED_OPERAND)


def _match_left_over(pairs: Pairing) -> None:
    """Pair nodes with a label of their own, whatever else of them changed."""
    _match_groups(pairs, lambda node: node.label, only_one=True, reason=Reason.LEFT_OVER)


def without_loops(pairs: Pairing) -> None:
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
    operands: list[list[int]] = [operand_nodes(node) for node in pairs.after]
    operands += [[] for _ in pairs.before]
    for place, node in enumerate(pairs.before):
        operands[number[place]] += [number[operand] for operand in operand_nodes(node)]
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
