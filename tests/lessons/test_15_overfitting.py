"""Overfitting: the losses, accuracies and norms of the lesson, by NumPy and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data():
    make_moons = pytest.importorskip("sklearn.datasets").make_moons
    return {
        "training": make_moons(40, noise=0.3, random_state=0),
        "validation": make_moons(200, noise=0.3, random_state=100),
        "test": make_moons(2000, noise=0.3, random_state=200),
    }


def layers(model):
    for layer in model.layers:
        if hasattr(layer, "neurons"):
            yield (
                np.array([[weight.data for weight in neuron.weights] for neuron in layer.neurons]),
                np.array([neuron.bias.data for neuron in layer.neurons]),
            )


def logits(model, X):
    (W1, b1), (W2, b2), (W3, b3) = layers(model)
    hidden = np.maximum(np.maximum(X @ W1.T + b1, 0.0) @ W2.T + b2, 0.0)
    return (hidden @ W3.T + b3)[:, 0]


def loss(model, X, y):
    margins = np.where(y == 1, 1.0, -1.0) * logits(model, X)
    return np.mean(np.maximum(-margins, 0.0) + np.log1p(np.exp(-np.abs(margins))))


def test_the_table_is_what_the_weights_give(lesson, data):
    for name, (seen, unseen, right, norm) in lesson.names["results"].items():
        model = lesson.names["models"][name]
        assert seen == pytest.approx(loss(model, *data["training"]), rel=1e-8)
        assert unseen == pytest.approx(loss(model, *data["validation"]), rel=1e-8)
        X, y = data["test"]
        assert right == pytest.approx(np.mean((logits(model, X) > 0.0) == y), rel=1e-14)
        squares = sum((W**2).sum() for W, _ in layers(model))
        assert norm == pytest.approx(np.sqrt(squares), rel=1e-12)
        assert f"{seen:.3f} {unseen:12.3f} {right:15.1%} {norm:17.1f}" in lesson.printed


def test_without_a_cure_the_validation_loss_turns_round(lesson):
    curves = lesson.names["curves"]
    lowest = int(np.argmin(curves["validation_loss"]))
    assert 10 < lowest < 150
    assert curves["validation_loss"][-1] > 1.9 * curves["validation_loss"][lowest]
    assert curves["loss"][-1] < 0.05
    assert curves["loss"][lowest] > 5.0 * curves["loss"][-1]
    assert lesson.names["best"] == lowest


@pytest.mark.parametrize("cure", ["L2", "dropout", "early stopping"])
def test_each_cure_lowers_the_loss_on_what_was_not_seen(lesson, data, cure):
    before, after = lesson.names["models"]["no cure"], lesson.names["models"][cure]
    for unseen in ("validation", "test"):
        assert loss(after, *data[unseen]) < 0.75 * loss(before, *data[unseen])
    assert loss(after, *data["training"]) > 5.0 * loss(before, *data["training"])
    results = lesson.names["results"]
    assert results[cure][3] < 0.8 * results["no cure"][3]


def test_early_stopping_goes_back_to_the_best_epoch(lesson, data):
    histories, models = lesson.names["histories"], lesson.names["models"]
    early, whole = (histories[name]["validation_loss"] for name in ("early stopping", "no cure"))
    assert early == whole[: len(early)]
    assert len(early) == int(np.argmin(whole)) + 1 + 50
    assert loss(models["early stopping"], *data["validation"]) == pytest.approx(
        min(whole), rel=1e-8
    )


def test_the_networks_are_about_as_right_as_a_support_vector_machine(lesson, data):
    machine = pytest.importorskip("sklearn.svm").SVC().fit(*data["training"])
    score = machine.score(*data["test"])
    for name, result in lesson.names["results"].items():
        assert result[2] == pytest.approx(score, abs=0.06), name


def test_l2_too_weak_overfits_and_too_strong_learns_nothing(lesson):
    seen, unseen = np.array(lesson.names["by_strength"]).T
    assert np.all(np.diff(seen) > 0.0)
    assert 0 < np.argmin(unseen) < len(unseen) - 1
    assert unseen[0] > 1.5 * unseen.min()
    assert seen[-1] == pytest.approx(np.log(2.0), abs=1e-3)
    assert unseen[-1] == pytest.approx(np.log(2.0), abs=1e-3)


def test_other_shapes_are_refused_by_name(lesson):
    refusals = lesson.names["refusals"]
    for point in ((0.5,), (0.5, 1.0, 2.0)):
        assert f"takes 2 inputs, got {len(point)}" in refusals[point]
        assert refusals[point] in lesson.printed


def test_the_pictures_compare_the_cures(lesson):
    for name, (_, _, right, _) in lesson.names["results"].items():
        words = lesson.words(f"boundary_{name.replace(' ', '_')}.svg")
        assert f"{name}: right in test {right:.1%}" in words
        assert name in lesson.words("cures.svg")
    assert "with its price" in lesson.words("cures.svg")
    assert "lowest" in lesson.words("overfitting.svg")
    assert "strength of L2" in lesson.words("strength.svg")
