"""Take apart the pairs that would make a loop of two graphs drawn as one."""

from __future__ import annotations

from collections.abc import Iterable

from visualize.compare.pairing import NONE, Pairing, Reason

__all__ = ["without_loops"]

Edges = list[list[int]]


def without_loops(pairs: Pairing) -> None:
    """Take apart pairs, the least sure first, until both graphs together have no loop.

    A loop means that of two pairs one node is above in one graph and below in the other.
    """
    for reason in sorted(Reason, reverse=True):
        looped = _looped(pairs)
        if not looped:
            return
        for after in sorted(looped):
            if pairs.reasons.get(after) == reason:
                pairs.part(after)


def _looped(pairs: Pairing) -> set[int]:
    """Return the nodes after that are on loops of the union, or between two loops."""
    size = len(pairs.after)
    number = [partner if partner != NONE else size + x for x, partner in enumerate(pairs.after_of)]
    operands: Edges = [[] for _ in range(size + len(pairs.before))]
    for place, node in enumerate(pairs.after):
        operands[place] += [operand for operand in node.operands if isinstance(operand, int)]
    for place, node in enumerate(pairs.before):
        operands[number[place]] += [number[o] for o in node.operands if isinstance(o, int)]
    consumers: Edges = [[] for _ in operands]
    for place, used in enumerate(operands):
        for operand in used:
            consumers[operand].append(place)
    left = _peeled(range(len(operands)), operands, consumers)
    left = _peeled(left, consumers, operands)
    return {place for place in left if place < size}


def _peeled(places: Iterable[int], needed: Edges, needing: Edges) -> list[int]:
    """Return the places that still wait for another one after all that can go have gone."""
    remaining = set(places)
    waiting = {place: sum(other in remaining for other in needed[place]) for place in remaining}
    ready = [place for place, count in waiting.items() if not count]
    for place in ready:  # grows while it is walked
        remaining.discard(place)
        for other in needing[place]:
            if other in waiting:
                waiting[other] -= 1
                if not waiting[other] and other in remaining:
                    ready.append(other)
    return sorted(remaining)
