"""The monitor as a callback of real trainings."""

from __future__ import annotations

import logging
import math
import random

import pytest

from nn import (
    MLP,
    SGD,
    Callback,
    Conv2d,
    Dropout,
    Flatten,
    Layer,
    MaxPool2d,
    Sequential,
    binary_cross_entropy_with_logits,
    cross_entropy,
    fit,
    mse_loss,
)
from visualize import HealthMonitor, health
from visualize.health import Health

RNG = random.Random(3)
X = [[RNG.gauss(0, 1), RNG.gauss(0, 1)] for _ in range(24)]
Y = [float(x[0] > 0) for x in X]
BCE = binary_cross_entropy_with_logits


def trained(monitor, *, compiled, epochs=4, dropout=0.0, lr=0.05):
    rng = random.Random(1)
    model = Sequential(
        Layer(2, 4, "tanh", rng=rng), Dropout(dropout, rng=rng), Layer(4, 1, "linear", rng=rng)
    )
    history = fit(
        model, X, Y, loss=BCE, optimizer=SGD(model.parameters(), lr=lr, momentum=0.9),
        epochs=epochs, batch_size=8, rng=rng, compile=compiled,
        callbacks=[monitor] if monitor else [],
    )  # fmt: skip
    return model, history


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_a_monitor_watches_and_changes_nothing(compiled, dropout):
    monitor = HealthMonitor(X, Y, loss=BCE)
    model, history = trained(monitor, compiled=compiled, dropout=dropout)
    alone, expected = trained(None, compiled=compiled, dropout=dropout)
    assert history["loss"] == expected["loss"]
    assert model.state_dict() == alone.state_dict()
    assert monitor.epochs == [1, 2, 3, 4]
    assert all(isinstance(report, Health) for report in monitor.reports)
    last = health(model, X, Y, loss=BCE)
    for found, now in zip(monitor.reports[-1].layers, last.layers):
        assert found.activations == now.activations
        assert found.weight_gradients == now.weight_gradients
        assert found.update is not None
    losses = [report.loss for report in monitor.reports]
    assert losses == sorted(losses, reverse=True)  # it sees the model of each epoch


def test_compiled_and_eager_trainings_are_seen_alike():
    monitors = [HealthMonitor(X, Y, loss=BCE) for _ in range(2)]
    for monitor, compiled in zip(monitors, (True, False)):
        trained(monitor, compiled=compiled)
    for mine, other in zip(*(monitor.reports for monitor in monitors)):
        for layer, same in zip(mine.layers, other.layers):
            assert layer.gradients.rms == pytest.approx(same.gradients.rms, rel=1e-6)
            assert layer.update == pytest.approx(same.update, rel=1e-6)


def test_a_convolutional_network_is_watched_while_it_is_trained_as_a_program(caplog):
    rng = random.Random(2)
    images = [[[rng.random() for _ in range(4)] for _ in range(4)] for _ in range(8)]
    classes = [row % 2 for row in range(8)]
    model = Sequential(
        Conv2d(1, 2, 3, "relu", padding=1, rng=rng), MaxPool2d(2), Flatten(),
        Dropout(0.25, rng=rng), Layer(8, 2, "linear", rng=rng),
    )  # fmt: skip
    monitor = HealthMonitor(images, classes, loss=cross_entropy, rows=4)
    with caplog.at_level(logging.WARNING, "nn"):
        fit(model, images, classes, loss="cross_entropy", epochs=2, callbacks=[monitor],
            compile=True, rng=rng)  # fmt: skip
    assert not [entry for entry in caplog.records if "did not fall" not in entry.getMessage()]
    assert [layer.name for layer in monitor.reports[1].layers] == [
        "layers.0", "layers.1", "layers.4",
    ]  # fmt: skip
    assert model.training


def test_every_so_many_epochs_and_anew_for_a_new_training():
    monitor = HealthMonitor(X, Y, loss=BCE, every=3)
    trained(monitor, compiled=False, epochs=7)
    assert monitor.epochs == [3, 6]
    trained(monitor, compiled=False, epochs=4)
    assert monitor.epochs == [3]
    assert len(monitor.reports) == 1


def test_it_prints_a_line_per_report(capsys):
    monitor = HealthMonitor(X, Y, loss=BCE, print=True, every=2)
    trained(monitor, compiled=False)
    assert capsys.readouterr().out == "epoch 2: healthy\nepoch 4: healthy\n"
    trained(HealthMonitor(X, Y, loss=BCE), compiled=False, epochs=1)
    assert capsys.readouterr().out == ""


class Wrecker(Callback):
    """Puts weights out of order after an epoch."""

    def __init__(self, epoch, number):
        self.epoch, self.number = epoch, number

    def on_epoch_end(self, state):
        if state.epoch == self.epoch:
            for parameter in state.model.layers[0].parameters():
                parameter.data = self.number


@pytest.mark.parametrize(
    ("stop_on", "number", "epochs"),
    [
        (("nan", "exploding"), math.nan, 2),
        ("saturated", 1e3, 2),
        (("nan",), 1e3, 4),
        ((), 1e3, 4),
    ],
)
def test_it_ends_a_training_on_what_it_is_asked_to(stop_on, number, epochs):
    monitor = HealthMonitor(X, Y, loss=BCE, stop_on=stop_on)
    model = MLP(2, [3, 1], "tanh", rng=random.Random(1))
    history = fit(
        model, X, Y, loss=BCE, epochs=4, callbacks=[Wrecker(2, number), monitor], compile=False,
        optimizer="sgd",
    )  # fmt: skip
    assert history.epochs == monitor.epochs[-1] == epochs
    assert history.stopped == (epochs == 2)


@pytest.mark.parametrize(
    ("settings", "error", "said"),
    [
        ({"every": 0}, ValueError, "HealthMonitor: every must be at least 1, not 0"),
        (
            {"stop_on": ["nan", "bored"]},
            ValueError,
            "HealthMonitor: stop_on holds 'bored'; there are 'nan', 'exploding', ",
        ),
        ({"loss": "mse_loss"}, TypeError, "loss must be a function of predictions and targets"),
        ({"rows": 0}, ValueError, "health: rows, how many examples to look at, must be"),
    ],
)
def test_mistakes_are_named_before_the_training(settings, error, said):
    with pytest.raises(error, match=said):
        HealthMonitor(X, Y, **settings)


def test_what_it_says_of_itself():
    monitor = HealthMonitor(X, Y, loss=BCE, every=2)
    assert repr(monitor) == "<HealthMonitor with 0 reports>"
    with pytest.raises(ValueError, match=r"there is no report yet; .* train for 2 epochs or more"):
        _ = monitor.figure
    trained(monitor, compiled=False)
    assert repr(monitor) == "<HealthMonitor with 2 reports, last: healthy>"


def test_the_default_loss_is_the_mean_squared_error():
    monitor = HealthMonitor(X, Y)
    model = MLP(2, [1], rng=random.Random(1))
    fit(model, X, Y, loss=mse_loss, epochs=1, callbacks=[monitor], compile=False)
    expected = health(model, X, Y, loss=mse_loss).loss
    assert monitor.reports[0].loss == pytest.approx(expected, rel=1e-12)
    assert monitor.reports[0].loss_name == "mean squared error, as no loss was given"
