"""Depth: the lesson's signals, gradients and trained networks against passes written in NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.linalg import norm

pytestmark = pytest.mark.slow

ACTIVATIONS = {
    "sigmoid": (lambda z: 1.0 / (1.0 + np.exp(-z)), lambda a: a * (1.0 - a)),
    "tanh": (np.tanh, lambda a: 1.0 - a * a),
    "relu": (lambda z: np.maximum(z, 0.0), lambda a: (a > 0.0).astype(float)),
}
INITIALIZERS = ["zeros", "xavier_uniform", "he_uniform", "uniform", "uniform(-3, 3)"]


def matrices(network):
    for layer in network.layers:
        yield (
            np.array([[weight.data for weight in neuron.weights] for neuron in layer.neurons]),
            np.array([neuron.bias.data for neuron in layer.neurons]),
        )


def forward(network, activation, X):
    """Return the inputs of every layer, examples in columns, and the logits."""
    bend = ACTIVATIONS[activation][0]
    signals = [np.asarray(X).T]
    for W, b in matrices(network):
        signals.append(bend(W @ signals[-1] + b[:, None]))
    logits = W @ signals[-2] + b[:, None]
    return signals[:-1], logits[0]


def gradients(network, activation, X, y):
    """Return the gradient of the mean cross-entropy by the weights of each layer."""
    slope = ACTIVATIONS[activation][1]
    signals, logits = forward(network, activation, X)
    upstream = (1.0 / (1.0 + np.exp(-logits)) - y)[None, :] / len(y)
    found = []
    for (W, _), below in reversed(list(zip(matrices(network), signals))):
        found.append(upstream @ below.T)
        upstream = W.T @ upstream * slope(below)
    return found[::-1]


def loss(network, activation, X, y):
    logits = forward(network, activation, X)[1]
    return np.mean(np.logaddexp(0.0, logits) - y * logits)


def measured(lesson):
    names = lesson.names
    found = {("default", activation): result for activation, result in names["fresh"].items()}
    for initializer, by_activation in names["started"].items():
        found |= {(initializer, activation): r for activation, r in by_activation.items()}
    return found


def test_the_chain_multiplies_slopes_of_a_quarter_at_most(lesson):
    a, gradient = [0.0], 1.0
    for _ in range(6):
        a.append(1.0 / (1.0 + np.exp(-a[-1])))
    chain = lesson.names["chain"]
    assert [node.data for node in chain] == pytest.approx(a, rel=1e-15)
    for passed in range(1, 7):
        gradient *= a[-passed] * (1.0 - a[-passed])
        assert chain[-passed - 1].grad == pytest.approx(gradient, rel=1e-14)
        assert gradient < 0.25**passed
        assert f"{gradient:10.6f} {0.25**passed:10.6f}" in lesson.printed


def test_signals_and_gradients_are_those_of_matrices(lesson):
    X, y = lesson.names["X"], lesson.names["y"]
    assert set(lesson.names["started"]) == set(INITIALIZERS)
    for (_, activation), (network, sizes, slopes) in measured(lesson).items():
        signals, _ = forward(network, activation, X)
        expected = [np.sqrt(np.mean(signal**2)) for signal in signals[1:]]
        np.testing.assert_allclose(sizes, expected, rtol=1e-12)
        expected = [norm(gradient) for gradient in gradients(network, activation, X, y)]
        # Sums that all but cancel differ by the rounding of their terms
        np.testing.assert_allclose(slopes, expected, rtol=1e-9)
        assert (len(sizes), len(slopes)) == (16, 17)


def test_the_sigmoid_network_loses_at_least_the_factor_of_a_quarter(lesson):
    X, y = lesson.names["X"], lesson.names["y"]
    network = lesson.names["fresh"]["sigmoid"][0]
    signals, logits = forward(network, "sigmoid", X)
    upstream = (1.0 / (1.0 + np.exp(-logits)) - y)[None, :] / len(y)
    for (W, _), a in reversed(list(zip(matrices(network), signals))[1:]):
        below = W.T @ upstream * a * (1.0 - a)
        assert norm(below) <= 0.25 * norm(W, 2) * norm(upstream)
        upstream = below


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_depth_takes_the_gradient_of_sigmoids_only_whatever_the_seed(lesson, seed):
    up_and_down = lesson.names["up_and_down"]
    first, last = up_and_down("sigmoid", "xavier_uniform", seed=seed)[2][:: lesson.names["DEPTH"]]
    assert first < 1e-8 * last
    for activation, initializer in (("tanh", "xavier_uniform"), ("relu", "he_uniform")):
        first, last = up_and_down(activation, initializer, seed=seed)[2][:: lesson.names["DEPTH"]]
        assert 0.05 < first / last < 50.0


def test_the_first_gradient_by_depth(lesson):
    norms = {name: norms for name, (_, norms) in lesson.names["by_depth"].items()}
    assert lesson.names["by_depth"]["relu"][0] == [1, 2, 4, 8, 16]
    for name, values in norms.items():
        assert values[-1] == lesson.names["fresh"][name][2][0]
    assert all(a > 5.0 * b for a, b in zip(norms["sigmoid"], norms["sigmoid"][1:]))
    assert norms["sigmoid"][-1] < 1e-9
    assert min(norms["tanh"] + norms["relu"]) > 1e-2


def test_the_factor_of_a_relu_layer_is_that_of_random_signals(lesson):
    generator = np.random.default_rng(14)
    for name, bound in (("xavier_uniform", 0.5), ("he_uniform", 0.5**0.5), ("uniform", 1.0)):
        W = generator.uniform(-bound, bound, size=(4000, 12))
        x = generator.uniform(0.0, 1.0, size=12)
        measured_factor = np.sqrt(np.mean(np.maximum(W @ x, 0.0) ** 2) / np.mean(x**2))
        assert lesson.names["factors"][name] == pytest.approx(measured_factor, rel=0.05)


def test_initial_weights_decide(lesson):
    started = lesson.names["started"]
    first = {name: {a: r[2][0] for a, r in found.items()} for name, found in started.items()}
    signal = {name: found["relu"][1][-1] for name, found in started.items()}
    assert set(first["zeros"].values()) == {0.0}
    assert first["uniform(-3, 3)"]["relu"] > 1e6
    assert first["uniform(-3, 3)"]["tanh"] > 10.0
    assert max(found["sigmoid"] for found in first.values()) < 1e-3
    assert signal["xavier_uniform"] < 0.01 < signal["he_uniform"] < 1.5 < signal["uniform"]


def test_the_deep_sigmoid_network_stands_still_where_the_others_learn(lesson):
    X, y = lesson.names["moons"], lesson.names["sides"]
    found = {name: loss(net, name, X, y) for name, net in lesson.names["trained"].items()}
    assert found["sigmoid"] == pytest.approx(np.log(2.0), abs=0.02)
    assert min(lesson.names["losses"]["sigmoid"]) > 0.69
    assert found["tanh"] < 0.1
    assert found["relu"] < 0.1


def test_zeros_keep_neurons_equal_and_one_line_is_not_enough(lesson):
    X, y = lesson.names["X_rings"], lesson.names["rings"]
    equal, different = lesson.names["symmetric"].values()
    W, b = next(matrices(equal))
    assert len({*map(tuple, W)}) == len({*b}) == 1
    assert np.all(W[0] != 0.0)
    W, _ = next(matrices(different))
    assert len({*map(tuple, W)}) == 4
    right = [
        np.mean((forward(network, "sigmoid", X)[1] > 0.0) == y) for network in (equal, different)
    ]
    assert right[0] < 0.75
    assert right[1] == 1.0
    for share in right:
        assert f"right {share:.0%}" in lesson.printed.partition("\n6. ")[2]


def test_the_pictures_show_the_curves(lesson):
    assert "grad 0.000152" in lesson.words("chain.svg")
    for picture in ("layers", "depth", "loss"):
        for name in ("sigmoid", "tanh", "relu"):
            assert name in lesson.words(f"{picture}.svg")
    for name in INITIALIZERS[1:]:
        assert name in lesson.words("signals.svg")


def test_the_look_at_the_sigmoid_network_names_its_first_layer(lesson):
    assert lesson.names["report"].verdict.startswith("vanishing gradients in layers.0")
    assert f"   {lesson.names['report'].verdict}\n" in lesson.printed
