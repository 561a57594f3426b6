"""A layered graph: the nodes in their ranks, long edges cut into pieces one rank long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from visualize.cluster_tree import ROOT, ClusterTree

__all__ = ["Layering", "build_layering"]


@dataclass(slots=True)
class Layering:
    """Items in ranks, joined only between neighbouring ranks.

    Item i is node i for i < node_count; the others are virtual: bends of long edges, and
    placeholders that hold a cluster open in a rank where it has no node.
    """

    node_count: int
    ranks: list[list[int]]  # items per rank
    rank: list[int]  # per item
    cluster: list[int]  # per item, the innermost cluster around it
    above: list[list[int]]  # per item, neighbours in the rank before
    below: list[list[int]]  # per item, neighbours in the rank after
    chains: list[list[int] | None]  # per edge, its items from end to end; None: goes outside

    def add(self, rank: int, cluster: int) -> int:
        """Append a virtual item and return its number."""
        item = len(self.rank)
        self.ranks[rank].append(item)
        self.rank.append(rank)
        self.cluster.append(cluster)
        self.above.append([])
        self.below.append([])
        return item

    def join(self, upper: int, lower: int) -> None:
        """Connect an item to one in the next rank."""
        self.below[upper].append(lower)
        self.above[lower].append(upper)


def build_layering(
    ranks: Sequence[int], edges: Sequence[tuple[int, int]], tree: ClusterTree, limit: int
) -> Layering:
    """Put nodes into ranks and cut long edges into pieces, with at most `limit` virtual items.

    All long edges of one value share one trunk of virtual items, from which each consumer's edge
    leaves in the rank before it: a weight shared by n steps needs n items, not n * n / 2. A trunk lies
    in the innermost cluster that holds both of its ends. The longest edges that would exceed the
    limit get no items; they are drawn around the outside.
    """
    layering = Layering(
        node_count=len(ranks),
        ranks=[[] for _ in range(max(ranks, default=-1) + 1)],
        rank=list(ranks),
        cluster=list(tree.of_node),
        above=[[] for _ in ranks],
        below=[[] for _ in ranks],
        chains=[None] * len(edges),
    )
    for node, rank in enumerate(ranks):
        layering.ranks[rank].append(node)
    trunks: dict[tuple[int, int], list[int]] = {}
    for index in sorted(range(len(edges)), key=lambda e: (ranks[edges[e][1]] - ranks[edges[e][0]], e)):
        u, v = edges[index]
        bends = ranks[v] - ranks[u] - 1
        trunk = trunks.setdefault((u, tree.common(tree.of_node[u], tree.of_node[v])), [u])
        if bends >= len(trunk):
            new = bends + 1 - len(trunk)
            if new > limit:
                continue
            limit -= new
            around = tree.common(tree.of_node[u], tree.of_node[v])
            while bends >= len(trunk):
                item = layering.add(ranks[u] + len(trunk), around)
                layering.join(trunk[-1], item)
                trunk.append(item)
        layering.chains[index] = [*trunk[: bends + 1], v]
        layering.join(trunk[bends], v)
    _hold_open(layering, tree)
    return layering


def _hold_open(layering: Layering, tree: ClusterTree) -> None:
    # Every cluster gets an item in each rank it spans, so that the order of items in a rank
    # says on which side of the cluster each of them lies.
    present: list[set[int]] = [set() for _ in range(len(tree))]
    for item, cluster in enumerate(layering.cluster):
        while cluster != ROOT and layering.rank[item] not in present[cluster]:
            present[cluster].add(layering.rank[item])
            cluster = tree.parent[cluster]
    for cluster in range(len(tree) - 1, ROOT, -1):  # children come after their parents
        ranks, parent = present[cluster], tree.parent[cluster]
        for rank in range(min(ranks), max(ranks)):
            if rank not in ranks:
                layering.add(rank, cluster)
        present[parent].update(range(min(ranks), max(ranks) + 1))
