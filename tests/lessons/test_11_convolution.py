"""Convolution: the lesson's maps by SciPy's correlation, PyTorch, and windows summed in NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

pytestmark = pytest.mark.slow

SOBEL = np.outer([1, 2, 1], [-1, 0, 1]) / 4
BOX = np.full((3, 3), 1 / 9)


@pytest.fixture(scope="module")
def signal():
    return pytest.importorskip("scipy.signal")


@pytest.fixture(scope="module")
def photo():
    image = pytest.importorskip("sklearn.datasets").load_sample_image("china.jpg")
    means = [
        [image[i : i + 10, j : j + 10].mean() / 255 for j in range(0, 640, 10)]
        for i in range(0, 420, 10)
    ]
    return np.array(means)


def test_the_map_by_hand_is_that_of_scipy(lesson, signal):
    image = [[0, 0, 9, 9], [0, 0, 9, 9], [0, 0, 0, 9], [0, 0, 0, 0]]
    expected = signal.correlate2d(image, [[-1, 1], [-1, 1]], mode="valid")
    assert expected.tolist() == [[0, 18, 0], [0, 9, 9], [0, 0, 9]]
    assert lesson.names["by_hand"].tolist() == expected.tolist()
    values = [[value.data for value in row] for row in lesson.names["feature_map"]]
    assert values == expected.tolist()
    assert "row 0, column 1:  -1·0 +  1·9 + -1·0 +  1·9 =  18" in lesson.printed


def test_the_gradients_of_one_window_are_the_kernel_and_the_window(lesson):
    pixels = np.array([[pixel.grad for pixel in row] for row in lesson.names["pixels"]])
    expected = np.zeros((4, 4))
    expected[:2, 1:3] = [[-1, 1], [-1, 1]]
    assert pixels.tolist() == expected.tolist()
    weights = lesson.names["layer"].kernels[0].weights
    assert [weight.grad for weight in weights] == [0.0, 9.0, 0.0, 9.0]


def test_the_filters_of_the_photo_are_those_of_scipy(lesson, signal, photo):
    names = lesson.names
    np.testing.assert_allclose(names["photo"], photo, rtol=1e-12)
    across = signal.correlate2d(photo, SOBEL, mode="valid")
    down = signal.correlate2d(photo, SOBEL.T, mode="valid")
    blurred = signal.correlate2d(photo, BOX, mode="valid")
    around = sum(photo[i : i + 40, j : j + 62] for i, j in ((0, 1), (1, 0), (1, 2), (2, 1)))
    expected = {
        "across": across, "down": down, "blurred": blurred,
        "sharpened": 5 * photo[1:-1, 1:-1] - around, "strength": np.sqrt(across**2 + down**2),
    }  # fmt: skip
    for name, values in expected.items():
        np.testing.assert_allclose(names[name], values, rtol=1e-11, atol=1e-14, err_msg=name)
    np.testing.assert_allclose(names["program_maps"], names["numbers"](names["maps"]), atol=1e-14)


def test_strides_padding_and_channels_agree_with_scipy(lesson):
    differences = lesson.names["differences"]
    assert len(differences) == 8
    assert max(differences.values()) < 1e-13
    assert "channels 3  stride 3  padding 2  15 x 22" in lesson.printed


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (3, 2), ((1, 2), (0, 1))])
def test_the_same_by_pytorch(lesson, stride, padding):
    torch = pytest.importorskip("torch")
    generator = np.random.default_rng(3)
    weights, image = generator.normal(size=(2, 3, 3, 3)), generator.normal(size=(3, 9, 11))
    layer = lesson.names["sliding"](weights, stride=stride, padding=padding)
    tensors = torch.from_numpy(image)[None], torch.from_numpy(weights)
    expected = torch.nn.functional.conv2d(*tensors, stride=stride, padding=padding)[0].numpy()
    np.testing.assert_allclose(lesson.names["numbers"](layer(image)), expected, rtol=1e-12)


def test_pooling_and_flattening(lesson):
    strength = lesson.names["strength"]
    blocks = strength.reshape(20, 2, 31, 2)
    assert lesson.names["largest"].tolist() == blocks.max(axis=(1, 3)).tolist()
    np.testing.assert_allclose(lesson.names["average"], blocks.mean(axis=(1, 3)), rtol=1e-14)
    assert [value.data for value in lesson.names["flat"]] == strength.ravel().tolist()


def test_the_map_of_a_moved_photo_has_moved(lesson, signal, photo):
    moved = signal.correlate2d(np.roll(photo, 1, axis=1), SOBEL, mode="valid")
    np.testing.assert_allclose(lesson.names["moved"][0], moved, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(moved[:, 1:], lesson.names["across"][:, :-1], atol=1e-14)
    assert lesson.names["shift_difference"] < 1e-14


def test_a_number_looks_at_the_windows_of_its_windows(lesson, signal):
    seen = lesson.names["seen"]
    two = signal.convolve2d(SOBEL, BOX)  # the layers are linear: their kernels convolve
    pooled = np.zeros((6, 6))
    np.add.at(sliding_window_view(pooled, (2, 2), writeable=True)[::2, ::2], ..., 1 / 36)
    wide = signal.convolve2d(SOBEL, pooled)
    for name, slopes in (("one layer", SOBEL), ("two layers", two), ("pooling between", wide)):
        expected = np.zeros((10, 10))
        expected[: len(slopes), : len(slopes)] = slopes
        np.testing.assert_allclose(seen[name], expected, rtol=1e-12, atol=1e-16, err_msg=name)
        assert f"{name:15} sees {len(slopes)} x {len(slopes)} pixels" in lesson.printed


def test_the_pictures_show_the_maps(lesson):
    shown = {
        "window": ["One window", "pixel 0,1", "map 0,1", "data 18"],
        "photo": ["photograph", "box blur", "sharpened", "edges"],
        "sobel": ["left to right", "top to bottom"],
        "pooled": ["the largest", "the mean"],
        "looks": ["one layer", "two layers", "pooling between"],
    }
    for picture, words in shown.items():
        assert all(word in lesson.words(f"{picture}.svg") for word in words), picture
