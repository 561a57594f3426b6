"""Descent: steps at machine speed are those of the eager loop with an optimizer of nn."""

from __future__ import annotations

import copy
import pickle
import random
from functools import cache, partial
from importlib.util import find_spec
from math import inf, nan

import numpy as np
import pytest

import autograd as ag
from autograd import Descent, StaleProgramError, Value
from autograd.program.verification import structure_changed
from nn import MLP, SGD, Adam, AdamW, RMSprop, clip_grad_norm

BACKENDS = ["interpreter", "numpy", *(["llvm"] if find_spec("llvmlite") else [])]
OPTIMIZERS = {
    "plain": (SGD, {"lr": 0.05}),
    "momentum": (SGD, {"lr": 0.05, "momentum": 0.9}),
    "nesterov": (SGD, {"lr": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.01}),
    "rmsprop": (RMSprop, {"lr": 0.01}),
    "rmsprop-all": (RMSprop, {"lr": 0.01, "alpha": 0.9, "momentum": 0.5, "weight_decay": 0.1}),
    "adam": (Adam, {"lr": 0.02}),
    "adam-decay": (Adam, {"lr": 0.02, "betas": (0.8, 0.99), "weight_decay": 0.1}),
    "adamw": (AdamW, {"lr": 0.02, "weight_decay": 0.1}),
}
COUNTS = [3, 1, 8, 5, 2, 13]
RATES = [0.05, 0.01, 0.03, 0.02, 0.0, 0.04]


@pytest.fixture(params=BACKENDS)
def backend(request):
    return request.param


def problem_of_a_network():
    """Return a small network, its loss on one example, and data, the same each time."""
    model = MLP(2, [5, 3, 1], activation="tanh", rng=random.Random(0))
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 2))
    y = np.sign(X[:, 0] * X[:, 1])
    order = rng.integers(0, 40, sum(COUNTS)).tolist()
    return model, lambda x, y: (1.0 - y * model(x)).relu() + 0.1 * (model(x) - y) ** 2, X, y, order


@pytest.fixture
def problem():
    """A problem of its own for each test, which changes the network."""
    return problem_of_a_network()


def descent_of(loss, args, optimizer, parameters=None, **details):
    return Descent(
        loss, args, parameters=parameters or optimizer.parameters, rule=type(optimizer).rule,
        state=optimizer.state, settings=optimizer.settings, **details,
    )  # fmt: skip


def eager_steps(loss, optimizer, X, y, order, counts, rates=None, clip_norm=None):
    """Take the steps with an optimizer of nn; yield the loss of each."""
    place = 0
    for step, count in enumerate(counts):
        chosen = order[place : place + count]
        place += count
        optimizer.zero_grad()
        mean = ag.mean([loss(X[k], y[k]) for k in chosen])
        mean.backward()
        if clip_norm is not None:
            clip_grad_norm(optimizer.parameters, clip_norm)
        if rates is not None:
            optimizer.lr = rates[step]
        optimizer.step()
        yield mean.data


@cache
def of_the_eager_loop(name, clip_norm):
    """Return the loss, the parameters and the state of the optimizer after each step."""
    model, loss, X, y, order = problem_of_a_network()
    kind, settings = OPTIMIZERS[name]
    optimizer = kind(model.parameters(), **settings)
    return [
        (mean, [p.data for p in optimizer.parameters], [*optimizer.state])
        for mean in eager_steps(loss, optimizer, X, y, order, COUNTS, RATES, clip_norm)
    ]


