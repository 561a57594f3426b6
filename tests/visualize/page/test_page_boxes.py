"""Which values of a page share a box: every value once, every use an edge, never a cycle."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import pytest

import autograd
import visualize
from autograd import Value, scope
from autograd.primitive import RESERVED
from tests.visualize.page_graphs import (
    cluster_keys,
    decoded,
    drawn,
    grouped,
    handmade_network,
    leaf_of_a_loop,
    random_graph,
    recurrence,
    view_of,
)
from visualize.boxes import path_key, shared_boxes
from visualize.page.folds import foldable_sums
from visualize.scene.collapse import Boxes, by_module, collapsed
from visualize.scene.compose import compose, with_copies
from visualize.scene.flat import flatten


def names(graph):
    return [graph["texts"][place] for place in graph["name"]]


def check(graph, picture):
    """Compare boxes and edges with the values and uses that they stand for."""
    boxes, edges, of = picture["boxes"], picture["edges"], picture["of"]
    first = [index for index, box in enumerate(boxes) if box["copyOf"] < 0]
    members = [value for index in first for value in boxes[index]["members"]]
    assert sorted(members) == list(range(len(graph["operands"])))
    inside = [set(box["members"]) for box in boxes]
    assert all(value in inside[of[value]] for value in members)
    assert len({box["key"] for box in boxes}) == len(boxes)
    for box in boxes:
        kind, value = box["kind"], box["value"]
        assert (kind == "value") == (len(box["members"]) == 1)
        assert bool(box["cluster"]) == (kind == "cluster")
        assert value == (-1 if kind == "cluster" else max(box["members"]))
        if box["copyOf"] >= 0:
            assert boxes[box["copyOf"]] == {**box, "key": f"/{value}", "copyOf": -1}
    used = Counter(
        (operand, value, position)
        for value, operands in enumerate(graph["operands"])
        for position, operand in enumerate(operands)
        if operand >= 0 and of[operand] != of[value]
    )
    shown = Counter()
    for edge in edges:
        assert edge["source"] < edge["target"]
        assert edge["count"] == len(edge["uses"])
        if boxes[edge["source"]]["kind"] == boxes[edge["target"]]["kind"] == "value":
            assert edge["count"] == 1
        for value, position in edge["uses"]:
            operand = graph["operands"][value][position]
            assert operand in inside[edge["source"]]
            assert value in inside[edge["target"]]
            shown[operand, value, position] += 1
    assert shown == used
    grouped = [
        (edge["source"], edge["target"])
        for edge in edges
        if {boxes[edge["source"]]["kind"], boxes[edge["target"]]["kind"]} != {"value"}
    ]
    assert len(grouped) == len(set(grouped))
    assert [edge["target"] for edge in edges] == sorted(edge["target"] for edge in edges)


def titles(picture):
    return [box["title"] for box in picture["boxes"]]


def test_below_the_limit_every_value_has_a_box(scripts, graphs):
    for name in ("readme", "network", "states"):
        graph = decoded(graphs[name]())
        picture = drawn(scripts, graph)
        check(graph, picture)
        assert picture["view"] == view_of()
        assert {box["kind"] for box in picture["boxes"]} == {"value"}
        assert {box["title"] for box in picture["boxes"]} == set(names(graph))


def test_a_value_used_twice_has_two_edges(scripts):
    x = Value(3.0)
    picture = drawn(scripts, decoded(x * x))
    assert [edge["uses"] for edge in picture["edges"]] == [[[1, 0]], [[1, 1]]]


def test_a_closed_cluster_is_one_box_in_the_clusters_around_it(scripts, graphs):
    graph = decoded(graphs["network"]())
    view = view_of(["MLP/layers.0/neurons.1", "MLP/layers.1"])
    picture = drawn(scripts, graph, view)
    check(graph, picture)
    boxes = {box["key"]: box for box in picture["boxes"]}
    neuron, layer = boxes["MLP/layers.0/neurons.1"], boxes["MLP/layers.1"]
    assert (neuron["path"], neuron["title"]) == (["MLP", "layers.0"], "neurons.1")
    assert (layer["path"], layer["title"]) == (["MLP"], "layers.1")
    assert len(neuron["members"]) == 3 + 1 + 3
    frames = {cluster["key"] for cluster in picture["clusters"]}
    assert "MLP/layers.0/neurons.0" in frames
    assert not {"MLP/layers.1", "MLP/layers.0/neurons.1"} & frames


def test_any_view_shows_every_value_and_forms_no_cycle(scripts, graphs):
    generator = random.Random(1)
    for root in (graphs["network"](), recurrence(6), handmade_network()):
        for how in ("modules", "labelled", "alike", "steps"):
            grouping = "modules" if how == "modules" else "made"
            graph = decoded(root, view=None if how == "modules" else grouped(how))
            keys = cluster_keys(graph, grouping)
            sums = [members[0] for members in graph["sums"]]
            for _ in range(8):
                closed = [key for key in keys if generator.random() < 0.3]
                folded = generator.sample(sums, len(sums) // 2)
                check(graph, drawn(scripts, graph, view_of(closed, folded, grouping)))


def edges_in_both(root, picture):
    """The edges of a page, and those of a picture with the same boxes."""
    flat = flatten([root])
    numbers = {}
    of_value = [numbers.setdefault(box, len(numbers)) for box in picture["of"]]
    boxes = Boxes(of_value, [()] * len(flat), dict.fromkeys(of_value, "several"), "")
    scene = with_copies(compose(flat, boxes))
    told = [
        (edge["source"], edge["target"], edge["count"], edge["uses"][0][1])
        for edge in picture["edges"]
    ]
    for place, edge in enumerate(scene.edges):
        if edge.operand is None:
            told[place] = (*told[place][:3], None)
    return told, [(edge.source, edge.target, edge.count, edge.operand) for edge in scene.edges]


def test_a_page_has_the_edges_of_a_picture_in_the_same_order(scripts, graphs):
    generator = random.Random(2)
    roots = [graphs["network"](), recurrence(6), recurrence(20, modules=False), handmade_network()]
    roots += [random_graph(10 + 8 * seed, seed) for seed in range(26)]
    for root in roots:
        graph = decoded(root)
        sums = [members[0] for members in graph["sums"]]
        closed = [key for key in cluster_keys(graph) if generator.random() < 0.3]
        views = [view_of(), view_of(closed, generator.sample(sums, len(sums) // 2))]
        for view in views:
            told, expected = edges_in_both(root, drawn(scripts, graph, view))
            assert told == expected


def test_a_page_shares_boxes_as_a_picture_does(scripts, graphs):
    generator = random.Random(3)
    for root in (graphs["network"](), recurrence(6), handmade_network(), random_graph(60)):
        flat = flatten([root])
        sums = list(foldable_sums(flat).values())
        for how in ("labelled", "alike", "steps"):
            paths = grouped(how)(flat).paths
            keys = sorted({path_key(path[:n]) for path in paths for n in range(1, len(path) + 1)})
            closed = [key for key in keys if generator.random() < 0.3]
            alone = generator.sample(range(len(flat)), 3)
            folded = generator.sample(sums, len(sums) // 2)
            said = scripts.evaluate(
                """([operands, paths, closed, alone, folded]) =>
                known.sharedBoxes(operands, paths, new Set(closed), new Set(alone), folded)""",
                [flat.operands, paths, closed, alone, folded],
            )
            made = shared_boxes(flat.operands, paths, set(closed), set(alone), folded)
            assert said == asdict(made)


def test_modules_of_a_recurrence_are_split_by_visit(scripts):
    graph = decoded(recurrence(5))
    picture = drawn(scripts, graph, view_of(["cell", "squash"]))
    check(graph, picture)
    cells = [box for box in picture["boxes"] if box["title"] == "cell"]
    assert len(cells) == 5
    assert {box["cluster"] for box in cells} == {"cell"}


def test_a_leaf_made_in_one_module_of_a_loop_and_used_first_in_another_forms_no_cycle(scripts):
    graph = decoded(leaf_of_a_loop())
    check(graph, drawn(scripts, graph, view_of(["first", "second"])))


BIG = {
    "network": lambda graphs: graphs["network"]((4, 8, 8, 1), samples=20),
    "one example": lambda graphs: graphs["network"]((6, 12, 12, 1)),
    "handmade": lambda graphs: handmade_network((3, 6, 6, 1), samples=10),
    "recurrence": lambda graphs: recurrence(300),
    "one weight": lambda graphs: recurrence(500, modules=False),
    "random": lambda graphs: random_graph(4000),
    "wide": lambda graphs: autograd.sum([Value(float(i)) * i for i in range(1000)]),
}


MADE = {}


def big(name, graphs):
    """A large graph, made once for all tests."""
    if name not in MADE:
        MADE[name] = BIG[name](graphs)
    return MADE[name]


@pytest.mark.parametrize("limit", [20, 150])
@pytest.mark.parametrize("name", BIG)
def test_a_view_begins_with_at_most_as_many_boxes_as_asked_for(name, limit, scripts, graphs):
    graph = decoded(big(name, graphs), limit=limit)
    picture = drawn(scripts, graph)
    check(graph, picture)
    assert 1 < sum(box["copyOf"] < 0 for box in picture["boxes"]) <= limit
    assert len(picture["edges"]) <= 6 * len(picture["boxes"])


@pytest.mark.parametrize("name", ["network", "recurrence", "random", "wide"])
def test_a_page_begins_with_the_boxes_of_the_picture(name, scripts, graphs):
    root = big(name, graphs)
    picture = drawn(scripts, decoded(root))
    of_value = collapsed(flatten([root]), 150).of_value
    assert len(set(zip(of_value, picture["of"], strict=True))) == len(set(of_value))
    assert len(set(picture["of"])) == len(set(of_value))


def test_neurons_close_before_layers(scripts, graphs):
    root = graphs["network"]((4, 8, 8, 1))
    fine = drawn(scripts, decoded(root, limit=60))
    graph = decoded(root, limit=12)
    coarse = drawn(scripts, graph)
    assert titles(fine).count("neurons.1") == 2
    assert [title for title in titles(coarse) if "." in title] == [
        "layers.0", "layers.1", "layers.2",
    ]  # fmt: skip
    coarse["view"]["closed"].remove("MLP/layers.1")
    opened = drawn(scripts, graph, coarse["view"])
    assert [title for title in titles(opened) if title.startswith("neurons")] == [
        f"neurons.{j}" for j in range(8)
    ]


@pytest.mark.parametrize("name", ["network", "random", "wide"])
def test_opening_a_box_shows_one_level_more_and_never_too_many(name, scripts, graphs):
    graph = decoded(big(name, graphs))
    view = drawn(scripts, graph)["view"]
    before = drawn(scripts, graph, view)
    for _ in range(6):
        largest = max(before["boxes"], key=lambda box: len(box["members"]))
        if not largest["cluster"]:
            break
        view["closed"].remove(largest["cluster"])
        after = drawn(scripts, graph, view)
        check(graph, after)
        assert len(before["boxes"]) < len(after["boxes"]) <= len(before["boxes"]) + 150
        assert largest["cluster"] in {cluster["key"] for cluster in after["clusters"]}
        before = after


def test_where_there_are_no_modules_sums_fold_first(scripts):
    graph = decoded(handmade_network((3, 8, 8, 1)))
    picture = drawn(scripts, graph)
    check(graph, picture)
    assert picture["view"]["closed"] == []
    sums = [box for box in picture["boxes"] if box["kind"] == "sum"]
    assert len(sums) == 8 + 8 + 1
    # Of each: the additions (one a weight, builtin sum starts with the bias), products, weights.
    assert Counter(len(box["members"]) for box in sums) == {3 * 3 + 1: 8, 3 * 8 + 1: 9}


def folded(scripts, root, *tops):
    graph = decoded(*([root] if isinstance(root, Value) else root))
    numbers = [names(graph).index(top) for top in tops]
    picture = drawn(scripts, graph, view_of(folded=numbers))
    check(graph, picture)
    [box] = [box for box in picture["boxes"] if box["kind"] == "sum"]
    return {names(graph)[value] for value in box["members"]}


def labelled(text):
    return [Value(float(place), label=label) for place, label in enumerate(text)]


def named(value, label):
    value.label = label
    return value


def test_a_folded_dot_holds_the_leaves_that_nothing_else_uses(scripts):
    a, b, x, y = labelled("abxy")
    total = named(autograd.dot([a, b], [x, y.tanh()]), "total")
    assert folded(scripts, total + x, "total") == {"total", "a", "b"}


def test_a_folded_addition_holds_its_chain_and_products(scripts):
    a, b, c, x, y, z = labelled("abcxyz")
    squares = [named(a * x, "ax"), named(b * y, "by"), named(c * z, "cz")]
    chain = named(named(squares[0] + squares[1], "two") + squares[2], "three")
    everything = {"three", "two", "ax", "by", "cz", *"abcxyz"}
    assert folded(scripts, chain.tanh(), "three") == everything
    shared = chain.tanh() + squares[0]
    assert folded(scripts, shared, "three") == everything - {"ax", "a", "x"}
    assert folded(scripts, [chain.tanh(), squares[1]], "three") == everything - {"by", "b", "y"}


def test_a_sum_inside_of_a_folded_one_changes_nothing(scripts):
    a, b, c = labelled("abc")
    chain = named(named(a + b, "two") + c, "three")
    both = folded(scripts, chain.tanh(), "three", "two")
    assert both == {"three", "two", "a", "b", "c"}


def test_nothing_is_swallowed_from_another_module(scripts):
    a, b, c = labelled("abc")
    with scope("inner"):
        inner = named(a + b, "inner sum")
    total = named(named(inner + c, "two") + 1.0, "total")
    assert folded(scripts, total.tanh(), "total") == {"total", "two", "c"}


@pytest.mark.parametrize("add_up", [sum, autograd.sum], ids=["builtin", "one node"])
def test_the_products_in_a_sum_fold_with_it(scripts, add_up):
    weights, inputs = labelled("uvwx"), labelled("abcd")
    products = [named(w * x, f"p{i}") for i, (w, x) in enumerate(zip(weights, inputs, strict=True))]
    total = named(add_up(products), "total")
    inside = folded(scripts, total.tanh(), "total")
    assert inside >= {"total", "p0", "p1", "p2", "p3", *"uvwxabcd"}


def test_no_script_names_an_operation():
    """The page's data say what a row is: a name in a script may be of no row, or of another."""
    literals = re.compile(r"""(["'`])(\w+)\1""")
    for script in sorted(Path(visualize.__file__).parent.glob("page/*.js")):
        found = {text for _, text in literals.findall(script.read_text(encoding="utf-8"))}
        words_of_pages = {"div", "less", "finite"}  # an element, a button, a state
        assert not found & RESERVED - words_of_pages, script.name


