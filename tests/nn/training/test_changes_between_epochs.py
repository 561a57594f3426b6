"""What foreign code changes between epochs: compiled, a training goes on as the eager loop does."""

import collections
import itertools
import os
import random
import types

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from autograd.program.origin import Function
from nn import L2, MLP, EarlyStopping, Module, Optimizer, Schedule, StepLR, fit

pytestmark = pytest.mark.usefixtures("on_numpy")

ROWS = 12
GAIN = 1.0


class Scaled(Module):
    """A network that reads numbers from wherever Python code can."""

    gain = 1.0
    table = (1.0, 1.0)

    def __init__(self):
        self.network = MLP(2, [3, 1], "tanh", rng=random.Random(1))
        self.slots = Slots()
        self.array = np.array([1.0, 1.0])
        self.many = [1.0] * 150
        self.queue = collections.deque([1.0])

    def scaled(self, x, by=1.0):
        return x * by

    @property
    def offset(self):
        return sum(number - 1.0 for number in self.table)

    def forward(self, x):
        rows = [self.scaled(number) * factor for number, factor in zip(x, self.array)]
        self.width = len(x)
        environment = float(os.environ.get("NN_TEST_GAIN", "1.0"))
        rest = self.many[120] * self.queue[0] * self.slots.gain * environment
        return self.network(rows) * (GAIN * self.gain) * rest + self.offset


class Slots:
    __slots__ = ("gain",)

    def __init__(self):
        self.gain = 1.0


class Loss:
    """A mean over the rows, or else their sum or the largest; with a share of another loss."""

    def __init__(self):
        self.share = 0.0
        self.reduction = "mean"

    def __call__(self, outputs, targets):
        total = nn.mse_loss(outputs, targets, reduction=self.reduction)
        return total + self.share * nn.l1_loss(outputs, targets)


class Pull:
    """A penalty towards anchors that someone moves."""

    def __init__(self):
        self.anchors = [0.0] * 13
        self.strength = 0.01

    def __call__(self, model):
        pairs = zip(model.parameters(), self.anchors)
        return self.strength * autograd.sum([(p - anchor) ** 2 for p, anchor in pairs])


SPEED = {"factor": 1.0}


def rule(parameter, gradient, state, *, lr, momentum):
    velocity = momentum * state[0] + gradient
    return parameter - lr * SPEED["factor"] * velocity, (velocity,)


def reversed_rule(parameter, gradient, state, *, lr, momentum):
    return parameter + lr * gradient, state


class Mine(Optimizer):
    rule = staticmethod(rule)
    state_names = ("velocity",)

    def __init__(self, parameters, lr=0.05):
        super().__init__(parameters, lr=lr, momentum=0.5)


class World:
    """All that takes part in a training."""

    def __init__(self):
        source = np.random.default_rng(0)
        self.model, self.loss, self.penalty = Scaled(), Loss(), Pull()
        self.X, self.y = source.normal(size=(ROWS, 2)), source.normal(size=ROWS)
        self.X_held_out, self.y_held_out = source.normal(size=(4, 2)), source.normal(size=4)
        self.optimizer = Mine(self.model.parameters())

    @property
    def network(self):
        return self.model.network


def with_globals(**changes):
    globals().update(changes)