@pytest.mark.parametrize("clip_norm", [None, 0.05, 1e3])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_are_those_of_the_eager_loop(name, clip_norm, backend, problem, request):
    if clip_norm is not None:
        request.getfixturevalue("quick_llvm")
    model, loss, X, y, order = problem
    kind, settings = OPTIMIZERS[name]
    optimizer = kind(model.parameters(), **settings)
    descent = descent_of(loss, (X, y), optimizer, clip_norm=clip_norm, backend=backend)
    place = 0
    wanted = of_the_eager_loop(name, clip_norm)
    for count, rate, (mean, numbers, state) in zip(COUNTS, RATES, wanted, strict=True):
        steps = descent.run((X, y), order[place : place + count], [count], {"lr": [rate]})
        descent.write_back()
        place += count
        assert steps.losses[0] == pytest.approx(mean, rel=1e-12)
        found = [p.data for p in optimizer.parameters]
        np.testing.assert_allclose(found, numbers, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(descent.state, state, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("name", ["nesterov", "adamw"])
def test_many_steps_in_one_call_are_the_same_to_the_bit(name, backend, problem):
    model, loss, X, y, order = problem
    kind, settings = OPTIMIZERS[name]
    optimizer = kind(model.parameters(), **settings)
    start = [p.data for p in optimizer.parameters]
    one, many = (descent_of(loss, (X, y), optimizer, backend=backend) for _ in range(2))
    losses, place = [], 0
    for count, rate in zip(COUNTS, RATES, strict=True):
        losses += one.run(
            (X, y), order[place : place + count], [count], {"lr": [rate]}
        ).losses.tolist()
        place += count
    one.write_back()
    found = [p.data for p in optimizer.parameters]
    for p, number in zip(optimizer.parameters, start, strict=True):
        p.data = number
    steps = many.run((X, y), order, COUNTS, {"lr": RATES})
    many.write_back()
    assert steps.losses.tolist() == losses
    assert (steps.done, steps.finite) == (len(COUNTS), True)
    assert [p.data for p in optimizer.parameters] == found
    assert many.state == one.state


def test_gradients_whose_squares_are_beyond_the_largest_float_are_clipped(backend):
    w = Value(1.0)
    data = np.array([1e200, 3e200])
    descent = descent_of(lambda x: w * x, (data,), SGD([w], lr=0.1), clip_norm=2.0, backend=backend)
    descent.run((data,), [0, 1], [2])
    descent.write_back()
    assert w.data == pytest.approx(0.8, rel=1e-14)


def line(**details):
    """Return (w, b, descent) of a line through (1, 3) and (2, 5), by plain gradient descent."""
    w, b = Value(0.0), Value(0.0)
    details = {
        "parameters": [w, b],
        "state": [()] * 2,
        "settings": {"lr": 0.1},
        "rule": plain,
        **details,
    }
    descent = Descent(lambda x, y: (w * x + b - y) ** 2, (LINE_X, LINE_Y), **details)
    return w, b, descent


LINE_X, LINE_Y = np.array([1.0, 2.0]), np.array([3.0, 5.0])


def plain(parameter, gradient, state, lr):
    return parameter - lr * gradient, state


def by_hand(w, b, steps, lr=0.1, factor=1.0):
    """Take steps on the mean of the squares, with factor * w for the slope."""
    for _ in range(steps):
        errors = factor * w * LINE_X + b - LINE_Y
        w, b = w - lr * (2.0 * factor * errors * LINE_X).mean(), b - lr * (2.0 * errors).mean()
    return w, b


def test_settings_that_are_not_scheduled_stay(backend):
    w, b, descent = line(backend=backend)
    descent.run((LINE_X, LINE_Y), [0, 1] * 3, [2] * 3)
    descent.run((LINE_X, LINE_Y), [0, 1], [2], {"lr": [0.02]})
    descent.run((LINE_X, LINE_Y), [0, 1], [2])
    descent.write_back()
    wanted = by_hand(*by_hand(*by_hand(0.0, 0.0, 3), 1, lr=0.02), 1)
    assert (w.data, b.data) == pytest.approx(wanted, rel=1e-13)


def test_what_is_not_trained_is_read_at_each_run(backend):
    w, b, factor = Value(0.5), Value(0.0), Value(1.0)
    descent = Descent(
        lambda x, y: (factor * w * x + b - y) ** 2, (LINE_X, LINE_Y), parameters=[w, b],
        rule=plain, state=[()] * 2, settings={"lr": 0.1}, backend=backend,
    )  # fmt: skip
    descent.run((LINE_X, LINE_Y), [0, 1] * 2, [2] * 2)
    factor.data = 0.5
    descent.run((LINE_X, LINE_Y), [0, 1] * 3, [2] * 3)
    descent.write_back()
    wanted = by_hand(*by_hand(0.5, 0.0, 2), 3, factor=0.5)
    assert (w.data, b.data) == pytest.approx(wanted, rel=1e-13)
    assert factor.data == 0.5


@pytest.mark.parametrize("number", [7.0, 0.0])
def test_what_somebody_sets_between_runs_is_taken_over(number, backend):
    """Even the number that it had before: it was set. The other one goes on from where it was."""
    w, b, descent = line(backend=backend)
    descent.run((LINE_X, LINE_Y), [0, 1], [2])
    w.data = number
    descent.run((LINE_X, LINE_Y), [0, 1], [2])
    descent.write_back()
    wanted = by_hand(number, by_hand(0.0, 0.0, 1)[1], 1)
    assert (w.data, b.data) == pytest.approx(wanted, rel=1e-13)


def test_two_descents_on_the_same_leaves_follow_each_other(backend):
    w, b, first = line(backend=backend)
    second = Descent(
        lambda x, y: (w * x + b - y) ** 2, (LINE_X, LINE_Y), parameters=[w, b],
        rule=plain, state=[()] * 2, settings={"lr": 0.1}, backend=backend,
    )  # fmt: skip
    for descent in (first, second, first):
        descent.run((LINE_X, LINE_Y), [0, 1], [2])
        descent.write_back()
    assert (w.data, b.data) == pytest.approx(by_hand(0.0, 0.0, 3), rel=1e-13)


def test_shared_arguments(backend):
    w, b = Value(0.0), Value(0.0)
    descent = Descent(
        lambda x, y, factor: (factor * w * x + b - y) ** 2, (LINE_X, LINE_Y, 1.0),
        parameters=[w, b], rule=plain, state=[()] * 2, settings={"lr": 0.1},
        in_axes=(0, 0, None), backend=backend,
    )  # fmt: skip
    descent.run((LINE_X, LINE_Y, 0.5), [0, 1], [2])
    descent.run((LINE_X, LINE_Y, 2.0), [0, 1], [2])
    descent.write_back()
    wanted = by_hand(*by_hand(0.0, 0.0, 1, factor=0.5), 1, factor=2.0)
    assert (w.data, b.data) == pytest.approx(wanted, rel=1e-13)


def test_parameters_that_the_loss_does_not_reach_are_left_alone(backend):
    w, other, detached = Value(2.0), Value(3.0), Value(4.0)
    descent = Descent(
        lambda x: (w * x) ** 2 + detached.detach(), (LINE_X,), parameters=[other, w, detached],
        rule=Adam.rule, state=[(5.0, 1.0, 2.0), (0.0, 0.0, 0.0), (6.0, 3.0, 4.0)],
        settings=Adam([w]).settings, backend=backend,
    )  # fmt: skip
    steps = descent.run((LINE_X,), [0, 1], [2])
    descent.write_back()
    assert steps.losses.tolist() == pytest.approx([14.0])
    assert (other.data, detached.data) == (3.0, 4.0)
    assert w.data == pytest.approx(2.0 - 0.001, rel=1e-9)
    assert descent.state[0] == (5.0, 1.0, 2.0)
    assert descent.state[2] == (6.0, 3.0, 4.0)
    assert descent.state[1][0] == 1.0


def test_state_that_differs_between_parameters(backend, problem):
    """Counts of updates of their own, as after training some of the layers."""
    model, loss, X, y, order = problem
    optimizer = Adam(model.parameters(), lr=0.02)
    optimizer.state = [(float(k % 3), 0.01 * k, 0.02 * k) for k in range(len(optimizer.state))]
    start = [p.data for p in optimizer.parameters]
    descent = descent_of(loss, (X, y), optimizer, backend=backend)
    descent.run((X, y), order, COUNTS)
    descent.write_back()
    found, state = [p.data for p in optimizer.parameters], descent.state
    for p, number in zip(optimizer.parameters, start, strict=True):
        p.data = number
    assert len([*eager_steps(loss, optimizer, X, y, order, COUNTS)]) == len(COUNTS)
    np.testing.assert_allclose(found, [p.data for p in optimizer.parameters], rtol=1e-11)
    np.testing.assert_allclose(state, optimizer.state, rtol=1e-9, atol=1e-15)


def test_further_results_are_as_they_were_during_training(backend):
    w = Value(1.0)
    descent = Descent(
        lambda x, y: ((w * x - y) ** 2, w * x, 2.0, x), (LINE_X, LINE_Y), parameters=[w],
        rule=plain, state=[()], settings={"lr": 0.1}, backend=backend,
    )  # fmt: skip
    steps = descent.run((LINE_X, LINE_Y), [1, 1, 0, 1, 0], [2, 1, 2])
    after = 1.0 - 0.1 * 2.0 * (2.0 - 5.0) * 2.0
    then = after - 0.1 * 2.0 * (after - 3.0)
    wanted = [(1.0, 2.0), (1.0, 2.0), (after, 1.0), (then, 2.0), (then, 1.0)]
    np.testing.assert_allclose(steps.extra, [[w * x, 2.0, x] for w, x in wanted], rtol=1e-15)


@pytest.mark.parametrize("size", [1, 7, 8, 15, 16, 17])
def test_any_number_of_parameters(size, backend):
    """Whole vectors of them and not: gradients start from 0 at each step, the last one too."""
    weights = [Value(float(k)) for k in range(size)]
    X = np.arange(3.0 * size).reshape(3, size) - size
    descent = Descent(
        lambda x: ag.dot(weights, x), (X,), parameters=weights, rule=plain, state=[()] * size,
        settings={"lr": 1.0}, backend=backend,
    )  # fmt: skip
    descent.run((X,), [0, 1, 0, 2], [2, 1, 1])
    descent.write_back()
    moved = np.arange(size) - (X[0] + X[1]) / 2.0 - X[0] - X[2]
    assert [w.data for w in weights] == moved.tolist()
    X = X.copy()
    X[1, -1] = inf
    weights[-1].data = 0.5  # the loss is infinite, and so is one derivative
    assert not descent.run((X,), [1], [1]).finite


@pytest.mark.parametrize("place", [0, 7, 8, 9, 16])
def test_one_derivative_that_is_not_finite_among_many(place, backend):
    weights = [Value(0.0 if k == place else 1.0) for k in range(17)]
    descent = Descent(
        lambda x: ag.sum([w.sqrt() * x for w in weights]), (LINE_X,), parameters=weights,
        rule=plain, state=[()] * 17, settings={"lr": 0.1}, backend=backend,
    )  # fmt: skip
    steps = descent.run((LINE_X,), [0, 1], [2])
    assert (steps.done, steps.finite, steps.losses.tolist()) == (0, False, [24.0])
    descent.write_back()
    assert [w.data for w in weights] == [0.0 if k == place else 1.0 for k in range(17)]


@pytest.mark.parametrize("fault", ["loss", "gradient"])
@pytest.mark.parametrize("bad_step", [0, 2, 3])
def test_a_step_that_is_not_finite_is_not_taken(fault, bad_step, backend):
    """Parameters and state stay as they were before it, and the run ends there."""
    w = Value(2.0)
    data = np.array([1.0, 0.5, 2.0, 1.5])
    order = [0, 1, 2, 1, 0, 2, 1, 0]
    order[2 * bad_step] = 3
    if fault == "loss":
        data[3] = inf
        loss = lambda x: ((w * x - 1.0) ** 2, w)  # noqa: E731
    else:  # the square root is 0, its derivative is not finite
        loss = lambda x: ((w - w + (x - 1.5) ** 2).sqrt() + w * w, w)  # noqa: E731
    descent, shorter = (
        Descent(loss, (data,), parameters=[w], rule=Adam.rule, state=[(3.0, 0.5, 0.25)],
                settings=Adam([w]).settings, backend=backend)
        for _ in range(2)
    )  # fmt: skip
    before = shorter.run((data,), order[: 2 * bad_step], [2] * bad_step)
    steps = descent.run((data,), order, [2] * 4)
    assert (steps.done, steps.finite) == (bad_step, False)
    assert len(steps.losses) == bad_step + 1
    assert steps.losses[:-1].tolist() == before.losses.tolist()
    assert np.isfinite(steps.losses[-1]) == (fault == "gradient")
    assert len(steps.extra) == 2 * bad_step + 2
    assert descent.state == shorter.state
    descent.write_back()
    found = w.data
    shorter.write_back()
    assert found == w.data
    assert (found != 2.0) is (bad_step > 0)
    assert descent.run((data,), [0, 1], [2]).finite


def test_no_steps(backend):
    w, b, descent = line(backend=backend)
    steps = descent.run((LINE_X, LINE_Y), [], [])
    assert (len(steps.losses), len(steps.extra), steps.done, steps.finite) == (0, 0, 0, True)
    descent.write_back()
    assert (w.data, b.data) == (0.0, 0.0)


def test_a_plan_can_be_carried_out_again_and_again(backend):
    _, _, descent = line(backend=backend)
    take, other = (descent.plan((LINE_X, LINE_Y), [0, 1, 1], [2, 1]) for _ in range(2))
    first = take()
    losses = first.losses.copy()
    second, third = other(), take()
    assert first.losses.tolist() == losses.tolist()  # no later call writes into it
    assert second.losses[0] < losses[0]
    assert third.losses[0] < second.losses[0]


def test_losses_fall_to_the_solution(backend):
    w, b, descent = line(backend=backend)
    steps = descent.run((LINE_X, LINE_Y), [0, 1] * 2000, [2] * 2000)
    descent.write_back()
    assert (w.data, b.data) == pytest.approx((2.0, 1.0), abs=1e-9)
    assert steps.losses[-1] < 1e-15


def test_rules_on_state_of_any_kind(backend):
    """Elements that swap, that stay, and that are numbers in the end."""

    def rule(parameter, gradient, state, lr):
        a, b, c = state
        return parameter - lr * gradient * c, (b + gradient, a, 1.0)

    w, v = Value(1.0), Value(2.0)
    descent = Descent(
        lambda x: w * x + v * x * 2.0, (LINE_X,), parameters=[w, v], rule=rule,
        state=[(1.0, 2.0, 3.0), (1.0, 2.0, 3.0)], settings={"lr": 0.5}, backend=backend,
    )  # fmt: skip
    descent.run((LINE_X,), [0, 0], [1, 1])
    descent.write_back()
    assert (w.data, v.data) == (1.0 - 0.5 * 3.0 - 0.5, 2.0 - 0.5 * 6.0 - 0.5 * 2.0)
    assert descent.state == [(2.0, 3.0, 1.0), (3.0, 4.0, 1.0)]


# Faults


def refused(error, words, **details):
    with pytest.raises(error) as caught:
        line(**details)
    for word in words:
        assert word in str(caught.value)


def test_faults_of_the_definition():
    far = Value(1.0)
    refused(ValueError, ["state", "1", "2", "parameter"], state=[()])
    refused(ValueError, ["state", "parameter 1"], state=[(1.0,), (1.0, 2.0)])
    refused(ValueError, ["none of the 1 parameters"], parameters=[far], state=[()])
    refused(ValueError, ["momentum", "lr"], scheduled=("lr", "momentum"))
    refused(ValueError, ["clip_norm", "positive", "-1"], clip_norm=-1.0)
    refused(ValueError, ["clip_norm", "positive", "nan"], clip_norm=nan)
    refused(ValueError, ["backend must be one of", "'fast'"], backend="fast")
    refused(ValueError, ["in_axes=None", "batch"], in_axes=None)
    refused(ValueError, ["parameter 1", "mul"], parameters=[far, far * 2.0])
    refused(ValueError, ["parameters 0 and 1 are one Value"], parameters=[far, far])


def test_rules_depend_on_their_arguments_only():
    rate = Value(0.5)
    refused(ValueError, ["rule", "Value(data=0.5", "settings"],
            rule=lambda p, g, state, lr: (p - rate * g, state))  # fmt: skip


@pytest.mark.parametrize(("result", "words"), [
    (lambda p, s: (p, (*s, p)), ["rule", "2 numbers", "state of 1"]),
    (lambda p, s: p, ["rule", "(parameter, state)"]),
    (lambda p, s: ("p", s), ["rule", "str"]),
])  # fmt: skip
def test_rules_that_return_something_else(result, words):
    w = Value(1.0)
    with pytest.raises((TypeError, ValueError)) as caught:
        Descent(
            lambda x: w * x, (LINE_X,), parameters=[w],
            rule=lambda p, g, state, lr: result(p, state), state=[(0.0,)], settings={"lr": 0.1},
        )  # fmt: skip
    for word in words:
        assert word in str(caught.value)


def test_rules_may_return_whole_numbers(backend):
    w = Value(1.5)
    descent = Descent(
        lambda x: w * x, (LINE_X,), parameters=[w], rule=lambda p, g, s, lr: (2, (0,)),
        state=[(1.0,)], settings={"lr": 0.1}, backend=backend,
    )  # fmt: skip
    descent.run((LINE_X,), [0], [1])
    descent.write_back()
    assert (w.data, descent.state) == (2.0, [(0.0,)])


@pytest.mark.parametrize("result", [
    lambda x: {"loss": x}, lambda x: (), lambda x: ([x], x),
])  # fmt: skip
def test_results_that_are_no_loss(result):
    w = Value(1.0)
    with pytest.raises(TypeError, match="returns one number, the loss, or a tuple"):
        Descent(
            lambda x: result(w * x), (LINE_X,), parameters=[w], rule=plain, state=[()],
            settings={"lr": 0.1},
        )  # fmt: skip


def test_faults_of_the_steps_change_nothing(backend):
    w, b, descent = line(backend=backend)
    data = LINE_X, LINE_Y
    for error, words, args in [
        (ValueError, ["add up to the 2 examples", "not 3"], (data, [0, 1], [3])),
        (ValueError, ["positive"], (data, [0, 1], [2, 0])),
        (IndexError, ["0 to 2", "2 examples"], (data, [0, 2], [2])),
        (IndexError, ["-1 to 0"], (data, [0, -1], [2])),
        (TypeError, ["order", "whole numbers"], (data, [0.5, 1.0], [2])),
        (TypeError, ["counts", "whole numbers"], (data, [0, 1], [2.0])),
        (ValueError, ["structure"], ((LINE_X, np.zeros((2, 2))), [0, 1], [2])),
        (ValueError, ["different numbers of examples"], ((LINE_X, np.zeros(3)), [0, 1], [2])),
        (ValueError, ["momentum", "lr"], (data, [0, 1], [2], {"momentum": [0.9]})),
        (ValueError, ["lr", "2 numbers", "1 step"], (data, [0, 1], [2], {"lr": [0.1, 0.2]})),
    ]:
        with pytest.raises(error) as caught:
            descent.run(*args)
        for word in words:
            assert word in str(caught.value)
    descent.write_back()
    assert (w.data, b.data) == (0.0, 0.0)
    descent.run(data, [0, 1], [2])
    descent.write_back()
    assert (w.data, b.data) == pytest.approx(by_hand(0.0, 0.0, 1), rel=1e-13)


def test_examples_are_copied():
    w, X = Value(1.0), np.array([1.0, 2.0])
    descent = Descent(
        lambda x: w * x, (X,), parameters=[w], rule=lambda p, g, state, lr: (p - lr * g, state),
        state=[()], settings={"lr": 0.0},
    )  # fmt: skip
    step = descent.plan((X,), [0, 1], [2])
    X[:] = 100.0
    assert step().losses.tolist() == [1.5]


def test_value_and_gradient_are_those_of_the_eager_engine_at_the_values():
    w, b, unused = Value(0.7), Value(-0.2), Value(3.0)
    X, y = [1.0, -2.0, 0.5], [0.3, 1.0, -0.4]

    def loss(x, target):
        return (ag.tanh(w * x) + b - target) ** 2

    descent = Descent(
        loss, (X, y), parameters=[unused, w, b], rule=lambda p, g, s, lr: (p - lr * g, s),
        state=[()] * 3, settings={"lr": 0.1},
    )  # fmt: skip
    descent.run((X, y), [0, 1, 2], [3])  # the Values do not move before write_back
    w.data = 0.4
    mean, gradient = descent.value_and_grad((X[1:], y[1:]))
    eager = ag.mean([loss(x, target) for x, target in zip(X[1:], y[1:])])
    eager.backward()
    assert mean == pytest.approx(eager.data, rel=1e-14)
    assert gradient == pytest.approx([0.0, w.grad, b.grad], rel=1e-14)
    with pytest.raises(ValueError, match="structure"):
        descent.value_and_grad(([[1.0], [2.0]], y[1:]))


def momentum(parameter, gradient, state, *, lr):
    velocity = 0.5 * state[0] + gradient
    return parameter - lr * FACTOR * velocity, (velocity,)


FACTOR = 1.0


class World:
    """A loss that reads a number of its own, and steps on it by hand."""

    def __init__(self):
        self.scale = 1.0
        self.w = Value(0.0)

    def loss(self, x, target):
        return (self.w * x * self.scale - target) ** 2

    def descent(self, backend, **settings):
        return Descent(
            self.loss, (LINE_X, LINE_Y), parameters=[self.w], rule=momentum, state=[(0.0,)],
            settings={"lr": 0.05}, backend=backend, **settings,
        )  # fmt: skip

    def by_hand(self, w, velocity, steps, factor=1.0):
        for _ in range(steps):
            pairs = zip(LINE_X, LINE_Y)
            slopes = [2 * self.scale * x * (w * x * self.scale - y) for x, y in pairs]
            velocity = 0.5 * velocity + sum(slopes) / len(slopes)
            w -= 0.05 * factor * velocity
        return w, velocity


def after(world, descent):
    descent.write_back()
    return world.w.data, *descent.state[0]


def four(descent):
    return descent.run((LINE_X, LINE_Y), [0, 1] * 4, [2] * 4)


@pytest.mark.parametrize("change", ["loss", "rule"])
@pytest.mark.parametrize("way", ["auto", "always", "retrace", "announced", "plan"])
def test_a_change_between_runs_is_refused_or_gone_on_with(way, change, backend, monkeypatch):
    world = World()
    descent = world.descent(backend, verify="always" if way == "always" else "auto")
    steps = descent.plan((LINE_X, LINE_Y), [0, 1] * 4, [2] * 4)
    four(descent)
    expected = world.by_hand(0.0, 0.0, 4)
    assert descent.is_current()
    factor = 1.0
    if change == "loss":
        world.scale = 2.0
    else:
        monkeypatch.setitem(globals(), "FACTOR", 3.0)
        factor = 3.0
    if way == "auto":
        for run in (lambda: four(descent), steps, lambda: descent.value_and_grad((LINE_X, LINE_Y))):
            with pytest.raises(StaleProgramError, match=r"1\.0 became [23]\.0 in mul"):
                run()
        assert after(world, descent) == pytest.approx(expected, rel=1e-12)
    if way in {"auto", "retrace"}:
        descent.retrace()
    elif way == "announced":
        structure_changed()
    elif way == "plan":
        descent.retrace()
    result = steps() if way == "plan" else four(descent)
    assert result.done == 4
    expected = world.by_hand(*expected, 4, factor)
    assert after(world, descent) == pytest.approx(expected, rel=1e-12)
    assert descent.is_current()


def test_a_retrace_keeps_numbers_that_were_set_and_those_that_are_no_longer_reached(backend):
    world, other = World(), Value(1.0)
    descent = Descent(
        lambda x, y: world.loss(x, y) + other, (LINE_X, LINE_Y), parameters=[world.w, other],
        rule=momentum, state=[(0.0,)] * 2, settings={"lr": 0.05}, backend=backend,
    )  # fmt: skip
    four(descent)
    world.w.data = 0.25
    descent._function.function = world.loss
    descent.retrace()
    moved = other.data
    assert (world.w.data, moved < 1.0) == (0.25, True)
    four(descent)
    descent.write_back()
    assert world.w.data != 0.25
    assert other.data == moved


def test_the_arguments_of_a_run_are_read_each_time(backend):
    world = World()
    X, y = np.array(LINE_X), np.array(LINE_Y)
    descent = world.descent(backend)
    prepared = descent.prepared((X, y))
    descent.run((X, y), [0, 1], [2])
    X *= 2.0
    assert (
        descent.run((X, y), [0, 1], [2], {"lr": [0.0]}).losses
        != descent.run(prepared, [0, 1], [2], {"lr": [0.0]}).losses
    )


def test_an_unknown_policy_is_named():
    with pytest.raises(ValueError, match="Descent: verify must be one of 'auto', 'always'"):
        World().descent("interpreter", verify="sometimes")


def test_a_hot_loop_traces_seldom(backend, monkeypatch):
    traces = []
    now = 0.0  # moved by hand: a trace takes 100 µs, a call of the plan 10 µs
    for module in ("descent", "verification"):
        monkeypatch.setattr(f"autograd.program.{module}.perf_counter", lambda: now)

    class Counted(World):
        def loss(self, x, target):
            nonlocal now
            now += 1e-4
            traces.append(1)
            return super().loss(x, target)

    step = Counted().descent(backend).plan((LINE_X, LINE_Y), [0, 1], [2])
    for _ in range(2000):
        step()
        now += 1e-5
    assert len(traces) < 60


# Copies


slope, offset = Value(1.0, label="slope"), Value(0.0, label="offset")


def squared_error(x, y):
    return (slope * x + offset - y * factor[0]) ** 2


factor = [1.0]
EXAMPLES = (np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0]))