def test_what_can_fold_is_known():
    a, b, c, x = labelled("abcx")
    total = named(autograd.dot([a, b], [x, x]), "total")
    chain = named(total + named(x.tanh(), "t") + c, "chain")
    graph = flatten([chain * (c + 1.0)])
    [inside] = foldable_sums(graph).values()
    assert [graph.values[value].label for value in inside] == ["total", "a", "b"]


def test_steps_are_bands_of_the_graph_that_nest_until_they_are_small(scripts, graphs):
    graph = decoded(big("random", graphs))
    picture = drawn(scripts, graph)
    assert picture["view"]["grouping"] == "made"
    closed = [box for box in picture["boxes"] if box["kind"] == "cluster"]
    bands = [box for box in closed if box["title"].startswith("step")]
    assert 6 <= len(bands) <= 12
    assert all(box["title"] == "leaves" for box in closed if box not in bands)
    assert picture["boxes"][-1]["kind"] == "value"  # the output
    sizes = sorted(len(box["members"]) for box in bands)
    assert sizes[-1] < 3 * sizes[0]
    everything = drawn(scripts, graph, view_of(grouping="made"))
    check(graph, everything)
    inside = Counter(tuple(box["path"]) for box in everything["boxes"])
    assert max(inside.values()) <= 60


