"""The loss on a plane of parameters: heights by NumPy, directions, paths, what stays as it was."""

from __future__ import annotations

import logging
import math
import random

import numpy as np
import pytest

import autograd
from autograd import Value
from nn import MLP, SGD, Dropout, Layer, Module, Sequential, cross_entropy, fit, mse_loss
from tests.in_one_test import in_one_test
from visualize import ParameterPath, plot_landscape
from visualize.plots.compiled_model import Objective
from visualize.plots.parameter_plane import principal_directions

pytest.importorskip("matplotlib", reason="plots need matplotlib, of the extra plots")

X = np.array([[0.5, -1.0], [1.5, 0.25], [-2.0, 1.0], [0.0, 0.75]])
Y = np.array([1.0, -0.5, 0.25, 2.0])
WEIGHT, BIAS = "layers.0.neurons.0.weights.0", "layers.0.neurons.0.bias"


def by_numpy(numbers, inputs=X, targets=Y):
    """The mean squared error of MLP(2, [3, 1], "tanh") with these parameters."""
    hidden = np.reshape(numbers[:9], (3, 3))  # a row for each neuron: two weights and the bias
    activations = np.tanh(inputs @ hidden[:, :2].T + hidden[:, 2])
    outputs = activations @ numbers[9:12] + numbers[12]
    return float(((outputs - targets) ** 2).mean())


def network(seed=1):
    return MLP(2, [3, 1], activation="tanh", rng=random.Random(seed))


def numbers_of(model):
    return np.array([parameter.data for parameter in model.parameters()])


class LostError(Exception):
    pass


@pytest.fixture
def asked(monkeypatch):
    """What the landscape asks for: the parameters at each point, and the answers."""
    points = []
    at = Objective.at

    def recorded(self, point):
        answer = at(self, point)
        points.append((np.array(point), answer))
        return answer

    monkeypatch.setattr(Objective, "at", recorded)
    return points


def grid(asked, resolution):
    """The points of the grid only, which come last."""
    return asked[-(resolution**2) :]


@pytest.mark.parametrize("compiles", [True, False])
def test_heights_are_the_losses_by_numpy(asked, compiles, monkeypatch, caplog):
    if not compiles:
        monkeypatch.setattr(autograd, "compile", lambda *_, **__: lambda *_: 1 / 0)
    plot_landscape(network(), X, Y, loss=mse_loss, resolution=4, rng=random.Random(0))
    assert len(grid(asked, 4)) == 16
    for point, answer in asked:
        assert answer == pytest.approx(by_numpy(point), rel=1e-12)
    assert len({answer for _, answer in grid(asked, 4)}) == 16
    assert ("division by zero" in caplog.text) is not compiles


def test_a_program_answers_after_two_points_were_compared_with_the_model(asked, monkeypatch):
    calls = []
    model = network()
    monkeypatch.setattr(type(model), "__call__", lambda self, x: calls.append(x) or self.forward(x))
    plot_landscape(model, X, Y, loss=mse_loss, resolution=9)
    assert len(calls) <= 2 * len(X) + 2  # and a trace or two, where there are 82 points
    assert [type(answer) for _, answer in asked] == [float] * 82


@pytest.mark.parametrize(
    ("loss", "reason"),
    [
        (lambda outputs, targets: 3.0 * mse_loss(outputs, targets) + len(outputs), "the mean of"),
        (lambda outputs, targets: sum(abs(o.data) for o in outputs), "the mean of"),
    ],
)
def test_a_loss_that_is_no_mean_or_no_program_is_asked_row_by_row(asked, loss, reason, caplog):
    model = network()
    plot_landscape(model, X, Y, loss=loss, resolution=3)
    assert reason in caplog.text
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    for point, answer in asked:
        for parameter, number in zip(model.parameters(), point.tolist(), strict=True):
            parameter.data = number
        expected = loss([model(row) for row in X.tolist()], Y.tolist())
        assert answer == pytest.approx(getattr(expected, "data", expected), rel=1e-12)


def test_classes_and_a_penalty_count(asked):
    model = Sequential(Layer(2, 3, "linear", rng=random.Random(2)))
    penalty = lambda model: 0.1 * autograd.sum([p * p for p in model.parameters()])  # noqa: E731
    classes = np.array([0, 2, 1, 2])
    plot_landscape(model, X, classes, loss=cross_entropy, penalty=penalty, resolution=3)
    for point, answer in asked:
        weights = point.reshape(3, 3)
        scores = X @ weights[:, :2].T + weights[:, 2]
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        expected = -logs[np.arange(4), classes].mean() + 0.1 * (point**2).sum()
        assert answer == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("fails", [False, True])
