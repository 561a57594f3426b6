"""Data hunger and the black box: the lesson's models against scikit-learn's and NumPy's."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def digits():
    datasets = pytest.importorskip("sklearn.datasets")
    X, y = datasets.load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(1797)
    return X / 16.0, y, order[:1347], order[1347:]


@pytest.fixture(scope="module")
def regression():
    return pytest.importorskip("sklearn.linear_model").LogisticRegression(max_iter=2000)


def matrix(layer):
    return (
        np.array([[weight.data for weight in neuron.weights] for neuron in layer.neurons]),
        np.array([neuron.bias.data for neuron in layer.neurons]),
    )


def deep_scores(network, X):
    (W1, b1), (W2, b2) = map(matrix, network.layers)
    return np.maximum(X @ W1.T + b1, 0.0) @ W2.T + b2


@pytest.mark.parametrize("row", [0, 1, 2, 5])
def test_the_curve_is_near_that_of_scikit_learn(lesson, digits, regression, row):
    X, y, to_learn, held_out = digits
    size = lesson.names["sizes"][row]
    shares = []
    for seed in range(3):
        chosen = np.random.default_rng(seed).permutation(to_learn)[:size]
        regression.fit(X[chosen], y[chosen])
        shares.append(regression.score(X[held_out], y[held_out]))
    assert lesson.names["scores"][row].mean() == pytest.approx(
        np.mean(shares), abs=0.08 if size < 50 else 0.03
    )


def test_more_examples_are_worth_less_and_less(lesson):
    mean = lesson.names["scores"].mean(axis=1)
    assert np.all(np.diff(mean) > 0.0)
    assert mean[0] < 0.75
    assert mean[2] - mean[0] > 3.0 * (mean[5] - mean[2]) > 0.1
    assert f"{mean[-1]:.1%}" in lesson.printed


def test_the_last_score_is_that_of_the_weights_drawn(lesson, digits):
    X, y, _, held_out = digits
    weights, bias = matrix(lesson.names["model"])
    np.testing.assert_array_equal(lesson.names["weights"], weights)
    right = np.mean((X[held_out] @ weights.T + bias).argmax(axis=1) == y[held_out])
    assert lesson.names["scores"][-1, -1] == pytest.approx(right, rel=1e-15)


def test_the_weights_are_like_those_of_scikit_learn(lesson, digits, regression):
    X, y, to_learn, _ = digits
    coefficients = regression.fit(X[to_learn], y[to_learn]).coef_
    for ours, theirs in zip(lesson.names["weights"], coefficients):
        assert np.corrcoef(ours, theirs)[0, 1] > 0.7
    never_inked = np.all(X[to_learn] == 0.0, axis=0)
    assert never_inked.any()
    assert not lesson.names["weights"][:, never_inked].any()
    assert coefficients.reshape(10, 8, 8)[:, 3:5, 3:5].mean(axis=(1, 2)).argmin() == 0
    assert "against a 0 more than" in lesson.printed


def test_the_gradients_of_decisions_are_products_of_the_matrices(lesson, digits):
    X, _, _, held_out = digits
    (W1, b1), (W2, _) = map(matrix, lesson.names["network"].layers)
    scores = deep_scores(lesson.names["network"], X[held_out])
    for x, score, (said, slopes) in zip(X[held_out], scores, lesson.names["decisions"]):
        assert said == score.argmax()
        expected = W2[said] * (W1 @ x + b1 > 0.0) @ W1
        np.testing.assert_allclose(slopes, expected, rtol=1e-9, atol=1e-12)


def test_erasing_what_matters_loses_the_digit_and_erasing_by_lot_does_not(lesson, digits):
    X, y, _, held_out = digits
    names = lesson.names
    ink = X[held_out[:100]]
    slopes = np.array([slopes for _, slopes in names["decisions"]])

    def recognized(images):
        return np.mean(deep_scores(names["network"], images).argmax(axis=1) == y[held_out[:100]])

    def without(rank):
        threshold = np.sort(rank, axis=1)[:, [-5]]
        assert np.all((rank >= threshold).sum(axis=1) == 5)
        return recognized(np.where(rank >= threshold, 0.0, ink))

    assert names["intact"] == pytest.approx(recognized(ink), rel=1e-15)
    assert names["by_gradient"] == pytest.approx(without(ink * slopes), rel=1e-15)
    for seed in range(5):
        lot = np.random.default_rng(seed).random(ink.shape) * (ink > 0.0)
        assert without(lot) > 0.8
    assert names["by_gradient"] < 0.4
    assert 0.6 < names["by_ink"] < 0.8 < names["by_chance"]


def test_the_pictures_have_a_panel_for_each(lesson):
    words = lesson.words("learning_curve.svg")
    for word in ("mean", "seed 2", "training examples", "Data hunger"):
        assert word in words
    assert all(f"for a {label}" in lesson.words("weights.svg") for label in range(10))
    for label in (0, 3, 4, 7, 8):
        assert f"recognized: {label}" in lesson.words("digits.svg")
        assert f"score of {label}" in lesson.words("gradients.svg")
