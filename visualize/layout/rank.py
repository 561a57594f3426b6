"""The rank (column) of every node: short edges first, then as late as consumers allow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from visualize.layout.cluster_tree import ROOT, ClusterTree
from visualize.layout.shorten import shorten_edges

__all__ = ["latest_ranks", "rank_nodes"]

EFFORT = 3_000_000  # visits of an arc while shortening, about 1 s; 5,112 nodes of an MLP: 0.1 s
SHORT_CLUSTER = 2  # a cluster's length counts as two edges: a stray member does not stretch it


def latest_ranks(count: int, constraints: Sequence[tuple[int, int, int]]) -> list[int]:
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
    ready = [v for v in range(count) if not waiting[v]]
    for v in ready:
        for u, gap in before[v]:
            height[u] = max(height[u], height[v] + gap)
            waiting[u] -= 1
            if not waiting[u]:
                ready.append(u)
    if len(ready) < count:
        cycle = _find_cycle(before, [bool(left) for left in waiting])
        raise ValueError(
            f"layout: the edges form a cycle through nodes {' -> '.join(map(str, cycle))}; "
            "a layered layout needs a graph without cycles, so drop one of these edges"
        )
    last = max(height, default=0)
    return [last - needed for needed in height]


def _find_cycle(before: list[list[tuple[int, int]]], stuck: list[bool]) -> list[int]:
    # The nodes never made ready have a consumer that is stuck too: following consumers must repeat.
    after: dict[int, int] = {}
    for v, sources in enumerate(before):
        if stuck[v]:
            for u, _ in sources:
                after.setdefault(u, v)
    node = next(v for v, is_stuck in enumerate(stuck) if is_stuck)
    seen: dict[int, int] = {}
    walk: list[int] = []
    while node not in seen:
        seen[node] = len(walk)
        walk.append(node)
        node = after[node]
    cycle = [*walk[seen[node] :], node]
    return cycle if len(cycle) <= 12 else [*cycle[:10], *cycle[-2:]]


def rank_nodes(count: int, edges: Sequence[tuple[int, int]], tree: ClusterTree) -> list[int]:
    """Rank nodes so that edges are short, then late, with sibling clusters one after the other.

    Of the rankings with the least total edge length this is the latest, so a value with one
    consumer that nothing else holds back stands just before it. An edge that enters or leaves a
    cluster holds for the cluster as a whole: the producer stands before its first rank, the
    consumer behind its last. Siblings that feed each other both ways (a recurrence) cannot stand
    one after the other; they, and all inside them, keep only the constraints of their own edges.

    Raises ValueError, naming the nodes, where the edges form a cycle.
    """
    constraints = [(u, v, 1) for u, v in edges]
    weights = [1] * len(edges)
    ranks = latest_ranks(count, constraints)
    if len(tree) > 1:
        for constraint, weight in _cluster_constraints(count, edges, tree):
            constraints.append(constraint)
            weights.append(weight)
        ranks = latest_ranks(count + 2 * len(tree), constraints)
    ranks = shorten_edges(ranks, constraints, weights, EFFORT)[:count]
    first_used = min(ranks, default=0)
    return [rank - first_used for rank in ranks]


def _cluster_constraints(
    count: int, edges: Sequence[tuple[int, int]], tree: ClusterTree
) -> Iterator[tuple[tuple[int, int, int], int]]:
    # Two extra nodes stand for the ends of a cluster: it enters at one and leaves at the other.
    enter, leave = count, count + len(tree)
    links = [_siblings(u, v, tree, count) for u, v in edges]
    component = _strong_components(count + len(tree), links)
    tangled = _tangled(component, count, tree)
    for first, second, around in dict.fromkeys(links):
        if not tangled[around] and component[first] != component[second]:
            start = first if first < count else leave + first - count
            end = second if second < count else enter + second - count
            yield (start, end, 1), 0
    for node, cluster in enumerate(tree.of_node):
        if cluster != ROOT:
            yield (enter + cluster, node, 0), 0
            yield (node, leave + cluster, 0), 0
    for cluster in range(1, len(tree)):
        yield (enter + cluster, leave + cluster, 0), SHORT_CLUSTER
        if tree.parent[cluster] != ROOT:
            yield (enter + tree.parent[cluster], enter + cluster, 0), 0
            yield (leave + cluster, leave + tree.parent[cluster], 0), 0


def _siblings(u: int, v: int, tree: ClusterTree, count: int) -> tuple[int, int, int]:
    # The two children of the innermost common cluster that hold u and v: a node, or count +
    # cluster.
    around = tree.common(tree.of_node[u], tree.of_node[v])
    above_u = tree.between(tree.of_node[u], around)
    above_v = tree.between(tree.of_node[v], around)
    return (count + above_u[-1] if above_u else u, count + above_v[-1] if above_v else v, around)


def _tangled(component: list[int], count: int, tree: ClusterTree) -> list[bool]:
    # A cluster on a cycle with its siblings; all inside it inherits that.
    members = [0] * len(component)
    for number in component:
        members[number] += 1
    tangled = [False] * len(tree)
    for cluster in range(1, len(tree)):
        tangled[cluster] = members[component[count + cluster]] > 1 or tangled[tree.parent[cluster]]
    return tangled


def _strong_components(count: int, links: Iterable[tuple[int, int, int]]) -> list[int]:
    # Tarjan, Depth-first search and linear graph algorithms (1972), with an explicit stack.
    after: list[list[int]] = [[] for _ in range(count)]
    for first, second, _ in links:
        after[first].append(second)
    index = [-1] * count
    low = [0] * count
    component = [-1] * count
    stack: list[int] = []
    reached = found = 0
    for root in range(count):
        if index[root] >= 0:
            continue
        work = [(root, iter(after[root]))]
        index[root] = low[root] = reached
        reached += 1
        stack.append(root)
        while work:
            node, successors = work[-1]
            for successor in successors:
                if index[successor] < 0:
                    index[successor] = low[successor] = reached
                    reached += 1
                    stack.append(successor)
                    work.append((successor, iter(after[successor])))
                    break
                if component[successor] < 0:
                    low[node] = min(low[node], index[successor])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    while component[node] < 0:
                        component[stack.pop()] = found
                    found += 1
    return component
