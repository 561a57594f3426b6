"""Module.predict: the outputs of the model itself for all rows, however it has changed."""

import copy
import pickle
import random

import numpy as np
import pytest

import autograd
from autograd import Value
from nn import MLP, Layer, Module

RNG = random.Random(0)
ROWS = [[RNG.gauss(0, 1), RNG.gauss(0, 1)] for _ in range(5)]


def one_by_one(model, rows=ROWS):
    outputs = [model(row) for row in rows]
    return np.array([[v.data for v in o] if isinstance(o, list) else o.data for o in outputs])


@pytest.mark.parametrize("widths", [[3, 1], [3, 2]])
def test_it_is_the_model_row_by_row(widths):
    model = MLP(2, widths, rng=random.Random(1))
    expected = one_by_one(model)
    for rows in (ROWS, np.array(ROWS), [tuple(row) for row in ROWS]):
        assert model.predict(rows) == pytest.approx(expected, rel=1e-14, abs=1e-15)
    assert model.predict(np.zeros((0, 2))).shape == (0, *expected.shape[1:])


def test_changes_of_the_model_are_noticed():
    model = MLP(2, [3, 1], rng=random.Random(1))
    model.predict(ROWS)
    model.layers[0].neurons[0].bias.data = 2.0
    assert model.predict(ROWS) == pytest.approx(one_by_one(model), rel=1e-14)
    model.layers[1] = Layer(3, 2, "tanh", rng=random.Random(2))
    assert model.predict(ROWS) == pytest.approx(one_by_one(model), rel=1e-14)


def test_copies_predict_for_themselves():
    model = MLP(2, [3, 1], rng=random.Random(1))
    expected = model.predict(ROWS)
    pickled = pickle.loads(pickle.dumps(model))  # noqa: S301 - it was written here
    for other in (copy.deepcopy(model), pickled):
        assert other.predict(ROWS) == pytest.approx(expected, rel=1e-15)
        other.layers[1].neurons[0].bias.data = 5.0
        assert other.predict(ROWS) == pytest.approx(expected + 5.0)
    assert model.predict(ROWS) == pytest.approx(expected, rel=1e-15)


class Switched(Module):
    """Adds 1 in training, and records how it was called."""

    def __init__(self, branch):
        self.w = Value(0.5)
        self.branch = branch

    def forward(self, x):
        kept = x[0] if not self.branch or x[0] > 0 else 0.0
        return self.w * kept + float(self.training)


@pytest.mark.parametrize("branch", [False, True])
def test_it_is_computed_in_evaluation_and_in_place_of_nothing(branch):
    model = Switched(branch)
    expected = [0.5 * (x if not branch or x > 0 else 0.0) for x, _ in ROWS]
    assert model.predict(ROWS) == pytest.approx(expected)
    assert model.training
    model.eval()
    assert model.predict(ROWS) == pytest.approx(expected)
    assert not model.training


def test_mistakes_are_those_of_the_model():
    with pytest.raises(ValueError, match="takes 2 inputs, got 3"):
        MLP(2, [1]).predict([[1.0, 2.0, 3.0]])
    with pytest.raises(ValueError, match="one example, a flat sequence of numbers"):
        MLP(2, [1]).predict(np.zeros((2, 2, 2)))


def test_rows_run_in_one_program():
    calls = []

    class Counted(Module):
        def __init__(self):
            self.w = Value(2.0)

        def forward(self, x):
            calls.append(1)
            return autograd.sin(self.w * x)

    model = Counted()
    rows = np.linspace(0.0, 1.0, 1000)
    assert model.predict(rows) == pytest.approx(np.sin(2.0 * rows), rel=1e-14)
    assert len(calls) == 1
