"""Curves: points, gaps, and how they are told apart."""

from __future__ import annotations

import math

import numpy as np
import pytest

from autograd import Value
from visualize import plot_curves

pytest.importorskip("matplotlib", reason="plots need matplotlib, of the extra plots")

LABELS = {"x_label": "step", "y_label": "loss"}


def points(line):
    """The points of a line, None for a gap."""
    return [None if np.isnan([x, y]).any() else (x, y) for x, y in line.get_xydata()]


@pytest.mark.parametrize(
    ("curve", "start", "expected"),
    [
        ([4, Value(2.0), 1], 0, [(0, 4), (1, 2), (2, 1)]),
        ([4, 2], 1, [(1, 4), (2, 2)]),
        (([10, 100], [0.5, Value(0.75)]), 0, [(10, 0.5), (100, 0.75)]),
        (np.array([[10, 100, 1000], [1, 2, 3]]), 0, [(10, 1), (100, 2), (1000, 3)]),
        ((value for value in (1.0, 2.0)), 0, [(0, 1), (1, 2)]),
    ],
)
def test_a_curve_is_ys_alone_or_a_pair(curve, start, expected):
    (axes,) = plot_curves({"a": curve}, start=start, title="both", **LABELS).axes
    assert points(axes.lines[0]) == expected
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title()) == ("step", "loss", "both")


def test_points_that_are_not_finite_are_gaps_and_lonely_points_dots():
    ys = [5, 3, math.nan, 2, math.inf, 1, 2]
    (axes,) = plot_curves({"a": ys}, **LABELS).axes
    (line,) = axes.lines
    assert points(line) == [(0, 5), (1, 3), None, (3, 2), None, (5, 1), (6, 2)]
    assert line.get_markevery() == [3]
    assert line.get_marker() == "o"


def test_a_point_that_a_logarithmic_axis_has_no_place_for_is_a_gap():
    curve = ([0, 1, 10, 100], [1, -1, 0, 2])
    (axes,) = plot_curves({"a": curve}, x_log=True, **LABELS).axes
    assert points(axes.lines[0]) == [None, (1, -1), (10, 0), (100, 2)]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "linear")
    (axes,) = plot_curves({"a": curve}, y_log=True, **LABELS).axes
    assert points(axes.lines[0]) == [(0, 1), None, None, (100, 2)]
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "log")


def test_markers_are_on_every_point_where_they_are_asked_for():
    (plain,) = plot_curves({"a": [1, 2, 3]}, **LABELS).axes[0].lines
    assert plain.get_marker() == "None"
    (marked,) = plot_curves({"a": [1, 2, math.nan, 3]}, markers=True, **LABELS).axes[0].lines
    assert (marked.get_marker(), marked.get_markevery()) == ("o", None)


def test_curves_are_told_apart_by_colour_and_style_and_named():
    curves = {f"layer {k}": [k, k + 1] for k in range(12)}
    figure = plot_curves(curves, **LABELS)
    (axes,) = figure.axes
    looks = {(line.get_color(), str(line._dash_pattern)) for line in axes.lines}
    assert len(looks) == 12
    assert all(
        one.get_color() != other.get_color() for one, other in zip(axes.lines, axes.lines[1:])
    )
    (legend,) = figure.legends  # beside the frame, where it covers nothing
    assert [text.get_text() for text in legend.get_texts()] == list(curves)
    figure.draw_without_rendering()
    assert not legend.get_window_extent().overlaps(axes.bbox)
    few = plot_curves({"a": [1, 2], "b": [2, 1]}, **LABELS).axes[0].get_legend()
    assert [text.get_text() for text in few.get_texts()] == ["a", "b"]


def test_whole_xs_have_whole_ticks():
    figure = plot_curves({"a": [1, 2, 3]}, **LABELS)
    figure.draw_without_rendering()
    assert all(tick == round(tick) for tick in figure.axes[0].get_xticks())
    figure = plot_curves({"a": ([0.0, 0.5, 1.0], [1, 2, 3])}, **LABELS)
    figure.draw_without_rendering()
    assert any(tick != round(tick) for tick in figure.axes[0].get_xticks())


@pytest.mark.parametrize(
    ("curves", "said"),
    [
        ({}, "the mapping is empty"),
        ({"a": [1], "b": []}, r"curve 'b' has xs of shape \(0,\)"),
        ({"a": ([1, 2, 3], [1, 2])}, r"curve 'a' has xs of shape \(3,\) and ys of shape \(2,\)"),
        (
            {"a": [[1, 2], [3, 4], [5, 6]]},
            r"curve 'a' has xs of shape \(3,\) and ys of shape \(3, 2\)",
        ),
        ({"a": [[1], [2, 3], [4]]}, "curve 'a' has rows of different lengths"),
    ],
)
def test_curves_of_other_shapes_are_refused(curves, said):
    with pytest.raises(ValueError, match=said):
        plot_curves(curves, **LABELS)
