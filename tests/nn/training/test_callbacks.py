"""Callbacks: early stopping over a scripted history."""

import math
import random

import pytest

from autograd import Value
from nn import MLP, SGD, EarlyStopping, History, Module, TrainingState, fit, mse_loss
from tests.in_one_test import in_one_test


class Point(Module):
    def __init__(self):
        self.p = Value(0.0)


def stopped_after(stopping, measured, name="loss"):
    """Run the callback over scripted epochs; the parameter is the number of the epoch."""
    model = Point()
    state = TrainingState(model, SGD(model.parameters()), History(), 0, len(measured))
    stopping.on_fit_start(state)
    for number in measured:
        state.epoch += 1
        model.p.data = float(state.epoch)
        state.history.append({name: number})
        if stopping.on_epoch_end(state):
            break
    stopping.on_fit_end(state)
    return state.epoch, model.p.data


@in_one_test(
    "settings, name, measured, expected",
    [
        ({"patience": 2}, "loss", [3, 2, 1, 2, 1.5, 0], (5, 3.0)),
        ({"patience": 3}, "loss", [3, 2, 1, 2, 1.5, 0], (6, 6.0)),
        ({"patience": 1}, "loss", [1, 1], (2, 1.0)),
        ({"patience": 2, "min_delta": 0.5}, "loss", [3, 2.8, 2.6, 1], (3, 1.0)),
        ({"patience": 2, "restore_best": False}, "loss", [1, 2, 3, 4], (3, 3.0)),
        ({"patience": 2, "monitor": "accuracy"}, "accuracy", [0.1, 0.5, 0.4, 0.3], (4, 2.0)),
        ({"patience": 1, "monitor": "validation_r2_score"}, "validation_r2_score", [0, 1, 0],
         (3, 2.0)),
        ({"patience": 2}, "validation_loss", [1, 2, 3], (3, 1.0)),
        ({"patience": 2}, "loss", [math.nan, 1, 2, 3], (4, 2.0)),
    ],
)  # fmt: skip
def test_it_stops_after_patience_and_returns_to_the_best(settings, name, measured, expected):
    stopping = EarlyStopping(**settings)
    assert stopped_after(stopping, measured, name) == expected
    assert stopped_after(stopping, measured, name) == expected  # nothing is left of the first run


def test_validation_is_watched_where_there_is_some():
    stopping = EarlyStopping(patience=1)
    model = Point()
    state = TrainingState(model, SGD(model.parameters()), History(), 1, 2)
    state.history.append({"loss": 5.0, "validation_loss": 1.0})
    assert not stopping.on_epoch_end(state)
    assert (stopping.best, stopping.best_epoch) == (1.0, 1)


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="patience must be at least 1"):
        EarlyStopping(patience=0)
    with pytest.raises(ValueError, match="min_delta must be at least 0"):
        EarlyStopping(min_delta=-1.0)
    with pytest.raises(ValueError, match="'accuracy' is not measured; there are loss"):
        stopped_after(EarlyStopping(monitor="accuracy"), [1.0])


@in_one_test("choice", [False, True])
@in_one_test("monitor", ["loss", "mean_squared_error"])
@in_one_test("lr", [0.02, 0.001])  # it jumps about, or falls to the last epoch
def test_one_update_an_epoch_ends_with_the_best_loss_of_the_history(lr, monitor, choice):
    X = [[float(row)] for row in range(8)]
    y = [2.0 * row for [row] in X]
    model = MLP(1, [1], rng=random.Random(0))
    history = fit(
        model, X, y, loss="mse_loss", optimizer=SGD(model.parameters(), lr=lr, momentum=0.9),
        epochs=20, batch_size=None, metrics=["mean_squared_error"], compile=choice,
        callbacks=[EarlyStopping(patience=3, monitor=monitor)],
    )  # fmt: skip
    assert mse_loss([model(x) for x in X], y).data == pytest.approx(min(history["loss"]), rel=1e-12)


def test_many_updates_end_with_the_parameters_after_the_best_epoch():
    X = [[float(row)] for row in range(8)]
    y = [2.0 * row for [row] in X]
    model = MLP(1, [1], rng=random.Random(0))
    states = []
    history = fit(
        model, X, y, loss="mse_loss", optimizer=SGD(model.parameters(), lr=0.02, momentum=0.9),
        epochs=20, batch_size=2, shuffle=False,
        callbacks=[
            EarlyStopping(patience=3),
            lambda state: states.append(state.model.state_dict()),
        ],
    )  # fmt: skip
    best = min(range(len(states)), key=history["loss"].__getitem__)
    assert model.state_dict() == states[best]
