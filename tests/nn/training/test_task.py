"""Mistakes in the arguments of fit: found before the first update, and nothing has changed then."""

import math
import random
from functools import partial

import pytest

import nn
from autograd import Value
from nn import MLP, SGD, Adam, Callback, EarlyStopping, Optimizer, Schedule, Sequential, fit
from tests.in_one_test import in_one_test

pytestmark = pytest.mark.usefixtures("on_numpy")

X = [[0.1 * row, 0.2, -0.1 * row] for row in range(12)]
LABELS = [0, 1] * 6
CLASSES = [0, 1, 2] * 4


class OneArgument(Callback):
    def on_epoch_end(self):
        return False


class Falling(Schedule):
    """Gives a rate below 0 from the second epoch on."""

    def rate(self, epochs):
        return 0.1 - 0.2 * epochs


class Worded(Schedule):
    def rate(self, epochs):
        return "fast" if epochs else 0.1


def sevens(outputs, targets):
    return "seven"


def refuses(outputs, targets):
    raise KeyError("no such class")


def shout(outputs, targets):
    return nn.mse_loss(outputs, targets).data


MISTAKES = {
    "validation of other widths": ({"validation": ([[1.0]], [0])}, ValueError, "n: .*got 1"),
    "validation of other lengths": ({"validation": (X, [0])}, ValueError, "12 rows.* 1"),
    "validation of other labels": ({"validation": (X, [2] * 12)}, ValueError, "n: .*row 0"),
    "validation of nan": (
        {"validation": ([[math.nan] * 3], [0])}, ValueError, "validation: .*row 0",
    ),
    "validation of three parts": ({"validation": (X, LABELS, 1)}, TypeError, "validation is"),
    "classes of the validation": (
        {"y": CLASSES, "loss": "cross_entropy", "validation": (X, [3] * 12)}, ValueError,
        "validation: .*3",
    ),
    "validation that a metric refuses": (
        {"metrics": ["r2_score"], "validation": (X[:1], [1])}, ValueError, "r2_score: all 1",
    ),
    "a monitor there is not": (
        {"callbacks": [EarlyStopping(monitor="nope")]}, ValueError, "there are loss, lr",
    ),
    "a monitor without validation": (
        {"callbacks": [EarlyStopping(monitor="validation_loss")]}, ValueError, "not measured",
    ),
    "a callback of no argument": ({"callbacks": [lambda: None]}, TypeError, "a TrainingState"),
    "a callback of two": ({"callbacks": [lambda a, b: None]}, TypeError, "missing a required"),
    "a method of no argument": ({"callbacks": [OneArgument()]}, TypeError, "on_epoch_end of"),
    "a class": ({"callbacks": [EarlyStopping]}, TypeError, "a callback is"),
    "a bare callback": ({"callbacks": EarlyStopping()}, TypeError, "callbacks is a list"),
    "a bare function": ({"callbacks": print}, TypeError, "callbacks is a list"),
    "a metric of one argument": ({"metrics": [lambda p: 1.0]}, TypeError, "all outputs and all"),
    "a metric that returns text": ({"metrics": [sevens]}, TypeError, "'sevens' returned no number"),
    "a metric that raises": ({"metrics": [refuses]}, KeyError, "no such class"),
    "a bare metric": ({"metrics": nn.accuracy}, TypeError, "metrics must be a list"),
    "an optimizer of nothing": ({"optimizer": lambda p: None}, TypeError, "this returned None"),
    "parameters for an optimizer": ({"optimizer": lambda p: p}, TypeError, r"this returned \[Val"),
    "a schedule of nothing": ({"schedule": lambda o: None}, TypeError, "this returned None"),
    "a rate for a schedule": ({"schedule": 0.1}, TypeError, "schedule is a Schedule"),
    "a rate below 0": ({"schedule": Falling}, ValueError, "schedule, the rate after the next"),
    "a rate in words": ({"schedule": Worded}, TypeError, "schedule, the rate after the next"),
    "a loss of one argument": ({"loss": lambda outputs: 0.0}, TypeError, "outputs and targets"),
    # compiled, the .data that it is made of is live, and passes no gradient
    "a loss that is a number": (
        {"loss": shout}, (TypeError, ValueError), "loss must return a Value|depends on none of the",
    ),
    "a penalty of nothing": ({"penalty": lambda: 0.0}, TypeError, "the penalty is called with"),
    "a penalty that is None": ({"penalty": lambda model: None}, TypeError, "None"),
}  # fmt: skip


@in_one_test("choice", ["auto", True, False])
@in_one_test("mistake", MISTAKES)
def test_mistakes_are_found_before_anything_changes(mistake, choice):
    settings, error, message = MISTAKES[mistake]
    model = MLP(3, [4, 3 if "y" in settings else 1], rng=random.Random(0))
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    (model([1.0, 2.0, 3.0]) if "y" not in settings else model([1.0, 2.0, 3.0])[0]).backward()
    gradients = [parameter.grad for parameter in model.parameters()]
    before = model.state_dict(), optimizer.state_dict()
    arguments = {
        "y": LABELS, "loss": "binary_cross_entropy_with_logits", "optimizer": optimizer,
        "epochs": 2, "batch_size": 3, **settings,
    }  # fmt: skip
    with pytest.raises(error, match=message):
        fit(model, X, **arguments, compile=choice)
    assert (model.state_dict(), optimizer.state_dict()) == before
    assert [parameter.grad for parameter in model.parameters()] == gradients
    assert model.training


def test_an_error_of_a_callback_keeps_what_was_trained():
    def stop(state):
        raise RuntimeError

    model = MLP(3, [1], rng=random.Random(0))
    before = model.state_dict()
    with pytest.raises(RuntimeError):
        fit(model, X, LABELS, loss="mse_loss", callbacks=[stop])
    assert model.state_dict() != before


def test_what_can_be_called_is_taken():
    class Counting(Callback):
        def on_epoch_end(self, *states):
            self.count = getattr(self, "count", 0) + len(states)

    class Mine(Optimizer):
        state_names = ()

        @staticmethod
        def rule(parameter, gradient, state, **settings):
            return parameter - settings["lr"] * gradient, state

    counting, seen = Counting(), []
    model = Sequential(MLP(3, [1]), Value.tanh)
    history = fit(
        model, X, LABELS, loss=partial(nn.huber_loss, delta=0.5), callbacks=(counting, seen.append),
        metrics=[max_difference], optimizer=lambda parameters: Mine(parameters, lr=0.1), epochs=3,
        schedule=lambda optimizer: nn.StepLR(optimizer, 1), penalty=nn.L2(0.1),
        validation=(X[:2], LABELS[:2]),
    )  # fmt: skip
    assert (counting.count, len(seen), history.epochs) == (3, 3, 3)
    assert seen[0].measured == tuple(history)
    assert seen[0].updates == 1
    assert isinstance(Adam(model.parameters()), Optimizer)


def max_difference(*both):
    outputs, targets = both
    return max(abs(output - target) for output, target in zip(outputs, targets, strict=True))
