"""Arrays for counts, models for numbers, numbers for optimizers: refused by name."""

from __future__ import annotations

from inspect import Parameter, signature

import numpy as np
import pytest

from autograd import Value
from nn import (
    L2,
    MLP,
    SGD,
    Adam,
    AdamW,
    AvgPool2d,
    Conv2d,
    CosineLR,
    Dataset,
    EarlyStopping,
    Layer,
    LinearLR,
    MaxPool2d,
    Neuron,
    Perceptron,
    StepLR,
    batches,
    clip_grad_norm,
    confusion_matrix,
    fit,
    load_mnist,
    mse_loss,
    one_hot,
    read_digit,
    split,
)  # fmt: skip
from nn.losses import LOSSES
from nn.metrics import METRICS

MODEL = MLP(1, [1])


@pytest.mark.parametrize(
    "make",
    [
        Neuron,
        Perceptron,
        MaxPool2d,
        AvgPool2d,
        EarlyStopping,
        lambda count: Layer(count, 1),
        lambda count: MLP(2, [count]),
        lambda count: Conv2d(count, 1, 2),
    ],
)
@pytest.mark.parametrize("shape", [(2,), (2, 2)])
def test_an_array_is_no_count(make, shape):
    with pytest.raises((TypeError, ValueError), match=r"must be|pair"):
        make(np.ones(shape))


@pytest.mark.parametrize("schedule", [LinearLR, lambda o: StepLR(o, 3), lambda o: CosineLR(o, 3)])
@pytest.mark.parametrize("given", [0.1, MODEL, MODEL.parameters(), None])
def test_a_schedule_begins_with_an_optimizer(schedule, given):
    with pytest.raises(TypeError, match="LR takes an optimizer first, not"):
        schedule(given)


@pytest.mark.parametrize("given", [0.1, MODEL, [0.1], None, [[Value(1.0)]]])
def test_gradients_are_clipped_of_values(given):
    with pytest.raises(TypeError, match=r"as model\.parameters\(\) is, not"):
        clip_grad_norm(given, 1.0)


def test_a_limit_of_a_norm_is_a_number():
    with pytest.raises(TypeError, match="takes a real number, not an array"):
        clip_grad_norm(MODEL.parameters(), np.ones(2))


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("given", [MODEL, abs, Value], ids=repr)
def test_a_loss_of_what_was_not_called_says_so(loss, given):
    for predictions in (given, [given]):
        with pytest.raises((TypeError, ValueError), match=r"predictions|scores|logits"):
            loss(predictions, [1.0])


@pytest.mark.parametrize(("X", "y", "name"), [(3.0, [1], "X"), ([1], None, "y"), (MODEL, [1], "X")])
def test_batches_are_of_sequences(X, y, name):
    with pytest.raises(TypeError, match=f"^{name} must be a sequence"):
        batches(X, y)


def test_nonlin_answers_as_in_micrograd():
    assert Neuron(2).nonlin
    assert not Neuron(2, nonlin=False).nonlin


@pytest.mark.parametrize("factor", [None, "0.5", [0.5], Value(0.5)], ids=repr)
def test_factors_of_schedules_are_numbers(factor):
    optimizer = SGD(MODEL.parameters(), lr=0.1)
    for make in (
        lambda: StepLR(optimizer, 1, factor),
        lambda: CosineLR(optimizer, 1, factor),
        lambda: LinearLR(optimizer, factor),
    ):
        with pytest.raises(TypeError, match=r"(real|plain) number"):
            make()


@pytest.mark.parametrize("betas", [None, 0.9, (0.9,), {0.9, 0.99}, "ab"], ids=repr)
@pytest.mark.parametrize("optimizer", [Adam, AdamW])
def test_betas_are_a_pair(optimizer, betas):
    with pytest.raises(TypeError, match="betas is a pair of numbers"):
        optimizer(MODEL.parameters(), betas=betas)


def test_a_set_is_no_batch():
    with pytest.raises(TypeError, match="must be numbers, in a list or an array"):
        mse_loss({Value(1.0), Value(2.0)}, [1.0, 2.0])


