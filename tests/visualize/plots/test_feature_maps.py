"""Feature maps: numbers by a convolution written out, which layer they are of, and refusals."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from autograd import gradients
from nn import Conv2d, Dropout, Flatten, Layer, MaxPool2d, Module, Sequential
from tests.in_one_test import in_one_test
from visualize import plot_feature_maps
from visualize.plots.feature_maps import channels_of, maps_of, target_of

pytest.importorskip("matplotlib", reason="plots need matplotlib, of the extra plots")

IMAGE = np.arange(30.0).reshape(5, 6) % 7 / 7


def slid(image, kernels, biases):
    """Cross-correlation by loops, (kernels, rows, columns), for images and kernels of channels."""
    count, _, height, width = kernels.shape
    rows, columns = image.shape[1] - height + 1, image.shape[2] - width + 1
    maps = np.zeros((count, rows, columns))
    for row in range(rows):
        for column in range(columns):
            window = image[:, row : row + height, column : column + width]
            maps[:, row, column] = (kernels * window).sum(axis=(1, 2, 3)) + biases
    return maps


def arrays_of(layer):
    weights = np.array([[weight.data for weight in kernel.weights] for kernel in layer.kernels])
    shape = (len(layer.kernels), layer.channels_in, *layer.kernel_size)
    return weights.reshape(shape), np.array([kernel.bias.data for kernel in layer.kernels])


def titled(figure):
    return {axes.get_title(): axes for axes in figure.axes if axes.get_title()}


def pixels(axes):
    (image,) = axes.images
    return np.asarray(image.get_array())[..., :3]


def computed(model, image, layer=None):
    return np.stack(maps_of(model, target_of(model, layer), channels_of(image)))


def test_maps_are_those_of_a_convolution_written_out():
    layer = Conv2d(1, 3, (2, 3))
    layer.kernels[1].bias.data = 0.75
    assert computed(layer, IMAGE) == pytest.approx(slid(IMAGE[None], *arrays_of(layer)))
    colours = np.stack([IMAGE, IMAGE**2, 1 - IMAGE])
    layer = Conv2d(3, 2, 2)
    assert computed(layer, colours) == pytest.approx(slid(colours, *arrays_of(layer)))


def test_colours_show_the_signs_of_the_maps_on_one_scale():
    layer = Conv2d(1, 2, 1, bias=False)
    layer.kernels[0].weights[0].data, layer.kernels[1].weights[0].data = -1.0, 2.0
    panels = titled(plot_feature_maps(layer, [[0.0, 1.0], [0.5, 0.25]]))
    turned, kept = pixels(panels["kernel 0"]), pixels(panels["kernel 1"])
    assert (kept[0, 1] * 255).round().tolist() == [0x1F, 0x5F, 0x9E]  # the largest: blue
    assert kept[0, 0] == pytest.approx(turned[0, 0])  # 0: grey
    half_orange = np.add([0xB4, 0x50, 0x0B], [0xE8, 0xEA, 0xEB]) / 2 / 255
    assert turned[0, 1] == pytest.approx(half_orange, abs=0.01)  # -1 on a scale from -2 to 2


def test_image_kernels_and_maps_stand_side_by_side_with_a_bar_each():
    layer = Conv2d(1, 4, 3, rng=random.Random(0))
    for parameter in layer.parameters():
        parameter.data += math.copysign(0.1, parameter.data)  # none that is nearly grey
    figure = plot_feature_maps(layer, IMAGE, title="A title")
    panels = titled(figure)
    assert list(panels) == ["image", "kernel 0", "kernel 1", "kernel 2", "kernel 3"]
    small = [axes for axes in figure.axes if axes.images and not axes.get_title()]
    kernels = [axes for axes in small if axes.images[0].get_size() == (3, 3)]
    assert len(kernels) == 4
    for place, axes in enumerate(kernels):  # each left of its map
        beside = panels[f"kernel {place}"].get_position()
        own = axes.get_position()
        assert own.x1 < beside.x0
        assert beside.y0 < (own.y0 + own.y1) / 2 < beside.y1
        colours, weights = pixels(axes), arrays_of(layer)[0][place, 0]
        assert np.array_equal(colours[..., 2] > colours[..., 0], weights > 0)  # blue, else orange
    assert [axes.get_ylabel() for axes in figure.axes[-2:]] == ["feature map", "kernel"]
    for bar in figure.axes[-2:]:
        low, high = bar.get_ylim()
        assert low == -high
    assert figure.get_suptitle() == "A title"


def test_the_image_is_grey_or_dark_on_white_or_in_its_colours():
    layer = Conv2d(1, 1, 2)
    grey = pixels(titled(plot_feature_maps(layer, IMAGE))["image"])
    assert grey[..., 0] == pytest.approx((IMAGE - IMAGE.min()) / np.ptp(IMAGE), abs=0.01)
    dark = pixels(titled(plot_feature_maps(layer, IMAGE, dark_on_white=True))["image"])
    assert dark == pytest.approx(1 - grey, abs=0.01)
    colours = np.stack([IMAGE, IMAGE**2, 1 - IMAGE])
    panels = titled(plot_feature_maps(Conv2d(3, 1, 2), colours))
    assert pixels(panels["image"]) == pytest.approx(np.moveaxis(colours, 0, 2))
    panels = titled(plot_feature_maps(Conv2d(3, 1, 2), colours * 2 - 1))
    assert list(panels) == ["channel 0", "channel 1", "channel 2", "kernel 0"]


@pytest.fixture
def model():
    return Sequential(
        lambda image: [[2.0 * x for x in row] for row in image[0]],
        Conv2d(1, 2, 2, "relu"),
        Dropout(0.9),
        MaxPool2d(2),
        Conv2d(2, 3, 1),
        Flatten(),
        Layer(12, 2),
    )


def test_a_model_runs_up_to_its_first_layer_with_kernels_or_to_the_one_that_is_named(model):
    doubled = 2.0 * IMAGE[None]
    first = np.maximum(slid(doubled, *arrays_of(model.layers[1])), 0.0)
    assert computed(model, IMAGE) == pytest.approx(first)
    pooled = first[:, :4, :4].reshape(2, 2, 2, 2, 2).max(axis=(2, 4))
    assert computed(model, IMAGE, 3) == pytest.approx(pooled)
    assert computed(model, IMAGE, -3) == pytest.approx(slid(pooled, *arrays_of(model.layers[4])))
    assert list(titled(plot_feature_maps(model, IMAGE, layer=3))) == ["image", "map 0", "map 1"]
    assert len(titled(plot_feature_maps(model, IMAGE, layer=4))) == 4
    assert model.training  # dropout had rested for the time


def test_blocks_inside_a_model_are_looked_into(model):
    block = Sequential(Sequential(Conv2d(1, 4, 2), MaxPool2d(2)), Flatten())
    assert computed(block, IMAGE).shape == (4, 2, 2)


def test_a_layer_may_differentiate():
    layer = Conv2d(1, 2, 2)
    plain = computed(layer, IMAGE)
    for kernel in layer.kernels:
        kernel.activate = lambda value: gradients(value * value, value, create_graph=True) / 2.0
    assert computed(layer, IMAGE) == pytest.approx(plain)


def test_numbers_that_are_not_finite_are_marked_and_counted():
    image = IMAGE.copy()
    image[0, 0] = math.nan
    figure = plot_feature_maps(Conv2d(1, 1, 2), image, title="A title")
    assert [axes.lines[0].get_xydata().tolist() for axes in titled(figure).values()] == [
        [[0.0, 0.0]],
        [[0.0, 0.0]],
    ]
    (text,) = figure.legends[0].get_texts()
    assert text.get_text() == "nan or inf: 2 of 50 numbers"


@pytest.mark.parametrize(
    ("layer", "image"),
    [
        (Conv2d(1, 1, 2), IMAGE),
        (Conv2d(1, 7, (1, 5)), IMAGE),
        (Conv2d(1, 40, 2), np.full((6, 5), math.nan)),
        (Conv2d(5, 3, 2), np.stack([IMAGE] * 5)),
        (Conv2d(1, 6, 1), np.full((2, 12), math.nan)),
    ],
)
def test_pictures_and_words_lie_apart_and_in_the_figure(layer, image):
    figure = plot_feature_maps(layer, image, title="A title")
    figure.draw_without_rendering()
    boxes = [axes.get_window_extent() for axes in figure.axes]
    boxes += [axes.title.get_window_extent() for axes in titled(figure).values()]
    boxes += [legend.get_window_extent() for legend in figure.legends]
    boxes += [text.get_window_extent() for text in figure.texts]
    boxes += [axes.yaxis.get_tightbbox() for axes in figure.axes if axes.get_ylabel()]
    for place, box in enumerate(boxes):
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.bbox.y1
        assert not any(box.shrunk(0.98, 0.98).overlaps(other) for other in boxes[:place])


class Opaque(Module):
    def __init__(self):
        self.first = Conv2d(1, 1, 2)


@in_one_test(
    "model, image, options, error, said",
    [
        (Conv2d(1, 1, 2), [1.0, 2.0], {}, ValueError, r"the image has shape \(2,\)"),
        (Conv2d(1, 1, 2), np.zeros((1, 1, 3, 3)), {}, ValueError, "make a figure of each"),
        (Conv2d(1, 1, 2), IMAGE, {"layer": 0}, TypeError, "layer is 0, but Conv2d has no list"),
        (Conv2d(1, 1, 2), IMAGE, {"columns": 0}, ValueError, "columns must be at least 1, not 0"),
        (Opaque(), IMAGE, {}, TypeError, "such as nn.Conv2d.*; Opaque is neither"),
        (Sequential(Flatten()), IMAGE, {}, TypeError, "no layer of Sequential has kernels"),
        (Sequential(Flatten()), IMAGE, {"layer": 1}, ValueError, "layer is 1, .* layers 0 to 0"),
        (
            Sequential(Flatten()),
            IMAGE,
            {"layer": 0},
            ValueError,
            r"Flatten\(\) gives an output of shape \(30,\).* choose an earlier layer",
        ),
        (Conv2d(2, 1, 2), IMAGE, {}, ValueError, "takes images of 2 channels"),
    ],
)
def test_what_has_no_maps_is_refused(model, image, options, error, said):
    with pytest.raises(error, match=said):
        plot_feature_maps(model, image, **options)