def test_uneven_steps_end_too(scripts):
    # Two heights, of which the first is tiny: cutting by population alone would not part them.
    graph = decoded(autograd.sum([Value(1.0) for _ in range(400)]), view=grouped("steps"))
    picture = drawn(scripts, graph, view_of(grouping="made"))
    check(graph, picture)
    assert {box["path"][0] for box in picture["boxes"] if box["path"]} == {"/leaves#0"}
    assert len({tuple(box["path"]) for box in picture["boxes"]}) == 1 + 7


def test_a_module_with_the_name_of_a_band_is_a_module(scripts):
    x = Value(1.0)
    for step in range(4):
        with scope(f"step {step}"):
            x = x.tanh().tanh()
    graph = decoded(x + 1, view=grouped("steps"))
    by_module = set(cluster_keys(graph))
    assert by_module == {f"step {step}" for step in range(4)}
    assert not by_module & set(cluster_keys(graph, "made"))
    assert scripts.evaluate("known.partTitle('/steps 0–3#')") == "steps 0–3"
    assert scripts.evaluate("known.partTitle('#3#4')") == "#3#4"


def test_equal_operations_share_a_group_by_label_or_not(scripts):
    terms = [Value(1.0, label="ab"[k % 2]) * float(k) for k in range(200)]
    graph = decoded(autograd.sum(terms), view=grouped("labelled"))
    picture = drawn(scripts, graph, view_of(cluster_keys(graph, "made"), (), "made"))
    check(graph, picture)
    assert titles(picture)[:3] == ["a", "b", "×"]
    graph = decoded(autograd.sum(terms), view=grouped("alike"))
    picture = drawn(scripts, graph, view_of(cluster_keys(graph, "made"), (), "made"))
    check(graph, picture)
    assert titles(picture)[:2] == ["leaves", "×"]


