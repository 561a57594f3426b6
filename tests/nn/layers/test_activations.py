"""Activations by name, against their formulas."""

import math

import pytest

from autograd import Value
from nn import ACTIVATIONS, Neuron
from tests.in_one_test import in_one_test

FORMULAS = {
    "linear": lambda x: x,
    "identity": lambda x: x,
    "relu": lambda x: max(x, 0.0),
    "leaky_relu": lambda x: x if x > 0 else 0.01 * x,
    "elu": lambda x: x if x > 0 else math.exp(x) - 1.0,
    "gelu": lambda x: x * (1.0 + math.erf(x / math.sqrt(2.0))) / 2.0,
    "silu": lambda x: x / (1.0 + math.exp(-x)),
    "sigmoid": lambda x: 1.0 / (1.0 + math.exp(-x)),
    "tanh": math.tanh,
    "softplus": lambda x: math.log(1.0 + math.exp(x)),
}


def test_every_name_has_a_formula_here():
    assert FORMULAS.keys() == ACTIVATIONS.keys()


@in_one_test("name", FORMULAS)
@in_one_test("x", [-1.3, 0.0, 0.7])
def test_a_neuron_applies_the_activation_of_that_name(name, x):
    neuron = Neuron(1, activation=name)
    neuron.weights[0].data = 1.0
    assert neuron([Value(x)]).data == pytest.approx(FORMULAS[name](x), rel=1e-12, abs=1e-15)
