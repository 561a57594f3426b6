"""Parameters are called by where they live: the keys of named_parameters() and of checkpoints."""

import copy
import pickle
import random
import sys

import numpy as np
import pytest

import autograd
from autograd import StaleGraphError, Value
from autograd.graph import name_of
from nn import MLP, AvgPool2d, Conv2d, Flatten, Layer, Module, Neuron, Perceptron, Sequential
from nn.members import RENAMED
from tests.in_one_test import in_one_test


class Collections(Module):
    """Values in every place, without labels."""

    def __init__(self):
        self.scale = Value(1.5)
        self.rows = [[Value(2.0)], (Value(3.0), Value(4.0))]
        self.table = {"a": Value(5.0), "b.c": Value(6.0)}
        self.array = np.array([[Value(7.0), Value(8.0)]])
        self.heads = {"left": Neuron(2), "right": [Neuron(2)]}

    def forward(self, x):
        heads = self.heads["left"](x) * self.heads["right"][0](x)
        return autograd.sum(self.parameters()) * heads


class Tied(Module):
    """One Value in two modules."""

    def __init__(self):
        self.encoder, self.decoder = Neuron(1), Neuron(1)
        self.decoder.weights = self.encoder.weights

    def forward(self, x):
        return self.decoder([self.encoder(x)])


class ReadsItsPart(Module):
    """Computes with the weights of a module that it never calls, under a scope of its own."""

    def __init__(self):
        self.part = Neuron(2)

    def forward(self, x):
        with autograd.scope("attention"):
            return autograd.dot(self.part.weights, x)


class Micrograd(Module):
    """Calls its layers from a __call__ of its own."""

    def __init__(self):
        self.layers = [Layer(2, 2), Layer(2, 1)]

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


IMAGE = [[0.5, -1.0, 2.0], [1.0, 0.0, 3.0], [0.1, 0.2, 0.3]]
MODELS = {
    "neuron": (Neuron(2), [1.0, 2.0]),
    "layer": (Layer(2, 3), [1.0, 2.0]),
    "mlp": (MLP(2, [3, 1]), [1.0, 2.0]),
    "perceptron": (Perceptron(2), [1.0, 2.0]),
    "kernels": (Sequential(Conv2d(1, 2, 2), AvgPool2d(2), Flatten(), Layer(2, 1)), IMAGE),
    "nested": (Sequential(Sequential(Layer(2, 2)), Sequential(MLP(2, [2, 1]))), [1.0, 2.0]),
    "collections": (Collections(), [1.0, 2.0]),
    "tied": (Tied(), [1.0]),
    "parent": (ReadsItsPart(), [1.0, 2.0]),
}


def wrong_names(model):
    return {key: name_of(p) for key, p in model.named_parameters() if name_of(p) != key}


@in_one_test("name", MODELS)
def test_a_call_names_every_parameter_by_its_key(name):
    model, x = copy.deepcopy(MODELS[name])
    model(x)
    named = [name_of(p) for p in model.parameters()]
    assert named == list(model.state_dict())


def test_parameters_are_named_without_a_call():
    model = Micrograd()
    model.parameters()
    model([1.0, 2.0])
    assert name_of(model.layers[1].neurons[0].bias) == "layers.1.neurons.0.bias"
    assert not wrong_names(model)


def test_a_part_keeps_its_place_in_the_whole():
    model = MLP(2, [2, 1])
    model([1.0, 2.0])
    model.layers[0]([1.0, 2.0])
    model.layers[0].neurons[1].weights = model.layers[0].neurons[0].weights[:1]
    model.layers[0].neurons[1]([1.0])
    assert name_of(model.layers[0].neurons[1].bias) == "layers.0.neurons.1.bias"


def test_a_changed_model_names_anew():
    model = Sequential(Layer(2, 2))
    model([1.0, 2.0])
    model.layers.append(Layer(2, 1))
    model.layers[0].neurons[1].w = [Value(1.0), Value(2.0)]
    model([1.0, 2.0])
    assert not wrong_names(model)
    outer = Sequential(model)
    outer([1.0, 2.0])
    assert not wrong_names(outer)


