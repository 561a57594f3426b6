"""Arrays for counts, models for numbers, numbers for optimizers: refused by name."""

from __future__ import annotations

import math
import random
from decimal import Decimal
from functools import partial
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
    Dropout,
    EarlyStopping,
    Layer,
    LinearLR,
    MaxPool2d,
    Neuron,
    Optimizer,
    Perceptron,
    StepLR,
    batches,
    clip_grad_norm,
    confusion_matrix,
    cross_entropy,
    fit,
    load_mnist,
    load_state,
    mse_loss,
    one_hot,
    read_digit,
    save_state,
    split,
)  # fmt: skip
from nn.losses import LOSSES
from nn.metrics import METRICS
from nn.training.task import check_targets
from tests.in_one_test import in_one_test

MODEL = MLP(1, [1])


@in_one_test(
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
@in_one_test("shape", [(2,), (2, 2)])
def test_an_array_is_no_count(make, shape):
    with pytest.raises((TypeError, ValueError), match=r"must be|pair"):
        make(np.ones(shape))


@in_one_test("schedule", [LinearLR, lambda o: StepLR(o, 3), lambda o: CosineLR(o, 3)])
@in_one_test("given", [0.1, MODEL, MODEL.parameters(), None])
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


@in_one_test("loss", LOSSES.values(), ids=LOSSES)
@in_one_test("given", [MODEL, abs, Value], ids=repr)
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


@in_one_test("betas", [None, 0.9, (0.9,), {0.9, 0.99}, "ab"], ids=repr)
@in_one_test("optimizer", [Adam, AdamW])
def test_betas_are_a_pair(optimizer, betas):
    with pytest.raises(TypeError, match="betas is a pair of numbers"):
        optimizer(MODEL.parameters(), betas=betas)


def test_a_set_is_no_batch():
    with pytest.raises(TypeError, match="must be numbers, in a list or an array"):
        mse_loss({Value(1.0), Value(2.0)}, [1.0, 2.0])


@in_one_test("function", [*LOSSES.values(), *METRICS.values()])
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


@in_one_test("place", range(len(SWITCHES)))
@in_one_test("given", ["False", "no", np.zeros(2), [], 0.5], ids=repr)
def test_a_switch_is_true_or_false(place, given):
    before = MODEL.state_dict()
    with pytest.raises((TypeError, ValueError), match=r"must be .*True or False, not"):
        SWITCHES[place](given)
    assert MODEL.state_dict() == before


@in_one_test(
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
@in_one_test("count", [10**12, 10**400, 10**5000], ids=["12", "400", "5000"])
def test_more_than_a_machine_holds_is_refused_at_once(make, count):
    with pytest.raises(ValueError, match="must be at most"):
        make(count)


@pytest.mark.parametrize("label", [10**12, 1e300], ids=repr)
def test_labels_do_not_ask_for_more_either(label):
    with pytest.raises(ValueError, match=r"labels, row 1: .* up to"):
        one_hot([0, label])
    with pytest.raises(ValueError, match="confusion_matrix: classes must be at most"):
        confusion_matrix([0, label], [0, 0])


@in_one_test(
    "name, function",
    {
        "a state dict": MODEL.save,
        "a state dict ": MODEL.load,
        "load_mnist": load_mnist,
        "read_digit": read_digit,
    }.items(),
)
@in_one_test("path", [3, None, b"model.npz", ["a"], 2.0], ids=repr)
def test_a_path_is_a_text_or_a_path(name, function, path):
    with pytest.raises(TypeError, match=rf"{name.strip()}\b.* is a str or a Path, not"):
        function(path)


@in_one_test("loss", LOSSES.values(), ids=LOSSES)
@in_one_test("given", ["a", None, 2j, 10**400], ids=["text", "None", "complex", "big"])
def test_a_loss_names_what_is_no_number(loss, given):
    one = [0.5, 0.5] if loss is LOSSES["cross_entropy"] else 0.5
    other = [given, 0.5] if loss is LOSSES["cross_entropy"] else given
    for predictions, targets in (([other, one], [1, 1]), ([one, one], [given, 1])):
        with pytest.raises((TypeError, ValueError, OverflowError), match=loss.__name__):
            loss(predictions, targets)


def test_an_input_of_a_layer_that_is_no_float_is_named():
    with pytest.raises(OverflowError, match=r"^Neuron\(2, .*, input 1: int too large"):
        Neuron(2)([1.0, 10**400])


ROWS, LABELS = [[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0]


@pytest.mark.parametrize("wish", [3, "no", np.ones(2), 0.0, []], ids=repr)
def test_a_callback_says_true_false_or_nothing(wish):
    for compiled in (False, True):
        with pytest.raises(TypeError, match="result of a callback, whether to stop, must be True"):
            fit(MLP(1, [1]), ROWS, LABELS, loss=mse_loss, callbacks=[lambda _: wish],
                compile=compiled)  # fmt: skip
    for said, epochs in ((None, 3), (False, 3), (np.bool_(True), 1)):
        history = fit(MLP(1, [1]), ROWS, LABELS, loss=mse_loss, epochs=3,
                      callbacks=[lambda _, said=said: said])  # fmt: skip
        assert history.epochs == epochs


@pytest.mark.parametrize("penalty", [None, "x", np.zeros(0), [Value(1.0)]], ids=repr)
def test_a_penalty_is_a_number_or_a_value(penalty):
    with pytest.raises(TypeError, match="the penalty's result takes a real number"):
        fit(MLP(1, [1]), ROWS, LABELS, loss=mse_loss, penalty=lambda _: penalty, compile=False)
    with pytest.raises(TypeError, match="L2 is called with a model, not"):
        L2(0.1)(penalty)


@in_one_test("metric", ["accuracy", "precision", "confusion_matrix"])
@in_one_test("threshold", ["0.5", [0.5], math.nan, np.ones(2), 1j], ids=repr)
def test_a_threshold_is_a_number(metric, threshold):
    function = {**METRICS, "confusion_matrix": confusion_matrix}[metric]
    with pytest.raises((TypeError, ValueError), match=f"^{metric}: threshold (takes|is nan)"):
        function([0.7, 0.2], [1, 0], threshold=threshold)


@pytest.mark.parametrize("fan_out", ["2", None, 0, 1.5, [2], np.ones(2)], ids=repr)
def test_neurons_side_by_side_are_counted(fan_out):
    with pytest.raises((TypeError, ValueError), match="fan_out must be"):
        Neuron(2, fan_out=fan_out)


@pytest.mark.parametrize("function", [lambda: 1.0, lambda a, b, c, d: a, object])
def test_functions_of_layers_are_called_with_what_they_take(function):
    with pytest.raises(TypeError, match=r"^activation (is called with|is a function|must be)"):
        Neuron(2, activation=function)
    with pytest.raises(TypeError, match=r"^initializer (is called with|is a function|must be)"):
        Neuron(2, initializer=function)


def test_a_model_is_called_with_what_its_forward_takes():
    model = MLP(1, [1])
    with pytest.raises(TypeError, match=r"^initializer is called with fan_in and fan_out and rng"):
        Neuron(2, initializer=model)
    with pytest.raises(TypeError, match=r"^the loss is called with outputs.* as nn\.mse_loss$"):
        fit(MLP(1, [1]), ROWS, LABELS, loss=model)
    with pytest.raises(TypeError, match=r"is called with all outputs.* as nn\.accuracy$"):
        fit(MLP(1, [1]), ROWS, LABELS, loss=mse_loss, metrics=[model])


def test_targets_of_a_loss_with_settings_are_checked_as_without():
    labels = Dataset(ROWS, [0, 1, 7])
    for loss in (cross_entropy, partial(cross_entropy)):
        with pytest.raises(ValueError, match="7"):
            check_targets(loss, [Value(0.0), Value(0.0)], labels)


def test_the_base_of_optimizers_has_no_rule():
    with pytest.raises(TypeError, match=r"Optimizer has no rule: take nn\.SGD"):
        Optimizer([Value(1.0)])


@pytest.mark.parametrize("nouts", ["12", b"ab", {1: 2}, {2, 1}], ids=repr)
def test_widths_are_a_list(nouts):
    with pytest.raises(TypeError, match="nouts must be a list of layer widths"):
        MLP(2, nouts)


def test_states_are_dicts_of_numbers(tmp_path):
    path = tmp_path / "state.npz"
    for state in (None, "x", [1.0], MODEL, np.ones(2)):
        with pytest.raises(TypeError, match="save_state: state must be a dict from names to"):
            save_state(state, path)
    for number in (None, "1.5", [1.0], np.ma.masked, 1j):
        with pytest.raises(TypeError, match="save_state: 'w' takes a real number"):
            save_state({"w": number}, path)
    with pytest.raises(TypeError, match="save_state: names are texts, not 3"):
        save_state({3: 1.0}, path)
    assert not path.exists()
    save_state({"w": Decimal("1.5")}, path)
    for expected in ("1", math.nan, 0.5, -1):
        with pytest.raises((TypeError, ValueError), match="load_state: expected must be"):
            load_state(path, expected=expected)
    assert load_state(path, expected=1) == {"w": 1.5}


def test_decimals_are_numbers_of_schedules_and_layers():
    optimizer = SGD(MODEL.parameters(), lr=1.0)
    assert StepLR(optimizer, 1, Decimal("0.5")).rate(1) == 0.5
    assert CosineLR(optimizer, 1, Decimal("0.5")).rate(1) == 0.5
    assert LinearLR(optimizer, Decimal("0.5"), Decimal("0.25")).rate(5) == 0.25
    assert Dropout(0.5, rng=random.Random(0))([Decimal("1.5")]) in ([0.0], [3.0])
    Perceptron(1).fit([[0.0], [1.0]], [0, 1], lr=Decimal("0.5"))


def test_weights_and_biases_are_values():
    neuron = Neuron(2)
    for weights in (1.0, "ab", {"w": 1.0}):
        with pytest.raises(TypeError, match="w must be a list of Values, not"):
            neuron.w = weights
    with pytest.raises(TypeError, match=r"^w\[1\] must be a Value, which is trained, not 2.0"):
        neuron.w = [Value(1.0), 2.0]
    with pytest.raises(TypeError, match=r"b must be a Value, .*; b.data = ... changes the number"):
        neuron.b = 1.0
    neuron.w, neuron.b = [Value(1.0), Value(2.0)], None
    assert [weight.data for weight in neuron.parameters()] == [1.0, 2.0]


def test_parameters_are_called_for():
    with pytest.raises(TypeError, match=r"SGD takes .*; pass model.parameters\(\)"):
        SGD(MODEL.parameters)
