"""fit with compiled programs: the numbers of the eager loop, its errors, and when it falls back."""

import collections
import functools
import itertools
import math
import random
import signal
import types
from functools import partial

import numpy as np
import pytest

import autograd
import nn
from autograd import Descent, TracingError, Value
from nn import MLP, SGD, Adam, AdamW, Layer, Module, NonFiniteError, RMSprop, Sequential, fit
from nn.training import compiled
from nn.training.history import Progress
from nn.training.task import CompilationError
from tests.in_one_test import in_one_test

RNG = random.Random(5)
ROWS = 12
X = [[RNG.gauss(0, 1), RNG.gauss(0, 1)] for _ in range(ROWS)]
LABELS = [RNG.randrange(2) for _ in range(ROWS)]
SIGNS = [2 * label - 1 for label in LABELS]
CLASSES = [row % 3 for row in range(ROWS)]
REALS = [RNG.gauss(0, 1) for _ in range(ROWS)]
PAIRS = [[RNG.gauss(0, 1), RNG.gauss(0, 1)] for _ in range(ROWS)]
SHARES = [RNG.random() for _ in range(ROWS)]


def network(*widths, **settings):
    return MLP(2, list(widths) or [4, 1], rng=random.Random(0), **settings)


def followed(model, y, choice, *, inputs=X, **settings):
    """Train a copy; return what there was after each epoch, and the history."""
    model = model()
    seen = []

    def look(state):
        numbers = {**state.model.state_dict(), **state.optimizer.state_dict()}
        seen.append({**numbers, **{name: xs[-1] for name, xs in state.history.items()}})

    arguments = {"epochs": 4, "batch_size": 5, "rng": random.Random(1), **settings}
    fit(model, inputs, y, callbacks=[look], compile=choice, **arguments)
    return seen


def assert_equal_runs(model, y, **settings):
    eager = followed(model, y, False, **settings)
    fast = followed(model, y, True, **settings)
    assert len(eager) == len(fast)
    for expected, found in zip(eager, fast):
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert eager[0] != eager[-1]


OPTIMIZERS = [
    partial(SGD, lr=0.1),
    partial(SGD, lr=0.1, momentum=0.9, weight_decay=0.01),
    partial(SGD, lr=0.1, momentum=0.9, nesterov=True),
    RMSprop,
    partial(RMSprop, momentum=0.5, weight_decay=0.01),
    partial(Adam, lr=0.05),
    partial(Adam, lr=0.05, weight_decay=0.1),
    partial(AdamW, lr=0.05, betas=(0.8, 0.9)),
]


# 5, 5 and 2 rows; one step per epoch
@pytest.mark.parametrize(("batch_size", "clip_norm"), [(5, 0.05), (None, None)])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_takes_the_same_steps(optimizer, clip_norm, batch_size):
    assert_equal_runs(
        partial(network, activation="tanh"), REALS, loss="mse_loss", optimizer=optimizer,
        clip_norm=clip_norm, batch_size=batch_size,
        schedule=partial(nn.CosineLR, total_iters=5),
    )  # fmt: skip


def penalized(model):
    def loss(outputs, targets):
        return nn.mse_loss(outputs, targets) + 0.01 * autograd.sum(
            p * p for p in model.parameters()
        )

    return loss


def margins(outputs, targets):
    pairs = zip(outputs, targets, strict=True)
    return autograd.sum((1 - y * out).relu() for out, y in pairs) / len(targets)


@in_one_test(
    "loss, widths, y",
    [
        ("mse_loss", (4, 1), REALS),
        ("mse_loss", (4, 2), PAIRS),
        ("l1_loss", (4, 2), PAIRS),
        ("huber_loss", (4, 1), REALS),
        (partial(nn.huber_loss, delta=0.1), (4, 1), [[t] for t in REALS]),
        ("hinge_loss", (4, 1), SIGNS),
        ("binary_cross_entropy_with_logits", (4, 1), LABELS),
        ("binary_cross_entropy_with_logits", (4, 1), SHARES),
        ("cross_entropy", (4, 3), CLASSES),
        ("cross_entropy", (4, 3), [[c] for c in CLASSES]),
        (margins, (4, 1), SIGNS),
        (lambda outputs, classes: 2.0 * nn.cross_entropy(outputs, classes), (4, 3), CLASSES),
    ],
)
def test_every_loss_is_the_mean_over_its_examples(loss, widths, y):
    metrics = ["accuracy"] if y in (LABELS, CLASSES) else ["mean_absolute_error"] * (y is REALS)
    validation = X[:5], y[:5]
    assert_equal_runs(
        partial(network, *widths), y, loss=loss, metrics=metrics, validation=validation
    )


