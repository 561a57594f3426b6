"""The rank (column) of every node: short edges first, then as late as consumers allow."""

from __future__ import annotations

from collections.abc import Sequence

from visualize.layout.layering import ROOT, ClusterTree
from visualize.layout.shorten import shorten_edges

__all__ = ["latest_ranks", "rank_nodes"]

EFFORT = 3_000_000  # visits of an arc while shortening, about 1 s; 5,112 nodes of an MLP: 0.1 s
SHORT_CLUSTER = 2  # a cluster's length counts as two edges: a stray member does not stretch it

Constraint = tuple[int, int, int]  # u, v, gap: v stands at least gap ranks behind u


def latest_ranks(count: int, constraints: Sequence[Constraint]) -> list[int]:
    """Give each of `count` nodes the largest rank that its consumers allow.

    A constraint `(u, v, gap)` asks for `rank[v] >= rank[u] + gap`; gaps are 0 or more. What nothing
    follows gets the last rank, and the first rank in use is 0. Ranking late keeps a value beside
    its nearest consumer: ranking early instead piles every leaf into the first column (36 times the
    crossings on an MLP of 1,880 nodes).

    Raises ValueError, naming the nodes, where the constraints form a cycle.

    >>> latest_ranks(4, [(0, 1, 1), (1, 2, 1), (3, 2, 1)])  # 3 waits for 2, its only consumer
    [0, 1, 2, 1]
    """
    before: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    waiting = [0] * count
    for u, v, gap in constraints:
        before[v].append((u, gap))
        waiting[u] += 1
    height = [0] * count  # ranks still needed after this node
    ready = [v for v in range(count) if waiting[v] == 0]
    for v in ready:  # grows while it is walked
        for u, gap in before[v]:
            height[u] = max(height[u], height[v] + gap)
            waiting[u] -= 1
            if waiting[u] == 0:
                ready.append(u)
    if len(ready) < count:
        raise ValueError(
            f"layout: the edges form a cycle through nodes {_cycle(before, waiting)}; "
            "a layered layout needs a graph without cycles, so drop one of these edges"
        )
    last = max(height, default=0)
    return [last - needed for needed in height]


def _cycle(before: list[list[tuple[int, int]]], waiting: list[int]) -> str:
    # A node that was never ready has a consumer of that kind: following consumers must repeat.
    after = [-1] * len(before)
    for v, sources in enumerate(before):
        if waiting[v] > 0:
            for u, _ in sources:
                after[u] = v if after[u] < 0 else after[u]
    node = 0
    while waiting[node] == 0:
        node += 1
    walk: list[int] = []
    while node not in walk:
        walk.append(node)
        node = after[node]
    cycle = [*walk[walk.index(node) :], node]
    shown = cycle if len(cycle) <= 12 else [*cycle[:10], *cycle[-2:]]
    return " -> ".join([str(node) for node in shown])


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


def _cluster_constraints(
    count: int, edges: Sequence[tuple[int, int]], tree: ClusterTree
) -> list[tuple[int, int, int, int]]:
    # Constraints with their weights. Two extra nodes stand for the ends of a cluster: it enters at
    # one and leaves at the other.
    enter, leave = count, count + len(tree)
    links = _links(count, edges, tree)
    component = _strong_components(count + len(tree), links)
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


def _strong_components(count: int, links: Sequence[tuple[int, int, int]]) -> list[int]:
    # Tarjan, Depth-first search and linear graph algorithms (1972), with an explicit stack.
    after: list[list[int]] = [[] for _ in range(count)]
    for first, second, _ in links:
        after[first].append(second)
    index = [-1] * count
    low = [0] * count
    component = [-1] * count
    following = [0] * count
    stack: list[int] = []
    reached = 0
    found = 0
    for root in range(count):
        work = [root] if index[root] < 0 else []
        while len(work) > 0:
            node = work[-1]
            if index[node] < 0:
                index[node] = reached
                low[node] = reached
                reached += 1
                stack.append(node)
            if following[node] < len(after[node]):
                successor = after[node][following[node]]
                following[node] += 1
                if index[successor] < 0:
                    work.append(successor)
                elif component[successor] < 0:
                    low[node] = min(low[node], index[successor])
                continue
            work.pop()
            if len(work) > 0:
                low[work[-1]] = min(low[work[-1]], low[node])
            if low[node] == index[node]:
                while component[node] < 0:
                    component[stack.pop()] = found
                found += 1
    return component
