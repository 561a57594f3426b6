"""Backpropagation: all ways of the lesson against steps in the complex plane."""

from __future__ import annotations

import numpy as np
import pytest

STEP = 1e-30


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def mean_loss(numbers, X, Y):
    """Return the mean of the binary cross-entropies; the numbers may be complex."""
    A = X
    for layer in (1, 2, 3):
        A = sigmoid(numbers[f"W{layer}"] @ A + numbers[f"b{layer}"][:, None])
    return np.mean(-np.log(np.where(Y == 1, A[0], 1.0 - A[0])))


def complex_step_derivatives(numbers, X, Y):
    """Return Im f(w + ih) / h for every w: exact to rounding, and knows no rule of derivatives."""
    found = {}
    for name, array in numbers.items():
        for place in np.ndindex(array.shape):
            moved = {key: other.astype(complex) for key, other in numbers.items()}
            moved[name][place] += 1j * STEP
            found[f"{name}{list(place)}"] = mean_loss(moved, X, Y).imag / STEP
    return found


@pytest.fixture(scope="module")
def expected(lesson):
    names = lesson.names
    return complex_step_derivatives(names["numbers"], names["X"], names["Y"])


@pytest.mark.parametrize(
    ("way", "tolerance"),
    [("sum of paths", 1e-12), ("backward()", 1e-12), ("matrices", 1e-12), ("differences", 1e-6)],
)
def test_every_way_gives_the_derivatives(lesson, expected, way, tolerance):
    assert [leaf.label for leaf in lesson.names["leaves"]] == list(expected)
    assert lesson.names["ways"][way] == pytest.approx(list(expected.values()), rel=tolerance)
    assert lesson.names["largest"][way] < tolerance


def test_the_paths_hold_the_local_derivatives_of_the_formulas(lesson):
    numbers, x = lesson.names["numbers"], lesson.names["X"][:, 0]
    a = [x]
    for layer in (1, 2, 3):
        a.append(sigmoid(numbers[f"W{layer}"] @ a[-1] + numbers[f"b{layer}"]))
    curved = [A * (1.0 - A) for A in a]
    paths = lesson.names["paths"]
    assert len(paths) == 3
    for j, path in enumerate(paths):
        labels = [node.label or node.op.name for node, _ in path]
        assert labels == [
            "Z1[0]", "A1[0]", f"Z2[{j}]", f"A2[{j}]", "Z3[0]", "A3[0]", "log", "loss",
        ]  # fmt: skip
        slopes = [
            x[1], curved[1][0], numbers["W2"][j, 0], curved[2][j], numbers["W3"][0, j],
            curved[3][0], 1.0 / a[3][0], -1.0,
        ]  # fmt: skip
        assert [slope for _, slope in path] == pytest.approx(slopes, rel=1e-13)


def test_the_paths_add_up_to_the_gradient_of_one_example(lesson):
    names = lesson.names
    exact = complex_step_derivatives(names["numbers"], names["X"][:, :1], names["Y"][:1])
    assert names["sum_over_paths"] == pytest.approx(exact["W1[0, 1]"], rel=1e-12)
    assert f"backward():         {exact['W1[0, 1]']:.12f}" in lesson.printed


def test_paths_are_counted_and_values_visited(lesson):
    # Per example: 3 neurons lead on from each of layer 1, one from each of layer 2
    assert lesson.names["count"] == 4 * (3 * 6 + 1 * 9 + 4)
    # 19 parameters; per example 12 of network, 2 of loss, one more for 1 - p; sum and quotient
    assert lesson.names["visited"] == 19 + 4 * 14 + 2 + 2


def test_the_picture_shows_the_example(lesson):
    words = lesson.words("backpropagation.svg")
    for word in ("One example", "W1[0, 1]", "Z2[2]", "A3[0]", "loss", "grad"):
        assert word in words


def test_the_steps_arrive_at_the_gradients_of_the_example(lesson):
    names = lesson.names
    exact = complex_step_derivatives(names["numbers"], names["X"][:, :1], names["Y"][:1])
    totals = {step.operand.label: step.total for step in names["steps"]}
    for label, derivative in exact.items():
        assert totals[label] == pytest.approx(derivative, rel=1e-12)
    assert len(names["arrived"]) == 3  # neurons of layer 2
    assert "backward: the gradient of loss is 1" in lesson.words("steps.svg")