def copied_by_pickle(item):
    return pickle.loads(pickle.dumps(item))  # noqa: S301 - our own


def descent_on_a_line(loss=squared_error):
    slope.data, offset.data, factor[0] = 1.0, 0.0, 1.0
    optimizer = Adam([slope, offset], lr=0.05)
    descent = descent_of(loss, EXAMPLES, optimizer)
    descent.run(EXAMPLES, [0, 1, 2] * 3, [3] * 3)
    return descent


@pytest.mark.parametrize("copied", [copy.deepcopy, copied_by_pickle])
@pytest.mark.parametrize("loss", [squared_error, lambda x, y: squared_error(x, y)])  # noqa: PLW0108
def test_a_copy_goes_on_with_numbers_state_and_leaves_of_its_own(copied, loss):
    descent = descent_on_a_line(loss)
    twin, leaf = copied((descent, slope))
    lost = copied is copied_by_pickle and loss is not squared_error
    assert leaf is not slope
    plan = descent.plan(EXAMPLES, [0, 1, 2] * 2, [3] * 2)
    plan()
    twin.run(EXAMPLES, [0, 1, 2] * 2, [3] * 2)
    twin, leaf, plan_of_twin = copied((twin, leaf, twin.plan(EXAMPLES, [2, 1], [1, 1])))
    plan_of_twin()
    descent.run(EXAMPLES, [2, 1], [1, 1])
    assert (twin.state, slope.data) == (descent.state, leaf.data)
    twin.write_back()
    assert leaf.data != slope.data == 1.0
    descent.write_back()
    assert leaf.data == slope.data
    leaf.data = 7.0
    assert twin.value_and_grad(EXAMPLES)[0] != descent.value_and_grad(EXAMPLES)[0]
    factor[0] = 2.0
    if lost:  # there is nothing to trace again
        twin.retrace()
        structure_changed()
        twin.run(EXAMPLES, [0], [1])
        return
    with pytest.raises(StaleProgramError, match="in mul"):
        twin.run(EXAMPLES, [0], [1])
    twin.retrace()
    twin.run(EXAMPLES, [0], [1])
    twin.write_back()
    assert leaf.data != 7.0
    assert slope.data < 2.0


