"""Arrays for counts, models for numbers, numbers for optimizers: refused by name."""

from __future__ import annotations

from inspect import Parameter, signature

import numpy as np
import pytest

from autograd import Value
from nn import (
    LOSSES,
    METRICS,
    MLP,
    SGD,
    Adam,
    AdamW,
    AvgPool2d,
    Conv2d,
    CosineLR,
    EarlyStopping,
    Layer,
    LinearLR,
    MaxPool2d,
    Neuron,
    Perceptron,
    StepLR,
    batches,
    clip_grad_norm,
    mse_loss,
)  # fmt: skip

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
        with pytest.raises(TypeError, match="must be a number, not"):
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
