"""Which layer values and parameters belong to: by scopes, and by names where there are none."""

from __future__ import annotations

import random

import pytest

import autograd
from autograd import Value, scope
from nn import (
    MLP,
    SGD,
    AvgPool2d,
    Conv2d,
    Flatten,
    Layer,
    MaxPool2d,
    Module,
    Neuron,
    Sequential,
)
from tests.in_one_test import in_one_test
from visualize import health

X = [[0.5, -1.0], [1.5, 2.0], [-0.3, 0.4]]


def zeros(model, inputs):
    """Targets of 0 of the shape of the outputs."""
    return [[0.0] * len(o) if isinstance(o, list) else 0.0 for o in (model(x) for x in inputs)]


def layers_of(model, inputs=X, **options):
    """Layers by name, with their number of units and of parameters."""
    report = health(model, inputs, zeros(model, inputs), **options)
    return {
        layer.name: (layer.units, layer.weights.count if layer.weights else 0)
        for layer in report.layers
    }


class ByHand:
    """A network of plain lists: no module, no scope."""

    def __init__(self, names=("w1", "b1", "w2", "b2")):
        rng = random.Random(5)
        values = [
            [[Value(rng.gauss(0, 1)) for _ in range(2)] for _ in range(3)],
            [Value(0.1) for _ in range(3)],
            [Value(rng.gauss(0, 1)) for _ in range(3)],
            Value(0.3),
        ]
        self.parts = dict(zip(names, values))
        self.names = names

    def named_parameters(self):
        for name, part in reversed(self.parts.items()):  # not the order of the forward pass
            yield from named(name, part)

    def __call__(self, x):
        w1, b1, w2, b2 = self.parts.values()
        hidden = [autograd.tanh(sum(w * n for w, n in zip(row, x)) + b) for row, b in zip(w1, b1)]
        return sum(w * h for w, h in zip(w2, hidden)) + b2


def named(name, part):
    if isinstance(part, Value):
        yield name, part
    else:
        for index, inner in enumerate(part):
            yield from named(f"{name}.{index}", inner)


@in_one_test(
    "model, expected",
    [
        (MLP(2, [4, 3]), {"layers.0": (4, 12), "layers.1": (3, 15)}),
        (MLP(2, [1]), {"layers.0": (1, 3)}),
        (MLP(2, [1, 1, 1]), {"layers.0": (1, 3), "layers.1": (1, 2), "layers.2": (1, 2)}),
        (Layer(2, 3), {"Layer": (3, 9)}),
        (Layer(2, 1), {"Layer": (1, 3)}),
        (Neuron(2), {"Neuron": (1, 3)}),
        (Sequential(Layer(2, 2), MLP(2, [3, 1])), {
            "layers.0": (2, 6), "layers.1.layers.0": (3, 9), "layers.1.layers.1": (1, 4)}),
        (Sequential(Neuron(2), Neuron(1)), {"layers.0": (1, 3), "layers.1": (1, 2)}),
    ],
)  # fmt: skip
def test_layers_and_units_of_modules(model, expected):
    assert layers_of(model) == expected


@pytest.mark.parametrize("pool", [MaxPool2d, AvgPool2d])
def test_kernels_are_units_and_pooled_outputs_are_too(pool):
    model = Sequential(Conv2d(1, 3, 2, "relu"), pool(2), Flatten(), Layer(12, 2, "linear"))
    rng = random.Random(3)
    images = [[[rng.random() for _ in range(5)] for _ in range(5)] for _ in range(2)]
    assert layers_of(model, images) == {
        "layers.0": (3, 15),
        "layers.1": (12, 0),
        "layers.3": (2, 26),
    }


def test_a_convolution_of_one_kernel_is_a_layer_with_a_unit():
    model = Sequential(Conv2d(1, 1, 2, "relu"), Flatten())
    images = [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]
    assert layers_of(model, images) == {"layers.0": (1, 5)}


def test_modules_by_attribute_and_operations_between_them():
    class Net(Module):
        def __init__(self):
            self.body = MLP(2, [3, 2], "tanh")
            self.gate = Layer(2, 2, "sigmoid")
            self.scale = Value(2.0)

        def forward(self, x):
            return [b * g * self.scale for b, g in zip(self.body(x), self.gate(x))]

    found = layers_of(Net())
    assert found == {
        "body.layers.0": (3, 9), "body.layers.1": (2, 8), "gate": (2, 6), "Net": (2, 1),
    }  # fmt: skip


def test_branches_in_a_list_are_layers_and_neurons_in_a_list_units():
    class Net(Module):
        def __init__(self):
            self.branches = [Layer(2, 3), Layer(2, 2)]
            self.experts = [Neuron(5), Neuron(5), Neuron(5)]

        def forward(self, x):
            seen = [value for branch in self.branches for value in branch(x)]
            return [expert(seen) for expert in self.experts]

    assert layers_of(Net()) == {"branches.0": (3, 9), "branches.1": (2, 6), "Net": (3, 18)}


def test_members_of_a_list_that_hold_layers_are_no_units():
    class Branch(Module):
        def __init__(self):
            self.inner, self.scale = Layer(2, 2), Value(2.0)

        def forward(self, x):
            return autograd.sum(self.inner(x)) * self.scale

    class Net(Module):
        def __init__(self):
            self.branches = [Branch(), Branch()]

        def forward(self, x):
            return [branch(x) for branch in self.branches]

    assert layers_of(Net()) == {
        "branches.0.inner": (2, 6), "branches.0": (1, 1),
        "branches.1.inner": (2, 6), "branches.1": (1, 1),
    }  # fmt: skip


