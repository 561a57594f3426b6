"""Vectors as arrows: where they point, and names that cover nothing."""

from __future__ import annotations

import itertools
import math

import pytest

from autograd import Value
from tests.in_one_test import in_one_test
from visualize import plot_vectors

matplotlib = pytest.importorskip("matplotlib", reason="plots need matplotlib, of the extra plots")


def arrows(axes):
    return [text for text in axes.texts if text.arrow_patch is not None]


def names(axes):
    return [text for text in axes.texts if text.get_text()]


def test_arrows_run_from_the_origin_to_their_tips_on_equal_scales():
    (axes,) = plot_vectors({"a": (2.0, 1.0), "b": [Value(-1.0), 2]}, title="two").axes
    assert [arrow.xy for arrow in arrows(axes)] == [(2.0, 1.0), (-1.0, 2.0)]
    assert all(arrow.get_position() == (0.0, 0.0) for arrow in arrows(axes))
    assert axes.get_aspect() == 1.0
    assert axes.get_title() == "two"
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    assert left < -1
    assert low < 0
    assert min(right, high) > 2
    colours = [arrow.arrow_patch.get_edgecolor() for arrow in arrows(axes)]
    named = [matplotlib.colors.to_rgba(name.get_color()) for name in names(axes)]
    assert colours == named
    assert len(set(colours)) == 2


VECTORS = [
    {"a": (2, 1), "b": (-1, 2), "a + b": (1, 3)},
    {"w": (1, 2), "2w": (2, 4), "-w": (-1, -2), "x": (2.1, 4), "0": (0, 0)},
    {"gradient (4, 0.5)": (4, 0.5)},
    {"same": (1, 1), "also the same": (1, 1), "nearly": (1.02, 0.99)},
    {f"v{k}": (math.cos(k), math.sin(k)) for k in range(7)},
    {"to the right": (3, 1), "to the left": (-3, 0.5)},
    {"tiny": (1e-9, 2e-9), "other": (-2e-9, 1e-9)},
]


@in_one_test("vectors", VECTORS)
def test_names_stand_in_the_frame_near_their_tips_and_cover_no_other(vectors):
    figure = plot_vectors(vectors)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    boxes = [name.get_window_extent() for name in names(axes)]
    assert [name.get_text() for name in names(axes)] == list(vectors)
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other)
    for box, tip in zip(boxes, vectors.values(), strict=True):
        assert axes.bbox.fully_contains(box.x0, box.y0)
        assert axes.bbox.fully_contains(box.x1, box.y1)
        x, y = axes.transData.transform(tip)
        away = math.hypot(max(box.x0 - x, x - box.x1, 0), max(box.y0 - y, y - box.y1, 0))
        assert away < 60 * figure.dpi / 100


@pytest.mark.parametrize("vectors", VECTORS[:3])
def test_no_arrow_runs_through_a_name(vectors):
    figure = plot_vectors(vectors)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    origin = axes.transData.transform((0.0, 0.0))
    for tip, name in itertools.product(vectors.values(), names(axes)):
        end = axes.transData.transform(tip)
        shaft = matplotlib.path.Path([origin, end])
        assert not shaft.intersects_bbox(name.get_window_extent())


def test_short_arrows_lie_on_long_ones():
    (axes,) = plot_vectors({"w": (1, 2), "2w": (2, 4)}).axes
    short, long = arrows(axes)
    assert short.get_zorder() > long.get_zorder()


def test_a_vector_of_length_0_is_a_dot():
    (axes,) = plot_vectors({"zero": (0, 0)}).axes
    assert not arrows(axes)
    assert [line.get_xydata().tolist() for line in axes.lines if line.get_marker() == "o"] == [
        [[0, 0]]
    ]


def test_flat_vectors_keep_a_frame_of_some_height():
    figure = plot_vectors({"a": (10, 0.1)})
    (axes,) = figure.axes
    wide, tall = (high - low for low, high in (axes.get_xlim(), axes.get_ylim()))
    assert wide / tall == pytest.approx(2.0)
    assert figure.get_figwidth() / figure.get_figheight() == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("vectors", "said"),
    [
        ({}, "the mapping is empty"),
        ({"a": (1, 2), "b": (1, 2, 3)}, r"vector 'b' has shape \(3,\)"),
        ({"a": (1, math.nan)}, r"vector 'a' is \(1, nan\)"),
        ({"a": (math.inf, 1)}, r"vector 'a' is \(inf, 1\)"),
    ],
)
def test_vectors_of_other_shapes_are_refused(vectors, said):
    with pytest.raises(ValueError, match=said):
        plot_vectors(vectors)