@pytest.mark.parametrize("y", [LABELS, SHARES])
def test_probabilities(y):
    def model():
        return Sequential(network(3, 1, activation="tanh"), Value.sigmoid)

    assert_equal_runs(model, y, loss="binary_cross_entropy")


def test_a_penalty_on_the_parameters_belongs_to_the_loss():
    one, other = network(), network()
    for model, choice in ((one, True), (other, False)):
        fit(model, X, REALS, loss=penalized(model), compile=choice, rng=random.Random(0))
    assert one.state_dict() == pytest.approx(other.state_dict(), rel=1e-9)


@pytest.mark.parametrize("activation", nn.ACTIVATIONS)
def test_every_activation(activation):
    assert_equal_runs(
        partial(network, 4, 1, activation=activation), REALS, loss="mse_loss", epochs=2
    )


class Polynomial(Module):
    """A model of single numbers, with a parameter that nothing reaches."""

    def __init__(self):
        self.coefficients = {"a": Value(0.5), "b": Value(-0.2)}
        self.unused = Value(7.0)

    def __call__(self, x):
        return self.coefficients["a"] * x + autograd.sin(self.coefficients["b"] * x) ** 2


def test_models_of_ones_own_and_parameters_that_are_not_reached():
    numbers = [x[0] for x in X]
    optimizer = partial(AdamW, lr=0.01, weight_decay=0.5)
    arguments = {"loss": "mse_loss", "optimizer": optimizer, "inputs": numbers}
    assert_equal_runs(Polynomial, REALS, **arguments)
    assert followed(Polynomial, REALS, True, **arguments)[-1]["unused"] == 7.0


def test_parameters_without_the_optimizer_stay():
    def run(choice):
        model = Sequential(Layer(2, 3, "tanh", rng=random.Random(0)), Layer(3, 1, "linear"))
        model.layers[1].load_state_dict(dict.fromkeys(model.layers[1].state_dict(), 0.3))
        frozen = model.layers[0].state_dict()
        optimizer = SGD(model.layers[1].parameters(), lr=0.1)
        fit(model, X, REALS, loss="mse_loss", optimizer=optimizer, compile=choice, shuffle=False)
        assert model.layers[0].state_dict() == frozen
        return model.state_dict()

    assert run(True) == pytest.approx(run(False), rel=1e-9)


def test_a_rule_of_ones_own():
    class Signs(nn.Optimizer):
        state_names = ("last",)

        @staticmethod
        def rule(parameter, gradient, state, *, lr):
            direction = autograd.where(gradient > 0.0, 1.0, -1.0)
            return parameter - lr * direction, (gradient,)

    assert_equal_runs(network, REALS, loss="mse_loss", optimizer=partial(Signs, lr=0.01))


def interrupted_after(monkeypatch, calls):
    """Send Ctrl-C when `Descent.run` has been called so often."""

    class Interrupting(Descent):
        count = 0

        def run(self, *arguments):
            steps = super().run(*arguments)
            Interrupting.count += 1
            if Interrupting.count == calls:
                signal.raise_signal(signal.SIGINT)
            return steps

    monkeypatch.setattr(compiled, "Descent", Interrupting)
    monkeypatch.setattr(compiled, "CHUNK", 0.0)  # 8 steps in the first call, then one in each