def test_a_new_module_leaves_the_names_of_other_models_alone():
    model = MLP(2, [2, 1])
    model([1.0, 2.0])
    neuron = model.layers[0].neurons[0]
    places = [parameter._place for parameter in model.parameters()]
    other = Sequential(MLP(2, [2, 1]), Collections())
    other.extra = Neuron(2)
    del other.extra
    model([1.0, 2.0])
    assert all(p._place is place for p, place in zip(model.parameters(), places, strict=True))
    neuron.bias = Value(3.0)
    model([1.0, 2.0])
    assert name_of(neuron.bias) == "layers.0.neurons.0.bias"


def test_a_model_from_another_process_is_named_here(monkeypatch):
    model = Neuron(1)
    model([1.0])
    count = RENAMED.now
    model.bias = Value(3.0)
    written = pickle.dumps(model)
    monkeypatch.setattr(RENAMED, "now", count)  # another process, with as many changes so far
    read = pickle.loads(written)  # noqa: S301
    read([1.0])
    assert name_of(read.bias) == "bias"


def test_a_count_of_changes_never_returns_to_one_that_was_seen():
    # Another thread counts three changes between any two instructions of this one.
    seen = set()

    def other_thread(frame, event, _):
        frame.f_trace_opcodes = True
        if event == "opcode":
            sys.settrace(None)
            for _ in range(3):
                RENAMED.tick()
                seen.add(RENAMED.now)
            sys.settrace(other_thread)
        return other_thread

    before = sys.gettrace()
    sys.settrace(other_thread)
    try:
        RENAMED.tick()
    finally:
        sys.settrace(before)
    assert seen
    for _ in range(len(seen)):
        RENAMED.tick()
        assert RENAMED.now not in seen


def test_a_label_of_ones_own_is_the_name_while_it_is_the_only_one():
    class Line(Module):
        def __init__(self):
            self.slope, self.offset = Value(2.0, label="m"), Value(1.0)

        def forward(self, x):
            return self.slope * x + self.offset

    model = Line()
    model(1.0)
    assert [name_of(p) for p in model.parameters()] == ["m", "offset"]
    model.offset.label = "m"
    model.slope = Value(3.0, label="m")
    model(1.0)
    assert [name_of(p) for p in model.parameters()] == ["slope", "offset"]
    model.slope.label = "steepness"
    assert name_of(model.slope) == "steepness"


def test_a_removed_label_leaves_the_key():
    neuron = Neuron(1)
    neuron([1.0])
    neuron.bias.label = ""
    assert (neuron.bias.label, name_of(neuron.bias)) == ("", "bias")


def test_labels_stay_the_short_form():
    model = MLP(1, [1])
    model([1.0])
    assert [p.label for p in model.parameters()] == ["w0", "b"]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])  # noqa: S301
def test_copies_keep_names(copied):
    model = MLP(2, [2, 1])
    model([1.0, 2.0])
    assert [name_of(p) for p in copied(model).layers[1].neurons[0].weights] == [
        "layers.1.neurons.0.weights.0",
        "layers.1.neurons.0.weights.1",
    ]


def test_errors_and_warnings_name_a_weight_by_its_key():
    model = MLP(2, [2, 1], rng=random.Random(1))
    loss = model([1.0, 2.0])
    bias = model.layers[1].neurons[0].bias
    with pytest.warns(autograd.NumericWarning, match=r"log\(layers\.1\.neurons\.0\.bias=0\.0\)"):
        autograd.log(bias)
    with pytest.raises(TypeError, match=r"Value 'layers\.1\.neurons\.0\.bias' is not converted"):
        float(bias)
    bias.data = 2.0
    with pytest.raises(StaleGraphError, match=r"the leaf 'layers\.1\.neurons\.0\.bias'"):
        loss.backward()


def test_a_layer_in_an_error_is_told_by_its_whole_place():
    model = Sequential(Sequential(Layer(2, 2)))
    model([1.0, 2.0])
    with pytest.raises(ValueError, match=r"at layers\.0\.layers\.0"):
        model([1.0])
