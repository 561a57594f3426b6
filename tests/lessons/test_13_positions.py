"""The lesson on positions: a shuffle that a dense network does not notice and a kernel does."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

pytestmark = pytest.mark.slow


def numbers(layer):
    weights = np.array([[w.data for w in neuron.weights] for neuron in layer.neurons])
    return weights, np.array([neuron.bias.data for neuron in layer.neurons])


def dense_by_numpy(model, X):
    hidden, outputs = (numbers(layer) for layer in model.layers[1:])
    features = np.maximum(X.reshape(len(X), -1) @ hidden[0].T + hidden[1], 0.0)
    return features @ outputs[0].T + outputs[1]


def test_the_shuffle_moves_every_pixel_the_same_way(lesson):
    shuffled, X = lesson.names["shuffled"], lesson.names["X_test"]
    moved = shuffled(X)
    assert moved.shape == X.shape
    assert not np.array_equal(moved, X)
    back = moved.reshape(len(X), 64)[:, np.argsort(lesson.names["order"])]
    np.testing.assert_array_equal(back, X.reshape(len(X), 64))


def test_the_dense_networks_are_one_network(lesson):
    plain, moved, X = (lesson.names[name] for name in ("plain", "moved", "X_test"))
    first, second = (numbers(model.layers[1])[0] for model in (plain, moved))
    np.testing.assert_allclose(second, first[:, lesson.names["order"]], rtol=0, atol=1e-10)
    expected = dense_by_numpy(plain, X)
    np.testing.assert_allclose(plain.predict(X), expected, rtol=1e-9, atol=1e-10)
    found = moved.predict(lesson.names["shuffled"](X))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_scores_are_shares_of_right_answers(lesson):
    y, X = lesson.names["y_test"], lesson.names["X_test"]
    share = (dense_by_numpy(lesson.names["plain"], X).argmax(axis=1) == y).mean()
    assert lesson.names["scores"]["dense", "as they are"] == pytest.approx(share)
    assert f"dense          pixels as they are  held-out accuracy {share:.1%}" in lesson.printed


def test_only_the_convolution_misses_the_neighbourhood(lesson):
    scores = lesson.names["scores"]
    assert scores["dense", "as they are"] == scores["dense", "shuffled"] > 0.95
    assert scores["convolutional", "as they are"] > 0.96
    assert scores["convolutional", "shuffled"] < scores["convolutional", "as they are"] - 0.01


def test_a_moved_picture_is_read_better_by_the_convolution(lesson):
    for across, (dense, convolutional) in lesson.names["shifts"].items():
        assert convolutional > dense + (0.15 if across else 0.0)
    X = np.roll(lesson.names["X_test"], 1, axis=2)
    share = (
        dense_by_numpy(lesson.names["plain"], X).argmax(axis=1) == lesson.names["y_test"]
    ).mean()
    assert lesson.names["shifts"][1][0] == pytest.approx(share)


def test_the_pictures_held_out_are_a_quarter_of_all(lesson):
    total = len(load_digits().target)
    assert len(lesson.names["y_test"]) == round(total / 4)
    assert len(lesson.names["y_train"]) == total - round(total / 4)
    assert "shuffled" in lesson.words("shuffled.svg")
