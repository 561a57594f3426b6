"""Illnesses that are provoked, and the verdict on each; what is healthy is called so."""

from __future__ import annotations

import math
import random
from types import SimpleNamespace

import pytest

from autograd import Value, clip
from nn import (
    MLP,
    SGD,
    Adam,
    Layer,
    Module,
    Sequential,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    fit,
    hinge_loss,
    mse_loss,
)
from tests.in_one_test import in_one_test
from visualize import HealthMonitor, health
from visualize.health import KINDS, Finding

RNG = random.Random(11)
X = [[RNG.gauss(0, 1), RNG.gauss(0, 1)] for _ in range(40)]
INSIDE = [float(math.hypot(*x) < 1.1) for x in X]
BCE = binary_cross_entropy_with_logits


def network(widths, activation, scale=1.0, seed=0, **settings):
    """A network whose initial weights are multiplied by a factor."""
    model = MLP(2, widths, activation, rng=random.Random(seed), **settings)
    for parameter in model.parameters():
        parameter.data *= scale
    return model


def kinds(report):
    return [finding.kind for finding in report.findings]


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "gelu", "leaky_relu"])
def test_new_networks_are_healthy_and_stay_so_while_they_learn(activation):
    model = network([8, 8, 1], activation, seed=3)
    optimizer = Adam(model.parameters(), lr=0.01)
    report = health(model, X, INSIDE, loss=BCE, optimizer=optimizer)
    assert (report.verdict, report.healthy, report.findings) == ("healthy", True, ())
    history = fit(
        model, X, INSIDE, loss=BCE, optimizer=optimizer, epochs=60, batch_size=8,
        rng=random.Random(1),
    )  # fmt: skip
    assert history["loss"][-1] < 0.95 * history["loss"][0]
    assert health(model, X, INSIDE, loss=BCE, optimizer=optimizer).verdict == "healthy"


def test_classes_and_logits():
    model = network([8, 3], "relu")
    classes = [row % 3 for row in range(len(X))]
    assert health(model, X, classes, loss=cross_entropy).verdict == "healthy"


@pytest.mark.parametrize("layer", [0, 1])
def test_dead_units_are_numbered_and_their_layer_is_named(layer):
    model = network([6, 6, 1], "relu", seed=2)
    for other in model.layers[:2]:
        for neuron in other.neurons:
            neuron.bias.data = 4.0  # all others are on
    for unit in (1, 2, 5):
        model.layers[layer].neurons[unit].bias.data = -100.0
    report = health(model, X, INSIDE, loss=BCE)
    (finding,) = report.findings
    assert (finding.kind, finding.layer) == ("dead", f"layers.{layer}")
    assert report.layers[layer].dead == (1, 2, 5)
    assert report.verdict == (
        f"dead units in layers.{layer}: 3 of 6 relu units (1, 2, 5) are off on all 40 examples"
    )


def test_a_few_dead_units_are_counted_but_no_illness():
    model = network([8, 1], "relu", seed=1)
    assert health(model, X, INSIDE, loss=BCE).layers[0].dead == ()
    model.layers[0].neurons[6].bias.data = -100.0
    report = health(model, X, INSIDE, loss=BCE)
    assert report.layers[0].dead == (6,)
    assert report.healthy


def test_a_unit_that_is_on_for_one_example_is_not_dead():
    model = network([2, 1], "relu")
    first = model.layers[0].neurons[0]
    first.weights[0].data, first.weights[1].data = 1.0, 0.0
    largest, second, *_ = sorted((x[0] for x in X), reverse=True)
    first.bias.data = -(largest + second) / 2
    assert 0 not in health(model, X, INSIDE, loss=BCE).layers[0].dead
    first.bias.data = -largest - 0.1
    assert 0 in health(model, X, INSIDE, loss=BCE).layers[0].dead


def test_a_dead_layer_is_blamed_and_not_those_before_it():
    model = network([5, 5, 5, 1], "relu")
    for neuron in model.layers[1].neurons:
        neuron.bias.data = -100.0
    report = health(model, X, INSIDE, loss=BCE)
    assert report.layers[0].gradients.peak == 0.0
    assert report.verdict == (
        "dead units in layers.1: 5 of 5 relu units (0, 1, 2, 3, 4) are off on all 40 examples"
    )
    assert "vanishing" not in kinds(report)
    for neuron in model.layers[0].neurons[:3]:
        neuron.bias.data = -100.0
    found = health(model, X, INSIDE, loss=BCE)
    assert [finding.layer for finding in found.findings][:3] == [
        "layers.1", "layers.2", "layers.0",  # the second gets zeros, of which it makes zeros
    ]  # fmt: skip
    assert found.text.count("->") == len(set(kinds(found)))  # advice once for each kind