def test_ctrl_c_ends_between_two_updates(monkeypatch):
    arguments = {"loss": "mse_loss", "batch_size": 1, "shuffle": False}
    other = network(activation="tanh")
    reference = Adam(other.parameters(), lr=0.1)
    fit(other, X[:10], REALS[:10], optimizer=reference, epochs=1, **arguments, compile=False)
    interrupted_after(monkeypatch, calls=3)
    model = network(activation="tanh")
    optimizer = Adam(model.parameters(), lr=0.1)
    history = fit(model, X, REALS, optimizer=optimizer, epochs=9, **arguments, compile=True)
    assert (history.epochs, history.interrupted) == (0, True)
    assert model.state_dict() == pytest.approx(other.state_dict(), rel=1e-9)
    assert optimizer.state_dict() == pytest.approx(reference.state_dict(), rel=1e-9, abs=1e-15)


class Wide(Module):
    """Gives inf for large inputs."""

    def __init__(self):
        self.w = Value(1e300)

    def forward(self, x):
        return self.w * x[0]


class Root(Module):
    """Has an infinite slope at the input 0."""

    def __init__(self):
        self.w = Value(1.0)

    def forward(self, x):
        return autograd.sqrt(self.w * x[0] + (self.w - self.w)) + self.w


class Outside(Module):
    """Gives what is no probability for an input of 2."""

    def __init__(self):
        self.w = Value(0.5)

    def forward(self, x):
        return self.w * x[0]


@pytest.mark.filterwarnings("ignore::autograd.NumericWarning")
@pytest.mark.parametrize(
    ("model", "inputs", "y", "loss", "error"),
    [
        (Wide, [1e-300, 1.0, 1e9, 2.0], [0.0] * 4, "l1_loss", NonFiniteError),
        (partial(network, 1), [*X[:2], [1e200, 0.0], [0.0, 0.0]], [0.0] * 4, "mse_loss",
         NonFiniteError),
        (Root, [1.0, 4.0, 0.0, 1.0], [0.0] * 4, "l1_loss", NonFiniteError),
        (Outside, [1.0, 1.5, 4.0, 1.0], [1, 1, 1, 1], "binary_cross_entropy", ValueError),
    ],
)  # fmt: skip
def test_the_errors_of_a_step_are_those_of_the_eager_loop(model, inputs, y, loss, error):
    inputs = [x if isinstance(x, list) else [x] for x in inputs]
    ends = []
    for choice in (True, False):
        one = model()
        optimizer = Adam(one.parameters(), lr=0.01)
        with pytest.raises(error) as caught:
            fit(
                one, inputs, y, loss=loss, optimizer=optimizer, batch_size=1, shuffle=False,
                compile=choice,
            )  # fmt: skip
        assert {line[0] for line in optimizer.state} == {2.0}  # both rows before
        ends.append((one.state_dict(), str(caught.value)))
    (fast, message), (eager, expected) = ends
    assert fast == pytest.approx(eager, rel=1e-12)
    assert message == expected


@pytest.mark.filterwarnings("ignore::autograd.NumericWarning")
def test_a_step_that_only_the_eager_loop_can_take_is_taken():
    class Unbounded(Outside):
        def forward(self, x):
            return self.w * x[0] - autograd.log(x[1])

    # An infinite logit on the right side costs nothing; as 1 * 0 + 0 * inf it is nan
    rows = [[math.sin(row), float(row != 2)] for row in range(ROWS)]
    arguments = {"inputs": rows, "batch_size": 3, "optimizer": Adam, "validation": (rows, [1] * 12)}
    assert_equal_runs(Unbounded, [1] * 12, loss="binary_cross_entropy_with_logits", **arguments)


def test_errors_of_the_validation_are_those_of_the_eager_loop():
    for choice in (True, False):
        with pytest.raises(ValueError, match=r"binary_cross_entropy, row 1: 2\.0\d* is no prob"):
            fit(
                Outside(), [[1.0]] * 4, [1] * 4, loss="binary_cross_entropy", compile=choice,
                validation=([[1.0], [4.0]], [1, 1]),
            )  # fmt: skip


def test_progress_counts_every_step(monkeypatch):
    counted = []
    monkeypatch.setattr(Progress, "update", lambda self, steps=1: counted.append(steps))
    fit(network(), X, REALS, loss="mse_loss", batch_size=5, epochs=4, compile=True)
    assert sum(counted) == 4 * 3