@pytest.mark.parametrize("steps", [0, 2])
def test_nothing_that_was_set_is_written_over(steps, backend):
    w, v = Value(0.5), Value(0.25)
    descent = Descent(
        lambda x: (w * x - v) ** 2, ([1.0, 2.0],), parameters=[w, v], backend=backend,
        rule=lambda p, g, state, lr: (p - lr * g, state), state=[(), ()], settings={"lr": 0.1},
    )  # fmt: skip
    descent.run(([1.0, 2.0],), [0] * steps, [1] * steps)
    descent.write_back()
    assert (w.data == 0.5, v.data == 0.25) == (not steps, not steps)
    w.data = 7.0
    descent.write_back()
    assert w.data == 7.0
    assert descent.run(([1.0, 2.0],), [0], [1]).losses[0] == (7.0 - v.data) ** 2


def test_a_copy_takes_over_what_was_set_before():
    descent = descent_on_a_line()
    slope.data = 40.0
    twin, leaf = copy.deepcopy((descent, slope))
    twin.write_back()
    assert leaf.data == 40.0


def test_a_copy_stays_with_the_copy_of_its_model():
    model = MLP(2, [2, 1], "tanh")
    args = np.ones((2, 2)), np.zeros(2)
    descent = descent_of(partial(_error_of, model), args, SGD(model.parameters(), lr=0.1))
    other, twin = copy.deepcopy((model, descent))
    before = [parameter.data for parameter in model.parameters()]
    twin.run(args, [0, 1], [2])
    twin.write_back()
    assert [parameter.data for parameter in model.parameters()] == before
    assert [parameter.data for parameter in other.parameters()] != before


