"""Neuron, Layer, MLP, Sequential: numbers against NumPy, shapes, graphs and errors."""

import random

import numpy as np
import pytest

from autograd import Value, topological_order
from nn import MLP, Layer, Neuron, Sequential
from tests.in_one_test import in_one_test


def forward_by_numpy(model, x):
    for layer in model.layers:
        weights = np.array([[w.data for w in neuron.weights] for neuron in layer.neurons])
        bias = np.array([neuron.bias.data for neuron in layer.neurons])
        x = weights @ x + bias
        x = {"tanh": np.tanh, "linear": lambda z: z}[layer.activation](x)
    return x


def test_an_mlp_computes_what_numpy_computes():
    model = MLP(3, [5, 1, 4, 2], activation="tanh", rng=random.Random(0))
    for parameter in model.parameters():
        parameter.data += 0.1  # biases too
    x = np.array([0.3, -1.2, 2.0])
    np.testing.assert_allclose([v.data for v in model(x)], forward_by_numpy(model, x), rtol=1e-14)


def test_gradients_of_an_mlp_are_central_differences():
    model = MLP(2, [3, 1], activation="tanh", rng=random.Random(1))
    x = [Value(0.4), Value(-0.9)]
    model(x).backward()
    step = 1e-6
    for leaf in [*model.parameters(), *x]:
        at = leaf.data
        leaf.data = at + step
        above = model(x).data
        leaf.data = at - step
        below = model(x).data
        leaf.data = at
        assert leaf.grad == pytest.approx((above - below) / (2 * step), abs=1e-8)


@pytest.mark.parametrize("x", [[1, 2.0], (1.0, 2), np.array([1, 2]), [Value(1.0), np.float32(2)]])
def test_inputs_may_be_lists_tuples_arrays_and_values(x):
    model = MLP(2, (3, 1), rng=random.Random(0))
    assert model(x).data == model([1.0, 2.0]).data


@pytest.mark.parametrize("x", [2, np.float64(2.0), np.array(2.0), np.array([2]), Value(2.0), [2.0]])
def test_a_number_is_a_vector_of_one(x):
    layer = Layer(1, 2, rng=random.Random(0))
    assert [v.data for v in layer(x)] == [v.data for v in layer([2.0])]


def test_width_one_is_a_value_outside_and_a_vector_inside():
    assert isinstance(MLP(2, [1])([1.0, 2.0]), Value)
    assert len(MLP(3, [4, 1, 2])([1.0, 2.0, 3.0])) == 2
    sequence = Sequential(Layer(2, 1), Layer(1, 1), lambda v: v * 2)
    assert isinstance(sequence([1.0, 2.0]), Value)
    assert len(sequence.parameters()) == 5


def test_a_neuron_is_three_nodes_and_a_linear_one_two():
    def operations(neuron):
        return [node.op.name for node in topological_order(neuron([1.0, 2.0])) if node.op]

    assert operations(Neuron(2)) == ["dot", "add", "relu"]
    assert operations(Neuron(2, activation="linear")) == ["dot", "add"]
    assert operations(Neuron(2, activation="linear", bias=False)) == ["dot"]


def test_layers_are_relu_and_the_last_is_linear():
    assert [layer.activation for layer in MLP(1, [2, 2, 1]).layers] == ["relu", "relu", "linear"]


def test_representations_name_sizes_and_activation():
    assert repr(MLP(2, (16, 1), activation="tanh")) == "MLP(2, [16, 1], activation='tanh')"
    assert repr(Neuron(2, activation=lambda v: v.sin())) == "Neuron(2, activation='<lambda>')"


def test_an_activation_may_be_any_function():
    neuron = Neuron(1, activation=lambda v: v.sin())
    neuron.weights[0].data = 2.0
    assert neuron(0.25).data == pytest.approx(np.sin(0.5), rel=1e-15)


def test_long_inputs_need_no_recursion():
    product = Neuron(5000, activation="linear", bias=False)([0.1] * 5000)
    assert len(product.args) == 10_000


@in_one_test(
    "call, error, message",
    [
        (lambda: Neuron(2)([1, 2, 3]), ValueError, r"Neuron\(2, .* takes 2 inputs, got 3"),
        (
            lambda: MLP(2, [3])([1]),
            ValueError,
            r"Layer\(2, 3, .* at layers.0 takes 2 inputs, got 1",
        ),
        (
            lambda: Sequential(Layer(2, 3), Layer(2, 1))([1, 2]),
            ValueError,
            "layers.1 takes 2.*got 3",
        ),
        (lambda: Layer(2, 3)([[1, 2], [3, 4]]), ValueError, r"one example.*\[model\(row\) for row"),
        (lambda: Layer(2, 3)(np.ones((2, 2))), ValueError, r"an array of shape \(2, 2\)"),
        (lambda: Layer(2, 3)([1.0, "x"]), TypeError, "input 1: .*'x'"),
        (lambda: Layer(1, 3)("x"), TypeError, "input 0: .*'x'"),
        (lambda: Layer(1, 3)(None), TypeError, "input 0: .*None"),
        (lambda: Layer(2, 3)("xy"), TypeError, "input 0: a layer takes a real number, .*'xy'"),
        (lambda: Layer(2, 3)(None), TypeError, "input 0: a layer takes a real number, not None"),
        (lambda: Layer(1, 3)([1, 2]), ValueError, "takes 1 input, got 2"),
        (lambda: Neuron(0), ValueError, "nin must be at least 1, not 0"),
        (lambda: Layer(2, 1.5), TypeError, "nout must be an int, not 1.5"),
        (lambda: Layer(True, 1), TypeError, "nin must be an int, not True"),
        (lambda: MLP(2, [3, -1]), ValueError, r"nouts\[1\] must be at least 1, not -1"),
        (lambda: MLP(2, []), ValueError, "nouts is empty"),
        (lambda: MLP(2, 3), TypeError, r"nouts is a list of layer widths"),
        (lambda: Sequential([Layer(1, 1)]), TypeError, "one by one; argument 0 is"),
        (lambda: Neuron(1, activation="rellu"), ValueError, "unknown activation 'rellu'.*'relu'"),
        (lambda: Neuron(1, activation=3), TypeError, "activation is a function or one of"),
        (lambda: Neuron(1, rng=7), TypeError, r"rng must be a random.Random.*not 7"),
    ],
)
def test_mistakes_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_an_unknown_activation_is_refused_even_where_every_layer_is_linear():
    with pytest.raises(ValueError, match="unknown activation 'rely'"):
        MLP(3, [2], activation="rely")


def test_several_rows_are_told_apart_from_a_wrong_length():
    with pytest.raises(ValueError, match=r"got 2 rows.*for row in X"):
        MLP(3, [2])([[1, 2, 3], [1, 2, 3]])