def test_no_digit_depends_on_the_time_that_steps_take(monkeypatch):
    """A call of the program takes more steps or fewer, and the sum of their losses is the same."""
    settings = {"loss": "mse_loss", "batch_size": 1, "epochs": 20}
    expected = followed(network, REALS, True, **settings)
    rng = random.Random(0)
    times = itertools.accumulate(rng.choice([0.0, 1e-6, 1e-3, 1.0]) for _ in itertools.count())
    monkeypatch.setattr(compiled, "perf_counter", lambda: next(times))
    for _ in range(5):
        assert followed(network, REALS, True, **settings) == expected


def test_an_error_holds_the_history_of_the_epochs_before():
    model = network(1)
    optimizer = SGD(model.parameters(), lr=1e30)
    with pytest.raises(NonFiniteError) as caught:
        fit(model, X, REALS, loss="mse_loss", optimizer=optimizer, epochs=99, compile=True)
    assert 0 < caught.value.history.epochs < 99
    assert all(map(math.isfinite, model.state_dict().values()))


class Guessing(Module):
    """Draws random numbers, as dropout does."""

    def __init__(self):
        self.w = Value(0.5)

    def forward(self, x):
        return self.w * x[0] * (random.random() < 0.5)


class GuessingByItself(Guessing):
    """Draws from a generator of its own."""

    def __init__(self):
        super().__init__()
        self.rng = random.Random(3)

    def forward(self, x):
        return self.w * x[0] * (self.rng.random() < 0.999)


class GuessingByNumPy(GuessingByItself):
    """Draws from a generator of NumPy."""

    def __init__(self):
        super().__init__()
        self.rng = np.random.default_rng(3)


class GuessingLoss:
    """Draws from a generator of its own, or from that of NumPy."""

    def __init__(self, own=True):
        self.rng = np.random.RandomState(3) if own else np.random

    def __call__(self, outputs, targets):
        return nn.mse_loss(outputs, targets) * (1.0 + self.rng.random_sample())


def of_short_batches(outputs, targets):
    """Return the mean, but three times that of the last batch, when there are 7 in a batch."""
    return nn.mse_loss(outputs, targets) * (3.0 if len(targets) == ROWS - 7 else 1.0)


class Branching(Outside):
    """Asks a Value for its number."""

    def forward(self, x):
        return self.w * x[0] if x[1] > 0 else self.w * x[1]


class Detached(Outside):
    """Computes with the number of a parameter, which stays live in a program."""

    def forward(self, x):
        return self.w * x[0] * self.w.data


class Centered(Outside):
    """Keeps a running mean of its inputs, and subtracts it."""

    def __init__(self):
        super().__init__()
        self.means = {"x": 0.0}

    def forward(self, x):
        if self.training:
            self.means["x"] = 0.9 * self.means["x"] + 0.1 * x[0]
        return self.w * (x[0] - self.means["x"])


class CenteredAfterwards(Centered):
    """Subtracts the running mean in evaluation only."""

    def forward(self, x):
        output = super().forward(x)
        return self.w * x[0] if self.training else output


class CountedIn(Outside):
    """Counts its calls somewhere, and computes with that."""

    def __init__(self, kept, count):
        super().__init__()
        self.kept, self.count = kept, count

    def forward(self, x):
        return self.w * x[0] * (1.0 + 0.5 ** self.count(self.kept))


def counted_by(kept, place):
    kept[place] += 1
    return kept[place]


def grown(kept, item):
    kept.append(item)
    return len(kept)


class Annealed:
    """A loss that shrinks from call to call."""

    def __init__(self):
        self.calls = 0

    def __call__(self, outputs, targets):
        self.calls += 1
        return nn.mse_loss(outputs, targets) * (1.0 + 0.5**self.calls)


class Remembering(Outside):
    """Keeps its last input and output, which no call reads."""

    def forward(self, x):
        self.input, self.output = x, self.w * x[0]
        return self.output


class Counting(SGD):
    """Has a step of its own."""

    def step(self):
        super().step()


