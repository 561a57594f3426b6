"""The worked example: the lesson's numbers against the listed ones and the chain rule by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

# Recomputed in float64 from the example of the notes; fewer digits where the list has fewer.
LISTED = {
    "Z1": [0.43, 1.42],
    "A1": [0.6058736684, 0.8053384164],
    "Z2": [1.2454989920154236],
    "A2": [0.7765197427749969],
    "J": [0.25293321137856234],
    "dJ/dZ2": [-0.2234802572250031],
    "dJ/db2": [-0.2234802572250031],
    "dJ/dW2": [-0.1354008033, -0.1799772365],
    "dJ/dZ1": [-0.0160095066, -0.0245242577],
    "dJ/db1": [-0.0160095066, -0.0245242577],
    "dJ/dW1": [-0.0080047533, -0.0032019013, -0.0122621289, -0.0049048515],
}
WRONG = {"1.244", "0.776", "-0.224", "-0.136", "-0.0161", "-0.0246"}


def sigmoid(z):
    return 1.0 / (1.0 + math.exp(-z))


def chain_rule():
    """Return the quantities of the example by scalars alone, written out."""
    z = 0.1 * 0.5 + 0.4 * 0.2 + 0.3, 0.8 * 0.5 + 0.6 * 0.2 + 0.9
    a = [sigmoid(number) for number in z]
    z2 = 0.3 * a[0] + 0.7 * a[1] + 0.5
    p = sigmoid(z2)
    upstream = -1.0 / p * p * (1.0 - p)
    below = [upstream * w * number * (1.0 - number) for w, number in zip((0.3, 0.7), a)]
    weights = [slope * number for slope in below for number in (0.5, 0.2)]
    return {
        "Z1": z, "A1": a, "Z2": [z2], "A2": [p], "J": [-math.log(p)],
        "dJ/dZ2": [upstream], "dJ/db2": [upstream],
        "dJ/dW2": [upstream * number for number in a],
        "dJ/dZ1": below, "dJ/db1": below, "dJ/dW1": weights,
    }  # fmt: skip


def grouped(table, column):
    found = {}
    for row in table:
        found.setdefault(row[0], []).append(row[column])
    return found


@pytest.mark.parametrize("column", [2, 3], ids=["graph", "matrices"])
def test_every_quantity_is_right(lesson, column):
    found, expected = grouped(lesson.names["table"], column), chain_rule()
    assert found.keys() == LISTED.keys() == expected.keys()
    for name, numbers in found.items():
        assert numbers == pytest.approx(expected[name], rel=1e-14)
        # The list gives ten decimals of some numbers: half a unit of the last one is allowed
        assert numbers == pytest.approx(LISTED[name], rel=1e-9, abs=5.1e-11)


def test_the_sum_of_both_losses_of_the_slides_is_right(lesson):
    surprises = lesson.names["surprises"]
    assert surprises[0.9].data == pytest.approx(0.10536051565782628, rel=1e-15)
    assert surprises[0.1].data == pytest.approx(2.302585092994046, rel=1e-15)
    assert "printed 0.1054  loss 0.105360515657" in lesson.printed
    assert "printed 2.3026  loss 2.302585092994" in lesson.printed


def test_the_wrong_printed_numbers_are_named_and_no_others(lesson):
    table = lesson.printed.partition("\n3. ")[2].partition("\n4. ")[0]
    rows = [line.split() for line in table.splitlines()[2:] if line]
    assert len(rows) == 19
    assert {row[1] for row in rows if row[4] == "wrong:"} == WRONG
    assert {row[1] for row in rows if row[4] == "exact"} == {"0.43", "1.42"}
    for row in rows:
        right = f"{float(row[2]):.{len(row[1].partition('.')[2])}f}"
        assert row[-1] == right if row[1] in WRONG else row[1] == right


def test_rounding_on_the_way_gives_the_wrong_printed_numbers(lesson):
    by_hand = lesson.names["by_hand"]
    rounded = [f"{number:.4f}" for text, number in by_hand.items() if "dZ1" in text]
    assert rounded == ["-0.0161", "-0.0246"]
    rounded = [f"{number:.3f}" for text, number in by_hand.items() if text[:2] in {"Z2", "A2"}]
    assert rounded == ["1.244", "0.776"]
    rounded = [f"{number:.3f}" for text, number in by_hand.items() if text[:5] == "dJ/dW"]
    assert rounded == ["-0.136"]


def test_training_takes_the_steps_of_gradient_descent(lesson):
    W1, b1 = np.array([[0.1, 0.4], [0.8, 0.6]]), np.array([0.3, 0.9])
    W2, b2, x = np.array([0.3, 0.7]), 0.5, np.array([0.5, 0.2])
    losses = []
    for _ in range(len(lesson.names["losses"])):
        a = 1.0 / (1.0 + np.exp(-(W1 @ x + b1)))
        p = sigmoid(W2 @ a + b2)
        losses.append(-math.log(p))
        below = (p - 1.0) * W2 * a * (1.0 - a)
        W2, b2 = W2 - (p - 1.0) * a, b2 - (p - 1.0)
        W1, b1 = W1 - np.outer(below, x), b1 - below
    assert lesson.names["losses"] == pytest.approx(losses, rel=1e-12)
    assert lesson.names["prediction"].data == pytest.approx(p, rel=1e-13)
    assert f"{p:.2f}" == "1.00"
    assert f"prediction {p:.6f}" in lesson.printed.splitlines()[-2]


def test_the_pictures_show_the_pass_and_the_loss(lesson):
    graph = lesson.words("worked_example.svg")
    for word in ("worked example", "layer 1", "layer 2", "Z1[1]", "data 1.42", "grad -0.02452"):
        assert word in graph
    assert "loss" in lesson.words("loss.svg")


def test_the_chain_rule_of_one_weight_is_told_with_its_numbers(lesson):
    told = lesson.printed.partition("\n4. ")[2].partition("\n5. ")[0]
    assert "How J[0] changes with W1[0, 0]" in told
    factors = [-1.0, 1 / 0.7765197427749969, 0.7765197427749969 * (1 - 0.7765197427749969)]
    factors += [0.3, 0.6058736684 * (1 - 0.6058736684), 0.5]
    assert float(np.prod(factors)) == pytest.approx(LISTED["dJ/dW1"][0], rel=1e-8)
    assert f"∂J[0]/∂W1[0, 0] = {LISTED['dJ/dW1'][0]:.4g}" in told.replace("(", "").replace(")", "")
