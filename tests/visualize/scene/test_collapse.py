"""Too many values share boxes that keep counts, ranges and the largest gradient."""

from __future__ import annotations

import math
from collections import Counter

import pytest

import autograd
from autograd import Value, scope
from tests.visualize.page_graphs import leaf_of_a_loop
from visualize import draw
from visualize.scene.collapse import collapsed
from visualize.scene.compose import compose
from visualize.scene.flat import flatten


def facts_hold(scene, root):
    """Compare the boxes with the values that they stand for."""
    graph = flatten([root])
    counts = [node.group.count if node.group else 1 for node in scene.nodes if node.copy_of is None]
    assert sum(counts) == len(graph) == scene.values
    drawn = max(node.gradient.size for node in scene.nodes)
    assert drawn == max(abs(value.grad) for value in graph.values if math.isfinite(value.grad))
    for edge in scene.edges:
        assert edge.source < edge.target


def test_below_the_limit_nothing_collapses(network):
    assert all(node.group is None for node in draw(network).scene.nodes)


def test_nothing_to_collapse_is_no_collapse():
    assert not draw(Value(1.0) * 2, collapse="module").scene.notes


def test_neurons_then_layers(graphs):
    root = graphs["network"]((3, 4, 4, 1), samples=4)
    by_neuron = draw(root, max_nodes=60).scene
    titles = [node.label for node in by_neuron.nodes if node.scope == ("MLP", "layers.1")]
    assert sorted(titles) == [f"neurons.{j}" for j in range(4)]
    by_layer = draw(root, max_nodes=12).scene
    titles = [node.label for node in by_layer.nodes if node.scope == ("MLP",)]
    assert titles == ["layers.0", "layers.1", "layers.2"]
    for scene in (by_neuron, by_layer):
        facts_hold(scene, root)
        assert "Collapsed" in scene.notes[0]


def test_edges_between_boxes_count_the_uses(graphs):
    root = graphs["network"]((3, 4, 4, 1), samples=4)
    scene = draw(root, max_nodes=12).scene
    names = {node.label: index for index, node in enumerate(scene.nodes)}
    counts = {(edge.source, edge.target): edge.count for edge in scene.edges}
    assert counts[names["layers.0"], names["layers.1"]] == 4 * 4 * 4  # fan-in, fan-out, samples
    assert counts[names["layers.1"], names["layers.2"]] == 4 * 4


def test_a_group_shows_the_largest_gradient_inside(graphs):
    root = graphs["network"]((2, 3, 1), samples=30)
    scene = draw(root, max_nodes=12).scene
    graph = flatten([root])
    for node in scene.nodes:
        if node.group and node.label.startswith("layers."):
            inside = [
                value
                for value, path in zip(graph.values, graph.scopes, strict=True)
                if path[:2] == (*node.scope, node.label)
            ]
            assert len(inside) == node.group.count
            assert abs(node.gradient.value) == max(abs(value.grad) for value in inside)
            assert node.group.data.low == min(value.data for value in inside)
            assert node.group.data.high == max(value.data for value in inside)
            kinds = Counter(value.op.name if value.op else "leaf" for value in inside)
            assert dict(node.group.operations) == dict(kinds)


def test_nan_inside_a_group_is_not_hidden():
    x = Value(1.0)
    terms = [x * float(k) for k in range(300)]
    total = autograd.sum([*terms, Value(float("nan")) * x])
    total.backward()
    groups = [node for node in draw(total).scene.nodes if node.group]
    assert any(node.group.data.nan for node in groups)
    assert any(node.gradient.state == "nan" for node in draw(total).scene.nodes)


def test_without_modules_equal_operations_at_equal_depth_share_a_box():
    w = Value(0.5, label="w")
    loss = autograd.sum([(w * float(k) - 1.0) ** 2 for k in range(100)])
    loss.backward()
    scene = draw(loss).scene
    assert [node.label for node in scene.nodes if node.group] == ["×", "-", "^"]
    assert [edge.count for edge in scene.edges] == [100, 100, 100, 100]


def test_a_module_used_on_its_own_result_is_split_by_visit():
    a, w, v = Value(0.5), Value(0.9), Value(1.1)
    for _ in range(5):
        for name, weight in (("inner", w), ("outer", v)):
            with scope(name):
                for _ in range(20):
                    a = (a * weight).tanh()
    a.backward()
    scene = draw(a, collapse="module").scene
    inner = [node for node in scene.nodes if node.label == "inner"]
    assert len(inner) == 5
    facts_hold(scene, a)