def test_units_of_other_operations_are_dead_where_they_are_flat():
    class Clipped(Module):
        def __init__(self):
            self.inner, self.outer = Layer(2, 4, lambda v: clip(v, 0.0, 1.0)), Layer(4, 1, "linear")
            for neuron in self.inner.neurons[:3]:
                neuron.bias.data = 50.0

        def forward(self, x):
            return self.outer(self.inner(x))

    report = health(Clipped(), X, INSIDE)
    assert report.layers[0].dead[:3] == (0, 1, 2)
    assert report.layers[0].made_by == "clip"


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_huge_weights_saturate(activation):
    model = network([6, 1], activation, scale=100.0)
    report = health(model, X, INSIDE, loss=BCE)
    assert kinds(report)[0] == "saturated"
    assert report.findings[0].layer == "layers.0"
    assert report.layers[0].dead == ()
    count = len(report.layers[0].saturated)
    assert count > 3
    assert f"{count} of 6 {activation} units" in report.verdict
    assert report.layers[0].near_bounds > 0.8


def test_saturated_means_beyond_99_percent_of_tanh_on_nine_of_ten_examples():
    model = Sequential(Layer(1, 1, "tanh"), Layer(1, 1, "linear"))
    (neuron,) = model.layers[0].neurons
    neuron.weights[0].data = 1.0
    edge = math.atanh(0.99)
    for near, expected in ((9, (0,)), (8, ())):
        inputs = [[math.copysign(edge + 0.001, place - 4)] for place in range(near)]
        inputs += [[edge - 0.001]] * (10 - near)
        layer, _ = health(model, inputs, [0.0] * 10).layers
        assert (layer.saturated, layer.near_bounds) == (expected, near / 10)


def test_answers_near_0_and_1_are_no_illness():
    model = MLP(2, [1], rng=random.Random(1))
    certain = Sequential(model, Layer(1, 1, "sigmoid"))
    certain.layers[1].neurons[0].weights[0].data = 1000.0
    report = health(certain, X, INSIDE, loss=binary_cross_entropy)
    assert report.layers[-1].saturated == (0,)
    assert "saturated" not in kinds(report)


def test_gradients_vanish_through_small_weights():
    report = health(network([6] * 6 + [1], "tanh", scale=0.05), X, INSIDE, loss=BCE)
    assert kinds(report)[0] == "vanishing"
    first, *_, last = report.layers
    factor = last.gradients.rms / first.gradients.rms
    assert report.verdict == (
        f"vanishing gradients in layers.0: rms {first.gradients.rms:.2g}, "
        f"{factor:.2g} times smaller than in layers.6"
    )
    assert factor > 1e5


def test_gradients_vanish_through_sigmoids():
    report = health(network([6] * 10 + [1], "sigmoid"), X, INSIDE, loss=BCE)
    assert report.verdict.startswith("vanishing gradients in layers.0: rms ")


def test_gradients_that_are_exactly_zero_behind_saturated_units():
    model = network([4, 4, 1], "tanh", scale=1.0)
    for neuron in model.layers[1].neurons:
        neuron.bias.data = 500.0
    report = health(model, X, INSIDE, loss=BCE)
    assert kinds(report) == ["vanishing", "saturated", "constant output"]
    said = r"vanishing gradients in layers.0: exactly 0, where layers.1 has a rms of "
    assert report.verdict.startswith(said)
    assert report.findings[1].layer == "layers.1"


@pytest.mark.parametrize(("activation", "scale"), [("relu", 12.0), ("linear", 12.0)])
def test_gradients_explode_through_large_weights(activation, scale):
    model = network([6] * 5 + [1], activation, scale=scale, seed=5)
    report = health(model, X, INSIDE)
    first = report.layers[0]
    assert kinds(report)[0] == "exploding"
    assert report.verdict.startswith(
        f"exploding gradients in layers.0: rms {first.gradients.rms:.2g}, "
    )
    assert report.verdict.endswith(" times larger than in layers.5")


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_the_first_layer_with_a_bad_parameter_is_named(bad):
    model = network([4, 4, 1], "tanh")
    model.layers[1].neurons[2].weights[0].data = bad
    model.layers[2].neurons[0].bias.data = bad
    report = health(model, X, INSIDE, loss=BCE, optimizer=Adam(model.parameters()))
    assert report.verdict == "nan in layers.1: 1 of 20 parameters is nan or infinite"
    assert kinds(report) == ["nan"]
    assert report.text
    assert not report.healthy


