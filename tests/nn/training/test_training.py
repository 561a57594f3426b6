"""fit: what it computes, measures and refuses, and how it ends."""

import gc
import math
import random
import signal
from dataclasses import dataclass
from functools import partial

import pytest

import autograd
import nn
from autograd import Value
from nn import MLP, SGD, Callback, EarlyStopping, Module, NonFiniteError, StepLR, fit, mse_loss
from tests.in_one_test import in_one_test

X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
AND = [0, 0, 0, 1]
LOGISTIC = {"loss": "binary_cross_entropy_with_logits"}


def model(*widths, seed=0, **settings):
    return MLP(2, list(widths) or [1], rng=random.Random(seed), **settings)


def test_fit_is_the_explicit_loop():
    one, other = model(4, 1), model(4, 1)
    optimizer = SGD(one.parameters(), lr=0.1, momentum=0.9)
    history = fit(
        one, X, AND, **LOGISTIC, optimizer=optimizer, epochs=3, batch_size=3, shuffle=False,
        compile=False,
    )  # fmt: skip
    optimizer = SGD(other.parameters(), lr=0.1, momentum=0.9)
    means = []
    for _ in range(3):
        total = 0.0
        for rows in (slice(0, 3), slice(3, 4)):
            loss = nn.binary_cross_entropy_with_logits([other(x) for x in X[rows]], AND[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.data * len(AND[rows])
        means.append(total / 4)
    assert history["loss"] == means
    assert one.state_dict() == other.state_dict()


def test_it_learns_xor():
    network = model(8, 1, activation="tanh")
    history = fit(
        network, X, [0, 1, 1, 0], **LOGISTIC, optimizer=nn.Adam(network.parameters(), lr=0.1),
        epochs=80, batch_size=None, metrics=["accuracy"], validation=(X, [0, 1, 1, 0]),
        rng=random.Random(0),
    )  # fmt: skip
    assert history["validation_accuracy"][-1] == history["accuracy"][-1] == 1.0
    assert history["validation_loss"][-1] < 0.1 < history["loss"][0]


def test_the_history_holds_one_number_per_epoch_and_name():
    history = fit(
        model(), X, AND, **LOGISTIC, epochs=3, validation=0.25,
        metrics=["accuracy", nn.mean_absolute_error],
        schedule=partial(StepLR, step_size=1, gamma=0.5),
    )  # fmt: skip
    names = ["loss", "accuracy", "mean_absolute_error"]
    assert list(history) == [*names, *(f"validation_{name}" for name in names), "lr"]
    assert all(len(numbers) == 3 for numbers in history.values())
    assert history["lr"] == [0.001, 0.0005, 0.00025]
    assert (history.epochs, history.interrupted, history.stopped) == (3, False, False)
    assert repr(history).splitlines()[-1].split()[0] == "3"  # the last epoch of the table
    with pytest.raises(KeyError, match=r"'acc' was not measured; there are loss, accuracy"):
        history["acc"]
    with pytest.raises(ValueError, match="an epoch measures"):
        history.append({"loss": 1.0})


def test_equal_seeds_give_equal_runs():
    def run(seed):
        network = model(3, 1)
        fit(network, X, AND, **LOGISTIC, epochs=2, batch_size=1, rng=random.Random(seed))
        return network.state_dict()

    assert run(1) == run(1) != run(2)
    random.seed(3)
    network = model(3, 1)
    fit(network, X, AND, **LOGISTIC, epochs=2, batch_size=1)
    assert network.state_dict() == run(3)


def test_the_optimizer_may_be_a_name_an_object_or_a_function():
    def run(optimizer, network):
        fit(network, X, AND, **LOGISTIC, optimizer=optimizer, epochs=1, shuffle=False)
        return network.state_dict()

    network = model()
    by_name = run("adam", model())
    assert run(nn.Adam(network.parameters()), network) == run(nn.Adam, model()) == by_name
    assert run(partial(nn.Adam, lr=0.1), model()) != by_name


def test_clip_norm_limits_the_step():
    network = model()
    before = network.state_dict()
    settings = {"optimizer": SGD(network.parameters(), lr=1.0), "epochs": 1, "clip_norm": 0.01}
    fit(network, X, [5.0, 5.0, 5.0, 5.0], loss="mse_loss", **settings)
    moved = math.dist(before.values(), network.state_dict().values())
    assert moved == pytest.approx(0.01, rel=1e-3)


class Recorder(Module):
    """Notes whether it is called in training mode, with recording, and with the collector on."""

    def __init__(self):
        self.w = Value(0.5)
        self.calls = []

    def forward(self, x):
        result = self.w * x[0]
        self.calls.append((self.training, result.op is not None, gc.isenabled()))
        return result


def test_modes_while_training_and_validating():
    recorder = Recorder().eval()
    validation = X[:1], AND[:1]
    fit(recorder, X, AND, loss="mse_loss", epochs=1, validation=validation, compile=False)
    probe, *train, validation = recorder.calls
    assert probe[:2] == (False, True)
    assert train == [(True, True, False)] * 4
    assert validation == (False, True, False)
    assert gc.isenabled()
    assert recorder.training is False
    fit(recorder, X, AND, loss="mse_loss", epochs=1)
    assert recorder.training is False


def test_losses_may_be_functions_of_values():
    def margin(outputs, targets):
        pairs = zip(outputs, targets, strict=True)
        return autograd.sum((1 - (2 * y - 1) * out).relu() for out, y in pairs) / len(targets)

    history = fit(model(), X, AND, loss=margin, epochs=1, validation=0.25, optimizer="sgd")
    assert history["validation_loss"][0] >= 0.0
    with pytest.raises(TypeError, match=r"the loss must return a Value, not 0\.0"):
        fit(model(), X, AND, loss=lambda outputs, targets: 0.0, epochs=1)


@pytest.mark.parametrize(
    ("loss", "labels", "outputs"),
    [
        ("binary_cross_entropy", [0, 1], [0.4, 0.6]),
        ("binary_cross_entropy_with_logits", [0, 1], [-0.4, 0.4]),
        ("hinge_loss", [-1, 1], [-0.4, 0.4]),
        ("mse_loss", [0, 1], [0.4, 0.6]),
        ("mse_loss", [-1, 1], [-0.4, 0.4]),
    ],
)
def test_accuracy_decides_where_the_loss_does(loss, labels, outputs):
    class Given(Module):
        def __init__(self):
            self.zero = Value(0.0)

        def forward(self, x):
            return x + self.zero

    network = Given()
    optimizer = SGD(network.parameters(), lr=0.0)
    history = fit(
        network, outputs, labels, loss=loss, optimizer=optimizer, epochs=1, metrics=["accuracy"]
    )
    assert history["accuracy"] == [1.0]


def test_a_callback_ends_the_training_and_all_are_asked():
    seen = []

    class Watcher(Callback):
        def on_fit_start(self, state):
            seen.append(("start", state.epoch, len(state.history)))

        def on_epoch_end(self, state):
            seen.append(("epoch", state.epoch, len(state.history["loss"])))

        def on_fit_end(self, state):
            seen.append(("end", state.epoch, state.epochs))

    callbacks = [lambda state: state.epoch == 2, Watcher()]
    history = fit(model(), X, AND, **LOGISTIC, epochs=9, callbacks=callbacks)
    assert (history.epochs, history.stopped) == (2, True)
    assert seen == [("start", 0, 0), ("epoch", 1, 1), ("epoch", 2, 2), ("end", 2, 9)]


def test_early_stopping_restores_the_best_epoch():
    network = model()
    rising = SGD(network.parameters(), lr=0.5)
    states = []

    def worse_from_now_on(state):
        states.append(state.model.state_dict())
        state.optimizer.lr = 50.0

    history = fit(
        network, X, AND, **LOGISTIC, optimizer=rising, epochs=30, batch_size=None,
        validation=(X, AND), callbacks=[worse_from_now_on, EarlyStopping(patience=2)],
    )  # fmt: skip
    best = history["validation_loss"].index(min(history["validation_loss"]))
    assert history.stopped
    assert history.epochs == best + 3
    assert network.state_dict() == states[best]


class InterruptedModel(Module):
    """Sends Ctrl-C during the given call."""

    def __init__(self, call):
        self.w = Value(0.5)
        self.calls = 0
        self.interrupt = call

    def forward(self, x):
        self.calls += 1
        if self.calls == self.interrupt:
            signal.raise_signal(signal.SIGINT)
        return self.w * x[0]


def test_ctrl_c_returns_the_history_so_far():
    ended = []

    class End(Callback):
        def on_fit_end(self, state):
            ended.append(state.epoch)

    network = InterruptedModel(call=1 + 4 + 4 + 2)  # the probe, two epochs, two rows of the third
    history = fit(network, X, AND, loss="mse_loss", epochs=9, callbacks=[End()], compile=False)
    assert (history.epochs, history.interrupted, history.stopped) == (2, True, False)
    assert len(history["loss"]) == 2
    assert ended == [2]
    assert gc.isenabled()
    assert network.training


def test_ctrl_c_after_an_epoch_waits_until_all_of_it_is_counted():
    class Interrupting(StepLR):
        def rate(self, epochs):
            if epochs == 2:
                signal.raise_signal(signal.SIGINT)
            return super().rate(epochs)

    network = model()
    optimizer = SGD(network.parameters(), lr=1.0)
    schedule = Interrupting(optimizer, 1, gamma=0.5)
    settings = {"optimizer": optimizer, "schedule": schedule, "epochs": 9}
    history = fit(network, X, AND, **LOGISTIC, **settings)
    assert history.interrupted
    assert history["lr"] == [1.0, 0.5]
    assert (schedule.epochs, optimizer.lr) == (2, 0.25)


@pytest.mark.filterwarnings("ignore::autograd.NumericWarning")
def test_a_loss_that_is_not_finite_ends_at_the_last_good_parameters():
    network = model()
    seen = []
    with pytest.raises(NonFiniteError, match=r"the loss is inf.*smaller learning rate") as caught:
        fit(
            network, X, [1e3] * 4, loss="mse_loss", epochs=500,
            optimizer=SGD(network.parameters(), lr=1e6),
            callbacks=[lambda state: seen.append(state.model.state_dict())],
        )  # fmt: skip
    assert network.state_dict() == seen[-1]
    assert all(map(math.isfinite, seen[-1].values()))
    assert gc.isenabled()
    assert isinstance(caught.value, ArithmeticError)
    assert caught.value.history.epochs == len(seen)


def test_a_gradient_that_is_not_finite_is_named_and_not_followed():
    class Root(Module):
        def __init__(self):
            self.w = Value(0.0)

        def forward(self, x):
            return autograd.sqrt(self.w) + x[0]

    network = Root()
    with pytest.raises(NonFiniteError, match="the gradient of parameter w is inf"):
        fit(network, [[1.0]], [0.0], loss="l1_loss", epochs=1)
    assert network.w.data == 0.0


def test_outputs_that_are_not_finite_are_told_with_their_input():
    class Wide(Module):
        def __init__(self):
            self.w = Value(1e308)

        def forward(self, x):
            return self.w * x[0]

    with pytest.raises(NonFiniteError, match=r"the model gives inf for \[100\.0\]"):
        fit(Wide(), [[0.0], [100.0]], [0, 0], loss="l1_loss", shuffle=False)


OTHER = SGD([Value(0.0)])


@in_one_test(
    "changes, error, message",
    [
        ({"X": [[0.0, 0.0], [0.0, math.nan], [1.0, 0.0], [1.0, 1.0]]}, ValueError, "X, row 1"),
        ({"X": [[0.0, 0.0], [0.0], [1.0, 0.0], [1.0, 1.0]]}, ValueError, "X, row 1 has the shape"),
        ({"X": [[0.0]] * 4}, ValueError, "layers.0 takes 2 inputs, got 1"),
        ({"y": [0, 1, 2, 1]}, ValueError, "row 2: the target is 2"),
        ({"y": [0, 1]}, ValueError, "X has 4 rows but y has 2"),
        ({"X": [], "y": []}, ValueError, "X has no rows"),
        ({"validation": (X, [0, 0, 0, 3])}, ValueError, "validation: .*row 3: the target is 3"),
        ({"validation": (X, [0, 0])}, ValueError, "validation: X has 4 rows but y has 2"),
        ({"validation": 1.5}, ValueError, "must be between 0 and 1"),
        ({"validation": "half"}, TypeError, "validation is a fraction"),
        ({"loss": "hinge_loss"}, ValueError, "hinge_loss, row 0: the target is 0"),
        ({"loss": "mse"}, ValueError, "unknown loss 'mse'.*'mse_loss'"),
        ({"loss": 3}, TypeError, "loss is a function or one of"),
        ({"loss": "cross_entropy"}, ValueError, "with one output use binary_cross"),
        ({"optimizer": "adams"}, ValueError, "unknown optimizer 'adams'.*'adam'"),
        ({"optimizer": OTHER}, ValueError, "holds no parameter of this model"),
        ({"metrics": ["auc"]}, ValueError, "unknown metric 'auc'.*'accuracy'"),
        ({"metrics": "accuracy"}, TypeError, "metrics must be a list"),
        ({"metrics": ["accuracy", nn.accuracy]}, ValueError, "the name 'accuracy' is taken"),
        ({"schedule": StepLR(OTHER, 1)}, ValueError, "of another optimizer"),
        ({"callbacks": [3]}, TypeError, "a callback is a Callback or a function"),
        ({"callbacks": [EarlyStopping]}, TypeError, "a callback is a Callback or a function"),
        ({"epochs": 0}, ValueError, "epochs must be at least 1"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
        ({"clip_norm": 0.0}, ValueError, "clip_norm must be positive"),
        ({"compile": "always"}, ValueError, 'compile must be "auto", True or False'),
        ({"rng": 3}, TypeError, r"rng must be a random\.Random"),
        ({"model": lambda x: x}, TypeError, "fit trains a Module"),
    ],
)
def test_mistakes_are_told_before_anything_is_trained(changes, error, message):
    network = model()
    before = network.state_dict()
    arguments = {"model": network, "X": X, "y": AND, **LOGISTIC, **changes}
    with pytest.raises(error, match=message):
        fit(**arguments)
    assert network.state_dict() == before


def test_a_wrong_class_is_told_before_training():
    with pytest.raises(ValueError, match="row 3: the target 3 is no class of 3: 0 to 2"):
        fit(model(3), X, [0, 1, 2, 3], loss="cross_entropy")


def test_a_loss_need_not_be_hashable():
    @dataclass
    class Scaled:
        factor: float

        def __call__(self, outputs, targets):
            return self.factor * mse_loss(outputs, targets)

    history = fit(MLP(1, [1]), [[0.0], [1.0]], [0, 1], loss=Scaled(2.0), metrics=["accuracy"])
    assert history.epochs == 10