def test_parameters_modes_and_gradients_are_as_before_to_the_bit(fails):
    calls = []

    def loss(outputs, targets):
        calls.append(len(outputs))
        if fails and len(calls) > 3:
            raise LostError
        return sum((float(o.data) - t) ** 2 for o, t in zip(outputs, targets, strict=True))

    model = Sequential(network(), Dropout(0.5))
    model.layers[0].training = False
    for place, parameter in enumerate(model.parameters()):
        parameter.data, parameter.grad = 0.1 * place + 1e-17, place / 3
    before = [(p.data.hex(), p.grad) for p in model.parameters()]
    if fails:
        with pytest.raises(LostError):
            plot_landscape(model, X, Y, loss=loss, resolution=3)
    else:
        plot_landscape(model, X, Y, loss=loss, resolution=3)
    assert len(calls) > 3
    assert [(p.data.hex(), p.grad) for p in model.parameters()] == before
    assert model.training
    assert model.layers[1].training
    assert not model.layers[0].training


def test_dropout_rests(asked):
    model = Sequential(network(), Dropout(0.5))
    plot_landscape(model, X, Y, loss=mse_loss, resolution=3)
    for point, answer in asked:
        assert answer == pytest.approx(by_numpy(point), rel=1e-12)


def test_random_directions_are_as_long_as_each_unit_and_at_right_angles(asked):
    model = network()
    for layer in model.layers:
        for neuron in layer.neurons:
            neuron.bias.data = 0.5
    plot_landscape(model, X, Y, loss=mse_loss, resolution=2, rng=random.Random(5))
    centre = numbers_of(model)
    corners = [point for point, _ in grid(asked, 2)]  # (-1, -1), (1, -1), (-1, 1), (1, 1)
    first, second = (corners[1] - corners[0]) / 2, (corners[2] - corners[0]) / 2
    assert np.mean(corners, axis=0) == pytest.approx(centre)
    units = [slice(0, 3), slice(3, 6), slice(6, 9), slice(9, 13)]
    for unit in units:
        assert np.linalg.norm(first[unit]) == pytest.approx(np.linalg.norm(centre[unit]))
        assert abs(first[unit][-1]) != pytest.approx(0.5)  # a bias is no unit of its own
    assert first @ second == pytest.approx(0.0, abs=1e-12)
    assert np.linalg.norm(second) == pytest.approx(np.linalg.norm(centre))


def test_the_same_rng_draws_the_same_plane(asked):
    for _ in range(2):
        plot_landscape(network(), X, Y, loss=mse_loss, resolution=2, rng=random.Random(5))
    random.seed(5)
    plot_landscape(network(), X, Y, loss=mse_loss, resolution=2)
    thirds = [[point.tolist() for point, _ in asked[start : start + 5]] for start in (0, 5, 10)]
    assert thirds[0] == thirds[1] == thirds[2]


def test_names_of_parameters_are_the_plane_of_their_numbers(asked):
    model = network()
    names = [BIAS, WEIGHT]
    figure = plot_landscape(
        model, X, Y, loss=mse_loss, directions=names, span=(2.0, 0.5), resolution=3
    )
    axes = figure.axes[0]
    assert [axes.get_xlabel(), axes.get_ylabel()] == names
    weight, bias = numbers_of(model)[[0, 2]]
    assert axes.get_xlim() == pytest.approx((bias - 2.0, bias + 2.0))
    assert axes.get_ylim() == pytest.approx((weight - 0.5, weight + 0.5))
    points = np.array([point for point, _ in grid(asked, 3)])
    assert sorted({*points[:, 2]}) == pytest.approx([bias - 2, bias, bias + 2])
    assert sorted({*points[:, 0]}) == pytest.approx([weight - 0.5, weight, weight + 0.5])
    assert np.ptp(np.delete(points, [0, 2], axis=1), axis=0).max() == 0.0
    (mark,) = [line for line in axes.lines if len(line.get_xdata())]
    assert mark.get_xydata()[0] == pytest.approx([bias, weight])


def walked(figure, colour="#0072b2"):
    """Start mark, line and end mark of a path."""
    lines = [line for line in figure.axes[0].lines if line.get_color() == colour]
    hollow, trail, full = lines
    assert hollow.get_markerfacecolor() == "white"
    assert full.get_markerfacecolor() == colour
    return hollow.get_xydata()[0], trail.get_xydata(), full.get_xydata()[0]