def test_the_first_layer_with_a_bad_output_is_named():
    class Root(Module):
        def __init__(self):
            self.inner, self.outer = Layer(2, 3, lambda v: v.sqrt()), Layer(3, 1, "linear")

        def forward(self, x):
            return self.outer(self.inner(x))

    report = health(Root(), X, INSIDE)
    count = report.layers[0].activations.not_finite
    assert 0 < count < 120
    assert report.verdict == f"nan in inner: {count} of 120 activations are nan or infinite"


def test_a_loss_that_refuses_bad_outputs_does_not_hide_where_they_come_from():
    model = Sequential(Layer(2, 3, "tanh"), Layer(3, 1, "sigmoid"))
    model.layers[0].neurons[1].bias.data = math.nan
    report = health(model, X, INSIDE, loss=binary_cross_entropy)
    assert report.verdict == "nan in layers.0: 1 of 9 parameters is nan or infinite"
    assert math.isnan(report.loss)
    good = Sequential(Layer(2, 3, "tanh"), Layer(3, 1, "linear"))
    for parameter in good.parameters():
        parameter.data = 9.0
    with pytest.raises(ValueError, match="is no probability"):  # of finite outputs it is the user's
        health(good, X, INSIDE, loss=binary_cross_entropy)


def test_a_loss_and_a_gradient_that_are_not_finite():
    model = network([3, 1], "tanh")
    report = health(model, X, INSIDE, loss=lambda p, t: mse_loss(p, t) * math.inf)
    assert report.verdict == "nan: the loss is inf, of outputs that are all finite"

    class Edge(Module):
        def __init__(self):
            self.inner, self.outer = Layer(2, 3), Layer(3, 1, lambda v: (v - v.detach()).sqrt())

        def forward(self, x):
            return self.outer(self.inner(x))

    report = health(Edge(), X, INSIDE)
    assert report.findings[0].kind == "nan"
    assert report.findings[0].layer == "outer"
    assert "gradients of parameters are nan or infinite" in report.verdict


def test_detached_layers_are_named():
    class Cut(Module):
        def __init__(self):
            self.inner, self.outer = Layer(2, 3, "tanh"), Layer(3, 1, "linear")

        def forward(self, x):
            return self.outer([value.detach() for value in self.inner(x)])

    report = health(Cut(), X, INSIDE)
    assert report.verdict == "no gradient in inner: the loss does not depend on its 9 parameters"
    assert kinds(report) == ["unreached"]


def test_a_part_of_a_layer_that_is_not_reached():
    class Half(Module):
        def __init__(self):
            self.inner = Layer(2, 3, "tanh")

        def forward(self, x):
            return self.inner(x)[:2]

    report = health(Half(), X, [[0.0, 0.0]] * 40)
    said = "no gradient in inner: the loss does not depend on 3 of its 9 parameters"
    assert report.verdict == said


def test_a_flat_loss():
    model = network([4, 1], "tanh")
    model.layers[1].neurons[0].bias.data = 100.0
    report = health(model, X, [1] * 40, loss=hinge_loss)  # all margins are kept
    assert report.verdict == "no gradient: the derivatives by all parameters are exactly 0"
    assert kinds(report) == ["flat"]
    assert "hinge loss" in report.findings[0].advice


@pytest.mark.parametrize(
    ("lr", "expected"),
    [(50.0, ["large updates"]), (0.05, []), (1e-9, ["small updates"])],
)
def test_updates_are_judged_by_the_weights(lr, expected):
    model = network([5, 1], "tanh", seed=4)
    report = health(model, X, INSIDE, loss=BCE, optimizer=SGD(model.parameters(), lr=lr))
    assert kinds(report) == expected
    if expected == ["large updates"]:
        layer = max(report.layers, key=lambda layer: layer.update)
        assert report.verdict == (
            f"updates too large in {layer.name}: a step moves its weights by "
            f"{layer.update:.2g} times their size; about 0.001 is usual"
        )
    if expected == ["small updates"]:
        assert report.verdict.startswith("updates too small in all layers: a step moves weights by")


