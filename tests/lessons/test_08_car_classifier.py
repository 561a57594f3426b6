"""The car classifier: the lesson's numbers against the listed ones and the chain rule by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

X = [0.2, 0.5, 0.1, 0.8]
W1 = [[0.1, 0.2, -0.1, 0.1], [0.3, 0.1, -0.3, 0.2], [-0.2, 0.3, 0.4, 0.1]]
LISTED = {"Z1": [0.69, -0.06, 0.93], "A1": [0.69, 0.0, 0.93], "Z2": [1.289]}
LISTED["A2"] = [0.7839778807081863]
PREDICTION = 1.0 / (1.0 + math.exp(-1.289))


def slopes():
    """Return every derivative of -log(prediction) by scalars alone, neuron 1 being off."""
    z2 = PREDICTION - 1.0
    z1 = [0.5 * z2, 0.0, 0.8 * z2]
    return {
        "Z2": [z2], "b2": [z2], "W2": [0.69 * z2, 0.0, 0.93 * z2],
        "Z1": z1, "b1": z1, "W1": [slope * pixel for slope in z1 for pixel in X],
    }  # fmt: skip


@pytest.mark.parametrize("column", [2, 3], ids=["graph", "matrices"])
def test_the_forward_pass_is_right(lesson, column):
    assert pytest.approx(PREDICTION, rel=1e-15) == LISTED["A2"][0]
    found = {}
    for row in lesson.names["table"]:
        found.setdefault(row[0], []).append(row[column])
    assert found.keys() == LISTED.keys()
    for name, numbers in found.items():
        assert numbers == pytest.approx(LISTED[name], rel=1e-9, abs=1e-16)


def test_what_is_said_of_the_printed_numbers_is_true(lesson):
    numbers = lesson.names["numbers"]
    said = {
        (name, place): (text, why) for name, place, text, why in lesson.names["printed_numbers"]
    }
    printed = {key: float(text) for key, (text, _) in said.items()}
    assert list(printed.values()) == [0.62, -0.01, 1.5, 0.62, 0.0, 1.5, 1.51, 0.82]
    terms = [[*row, bias] for row, bias in zip(numbers["W1"] * numbers["x"], numbers["b1"])]
    for place, way in enumerate(("short", "too much", "too much")):
        off = abs(printed["Z1", place] - LISTED["Z1"][place])
        assert f"{off:.2f} {way}" in said["Z1", place][1]
    assert printed["Z1", 0] == pytest.approx(terms[0][0] + terms[0][1] + terms[0][4])
    assert printed["Z1", 1] == pytest.approx(sum(terms[1]) - terms[1][1] + 0.1)
    assert f"it is {sum(terms[2]) - terms[2][0]:.2f}" in said["Z1", 2][1]
    own = numbers["W2"][0] @ [printed["A1", place] for place in range(3)]
    assert printed["Z2", 0] == pytest.approx(own)
    assert f"{own + numbers['b2'][0]:.2f} by its own A1" in said["Z2", 0][1]
    assert said["A2", 0][0] == f"{1.0 / (1.0 + math.exp(-printed['Z2', 0])):.2f}"


@pytest.mark.parametrize("name", slopes())
@pytest.mark.parametrize("of", ["graph_slopes", "slopes"], ids=["graph", "matrices"])
def test_the_gradients_are_right(lesson, name, of):
    found = lesson.names[of][name].ravel()
    assert found == pytest.approx(np.array(slopes()[name]), rel=1e-13, abs=1e-16)


def test_one_update_is_a_step_of_gradient_descent(lesson):
    slope = slopes()
    z1 = [
        sum((w - 0.5 * s) * pixel for w, s, pixel in zip(row, slope["W1"][4 * i :], X))
        + bias
        - 0.5 * slope["b1"][i]
        for i, (row, bias) in enumerate(zip(W1, (0.5, -0.3, 0.7)))
    ]
    weights = [w - 0.5 * s for w, s in zip((0.5, -0.3, 0.8), slope["W2"])]
    z2 = sum(w * max(z, 0.0) for w, z in zip(weights, z1)) + 0.2 - 0.5 * slope["b2"][0]
    probability = 1.0 / (1.0 + math.exp(-z2))
    assert lesson.names["prediction"].data == pytest.approx(probability, rel=1e-13)
    assert lesson.names["before"] == pytest.approx((PREDICTION, -math.log(PREDICTION)), rel=1e-13)
    assert probability > PREDICTION


def test_the_model_starts_at_the_document_and_ends_right(lesson):
    names = lesson.names
    pictures, cars = names["X"], names["y"]
    hidden = np.maximum(pictures @ np.array(W1).T + [0.5, -0.3, 0.7], 0.0)
    scores = hidden @ [0.5, -0.3, 0.8] + 0.2
    assert names["right_at_first"] == ((scores > 0.0) == cars)[80:].sum()
    assert names["right_at_first"] < 20
    assert (((names["model"].predict(pictures)) > 0.0) == cars).all()
    assert names["history"]["validation_accuracy"][-1] == 1.0
    assert names["probability"] > 0.99


def test_the_invented_cars_obey_the_rule_that_is_stated(lesson):
    for picture, car in zip(lesson.names["X"], lesson.names["y"]):
        left, right = picture[0] + picture[2], picture[1] + picture[3]
        assert abs(right - left) > 0.15
        assert car == (right > left)
    assert X[1] + X[3] > X[0] + X[2], "the picture of the document is a car"


def test_the_pictures_show_the_graph_and_the_training(lesson):
    graph = lesson.words("car.svg")
    for word in ("is it a car?", "Z1[2]", "data 0.93", "A2[0]", "data 0.784", "0 (relu off)"):
        assert word in graph
    assert "held out" in lesson.words("training.svg")


def test_the_neuron_that_is_off_is_found_and_drawn(lesson):
    answer = lesson.names["answer"]
    assert answer.cause == "killed"
    assert answer.nodes == (lesson.names["A1"][1],)
    assert "A1[1] = relu(Z1[1]) with Z1[1] = -0.06" in lesson.printed
    for word in ("A1[1]", "W1[1, 0]", "J[0]"):
        assert word in lesson.words("off.svg")
