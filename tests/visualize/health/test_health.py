"""The numbers of a check against NumPy by hand; that nothing changes; what is refused."""

from __future__ import annotations

import math
import random
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from autograd import Value, no_grad
from nn import (
    MLP,
    SGD,
    Adam,
    AdamW,
    Conv2d,
    Dropout,
    Flatten,
    Layer,
    MaxPool2d,
    Neuron,
    RMSprop,
    Sequential,
    cross_entropy,
    mse_loss,
)
from tests.in_one_test import in_one_test
from visualize import health

RNG = np.random.default_rng(7)
X = RNG.normal(size=(20, 3))
Y = RNG.normal(size=(20, 2))


def matrix(layer):
    """Weights of shape (outputs, inputs) and biases of a layer of neurons or kernels."""
    units = getattr(layer, "neurons", None) or layer.kernels
    return (
        np.array([[weight.data for weight in unit.weights] for unit in units]),
        np.array([unit.bias.data for unit in units]),
    )


def backpropagated(model, inputs, delta_of, slopes):
    """Outputs, gradients by them, and gradients by parameters, layer by layer, in NumPy.

    `delta_of(outputs)` is the gradient of the loss, `slopes[k](outputs)` the derivative of the
    activation of layer k in terms of its outputs; `slopes[k].function` the activation.
    """
    outputs, signal = [], np.asarray(inputs)
    for layer, slope in zip(model.layers, slopes):
        weights, biases = matrix(layer)
        signal = slope.function(signal @ weights.T + biases)
        outputs.append(signal)
    delta = delta_of(outputs[-1])
    by_outputs, by_parameters = [], []
    for k in reversed(range(len(outputs))):
        by_outputs.insert(0, delta)
        inner = delta * slopes[k].slope(outputs[k])
        before = outputs[k - 1] if k else np.asarray(inputs)
        by_parameters.insert(0, np.concatenate([(inner.T @ before).ravel(), inner.sum(axis=0)]))
        delta = inner @ matrix(model.layers[k])[0]
    return outputs, by_outputs, by_parameters


TANH = SimpleNamespace(function=np.tanh, slope=lambda out: 1 - out**2)
RELU = SimpleNamespace(function=lambda x: np.maximum(x, 0), slope=lambda out: (out > 0) * 1.0)
SIGMOID = SimpleNamespace(
    function=lambda x: 1 / (1 + np.exp(-x)), slope=lambda out: out * (1 - out)
)
LINEAR = SimpleNamespace(function=lambda x: x, slope=np.ones_like)
BY_NAME = {"tanh": TANH, "relu": RELU, "sigmoid": SIGMOID}


def assert_statistics(statistics, expected):
    """Compare with NumPy's own."""
    expected = np.ravel(expected)
    assert statistics.count == expected.size
    assert statistics.not_finite == 0
    assert statistics.zero == np.mean(expected == 0)
    assert statistics.mean == pytest.approx(expected.mean(), rel=1e-9, abs=1e-15)
    assert statistics.std == pytest.approx(expected.std(), rel=1e-9)
    assert statistics.rms == pytest.approx(np.sqrt(np.mean(expected**2)), rel=1e-9)
    assert statistics.least == pytest.approx(expected.min(), rel=1e-9)
    assert statistics.largest == pytest.approx(expected.max(), rel=1e-9)
    assert statistics.peak == pytest.approx(np.abs(expected).max(), rel=1e-9)
    shares = [0.05, 0.25, 0.5, 0.75, 0.95]
    assert statistics.quantiles == pytest.approx(np.quantile(expected, shares), abs=1e-12)
    sizes = np.abs(expected[expected != 0])
    expected = np.quantile(sizes, shares) if sizes.size else ()
    assert statistics.magnitudes == pytest.approx(expected, rel=1e-9)