def test_all_that_is_wrong_is_found_the_worst_first():
    model = network([8] * 6 + [1], "sigmoid", scale=0.2)
    for neuron in model.layers[2].neurons:
        neuron.bias.data = 60.0
    report = health(model, X, INSIDE, loss=BCE, optimizer=SGD(model.parameters(), lr=500.0))
    found = kinds(report)
    assert found == sorted(found, key=KINDS.index)
    assert {"vanishing", "saturated", "large updates"} <= set(found)
    assert report.verdict == report.findings[0].says == str(report.findings[0])


def test_every_kind_has_its_advice():
    for kind in KINDS:
        advice = Finding(kind, "", "").advice
        assert advice.endswith(".")
        assert len(advice) < 96  # a line of a terminal


def test_models_of_a_single_unit():
    model = MLP(1, [1], rng=random.Random(0))
    report = health(model, [[1.0], [2.0]], [0.5, 1.0], optimizer=SGD(model.parameters(), lr=0.001))
    (layer,) = report.layers
    assert (layer.units, layer.activations.count, layer.weights.count) == (1, 2, 2)
    assert report.healthy


def test_a_value_as_model_output_of_several_at_any_depth():
    class Deep(Module):
        def __init__(self):
            self.w = Value(0.5)

        def forward(self, x):
            return [[self.w * x[0]], [self.w * x[1], self.w]]

    report = health(Deep(), X, [[[0.0], [0.0, 0.0]]] * 40)
    assert report.layers[0].activations.count == 80  # the parameter itself is no activation
    assert report.loss == pytest.approx(
        sum((0.5 * x[0]) ** 2 + (0.5 * x[1]) ** 2 + 0.25 for x in X) / 120
    )


@in_one_test("factor", [1e-4, 0.9e-3, 1.1e-3, 1.0, 0.9e3, 1.1e3, 1e4])
def test_gradients_stand_out_beyond_a_factor_of_a_thousand(factor):
    class Scaled(Module):
        """The weight of the last layer is what the gradient by the first is multiplied with."""

        def __init__(self):
            rng = random.Random(0)
            self.first, self.last = (Layer(1, 1, "linear", rng=rng) for _ in range(2))

        def forward(self, x):
            return self.last(self.first(x))

    model = Scaled()
    (neuron,) = model.last.neurons
    neuron.weights[0].data = factor
    report = health(model, [[1.0], [2.0]], [5.0, -3.0])
    expected = ["vanishing"] if factor < 1e-3 else ["exploding"] if factor > 1e3 else []
    assert kinds(report) == expected
    first, last = report.layers
    assert first.gradients.rms == pytest.approx(factor * last.gradients.rms)


def test_one_unit_and_one_example_are_in_the_singular():
    model = MLP(2, [3, 1], rng=random.Random(0))
    for neuron in model.layers[0].neurons[1:]:
        neuron.bias.data = 9.0
    model.layers[0].neurons[0].bias.data = -9.0
    verdict = health(model, [[0.0, 1.0]], [1.0]).verdict
    assert verdict == "units off in layers.0: 1 of 3 relu units (0) is off in this example"


def test_one_example_is_no_evidence_of_a_dead_unit():
    model = network([6, 6, 1], "relu", seed=2)
    for neuron in model.layers[1].neurons:
        neuron.bias.data = -100.0
    Text = pytest.importorskip("matplotlib.text").Text
    one, two = (health(model, X[:rows], INSIDE[:rows], loss=BCE) for rows in (1, 2))
    every = tuple(range(6))
    assert (one.layers[1].off, one.layers[1].dead) == (every, ())
    assert (two.layers[1].off, two.layers[1].dead) == (every, every)
    assert [kinds(one)[0], kinds(two)[0]] == ["off", "dead"]
    monitor = HealthMonitor(X[:1], INSIDE[:1], loss=BCE, stop_on=["dead"])
    assert not monitor(SimpleNamespace(model=model, optimizer=SGD(model.parameters()), epoch=1))
    figures = [report.figure for report in (one, monitor)]
    labels = [text.get_text() for figure in figures for text in figure.findobj(Text)]
    for shown in (one.text, str(one), repr(one), *labels):
        assert "dead" not in shown.replace("does not tell a dead unit", "")
    assert {"6 of 6 off", "share that is off or saturated"} <= set(labels)