def test_the_terms_of_a_builtin_sum_are_alike(scripts):
    graph = decoded(
        sum(Value(float(k)).tanh() for k in range(100)).tanh(), view=grouped("labelled")
    )
    picture = drawn(scripts, graph, view_of(cluster_keys(graph, "made"), (), "made"))
    check(graph, picture)
    assert [(box["title"], len(box["members"])) for box in picture["boxes"]] == [
        ("leaves", 100), ("tanh", 100), ("+", 100), (names(graph)[-1], 1),
    ]  # fmt: skip


def test_outputs_keep_boxes_of_their_own(scripts):
    with scope("model"):
        hidden = [Value(float(k)).tanh() for k in range(4)]
        outputs = [named(value * 2.0, f"y{k}") for k, value in enumerate(hidden)]
    graph = decoded(*outputs)
    picture = drawn(scripts, graph, view_of(["model"]))
    check(graph, picture)
    assert titles(picture) == ["model", "y0", "y1", "y2", "y3"]
    assert all(box["path"] == [] for box in picture["boxes"])


def test_a_cluster_of_one_value_is_drawn_as_that_value(scripts):
    x = Value(1.0, label="x").tanh()
    with scope("alone"):
        y = named(x.tanh(), "y")
    picture = drawn(scripts, decoded(y + 1), view_of(["alone"]))
    assert titles(picture) == ["x", "v1", "y", "v3"]
    assert picture["clusters"] == []


