"""Weights as images: which pixel is which weight, shapes that are guessed, and refusals."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from autograd import Value
from nn import Conv2d, Dropout, Flatten, Layer, MaxPool2d, Module, Sequential
from tests.in_one_test import in_one_test
from visualize import plot_weights

pytest.importorskip("matplotlib", reason="plots need matplotlib, of the extra plots")

ORANGE, GREY, BLUE = (np.array(c) / 255 for c in ((180, 80, 11), (232, 234, 235), (31, 95, 158)))


def shown(axes, reach):
    """The numbers that the colours of a picture stand for, on a scale from -reach to reach."""
    colours = np.asarray(axes.images[0].get_array())[..., :3]
    # The blue channel falls from grey to either end, red tells which.
    positive = (GREY[0] - colours[..., 0]) / (GREY[0] - BLUE[0])
    negative = (GREY[2] - colours[..., 2]) / (GREY[2] - ORANGE[2])
    is_positive = colours[..., 2] > colours[..., 0]
    return reach * np.where(is_positive, positive, -negative)


def pictures(figure):
    return [axes for axes in figure.axes if axes.images and axes.get_aspect() == 1.0]


def bar_of(figure):
    (bar,) = [axes for axes in figure.axes if axes.get_label() == "<colorbar>"]
    return bar


def test_each_pixel_is_a_weight_row_by_row_on_one_scale_symmetric_about_0():
    layer = Layer(6, 2)
    rows = [[0.5, -1.0, 0.0, 2.0, 0.25, -0.125], [-4.0, 1.0, 3.0, 0.0, 0.0, 0.0]]
    for neuron, row in zip(layer.neurons, rows, strict=True):
        for weight, number in zip(neuron.weights, row, strict=True):
            weight.data = number
    figure = plot_weights(layer, shape=(2, 3), title="A title")
    first, second = pictures(figure)
    assert shown(first, 4.0) == pytest.approx(np.reshape(rows[0], (2, 3)), abs=0.06)
    assert shown(second, 4.0) == pytest.approx(np.reshape(rows[1], (2, 3)), abs=0.06)
    assert bar_of(figure).get_ylim() == (-4.0, 4.0)
    assert bar_of(figure).get_ylabel() == "weight"
    assert [axes.get_title() for axes in (first, second)] == ["unit 0", "unit 1"]
    assert figure.get_suptitle() == "A title"


def test_kernels_of_several_channels_stand_in_a_row_each():
    layer = Conv2d(2, 3, (1, 4))
    for place, kernel in enumerate(layer.kernels):
        for weight, number in zip(kernel.weights, range(8), strict=True):
            weight.data = (number - 3) * (place + 1) / 15
    figure = plot_weights(Sequential(layer, Flatten()))
    panels = pictures(figure)
    for place, axes in enumerate(panels):
        kernel, channel = divmod(place, 2)
        expected = [[(channel * 4 + n - 3) * (kernel + 1) / 15 for n in range(4)]]
        assert shown(axes, 0.8) == pytest.approx(np.array(expected), abs=0.012)
        below, beside = panels[channel].get_position(), panels[2 * kernel].get_position()
        assert axes.get_position().x0 == pytest.approx(below.x0)
        assert axes.get_position().y0 == pytest.approx(beside.y0)
    assert panels[0].get_position().x1 < panels[1].get_position().x0
    assert panels[0].get_position().y0 > panels[2].get_position().y1
    assert [axes.get_title() for axes in panels] == ["channel 0", "channel 1", "", "", "", ""]
    names = [axes.get_ylabel() for axes in panels]
    assert names == ["kernel 0", "", "kernel 1", "", "kernel 2", ""]


def test_kernels_of_one_channel_are_pictures_side_by_side():
    figure = plot_weights(Conv2d(1, 3, 5))
    assert [axes.get_title() for axes in pictures(figure)] == ["kernel 0", "kernel 1", "kernel 2"]
    assert all(axes.images[0].get_size() == (5, 5) for axes in pictures(figure))


@pytest.mark.parametrize(("shape", "sizes"), [(None, (6, 6)), ((4, 9), (4, 9)), ([1, 36], (1, 36))])
def test_a_square_is_guessed_and_other_shapes_are_taken(shape, sizes):
    (axes,) = pictures(plot_weights(Layer(36, 1), shape=shape))
    assert axes.images[0].get_size() == sizes


def test_inputs_of_several_channels_are_split():
    panels = pictures(plot_weights(Layer(12, 2), shape=(3, 2, 2)))
    assert len(panels) == 6
    assert all(axes.images[0].get_size() == (2, 2) for axes in panels)


def test_the_first_layer_with_weights_is_found():
    class Custom(Module):
        def __init__(self):
            self.scale = Value(1.0)
            self.inner = Sequential(Dropout(0.5), Flatten(), Layer(16, 2))
            self.last = Layer(2, 5)

    class Plain:
        """As in micrograd: lists, short names, no modules."""

        layers = (SimpleNamespace(neurons=[SimpleNamespace(w=[Value(1.0)] * 9, b=Value(0.0))] * 3),)

    assert [axes.images[0].get_size() for axes in pictures(plot_weights(Custom()))] == [(4, 4)] * 2
    assert [axes.images[0].get_size() for axes in pictures(plot_weights(Plain()))] == [(3, 3)] * 3
    neuron = Layer(4, 5).neurons[0]
    assert [axes.images[0].get_size() for axes in pictures(plot_weights(neuron))] == [(2, 2)]


def test_what_is_left_out_is_counted():
    figure = plot_weights(Layer(4, 30), max_images=10)
    assert len(pictures(figure)) == 10
    assert figure.get_supxlabel() == "the first 10 of 30 units"
    figure = plot_weights(Conv2d(3, 8, 2), max_images=7)
    assert len(pictures(figure)) == 6
    assert figure.get_supxlabel() == "the first 2 of 8 kernels"
    assert plot_weights(Layer(4, 3)).get_supxlabel() == ""


def test_weights_that_are_not_finite_are_marked_and_counted():
    for layer in (Layer(4, 1), Conv2d(2, 1, 2)):
        layer.parameters()[1].data = math.nan
        figure = plot_weights(layer)
        assert pictures(figure)[0].lines[0].get_xydata().tolist() == [[1.0, 0.0]]
        assert "nan or inf: 1 of" in figure.legends[0].get_texts()[0].get_text()


@pytest.mark.parametrize("model", [Layer(64, 36), Layer(12, 20), Conv2d(6, 4, 3), Conv2d(3, 2, 9)])
def test_words_and_pictures_lie_apart(model):
    shape = (3, 4) if getattr(model, "nin", 0) == 12 else None
    figure = plot_weights(model, shape=shape, title="Title")
    figure.draw_without_rendering()
    panels = pictures(figure)
    boxes = [axes.get_window_extent() for axes in panels]
    for text in (axes.title for axes in panels if axes.get_title()):
        box = text.get_window_extent()
        assert not any(box.overlaps(other) for other in boxes)
        assert box.y1 <= figure.bbox.y1
    for text in (axes.yaxis.label for axes in panels if axes.get_ylabel()):
        box = text.get_window_extent()
        assert box.x0 >= 0
        assert not any(box.overlaps(other) for other in boxes)


@in_one_test(
    "model, options, error, said",
    [
        (Layer(12, 4), {}, ValueError, r"Layer\(12, 4.* 12 weights.* such as shape=\(3, 4\)"),
        (Layer(7, 4), {}, ValueError, r"7 weights.* such as shape=\(1, 7\)"),
        (Layer(1, 4), {}, ValueError, r"1 weight, which"),
        (Layer(12, 4), {"shape": (3, 5)}, ValueError, r"shape is \(3, 5\).* 12 weights"),
        (Layer(12, 4), {"shape": (12,)}, ValueError, r"shape is \(12,\)"),
        (
            Layer(12, 4),
            {"shape": (-3, -4)},
            ValueError,
            "must be at least 1, not -3",
        ),
        (Conv2d(1, 2, 3), {"shape": (3, 3)}, ValueError, "shape of their own; leave out shape"),
        (Layer(4, 4), {"max_images": 0}, ValueError, "max_images must be at least 1, not 0"),
        (Sequential(MaxPool2d(2)), {}, TypeError, "such as nn.Layer and nn.Conv2d.* has none"),
        (SimpleNamespace(neurons=[3]), {}, TypeError, "unit 0 is a int"),
    ],
)
def test_weights_that_cannot_be_shown_are_refused(model, options, error, said):
    with pytest.raises(error, match=said):
        plot_weights(model, **options)
