"""What health says of weights: all 0, all equal, too small, an output that is always the same."""

from __future__ import annotations

import random

import pytest

from nn import MLP, Layer, binary_cross_entropy_with_logits
from visualize import health

rng = random.Random(0)
X = [[rng.gauss(0.0, 1.0), rng.gauss(0.0, 1.0)] for _ in range(40)]
Y = [float(x[0] * x[1] > 0.0) for x in X]


def network(activation="tanh", widths=(8, 8, 1), **options):
    return MLP(2, list(widths), activation, rng=random.Random(5), **options)


def report(model, rows=40):
    return health(model, X, Y, loss=binary_cross_entropy_with_logits, rows=rows)


def kinds(model):
    return [finding.kind for finding in report(model).findings]


def test_a_fresh_network_has_none_of_it():
    for activation in ("relu", "tanh", "gelu", "sigmoid"):
        assert not {"zero weights", "equal units", "small weights", "constant output"} & {
            *kinds(network(activation))
        }


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
def test_weights_that_are_all_0(activation):
    found = report(network(activation, initializer="zeros"))
    assert found.verdict == "all weights of layers.0 are 0: 24 parameters"
    assert "the output of layers.2 does not depend on the input" in found.text
    assert "rather than sigmoid" not in found.verdict


def test_a_single_layer_may_start_at_0():
    assert "zero weights" not in kinds(Layer(2, 1, "linear", initializer="zeros"))


def test_units_that_are_all_equal():
    model = network()
    for layer in model.layers:
        for neuron in layer.neurons:
            for weight in neuron.weights:
                weight.data = 0.3
    found = report(model)
    assert found.verdict == "all weights equal in layers.0: its 8 units do the same"
    assert "what starts equal gets equal gradients" in found.findings[0].advice


@pytest.mark.parametrize("activation", ["tanh", "relu", "gelu"])
def test_weights_that_are_too_small(activation):
    model = network(activation, widths=(8, 8, 8, 8, 1))
    for parameter in model.parameters():
        parameter.data *= 0.1
    found = report(model)
    assert "weights too small in all layers" in found.text
    assert "the output of layers.4 does not depend on the input" in found.text
    assert "Use relu or tanh" not in found.text


def test_sigmoids_are_told_to_be_others_and_tanh_is_not():
    deep = (6,) * 14 + (1,)
    assert "rather than sigmoid" in report(network("sigmoid", widths=deep), rows=8).text
    model = network("tanh", widths=deep)
    for parameter in model.parameters():
        parameter.data *= 0.3
    found = report(model, rows=8)
    assert found.verdict.startswith("vanishing gradients")
    assert "tanh rather" not in found.text
