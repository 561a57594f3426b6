"""Properties that every layout has, on random graphs with and without clusters."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.in_one_test import in_one_test
from visualize.layout import RANKDIRS, layout

ROOT = Path(__file__).parents[3]
TOLERANCE = 1e-6


@st.composite
def graphs(draw):
    count = draw(st.integers(1, 14))
    names = draw(st.permutations(range(count)))
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    drawn = draw(st.lists(pairs.filter(lambda pair: pair[0] != pair[1]), max_size=2 * count))
    edges = [(names[min(pair)], names[max(pair)]) for pair in drawn] if count > 1 else []
    edges += draw(st.lists(st.sampled_from(edges), max_size=4)) if edges else []
    side = st.floats(1, 90)
    sizes = draw(st.lists(st.tuples(side, side), min_size=count, max_size=count))
    path = st.lists(st.sampled_from("ab"), max_size=3).map(tuple)
    groups = draw(st.none() | st.lists(path, min_size=count, max_size=count))
    return sizes, edges, groups


def apart(first, second):
    (x, y, w, h), (x2, y2, w2, h2) = first, second
    return (
        x + w <= x2 + TOLERANCE
        or x2 + w2 <= x + TOLERANCE
        or y + h <= y2 + TOLERANCE
        or y2 + h2 <= y + TOLERANCE
    )


def inside(inner, outer):
    (x, y, w, h), (x2, y2, w2, h2) = inner, outer
    return (
        x >= x2 - TOLERANCE
        and y >= y2 - TOLERANCE
        and x + w <= x2 + w2 + TOLERANCE
        and y + h <= y2 + h2 + TOLERANCE
    )


def curve(route, samples=12):
    """Points on a route's Bezier pieces."""
    for place in range(0, len(route) - 1, 3):
        for step in range(samples + 1):
            t = step / samples
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            yield tuple(
                sum(w * point[axis] for w, point in zip(weights, route[place : place + 4]))
                for axis in (0, 1)
            )


@given(graphs(), st.sampled_from(RANKDIRS), st.sampled_from([0, 10]))
@settings(max_examples=150)
def test_boxes_never_overlap_and_edges_go_forward_past_the_others(graph, rankdir, gap):
    sizes, edges, groups = graph
    placed = layout(sizes, edges, groups=groups, rankdir=rankdir, node_gap=gap)
    assert [(w, h) for _, _, w, h in placed.boxes] == sizes
    picture = (0, 0, placed.width, placed.height)
    assert all(inside(box, picture) for box in placed.boxes)
    assert all(apart(first, second) for first, second in combinations(placed.boxes, 2))
    axis = 0 if rankdir == "LR" else 1
    assert len(placed.routes) == len(edges)
    for (u, v), route in zip(edges, placed.routes):
        assert len(route) % 3 == 1
        along = [point[axis] for point in route]
        assert all(second >= first - TOLERANCE for first, second in pairwise(along))
        for node, end in ((u, route[0]), (v, route[-1])):
            assert inside((*end, 0, 0), placed.boxes[node])
        for point in curve(route):
            assert inside((*point, 0, 0), picture)
            assert all(apart((*point, 0, 0), box) for box in placed.boxes)


NO_TITLE, SHORT, LONG = {"a": 0.0, "b": 0.0}, {"a": 20.0, "b": 20.0}, {"a": 60.0, "b": 250.0}


@given(
    graphs(),
    st.sampled_from(RANKDIRS),
    st.sampled_from([0, 16]),
    st.sampled_from([NO_TITLE, SHORT, LONG, LONG]),
)
@settings(max_examples=200)
def test_clusters_hold_their_own_and_their_titles_and_nothing_else(graph, rankdir, title, widths):
    sizes, edges, groups = graph
    groups = groups or [()] * len(sizes)
    placed = layout(
        sizes,
        edges,
        groups=groups,
        rankdir=rankdir,
        title_height=title,
        title_width=lambda path: widths[path[-1]],
    )
    paths = {path[:length] for path in groups for length in range(1, len(path) + 1)}
    assert placed.clusters.keys() == paths
    picture = (0, 0, placed.width, placed.height)
    for path, rectangle in placed.clusters.items():
        assert rectangle[2] >= widths[path[-1]] - TOLERANCE
        assert inside(rectangle, picture)
        room = (rectangle[0], rectangle[1] + title, rectangle[2], rectangle[3] - title)
        for group, box in zip(groups, placed.boxes):
            own = group[: len(path)] == path
            assert inside(box, room) if own else apart(box, rectangle)
        for other, second in placed.clusters.items():
            if other[: len(path)] == path and other != path:
                assert inside(second, room)
            elif path[: len(other)] != other:
                assert apart(rectangle, second)
    assert all(apart(first, second) for first, second in combinations(placed.boxes, 2))
    for (u, v), route in zip(edges, placed.routes):
        assert all(inside((*point, 0, 0), picture) for point in curve(route))
        others = [box for node, box in enumerate(placed.boxes) if node not in (u, v)]
        assert misses(route, others)