@in_one_test("activation", list(BY_NAME))
@in_one_test("widths", [[4, 5, 2], [2], [1, 1, 2]])
def test_numbers_of_a_network_are_those_of_numpy(activation, widths):
    model = MLP(3, widths, activation, rng=random.Random(2))
    for number, (_, parameter) in enumerate(model.named_parameters()):
        parameter.data += 0.1 * math.sin(number)  # biases too
    report = health(model, X, Y)
    slopes = [BY_NAME[activation]] * (len(widths) - 1) + [LINEAR]
    outputs, by_outputs, by_parameters = backpropagated(
        model, X, lambda out: 2 * (out - Y) / out.size, slopes
    )
    assert [layer.name for layer in report.layers] == [f"layers.{k}" for k in range(len(widths))]
    assert [layer.units for layer in report.layers] == widths
    made_by = [activation] * (len(widths) - 1) + ["linear"]
    assert [layer.made_by for layer in report.layers] == made_by
    assert [layer.is_output for layer in report.layers] == [False] * (len(widths) - 1) + [True]
    for k, layer in enumerate(report.layers):
        assert_statistics(layer.activations, outputs[k])
        assert_statistics(layer.gradients, by_outputs[k])
        assert_statistics(layer.weight_gradients, by_parameters[k])
        assert_statistics(
            layer.weights, np.concatenate([m.ravel() for m in matrix(model.layers[k])])
        )
        assert layer.unreached == 0
        assert layer.update is None
    assert report.loss == pytest.approx(np.mean((outputs[-1] - Y) ** 2), rel=1e-12)
    assert (report.examples, report.available) == (20, 20)


def test_numbers_of_a_convolution_are_those_of_numpy():
    rng = random.Random(3)
    model = Sequential(
        Conv2d(1, 2, 3, "relu", padding=1, rng=rng),
        MaxPool2d(2),
        Flatten(),
        Dropout(0.5, rng=rng),
        Layer(8, 3, "linear", rng=rng),
    )
    for kernel in model.layers[0].kernels:
        kernel.bias.data = 4.0  # all outputs are above 0, so that no window has two largest
    images = RNG.uniform(size=(6, 4, 4))
    classes = [0, 1, 2, 2, 1, 0]
    report = health(model, images, classes, loss=cross_entropy)

    kernels, biases = matrix(model.layers[0])
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(framed, (3, 3), axis=(1, 2))
    maps = np.einsum("nrcij,kij->nkrc", windows, kernels.reshape(2, 3, 3)) + biases[:, None, None]
    blocks = maps.reshape(6, 2, 2, 2, 2, 2)
    pooled = blocks.max(axis=(3, 5))
    weights, offsets = matrix(model.layers[4])
    logits = pooled.reshape(6, 8) @ weights.T + offsets
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    delta = (shares - np.eye(3)[classes]) / 6
    of_pooled = (delta @ weights).reshape(pooled.shape)
    chosen = blocks == pooled[:, :, :, None, :, None]
    of_maps = (chosen * of_pooled[:, :, :, None, :, None]).reshape(maps.shape)
    of_kernels = np.einsum("nkrc,nrcij->kij", of_maps, windows)

    assert [layer.name for layer in report.layers] == ["layers.0", "layers.1", "layers.4"]
    assert [layer.units for layer in report.layers] == [2, 8, 3]
    convolution, pooling, dense = report.layers
    assert_statistics(convolution.activations, maps)
    assert_statistics(convolution.gradients, of_maps)
    by_biases = of_maps.sum(axis=(0, 2, 3))
    assert_statistics(convolution.weight_gradients, [*of_kernels.ravel(), *by_biases])
    assert_statistics(pooling.activations, pooled)
    assert_statistics(pooling.gradients, of_pooled)
    assert pooling.weights is pooling.weight_gradients is pooling.update is None
    assert pooling.dead == convolution.dead == ()
    assert_statistics(dense.activations, logits)
    assert_statistics(dense.gradients, delta)
    assert report.loss_name == "cross_entropy"
    expected_loss = -np.mean(np.log(shares[np.arange(6), classes]))
    assert report.loss == pytest.approx(expected_loss, rel=1e-12)


