"""The ranking of least total edge length, found by moving nodes to earlier ranks."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["shorten_edges"]


def shorten_edges(
    ranks: list[int],
    constraints: Sequence[tuple[int, int, int]],
    weights: Sequence[int],
    effort: int,
) -> list[int]:
    """Lower ranks until the weighted sum of edge lengths is least.

    A constraint `(u, v, gap)` keeps `rank[v] >= rank[u] + gap` and costs its weight for each rank
    between u and v. From the latest ranking this ends at the latest of the best ones, so a leaf
    still stands just before its nearest consumer. What moves is, for instance, a neuron whose
    output waits for its turn in a long sum: one long edge leaves it instead of many that enter.

    This is the primal-dual algorithm for the dual of a minimum-cost flow (Ahuja, Magnanti and
    Orlin, Network Flows, 1993, section 9.8). `excess[v]` is what one rank earlier for v alone would
    gain. Flow carries gains to those who lose by the move and have to come along; the nodes that
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
    # constraint v -> u anything may flow; against it, what has flowed before.
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
