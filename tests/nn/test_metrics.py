"""Metrics against scikit-learn's numbers, thresholds, and labels."""

import random

import numpy as np
import pytest

from autograd import Value
from nn import accuracy, mean_absolute_error, mean_squared_error, r2_score
from tests.in_one_test import in_one_test

RNG = random.Random(0)
SCORES = [RNG.gauss(0, 1) for _ in range(20)]
REALS = [RNG.gauss(0, 1) for _ in range(20)]


@pytest.mark.parametrize("metric", [mean_absolute_error, mean_squared_error, r2_score])
def test_regression_metrics_are_those_of_sklearn(metric):
    oracle = pytest.importorskip("sklearn.metrics", reason="the oracle")
    expected = getattr(oracle, metric.__name__)(REALS, SCORES)
    assert metric(SCORES, REALS) == pytest.approx(expected, rel=1e-13)


def test_accuracy_of_scores_and_probabilities():
    assert accuracy([-1.0, 0.5, 2.0, 0.0], [0, 1, 0, 0]) == 0.75
    assert accuracy([-1.0, 0.5, 2.0, 0.0], [-1, 1, -1, -1]) == 0.75
    assert accuracy([[0.4], [0.6]], [1, 1], threshold=0.5) == 0.5


def test_outputs_of_a_model_may_be_measured_as_they_are():
    assert accuracy([Value(-1.0), Value(2.0)], np.array([0, 1])) == 1.0
    assert accuracy([[Value(0.0), Value(1.0)]], [1]) == 1.0
    assert mean_absolute_error([Value(1.0), Value(2.0)], [1.0, 4.0]) == 1.0
    assert r2_score(np.array([1.0, 2.0]), np.array([1.0, 2.0])) == 1.0


def test_accuracy_of_classes():
    assert accuracy([[1, 3, 2], [9, 0, 0], [0, 0, 5]], [1, 2, 2.0]) == 2 / 3
    assert accuracy([[1, 3, 2], [9, 0, 0]], [[1], [0]]) == 1.0
    assert accuracy([[1.0, 1.0]], [0]) == 1.0  # the first of equals


@in_one_test(
    "call, message",
    [
        (lambda: accuracy([0.1, 0.2], [1, 2]), "accuracy, row 1: the target is 2; of one output"),
        (lambda: accuracy([[0, 1], [0, 1]], [1, 2]), "row 1: the target 2 is no class from 0 to 1"),
        (lambda: accuracy([[0, 1]], [0.5]), "row 0: the target 0.5 is no class"),
        (lambda: accuracy([[0, 1]], [[0, 1]]), r"row 0: the target \[0, 1\] is no class"),
        (lambda: accuracy([[0, 1]], [0, 1]), "1 predictions but 2 targets"),
        (lambda: accuracy([], []), "the predictions are empty"),
        (lambda: mean_absolute_error([1.0], [1.0, 2.0]), "1 predictions but 2 targets"),
        (lambda: r2_score([1.0, 2.0], [3.0, 3.0]), r"all 2 targets are 3\.0"),
    ],
)
def test_mistakes_name_the_row(call, message):
    with pytest.raises(ValueError, match=message):
        call()
