"""Modes of modules: attributes of theirs, and blocks that no other thread sees."""

import asyncio
import copy
import pickle
import random
import sys
import threading

import numpy as np
import pytest

import autograd
from autograd import Value, compile
from autograd.context import current_variant
from nn import MLP, Callback, Dropout, Layer, Module, Sequential, fit
from tests.in_one_test import in_one_test


class Noisy(Module):
    """Adds 1 while it trains."""

    def __init__(self):
        self.w = Value(2.0)

    def forward(self, x):
        return self.w * x + (1.0 if self.training else 0.0)


def model():
    return Sequential(Noisy(), Sequential(Noisy()))


def modes(*models):
    return [module.training for one in models for _, module in one.named_modules()]


def test_a_block_ends_with_the_modes_there_were():
    one, other = model(), model()
    one.layers[0].eval()
    before = modes(one, other)
    with one.evaluating():
        assert modes(one, other) == [False] * 4 + [True] * 4
        with other.evaluating(), one.layers[1].evaluating():
            assert modes(one, other) == [False] * 8
        assert modes(one, other) == [False] * 4 + [True] * 4
    assert modes(one, other) == before == [True, False, True, True] + [True] * 4
    with pytest.raises(KeyError), one.evaluating():
        raise KeyError
    assert modes(one, other) == before


def test_what_is_set_in_a_block_holds_to_its_end():
    one = model()
    with one.evaluating():
        one.layers[1].train()
        assert modes(one) == [False, False, True, True]
        with one.evaluating():
            assert modes(one) == [False] * 4
            one.train()
            assert modes(one) == [True] * 4
        assert modes(one) == [False, False, True, True]
        one.eval()
        assert modes(one) == [False] * 4
    assert modes(one) == [True] * 4
    with one.evaluating():
        one.layers.append(Noisy())
        assert one.layers[-1].training  # it came after the block had begun
        one.layers[-1].eval()
    assert not one.layers[-1].training


def test_a_compiled_function_follows_the_blocks():
    one = model()
    c = compile(one)
    assert c(1.0) == 7.0
    with one.evaluating():
        assert c(1.0) == 4.0
        one.layers[0].train()
        assert c(1.0) == 6.0
        with one.layers[0].evaluating():
            assert c(1.0) == 4.0
    assert c(1.0) == 7.0
    one.layers[1].eval()
    assert c(1.0) == 6.0
    with one.evaluating():
        assert c(1.0) == 4.0


def test_other_threads_and_tasks_keep_their_modes():
    one = model()
    inside, done, seen = threading.Event(), threading.Event(), []

    def other():
        inside.wait()
        seen.append((modes(one), one(1.0).data))
        one.layers[0].eval()
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with one.evaluating():
        inside.set()
        done.wait()
        assert modes(one) == [False] * 4
    thread.join()
    assert seen == [([True] * 4, 7.0)]
    assert modes(one) == [True, False, True, True]  # what the other thread has set for good

    async def evaluate(log):
        with one.evaluating():
            await asyncio.sleep(0)
            log.append(one(1.0).data)
            await asyncio.sleep(0)

    async def train(log):
        for _ in range(3):
            log.append(one(1.0).data)
            await asyncio.sleep(0)

    async def both():
        await asyncio.gather(evaluate(evaluated), train(trained))

    evaluated, trained = [], []
    asyncio.run(both())
    assert (evaluated, trained) == ([4.0], [5.0, 5.0, 5.0])