@pytest.mark.parametrize("function", [*LOSSES.values(), *METRICS.values()])
def test_only_predictions_and_targets_come_by_position(function):
    rest = [*signature(function).parameters.values()][2:]
    assert all(parameter.kind is Parameter.KEYWORD_ONLY for parameter in rest)


SWITCHES = [
    lambda s: Neuron(2, bias=s),
    lambda s: Neuron(2, nonlin=s),
    lambda s: Layer(2, 3, bias=s),
    lambda s: MLP(2, [1], bias=s),
    lambda s: Conv2d(1, 1, 2, bias=s),
    lambda s: SGD(MODEL.parameters(), momentum=0.9, nesterov=s),
    lambda s: EarlyStopping(restore_best=s),
    lambda s: L2(0.1, biases=s),
    MODEL.train,
    lambda s: split(ROWS, LABELS, 0.5, stratify=s),
    lambda s: batches(ROWS, LABELS, shuffle=s),
    lambda s: Dataset(ROWS, LABELS).split(0.5, stratify=s),
    lambda s: Dataset(ROWS, LABELS).batches(shuffle=s),
    lambda s: Perceptron(1).fit(ROWS, LABELS, shuffle=s),
    lambda s: fit(MODEL, ROWS, LABELS, loss="mse_loss", shuffle=s),
    lambda s: fit(MODEL, ROWS, LABELS, loss="mse_loss", progress=s),
    lambda s: fit(MODEL, ROWS, LABELS, loss="mse_loss", compile=s),
]
ROWS, LABELS = [[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]


@pytest.mark.parametrize("place", range(len(SWITCHES)))
@pytest.mark.parametrize("given", ["False", "no", np.zeros(2), [], 0.5], ids=repr)
def test_a_switch_is_true_or_false(place, given):
    before = MODEL.state_dict()
    with pytest.raises((TypeError, ValueError), match=r"must be .*True or False, not"):
        SWITCHES[place](given)
    assert MODEL.state_dict() == before


@pytest.mark.parametrize(
    "make",
    [
        Neuron,
        Perceptron,
        lambda n: Layer(2, n),
        lambda n: Layer(n, 2),
        lambda n: MLP(2, [3, n]),
        lambda n: Conv2d(n, 1, 2),
        lambda n: Conv2d(1, 1, n),
        lambda n: one_hot([0], n),
        lambda n: confusion_matrix([0], [0], classes=n),
    ],
)
@pytest.mark.parametrize("count", [10**12, 10**400, 10**5000], ids=["12", "400", "5000"])
def test_more_than_a_machine_holds_is_refused_at_once(make, count):
    with pytest.raises(ValueError, match="must be at most"):
        make(count)


@pytest.mark.parametrize("label", [10**12, 1e300], ids=repr)
def test_labels_do_not_ask_for_more_either(label):
    with pytest.raises(ValueError, match=r"labels, row 1: .* up to"):
        one_hot([0, label])
    with pytest.raises(ValueError, match="confusion_matrix: classes must be at most"):
        confusion_matrix([0, label], [0, 0])


@pytest.mark.parametrize(
    ("name", "function"),
    {
        "a state dict": MODEL.save,
        "a state dict ": MODEL.load,
        "load_mnist": load_mnist,
        "read_digit": read_digit,
    }.items(),
)
@pytest.mark.parametrize("path", [3, None, b"model.npz", ["a"], 2.0], ids=repr)
def test_a_path_is_a_text_or_a_path(name, function, path):
    with pytest.raises(TypeError, match=rf"{name.strip()}\b.* is a str or a Path, not"):
        function(path)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("given", ["a", None, 2j, 10**400], ids=["text", "None", "complex", "big"])
def test_a_loss_names_what_is_no_number(loss, given):
    one = [0.5, 0.5] if loss is LOSSES["cross_entropy"] else 0.5
    other = [given, 0.5] if loss is LOSSES["cross_entropy"] else given
    for predictions, targets in (([other, one], [1, 1]), ([one, one], [given, 1])):
        with pytest.raises((TypeError, ValueError, OverflowError), match=loss.__name__):
            loss(predictions, targets)


def test_an_input_of_a_layer_that_is_no_float_is_named():
    with pytest.raises(OverflowError, match=r"^Neuron\(2, .*, input 1: int too large"):
        Neuron(2)([1.0, 10**400])