@pytest.mark.parametrize("rankdir", RANKDIRS)
def test_a_cluster_grows_around_the_middle_of_what_it_holds(rankdir):
    # Beside a wide box in the same rank, where it has room on both sides.
    placed = layout(
        [(20, 10), (300, 10)], [], groups=[("a",), ()], rankdir=rankdir, title_width=lambda _: 130
    )
    [(x, _, width, _)] = placed.clusters.values()
    assert width == 130
    assert placed.boxes[0][0] == x + 55


def test_only_clusters_that_are_too_narrow_change():
    groups = [("model", "one"), ("model", "one"), ("model", "two"), ()]
    edges = [(0, 1), (1, 2), (2, 3), (0, 3)]
    before = layout([(90, 40)] * 4, edges, groups=groups)
    assert layout([(90, 40)] * 4, edges, groups=groups, title_width=lambda _: 100) == before
    assert layout([(90, 40)] * 4, edges, groups=groups, title_width=lambda _: 120) != before


def test_outer_clusters_come_before_inner_ones():
    placed = layout([(1, 1)] * 2, [(0, 1)], groups=[("a", "b"), ("a",)])
    assert list(placed.clusters) == [("a",), ("a", "b")]


def test_clusters_that_feed_each_other_one_way_stand_one_after_the_other():
    # x feeds the second rank of the first cluster, and that feeds the second rank of the other.
    groups = [(), ("first",), ("first",), ("second",), ("second",)]
    placed = layout([(9, 9)] * 5, [(1, 2), (0, 2), (3, 4), (2, 4)], groups=groups)
    first, second = placed.clusters["first",], placed.clusters["second",]
    assert placed.boxes[0][0] + 9 <= first[0]
    assert first[0] + first[2] <= second[0]


def test_a_cluster_in_few_ranks_is_no_higher_than_its_boxes():
    # Two modules that take turns: each has an item in every rank, to hold it open.
    count = 20
    groups = [("cell",) if node % 2 else ("squash",) for node in range(count)]
    placed = layout([(60, 40)] * count, [(i, i + 1) for i in range(count - 1)], groups=groups)
    for name, group in (("cell", ("cell",)), ("squash", ("squash",))):
        rows = {y for (_, y, _, _), own in zip(placed.boxes, groups) if own == group}
        assert len(rows) == 1, name
        assert placed.clusters[group][3] == 40 + 8 + 16 + 8


def test_what_passes_beside_a_cluster_bends_no_row_in_it():
    # The cluster holds nodes 0, 2 and 3; node 1, between 0 and 2, is outside of it.
    groups = [("m",), (), ("m",), ("m",), ("n",)]
    placed = layout([(90, 50)] * 5, [(0, 1), (1, 2), (2, 3), (2, 4)], groups=groups)
    rows = [placed.boxes[node][1] for node in (0, 2, 3)]
    assert max(rows) - min(rows) < 2


@pytest.mark.parametrize("swapped", [False, True])
def test_of_two_operands_the_one_on_a_path_has_the_straight_line(swapped):
    # w -> product -> sum -> output, and a bias that enters at the sum, above or below.
    product, bias = (2, 1) if swapped else (1, 2)
    placed = layout([(50, 20)] * 5, [(0, product), (product, 3), (bias, 3), (3, 4)])
    row = {placed.boxes[node][1] for node in (0, product, 3, 4)}
    assert len(row) == 1
    assert placed.boxes[bias][1] not in row


@pytest.mark.parametrize("far", [False, True])
def test_parallel_edges_keep_their_distance_all_the_way(far):
    edges = [(0, 2), (0, 2), (0, 1), (1, 2)] if far else [(0, 1), (0, 1)]
    placed = layout([(20, 20)] * 3, edges)
    first, second = placed.routes[:2]
    assert len(first) == len(second)
    distances = [abs(y - y2) for (_, y), (_, y2) in zip(first, second)]
    assert min(distances) >= 3


