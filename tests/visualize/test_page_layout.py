"""Places of boxes and edges in a page: properties of every layout, and crossings."""

from __future__ import annotations

import importlib.util
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value
from tests.visualize.page_graphs import (
    PAGE,
    SCRIPTS,
    decoded,
    drawn,
    handmade_network,
    open_scripts,
    random_graph,
    recurrence,
    view_of,
)

TOLERANCE = 1e-6
BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "layout.py"


@pytest.fixture(scope="module")
def scripts(browser):
    page = open_scripts(browser)
    yield page
    page.close()


def doubles():
    x = Value(1.1, label="x")
    for _ in range(5):
        x = x * x
    return x


def several():
    a, b = Value(1.0, label="a"), Value(2.0, label="b")
    return a * b, a + b, (a * b).tanh()


@pytest.fixture(scope="module")
def pictures(scripts):
    """Pictures by name of the graph and direction, each made once."""
    made = {}

    def picture(name, graphs, direction="LR"):
        if (name, direction) not in made:
            root = OWN[name]() if name in OWN else graphs[name]()
            graph = decoded(*(root if isinstance(root, tuple) else (root,)))
            made[name, direction] = drawn(scripts, graph, direction=direction)
        return made[name, direction]

    return picture


OWN = {
    "single": lambda: Value(1.0, label="alone"),
    "doubles": doubles,
    "several": several,
    "handmade": handmade_network,
    "recurrence": lambda: recurrence(20),
    "one weight": lambda: recurrence(30, modules=False),
    "random": lambda: random_graph(120),
}
SMALL = ["readme", "network", "states", *OWN]


def rectangle(cluster):
    return cluster["x"], cluster["y"], cluster["width"], cluster["height"]


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


def curve(route, samples=8):
    """Points on a route's Bezier pieces."""
    for place in range(0, len(route) - 1, 3):
        for step in range(samples + 1):
            t = step / samples
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            yield tuple(
                sum(w * point[axis] for w, point in zip(weights, route[place : place + 4]))
                for axis in (0, 1)
            )


def check_boxes(picture):
    whole = (0, 0, picture["width"], picture["height"])
    assert [place[2:] for place in picture["places"]] == picture["sizes"]
    assert len(picture["places"]) == len(picture["boxes"])
    assert all(inside(place, whole) for place in picture["places"])
    reaching = []  # boxes that may meet those further right
    for place in sorted(picture["places"]):
        reaching = [other for other in reaching if other[0] + other[2] > place[0] + TOLERANCE]
        assert all(apart(place, other) for other in reaching)
        reaching.append(place)


def check_edges(picture, axis):
    assert len(picture["routes"]) == len(picture["edges"])
    for edge, route in zip(picture["edges"], picture["routes"]):
        assert len(route) % 3 == 1
        assert all(second[axis] >= first[axis] - TOLERANCE for first, second in pairwise(route))
        source, target = (picture["places"][edge[end]] for end in ("source", "target"))
        assert inside((*route[0], 0, 0), source)
        assert inside((*route[-1], 0, 0), target)
        assert route[0][axis] == pytest.approx(source[axis] + source[axis + 2])
        assert route[-1][axis] == pytest.approx(target[axis])


def check_edges_miss_boxes(picture):
    whole = (0, 0, picture["width"], picture["height"])
    for route in picture["routes"]:
        for point in curve(route):
            assert inside((*point, 0, 0), whole)
            assert all(apart((*point, 0, 0), place) for place in picture["places"])


def check_clusters(picture, title=16):
    paths = {
        tuple(box["path"][:length])
        for box in picture["boxes"]
        for length in range(1, len(box["path"]) + 1)
    }
    clusters = {tuple(cluster["path"]): rectangle(cluster) for cluster in picture["clusters"]}
    assert clusters.keys() == paths
    for path, frame in clusters.items():
        x, y, width, height = frame
        assert width >= 12 + 6 * len(path[-1]) - TOLERANCE
        assert inside(frame, (0, 0, picture["width"], picture["height"]))
        for box, place in zip(picture["boxes"], picture["places"]):
            own = tuple(box["path"][: len(path)]) == path
            room = (x, y + title, width, height - title)
            assert inside(place, room) if own else apart(place, frame)
        for other, second in clusters.items():
            if other[: len(path)] == path and other != path:
                assert inside(second, (x, y + title, width, height - title))
            elif path[: len(other)] != other:
                assert apart(frame, second)


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("name", SMALL)
def test_boxes_edges_and_clusters_have_room_of_their_own(name, direction, pictures, graphs):
    picture = pictures(name, graphs, direction)
    check_boxes(picture)
    check_edges(picture, axis=0 if direction == "LR" else 1)
    check_edges_miss_boxes(picture)
    check_clusters(picture)


