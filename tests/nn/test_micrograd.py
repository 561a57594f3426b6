"""Programs written for micrograd run with only their import lines changed."""

import random

import pytest

from autograd import Value
from nn import MLP, Layer, Module, Neuron


def test_a_training_loop_written_for_micrograd():
    random.seed(1)
    model = MLP(2, [8, 8, 1])
    X = [[random.uniform(-1, 1), random.uniform(-1, 1)] for _ in range(40)]
    y = [1 if a * a + b * b < 0.5 else -1 for a, b in X]
    for k in range(40):
        inputs = [list(map(Value, row)) for row in X]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * score).relu() for yi, score in zip(y, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        total = data_loss + 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
    hits = [(yi > 0) == (score.data > 0) for yi, score in zip(y, scores, strict=True)]
    assert hits.count(True) >= 36


def test_a_module_written_for_micrograd():
    class Pair(Module):
        def __init__(self, nin):
            self.members = [Neuron(nin), Layer(nin, 2)]

        def __call__(self, x):
            return [self.members[0](x), *self.members[1](x)]

        def parameters(self):
            return [p for member in self.members for p in member.parameters()]

    pair = Pair(3)
    sum(pair([1.0, -2.0, 3.0])).backward()
    assert len(pair.parameters()) == 12
    assert {name.split(".")[0] for name in pair.state_dict()} == {"members"}
    pair.zero_grad()
    assert all(p.grad == 0 for p in pair.parameters())


def test_a_walk_written_for_micrograd():
    a, b = Value(2.0), Value(-3.0)
    root = (a * b + a).relu()
    seen, symbols = set(), []

    def walk(node):
        if node not in seen:
            seen.add(node)
            symbols.append(node._op)
            for operand in node._prev:
                walk(operand)

    walk(root)
    assert {a, b} <= seen
    assert sorted(symbols) == sorted(["relu", "+", "×", "", ""])
    assert (a * 3.0)._prev == {a}


def test_a_rule_set_as_in_micrograd_is_refused_with_the_way():
    v = Value(2.0)
    with pytest.raises(AttributeError, match=r"autograd\.primitive"):
        v._backward = lambda: None
    with pytest.raises(AttributeError, match=r"op\.pullbacks"):
        _ = v._backward


def test_the_names_of_micrograds_neuron():
    neuron = Neuron(3, nonlin=False)
    assert neuron.w is neuron.weights
    assert neuron.b is neuron.bias
    assert neuron.activation == "linear"
    assert Neuron(3, nonlin=True).activation == "relu"
    assert Layer(2, 2, nonlin=False).activation == "linear"
    neuron.w, neuron.b = [Value(1.0), Value(2.0), Value(3.0)], Value(0.5)
    assert neuron([1.0, 1.0, 1.0]).data == 6.5
    assert len(neuron.parameters()) == 4


def test_gradients_may_be_set_to_a_number():
    parameter = Neuron(1).parameters()[0]
    parameter.grad = 0
    assert parameter.grad == pytest.approx(0.0)