def _error_of(model, x, y):
    return (model(x) - y) ** 2


def test_steps_under_no_grad_are_those_elsewhere():
    def moved():
        w = Value(2.0)
        descent = Descent(
            lambda x: (w * x - 1.0) ** 2, ([1.0],), parameters=[w], state=[()],
            rule=lambda p, g, state, lr: (p - lr * g, state), settings={"lr": 0.125},
        )  # fmt: skip
        losses = descent.run(([1.0, 2.0],), [0, 1], [1, 1]).losses.tolist()
        descent.write_back()
        return losses, w.data

    expected = moved()
    with ag.no_grad():
        assert moved() == expected


def test_indices_choose_in_steps_and_are_checked_before_them(backend):
    rng = random.Random(4)
    table = [[Value(rng.gauss(0.0, 0.5)) for _ in range(3)] for _ in range(5)]
    leaves = [x for row in table for x in row]
    starts = [x.data for x in leaves]

    def loss(token, following):
        scores = ag.take(table, token)
        return ag.logsumexp(scores) - ag.take(scores, following)

    tokens, following = [0, 3, 4, 3], [2, 0, 1, 1]
    optimizer = SGD(leaves, lr=0.1)
    descent = descent_of(loss, (tokens, following), optimizer, backend=backend)
    steps = descent.run((tokens, following), order=[0, 1, 2, 3, 1, 0], counts=[2, 2, 2])
    descent.write_back()
    found = [x.data for x in leaves]
    for x, start in zip(leaves, starts, strict=True):
        x.data = start
    losses = []
    for batch in ([0, 1], [2, 3], [1, 0]):
        mean = ag.mean([loss(tokens[i], following[i]) for i in batch])
        optimizer.zero_grad()
        mean.backward()
        optimizer.step()
        losses.append(mean.data)
    assert steps.losses.tolist() == pytest.approx(losses, rel=1e-13)
    assert found == pytest.approx([x.data for x in leaves], rel=1e-12)
    with pytest.raises(IndexError, match="the index following of example 2 is 3, and the indices"):
        descent.run((tokens, [2, 0, 3, 1]), order=[0], counts=[1])
    with pytest.raises(IndexError, match="the index token of example 1 is 5, and the indices"):
        descent.value_and_grad(([0, 5, 4, 3], following))
