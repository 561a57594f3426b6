"""Module: which parameters are found, under which names, and loading that is all or nothing."""

import numpy as np
import pytest

from autograd import Value, compile
from nn import MLP, Layer, Module, Neuron


class Tied(Module):
    """One of every place a parameter can be in, and one Value in two places."""

    def __init__(self):
        self.scale = Value(1.0)
        self.rows = [[Value(2.0)], (Value(3.0), Value(4.0))]
        self.table = {"a": Value(5.0), "again": self.scale}
        self.array = np.array([[Value(6.0), Value(7.0)]])
        self.inner = Neuron(1)
        self.same = self.inner
        self.result = self.scale * 2  # the result of an operation is no parameter
        self.width = 3


class Micrograd(Module):
    """Written as for micrograd: no super().__init__(), its own __call__ and parameters."""

    def __init__(self):
        self.w = [Value(0.5), Value(-1.0)]
        self.frozen = Value(9.0)

    def __call__(self, x):
        return sum((wi * xi for wi, xi in zip(self.w, x, strict=True)), self.frozen)

    def parameters(self):
        return [*self.w, Value(4.0)]


def test_parameters_are_found_once_in_order_of_assignment():
    names = [name for name, _ in Tied().named_parameters()]
    assert names == [
        "scale", "rows.0.0", "rows.1.0", "rows.1.1", "table.a", "array.0.0", "array.0.1",
        "inner.weights.0", "inner.bias",
    ]  # fmt: skip


def test_an_overriding_parameters_method_is_what_counts():
    class Outer(Module):
        def __init__(self):
            self.inner = Micrograd()
            self.own = Value(1.0)

    outer = Outer()
    assert [name for name, _ in outer.named_parameters()] == [
        "inner.w.0", "inner.w.1", "inner.parameters.2", "own",
    ]  # fmt: skip
    assert outer.inner([2.0, 1.0]).data == 9.0
    assert Micrograd().state_dict() == {"w.0": 0.5, "w.1": -1.0, "parameters.2": 4.0}


def test_modules_that_hold_each_other_are_walked_once():
    outer, inner = Module(), Module()
    outer.child, inner.parent, inner.w = inner, outer, Value(1.0)
    assert [name for name, _ in outer.named_parameters()] == ["child.w"]
    assert outer.eval() is outer
    assert (outer.training, inner.training) == (False, False)


@pytest.mark.parametrize("traced", ["predict", "compile"])
def test_an_input_that_a_trace_left_behind_is_no_parameter(traced):
    class Remembering(Module):
        def __init__(self):
            self.w = Value(2.0)

        def forward(self, x):
            self.inputs = x
            return self.w * x[0] * x[1]

    model = Remembering()
    if traced == "predict":
        model.predict([[1.0, 2.0]])
    else:
        compile(model)([1.0, 2.0])
    assert model.parameters() == [model.w]
    assert model.state_dict() == {"w": 2.0}
    model.zero_grad()
    assert model.predict([[1.0, 2.0]]).tolist() == [4.0]


def test_arguments_are_parameters_while_they_are_traced():
    class Given(Module):
        def forward(self, w):
            self.w = w
            return sum(parameter * parameter for parameter in self.parameters())

    model = Given()
    assert model(Value(3.0)).data == 9.0
    assert compile(model, verify="always")(3.0) == 9.0


def test_names_follow_layers_neurons_weights():
    names = list(MLP(2, [2, 1]).state_dict())
    assert names[:3] == [
        "layers.0.neurons.0.weights.0",
        "layers.0.neurons.0.weights.1",
        "layers.0.neurons.0.bias",
    ]
    assert names[-1] == "layers.1.neurons.0.bias"


def test_nodes_know_their_module():
    model = MLP(1, [2, 1])
    hidden, _ = model(1.0).args[0].args[2:]
    assert hidden.scope == "MLP/layers.0/neurons.0"
    assert model(1.0).scope == "MLP/layers.1/neurons.0"
    model.layers[0].neurons[1] = Neuron(1)
    assert model(1.0).args[0].args[3].scope == "MLP/layers.0/neurons.1"
    model.layers = [Layer(1, 1)]
    assert model(1.0).scope == "MLP/layers.0/neurons.0"


def test_a_call_hands_over_arguments_by_name():
    class Shifted(Module):
        def forward(self, x, *, shift=0.0):
            return x + shift

    found = Shifted()(Value(1.0), shift=2.0)
    assert (found.data, found.scope) == (3.0, "Shifted")


def test_a_module_without_forward_says_so():
    with pytest.raises(NotImplementedError, match="Module defines neither forward nor __call__"):
        Module()(1.0)


def test_zero_grad_clears_every_parameter():
    model = MLP(1, [2, 1], activation="tanh")
    model(1.0).backward()
    assert all(parameter.has_grad for parameter in model.parameters())
    model.zero_grad()
    assert not any(parameter.has_grad for parameter in model.parameters())
    tied = Tied()
    for parameter in tied.parameters():
        parameter.grad = 1.0
    tied.zero_grad()
    assert not any(parameter.has_grad for parameter in tied.parameters())


def test_a_state_dict_goes_into_an_equal_model():
    model, other = MLP(2, [3, 1]), MLP(2, [3, 1])
    other.load_state_dict(model.state_dict())
    assert other([0.3, -0.7]).data == model([0.3, -0.7]).data


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            lambda s: s.pop("layers.0.neurons.0.bias"),
            ValueError,
            "missing 'layers.0.neurons.0.bias'",
        ),
        (lambda s: s.update(other=1.0), ValueError, "unexpected 'other'"),
        (lambda s: s.update(dict.fromkeys("abcdef", 1.0)), ValueError, "and 2 more"),
        (lambda s: s.update({"layers.0.neurons.0.bias": "x"}), TypeError, r"neurons\.0\.bias.*'x'"),
    ],
)
def test_a_state_dict_that_does_not_fit_changes_nothing(change, error, message):
    model = MLP(1, [1])
    before = model.state_dict()
    state = dict.fromkeys(before, 7.0)
    change(state)
    with pytest.raises(error, match=message):
        model.load_state_dict(state)
    assert model.state_dict() == before


def test_a_state_dict_must_be_a_mapping():
    with pytest.raises(TypeError, match="not be of type list"):
        MLP(1, [1]).load_state_dict([1.0, 2.0])
