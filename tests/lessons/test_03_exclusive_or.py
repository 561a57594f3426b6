"""Exclusive or: the proofs by a linear program, the training by matrix calculus in NumPy."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from nn import MLP

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
AND, OR, XOR = [0, 0, 0, 1], [0, 1, 1, 1], [0, 1, 1, 0]


def is_separable(rows, y):
    """Tell by a linear program whether weights have all rows on their side by at least 1."""
    optimize = pytest.importorskip("scipy.optimize", reason="the oracle")
    signs = np.where(np.array(y) == 1, -1.0, 1.0)[:, None]
    bounds = signs * np.column_stack([rows, np.ones(len(rows))])
    solved = optimize.linprog(
        np.zeros(bounds.shape[1]), A_ub=bounds, b_ub=-np.ones(len(rows)), bounds=(None, None)
    )
    assert solved.status in {0, 2}  # solved, or infeasible
    return solved.status == 0


def train_by_matrices(seed, epochs=200):
    """Descend with momentum from the start of a seed: the losses on the way, and the scores."""
    numbers = MLP(2, [2, 1], activation="tanh", rng=random.Random(seed)).state_dict()
    hidden = [f"layers.0.neurons.{i}" for i in (0, 1)]
    W1 = np.array([[numbers[f"{name}.weights.{j}"] for j in (0, 1)] for name in hidden])
    W2 = np.array([numbers[f"layers.1.neurons.0.weights.{j}"] for j in (0, 1)])
    parts = [W1, np.zeros(2), W2, np.zeros(1)]
    velocities, losses, y = [0.0] * 4, [], np.array(XOR)
    for _ in range(epochs):
        A = np.tanh(X @ parts[0].T + parts[1])
        z = A @ parts[2] + parts[3]
        losses.append(np.mean(np.logaddexp(0.0, z) - y * z))
        dz = (1 / (1 + np.exp(-z)) - y) / 4
        dZ1 = np.outer(dz, parts[2]) * (1 - A * A)
        slopes = [dZ1.T @ X, dZ1.sum(axis=0), A.T @ dz, dz.sum(keepdims=True)]
        velocities = [0.9 * v + slope for v, slope in zip(velocities, slopes)]
        parts = [part - 0.5 * v for part, v in zip(parts, velocities)]
    return losses, np.tanh(X @ parts[0].T + parts[1]) @ parts[2] + parts[3]


def test_lines_are_found_for_and_and_or(lesson):
    for name, y in (("AND", AND), ("OR", OR)):
        assert is_separable(X, y)
        w0, w1, b = lesson.names["lines"][name]
        assert [int(w0 * i + w1 * j + b >= 0) for i, j in X] == y
        assert f"gives {y}" in lesson.printed


def test_no_line_is_found_for_exclusive_or(lesson):
    assert not is_separable(X, XOR)
    history = lesson.names["history"]
    assert not history.separated
    assert history.cycle == {0: 1, 1: 1, 2: 1, 3: 1}
    # By hand: (0, 1, 1) and (1, 0, 1) are added, (0, 0, 1) and (1, 1, 1) are subtracted
    assert lesson.names["total"].tolist() == [0 + 1 - 0 - 1, 1 + 0 - 0 - 1, 1 + 1 - 1 - 1]
    for told in ("(0, 0) is 0: +0 +0 -1", "(1, 1) is 0: -1 -1 -1", "(1, 0) is 1: +1 +0 +1"):
        assert told in lesson.printed


def test_the_best_of_the_lines_are_right_on_three_points(lesson):
    three = 0
    for w0, w1, b in itertools.product(range(-20, 21), repeat=3):
        right = (b < 0) + (w1 + b >= 0) + (w0 + b >= 0) + (w0 + w1 + b < 0)
        assert right < 4
        three += right == 3
    assert (lesson.names["hits"] == 3).sum() == three
    assert "Of 68921 choices of w0, w1, b from -20 to 20, 0 are right on all" in lesson.printed
    assert f" {three} on three." in lesson.printed


def test_training_is_descent_with_momentum(lesson):
    losses, scores = train_by_matrices(5)
    assert lesson.names["training"]["loss"] == pytest.approx(losses, rel=1e-9)
    assert lesson.names["scores"] == pytest.approx(scores, rel=1e-9)
    assert (scores > 0).astype(int).tolist() == XOR
    assert losses[-1] < 0.003


def test_one_start_of_ten_is_stuck_and_the_others_arrive(lesson):
    for name, curve in lesson.names["losses"].items():
        losses, _ = train_by_matrices(int(name.removeprefix("start ")))
        assert curve == pytest.approx(losses, rel=1e-6)
        assert (losses[-1] < 0.004) == (name != "start 7")
    # Stuck where two of the four points share a score: half of them cost log(2), the others nothing
    assert lesson.names["losses"]["start 7"][-1] == pytest.approx(np.log(2) / 2, abs=2e-3)


def test_the_hidden_neurons_are_and_and_or_and_separate(lesson):
    hidden = np.array(lesson.names["hidden"])
    for neuron, column, expected in zip(
        lesson.names["model"].layers[0].neurons, hidden.T, (AND, OR)
    ):
        w0, w1, b = (parameter.data for parameter in neuron.parameters())
        assert column == pytest.approx(np.tanh(X @ [w0, w1] + b), rel=1e-14)
        assert (column > 0).astype(int).tolist() == expected
    assert is_separable(hidden, XOR)
    assert lesson.names["reader"].predict(hidden).tolist() == XOR


def test_the_pictures_show_the_graph_the_lines_and_the_starts(lesson):
    for word in ("Exclusive or", "layers.0", "neurons.1", "tanh", "loss", "x1"):
        assert word in lesson.words("network.svg")
    for word in ("between two lines", "hidden neuron 0: AND", "hidden neuron 1: OR"):
        assert word in lesson.words("boundary.svg")
    for word in ("start 0", "start 9", "one is stuck"):
        assert word in lesson.words("starts.svg")
    # Each dashed line runs where the tanh of its neuron is 0
    axes = lesson.names["plane"].axes[0]
    drawn = [line for line in axes.lines if str(line.get_label()).startswith("hidden")]
    for line, neuron in zip(drawn, lesson.names["model"].layers[0].neurons, strict=True):
        w0, w1, b = (parameter.data for parameter in neuron.parameters())
        (x0, x1), slope = line.get_xy1(), line.get_slope()
        assert w0 * x0 + w1 * x1 + b == pytest.approx(0.0, abs=1e-12)
        assert w0 + w1 * slope == pytest.approx(0.0, abs=1e-12)
    assert axes.get_ylim()[1] < 1.2
