"""The perceptron: the lesson's numbers against Rosenblatt's rule on signs, in NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import topological_order


def rule(X, y):
    """Rosenblatt's rule with classes -1 and 1: the weights after each mistake, epoch by epoch."""
    rows, signs = np.column_stack([X, np.ones(len(X))]), 2 * np.asarray(y) - 1
    w, epochs = np.zeros(rows.shape[1]), []
    while not epochs or epochs[-1]:
        epochs.append([])
        for row, sign in zip(rows, signs):
            total = w @ row
            if sign * total < 0 or (total == 0 and sign < 0):  # on the line the answer is 1
                w = w + sign * row
                epochs[-1].append(w)
    return epochs, w


def test_no_gradient_comes_through_the_step(lesson):
    assert lesson.names["step"] == [0.0, 0.0, 1.0, 1.0]
    nodes = list(topological_order(lesson.names["answer"]))
    assert len(nodes) == 8
    assert [node.data for node in nodes if node.op] == [1.0, 1.5, 1.0]
    assert all(node.grad == 0.0 for node in nodes if node is not lesson.names["answer"])


def test_the_bias_is_a_weight_on_one(lesson):
    assert lesson.names["with_bias"] == lesson.names["as_weight"] == 1.5


def test_the_updates_are_those_of_the_rule(lesson):
    names = lesson.names
    epochs, _ = rule(names["X"], names["y"])
    np.testing.assert_allclose(names["mistakes"], epochs[0], atol=1e-12)
    assert names["from_library"] == pytest.approx(epochs[0][-1].tolist(), abs=1e-12)
    lines = [line for line in lesson.printed.splitlines() if "but the answer is" in line]
    assert len(lines) == 8
    for line, w in zip(lines, epochs[0]):
        told = line.rpartition("(")[2].rstrip(")").split(",")
        assert [float(number) for number in told] == pytest.approx(w.tolist(), abs=0.051)
        assert ("w + x" in line) == ("is 1, but the answer is 0" in line)


@pytest.mark.parametrize("name", ["leaves", "dogs and cats", "iris setosa"])
def test_training_is_the_rule_until_no_mistake_is_left(lesson, name):
    X_train, y_train, X_test, y_test = lesson.names["parts"][name]
    epochs, w = rule(X_train, y_train)
    history, model = lesson.names["histories"][name], lesson.names["models"][name]
    assert history.separated
    assert history.mistakes == [len(mistakes) for mistakes in epochs]
    numbers = [parameter.data for parameter in model.parameters()]
    assert numbers == pytest.approx(w.tolist(), abs=1e-9)
    right = (np.column_stack([X_test, np.ones(len(X_test))]) @ w >= 0) == (np.array(y_test) == 1)
    assert lesson.names["scores"][name] == right.mean()
    assert f"{right.mean():.0%} right of {len(right)} held out" in lesson.printed


def test_the_irises_are_real_and_the_rest_is_called_invented(lesson):
    X_train, y_train, X_test, y_test = lesson.names["parts"]["iris setosa"]
    rows = sorted(map(tuple, [*X_train, *X_test]))
    iris = pytest.importorskip("sklearn.datasets", reason="the data").load_iris()
    assert rows == sorted(map(tuple, iris.data[:, 2:].tolist()))
    assert sum([*y_train, *y_test]) == 50
    assert lesson.names["scores"] == {"leaves": 1.0, "dogs and cats": 0.95, "iris setosa": 1.0}
    assert "invented" in lesson.names["__doc__"]


def test_the_pictures_show_the_step_the_lines_and_the_mistakes(lesson):
    assert "step" in lesson.words("step.svg")
    graph = lesson.words("perceptron.svg")
    for word in ("w0", "w1", "x0", "x1", "answer", "≥", "not reached by backward"):
        assert word in graph
    planes = {
        "leaves": "brown spots per cm² tenths that are yellow 1 is diseased",
        "dogs and cats": "snout in cm weight in kg 1 is a dog",
        "iris setosa": "length of petals in cm width of petals in cm 1 is setosa",
    }
    for name, told in planes.items():
        words = lesson.words(f"{name.replace(' ', '_')}.svg")
        assert set(told.split()) <= set(words.split())
        # The black line is where the rule's weights give 0
        _, w = rule(*lesson.names["parts"][name][:2])
        axes = lesson.names["planes"][name].axes[0]
        contours = [item for item in axes.collections if hasattr(item, "levels")]
        (black,) = [item for item in contours if list(item.levels) == [0.0]]
        vertices = np.concatenate([path.vertices for path in black.get_paths()])
        assert vertices @ w[:2] + w[2] == pytest.approx(np.zeros(len(vertices)), abs=1e-9)
    for word in ("mistakes", "leaves", "dogs and cats", "iris setosa"):
        assert word in lesson.words("mistakes.svg")