def test_the_caller_may_be_in_a_scope_of_its_own():
    model = Sequential(Conv2d(1, 2, 2, "relu"), Flatten(), Layer(8, 1, "linear"))
    images = [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]
    expected = health(model, images, [0.0])
    assert [layer.units for layer in expected.layers] == [2, 1]  # kernels, not their outputs
    with scope("experiment"), scope("layers.7"):
        assert health(model, images, [0.0]) == expected


def test_a_layer_used_again_and_again_is_one_layer():
    class Recurrent(Module):
        def __init__(self):
            self.cell = Layer(3, 2, "tanh")
            self.head = Layer(2, 1, "linear")

        def forward(self, x):
            state = [0.0, 0.0]
            for number in x:
                state = self.cell([number, *state])
            return self.head(state)

    report = health(Recurrent(), X, [0.0] * 3)
    cell, head = report.layers
    assert (cell.name, cell.units, cell.weights.count) == ("cell", 2, 8)
    # What is handed on to the head; the state in between stays in the cell
    assert (cell.activations.count, head.activations.count) == (6, 3)


def test_a_module_without_modules_is_divided_by_its_parameters():
    class Net(Module):
        def __init__(self):
            rng = random.Random(1)
            self.hidden = [[Value(rng.gauss(0, 1)) for _ in range(2)] for _ in range(3)]
            self.hidden_bias = [Value(0.0) for _ in range(3)]
            self.output = [Value(rng.gauss(0, 1)) for _ in range(3)]

        def forward(self, x):
            seen = [
                (autograd.dot(row, x) + bias).relu()
                for row, bias in zip(self.hidden, self.hidden_bias)
            ]
            return autograd.dot(self.output, seen)

    assert layers_of(Net()) == {"hidden": (3, 9), "output": (1, 3)}


def test_without_scopes_names_of_parameters_tell_layers():
    report = health(ByHand(), X, [0.0] * 3)
    assert [layer.name for layer in report.layers] == ["w1", "w2"]
    first, last = report.layers
    assert (first.units, first.weights.count, first.made_by) == (3, 9, "tanh")
    assert (last.units, last.weights.count, last.made_by) == (1, 4, "linear")
    assert [layer.is_output for layer in report.layers] == [False, True]
    nested = ByHand(("net.0.weights", "net.0.bias", "net.1.weights", "net.1.bias"))
    assert list(layers_of(nested)) == ["net.0", "net.1"]


def test_without_scopes_the_numbers_are_those_of_the_same_network_with_them():
    plain = ByHand()
    model = MLP(2, [3, 1], "tanh")
    w1, b1, w2, b2 = plain.parts.values()
    for neuron, weights, bias in zip(model.layers[0].neurons, w1, b1):
        neuron.bias.data = bias.data
        for mine, other in zip(neuron.weights, weights):
            mine.data = other.data
    (neuron,) = model.layers[1].neurons
    neuron.bias.data = b2.data
    for mine, other in zip(neuron.weights, w2):
        mine.data = other.data
    for layer, other in zip(
        health(plain, X, [0.0] * 3, optimizer=SGD([p for _, p in plain.named_parameters()])).layers,
        health(model, X, [0.0] * 3, optimizer=SGD(model.parameters())).layers,
    ):
        for kind in ("activations", "gradients", "weights", "weight_gradients"):
            mine, theirs = getattr(layer, kind), getattr(other, kind)
            assert mine.rms == pytest.approx(theirs.rms, rel=1e-12)
            assert mine.quantiles == pytest.approx(theirs.quantiles, rel=1e-9)
        assert layer.update == pytest.approx(other.update, rel=1e-12)


def test_scopes_that_say_nothing_of_parameters_are_not_believed():
    class Pair:
        """Two modules that know nothing of each other: both call themselves Layer."""

        def __init__(self):
            self.a, self.b = Layer(2, 3, "tanh"), Layer(3, 1, "linear")

        def named_parameters(self):
            for name in ("a", "b"):
                for inner, value in getattr(self, name).named_parameters():
                    yield f"{name}.{inner}", value

        def __call__(self, x):
            with scope("mine"):
                return self.b(self.a(x))

    assert layers_of(Pair()) == {"a": (3, 9), "b": (1, 4)}


def test_parameters_that_nothing_uses_are_a_layer_that_did_not_run():
    class Net(Module):
        def __init__(self):
            self.used, self.spare = Layer(2, 2), Layer(2, 3)

        def forward(self, x):
            return self.used(x)

    report = health(Net(), X, [[0.0, 0.0]] * 3)
    assert [(layer.name, layer.units, layer.unreached) for layer in report.layers] == [
        ("used", 2, 0),
        ("spare", 0, 9),
    ]
    assert report.verdict == "no gradient in spare: the loss does not depend on its 9 parameters"
    (line,) = [line.split() for line in report.text.splitlines() if "not run" in line]
    assert line == ["spare", "0", "not", "run", "0", "0"]

    class Spare(ByHand):
        def named_parameters(self):
            yield "spare", Value(1.0)
            yield from super().named_parameters()

    report = health(Spare(), X, [0.0] * 3)
    assert [layer.name for layer in report.layers] == ["w1", "w2", "spare"]
    assert report.verdict == "no gradient in spare: the loss does not depend on its 1 parameter"


def test_a_shared_parameter_counts_once():
    model = Sequential(Layer(2, 2, "tanh"), Layer(2, 2, "tanh"))
    for mine, other in zip(model.layers[1].neurons, model.layers[0].neurons):
        mine.weights, mine.bias = other.weights, other.bias
    assert layers_of(model) == {"layers.0": (2, 6), "layers.1": (2, 0)}