@pytest.mark.parametrize(
    "make",
    [
        lambda parameters: SGD(parameters, lr=0.5),
        lambda parameters: SGD(parameters, lr=0.1, momentum=0.9, weight_decay=0.1),
        lambda parameters: Adam(parameters, lr=0.01),
        lambda parameters: AdamW(parameters, lr=0.02),
        lambda parameters: RMSprop(parameters, momentum=0.5),
    ],
)
def test_the_update_is_that_of_the_step_that_follows(make):
    model = MLP(3, [4, 2], "tanh", rng=random.Random(4))
    optimizer = make(model.parameters())
    for _ in range(3):  # so that momenta are not 0
        optimizer.zero_grad()
        mse_loss([model(x) for x in X.tolist()], Y.tolist()).backward()
        expected = health(model, X, Y, optimizer=optimizer)
        before = [np.concatenate([m.ravel() for m in matrix(layer)]) for layer in model.layers]
        optimizer.step()
        for layer, old, found in zip(model.layers, before, expected.layers):
            moved = np.concatenate([m.ravel() for m in matrix(layer)]) - old
            assert found.update == pytest.approx(np.linalg.norm(moved) / np.linalg.norm(old))


def test_an_optimizer_without_a_rule_steps_by_lr_times_the_gradient():
    model = MLP(3, [4, 2], "tanh", rng=random.Random(4))
    plain = SimpleNamespace(lr=0.25, parameters=model.layers[1].parameters())
    first, last = health(model, X, Y, optimizer=plain).layers
    assert first.update is None  # it does not move these
    assert last.update == pytest.approx(0.25 * last.weight_gradients.rms / last.weights.rms)


def test_an_update_of_weights_that_are_all_zero_has_no_ratio():
    model = MLP(3, [2], initializer="zeros")
    (layer,) = health(model, X, Y, optimizer=SGD(model.parameters(), lr=0.1)).layers
    assert layer.weight_gradients.rms > 0
    assert layer.update is None


def test_nothing_of_a_model_changes():
    model = Sequential(
        Layer(3, 4, "relu", rng=random.Random(1)), Dropout(0.5), Layer(4, 2, rng=random.Random(2))
    )
    optimizer = Adam(model.parameters())
    mse_loss([model(x) for x in X.tolist()], Y.tolist()).backward()
    optimizer.step()
    model.layers[1].training = False  # one module is in another mode than the rest
    state = random.Random(9).getstate()
    random.setstate(state)

    def everything():
        return (
            [(p.data, p.grad, p.has_grad) for p in model.parameters()],
            [module.training for _, module in model.named_modules()],
            optimizer.state_dict(),
            random.getstate(),
        )

    before = everything()
    first = health(model, X, Y, optimizer=optimizer)
    assert everything() == before
    assert health(model, X, Y, optimizer=optimizer) == first  # dropout rests


def test_a_model_without_modes_uses_up_no_random_number_and_is_put_back():
    class Noisy:
        training = True

        def __init__(self):
            self.w = Value(1.0)
            self.modes = []

        def named_parameters(self):
            return [("w", self.w)]

        def train(self):
            self.training = True

        def eval(self):
            self.training = False

        def __call__(self, x):
            self.modes.append(self.training)
            return self.w * x[0] * random.random()

    model = Noisy()
    random.seed(3)
    expected = random.random()
    random.seed(3)
    health(model, [[1.0], [2.0]], [0.0, 0.0])
    assert random.random() == expected
    assert model.modes == [False, False]
    assert model.training


def test_modes_come_back_after_an_error():
    model = MLP(3, [4, 2])

    def broken(predictions, targets):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        health(model, X, Y, loss=broken)
    assert all(module.training for _, module in model.named_modules())


