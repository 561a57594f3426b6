"""The line of advice at the end of a training: when it comes, and what it names."""

import logging
import random

import numpy as np
import pytest

import autograd
from nn import MLP, SGD, Adam, EarlyStopping, Layer, Module, Sequential, fit

pytestmark = pytest.mark.usefixtures("on_numpy")

SOURCE = np.random.default_rng(0)
X = SOURCE.normal(size=(60, 4))
GUESSES = SOURCE.integers(0, 3, 60)
SIDES = (X[:, 0] > 0).astype(int)


def rng():
    return random.Random(0)


def net(*widths, **settings):
    return MLP(4, widths, rng=rng(), **settings)


def dead(outputs):
    model = net(8, outputs)
    for neuron in model.layers[0].neurons:
        neuron.bias.data = -100.0
    return model


def zeros():
    model = net(8, 1)
    model.load_state_dict(dict.fromkeys(model.state_dict(), 0.0))
    return model


def rectified(activation="relu", outputs=3):
    return Sequential(Layer(4, 8, rng=rng()), Layer(8, outputs, activation, rng=rng()))


def lines(model, y, loss, caplog, lr=0.01, kind=Adam, inputs=X, **settings):
    caplog.clear()
    optimizer = kind(model.parameters(), lr=lr)
    arguments = {"epochs": 6, "optimizer": optimizer, "rng": rng(), "compile": False, **settings}
    fit(model, inputs, y, loss=loss, **arguments)
    return [record.getMessage() for record in caplog.records if record.name == "nn"]


@pytest.mark.parametrize(
    ("model", "y", "loss", "settings", "words"),
    [
        (net(8, 1), SIDES, "mse_loss", {"lr": 0.0, "kind": SGD},
         ["the loss did not fall, from", "in 6 epochs", "another learning rate than 0"]),
        (net(8, 1), SIDES, "mse_loss", {"lr": 1.0, "kind": SGD, "epochs": 2}, ["did not fall"]),
        (net(8, 1), GUESSES % 2, "mse_loss", {"lr": -0.0, "kind": SGD, "epochs": 3},
         ["did not fall"]),
        (dead(3), GUESSES, "cross_entropy", {},
         ["that of guessing, ln(3)", "all outputs are equal", "visualize.health"]),
        (dead(1), X[:, 0], "mse_loss", {"epochs": 2}, ["all outputs are equal"]),
        (zeros(), GUESSES % 2, "binary_cross_entropy_with_logits", {"epochs": 2},
         ["ln(2)", "all outputs are equal"]),
        (rectified(), GUESSES, "cross_entropy", {},
         ["Layer(8, 3, activation='relu') at layers.1,", '"linear"']),
        (rectified(autograd.relu, 1), SIDES, "binary_cross_entropy_with_logits", {}, ["layers.1"]),
        (Sequential(rectified(outputs=1)), 2 * SIDES - 1, "hinge_loss", {}, ["layers.0.layers.1"]),
        (Layer(4, 3, rng=rng()), GUESSES, "cross_entropy", {}, ["Layer(4, 3, activation='relu'),"]),
    ],
)  # fmt: skip
def test_what_has_gone_wrong_is_said_in_one_line(model, y, loss, settings, words, caplog):
    (line,) = lines(model, y, loss, caplog, **settings)
    assert "\n" not in line
    for word in ["fit: ", *words]:
        assert word in line


class Gone(Module):
    """Cannot be asked any more when its training is over."""

    def __init__(self):
        self.inner = net(1)
        self.over = False

    def forward(self, x):
        if self.over:
            raise RuntimeError
        return self.inner(x)


@pytest.mark.parametrize(
    ("model", "y", "loss", "settings"),
    [
        (net(8, 1), SIDES, "binary_cross_entropy_with_logits", {"lr": 0.05}),
        (net(8, 3), GUESSES, "cross_entropy", {"lr": 0.05}),
        (net(8, 1, activation="tanh"), X[:, 1], "mse_loss", {}),
        (rectified(outputs=1), X[:, 1] ** 2, "mse_loss", {}),  # what is measured is not negative
        (rectified("tanh"), GUESSES, "cross_entropy", {}),
        (dead(1), SIDES, "mse_loss", {"epochs": 1}),
        (net(1), SIDES, "mse_loss", {"epochs": 1, "inputs": np.ones((60, 4))}),
        (dead(1), np.ones(60), "mse_loss", {}),
        (zeros(), np.zeros(60), "mse_loss", {}),  # solved from the start
        (net(1), X[:, 1], "mse_loss",
         {"lr": 0.4, "kind": SGD, "epochs": 9, "callbacks": [EarlyStopping(2)]}),
    ],
)  # fmt: skip
def test_what_goes_well_is_not_talked_about(model, y, loss, settings, caplog):
    assert lines(model, y, loss, caplog, **settings) == []


def test_a_model_that_fails_afterwards_and_an_interrupt_are_passed_over(caplog):
    def end(state):
        state.model.over = True
        return True

    assert lines(Gone(), X[:, 1], "mse_loss", caplog, callbacks=[end]) == []

    def interrupt(state):
        raise KeyboardInterrupt

    assert lines(dead(3), GUESSES, "cross_entropy", caplog, callbacks=[interrupt]) == []


def test_it_can_be_silenced(caplog):
    logging.getLogger("nn").setLevel("ERROR")
    try:
        assert lines(rectified(), GUESSES, "cross_entropy", caplog, epochs=1) == []
    finally:
        logging.getLogger("nn").setLevel(logging.NOTSET)


def test_a_loss_of_guessing_in_the_last_epoch_alone_is_chance(caplog):
    model, sizes = net(1), iter([-1.0, 1e-6, 1e-6])
    model.load_state_dict(dict.fromkeys(model.state_dict(), 0.0))
    weight = model.parameters()[0]
    weight.data = -3.0

    def resize(_):
        weight.data = next(sizes)

    settings = {"lr": 0.0, "kind": SGD, "epochs": 3, "callbacks": [resize]}
    assert lines(model, SIDES, "binary_cross_entropy_with_logits", caplog, **settings) == []