@st.composite
def layouts(draw):
    """Boxes of any sizes and clusters, and edges between them without cycles."""
    count = draw(st.integers(1, 12))
    names = draw(st.permutations(range(count)))
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    found = draw(st.lists(pairs.filter(lambda pair: pair[0] != pair[1]), max_size=2 * count))
    edges = [(names[min(pair)], names[max(pair)]) for pair in found] if count > 1 else []
    edges += draw(st.lists(st.sampled_from(edges), max_size=3)) if edges else []
    sides = st.floats(1, 90)
    sizes = draw(st.lists(st.tuples(sides, sides), min_size=count, max_size=count))
    paths = st.lists(st.sampled_from("ab"), max_size=3)
    groups = draw(st.lists(paths, min_size=count, max_size=count))
    return sizes, edges, groups


@given(layouts(), st.sampled_from(["LR", "TB"]))
@settings(max_examples=120)
def test_any_boxes_edges_and_clusters_have_room_of_their_own(scripts, given_layout, direction):
    sizes, edges, groups = given_layout
    boxes = [{"path": path} for path in groups]
    joined = [{"source": source, "target": target} for source, target in edges]
    placed = scripts.evaluate(
        """([boxes, edges, sizes, direction]) => known.layoutOf(boxes, edges, sizes,
        { direction, titleWidth: (title) => 12 + 6 * title.length })""",
        [boxes, joined, sizes, direction],
    )
    picture = {**placed, "boxes": boxes, "edges": joined, "sizes": [list(size) for size in sizes]}
    check_boxes(picture)
    check_edges(picture, axis=0 if direction == "LR" else 1)
    check_edges_miss_boxes(picture)
    check_clusters(picture)


def test_thousands_of_boxes_are_placed(scripts):
    picture = drawn(scripts, decoded(random_graph(7600)), view_of())
    assert len(picture["boxes"]) >= 5000
    check_boxes(picture)
    check_edges(picture, axis=0)


def test_depth_is_no_limit(scripts):
    value = Value(1.0)
    for _ in range(20_000):
        value = value.tanh()
    picture = drawn(scripts, decoded(value), view_of())
    assert len(picture["boxes"]) == 20_001
    check_edges(picture, axis=0)
    assert picture["height"] == 52  # one straight line


def test_wide_sums_are_placed(scripts):
    terms = [Value(1.0) for _ in range(3000)]
    picture = drawn(scripts, decoded(sum(term.tanh() for term in terms)), view_of())
    check_boxes(picture)


def test_edges_too_long_for_bends_go_around_the_outside(scripts):
    # A chain of 400 boxes, 390 of which the last one uses too.
    edges = [*((i, i + 1) for i in range(399)), *((i, 399) for i in range(390))]
    joined = [{"source": source, "target": target} for source, target in edges]
    boxes, sizes = [{"path": []}] * 400, [[20, 10]] * 400
    placed = scripts.evaluate(
        "([boxes, edges, sizes]) => known.layoutOf(boxes, edges, sizes)", [boxes, joined, sizes]
    )
    picture = {**placed, "boxes": boxes, "edges": joined, "sizes": sizes}
    check_boxes(picture)
    check_edges(picture, axis=0)
    assert all(0 <= y <= picture["height"] for route in picture["routes"] for _, y in route)
    top = min(y for _, y, _, _ in picture["places"])
    outside = [min(y for _, y in route) for route in picture["routes"]]
    outside = [highest for highest in outside if highest < top - 10]
    assert len(outside) > 100
    assert len(set(outside)) == len(outside)  # a lane for each


def test_the_same_graph_has_the_same_layout_in_every_page(browser, scripts):
    other = open_scripts(browser)
    tangles = [random_graph(60, seed) for seed in range(6)]  # more than one start is tried there
    for root in (handmade_network((3, 5, 4, 1)), recurrence(10), *tangles):
        graph = decoded(root)
        assert drawn(other, graph) == drawn(scripts, graph)
        assert drawn(other, graph) == drawn(other, graph)
    other.close()


def test_turning_a_picture_changes_nothing_else(scripts):
    graph = decoded(handmade_network())
    sideways = drawn(scripts, graph, rankGap=50)
    downwards = drawn(scripts, graph, rankGap=50, direction="TB")
    columns = [x for x, *_ in sideways["places"]]
    rows = [y for _, y, *_ in downwards["places"]]
    first = dict(zip(columns, rows))
    assert all(first[x] == y for x, y in zip(columns, rows))
    assert sorted(first, key=first.get) == sorted(first)