def hardest(outputs, targets):
    """Return the largest loss of the batch."""
    losses = nn.mse_loss(outputs, targets, reduction="none")
    return functools.reduce(autograd.maximum, losses)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"model": Guessing}, CompilationError, "draws random numbers"),
        ({"model": GuessingByItself}, CompilationError, "draws random numbers"),
        ({"model": GuessingByNumPy}, CompilationError, "draws random numbers"),
        ({"loss": GuessingLoss}, CompilationError, "draws random numbers"),
        ({"loss": GuessingLoss(False)}, CompilationError, "draws random numbers"),
        ({"loss": of_short_batches, "batch_size": 7}, CompilationError, "a batch of"),
        ({"model": Branching}, TracingError, "a truth value"),
        ({"loss": partial(nn.mse_loss, reduction="sum")}, CompilationError, "a batch of 5 is not"),
        ({"loss": hardest}, CompilationError, "the loss of a batch of 5 is not"),
        ({"optimizer": Counting}, CompilationError, r"Counting has a step\(\) of its own"),
        ({"model": Centered}, CompilationError, "because it keeps means of Centered"),
        ({"model": CenteredAfterwards, "validation": 0.4}, CompilationError, "means of Centered"),
        ({"loss": Annealed}, CompilationError, "because it keeps calls of Annealed"),
        (
            {"model": Remembering, "callbacks": [lambda state: state.model.output.data > 1e9]},
            CompilationError, "each call sets input of Remembering, output of Remembering",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_compiled_is_trained_step_by_step(changes, error, message, caplog):
    def run(choice):
        random.seed(2)
        np.random.seed(2)
        arguments = {"loss": "mse_loss", "optimizer": SGD, "batch_size": 5, **changes}
        model = arguments.pop("model", Outside)()
        if isinstance(arguments["loss"], type):
            arguments["loss"] = arguments["loss"]()
        history = fit(model, X, REALS, **arguments, epochs=3, compile=choice)
        return model.state_dict(), dict(history)

    with pytest.raises(error, match=message):
        run(True)
    caplog.clear()
    assert run("auto") == run(False)
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("nn", "WARNING")


@in_one_test(
    "kept, count",
    [
        (lambda: {"a": {"b": 0}}, lambda kept: counted_by(kept["a"], "b")),
        (lambda: [[0], 1.0], lambda kept: counted_by(kept[0], 0)),
        (lambda: ([0],), lambda kept: counted_by(kept[0], 0)),
        (lambda: np.zeros(2), lambda kept: counted_by(kept, 1)),
        (lambda: collections.deque([1.0], maxlen=4), lambda kept: grown(kept, 2.0)),
        (bytearray, lambda kept: grown(kept, 2)),
        (lambda: {0}, lambda kept: (kept.add(len(kept)), len(kept))[1]),
        (types.SimpleNamespace, lambda kept: counted_by(vars(kept), "n")),
    ],
)
def test_wherever_a_model_counts_its_calls_it_starts_from_what_was_there(kept, count):
    def run(choice):
        random.seed(2)
        start = kept()
        if isinstance(start, types.SimpleNamespace):
            start.n = 0
        model = CountedIn(start, count)
        history = fit(model, X, REALS, loss="mse_loss", optimizer=SGD, epochs=2, compile=choice)
        return model.state_dict(), dict(history)

    with pytest.raises(CompilationError, match=r"kept of CountedIn|n of SimpleNamespace"):
        run(True)
    assert run("auto") == run(False)


def test_a_model_that_keeps_what_no_call_reads_is_compiled():
    def run(choice):
        random.seed(2)
        model = Remembering()
        fit(model, X, REALS, loss="mse_loss", optimizer=SGD, epochs=3, compile=choice)
        return model.w.data

    assert run(True) == pytest.approx(run(False), rel=1e-12)


def test_the_data_of_a_parameter_is_live_in_a_compiled_training():
    def run(choice):
        random.seed(2)
        model = Detached()
        fit(model, X, REALS, loss="mse_loss", optimizer=SGD, epochs=3, compile=choice)
        return list(model.state_dict().values())

    assert run(True) == pytest.approx(run(False), rel=1e-12)


def test_nothing_is_left_of_the_comparison_with_the_eager_loss():
    model = network()
    before, bias = model.state_dict(), model.layers[0].neurons[0].bias
    bias.grad = 3.0
    optimizer = SGD(model.parameters(), lr=0.0)
    fit(model, X, REALS, loss="mse_loss", optimizer=optimizer, epochs=1, compile=True)
    assert model.state_dict() == before
    assert bias.grad == 3.0
    assert not model.layers[0].neurons[0].weights[0].has_grad


def test_metrics_see_the_rows_in_the_order_of_training():
    seen = {}

    def spy(choice):
        def metric(predictions, targets):
            seen.setdefault(choice, []).append((predictions, targets))
            return 0.0

        return metric

    for choice in (True, False):
        fit(
            network(3, 2), X, PAIRS, loss="mse_loss", epochs=2, batch_size=5, rng=random.Random(0),
            metrics=[spy(choice)], validation=(X[:3], PAIRS[:3]), compile=choice,
        )  # fmt: skip
    assert len(seen[True]) == len(seen[False]) == 4
    for (found, targets), (expected, same) in zip(seen[True], seen[False]):
        assert targets == same
        assert np.array(found) == pytest.approx(np.array(expected), rel=1e-9)


@pytest.mark.parametrize("change", ["rate", "parameters", "optimizer", "layer", "activation"])
def test_what_a_callback_changes_is_trained_on_with(change):
    def run(choice):
        model = network(activation="tanh")
        optimizer = Adam(model.parameters(), lr=0.01)
        start = optimizer.state_dict(), model.state_dict()

        def between(state):
            if state.epoch != 2:
                return
            if change == "rate":
                optimizer.lr = 0.1
            elif change == "parameters":
                model.load_state_dict(start[1])
            elif change == "optimizer":
                optimizer.load_state_dict(start[0])
            elif change == "layer":
                model.layers.append(lambda x: 2.0 * x)
            else:
                for neuron in model.layers[0].neurons:
                    neuron.activate = Value.sigmoid

        history = fit(
            model, X, REALS, loss="mse_loss", optimizer=optimizer, callbacks=[between], epochs=4,
            compile=choice, rng=random.Random(0), validation=(X[:2], REALS[:2]),
        )  # fmt: skip
        return {**model.state_dict(), **optimizer.state_dict()}, dict(history)

    fast, fast_history = run(True)
    eager, history = run(False)
    assert fast == pytest.approx(eager, rel=1e-9, abs=1e-12)
    assert fast_history.keys() == history.keys()
    for name, numbers in history.items():
        assert fast_history[name] == pytest.approx(numbers, rel=1e-9)


def test_the_values_follow_during_long_epochs(monkeypatch):
    monkeypatch.setattr(compiled, "CHUNK", 0.0)
    written = []
    monkeypatch.setattr(
        Descent,
        "write_back",
        lambda self, original=Descent.write_back: written.append(original(self)),
    )
    fit(network(), X, REALS, loss="mse_loss", batch_size=1, epochs=1, compile=True)
    assert len(written) == 1 + (ROWS - 8)  # 8 steps in the first call, then one in each


def test_many_rows_do_not_pass_through_python():
    calls = []

    class Counted(Outside):
        def forward(self, x):
            calls.append(len(x))
            return super().forward(x)

    rows = [[math.sin(i), 1.0] for i in range(10_000)]
    y = [math.sin(i) for i in range(10_000)]
    model = Counted()
    history = fit(model, rows, y, loss="mse_loss", epochs=5, validation=0.2, compile=True)
    assert len(calls) < 100
    assert history["validation_loss"][-1] < 0.01 * history["loss"][0]
    assert model.w.data == pytest.approx(1.0, abs=0.1)


def _cube(p):
    return p * p * p


def _constant_factor(p):
    with autograd.no_grad():
        constant = p * p
    return constant * p


def _backward(p):
    u = Value(p.data)
    _cube(u).backward()
    return u.grad


# What a penalty may do with the first parameter
SLOPES = {
    "gradients": lambda p: autograd.gradients(_cube(p), p),
    "constant": lambda p: autograd.gradients(_constant_factor(p), p),
    "grad": autograd.grad(_cube),
    "backward": _backward,
}


class Sloped(Module):
    """A model whose output is the slope of a network by one of its inputs."""

    def __init__(self):
        self.network = network()

    def forward(self, x):
        moved = x[0] + Value(0.0)
        return autograd.gradients(self.network([moved, x[1]]), moved, create_graph=True)


class Choosing(Sloped):
    """One that cannot be compiled."""

    def forward(self, x):
        slope = super().forward(x)
        return slope if x[0] > 0.0 else 2.0 * slope


class Sensitive:
    """A loss that has the slope of the outputs by a parameter in it."""

    def __init__(self, model):
        self.model = model

    def __call__(self, outputs, targets):
        p = self.model.parameters()[-1]
        slopes = [autograd.gradients(output, p, create_graph=True) for output in outputs]
        misses = [(a - b) ** 2 for a, b in zip(outputs, targets, strict=True)]
        return autograd.mean([*misses, *(s * s for s in slopes)])


def by_hand(model, loss, penalty, epochs):
    """Train as a loop does that records everything; return the losses, those of validation too."""
    optimizer = SGD(model.parameters(), lr=0.02)

    def objective(rows, targets):
        return loss([model(row) for row in rows], targets) + penalty(model)

    found = []
    for _ in range(epochs):
        total = objective(X, REALS)
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        found.append((total.data, objective(X[:4], SHARES[:4]).data))
    return found


@pytest.mark.parametrize("choice", ["auto", False])
@pytest.mark.parametrize(
    ("kind", "slope"),
    [(network, slope) for slope in SLOPES] + [(Sloped, "gradients"), (Choosing, "gradients")],
)
@pytest.mark.parametrize("loss", [nn.mse_loss, Sensitive], ids=["ours", "own"])
def test_derivatives_in_a_task_are_the_same_in_validation(kind, slope, loss, choice):
    random.seed(1)
    model = kind()
    start = model.state_dict()
    own = loss(model) if loss is Sensitive else loss

    def penalty(model):
        return 0.1 * SLOPES[slope](model.parameters()[0]) + 0.0 * model.parameters()[1]

    expected = by_hand(model, own, penalty, 2)
    predicted = [model(row).data for row in X]
    model.load_state_dict(start)
    history = fit(
        model, X, REALS, loss=own, penalty=penalty, epochs=2, batch_size=None, shuffle=False,
        optimizer=partial(SGD, lr=0.02), validation=(X[:4], SHARES[:4]), compile=choice,
    )  # fmt: skip
    assert history["loss"] == pytest.approx([loss for loss, _ in expected], rel=1e-9)
    assert history["validation_loss"] == pytest.approx([loss for _, loss in expected], rel=1e-9)
    assert model.predict(X) == pytest.approx(predicted, rel=1e-9)


@pytest.mark.parametrize("choice", ["auto", True, False])
def test_a_training_under_no_grad_is_refused(choice):
    model = network()
    before = model.state_dict()
    with autograd.no_grad(), pytest.raises(RuntimeError, match=r"backward\(\) inside no_grad\(\)"):
        fit(model, X, REALS, loss="mse_loss", epochs=1, compile=choice)
    assert model.state_dict() == before


class Watching(nn.Schedule):
    """Notes the parameters at each step, and leaves the rate alone."""

    def __init__(self, optimizer):
        self.seen = []
        super().__init__(optimizer)

    def rate(self, epochs):
        return self.base_lr

    def step(self):
        super().step()
        self.seen.append([parameter.data for parameter in self.optimizer.parameters])


def test_a_schedule_of_ones_own_finds_the_parameters_of_its_epoch():
    seen = []
    for choice in (False, True):
        model = network()
        schedule = Watching(SGD(model.parameters(), lr=0.1))
        fit(
            model, X, REALS, loss="mse_loss", optimizer=schedule.optimizer, schedule=schedule,
            epochs=3, rng=random.Random(1), compile=choice,
        )  # fmt: skip
        seen.append(schedule.seen)
    for expected, found in zip(*seen, strict=True):
        assert found == pytest.approx(expected, rel=1e-9)
    assert seen[0][0] != seen[0][1]
