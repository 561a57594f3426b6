"""Names for the nodes of two graphs, so that each name means one node in both."""

from __future__ import annotations

from dataclasses import replace

from visualize.compare.pairing import NONE, Pairing
from visualize.scene.facts import Scene

__all__ = ["renamed"]


def renamed(before: Scene, after: Scene, pairs: Pairing) -> Scene:
    """Return the first scene with the names of the second one for all that is in both.

    A node that is only in the first one keeps its name, with a prime where another has it.
    """
    taken = {node.name for node in after.nodes}
    nodes = []
    for node, partner in zip(before.nodes, pairs.after_of, strict=True):
        name = node.name
        if partner != NONE:
            name = after.nodes[partner].name
        else:
            while name in taken:
                name += "'"
            taken.add(name)
        nodes.append(replace(node, name=name))
    return replace(before, nodes=tuple(nodes))
