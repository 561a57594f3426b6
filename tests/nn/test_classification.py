"""Confusion matrices, precision, recall and F1 against scikit-learn's, and what they refuse."""

import random

import numpy as np
import pytest

from autograd import Value
from nn import (
    MLP,
    SGD,
    EarlyStopping,
    History,
    TrainingState,
    confusion_matrix,
    f1_score,
    fit,
    precision,
    recall,
)  # fmt: skip
from tests.in_one_test import in_one_test

oracle = pytest.importorskip("sklearn.metrics", reason="the oracle")
ORACLES = {
    precision: oracle.precision_score,
    recall: oracle.recall_score,
    f1_score: oracle.f1_score,
}


def random_scores(seed, classes, rows=30):
    generator = np.random.default_rng(seed)
    return generator.normal(size=(rows, classes)), generator.integers(0, classes, rows)


@pytest.mark.parametrize("seed", range(5))
def test_a_confusion_matrix_is_that_of_sklearn(seed):
    scores, targets = random_scores(seed, 4)
    labels = scores.argmax(axis=1)
    expected = oracle.confusion_matrix(targets, labels, labels=range(4)).tolist()
    assert confusion_matrix(scores, targets) == expected
    assert confusion_matrix(labels, targets, classes=4) == expected
    assert confusion_matrix(labels[:, None].tolist(), [[t] for t in targets]) == expected
    wider = confusion_matrix(labels, targets, classes=6)
    assert wider == oracle.confusion_matrix(targets, labels, labels=range(6)).tolist()


def test_a_confusion_matrix_of_single_outputs_needs_their_threshold():
    outputs, targets = [Value(0.9), Value(0.2), Value(0.6)], [1, 1, 0]
    assert confusion_matrix(outputs, targets, threshold=0.5) == [[0, 1], [1, 1]]
    assert confusion_matrix(outputs, [1, 1, -1], threshold=0.0) == [[0, 1], [0, 2]]
    with pytest.raises(ValueError, match=r"row 0: the prediction 0\.9 is none .* threshold=0\.5"):
        confusion_matrix(outputs, targets)


@in_one_test("average", ["macro", "micro", "weighted"])
@in_one_test("metric", ORACLES)
@in_one_test("rows", [3, 30])  # with few, some classes are never predicted or targets
def test_averages_over_classes_are_those_of_sklearn(metric, average, rows):
    for seed in range(20):
        scores, targets = random_scores(seed, 5, rows)
        expected = ORACLES[metric](targets, scores.argmax(axis=1), average=average, zero_division=0)
        assert metric(scores, targets, average=average) == pytest.approx(expected, rel=1e-14)
        if average == "macro":
            assert metric(scores.tolist(), targets.tolist()) == metric(
                scores, targets, average="macro"
            )


@pytest.mark.parametrize("metric", ORACLES)
def test_of_two_classes_the_second_counts(metric):
    for seed in range(10):
        scores, targets = random_scores(seed, 2)
        expected = ORACLES[metric](targets, scores.argmax(axis=1))
        assert metric(scores, targets, average="binary") == pytest.approx(expected, rel=1e-14)
        outputs = scores[:, 1] - scores[:, 0]
        assert metric(outputs, targets) == metric(scores, targets, average="binary")
        assert metric(outputs[:, None], 2 * targets - 1) == metric(outputs, targets)
        macro = ORACLES[metric](targets, scores.argmax(axis=1), average="macro")
        assert metric(outputs, targets, average="macro") == pytest.approx(macro, rel=1e-14)
        shifted = 1.0 / (1.0 + np.exp(-outputs))
        assert metric(shifted, targets, threshold=0.5) == metric(outputs, targets)


@pytest.mark.parametrize("metric", ORACLES)
def test_what_is_undefined_is_0(metric):
    assert metric([-1.0, -2.0], [1, 1]) == 0.0
    assert metric([1.0, 2.0], [0, 0]) == 0.0
    assert metric([-1.0, -2.0], [0, 0]) == 0.0


@in_one_test(
    "call, message",
    [
        (
            lambda: precision([[1, 2, 3]], [0], average="binary"),
            "precision: 'binary' is for two .* not 3",
        ),
        (
            lambda: recall([0.1], [1], average="mean"),
            "recall: average must be one of 'binary', .* not 'mean'",
        ),
        (lambda: f1_score([0.1, 0.2], [1, 2]), "f1_score, row 1: the target is 2; of one output"),
        (lambda: recall([[0, 1], [0, 1]], [1, 2]), "recall, row 1: .* no class from 0 to 1"),
        (lambda: precision([], []), "precision: the predictions are empty"),
        (
            lambda: confusion_matrix([0, 1], [0, -1]),
            "row 1: the target -1.0 is none of the classes",
        ),
        (lambda: confusion_matrix([0, 1], [0]), "2 predictions but 1 targets"),
        (
            lambda: confusion_matrix([0, 3], [0, 1], classes=3),
            "class 3 occurs, but 3 classes are 0 to 2",
        ),
        (
            lambda: confusion_matrix([0, 1], [0, 1], classes=0),
            "confusion_matrix: classes must be at least",
        ),
        (lambda: confusion_matrix([float("nan")], [0]), "row 0: the prediction nan is none"),
        (lambda: confusion_matrix([0], [float("inf")]), "row 0: the target inf is none"),
    ],
)
def test_mistakes_name_the_row(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_fit_measures_them_at_the_threshold_of_the_loss():
    generator = random.Random(0)
    X = [[generator.gauss(0, 1), generator.gauss(0, 1)] for _ in range(60)]
    y = [int(a + b > 0.5) for a, b in X]
    model = MLP(2, [4, 1], rng=generator)
    names = ["accuracy", "precision", "recall", "f1_score"]
    history = fit(
        model, X, y, loss="mse_loss", epochs=3, metrics=names, validation=(X, y), rng=generator,
        callbacks=[EarlyStopping(monitor="validation_recall")],
    )  # fmt: skip
    outputs = model.predict(X) > 0.5
    assert 0.0 < outputs.mean() < 1.0
    for metric, expected in ORACLES.items():
        measured = history[f"validation_{metric.__name__}"]
        assert max(measured) == measured[-1] == pytest.approx(expected(y, outputs), rel=1e-14)


@pytest.mark.parametrize("name", ["precision", "recall", "f1_score"])
def test_early_stopping_waits_for_more_of_them(name):
    stopping, history = EarlyStopping(monitor=name, patience=1), History()
    model = MLP(1, [1])
    for epoch, number in enumerate([0.1, 0.2, 0.15], start=1):
        history.append({name: number})
        state = TrainingState(model, SGD(model.parameters()), history, epoch, 9)
        assert stopping.on_epoch_end(state) is (epoch == 3)
    assert stopping.best == 0.2
