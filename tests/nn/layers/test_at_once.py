"""The neurons of a layer computed in one call: as one after the other, to the last bit."""

from __future__ import annotations

import random
import warnings

import numpy as np
import pytest

import autograd
from autograd import NumericWarning, Value, dot, is_tracing, no_grad, scope, source_lines
from autograd.native import engine
from nn import ACTIVATIONS, Conv2d, Layer, Neuron
from nn.layers.dense import at_once
from tests.in_one_test import in_one_test


def made(activation="relu", seed=0, **settings):
    layer = Layer(3, 4, activation, rng=random.Random(seed), **settings)
    for neuron in layer.neurons:
        if neuron.bias is not None:
            neuron.bias.data = random.Random(seed + 1).gauss(0.0, 1.0)
    return layer


def by_hand(layer, x):
    """Return what the layer returns, by blocks and operations that users have too."""
    x = [item if isinstance(item, Value) else float(item) for item in x]
    outputs = []
    with scope(type(layer).__name__):
        for index, neuron in enumerate(layer.neurons):
            with scope(f"neurons.{index}"):
                total = dot(neuron.weights, x)
                total = total if neuron.bias is None else total + neuron.bias
                outputs.append(neuron.activate(total))
    return outputs


def facts(node):
    """Return all that is known of a node and of those below it but for the leaves' own names."""
    operands = [x if isinstance(x, float) or x.op is None else facts(x) for x in node.args]
    return node.op, node.data.hex(), node.scope, node.line, type(node), node._depth, operands


def assert_same(layer, x):
    got, wanted = layer(x), by_hand(layer, x)
    assert [facts(node) for node in got] == [facts(node) for node in wanted]
    gradients = []
    for outputs in (got, wanted):
        leaves = [*layer.parameters(), *(v for v in x if isinstance(v, Value))]
        for leaf in leaves:
            leaf.zero_grad()
        dot(outputs, [1.0, -2.0, 0.5, 3.0]).backward()
        gradients.append([leaf.grad.hex() for leaf in leaves])
    assert gradients[0] == gradients[1]


@in_one_test("activation", ACTIVATIONS)
@in_one_test("x", [[0.3, -1.2, 2.0], [Value(0.3), -1.2, Value(2.0)], [1, 0, -0.0]])
def test_a_layer_records_what_its_neurons_would(activation, x):
    assert_same(made(activation), x)
    assert_same(made(activation, bias=False), x)


@in_one_test("seed", range(30))
def test_layers_on_layers_are_the_same_graph(seed):
    first, second = made("tanh", seed), Layer(4, 4, "gelu", rng=random.Random(seed))
    x = [random.Random(seed).gauss(0.0, 2.0) for _ in range(3)]
    assert_same(second, by_hand(first, x))


def test_c_takes_part_where_it_is():
    layer, x = made(), [0.5, Value(1.0), 2]
    layer(x)  # the first call enters the scopes
    with scope("Layer"):
        found = at_once(layer.neurons, [[0.5, Value(1.0), 2.0]], 3)
    assert (found is None) == (engine is None)


class Marked(Value):
    """A class of users whose sums are counted."""

    sums = 0

    def __add__(self, other):
        Marked.sums += 1
        return super().__add__(other)


def with_a_marked_weight(layer):
    neuron = layer.neurons[1]
    neuron.weights = type(neuron.weights)([Marked(0.5), *neuron.weights[1:]])


def with_a_marked_bias(layer):
    layer.neurons[2].bias = Marked(0.5)


def with_a_function(layer):
    layer.neurons[0].activate = lambda v: v * v


def with_a_row(layer):
    layer.neurons[0].activate = autograd.tanh


def with_a_list(layer):
    layer.neurons[3].weights = [*layer.neurons[3].weights]


@in_one_test(
    "changed", [with_a_marked_weight, with_a_marked_bias, with_a_function, with_a_row, with_a_list]
)
def test_what_is_changed_in_a_neuron_holds_at_once(changed):
    layer = made()
    layer([1.0, 2.0, 3.0])
    changed(layer)
    assert_same(layer, [0.3, -1.2, 2.0])
    assert_same(layer, [0.3, Marked(1.0), 2.0])


