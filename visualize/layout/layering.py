"""A layered graph: the nodes in their ranks, long edges cut into pieces one rank long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from visualize.layout.cluster_tree import ROOT, ClusterTree

__all__ = ["Layering", "build_layering", "ranks_spanned"]


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
    ranks: Sequence[int],
    edges: Sequence[tuple[int, int]],
    tree: ClusterTree,
    *,
    items: int,
    steps: int,
) -> Layering:
    """Put nodes into ranks and cut long edges into pieces.

    The long edges of one value share a trunk of virtual items, from which each consumer's edge
    leaves in the rank before it: a weight shared by n steps needs n items, not n * n / 2. An edge
    stays in the clusters of its producer to their last rank, and enters those of its consumer in
    their first. Edges get bends, the short ones first, while at most `items` virtual items are
    needed, with at most `steps` bends over all edges; the others are drawn around the outside.
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
    first, last = _spans(ranks, tree)
    trunk: dict[tuple[int, int], int] = {}  # (item, cluster of the next) -> the next
    by_length = sorted(range(len(edges)), key=lambda e: ranks[edges[e][1]] - ranks[edges[e][0]])
    for index in by_length:
        u, v = edges[index]
        bends = range(ranks[u] + 1, ranks[v])
        if len(bends) > steps:
            continue
        common = tree.common(tree.of_node[u], tree.of_node[v])
        leaving = tree.between(tree.of_node[u], common)
        entering = tree.between(tree.of_node[v], common)
        chain = [u]
        missing: list[int] = []  # the clusters of the items that the trunk has yet to get
        for rank in bends:
            around = next((c for c in leaving if rank <= last[c]), common)
            if around == common:
                around = next((c for c in entering if rank >= first[c]), common)
            if not missing and (chain[-1], around) in trunk:
                chain.append(trunk[chain[-1], around])
            else:
                missing.append(around)
        if len(missing) > items:
            continue
        items -= len(missing)
        steps -= len(bends)
        for around in missing:
            item = layering.add(ranks[u] + len(chain), around)
            layering.join(chain[-1], item)
            trunk[chain[-1], around] = item
            chain.append(item)
        layering.join(chain[-1], v)
        layering.chains[index] = [*chain, v]
    _hold_open(layering, tree)
    return layering


def ranks_spanned(ranks: Sequence[int], tree: ClusterTree) -> int:
    """Count the ranks that clusters span, all together: each needs an item in each of them."""
    first, last = _spans(ranks, tree)
    return sum(last[cluster] - first[cluster] + 1 for cluster in range(1, len(tree)))


def _spans(ranks: Sequence[int], tree: ClusterTree) -> tuple[list[int], list[int]]:
    first, last = [len(ranks)] * len(tree), [-1] * len(tree)
    for node, cluster in enumerate(tree.of_node):
        first[cluster] = min(first[cluster], ranks[node])
        last[cluster] = max(last[cluster], ranks[node])
    for cluster in range(len(tree) - 1, ROOT, -1):  # children come after their parents
        parent = tree.parent[cluster]
        first[parent] = min(first[parent], first[cluster])
        last[parent] = max(last[parent], last[cluster])
    return first, last


def _hold_open(layering: Layering, tree: ClusterTree) -> None:
    # Every cluster gets an item in each rank it spans, so that the order of items in a rank
    # says on which side of the cluster each of them lies.
    present: list[set[int]] = [set() for _ in range(len(tree))]
    for item, inner in enumerate(layering.cluster):
        for cluster in tree.between(inner, ROOT):
            present[cluster].add(layering.rank[item])
    for cluster in range(len(tree) - 1, ROOT, -1):  # children come after their parents
        ranks, parent = present[cluster], tree.parent[cluster]
        for rank in range(min(ranks), max(ranks)):
            if rank not in ranks:
                layering.add(rank, cluster)
        present[parent].update(range(min(ranks), max(ranks) + 1))