def test_both_uses_of_one_operand_have_an_edge(pictures, graphs):
    picture = pictures("doubles", graphs)
    for first, second in zip(picture["routes"][::2], picture["routes"][1::2]):
        assert len(first) == len(second)
        assert min(abs(y - y2) for (_, y), (_, y2) in zip(first, second)) >= 3


def test_a_leaf_stands_just_before_its_nearest_consumer(scripts):
    start, late = Value(1.0, label="start"), Value(2.0, label="late")
    picture = drawn(scripts, decoded(start.tanh().tanh().tanh() * late), view_of())
    place = {box["title"]: place for box, place in zip(picture["boxes"], picture["places"])}
    ends = sorted(x for x, *_ in picture["places"])
    assert place["late"][0] == ends[-2]
    assert place["start"][0] == ends[0]


def test_modules_that_feed_each_other_one_way_stand_one_after_the_other(pictures, graphs):
    picture = pictures("network", graphs)
    layers = {c["title"]: c for c in picture["clusters"] if c["title"].startswith("layers")}
    order = [layers[f"layers.{k}"] for k in range(3)]
    for first, second in pairwise(order):
        assert first["x"] + first["width"] <= second["x"]
    assert picture["clusters"][0]["title"] == "MLP"


def test_a_module_in_few_ranks_is_no_higher_than_its_boxes(scripts):
    picture = drawn(scripts, decoded(recurrence(20)), view_of())
    frames = {cluster["title"]: cluster for cluster in picture["clusters"]}
    boxes = zip(picture["boxes"], picture["places"])
    rows = [y for box, (_, y, _, _) in boxes if box["path"] == ["squash"]]
    assert max(rows) - min(rows) < 52
    assert frames["squash"]["height"] == pytest.approx(max(rows) + 52 - min(rows) + 8 + 16 + 8)
    upper, lower = sorted((frames["squash"], frames["cell"]), key=lambda frame: frame["y"])
    assert lower["y"] - (upper["y"] + upper["height"]) < 30


def test_what_passes_beside_a_module_bends_no_row_in_it(scripts):
    # The module holds boxes 0, 2 and 3; box 1, between 0 and 2, is outside of it.
    boxes = [{"path": path} for path in (["m"], [], ["m"], ["m"], ["n"])]
    edges = [{"source": u, "target": v} for u, v in ((0, 1), (1, 2), (2, 3), (2, 4))]
    placed = scripts.evaluate(
        "([boxes, edges]) => known.layoutOf(boxes, edges, boxes.map(() => [90, 50]))",
        [boxes, edges],
    )
    rows = [placed["places"][box][1] for box in (0, 2, 3)]
    assert max(rows) - min(rows) < 2


def test_a_cycle_is_an_error(scripts):
    with pytest.raises(Exception, match="the edges form a cycle through nodes 0 -> 1 -> 0"):
        scripts.evaluate(
            """known.layoutOf([{ path: [] }, { path: [] }],
            [{ source: 0, target: 1 }, { source: 1, target: 0 }], [[9, 9], [9, 9]])"""
        )


def test_nothing_is_a_picture_too(scripts):
    placed = scripts.evaluate("known.layoutOf([], [], [])")
    assert placed == {"places": [], "routes": [], "clusters": [], "width": 0, "height": 0}


@pytest.fixture(scope="module")
def benchmark():
    specification = importlib.util.spec_from_file_location("benchmark_of_layout", BENCHMARK)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["A", "B", "R75"])
def test_edges_cross_about_as_little_as_in_dot(name, scripts, benchmark):
    count, edges = benchmark.GRAPHS[name]
    crossings_of_dot = {"A": 6, "B": 2633, "R75": 0}[name]
    placed = scripts.evaluate(
        """([count, edges]) => known.layoutOf(
        Array.from({ length: count }, () => ({ path: [] })),
        edges.map(([source, target]) => ({ source, target })), new Array(count).fill([84, 46]))""",
        [count, edges],
    )
    centres = [(x + width / 2, y + height / 2) for x, y, width, height in placed["places"]]
    assert benchmark.straight_crossings(centres, edges) <= 1.3 * crossings_of_dot


def test_no_script_of_the_page_is_missing_or_names_what_another_does():
    assert set(SCRIPTS) <= {path.stem for path in PAGE.glob("*.js")}
    names = [
        name
        for path in sorted(PAGE.glob("*.js"))
        for name in re.findall(
            r"^(?:async )?(?:function\*?|const|let|class) (\w+)",
            path.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    ]
    assert len(names) > 100
    assert not [name for name in set(names) if names.count(name) > 1]