def test_operators_of_a_derived_class_are_called():
    layer, before = made(), Marked.sums
    layer([Marked(1.0), 2.0, 3.0])
    assert Marked.sums - before == 4


def test_a_neuron_of_users_computes_its_output():
    class Doubled(Neuron):
        def output(self, inputs):
            return super().output(inputs) * 2.0

    layer = made()
    layer.neurons[1] = Doubled(3, rng=random.Random(0))
    single = Neuron(3, rng=random.Random(0))
    assert layer([1.0, 2.0, 3.0])[1].data == 2.0 * single([1.0, 2.0, 3.0]).data


def test_an_output_that_somebody_has_replaced_is_asked(monkeypatch):
    layer = made("tanh")
    x = [0.3, -1.2, 2.0]
    plain = [node.data for node in layer(x)]
    layer.neurons[1].output = lambda x: Value(5.0)
    assert [node.data for node in layer(x)] == [plain[0], 5.0, *plain[2:]]
    monkeypatch.setattr(Neuron, "output", lambda neuron, x: Value(7.0))
    assert [node.data for node in layer(x)] == [7.0, 5.0, 7.0, 7.0]


def test_nothing_is_recorded_under_no_grad():
    layer = made("leaky_relu")
    with no_grad():
        outputs = layer([0.3, -1.2, 2.0])
    assert [v.op for v in outputs] == [None] * 4
    assert [v.scope for v in outputs] == [f"Layer/neurons.{i}" for i in range(4)]
    assert [v.data for v in outputs] == [v.data for v in layer([0.3, -1.2, 2.0])]


def test_lines_are_told():
    layer = made()
    with source_lines():
        outputs = layer([0.3, -1.2, 2.0])
    assert all(v.line.rpartition(":")[0].endswith("test_at_once.py") for v in outputs)


@in_one_test("x", [[1e308, 1e308, 1e308], [float("nan"), 0.0, 0.0], [float("inf"), 0.0, 1.0]])
def test_results_that_are_not_finite_are_the_same(x):
    layer = made("softplus")
    for neuron in layer.neurons:
        neuron.weights[0].data = 1e10
    assert [facts(v)[1:5] for v in layer(x)] == [facts(v)[1:5] for v in by_hand(layer, x)]


def test_a_warning_stands_at_the_line_of_the_user():
    layer = made("elu")
    layer.neurons[2].activate = autograd.exp
    layer.neurons[2].bias.data = 1e4
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", NumericWarning)
        layer([0.3, -1.2, 2.0])
    assert [w.filename for w in caught] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error", NumericWarning)
        with pytest.raises(NumericWarning, match="exp"):
            layer([0.3, -1.2, 2.0])
    assert Value(1.0).scope == ""


def test_a_compiled_layer_computes_the_same():
    layer, seen = made("tanh"), []

    def outputs(x, y, z):
        seen.append(is_tracing())
        return layer([x, y, z])

    compiled = autograd.compile(outputs)
    assert compiled(0.3, -1.2, 2.0) == pytest.approx([v.data for v in layer([0.3, -1.2, 2.0])])
    assert all(seen)


def test_arrays_and_tuples_give_the_same_graph():
    layer = made()
    wanted = [facts(v) for v in layer([0.3, -1.2, 2.0])]
    for x in (np.array([0.3, -1.2, 2.0]), (0.3, -1.2, 2.0), iter([0.3, -1.2, np.float64(2.0)])):
        assert [facts(v) for v in layer(x)] == wanted


def test_a_convolution_records_what_its_kernels_would():
    convolution = Conv2d(2, 3, (2, 1), "silu", stride=(1, 2), padding=(1, 0), rng=random.Random(0))
    draw = random.Random(1)
    image = [[[draw.gauss(0.0, 1.0) for _ in range(4)] for _ in range(3)] for _ in range(2)]
    for number, channel in enumerate(convolution(image)):
        kernel = convolution.kernels[number]
        for i, row in enumerate(channel):
            for j, node in enumerate(row):
                window = [
                    image[c][i + k - 1][2 * j] if 0 <= i + k - 1 < 3 else 0.0
                    for c in range(2)
                    for k in range(2)
                ]
                assert node.scope == f"Conv2d/kernels.{number}"
                assert node.data.hex() == kernel(window).data.hex()