def test_by_depth_holds_the_limit_for_any_shape():
    x = y = Value(1.0)
    for _ in range(1500):
        y = y * 0.999 + x
    y.backward()
    for limit in (4, 5, 10, 150):
        scene = draw(y, max_nodes=limit).scene
        assert len([node for node in scene.nodes if node.copy_of is None]) <= limit
        facts_hold(scene, y)


def test_a_chain_of_20_001_draws_its_summary():
    y = Value(0.0, label="x")
    for _ in range(10_000):
        y = y * 0.999 + 0.1
    y.backward()
    picture = draw(y)
    assert "20,001 values" in picture.text
    assert len(picture.svg) < 40_000
    assert picture.scene.values == 20_001


def test_a_sum_of_many_leaves():
    total = autograd.sum([Value(float(k)) for k in range(10_000)])
    total.backward()
    scene = draw(total).scene
    assert [(node.group.count if node.group else 1) for node in scene.nodes] == [10_000, 1]
    assert scene.edges[0].count == 10_000
    assert "= sum(leaves ×10,000) " in draw(total).text


def test_more_outputs_than_boxes():
    x = Value(1.0)
    assert len(draw([x * float(k) for k in range(1000)]).scene.nodes) <= 150


def test_none_draws_everything_up_to_its_limit(graphs):
    root = graphs["network"](samples=5)
    assert not any(node.group for node in draw(root, collapse="none").scene.nodes)
    y = Value(1.0)
    for _ in range(20_001):
        y = -y
    with pytest.raises(ValueError, match=r"20,002 boxes.*20,000.*auto"):
        draw(y, collapse="none")


def test_the_builtin_sum_is_one_box_like_its_terms():
    w = Value(0.5)
    loss = sum((w * float(k) - 1.0) ** 2 for k in range(200)) * 0.5
    loss.backward()
    scene = draw(loss).scene
    groups = [(node.label, node.group.count) for node in scene.nodes if node.group]
    assert groups == [("×", 200), ("-", 200), ("^", 200), ("+", 200)]


def test_outputs_count_as_boxes():
    y = Value(0.5)
    for _ in range(400):
        y = y.sin() * Value(0.1)
    outputs = [y * float(k) for k in range(5)]
    for limit in (20, 24, 25):
        scene = draw(outputs, max_nodes=limit).scene
        assert sum(node.is_output and not node.group for node in scene.nodes) == 5
        assert len(scene.nodes) <= limit


def test_exactly_the_limit_is_drawn_one_by_one():
    x = Value(0.5)
    y = autograd.sum([x * float(k) for k in range(6)])
    for _ in range(5):
        y = y.sin() + x  # 18 values with x, which is used all over: its copies do not count
    assert not any(node.group for node in draw(y, max_nodes=18).scene.nodes)
    assert any(node.copy_of is not None for node in draw(y, max_nodes=18).scene.nodes)
    assert any(node.group for node in draw(y, max_nodes=17).scene.nodes)


@pytest.mark.parametrize("collapse", ["auto", "module", "depth"])
def test_outputs_inside_each_other_form_no_cycle(collapse):
    outputs = []
    with scope("chain"):
        y = Value(0.5)
        for step in range(400):
            y = (y * 0.9).tanh()
            if step % 50 == 0:
                outputs.append(y)
    y.backward()
    for limit in (10, 20, 40):
        scene = draw([*outputs, y], max_nodes=limit, collapse=collapse).scene
        assert len(scene.nodes) <= limit
        facts_hold(scene, y)


def test_boxes_in_a_cycle_are_refused():
    x = Value(1.0)
    graph = flatten([x.exp().sin().exp()])
    boxes = collapsed(graph, 150, "depth")
    boxes.of_value[:] = [0, 1, 0, 1]
    with pytest.raises(ValueError, match="cycle"):
        compose(graph, boxes)


def test_a_leaf_of_a_looped_module_that_another_one_uses_first():
    root = leaf_of_a_loop()
    root.backward()
    facts_hold(draw(root, collapse="module").scene, root)