# Each takes the world and a number from 0 to 1, and changes one thing that a training meets.
CHANGES = {
    "a global": lambda w, r: with_globals(GAIN=1.0 + r),
    "a class attribute": lambda w, r: setattr(Scaled, "gain", 1.0 + r),
    "a tuple of the class": lambda w, r: setattr(Scaled, "table", (1.0, 1.0 + r)),
    "an attribute": lambda w, r: setattr(w.model, "gain", 1.0 - r),
    "a slot": lambda w, r: setattr(w.model.slots, "gain", 1.0 + r),
    "an array in place": lambda w, r: w.model.array.__setitem__(0, 1.0 - r),
    "a long list in place": lambda w, r: w.model.many.__setitem__(120, 1.0 - r),
    "a deque": lambda w, r: w.model.queue.appendleft(1.0 + r),
    "a method of the class": lambda w, r: setattr(Scaled, "scaled", lambda self, x: x * (1 - r)),
    "a method of the object": lambda w, r: setattr(
        w.model, "scaled", types.MethodType(lambda self, x: x * (1 + r), w.model)
    ),
    "the environment": lambda w, r: os.environ.update(NN_TEST_GAIN=str(1.0 + r)),
    "an activation": lambda w, r: [
        setattr(neuron, "activate", Value.sin) for neuron in w.network.layers[0].neurons
    ],
    "a layer": lambda w, r: w.network.layers.append(lambda x: x * (1 + r)),
    "a leaf": lambda w, r: setattr(w.network.layers[1].neurons[0], "bias", Value(r)),
    "all numbers": lambda w, r: [setattr(p, "data", p.data * r) for p in w.model.parameters()],
    "the share in the loss": lambda w, r: setattr(w.loss, "share", r),
    "the reduction": lambda w, r: setattr(w.loss, "reduction", "sum"),
    "the strength of the penalty": lambda w, r: setattr(w.penalty, "strength", r / 10),
    "the anchors": lambda w, r: w.penalty.anchors.__setitem__(
        slice(None), [p.data for p in w.model.parameters()][:13]
    ),
    "what the rule reads": lambda w, r: SPEED.update(factor=1.0 + r),
    "the rule": lambda w, r: setattr(Mine, "rule", staticmethod(reversed_rule)),
    "the rate": lambda w, r: setattr(w.optimizer, "lr", 0.1 * r),
    "the momentum": lambda w, r: w.optimizer.load_state_dict(
        {**w.optimizer.state_dict(), "momentum": r}
    ),
    "the state": lambda w, r: setattr(w.optimizer, "state", [(r,)] * len(w.optimizer.state)),
    "the parameters": lambda w, r: (
        w.optimizer.parameters.pop(),
        setattr(w.optimizer, "state", w.optimizer.state[:-1]),
    ),
    "a step": lambda w, r: setattr(w.optimizer, "step", lambda: None),
    "X in place": lambda w, r: w.X.__imul__(1.0 - r),
    "y in place": lambda w, r: w.y.__isub__(r),
    "X held out": lambda w, r: w.X_held_out.__imul__(1.0 - r),
    "y held out": lambda w, r: w.y_held_out.__isub__(r),
    "eval": lambda w, r: w.model.eval(),
    "nothing": lambda w, r: None,
    "a zero with a sign": lambda w, r: setattr(w.model.slots, "gain", -0.0),
}


class Meddling(Schedule):
    """A schedule that changes something beside the rate."""

    def __init__(self, optimizer, change):
        self.change = change
        super().__init__(optimizer)

    def rate(self, epochs):
        return self.base_lr / (1 + epochs)

    def step(self):
        super().step()
        self.change()


def plan(seed, epochs=4):
    """Return what is changed after each epoch, and by whom."""
    source = random.Random(seed)
    chosen = [source.sample(sorted(CHANGES), source.choice((0, 1, 1, 2))) for _ in range(epochs)]
    return chosen, source.choice(("callback", "callback", "metric", "schedule")), source.random()


def trained(choice, chosen, who, number, **settings):
    """Train in a world in which these changes happen; return what came of it."""
    world = World()
    epochs = iter(chosen)

    def meddle(*_):
        for name in next(epochs):
            CHANGES[name](world, number)

    def metric(outputs, targets):
        if len(targets) == ROWS:
            meddle()
        return float(np.mean(np.subtract(outputs, targets)))

    who = {
        "callback": {"callbacks": [meddle]},
        "metric": {"metrics": [metric]},
        "schedule": {"schedule": lambda optimizer: Meddling(optimizer, meddle)},
    }[who]
    history = fit(
        world.model, world.X, world.y, loss=world.loss, penalty=world.penalty,
        optimizer=world.optimizer, validation=(world.X_held_out, world.y_held_out), batch_size=5,
        epochs=len(chosen), compile=choice, rng=random.Random(2), **who, **settings,
    )  # fmt: skip
    state = sum(world.optimizer.state, ())
    return {**history, **world.model.state_dict(), "state": state}


