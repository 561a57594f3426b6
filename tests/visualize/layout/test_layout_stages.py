"""Each stage of the layout against an independent oracle."""

from __future__ import annotations

from itertools import combinations, pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualize.layout.layering import ROOT, build_layering, cluster_tree
from visualize.layout.order import count_crossings, exchange_neighbours, order_ranks, sweep
from visualize.layout.placement import isotonic
from visualize.layout.ranks import latest_ranks, rank_nodes


@st.composite
def edge_lists(draw, most=5):
    count = draw(st.integers(1, most))
    pairs = list(combinations(range(count), 2))
    return count, draw(st.lists(st.sampled_from(pairs), max_size=8)) if pairs else []


def length(ranks, edges):
    return sum(ranks[v] - ranks[u] for u, v in edges)


def layered(count, edges, groups=None):
    tree = cluster_tree(groups or [()] * count)
    ranks = rank_nodes(count, edges, tree)
    return build_layering(ranks, edges, tree, items=1000, steps=10_000)


@given(edge_lists())
def test_latest_ranks_leave_no_room_behind_a_node(graph):
    count, edges = graph
    ranks = latest_ranks(count, [(u, v, 1) for u, v in edges])
    for node in range(count):
        consumers = [ranks[v] for u, v in edges if u == node]
        assert ranks[node] == (min(consumers) - 1 if consumers else max(ranks))


@given(edge_lists())
def test_ranks_are_the_latest_with_the_least_edge_length(graph):
    count, edges = graph
    ranks = rank_nodes(count, edges, cluster_tree([()] * count))
    highest = max(latest_ranks(count, [(u, v, 1) for u, v in edges]))
    valid = [
        candidate
        for candidate in product(range(highest + 1), repeat=count)
        if all(candidate[u] < candidate[v] for u, v in edges)
    ]
    least = min(length(candidate, edges) for candidate in valid)
    assert length(ranks, edges) == least
    best = [candidate for candidate in valid if length(candidate, edges) == least]
    shift = highest - max(ranks)
    assert [rank + shift for rank in ranks] == [max(column) for column in zip(*best)]


def test_a_node_that_waits_moves_to_its_operands_if_those_have_other_consumers():
    # 5 adds up 1-4, which 0 feeds as well as the chain 0, 6, 7, 8; 8 takes 5 last.
    edges = [(0, i) for i in range(1, 5)] + [(i, 5) for i in range(1, 5)]
    edges += [(0, 6), (6, 7), (7, 9), (9, 8), (5, 8)]
    ranks = rank_nodes(10, edges, cluster_tree([()] * 10))
    assert ranks[5] == 2
    assert ranks[8] == 4


@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(1, 4)), min_size=1, max_size=6))
def test_isotonic_fits_at_least_as_well_as_any_monotone_sequence(pairs):
    values, weights = zip(*pairs)
    fitted = isotonic(values, weights)
    assert all(first <= second for first, second in pairwise(fitted))

    def cost(sequence):
        return sum(w * (v - s) ** 2 for v, w, s in zip(values, weights, sequence))

    # Optimality of a convex problem: no step towards another monotone sequence helps.
    for cut in range(len(values)):
        for step in (-1e-3, 1e-3):
            moved = [s + step * (place >= cut) for place, s in enumerate(fitted)]
            if all(first <= second for first, second in pairwise(moved)):
                assert cost(moved) >= cost(fitted) - 1e-9
    blocks = list(dict.fromkeys(fitted))
    for block in blocks:
        members = [place for place, s in enumerate(fitted) if s == block]
        mean = sum(weights[p] * values[p] for p in members) / sum(weights[p] for p in members)
        assert block == pytest.approx(mean)


@given(edge_lists(9), st.randoms(use_true_random=False))
def test_crossings_are_counted_as_pairs_of_pieces(graph, generator):
    layering = layered(*graph)
    order = [generator.sample(items, len(items)) for items in layering.ranks]
    position = [0] * len(layering.rank)
    for items in order:
        for place, item in enumerate(items):
            position[item] = place
    pieces = [
        (layering.rank[item], position[item], position[other])
        for item, others in enumerate(layering.below)
        for other in others
    ]
    crossing = [
        (a, b)
        for a, b in combinations(pieces, 2)
        if a[0] == b[0] and (a[1] - b[1]) * (a[2] - b[2]) < 0
    ]
    assert count_crossings(order, position, layering) == len(crossing)
    exchange_neighbours(order, position, layering, passes=3)
    assert count_crossings(order, position, layering) <= len(crossing)


def test_a_sweep_untangles_a_twisted_ladder():
    layering = layered(6, [(0, 5), (1, 4), (2, 3)])
    order, position = [[0, 1, 2], [3, 4, 5]], [0, 1, 2, 0, 1, 2]
    sweep(order, position, layering, downwards=True, flip_ties=False, siblings=[])
    assert order == [[0, 1, 2], [5, 4, 3]]
    assert count_crossings(order, position, layering) == 0


@given(edge_lists(9), st.lists(st.sampled_from(["", "a", "b", "ac"]), min_size=9, max_size=9))
def test_orders_keep_clusters_contiguous_and_siblings_in_one_order(graph, names):
    count, edges = graph
    layering = layered(count, edges, [tuple(name) for name in names[:count]])
    order, tree = order_ranks(layering), layering.tree
    assert [sorted(items) for items in order] == [sorted(items) for items in layering.ranks]
    before = set()
    for items in order:
        lineages = [tree.between(layering.cluster[item], ROOT) for item in items]
        for cluster in range(1, len(tree)):
            places = [place for place, lineage in enumerate(lineages) if cluster in lineage]
            assert places == list(range(min(places, default=0), max(places, default=-1) + 1))
        for first, second in combinations(lineages, 2):
            before |= {
                (a, b)
                for a, b in product(first, second)
                if a != b and tree.parent[a] == tree.parent[b]
            }
    assert not {(b, a) for a, b in before} & before


def test_siblings_keep_their_order_even_where_that_costs_a_crossing():
    layering = layered(4, [(0, 3), (1, 2)], [("a",), ("b",), ("a",), ("b",)])
    upper, lower = order_ranks(layering)
    assert [layering.cluster[item] for item in upper] == [layering.cluster[item] for item in lower]


def test_a_shared_value_needs_one_virtual_item_per_rank():
    steps = 100
    edges = [(0, step) for step in range(2, steps)] + [(i, i + 1) for i in range(1, steps - 1)]
    layering = layered(steps, edges)
    assert len(layering.rank) - steps == steps - 3


def test_edges_beyond_the_limit_get_no_items():
    edges = [(i, i + 1) for i in range(9)] + [(0, 9), (0, 3)]
    tree = cluster_tree([()] * 10)
    layering = build_layering(list(range(10)), edges, tree, items=3, steps=100)
    assert layering.chains[-2] == []
    assert layering.chains[-1]
    assert len(layering.rank) == 12