def test_a_path_is_projected_on_its_principal_components():
    generator = np.random.default_rng(3)
    directions = np.linalg.qr(generator.normal(size=(13, 13)))[0]
    along = np.array([[-9.0, 0.0], [-5.0, 1.5], [-2.0, 1.0], [0.0, 0.0]])
    along -= along[-1]
    points = generator.normal(size=13) + along @ directions[:2]
    figure = plot_landscape(network(), X, Y, loss=mse_loss, path=points, resolution=3)
    start, trail, end = walked(figure)
    # In the plane of the path distances are kept, and it ends at the origin.
    assert end == pytest.approx([0.0, 0.0], abs=1e-9)
    assert start == pytest.approx(trail[0])
    for first in range(4):
        for second in range(4):
            expected = np.linalg.norm(along[first] - along[second])
            assert np.linalg.norm(trail[first] - trail[second]) == pytest.approx(expected)
    assert abs(start[0]) > 8.5  # the first component is the longer one
    assert start[0] < 0  # and leads to the end
    shares = np.linalg.svd(along - along.mean(axis=0))[1] ** 2
    share = 100 * shares[0] / shares.sum()
    assert figure.axes[0].get_xlabel() == f"principal component 1 ({share:.3g}% of the path)"
    low, high = figure.axes[0].get_xlim()
    assert (low < trail[:, 0]).all()
    assert (trail[:, 0] < high).all()


def test_components_lead_to_where_a_path_ends():
    generator = np.random.default_rng(0)
    for _ in range(10):
        points = generator.normal(size=(4, 3))
        for direction, _ in principal_directions(points):
            assert direction @ (points[-1] - points[0]) > 0
            assert np.linalg.norm(direction) == pytest.approx(1.0)


def test_a_path_is_seen_where_it_is_nearest_to_a_plane_of_other_directions():
    axes = np.eye(13)[:2]
    slanted = [axes[0], axes[0] + axes[1]]
    points = np.linspace(1.0, 2.0, 39).reshape(3, 13)
    figure = plot_landscape(
        network(), X, Y, loss=mse_loss, path=points, directions=slanted, resolution=3
    )
    moved = points - points[-1]  # = (a + b) of the first axis and b of the second, and the rest
    expected = np.column_stack([moved[:, 0] - moved[:, 1], moved[:, 1]])
    assert walked(figure)[1] == pytest.approx(expected)


def test_the_legend_has_the_losses_at_the_points_themselves():
    generator = np.random.default_rng(0)
    points = generator.normal(size=(6, 13))  # spans more than a plane
    figure = plot_landscape(network(), X, Y, loss=mse_loss, path=points, resolution=3)
    (text,) = figure.legends[0].get_texts()
    first, last = by_numpy(points[0]), by_numpy(points[-1])
    assert text.get_text() == f"path: loss {first:.4g} at the start, {last:.4g} at the end"


def test_several_paths_share_the_plane_through_the_end_of_the_first():
    generator = np.random.default_rng(0)
    paths = {name: generator.normal(size=(5, 13)) for name in ("slow", "quick")}
    figure = plot_landscape(
        network(), X, Y, loss=mse_loss, path=paths, span=0.01, resolution=3, title="A title"
    )
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert [text.partition(":")[0] for text in texts] == ["slow", "quick"]
    assert "outside" not in texts[0]
    assert texts[1].endswith(", outside the picture")
    assert figure.axes[0].get_title() == "A title"
    assert walked(figure)[2] == pytest.approx([0.0, 0.0], abs=1e-9)


@pytest.mark.parametrize("count", [1, 2])
def test_a_path_on_a_line_or_in_one_place_gets_random_directions_beside(count):
    points = np.stack([numbers_of(network()) * scale for scale in (1.0, 2.0)])[:count]
    figure = plot_landscape(network(), X, Y, loss=mse_loss, path=points, resolution=3)
    labels = [figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()]
    first = "principal component 1 (100% of the path)" if count == 2 else "random direction 1"
    assert labels == [first, "random direction 2"]


def test_a_parameter_path_follows_a_training():
    model = network()
    path = ParameterPath(model)
    seen = [numbers_of(model)]
    history = fit(
        model, X, Y, loss="mse_loss", epochs=7, optimizer=SGD(model.parameters(), lr=0.05),
        callbacks=[path, lambda state: seen.append(numbers_of(state.model))],
    )  # fmt: skip
    assert history.epochs == 7
    assert np.array_equal(path.points, seen)
    assert len(path) == 8
    assert repr(path) == "ParameterPath(8 points of 13 parameters)"
    figure = plot_landscape(model, X, Y, loss=mse_loss, path=path, resolution=3)
    last = by_numpy(numbers_of(model))
    assert f"{last:.4g} at the end" in figure.legends[0].get_texts()[0].get_text()


def test_a_parameter_path_keeps_some_epochs_and_the_last():
    model = network()
    seen = {}
    path = ParameterPath(every=3)
    fit(
        model, X, Y, loss="mse_loss", epochs=7,
        callbacks=[path, lambda state: seen.update({state.epoch: numbers_of(state.model)})],
    )  # fmt: skip
    assert np.array_equal(path.points, [seen[epoch] for epoch in (3, 6, 7)])


