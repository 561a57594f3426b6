"""Module.predict: the outputs of the model itself for all rows, however it has changed."""

import collections
import copy
import os
import pickle
import random
import types
import weakref
from typing import ClassVar

import numpy as np
import pytest

import autograd
from autograd import TracingError, Value
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


GAIN = 1.0


class Reading(Module):
    """Reads numbers from wherever Python code can."""

    gain = 1.0
    table: ClassVar = [1.0]

    def __init__(self):
        self.w = Value(0.5)
        self.mean = 0.0
        self.scales = np.array([1.0, 1.0])
        self.many = [1.0] * 200
        self.queue = collections.deque([1.0])
        self.settings = types.SimpleNamespace(gain=1.0)

    def scaled(self, x, by=1.0):
        return x * by

    @property
    def offset(self):
        return sum(number for number in self.table)

    def forward(self, x):
        inner = [self.scaled(number - self.mean) * scale for number, scale in zip(x, self.scales)]
        total = autograd.sum(inner) * GAIN * self.gain + self.offset + self.settings.gain
        environment = float(os.environ.get("NN_TEST_GAIN", "1.0"))
        return self.w * total * self.many[150] * self.queue[0] * environment


def scaled_twice(self, x, by=2.0):
    return x * by


# Each changes one number that the model reads; none is an attribute set on the module.
UNSEEN = {
    "a class attribute": lambda model: setattr(Reading, "gain", 2.0),
    "a list of the class": lambda model: Reading.table.append(2.0),
    "a global": lambda model: globals().update(GAIN=2.0),
    "an array in place": lambda model: model.scales.__setitem__(0, 3.0),
    "an array made -0.0": lambda model: model.scales.__imul__(-0.0),
    "a long list in place": lambda model: model.many.__setitem__(150, 3.0),
    "a deque": lambda model: model.queue.appendleft(2.0),
    "another object": lambda model: setattr(model.settings, "gain", 2.0),
    "a running mean": lambda model: vars(model).update(mean=0.5),
    "a method": lambda model: setattr(Reading, "scaled", scaled_twice),
    "a default": lambda model: setattr(Reading.scaled, "__defaults__", (2.0,)),
    "the environment": lambda model: os.environ.update(NN_TEST_GAIN="2.0"),
}


@pytest.fixture
def _as_before(monkeypatch):
    monkeypatch.setattr(Reading, "gain", 1.0)
    monkeypatch.setattr(Reading, "table", [1.0])
    monkeypatch.setattr(Reading, "scaled", Reading.scaled)
    monkeypatch.setattr(Reading.scaled, "__defaults__", (1.0,))
    monkeypatch.setenv("NN_TEST_GAIN", "1.0")
    monkeypatch.setitem(globals(), "GAIN", 1.0)


@pytest.mark.usefixtures("_as_before")
@pytest.mark.parametrize("first", [None, "a running mean"])
@pytest.mark.parametrize("change", UNSEEN)
def test_whatever_the_model_reads_is_read_anew(change, first):
    model = Reading()
    before = model.predict(ROWS)
    if first is not None:
        UNSEEN[first](model)
    UNSEEN[change](model)
    found = model.predict(ROWS)
    assert found == pytest.approx(one_by_one(model), rel=1e-14)
    assert not np.array_equal(found, before)
    assert np.array_equal(np.signbit(found), np.signbit(one_by_one(model)))


def test_a_model_that_is_dropped_is_gone_at_once():
    model = MLP(2, [3, 1])
    model.predict(ROWS)
    gone = weakref.ref(model)
    del model
    assert gone() is None


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


@pytest.mark.parametrize(
    "ask",
    [
        lambda x: {1.0: 5.0, 2.0: 7.0}[x],
        lambda x: 5.0 if x.is_integer() else 7.0,
        lambda x: 5.0 if np.isfinite(x) else 7.0,
        lambda x: [5.0, 6.0, 7.0][round(x)],
    ],
)
def test_what_only_a_number_answers_is_asked_row_by_row(ask):
    class Asking(Module):
        def __init__(self):
            self.w = Value(2.0)

        def forward(self, x):
            return self.w * ask(x[0])

    rows = [[1.0], [2.0]]
    assert Asking().predict(rows).tolist() == one_by_one(Asking(), rows).tolist()


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
    assert len(calls) == 1  # the trace


def test_it_is_refused_in_a_function_that_is_compiled():
    model = MLP(2, [1], rng=random.Random(0))
    with pytest.raises(TracingError, match="call the model itself"):
        autograd.compile(lambda x: x * model.predict(ROWS)[0])(1.0)
