"""Softmax: the lesson's numbers against its formulas, differences, and descent in NumPy."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from nn import Layer


def softmax(z):
    powers = np.exp(z - np.max(z, axis=0))
    return powers / powers.sum(axis=0)


def test_probabilities_loss_and_gradient_of_three_classes(lesson):
    powers = [math.exp(number) for number in (1.0, 2.0, -0.5)]
    p = [power / math.fsum(powers) for power in powers]
    assert lesson.names["p"] == pytest.approx(p, rel=1e-14)
    assert lesson.names["loss"].data == pytest.approx(-math.log(p[1]), rel=1e-14)
    assert lesson.names["gradient"] == pytest.approx([p[0], p[1] - 1.0, p[2]], rel=1e-13)
    assert f"{p[1] - 1.0:.8f}     {p[1] - 1.0:.8f}" in lesson.printed


@pytest.mark.parametrize("by", ["by_formula", "by_engine"])
def test_the_jacobian_of_softmax(lesson, by):
    z = np.array([1.0, 2.0, -0.5])
    columns = [
        (softmax(z + 1e-6 * direction) - softmax(z - 1e-6 * direction)) / 2e-6
        for direction in np.eye(3)
    ]
    np.testing.assert_allclose(lesson.names[by], np.transpose(columns), atol=1e-9)
    np.testing.assert_allclose(lesson.names["by_formula"], lesson.names["by_engine"], rtol=1e-13)


def test_the_jacobian_times_the_slope_of_the_loss_is_p_minus_y(lesson):
    names = lesson.names
    p = softmax(np.array([1.0, 2.0, -0.5]))
    assert names["slope_of_p"] == pytest.approx([0.0, -1.0 / p[1], 0.0], rel=1e-14)
    product = names["by_engine"] @ names["slope_of_p"]
    assert product == pytest.approx(p - [0.0, 1.0, 0.0], rel=1e-13)


@pytest.mark.parametrize("way", ["dw", "dw_of_graph"])
def test_the_batch_has_the_gradient_of_each_example_averaged(lesson, way):
    names = lesson.names
    total = np.zeros((3, 4))
    for column, right in zip(names["X"].T, names["classes"]):
        residual = softmax(names["W"] @ column + names["b"])
        residual[right] -= 1.0
        total += np.outer(residual, column)
    np.testing.assert_allclose(names[way], total / 5, rtol=1e-12)
    assert names["largest"] < 1e-15


def test_large_logits_overflow_as_written_and_not_in_the_library(lesson):
    names = lesson.names
    assert math.isnan(names["naive"].data)
    assert all(math.isnan(probability.data) for probability in names["overflowed"])
    assert str(names["caught"][0].message) == "exp(z[0]=999.0) gave inf"
    p = softmax(np.array([0.0, 2.0, 1.0]))  # all logits less by 999
    assert names["stable"].data == pytest.approx(-math.log(p[1]), rel=1e-12)
    assert [logit.grad for logit in names["large"]] == pytest.approx(p - [0, 1, 0], rel=1e-12)
    assert "p = [nan, nan, nan]" in lesson.printed


def test_softmax_regression_takes_the_steps_of_the_matrix_formulas(lesson):
    names = lesson.names
    fresh = Layer(2, 3, "linear", rng=random.Random(10))
    both = np.array([[parameter.data for parameter in n.parameters()] for n in fresh.neurons])
    W, b = both[:, :2], both[:, 2]
    X, right = names["X_train"].T, np.eye(3)[:, names["y_train"]]
    losses = []
    for _ in range(300):
        P = softmax(W @ X + b[:, None])
        losses.append(-np.mean(np.log((P * right).sum(axis=0))))
        dZ = (P - right) / X.shape[1]
        W, b = W - 2.0 * dZ @ X.T, b - 2.0 * dZ.sum(axis=1)
    assert names["history"]["loss"] == pytest.approx(losses, rel=1e-9)
    for neuron, row, bias in zip(names["model"].neurons, W, b):
        assert [weight.data for weight in neuron.weights] == pytest.approx(row, rel=1e-8)
        assert neuron.bias.data == pytest.approx(bias, rel=1e-8)
    told = np.argmax(W @ names["X_test"].T + b[:, None], axis=0)
    accuracy = np.mean(told == names["y_test"])
    assert names["history"]["validation_accuracy"][-1] == pytest.approx(accuracy)
    assert accuracy > 0.9


def test_the_held_out_irises_play_no_part_in_the_scale(lesson):
    assert np.mean(lesson.names["X_train"], axis=0) == pytest.approx([0.0, 0.0], abs=1e-14)
    assert np.std(lesson.names["X_train"], axis=0) == pytest.approx([1.0, 1.0], rel=1e-14)
    assert (len(lesson.names["X_train"]), len(lesson.names["X_test"])) == (120, 30)


def test_the_pictures_show_the_graph_the_regions_and_the_training(lesson):
    graph = lesson.words("softmax.svg")
    for word in ("Softmax and cross-entropy", "exp z[1]", "p[1]", "grad -0.3103", "loss"):
        assert word in graph
    assert "petal length" in lesson.words("regions.svg")
    assert "Softmax regression on iris" in lesson.words("training.svg")
