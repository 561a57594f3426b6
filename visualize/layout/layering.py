"""A layered graph: nested clusters, nodes in ranks, long edges cut into pieces; its geometry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

ROOT = 0

Span = tuple[float, float]
Point = tuple[float, float]  # along and across the ranks
Frame = tuple[float, float, float, float]  # start and end along, low and high across the ranks


@dataclass(slots=True)
class ClusterTree:
    """Clusters by number, parents before children; cluster 0 is the whole picture."""

    paths: list[tuple[str, ...]]
    parent: list[int]
    depth: list[int]
    of_node: list[int]  # per node, the innermost cluster around it

    def __len__(self) -> int:
        return len(self.parent)

    def common(self, first: int, second: int) -> int:
        """Return the innermost cluster that holds both."""
        while first != second:
            if self.depth[first] >= self.depth[second]:
                first = self.parent[first]
            else:
                second = self.parent[second]
        return first

    def between(self, cluster: int, ancestor: int) -> list[int]:
        """List the clusters from `cluster` outwards, up to but without `ancestor`."""
        chain: list[int] = []
        while cluster != ancestor:
            chain.append(cluster)
            cluster = self.parent[cluster]
        return chain

    def spans(self, cluster: Sequence[int], rank: Sequence[int]) -> tuple[list[int], list[int]]:
        """Return the first and the last rank of each cluster, given those of the items in them."""
        first = [len(rank)] * len(self)
        last = [-1] * len(self)
        for item, inner in enumerate(cluster):
            first[inner] = min(first[inner], rank[item])
            last[inner] = max(last[inner], rank[item])
        for inner in range(len(self) - 1, ROOT, -1):  # children come after their parents
            parent = self.parent[inner]
            first[parent] = min(first[parent], first[inner])
            last[parent] = max(last[parent], last[inner])
        return first, last


def cluster_tree(groups: Sequence[tuple[str, ...]]) -> ClusterTree:
    """Number every path of nested groups by first appearance, so that nothing depends on hashing.

    >>> tree = cluster_tree([("model", "first"), ("model",), ()])
    >>> tree.paths
    [(), ('model',), ('model', 'first')]
    >>> tree.of_node, tree.parent
    ([2, 1, 0], [0, 0, 1])
    """
    tree = ClusterTree([()], [ROOT], [0], [])
    children: list[dict[str, int]] = [{}]  # per cluster: the last part of a path -> its number
    for path in groups:
        cluster = ROOT
        for level, part in enumerate(path):
            if part not in children[cluster]:
                children[cluster][part] = len(tree)
                children.append({})
                tree.paths.append(path[: level + 1])
                tree.parent.append(cluster)
                tree.depth.append(level + 1)
            cluster = children[cluster][part]
        tree.of_node.append(cluster)
    return tree


@dataclass(slots=True)
class Layering:
    """Items in ranks, joined only between neighbouring ranks.

    Item i is node i for i < node_count; the others are virtual: bends of long edges, and
    placeholders that hold a cluster open in a rank where it has no node.
    """

    tree: ClusterTree
    node_count: int
    ranks: list[list[int]]  # items per rank
    rank: list[int]  # per item
    cluster: list[int]  # per item, the innermost cluster around it
    above: list[list[int]]  # per item, neighbours in the rank before
    below: list[list[int]]  # per item, neighbours in the rank after
    chains: list[list[int]]  # per edge, its items from end to end; none where it goes outside

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

    def is_placeholder(self, item: int) -> bool:
        """Tell whether an item is neither a node nor on an edge."""
        return item >= self.node_count and len(self.above[item]) + len(self.below[item]) == 0


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
        tree=tree,
        node_count=len(ranks),
        ranks=[[] for _ in range(max(ranks, default=-1) + 1)],
        rank=list(ranks),
        cluster=list(tree.of_node),
        above=[[] for _ in ranks],
        below=[[] for _ in ranks],
        chains=[[] for _ in edges],
    )
    for node, rank in enumerate(ranks):
        layering.ranks[rank].append(node)
    first, last = tree.spans(tree.of_node, ranks)
    trunk: dict[int, int] = {}  # item and cluster of the next -> the next
    by_length = sorted(range(len(edges)), key=lambda e: ranks[edges[e][1]] - ranks[edges[e][0]])
    for index in by_length:
        u, v = edges[index]
        bends = ranks[v] - ranks[u] - 1
        if bends > steps:
            continue
        common = tree.common(tree.of_node[u], tree.of_node[v])
        leaving = tree.between(tree.of_node[u], common)
        entering = tree.between(tree.of_node[v], common)
        chain = [u]
        missing: list[int] = []  # the clusters of the items that the trunk has yet to get
        for rank in range(ranks[u] + 1, ranks[v]):
            around = _around(rank, leaving, entering, common, (first, last))
            key = chain[-1] * len(tree) + around
            if len(missing) == 0 and key in trunk:
                chain.append(trunk[key])
            else:
                missing.append(around)
        if len(missing) > items:
            continue
        items -= len(missing)
        steps -= bends
        for around in missing:
            item = layering.add(ranks[u] + len(chain), around)
            layering.join(chain[-1], item)
            trunk[chain[-1] * len(tree) + around] = item
            chain.append(item)
        layering.join(chain[-1], v)
        layering.chains[index] = [*chain, v]
    _hold_open(layering)
    return layering


def _around(
    rank: int,
    leaving: Sequence[int],
    entering: Sequence[int],
    common: int,
    spans: tuple[Sequence[int], Sequence[int]],
) -> int:
    # The cluster around an edge in a rank between those of its ends.
    first, last = spans
    for cluster in leaving:
        if rank <= last[cluster]:
            return cluster
    for cluster in entering:
        if rank >= first[cluster]:
            return cluster
    return common


def ranks_spanned(ranks: Sequence[int], tree: ClusterTree) -> int:
    """Count the ranks that clusters span, all together: each needs an item in each of them."""
    first, last = tree.spans(tree.of_node, ranks)
    spanned = 0
    for cluster in range(1, len(tree)):
        spanned += last[cluster] - first[cluster] + 1
    return spanned


def _hold_open(layering: Layering) -> None:
    # Every cluster gets an item in each rank it spans, so that the order of items in a rank
    # says on which side of the cluster each of them lies.
    tree = layering.tree
    present: list[set[int]] = [set() for _ in range(len(tree))]
    for item, inner in enumerate(layering.cluster):
        for cluster in tree.between(inner, ROOT):
            present[cluster].add(layering.rank[item])
    first, last = tree.spans(layering.cluster, layering.rank)
    for cluster in range(len(tree) - 1, ROOT, -1):  # children come after their parents
        for rank in range(first[cluster], last[cluster] + 1):
            if rank not in present[cluster]:
                layering.add(rank, cluster)
            present[tree.parent[cluster]].add(rank)


@dataclass(frozen=True, slots=True)
class Spacing:
    """Distances between items, and from a cluster's border to the items inside."""

    rank_gap: float
    node_gap: float  # between two nodes of one rank
    bend_gap: float  # between two items, one or both of them virtual
    start: float  # inside a cluster's border, along the ranks
    end: float
    low: float  # and across them
    high: float


@dataclass(slots=True)
class Geometry:
    """A picture in progress: sizes that are given, then places, stage by stage."""

    layering: Layering
    spacing: Spacing
    lengths: Sequence[float]  # per node, along the ranks
    half: list[float]  # per item, half of its breadth across the ranks
    offsets: Sequence[float]  # per edge, from the middle of those between the same nodes
    least_along: Sequence[float]  # per cluster
    least_across: Sequence[float]
    order: list[list[int]]  # per rank, its items from low to high
    centre: list[float] = field(default_factory=list)  # per item, across the ranks
    lanes: list[Span] = field(default_factory=list)  # per cluster, where it may reach across
    starts: list[float] = field(default_factory=list)  # per rank, along
    ends: list[float] = field(default_factory=list)
    reach: list[Span] = field(default_factory=list)  # per cluster, where it may reach along
    along: list[Span] = field(default_factory=list)  # per node
    frames: list[Frame] = field(default_factory=list)  # per cluster; the first is the picture
