"""The scene holds the graph's facts: operands, constants, gradient states, modules, names."""

from __future__ import annotations

from autograd import Value, no_grad, scope
from autograd.graph import Constant
from visualize import draw
from visualize.scene.compose import compose, group_node
from visualize.scene.flat import flatten, located
from visualize.scene.gradient import Gradient


def scene_of(*outputs):
    return compose(flatten(outputs))


def test_operands_are_in_order_with_repeats():
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    scene = scene_of((y - x) * (y - x).exp() + x * x)
    by_name = {node.name: node for node in scene.nodes}
    for node in scene.nodes:
        if node.operation == "sub":
            assert [scene.nodes[i].name for i in node.operands] == ["y", "x"]
    [square] = [node for node in scene.nodes if node.data == 4.0]
    assert [scene.nodes[i].name for i in square.operands] == ["x", "x"]
    both = [e for e in scene.edges if scene.nodes[e.target] is square]
    assert [(e.source, e.operand) for e in both] == [
        (scene.nodes.index(by_name["x"]), 0),
        (scene.nodes.index(by_name["x"]), 1),
    ]


def test_constants_are_operands_and_no_nodes():
    scene = scene_of(2 - Value(5.0, label="x"))
    assert [node.name for node in scene.nodes] == ["x", "v1"]
    first, second = scene.nodes[1].operands
    assert (type(first), first, second) == (Constant, 2.0, 0)
    assert [edge.operand for edge in scene.edges] == [1]


def test_a_number_equal_to_the_index_of_its_neighbour_is_a_number():
    x = Value(3.0, label="x")
    listing = draw((x * 0.0).exp() + 1.0).text
    assert "v1 = x × 0 " in listing
    assert "v3 = v2 + 1 " in listing
    assert "v1 = exp(x)" in draw(x.exp() * 1.0).text
    assert "v2 = v1 × 1 " in draw(x.exp() * 1.0).text


def test_every_state_of_a_gradient(states):
    scene = scene_of(states)
    state = {node.name: node.gradient.state for node in scene.nodes}
    expected = {
        "zero": "infinite", "two": "finite", "off": "zero", "condition": "unreached",
        "lost": "finite", "by nan": "nan", "y": "finite",
    }  # fmt: skip
    assert {name: state[name] for name in expected} == expected


def test_before_backward_nothing_is_zero_or_unreached():
    scene = scene_of(Value(1.0) * Value(0.0))
    assert {node.gradient.state for node in scene.nodes} == {"pending"}


def test_gradients_of_an_earlier_backward_are_announced():
    x = Value(2.0, label="x")
    (x * 3).backward()
    scene = scene_of(x * x)
    assert [node.gradient.state for node in scene.nodes] == ["earlier", "pending"]
    assert "earlier" in " ".join(scene.notes)


def test_parameters_belong_to_the_module_that_uses_them_and_inputs_to_none():
    x, w, v = (Value(1.0, label=name) for name in "xwv")
    with scope("one"):
        first = x * w
    with scope("two"):
        second = first * v + x
    scopes = {node.name: node.scope for node in scene_of(second).nodes}
    assert (scopes["w"], scopes["v"], scopes["x"]) == (("one",), ("two",), ())


def test_names_are_unique_whatever_the_labels():
    values = [Value(1.0, label=label) for label in ("a", "a", "", "v2", "b")]
    total = values[0]
    for value in values[1:]:
        total = total * value
    names = [node.name for node in scene_of(total).nodes]
    assert len(set(names)) == len(names)
    assert {"b", "v2"} <= set(names)


def test_several_outputs_share_their_graph():
    x = Value(2.0, label="x")
    first, second = x * 2, x * 3
    scene = scene_of(first, second, first)
    assert [node.data for node in scene.nodes if node.is_output] == [4.0, 6.0]
    assert len(scene.nodes) == 3


def test_an_output_inside_the_graph_of_another_is_marked():
    x = Value(2.0)
    inner = x * x
    scene = scene_of(inner + 1, inner)
    assert [node.is_output for node in scene.nodes] == [False, True, True]


def test_without_recording_there_is_one_leaf():
    with no_grad():
        y = Value(2.0) * 3
    assert [node.operation for node in scene_of(y).nodes] == [""]


def test_a_box_of_several_names_its_most_frequent_operations_first():
    x, y = Value(2.0), Value(3.0)
    values = [x, y, x * y, x.tanh(), y.tanh(), (x * y).tanh()]
    node = group_node(values, "v1", "layer", Gradient("pending", 0.0))
    assert node.group.operations == (("tanh", 3), ("leaf", 2), ("mul", 1))


def test_a_gradient_of_0_with_a_reason_is_no_sum_of_passes():
    x = Value(-1.0)
    y = x.relu() * 2.0
    y.backward()
    scene = compose(flatten([y]))
    assert "relu off" in scene.nodes[0].gradient.short
    assert scene.notes == ()


def test_equal_labels_are_told_by_as_much_of_their_paths_as_it_takes():
    paths = [("layers.0", "neurons.1"), ("layers.1", "neurons.1"), ("layers.0", "neurons.1"),
             ("layers.0", "neurons.2")]  # fmt: skip
    assert located(["w0", "w0", "w1", "w1"], paths) == [
        "layers.0.neurons.1.w0", "layers.1.neurons.1.w0", "neurons.1.w1", "neurons.2.w1",
    ]  # fmt: skip
