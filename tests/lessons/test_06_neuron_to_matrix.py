"""From a neuron to a matrix: the lesson's numbers against sums written out in plain Python."""

from __future__ import annotations

import numpy as np
import pytest


def neuron_by_neuron(weights, biases, x, bend):
    sums = [sum(w * xj for w, xj in zip(row, x)) + b for row, b in zip(weights, biases)]
    return [max(total, 0.0) if bend else total for total in sums]


def layer_numbers(names, number, nin, nout):
    state = names["network"].state_dict()
    start = f"layers.{number}.neurons"
    weights = [[state[f"{start}.{i}.weights.{j}"] for j in range(nin)] for i in range(nout)]
    return weights, [state[f"{start}.{i}.bias"] for i in range(nout)]


@pytest.fixture
def layers(lesson):
    return layer_numbers(lesson.names, 0, 3, 4), layer_numbers(lesson.names, 1, 4, 2)


def test_one_neuron_has_the_value_and_gradient_of_its_formula(lesson):
    names = lesson.names
    assert names["y"].data == pytest.approx(0.4 * 1.0 + -0.3 * -2.0 + 0.8 * 0.5 + 0.1, rel=1e-15)
    assert [names[f"w{i}"].grad for i in range(3)] == [1.0, -2.0, 0.5]
    assert [names[f"x{i}"].grad for i in range(3)] == [0.4, -0.3, 0.8]
    assert names["b"].grad == 1.0


def test_the_rows_of_the_matrix_are_the_weights_of_the_neurons(lesson, layers):
    for number, (weights, biases) in enumerate(layers, start=1):
        assert lesson.names[f"W{number}"].tolist() == weights
        assert lesson.names[f"b{number}"].tolist() == biases


def test_the_neurons_and_the_matrix_agree_with_sums_written_out(lesson, layers):
    names = lesson.names
    h = neuron_by_neuron(*layers[0], [1.0, -2.0, 0.5], bend=True)
    assert [output.data for output in names["outputs"]] == pytest.approx(h, rel=1e-14)
    assert names["h"] == pytest.approx(h, rel=1e-14)
    y = neuron_by_neuron(*layers[1], h, bend=False)
    assert names["by_graph"] == pytest.approx(y, rel=1e-14)
    assert names["by_matrix"] == pytest.approx(y, rel=1e-14)


def test_the_batch_is_every_example_by_itself(lesson, layers):
    for column, y in zip(lesson.names["X"].T.tolist(), lesson.names["Y"].T):
        h = neuron_by_neuron(*layers[0], column, bend=True)
        assert y == pytest.approx(neuron_by_neuron(*layers[1], h, bend=False), rel=1e-13)


def test_two_layers_collapse_without_relu_and_not_with_it(lesson, layers):
    names = lesson.names
    (W1, b1), (W2, _) = layers
    product = [[sum(W2[i][k] * W1[k][j] for k in range(4)) for j in range(3)] for i in range(2)]
    np.testing.assert_allclose(names["collapsed"], product, rtol=1e-13)
    counts = []
    for example, column in enumerate(names["X"].T):
        on = np.array(W1) @ column + b1 > 0.0
        slope = np.array(W2) @ np.diag(on.astype(float)) @ W1
        np.testing.assert_allclose(names["slopes"][example], slope, rtol=1e-13, atol=1e-15)
        counts.append(int(on.sum()))
    assert names["neurons_on"].tolist() == counts
    assert [size < 1e-12 for size in names["slope_differences"]] == [n == 4 for n in counts]
    assert 4 in counts
    assert min(counts) < 4


@pytest.mark.parametrize("of", ["one_layer", "two_layer", "collapse", "batch"])
def test_differences_are_rounding(lesson, of):
    assert lesson.names[f"{of}_difference"] < 1e-14


def test_the_pictures_show_the_neuron_and_the_layer(lesson):
    neuron = lesson.words("neuron.svg")
    for word in ("One neuron", "w0", "x2", "z", "relu", "data 1.5", "grad -2"):
        assert word in neuron
    layer = lesson.words("layer.svg")
    for word in ("four neurons", "neurons.0", "neurons.3", "h0 + h1 + h2 + h3", "(relu off)"):
        assert word in layer
    assert "y   = relu(z)  data 1.5   grad 1  ∂z 1  output" in lesson.printed
