"""Grids of pictures: colours of pixels, places in the grid, and refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from autograd import Value
from tests.in_one_test import in_one_test
from visualize import plot_images

pytest.importorskip("matplotlib", reason="plots need matplotlib, of the extra plots")

MAGENTA = (0xB8, 0x12, 0x6B)


def pixels(axes):
    """The colours of a picture, 0 to 255, (height, width, 3)."""
    (image,) = axes.images
    return np.round(np.asarray(image.get_array())[..., :3] * 255).astype(int)


def grid(figure):
    """(row, column) of each picture."""
    boxes = [axes.get_position() for axes in figure.axes if axes.images]
    corners = [(round(-box.y1, 6), round(box.x0, 6)) for box in boxes]
    tops, lefts = (sorted(set(ends)) for ends in zip(*corners, strict=True))
    return [(tops.index(top), lefts.index(left)) for top, left in corners]


def test_pictures_share_one_scale_from_black_to_white():
    figure = plot_images([[[0, 5]], [[Value(10.0), 10]]], titles=["first", "second"], title="all")
    first, second = figure.axes
    assert pixels(first)[0, :, 0].tolist() == [0, pytest.approx(127.5, abs=1)]
    assert pixels(second).min() == 255
    assert [axes.get_title() for axes in figure.axes] == ["first", "second"]
    assert figure.get_suptitle() == "all"
    assert all(not axes.get_xticks().size and not axes.get_yticks().size for axes in figure.axes)


def test_pixels_stay_squares_in_every_format():
    (axes,) = plot_images([[[0, 1], [1, 0]]]).axes
    assert axes.images[0].get_interpolation() == "none"
    assert axes.get_aspect() == 1.0


def test_dark_on_white_turns_the_scale_round():
    (axes,) = plot_images([[[0, 10]]], dark_on_white=True).axes
    assert pixels(axes)[0, :, 0].tolist() == [255, 0]


@pytest.mark.parametrize(("number", "grey"), [(0.0, 0), (3.0, 255), (-3.0, 0)])
def test_an_even_picture_is_black_or_white(number, grey):
    (axes,) = plot_images([[[number, number]]]).axes
    assert pixels(axes)[0, 0].tolist() == [grey] * 3


def test_signs_have_colours_symmetric_about_0_and_a_bar():
    figure = plot_images([[[-1, 0, 4]], [[1, 0, 0]]], diverging=True, colorbar="weight")
    first, _, bar = figure.axes
    low, middle, high = pixels(first)[0].tolist()
    assert low[0] > low[2]  # orange
    assert high == [0x1F, 0x5F, 0x9E]  # the blue end of the scale
    assert max(middle) - min(middle) < 8  # grey
    assert bar.get_ylim() == (-4.0, 4.0)
    assert bar.get_ylabel() == "weight"
    assert plot_images([[[-4, 1]]], diverging=True).axes[1].get_ylim() == (-4.0, 4.0)


def test_the_bar_of_colours_is_there_by_default_for_signs_only():
    picture = [[0.0, 1.0]]
    assert len(plot_images([picture]).axes) == 1
    assert len(plot_images([picture], colorbar=True).axes) == 2
    assert len(plot_images([picture], diverging=True).axes) == 2
    assert len(plot_images([picture], diverging=True, colorbar=False).axes) == 1


@pytest.mark.parametrize("largest", [1, 255])
def test_colours_are_shown_as_they_are(largest):
    picture = np.zeros((2, 2, 3))
    picture[0, 1] = (largest, largest / 5, 0)
    (axes,) = plot_images([picture]).axes
    assert pixels(axes)[0, 1].tolist() == [255, 51, 0]


@pytest.mark.parametrize("lost", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("diverging", [True, False])
def test_numbers_that_are_not_finite_are_marked_and_counted(lost, diverging):
    figure = plot_images([[[1, 2], [lost, 4]], [[1, 2], [3, 4]]], diverging=diverging)
    first, second, *_ = figure.axes
    assert tuple(pixels(first)[1, 0]) == MAGENTA
    assert first.lines[0].get_xydata().tolist() == [[0.0, 1.0]]  # a cross on it
    assert not len(second.lines[0].get_xydata())
    (text,) = figure.legends[0].get_texts()
    assert text.get_text() == "nan or inf: 1 of 8 numbers"
    # The others keep their scale.
    assert pixels(first)[1, 1].tolist() == pixels(second)[1, 1].tolist()
    assert not plot_images([[[1, 2]]]).legends


def test_lost_numbers_of_colours_and_pictures_of_nothing_else_are_marked_too():
    picture = np.full((1, 2, 3), 0.5)
    picture[0, 1, 2] = math.nan
    (axes,) = plot_images([picture]).axes
    assert tuple(pixels(axes)[0, 1]) == MAGENTA
    (axes,) = plot_images([[[math.nan]]]).axes
    assert tuple(pixels(axes)[0, 0]) == MAGENTA


@in_one_test(
    "count, columns, wide, rows",
    [
        (1, None, 1, 1),
        (5, None, 5, 1),
        (30, None, 6, 5),
        (8, None, 4, 2),
        (7, None, 4, 2),
        (7, 3, 3, 3),
        (2, 9, 2, 1),
    ],
)
def test_pictures_fill_rows_in_order(count, columns, wide, rows):
    places = grid(plot_images(np.zeros((count, 2, 2)), columns=columns))
    assert places == [divmod(place, wide) for place in range(count)]
    assert places[-1][0] == rows - 1


@in_one_test(
    "images, options, said",
    [
        ([], {}, "list of pictures is empty"),
        ([[[1]], [[1, 2], [3]]], {}, "picture 1 has rows of different lengths"),
        ([[1, 2]], {}, r"picture 0 has shape \(2,\).*plot_images\(\[picture\]\)"),
        (np.zeros((2, 1, 8, 8)), {}, r"picture 0 has shape \(1, 8, 8\).*each channel"),
        ([[[]]], {}, r"picture 0 has shape \(1, 0\)"),
        ([np.full((1, 1, 3), -0.5)], {}, "picture 0 has colours from -0.5 to -0.5"),
        ([np.full((1, 1, 3), 256)], {}, "picture 0 has colours from 256 to 256"),
        ([[[1]]], {"titles": ["a", "b"]}, "titles holds 2 names, but there are 1"),
        ([[[1]]], {"columns": 0}, "columns must be at least 1, not 0"),
    ],
)
def test_pictures_that_cannot_be_shown_are_refused(images, options, said):
    with pytest.raises(ValueError, match=said):
        plot_images(images, **options)


def test_colours_up_to_255_are_scaled_beside_one_that_is_lost():
    picture = [[[255.0, 0.0, 51.0], [math.nan, 0.0, 0.0]]]
    (shown,) = plot_images([picture]).axes[0].images
    assert shown.get_array()[0, 0].tolist()[:3] == pytest.approx([1.0, 0.0, 0.2])
