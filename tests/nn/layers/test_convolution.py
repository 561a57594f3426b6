"""Conv2d: feature maps against SciPy and torch, gradients against differences, errors."""

import random

import numpy as np
import pytest

from autograd import Value, compile, topological_order
from nn import Conv2d, Flatten, Layer, MaxPool2d, Sequential, fit
from nn.matching import numbers_of
from tests.in_one_test import in_one_test

signal = pytest.importorskip("scipy.signal", reason="SciPy comes with the extra demos")

RNG = np.random.default_rng(0)


def filled(layer, seed=0):
    """Give weights and biases numbers of their own."""
    rng = random.Random(seed)
    for parameter in layer.parameters():
        parameter.data = rng.gauss(0.0, 1.0)
    return layer


def arrays_of(layer):
    """Return weights of shape (out, in, rows, columns) and biases."""
    weights = np.array([[w.data for w in kernel.weights] for kernel in layer.kernels])
    biases = np.array([0.0 if k.bias is None else k.bias.data for k in layer.kernels])
    return weights.reshape(len(layer.kernels), layer.channels_in, *layer.kernel_size), biases


def by_scipy(layer, image):
    """Correlate every channel with its part of each kernel; drop rows and columns for strides."""
    weights, biases = arrays_of(layer)
    rows, columns = layer.padding
    image = np.pad(image, ((0, 0), (rows, rows), (columns, columns)))
    maps = [
        sum(signal.correlate2d(c, w, mode="valid") for c, w in zip(image, kernel)) + bias
        for kernel, bias in zip(weights, biases)
    ]
    return np.array(maps)[:, :: layer.stride[0], :: layer.stride[1]]


SHAPES = [
    ((1, 1, 3), {}, (1, 6, 7)),
    ((1, 4, (2, 3)), {"bias": False}, (1, 5, 5)),
    ((3, 2, 3), {"padding": 1}, (3, 5, 6)),
    ((2, 3, 3), {"stride": 2}, (2, 8, 9)),
    ((2, 2, (1, 4)), {"stride": (2, 3), "padding": (0, 2)}, (2, 5, 8)),
    ((1, 2, 5), {"padding": (3, 4)}, (1, 2, 1)),
    ((1, 1, (4, 4)), {}, (1, 4, 4)),
]


@pytest.mark.parametrize(("sizes", "settings", "shape"), SHAPES)
def test_feature_maps_are_those_of_scipy(sizes, settings, shape):
    layer = filled(Conv2d(*sizes, **settings))
    image = RNG.normal(size=shape)
    maps = np.array(numbers_of(layer(image)))
    expected = by_scipy(layer, image)
    assert maps.shape == expected.shape
    np.testing.assert_allclose(maps, expected, rtol=1e-13, atol=1e-13)
    np.testing.assert_array_equal(numbers_of(layer(image.tolist())), maps)


@pytest.mark.parametrize(("sizes", "settings", "shape"), SHAPES)
def test_gradients_are_those_of_torch(sizes, settings, shape):
    torch = pytest.importorskip("torch", reason="torch is no dependency: its install is gigabytes")
    layer = filled(Conv2d(*sizes, activation="tanh", **settings))
    image = RNG.normal(size=shape)
    inputs = [[[Value(x) for x in row] for row in channel] for channel in image]
    maps = layer(inputs)
    upstream = RNG.normal(size=np.shape(numbers_of(maps)))
    total = sum(
        (a * b for a, b in zip(Flatten()(maps), upstream.ravel().tolist())), start=Value(0.0)
    )
    total.backward()

    weights, biases = (torch.tensor(a, requires_grad=True) for a in arrays_of(layer))
    tensor = torch.tensor(image, requires_grad=True)
    places = {"stride": layer.stride, "padding": layer.padding}
    theirs = torch.nn.functional.conv2d(tensor[None], weights, biases, **places)[0].tanh()
    theirs.backward(torch.tensor(upstream))
    np.testing.assert_allclose(numbers_of(maps), theirs.detach(), rtol=1e-12, atol=1e-13)
    ours = [[w.grad for w in kernel.weights] for kernel in layer.kernels]
    np.testing.assert_allclose(np.ravel(ours), weights.grad.ravel(), rtol=1e-11, atol=1e-12)
    if settings.get("bias", True):
        grads = [kernel.bias.grad for kernel in layer.kernels]
        np.testing.assert_allclose(grads, biases.grad, rtol=1e-11, atol=1e-12)
    slopes = [[[x.grad for x in row] for row in channel] for channel in inputs]
    np.testing.assert_allclose(slopes, tensor.grad, rtol=1e-11, atol=1e-12)


def test_gradients_are_central_differences():
    layer = filled(Conv2d(2, 2, 2, "tanh", padding=1))
    image = RNG.normal(size=(2, 3, 3))

    def total():
        return sum(Flatten()(layer(image)), start=Value(0.0))

    total().backward()
    for parameter in layer.parameters():
        at, step = parameter.data, 1e-6
        parameter.data = at + step
        above = total().data
        parameter.data = at - step
        below = total().data
        parameter.data = at
        assert parameter.grad == pytest.approx((above - below) / (2 * step), rel=1e-7, abs=1e-9)