def both(monkeypatch, *arguments, **settings):
    """Return what comes of the eager loop, and of the compiled one in an equal world."""
    results = []
    for choice in (False, "auto"):
        with monkeypatch.context() as patch:
            for owner, name in ((Scaled, "gain"), (Scaled, "table"), (Scaled, "scaled")):
                patch.setattr(owner, name, getattr(owner, name))
            patch.setattr(Mine, "rule", staticmethod(rule))
            patch.setitem(globals(), "GAIN", 1.0)
            patch.setitem(SPEED, "factor", 1.0)
            patch.setenv("NN_TEST_GAIN", "1.0")
            results.append(trained(choice, *arguments, **settings))
    return results


def assert_same(expected, found):
    assert found.keys() == expected.keys()
    for name, numbers in expected.items():
        assert found[name] == pytest.approx(numbers, rel=1e-8, abs=1e-12, nan_ok=True), name


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_met_at_the_next_step(change, monkeypatch):
    expected, found = both(monkeypatch, [[], [change], []], "callback", 0.25)
    assert_same(expected, found)


@pytest.mark.parametrize("seed", range(8))
def test_any_changes_by_anyone(seed, monkeypatch):
    expected, found = both(monkeypatch, *plan(seed))
    assert_same(expected, found)


def ended(choice, who, change):
    """Train on labels, with a change by some code of someone's; return the losses or the error."""
    source = np.random.default_rng(0)
    X, labels = source.normal(size=(ROWS, 2)), np.array([0, 1] * 6)
    held_out = X[:4].copy(), labels[:4].copy()
    count = itertools.count(1)

    def meddle(*_):
        change(next(count), labels, held_out)

    class Drawing(random.Random):
        def getrandbits(self, bits):
            meddle()
            return super().getrandbits(bits)

    patient = EarlyStopping(50)
    if who == "a method":
        usual = patient.on_epoch_end
        patient.on_epoch_end = lambda state: meddle() or usual(state)
    arguments = {
        "a callback": {"callbacks": [meddle]},
        "a method": {"callbacks": [patient]},
        "a generator": {"rng": Drawing(1)},
    }[who]
    try:
        history = fit(
            Scaled(), X, labels, loss="binary_cross_entropy_with_logits", validation=held_out,
            epochs=4, batch_size=5, compile=choice, **{"rng": random.Random(1), **arguments},
        )  # fmt: skip
    except ValueError as error:
        return str(error)
    return [*history["loss"], *history["validation_loss"]]


@pytest.mark.parametrize("who", ["a callback", "a method", "a generator"])
@pytest.mark.parametrize(
    "change",
    [
        lambda n, labels, held_out: setattr(Scaled, "gain", n / 4),
        lambda n, labels, held_out: labels.__setitem__(n % ROWS, 1 - labels[n % ROWS]),
        lambda n, labels, held_out: labels.__setitem__(0, 7) if n > 1 else None,
        lambda n, labels, held_out: held_out[1].__setitem__(0, 7) if n > 1 else None,
    ],
    ids=["a number", "labels", "a wrong label", "a wrong label held out"],
)
def test_labels_and_code_that_is_less_seen(who, change, monkeypatch):
    monkeypatch.setattr(Scaled, "gain", 1.0)
    eager = ended(False, who, change)
    Scaled.gain = 1.0
    found = ended("auto", who, change)
    assert found == (eager if isinstance(eager, str) else pytest.approx(eager, rel=1e-9))


def test_without_code_of_others_nobody_looks_again(monkeypatch):
    traces, trace = [], Function.trace

    def counted(self, *args):
        traces.append(self.name)
        return trace(self, *args)

    monkeypatch.setattr(Function, "trace", counted)
    X = np.random.default_rng(0).normal(size=(10, 2))
    counts = []
    for epochs in (1, 6):
        traces.clear()
        fit(
            MLP(2, [2, 1], "tanh"), X, X[:, 0], loss="mse_loss", epochs=epochs, validation=0.2,
            metrics=["mean_absolute_error"], callbacks=[EarlyStopping()], penalty=L2(1e-4),
            schedule=lambda optimizer: StepLR(optimizer, step_size=3),
        )  # fmt: skip
        counts.append(len(traces))
    assert counts[0] == counts[1]
