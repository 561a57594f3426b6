"""Initializers: micrograd's numbers, and variances against their formulas."""

import math
import random
import statistics

import pytest

from nn import INITIALIZERS, MLP, Layer, Neuron
from tests.in_one_test import in_one_test


def weights(layer):
    return [weight.data for neuron in layer.neurons for weight in neuron.weights]


def test_the_uniform_one_draws_what_micrograd_draws():
    random.seed(1337)
    drawn = [[random.uniform(-1, 1) for _ in range(3)] for _ in range(2)]
    random.seed(1337)
    layer = Layer(3, 2, initializer="uniform")
    assert [[w.data for w in neuron.weights] for neuron in layer.neurons] == drawn
    assert all(neuron.bias.data == 0.0 for neuron in layer.neurons)


# Variances by fan_in = 50 and fan_out = 200, and the largest magnitude of the uniform ones
EXPECTED = {
    "zeros": (0.0, 0.0),
    "uniform": (1 / 3, 1.0),
    "xavier_uniform": (2 / 250, math.sqrt(6 / 250)),
    "glorot_uniform": (2 / 250, math.sqrt(6 / 250)),
    "xavier_normal": (2 / 250, math.inf),
    "glorot_normal": (2 / 250, math.inf),
    "lecun_uniform": (1 / 50, math.sqrt(3 / 50)),
    "lecun_normal": (1 / 50, math.inf),
    "he_uniform": (2 / 50, math.sqrt(6 / 50)),
    "kaiming_uniform": (2 / 50, math.sqrt(6 / 50)),
    "he_normal": (2 / 50, math.inf),
    "kaiming_normal": (2 / 50, math.inf),
}


@in_one_test("name", INITIALIZERS)
def test_variance_follows_the_fans(name):
    drawn = weights(Layer(50, 200, initializer=name, rng=random.Random(0)))
    variance, bound = EXPECTED[name]
    assert statistics.variance(drawn) == pytest.approx(variance, rel=0.05)
    assert statistics.mean(drawn) == pytest.approx(0.0, abs=4 * math.sqrt(variance / 10_000))
    assert max(map(abs, drawn)) <= bound


@pytest.mark.parametrize(
    ("activation", "name"),
    [("relu", "he_uniform"), ("gelu", "he_uniform"), ("tanh", "xavier_uniform"),
     ("linear", "xavier_uniform"), (lambda v: v.sin(), "xavier_uniform")],
)  # fmt: skip
def test_the_default_follows_the_activation(activation, name):
    default = weights(Layer(3, 4, activation, rng=random.Random(0)))
    assert default == weights(Layer(3, 4, initializer=name, rng=random.Random(0)))


def test_a_generator_and_the_module_random_repeat():
    first = MLP(2, [3, 1], rng=random.Random(5)).state_dict()
    random.seed(5)
    assert MLP(2, [3, 1]).state_dict() == first


def test_an_initializer_may_be_any_function():
    neuron = Neuron(2, initializer=lambda fan_in, fan_out, rng: 0.25)
    assert [weight.data for weight in neuron.weights] == [0.25, 0.25]


def test_an_unknown_name_lists_the_allowed():
    with pytest.raises(ValueError, match=r"unknown initializer 'he'.*'he_uniform'"):
        Neuron(2, initializer="he")