def test_a_kernel_is_a_neuron_with_nodes_of_its_own_scope():
    layer = Conv2d(1, 2, 2)
    model = Sequential(layer, Flatten())
    nodes = topological_order(*model([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    scopes = {node.scope for node in nodes if node.op is not None}
    assert scopes == {f"Sequential/layers.0/kernels.{k}" for k in (0, 1)}
    names = [name for name, _ in model.named_parameters()]
    assert names[:5] == [*(f"layers.0.kernels.0.weights.{i}" for i in range(4)),
                         "layers.0.kernels.0.bias"]  # fmt: skip


def test_a_neuron_sees_its_window_only():
    layer = filled(Conv2d(1, 1, 2))
    image = [[Value(float(3 * row + column)) for column in range(3)] for row in range(3)]
    layer(image)[0][0][1].backward()
    reached = [[pixel.has_grad for pixel in row] for row in image]
    assert reached == [[False, True, True], [False, True, True], [False, False, False]]


def test_initial_weights_scale_with_the_window():
    rng = random.Random(0)
    relu, linear = (Conv2d(4, 40, 5, activation, rng=rng) for activation in ("relu", "linear"))
    bounds = (6 / (4 * 25)) ** 0.5, (6 / (4 * 25 + 40 * 25)) ** 0.5
    for layer, bound in zip((relu, linear), bounds):
        weights, biases = arrays_of(layer)
        assert 0.95 * bound < np.abs(weights).max() <= bound
        assert not biases.any()


@pytest.mark.parametrize("settings", [{}, {"padding": 1}, {"stride": 2, "padding": (1, 0)}])
def test_a_compiled_training_takes_the_steps_of_the_eager_one(settings):
    images, labels = RNG.normal(size=(9, 6, 6)), [0, 1, 2] * 3

    def trained(choice):
        rng = random.Random(4)
        layers = [Conv2d(1, 3, 3, "relu", rng=rng, **settings), MaxPool2d(2), Flatten()]
        width = len(Sequential(*layers)(images[0]))
        model = Sequential(*layers, Layer(width, 3, "linear", rng=rng))
        history = fit(model, images, labels, loss="cross_entropy", epochs=3, batch_size=4,
                      rng=random.Random(2), compile=choice)  # fmt: skip
        return [*history["loss"], *model.state_dict().values()]

    assert trained(True) == pytest.approx(trained(False), rel=1e-9, abs=1e-12)


def test_predictions_of_many_images_have_their_shape():
    layer = filled(Conv2d(1, 2, 2))
    images = RNG.normal(size=(5, 1, 3, 4))
    found = layer.predict(images)
    assert found.shape == (5, 2, 2, 3)
    np.testing.assert_allclose(found, [by_scipy(layer, image) for image in images], rtol=1e-12)


@in_one_test(
    "image, said",
    [
        ([1.0, 2.0], r"one image, \(channels, rows, columns\) or \(rows, columns\).*shape \(2,\)"),
        (np.zeros((2, 4, 4)), r"takes images of 1 channel, got 2, in the shape \(2, 4, 4\)"),
        (np.zeros((1, 1, 4, 4)), r"got the shape \(1, 1, 4, 4\); for several images"),
        ([[1.0, 2.0, 3.0], [1.0, 2.0]], r"ragged image: item 1 has the shape \(2,\) where item 0"),
        (np.zeros((2, 9)), r"a window of 3 x 3 over an image that is only 2 x 9"),
        (np.zeros((0, 0)), r"got the shape \(0,\)"),
        (3.0, r"got the shape \(\)"),
    ],
)
def test_wrong_images_are_refused(image, said):
    model = Sequential(Conv2d(1, 2, 3))
    with pytest.raises(ValueError, match=said) as raised:
        model(image)
    assert "Conv2d(1, 2, 3, activation='linear')" in str(raised.value)


def test_what_is_no_number_is_refused():
    with pytest.raises(TypeError, match="Conv2d"):
        Conv2d(1, 1, 1)([["a"]])


@in_one_test(
    "arguments, settings, error, said",
    [
        ((0, 1, 3), {}, ValueError, "channels_in must be at least 1, not 0"),
        ((1, 1.5, 3), {}, TypeError, "channels_out must be an int"),
        ((1, 1, 0), {}, ValueError, "kernel_size must be at least 1, not 0"),
        ((1, 1, (3, 3, 3)), {}, ValueError, r"kernel_size must be an int or \(rows, columns\)"),
        ((1, 1, 3), {"stride": 0}, ValueError, "stride must be at least 1"),
        ((1, 1, 3), {"padding": -1}, ValueError, "padding must be at least 0, not -1"),
        ((1, 1, 3), {"padding": True}, TypeError, "padding must be an int, not True"),
        ((1, 1, 3, "rleu"), {}, ValueError, "unknown activation 'rleu'"),
    ],
)
def test_wrong_settings_are_refused(arguments, settings, error, said):
    with pytest.raises(error, match=said):
        Conv2d(*arguments, **settings)


def test_representations_can_be_typed():
    assert repr(Conv2d(1, 8, 3)) == "Conv2d(1, 8, 3, activation='linear')"
    layer = Conv2d(2, 1, (1, 2), "relu", stride=(2, 1), padding=3)
    assert repr(layer) == "Conv2d(2, 1, (1, 2), activation='relu', stride=(2, 1), padding=3)"


def test_a_kernel_less_is_another_program():
    layer = Conv2d(1, 2, 1)
    c = compile(lambda x: layer([[x]]), verify="never")
    assert len(c(1.0)) == 2
    layer.kernels.pop()
    assert len(c(1.0)) == 1
