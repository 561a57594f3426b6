"""A layered graph: nested clusters, nodes in ranks, edges cut into pieces and, at last, curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

ROOT = 0
PARALLEL_GAP = 4.0  # between edges of one pair of nodes
PORT_GAP = 8.0  # between the ends of edges at one box, where it is tall enough
PORT_SPAN = 0.7  # of the box's side carries ends of edges
OUTSIDE_GAP = 4.0  # between edges that go around the outside

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


def route_edges(edges: Sequence[tuple[int, int]], geometry: Geometry) -> list[list[Point]]:
    """Return each edge's cubic Bezier control points, along and across the ranks.

    An edge leaves its node at the middle of its end side and arrives spread over the start side of
    its consumer, in the order in which the edges come in. It bends only in the gaps between ranks
    and runs straight through a rank, so it never meets a box. Edges of one pair of nodes keep their
    offsets along the whole path. Edges without a chain run outside of all clusters, one lane for
    each value.
    """
    layering, centre, offsets = geometry.layering, geometry.centre, geometry.offsets
    lanes = _outside_lanes(edges, geometry)
    ports = _ports(edges, lanes, geometry)
    routes: list[list[Point]] = []
    for index, (u, v) in enumerate(edges):
        first, last = layering.rank[u], layering.rank[v]
        # Heights at which the edge runs through the ranks first, ..., last.
        through = [centre[item] + offsets[index] for item in layering.chains[index]]
        if len(through) == 0:
            through = [lanes[u] + offsets[index]] * (last - first + 1)
        limit = PORT_SPAN * geometry.half[u]
        through[0] = centre[u] + min(max(offsets[index], -limit), limit)
        through[-1] = ports[index]
        knots = [(geometry.along[u][1], through[0])]
        for rank in range(first, last):
            knots.append((geometry.ends[rank], through[rank - first]))
            knots.append((geometry.starts[rank + 1], through[rank - first + 1]))
        knots.append((geometry.along[v][0], through[-1]))
        routes.append(_curve(knots))
    return routes


def parallel_offsets(edges: Sequence[tuple[int, int]], count: int) -> list[float]:
    """Give each edge its distance from the middle of the edges between the same two nodes."""
    together: dict[int, list[int]] = {}
    for index, (u, v) in enumerate(edges):
        together.setdefault(u * count + v, []).append(index)
    offsets = [0.0] * len(edges)
    for indices in together.values():
        for place, index in enumerate(indices):
            offsets[index] = (place - (len(indices) - 1) / 2) * PARALLEL_GAP
    return offsets


def _ports(
    edges: Sequence[tuple[int, int]], lanes: dict[int, float], geometry: Geometry
) -> list[float]:
    # Where each edge arrives at its consumer.
    chains, centre = geometry.layering.chains, geometry.centre
    heights: list[float] = []
    arrivals: dict[int, list[int]] = {}
    for index, (u, v) in enumerate(edges):
        chain = chains[index]
        comes_from = centre[chain[-2]] if len(chain) > 0 else lanes[u]
        heights.append(comes_from + geometry.offsets[index])
        arrivals.setdefault(v, []).append(index)
    ports = [0.0] * len(edges)
    for v, coming in arrivals.items():
        gap = min(PORT_GAP, PORT_SPAN * 2 * geometry.half[v] / len(coming))
        for place, index in enumerate(sorted(coming, key=heights.__getitem__)):
            ports[index] = centre[v] + (place - (len(coming) - 1) / 2) * gap
    return ports


def _outside_lanes(edges: Sequence[tuple[int, int]], geometry: Geometry) -> dict[int, float]:
    # The first lane, from the inside out, that is free over the ranks that the value needs.
    layering = geometry.layering
    outside = geometry.frames[0][2] - 2 * geometry.spacing.node_gap
    last_rank: dict[int, int] = {}
    for (u, v), chain in zip(edges, layering.chains, strict=True):
        if len(chain) == 0:
            last_rank[u] = max(last_rank.get(u, 0), layering.rank[v])
    busy_until: list[int] = []
    lanes: dict[int, float] = {}
    for u in sorted(sorted(last_rank), key=layering.rank.__getitem__):
        lane = 0
        while lane < len(busy_until) and busy_until[lane] > layering.rank[u]:
            lane += 1
        if lane == len(busy_until):
            busy_until.append(0)
        busy_until[lane] = last_rank[u]
        lanes[u] = outside - lane * OUTSIDE_GAP
    return lanes


def _curve(knots: Sequence[Point]) -> list[Point]:
    # Tangents at the knots run along the ranks; pieces at one height join into one straight piece.
    corners = [knots[0]]
    for knot in knots[1:]:
        if knot[0] <= corners[-1][0] and knot[1] == corners[-1][1]:
            continue
        if len(corners) > 1 and corners[-2][1] == corners[-1][1] and corners[-1][1] == knot[1]:
            corners.pop()
        corners.append(knot)
    if len(corners) == 1:  # ranks that touch
        corners.append(knots[-1])
    points = [corners[0]]
    x, y = corners[0]
    for end_x, end_y in corners[1:]:
        middle = (x + end_x) / 2
        points.extend([(middle, y), (middle, end_y), (end_x, end_y)])
        x = end_x
        y = end_y
    return points