def test_a_page_frames_boxes_as_a_picture_does(scripts, graphs):
    with scope("model"), scope("inner"):
        hidden = Value(1.0, label="x").tanh()
    with scope("model"), scope("alone"):  # one value in two modules
        single = named(hidden.sin(), "single")
    with scope("head"):
        outputs = [named(single * factor, "y") for factor in (2.0, 3.0)]
    for roots in (outputs, [graphs["network"]()], [recurrence(6)]):
        picture = visualize.draw(roots, collapse="module").scene
        page = drawn(scripts, decoded(*roots, view=lambda flat: next(by_module(flat, 150))))
        paths = [box["path"] for box in page["boxes"]]
        assert paths == [list(node.scope) for node in picture.nodes]
        assert (["model"] in paths) == (roots is outputs)  # and no frame of the closed module


def test_a_leaf_used_far_away_is_drawn_again_there(scripts):
    graph = decoded(recurrence(20, modules=False))
    picture = drawn(scripts, graph)
    check(graph, picture)
    copies = [box for box in picture["boxes"] if box["copyOf"] >= 0]
    assert len(copies) > 5
    assert {box["title"] for box in copies} == {"weight"}
    reach = [
        picture["places"][edge["target"]][0] - picture["places"][edge["source"]][0]
        for edge in picture["edges"]
    ]
    assert max(reach) < picture["width"] / 4


def test_few_or_near_uses_need_no_copy_and_operations_have_none(scripts):
    x = Value(2.0)
    few = x.sin().sin().sin().sin().sin() + x
    near = x * 2 + x * 3 + x * 4
    shared = far = x.tanh()
    for _ in range(12):
        far = (far * shared).tanh()
    for root in (few, near, far):
        assert all(box["copyOf"] < 0 for box in drawn(scripts, decoded(root))["boxes"])


def test_depth_is_no_limit(scripts):
    value = Value(1.0)
    for _ in range(12_000):
        value = value.tanh()
    graph = decoded(value)
    picture = drawn(scripts, graph)
    check(graph, picture)
    assert len(picture["boxes"]) <= 150
    keys = cluster_keys(graph, picture["view"]["grouping"])
    assert len(keys) > 300
    everything = drawn(scripts, graph, view_of())
    assert len(everything["boxes"]) == 12_001
    assert everything["height"] == 52  # one straight line


def test_the_order_of_boxes_follows_the_uses(scripts, graphs):
    graph = decoded(graphs["network"]())
    picture = drawn(scripts, graph, view_of(["MLP/layers.0", "MLP/layers.1", "MLP/layers.2"]))
    order = [titles(picture).index(f"layers.{k}") for k in range(3)]
    assert all(first < second for first, second in pairwise(order))