def test_a_parameter_path_refuses_what_it_cannot_keep():
    with pytest.raises(ValueError, match="every must be at least 1, not 0"):
        ParameterPath(every=0)
    with pytest.raises(TypeError, match=r"keeps model.parameters\(\).*; object has none"):
        ParameterPath(object())
    path = ParameterPath(network())
    with pytest.raises(ValueError, match="has 3 parameters, but had 13 before"):
        path.record(MLP(2, [1]))
    assert path.points.shape == (1, 13)
    assert ParameterPath().points.shape == (0, 0)


class Bare:
    """As in micrograd: parameters without names."""

    def __init__(self):
        self.both = [Value(3.0), Value(-4.0)]

    def parameters(self):
        return self.both

    def __call__(self, row):
        return self.both[0] * row[0] + self.both[1]


def test_a_model_without_names_is_one_unit(asked):
    plot_landscape(Bare(), X, Y, loss=mse_loss, resolution=2)
    corners = np.array([point for point, _ in grid(asked, 2)])
    assert np.linalg.norm(corners - [3.0, -4.0], axis=1) == pytest.approx([math.hypot(5, 5)] * 4)
    for point, answer in asked:
        assert answer == pytest.approx(((X[:, 0] * point[0] + point[1] - Y) ** 2).mean())


class Dead(Module):
    def __init__(self):
        self.first, self.second = Value(0.0), Value(0.0)

    def forward(self, row):
        return self.first * row[0] + self.second


def one_parameter():
    return MLP(1, [1], bias=False)


ONES = np.ones(13)


@in_one_test(
    "model, options, error, said",
    [
        (object(), {}, TypeError, r"moves model.parameters\(\).*; object has none"),
        (
            network(),
            {"loss": "mse"},
            TypeError,
            "a function .* such as nn.mse_loss",
        ),
        (network(), {"resolution": 1}, ValueError, "resolution must be at least 2, not 1"),
        (network(), {"y": Y[:3]}, ValueError, r"X has shape \(4, 2\) and y \(3,\)"),
        (network(), {"X": X[:0], "y": Y[:0]}, ValueError, "at least one"),
        (network(), {"path": np.ones((3, 5))}, ValueError, r"the path has shape \(3, 5\).*13"),
        (network(), {"path": {"a": np.ones((0, 13))}}, ValueError, r"path 'a' has shape \(0, 13\)"),
        (network(), {"path": ParameterPath()}, ValueError, r"the path has shape \(0, 0\)"),
        (
            network(),
            {"path": [ONES, ONES * math.nan]},
            ValueError,
            "not finite at point 1; leave out",
        ),
        (network(), {"span": 0.0}, ValueError, "span is 0.0; use a number above 0"),
        (network(), {"directions": "ab"}, TypeError, "directions must be a list of two names"),
        (network(), {"directions": [ONES]}, ValueError, "two names of parameters or two arrays"),
        (network(), {"directions": [ONES, ONES[1:]]}, ValueError, r"direction 1 has shape \(12,\)"),
        (network(), {"directions": [ONES, -2 * ONES]}, ValueError, "0 or parallel"),
        (network(), {"directions": [0 * ONES, ONES]}, ValueError, "0 or parallel"),
        (network(), {"directions": [WEIGHT, "w"]}, ValueError, "no parameter 'w'; there are layer"),
        (network(), {"directions": [BIAS, BIAS]}, ValueError, "both directions are"),
        (Bare(), {"directions": ["a", "b"]}, TypeError, "Bare has no named_parameters"),
        (one_parameter(), {}, ValueError, "1 parameter, and a plane needs two; plot_descent"),
        (Dead(), {}, ValueError, "parameters that are 0 have no random directions"),
        (
            network(),
            {"loss": lambda outputs, targets: Value(math.nan)},
            ValueError,
            "plot_landscape: the function gives nan or inf everywhere",
        ),
    ],
)
def test_what_has_no_landscape_is_refused(model, options, error, said):
    arguments = {"X": X, "y": Y, "loss": mse_loss, "resolution": 3, **options}
    with pytest.raises(error, match=said):
        plot_landscape(model, arguments.pop("X"), arguments.pop("y"), **arguments)


def test_a_landscape_is_that_of_the_loss_as_it_is_now():
    strength = [1.0]

    def loss(outputs, targets):
        return strength[0] * mse_loss(outputs, targets)

    model = network()
    objective = Objective(model, X, Y, loss)
    for number in (1.0, 3.0):
        strength[0] = number
        for _ in range(3):
            with objective.moving():
                point = numbers_of(model)
                assert objective.at(point) == pytest.approx(number * by_numpy(point), rel=1e-12)