def test_overflows_are_reported_and_not_warned_of():
    class Steep:
        def __init__(self):
            self.w = Value(1000.0, label="w")

        def named_parameters(self):
            return [("w", self.w)]

        def __call__(self, x):
            return (self.w * x[0]).exp()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = health(Steep(), [[1.0], [0.0]], [0.0, 0.0])
    assert report.verdict == "nan in Steep: 1 of 2 activations is nan or infinite"
    assert report.layers[0].activations.largest == 1.0  # of those that are finite


def test_rows_are_spread_evenly():
    seen = []

    class Watched(Neuron):
        def forward(self, x):
            seen.append(x[0])
            return super().forward(x)

    inputs = [[float(row)] for row in range(10)]
    report = health(Watched(1), inputs, [0.0] * 10, rows=4)
    assert seen == [0.0, 2.0, 5.0, 7.0]
    assert (report.examples, report.available) == (4, 10)
    seen.clear()
    health(Watched(1), inputs, [0.0] * 10)
    assert seen == [row[0] for row in inputs]


def test_lists_arrays_and_single_outputs_give_the_same():
    model = MLP(3, [4, 1], "tanh", rng=random.Random(1))
    target = Y[:, 0]
    expected = health(model, X, target)
    assert health(model, X.tolist(), target.tolist()) == expected
    assert health(model, list(X), target[:, None]) == expected
    assert health(model, X, target, loss=mse_loss).layers == expected.layers


@in_one_test(
    "change, error, said",
    [
        ({"model": lambda x: x}, TypeError, r"has named_parameters\(\), such as an nn.Module, not"),
        ({"model": MLP}, TypeError, "takes a model that is called with one row"),
        ({"model": Flatten()}, ValueError, "the model has no parameters"),
        ({"X": X[:5]}, ValueError, "X has 5 rows but y has 20"),
        ({"X": [], "y": []}, ValueError, "X holds no row"),
        ({"X": 3.0}, TypeError, "X must hold one row per example, not be a float"),
        ({"y": np.float64(3.0)}, TypeError, "y must hold one row per example"),
        ({"rows": 0}, ValueError, "at, must be at least 1, not 0"),
        ({"loss": "mse_loss"}, TypeError, "loss must be a function .*, such as nn.cross_entropy"),
        ({"loss": lambda p, t: 3.0}, TypeError, "must return one Value, not 3.0; is .data used"),
        ({"y": [0] * 20}, ValueError, "row 0: the model gives 2 outputs and y has 1, .* pass"),
        ({"optimizer": "adam"}, TypeError, "an optimizer has `lr` and .* 'adam' does not"),
        (
            {"optimizer": SGD([Value(1.0)])},
            ValueError,
            "the optimizer holds no parameter of this model",
        ),
    ],
)  # fmt: skip
def test_mistakes_are_named(change, error, said):
    arguments = {"model": MLP(3, [2]), "X": X, "y": Y} | change
    with pytest.raises(error, match=f"health.*{said}"):
        health(arguments.pop("model"), arguments.pop("X"), arguments.pop("y"), **arguments)


def test_a_row_that_is_not_finite_is_named():
    broken = X.copy()
    broken[13, 1] = math.inf
    with pytest.raises(ValueError, match="row 13 of X holds nan or inf"):
        health(MLP(3, [2]), broken, Y)
    health(MLP(3, [2]), broken, Y, rows=4)  # rows 0, 5, 10, 15


def test_a_model_that_gives_plain_numbers_is_refused():
    class Plain(Neuron):
        def forward(self, x):
            return super().forward(x).data

    with pytest.raises(TypeError, match="in which there is no Value"):
        health(Plain(3), X, Y[:, 0])


def test_there_is_nothing_to_see_under_no_grad():
    with no_grad(), pytest.raises(RuntimeError, match=r"call it outside of no_grad\(\)"):
        health(MLP(3, [2]), X, Y)


def test_of_one_example_nobody_can_tell_whether_the_output_changes():
    report = health(MLP(1, [1], rng=random.Random(0)), [[1.0]], [1.0], loss=mse_loss)
    assert "constant output" not in [finding.kind for finding in report.findings]