def test_predict_in_threads_while_the_model_trains_elsewhere():
    one = Sequential(Layer(3, 4, rng=random.Random(0)), Dropout(0.5), Layer(4, 1, "linear"))
    rows = np.random.default_rng(0).normal(size=(20, 3))
    expected = one.predict(rows)
    faults = []

    def repeat():
        for _ in range(10):
            if not np.array_equal(one.predict(rows), expected):
                faults.append("dropout")
            if not all(modes(one)):
                faults.append("modes")

    threads = [threading.Thread(target=repeat) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults


def interrupted(action, line):
    """Run the action, with Ctrl-C at one of its lines; tell whether it came so far."""
    count = 0

    def local(frame, event, argument):
        nonlocal count
        if event == "line":
            count += 1
            if count == line:
                sys.settrace(None)
                raise KeyboardInterrupt
        return local

    sys.settrace(lambda frame, event, argument: local)
    try:
        action()
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(None)
    return count >= line


# Python reports, and drops, what comes in the callback of a weak reference.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_ctrl_c_at_any_line_of_predict_leaves_the_modes():
    one = Sequential(Layer(1, 1, "linear"), Dropout(0.5))
    expected = one.predict([[1.0]])
    line, came = 0, True
    while came:
        line += 1 + line // 40  # every line of what is nn's own, fewer of the compiler's
        came = interrupted(lambda: one.predict([[1.0]]), line)
        assert all(modes(one))
        assert not current_variant()
    assert line > 200
    assert one.predict([[1.0]]) == expected


class Steady(Sequential):
    """A model whose first layer never trains."""

    def train(self, training=True):
        super().train(training)
        self.layers[0].eval()
        return self


@pytest.mark.parametrize("choice", [True, False])
def test_fit_trains_in_modes_of_its_own(choice):
    seen = []

    class Watcher(Callback):
        def on_fit_start(self, state):
            seen.append(modes(state.model))

        def on_epoch_end(self, state):
            seen.append(modes(state.model))
            thread = threading.Thread(target=lambda: seen.append(modes(state.model)))
            thread.start()
            thread.join()
            state.model.eval()

        def on_fit_end(self, state):
            seen.append(modes(state.model))

    one = Steady(Noisy(), Noisy())
    one.layers[1].eval()
    fit(
        one, [1.0, 2.0], [1.0, 2.0], loss="mse_loss", epochs=2, callbacks=[Watcher()],
        validation=([1.0], [1.0]), compile=choice,
    )  # fmt: skip
    before, training = [True, True, False], [True, False, True]
    assert seen == [before, training, before, training, before, before]


def test_the_mode_of_a_class_is_that_of_its_modules_at_first():
    class Resting(Noisy):
        training = False

    class Eager(Noisy):
        training = True

    one = Sequential(Resting(), Eager())
    assert modes(one) == [True, False, True]
    with one.evaluating():
        assert modes(one) == [False] * 3
    assert modes(one.train()) == [True] * 3
    assert modes(Resting()) == [False]


def test_copies_keep_the_mode():
    one = model()
    one.layers[0].eval()
    with one.evaluating():
        copies = [copy.deepcopy(one), pickle.loads(pickle.dumps(one))]  # noqa: S301 - ours
    for other in copies:
        assert modes(other) == [True, False, True, True]


# What a Module counts itself: a compiled function meets it at its next call.

CHANGES = {
    "an attribute set": lambda net, new: setattr(net.layers[0], "w", Value(3.0)),
    "a mode set": lambda net, new: setattr(net.layers[0], "training", False),
    "a number set": lambda net, new: setattr(net.layers[2], "factor", 3.0),
    "an attribute deleted": lambda net, new: delattr(net.layers[2], "factor"),
    "eval": lambda net, new: net.eval(),
    "eval of one": lambda net, new: net.layers[0].eval(),
    "append": lambda net, new: net.layers.append(new),
    "insert": lambda net, new: net.layers.insert(0, new),
    "extend": lambda net, new: net.layers.extend([new, new]),
    "+=": lambda net, new: net.layers.__iadd__([new]),
    "*=": lambda net, new: net.layers.__imul__(2),
    "pop": lambda net, new: net.layers.pop(),
    "remove": lambda net, new: net.layers.remove(net.layers[0]),
    "clear": lambda net, new: net.layers.clear(),
    "reverse": lambda net, new: net.layers.reverse(),
    "sort": lambda net, new: net.layers.sort(key=lambda layer: isinstance(layer, Noisy)),
    "an item set": lambda net, new: net.layers.__setitem__(1, new),
    "an item deleted": lambda net, new: net.layers.__delitem__(1),
    "a slice set": lambda net, new: net.layers.__setitem__(slice(0, 2), [new]),
    "a method replaced": lambda net, new: setattr(net.layers[0], "forward", lambda x: x),
}


class Factor(Module):
    factor = 5.0

    def __init__(self):
        self.factor = 2.0

    def forward(self, x):
        return x * self.factor


@in_one_test("change", CHANGES)
def test_a_module_counts_its_changes(change):
    net, new = Sequential(Noisy(), Noisy(), Factor()), Factor()  # whose making is a change itself
    c = compile(net)
    for _ in range(5):
        assert c(1.0) == net(Value(1.0)).data == 14.0
    CHANGES[change](net, new)
    assert c(1.0) == float(getattr(net(Value(1.0)), "data", 0.0))
    assert c(1.0) != 14.0


def test_neurons_and_layers_are_counted():
    net = MLP(2, [3, 1], rng=random.Random(0))
    c = compile(net)
    c([1.0, 2.0])
    net.layers[0].neurons.reverse()
    assert c([1.0, 2.0]) == pytest.approx(net([1.0, 2.0]).data, rel=1e-14)
    net.layers.pop()
    assert len(c([1.0, 2.0])) == 3
    assert copy.deepcopy(net.layers)[0].nin == 2


class Noting(Module):
    """Notes at every call what a reader may want to look at."""

    def __init__(self):
        self.w = Value(2.0)
        self.traces = []

    def forward(self, x):
        self.traces.append(1)
        self.input, self.width, self.name = x, 1, "noting"
        self.hidden = [self.w * x]
        self.output = autograd.tanh(self.hidden[0])
        return self.output


def test_what_a_call_leaves_in_attributes_is_no_change():
    noting = Noting()
    c = compile(noting, verify="never")
    first = c(1.0)
    c(1.0)  # what was noted first was new
    traces = len(noting.traces)
    assert [c(1.0) for _ in range(5)] == [first] * 5
    assert len(noting.traces) == traces
    noting(Value(3.0))
    noting.width = 2
    c(1.0)
    assert len(noting.traces) == traces + 2
