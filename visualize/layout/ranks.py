"""The ranks (columns): which one each node has, for short edges, and where they lie along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from visualize.boxes import components, cycle_among, ordered
from visualize.layout.layering import ROOT, ClusterTree, Geometry, Layering

EFFORT = 3_000_000  # visits of an arc while shortening, about 1 s; 5,112 nodes of an MLP: 0.1 s
SHORT_CLUSTER = 2  # a cluster's length counts as two edges: a stray member does not stretch it

Constraint = tuple[int, int, int]  # u, v, gap: v stands at least gap ranks behind u


def rank_nodes(count: int, edges: Sequence[tuple[int, int]], tree: ClusterTree) -> list[int]:
    """Rank nodes so that edges are short, then late, with sibling clusters one after the other.

    Of the rankings with the least total edge length this is the latest, so a value with one
    consumer that nothing else holds back stands just before it. An edge that enters or leaves a
    cluster holds for the cluster as a whole: the producer stands before its first rank, the
    consumer behind its last. Siblings that feed each other both ways (a recurrence) cannot stand
    one after the other; they, and all inside them, keep only the constraints of their own edges.

    Raises ValueError, naming the nodes, where the edges form a cycle.
    """
    constraints: list[Constraint] = [(u, v, 1) for u, v in edges]
    weights = [1] * len(edges)
    ranks = latest_ranks(count, constraints)
    if len(tree) > 1:
        for u, v, gap, weight in _cluster_constraints(count, edges, tree):
            constraints.append((u, v, gap))
            weights.append(weight)
        ranks = latest_ranks(count + 2 * len(tree), constraints)
    ranks = shorten_edges(ranks, constraints, weights, EFFORT)[:count]
    first_used = min(ranks, default=0)
    return [rank - first_used for rank in ranks]


def latest_ranks(count: int, constraints: Sequence[Constraint]) -> list[int]:
    """Give each of `count` nodes the largest rank that its consumers allow.

    A constraint `(u, v, gap)` asks for `rank[v] >= rank[u] + gap`; gaps are 0 or more. A node that
    nothing follows gets the last rank, and the first rank in use is 0. Ranking late keeps a value
    beside its nearest consumer: ranking early instead piles every leaf into the first column (36
    times the crossings on an MLP of 1,880 nodes).

    Raises ValueError, naming the nodes, where the constraints form a cycle.

    >>> latest_ranks(4, [(0, 1, 1), (1, 2, 1), (3, 2, 1)])  # 3 waits for 2, its only consumer
    [0, 1, 2, 1]
    """
    before: list[list[int]] = [[] for _ in range(count)]
    gaps: list[list[int]] = [[] for _ in range(count)]
    for u, v, gap in constraints:
        before[v].append(u)
        gaps[v].append(gap)
    order = ordered(before)  # consumers first
    if len(order) < count:
        raise ValueError(
            f"layout: the edges form a cycle through nodes {_cycle(count, constraints, order)}; "
            "a layered layout needs a graph without cycles, so drop one of these edges"
        )
    height = [0] * count  # ranks still needed after this node
    for v in order:
        for u, gap in zip(before[v], gaps[v], strict=True):
            height[u] = max(height[u], height[v] + gap)
    last = max(height, default=0)
    return [last - needed for needed in height]


def _cycle(count: int, constraints: Sequence[Constraint], placed: Sequence[int]) -> str:
    after: list[list[int]] = [[] for _ in range(count)]
    for u, v, _ in constraints:
        after[u].append(v)
    left = [True] * count
    for node in placed:
        left[node] = False
    cycle = cycle_among(after, left)
    shown = cycle if len(cycle) <= 12 else [*cycle[:10], *cycle[-2:]]
    return " -> ".join([str(node) for node in shown])


def _cluster_constraints(
    count: int, edges: Sequence[tuple[int, int]], tree: ClusterTree
) -> list[tuple[int, int, int, int]]:
    # Constraints with their weights. Two extra nodes stand for the ends of a cluster: it enters at
    # one and leaves at the other.
    enter, leave = count, count + len(tree)
    links = _links(count, edges, tree)
    after: list[list[int]] = [[] for _ in range(count + len(tree))]
    for first, second, _ in links:
        after[first].append(second)
    component = components(after)
    tangled = _tangled(component, count, tree)
    found: list[tuple[int, int, int, int]] = []
    for first, second, around in links:
        if not tangled[around] and component[first] != component[second]:
            start = first if first < count else leave + first - count
            end = second if second < count else enter + second - count
            found.append((start, end, 1, 0))
    for node, cluster in enumerate(tree.of_node):
        if cluster != ROOT:
            found.append((enter + cluster, node, 0, 0))
            found.append((node, leave + cluster, 0, 0))
    for cluster in range(1, len(tree)):
        found.append((enter + cluster, leave + cluster, 0, SHORT_CLUSTER))
        if tree.parent[cluster] != ROOT:
            found.append((enter + tree.parent[cluster], enter + cluster, 0, 0))
            found.append((leave + cluster, leave + tree.parent[cluster], 0, 0))
    return found


def _links(
    count: int, edges: Sequence[tuple[int, int]], tree: ClusterTree
) -> list[tuple[int, int, int]]:
    # For each edge the two children of the innermost common cluster that hold its ends (a node, or
    # count + cluster), and that cluster; each link once.
    size = count + len(tree)
    known: set[int] = set()
    links: list[tuple[int, int, int]] = []
    for u, v in edges:
        around = tree.common(tree.of_node[u], tree.of_node[v])
        above_u = tree.between(tree.of_node[u], around)
        above_v = tree.between(tree.of_node[v], around)
        first = count + above_u[-1] if len(above_u) > 0 else u
        second = count + above_v[-1] if len(above_v) > 0 else v
        if first * size + second not in known:
            known.add(first * size + second)
            links.append((first, second, around))
    return links


def _tangled(component: list[int], count: int, tree: ClusterTree) -> list[bool]:
    # A cluster on a cycle with its siblings; all inside it inherits that.
    members = [0] * len(component)
    for number in component:
        members[number] += 1
    tangled = [False] * len(tree)
    for cluster in range(1, len(tree)):
        tangled[cluster] = members[component[count + cluster]] > 1 or tangled[tree.parent[cluster]]
    return tangled


def shorten_edges(
    ranks: list[int],
    constraints: Sequence[tuple[int, int, int]],
    weights: Sequence[int],
    effort: int,
) -> list[int]:
    """Lower ranks until the weighted sum of edge lengths is least.

    A constraint `(u, v, gap)` keeps `rank[v] >= rank[u] + gap` and costs its weight for each rank
    between u and v. From the latest ranking this ends at the latest of the best ones, so a leaf
    still stands just before its nearest consumer. It moves, for instance, a neuron whose
    output waits for its turn in a long sum: one long edge leaves it instead of many that enter.

    This is the primal-dual algorithm for the dual of a minimum-cost flow (Ahuja, Magnanti and
    Orlin, Network Flows, 1993, section 9.8). `excess[v]` is the gain of moving v alone one rank
    earlier. Flow carries gains to those who lose by the move and have to come along; the nodes that
    gains still reach when nothing more flows are worth moving. Every step leaves a valid ranking,
    so stopping after `effort` visits of an arc is safe.

    >>> shorten_edges([0, 0, 2], [(0, 2, 1), (1, 2, 1)], [1, 1], 100)  # node 2 comes closer
    [0, 0, 1]
    """
    ranks = list(ranks)
    excess = [0] * len(ranks)
    arcs: list[list[tuple[int, int, bool]]] = [[] for _ in ranks]  # constraint, other end, to u?
    for index, (u, v, _) in enumerate(constraints):
        excess[u] -= weights[index]
        excess[v] += weights[index]
        arcs[v].append((index, u, True))
        arcs[u].append((index, v, False))
    slack = [ranks[v] - ranks[u] - gap for u, v, gap in constraints]
    flow = [0] * len(constraints)
    while effort > 0:
        reached, spent, moved = _push_gains(arcs, slack, flow, excess)
        effort -= spent
        if moved:
            continue
        step = 0
        for v, is_reached in enumerate(reached):
            if is_reached:
                for index, u, to_u in arcs[v]:
                    if to_u and not reached[u] and (step == 0 or slack[index] < step):
                        step = slack[index]
        if step == 0:
            break
        for v, is_reached in enumerate(reached):
            if is_reached:
                ranks[v] -= step
                for index, other, to_u in arcs[v]:
                    if not reached[other]:
                        slack[index] += -step if to_u else step
    return ranks


def _push_gains(
    arcs: list[list[tuple[int, int, bool]]], slack: list[int], flow: list[int], excess: list[int]
) -> tuple[list[bool], int, bool]:
    # One depth-first search for augmenting paths from every node with a gain. Along a tight
    # constraint v -> u anything may flow; against it, no more than has flowed before.
    visited = [False] * len(excess)
    following = [0] * len(excess)
    spent = 0
    moved = False
    for source in range(len(excess)):
        if excess[source] <= 0 or visited[source]:
            continue
        visited[source] = True
        path: list[tuple[int, int, bool]] = []  # arcs taken: constraint, node reached, to u?
        node = source
        while True:
            if following[node] == len(arcs[node]):
                if len(path) == 0:
                    break
                path.pop()
                node = path[-1][1] if len(path) > 0 else source
                continue
            arc = arcs[node][following[node]]
            index, other, to_u = arc
            following[node] += 1
            spent += 1
            if visited[other] or (slack[index] > 0 if to_u else flow[index] == 0):
                continue
            visited[other] = True
            path.append(arc)
            node = other
            if excess[node] >= 0:
                continue
            amount = min(excess[source], -excess[node])
            for index, _, to_u in path:
                if not to_u and flow[index] < amount:
                    amount = flow[index]
            for index, _, to_u in path:
                flow[index] += amount if to_u else -amount
            excess[source] -= amount
            excess[node] += amount
            moved = True
            for _, on_path, _ in path:  # they may carry more, for this source or another
                visited[on_path] = False
                following[on_path] = max(following[on_path] - 1, 0)
            following[source] -= 1
            path.clear()
            node = source
            if excess[source] == 0:
                visited[source] = False
                break
    return visited, spent, moved


@dataclass(frozen=True, slots=True)
class _Extent:
    """The first and last rank of a cluster, and how many borders nest there, its own included."""

    first: int
    last: int
    nested_first: int
    nested_last: int


def place_along(geometry: Geometry) -> None:
    """Give each rank the length of its longest node, and gaps with room for borders of clusters.

    The last rank of a cluster ends where there is room for its least length.
    """
    layering, spacing = geometry.layering, geometry.spacing
    count = len(layering.ranks)
    before = [0.0] * count
    behind = [0.0] * count
    ending: list[list[int]] = [[] for _ in range(count)]
    extents = _extents(layering)
    for cluster, extent in enumerate(extents):
        if cluster != ROOT:
            first, last = extent.first, extent.last
            before[first] = max(before[first], extent.nested_first * spacing.start)
            behind[last] = max(behind[last], extent.nested_last * spacing.end)
            ending[last].append(cluster)
    at = 0.0
    for rank, items in enumerate(layering.ranks):
        if rank > 0:
            borders = behind[rank - 1] + before[rank]
            needed = borders + spacing.rank_gap / 2 if borders > 0 else 0.0
            at += max(spacing.rank_gap, needed)
        geometry.starts.append(at)
        longest = 0.0
        for item in items:
            if item < layering.node_count:
                longest = max(longest, geometry.lengths[item])
        at += longest
        for cluster in ending[rank]:
            extent = extents[cluster]
            borders = extent.nested_first * spacing.start + extent.nested_last * spacing.end
            start = geometry.starts[extent.first]
            at = max(at, start + geometry.least_along[cluster] - borders)
        geometry.ends.append(at)
    for extent in extents:
        low = geometry.starts[extent.first] - extent.nested_first * spacing.start
        geometry.reach.append((low, geometry.ends[extent.last] + extent.nested_last * spacing.end))
    for node, length in enumerate(geometry.lengths):
        rank = layering.rank[node]
        start = (geometry.starts[rank] + geometry.ends[rank] - length) / 2
        geometry.along.append((start, start + length))


def _extents(layering: Layering) -> list[_Extent]:
    tree = layering.tree
    first, last = tree.spans(layering.cluster, layering.rank)
    nested_first, nested_last = [1] * len(tree), [1] * len(tree)
    for cluster in range(len(tree) - 1, ROOT, -1):
        parent = tree.parent[cluster]
        if first[parent] == first[cluster]:
            nested_first[parent] = max(nested_first[parent], nested_first[cluster] + 1)
        if last[parent] == last[cluster]:
            nested_last[parent] = max(nested_last[parent], nested_last[cluster] + 1)
    return [
        _Extent(first[cluster], last[cluster], nested_first[cluster], nested_last[cluster])
        for cluster in range(len(tree))
    ]
