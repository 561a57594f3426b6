"""Slices of graphs: which values have boxes, what stands for the rest, and what edges say."""

from __future__ import annotations

import random

import pytest

import autograd
from autograd import Value, dot
from autograd.graph import Constant
from autograd.reverse import sweep
from nn import MLP
from visualize.scene.flat import flatten, names_of
from visualize.scene.slice import FEW, MOST_BOXES, NEAR, slice_of


def chain(steps, start=None):
    """A chain of products, root first; its other factors are no constants."""
    way = [start or Value(2.0, label="x")]
    for _ in range(steps):
        way.append(way[-1] * Value(0.5))
    return way[::-1]


def sliced(root, ways, important, gradients=None, **options):
    graph = flatten([root])
    return slice_of(graph, names_of(graph), ways, important, gradients, **options)


def test_the_middle_of_a_long_way_is_one_box():
    way = chain(100)
    scene = sliced(way[0], [way], [way[0], way[-1]])
    (group,) = [node for node in scene.nodes if node.group]
    assert group.group.count == 101 - 2 * (1 + NEAR)
    assert [node.name for node in scene.nodes][:2] == ["x", "v2"]
    assert group.group.operations == (("mul", 95),)
    assert (group.group.data.low, group.group.data.high) == (2.0 * 0.5**97, 2.0 * 0.5**3)
    targets = {edge.target for edge in scene.edges}
    assert targets == set(range(1, len(scene.nodes)))  # a chain: each but the leaf has an operand


def test_boxes_are_in_topological_order_and_edges_go_forward():
    way = chain(60)
    scene = sliced(way[0], [way], [way[0], way[30], way[-1]])
    assert all(edge.source < edge.target for edge in scene.edges)
    assert [node.is_output for node in scene.nodes] == [False] * (len(scene.nodes) - 1) + [True]


def test_a_single_value_is_no_group():
    way = chain(2 * NEAR + 2 + FEW)
    middle = way[2 * NEAR + 2]
    scene = sliced(way[0], [way], [way[0], middle, way[-1]])
    assert all(node.group is None or node.group.count > 1 for node in scene.nodes)
    assert sum(node.group is not None for node in scene.nodes) == 1


def test_an_operand_that_is_not_drawn_is_a_number():
    way = chain(100)
    scene = sliced(way[0], [way], [way[0], way[-1]])
    root = scene.nodes[-1]
    assert root.operands == (len(scene.nodes) - 2, Constant(0.5))
    assert any("written as numbers" in note for note in scene.notes)


def test_edges_have_local_derivatives_and_positions():
    w = [Value(float(i), label=f"w{i}") for i in range(1, 5)]
    y = dot(w[:2], w[2:])
    scene = sliced(y, [], [y, w[0], w[3]])
    assert len(scene.nodes) == 5  # few values: the whole graph
    assert [(edge.operand, edge.local) for edge in scene.edges] == [
        (0, 3.0), (1, 4.0), (2, 1.0), (3, 2.0)
    ]  # fmt: skip
    assert not scene.notes


def test_gradients_are_the_given_ones():
    x = Value(3.0, label="x")
    y = x * x + x.detach()
    scene = sliced(y, [], [x], sweep(y).gradients())
    assert scene.nodes[0].gradient.value == 6.0
    assert not x.has_grad
    scene = sliced(y, [], [x])
    assert {node.gradient.state for node in scene.nodes} == {"pending"}
    z = x.detach()
    scene = sliced(z, [], [x], sweep(z).gradients())
    assert [node.gradient.state for node in scene.nodes] == ["unreached", "finite"]


def test_boxes_are_headed_by_the_names_that_texts_use():
    x = Value(3.0, label="x")
    nodes = sliced(x * x + 1, [], [x]).nodes
    assert [node.short.full for node in nodes] == ["x", "v1", "v2"]


def test_a_weight_is_headed_by_the_short_form_of_its_name():
    model = MLP(2, [2, 1], rng=random.Random(1))
    loss = model([1.0, 2.0])
    weights = [model.layers[0].neurons[0].weights[0], model.layers[1].neurons[0].weights[0]]
    shown = sliced(loss, [], weights).nodes
    heads = {node.name: node.short.full for node in shown}
    assert heads["layers.0.neurons.0.weights.0"] == "w0 of neuron 0, layer 0"
    assert heads["layers.1.neurons.0.weights.0"] == "w0 of neuron 0, layer 1"
    assert len(set(heads.values())) == len(heads)


def test_ways_that_part_keep_the_place_where_they_do():
    x, y = Value(1.0, label="x"), Value(1.0, label="y")
    left, right = chain(40, x), chain(40, y)
    joined = left[0] + right[0]
    top = chain(40, joined)
    root = top[0]
    ways = [top + left, top + right]
    scene = sliced(root, ways, [root, x, y])
    names = names_of(flatten([root]))
    assert names[joined] in [node.name for node in scene.nodes]
    groups = [node.group.count for node in scene.nodes if node.group]
    assert len(groups) == 3
    # no value stands in two boxes
    alone = sum(node.group is None for node in scene.nodes)
    assert sum(groups) + alone == 3 * 40 + 3


@pytest.mark.parametrize("count", [1, 5, 20, 100])
def test_there_are_never_more_than_thirty_boxes(count):
    leaves = [Value(1.0, label=f"x{i}") for i in range(count)]
    ends = [chain(30, leaf) for leaf in leaves]
    root = autograd.sum([end[0] for end in ends])
    scene = sliced(root, [[root, *end] for end in ends], [root, *leaves])
    assert len(scene.nodes) <= MOST_BOXES
    assert all(edge.source < edge.target for edge in scene.edges)


def test_a_value_outside_of_the_graph_stands_alone():
    x, stranger = Value(2.0), Value(5.0)
    y = x * 3
    graph = flatten([y])
    names = {**names_of(graph), stranger: "stranger"}
    scene = slice_of(graph, names, [], [y, stranger], {y: 1.0}, title="t", notes=["n"])
    assert [node.name for node in scene.nodes] == ["stranger", "v0", "v1"]
    assert scene.nodes[0].gradient.state == "unreached"
    assert (scene.title, scene.notes) == ("t", ("n",))
    assert [(edge.source, edge.target) for edge in scene.edges] == [(1, 2)]