def test_the_edges_of_a_value_share_their_trunk():
    steps = 30
    edges = [(0, step) for step in range(1, steps)]
    edges += [(step, step + 1) for step in range(1, steps - 1)]
    placed = layout([(10, 10)] * steps, edges)
    trunk = {route[-4][1] for route in placed.routes[1 : steps - 1]}
    assert len(trunk) == 1


def test_a_leaf_stands_just_before_its_nearest_consumer():
    # A chain 0-5; leaf 6 feeds nodes 3 and 5.
    placed = layout([(10, 10)] * 7, [*((i, i + 1) for i in range(5)), (6, 3), (6, 5)])
    assert placed.boxes[6][0] == placed.boxes[2][0]


@pytest.mark.parametrize("rankdir", RANKDIRS)
def test_directions_turn_the_same_picture(rankdir):
    square = [(10, 10)] * 3
    forward = layout(square, [(0, 1), (0, 2)])
    placed = layout(square, [(0, 1), (0, 2)], rankdir=rankdir)
    x, y = placed.boxes[0][:2]
    x1, y1 = placed.boxes[1][:2]
    assert x < x1 if rankdir == "LR" else y < y1
    assert sorted((placed.width, placed.height)) == sorted((forward.width, forward.height))


SHAPES = {
    "nothing": (0, []),
    "one node": (1, []),
    "no edges": (300, []),
    "a chain of 1,000": (1000, [(i, i + 1) for i in range(999)]),
    "one node with 2,000 consumers": (2001, [(0, i) for i in range(1, 2001)]),
    "one node with 2,000 operands": (2001, [(i, 0) for i in range(1, 2001)]),
    "long edges beyond the limit": (
        400, [*((i, i + 1) for i in range(399)), *((i, 399) for i in range(390))]
    ),
}  # fmt: skip


@in_one_test("shape", SHAPES)
def test_extreme_shapes_are_laid_out_without_overlap(shape):
    count, edges = SHAPES[shape]
    placed = layout([(20, 10)] * count, edges)
    assert len(placed.boxes) == count
    columns = {}
    for x, y, _, _ in placed.boxes:
        columns.setdefault(x, []).append(y)
    for ys in columns.values():
        ys.sort()
        assert all(second - first >= 20 - TOLERANCE for first, second in pairwise(ys))
    for route in placed.routes:
        assert all(0 <= y <= placed.height for _, y in route)


def misses(route, boxes):
    return all(apart((*point, 0, 0), box) for point in curve(route) for box in boxes)


def test_edges_around_the_outside_miss_every_box():
    count, edges = SHAPES["long edges beyond the limit"]
    placed = layout([(20, 10)] * count, edges)
    longest = placed.routes[count - 1]
    assert min(y for _, y in longest) < min(y for _, y, _, _ in placed.boxes)
    assert misses(longest, placed.boxes)


def test_many_parallel_edges_miss_the_boxes_that_they_pass():
    chain = [(i, i + 1) for i in range(4)]
    several = [(0, 4)] * 7 + [(0, 3)]  # which share bends
    placed = layout([(20, 10)] * 5, [*chain, *several], node_gap=0)
    assert all(misses(route, placed.boxes) for route in placed.routes)
    assert layout([(20, 10)] * 5, [*chain, *several[::-1]], node_gap=0).boxes == placed.boxes


def test_clusters_that_span_too_much_lose_their_innermost_level():
    # 400 clusters, each of which would span 400 ranks.
    groups = [("model", f"step {i % 400}") for i in range(800)]
    placed = layout([(5, 5)] * 800, [(i, i + 1) for i in range(799)], groups=groups)
    assert list(placed.clusters) == [("model",)]


def test_a_cycle_is_named():
    with pytest.raises(ValueError, match=r"cycle through nodes 1 -> 3 -> 2 -> 1"):
        layout([(1, 1)] * 5, [(0, 1), (1, 3), (3, 2), (2, 1), (3, 4)])


def test_the_same_graph_gives_the_same_picture_under_any_hash_seed():
    program = """
from visualize.layout import layout
edges = [(i, j) for i in range(40) for j in range(i + 1, 40) if (7 * i + j * j) % 11 == 0]
groups = [(f"g{i % 3}", f"h{i % 2}") for i in range(40)]
print(layout([(30, 20)] * 40, edges + edges[:5]), layout([(30, 20)] * 40, edges, groups=groups))
"""
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(printed) == 1
