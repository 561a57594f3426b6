"""Descents over landscapes: what of a path is drawn, and what the legend says of its end."""

from __future__ import annotations

import itertools
import math
import warnings
import weakref

import numpy as np
import pytest

import autograd
from autograd import Value, gradients
from tests.in_one_test import in_one_test
from visualize import plot_descent

matplotlib = pytest.importorskip("matplotlib", reason="plots need matplotlib, of the extra plots")


def square(x):
    return x * x


def bowl(x, y):
    return x * x + 4 * y * y


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def lines(figure):
    """(hollow marks of starts, trails, full marks of ends)."""
    drawn = figure.axes[0].lines
    starts = [line for line in drawn if line.get_markerfacecolor() == "white"]
    ends = [line for line in drawn if line.get_markeredgecolor() == "black"]
    trails = [line for line in drawn if line.get_linestyle() == "-" and line.get_marker() != "None"]
    return starts, trails, ends


def places(line):
    return line.get_xydata().tolist()


def test_a_path_of_numbers_lies_on_the_curve_from_start_to_end():
    figure = plot_descent(
        square, {"halving": [2.0, Value(-1.0), 0.5]}, low=-3, high=4, title="down"
    )
    (axes,) = figure.axes
    curve = axes.lines[0].get_xydata()
    assert curve[:, 1] == pytest.approx(curve[:, 0] ** 2)
    assert (curve[0, 0], curve[-1, 0]) == (-3, 4)
    (start,), (trail,), (end,) = lines(figure)
    assert places(trail) == [[2, 4], [-1, 1], [0.5, 0.25]]
    assert places(start) == [[2, 4]]
    assert places(end) == [[0.5, 0.25]]
    assert axes.get_xlim() == (-3, 4)
    low, high = axes.get_ylim()
    assert low < 0
    assert high > 16
    assert axes.get_title() == "down"
    assert legend(figure) == ["halving: ends at 0.5, f = 0.25"]


def test_a_path_of_pairs_lies_on_contours():
    path = [(2.0, 1.0), [Value(1.0), 0.5], (0.5, -0.25)]
    figure = plot_descent(bowl, {"a": path}, low=-3, high=(3, 2))
    axes, bar = figure.axes
    (start,), (trail,), (end,) = lines(figure)
    assert places(trail) == [[2, 1], [1, 0.5], [0.5, -0.25]]
    assert places(start) == [[2, 1]]
    assert places(end) == [[0.5, -0.25]]
    assert (axes.get_xlim(), axes.get_ylim()) == ((-3, 3), (-3, 2))
    assert bar.get_ylabel() == "f(x, y)"
    assert legend(figure) == ["a: ends at (0.5, -0.25), f = 0.5"]


@in_one_test(
    "path, said, drawn",
    [
        ([1.0, -5.0], "leaves the picture, ends at -5, f = 25", 2),
        ([1.0, -5.0, 2.0], "ends at 2, f = 4", 3),
        ([1.0, 2.0, math.nan, 1.0], "diverges, nan at step 2", 2),
        ([1.0, -math.inf], "diverges, -inf at step 1", 1),
        ([1.0, -1.0, 1e200], "diverges, inf at step 2", 2),  # 1e200 squared
        ([math.nan, 1.0], "diverges, nan at step 0", 0),
        ([-0.0], "ends at 0, f = 0", 1),
    ],
)
def test_the_legend_says_how_a_path_ended(path, said, drawn):
    figure = plot_descent(square, {"a": path}, low=-3, high=3)
    assert legend(figure) == [f"a: {said}"]
    starts, trails, ends = lines(figure)
    assert sum(len(start.get_xydata()) for start in starts) == min(drawn, 1)
    assert [len(trail.get_xydata()) for trail in trails] == ([drawn] if drawn > 1 else [])
    inside = drawn > 0 and abs(path[drawn - 1]) <= 3
    assert [places(end)[0][0] for end in ends] == ([path[drawn - 1]] if inside else [])


@pytest.mark.parametrize(
    ("point", "said"),
    [
        ((0.5, -1.76e-33), "ends at (0.5, 0), f = 0.25"),
        ((-4.8e-16, 0.5), "ends at (0, 0.5), f = 1"),
        ((1e-9, 0.0), "ends at (1e-09, 0), f = 0"),  # a digit more than rounding, and its square
        ((1e-5, 0.0), "ends at (1e-05, 0), f = 1e-10"),
    ],
)
def test_the_legend_writes_0_for_rounding(point, said):
    figure = plot_descent(bowl, {"a": [(1.0, 1.0), point]}, low=-3, high=3)
    assert legend(figure) == [f"a: {said}"]


def test_what_is_nothing_depends_on_the_frame_and_on_its_heights():
    small = plot_descent(square, {"a": [2e-20, 1e-20]}, low=-3e-20, high=3e-20)
    assert legend(small) == ["a: ends at 1e-20, f = 1e-40"]
    steep = plot_descent(lambda x: math.exp(x * x), {"a": [1.0, 0.0]}, low=-20, high=20)
    assert legend(steep) == ["a: ends at 0, f = 1"]  # the heights go to 1e173


def test_a_pair_that_is_not_finite_is_written_whole():
    path = [(1.0, 1.0), (math.nan, 2.0)]
    figure = plot_descent(bowl, {"a": path}, low=-3, high=3)
    assert legend(figure) == ["a: diverges, (nan, 2) at step 1"]


def test_places_beyond_all_measure_are_drawn_just_far_away():
    figure = plot_descent(
        lambda x, y: abs(x) + abs(y), {"a": [(1, 1), (1e300, -1e300)]}, low=-3, high=3
    )
    (trail,) = lines(figure)[1]
    assert np.abs(trail.get_xydata()).max() < 1e4
    assert "1e+300" in legend(figure)[0]
    figure.draw_without_rendering()


def test_paths_are_told_apart_by_colour_and_marker_and_do_not_hide_each_other():
    paths = {f"from {k}": [k / 4, 0.0] for k in range(1, 7)}
    starts, trails, ends = lines(plot_descent(square, paths, low=-3, high=3))
    assert len({line.get_color() for line in trails}) == 6
    assert len({line.get_marker() for line in trails}) == 6
    sizes = [end.get_markersize() for end in ends]
    assert all(first > second for first, second in itertools.pairwise(sizes[1:]))
    assert sizes == [start.get_markersize() for start in starts]


def test_long_paths_have_no_dots():
    (dotted,) = lines(plot_descent(square, {"a": np.linspace(2, 1, 50)}, low=-3, high=3))[1]
    (smooth,) = lines(plot_descent(square, {"a": np.linspace(2, 1, 500)}, low=-3, high=3))[1]
    assert dotted.get_markersize() > 0
    assert smooth.get_markersize() == 0


def levels(figure):
    return [float(label.get_text()) for label in figure.axes[1].get_yticklabels()]


def test_heights_are_even_on_slopes_and_logarithmic_over_flat_ground():
    steps = np.diff(levels(plot_descent(lambda x, y: x + 2 * y, {}, low=(-1, -1), high=(1, 1))))
    assert steps == pytest.approx(steps[0])

    def rosenbrock(x, y):
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2

    heights = levels(plot_descent(rosenbrock, {}, low=(-2, -1), high=(2, 3)))
    assert {1, 10, 100, 1000} <= set(heights)
    assert heights == sorted(heights)
    assert heights[-1] >= 2509  # at (-2, -1)


@pytest.mark.parametrize("height", [0.0, 3.0, 1e20, -1e-20])
def test_flat_ground_is_drawn_too(height):
    plot_descent(lambda x, y: height, {}, low=(0, 0), high=(1, 1)).draw_without_rendering()
    plot_descent(lambda x: height, {}, low=0, high=1).draw_without_rendering()


def test_a_function_may_fail_in_places():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = plot_descent(lambda x: 1 / x, {}, low=0, high=2)  # 1 / 0 at the left end
        curve = figure.axes[0].lines[0].get_xydata()
        assert np.isnan(curve[0, 1])
        assert np.isfinite(curve[1:]).all()
        figure = plot_descent(lambda x: autograd.log(Value(x)), {}, low=-1, high=2)
        curve = figure.axes[0].lines[0].get_xydata()
        assert np.isfinite(curve[:, 1]).tolist() == (curve[:, 0] > 0).tolist()
        figure = plot_descent(lambda x, y: math.exp(x) + y, {}, low=(600, 0), high=(800, 1))
        figure.draw_without_rendering()


def test_the_function_may_differentiate_and_its_graphs_are_dropped():
    weight = Value(2.0)
    asked, alive = [], weakref.WeakSet()

    def function(x):
        asked.append(len(alive))
        answer = gradients(weight * weight * x, weight, create_graph=True)
        alive.add(answer)
        return answer

    figure = plot_descent(function, {"a": [1.0]}, low=0, high=1, resolution=3)
    assert figure.axes[0].lines[0].get_ydata()[-1] == 4.0  # 2 w x at x = 1
    assert len(asked) == 4 * 3 + 1
    assert max(asked) <= 1


@in_one_test(
    "function, paths, options, said",
    [
        (square, {"a": []}, {}, r"path 'a' has shape \(0,\)"),
        (square, {"a": [(1, 2, 3)]}, {}, r"path 'a' has shape \(1, 3\)"),
        (square, {"a": [1.0, (1.0, 2.0)]}, {}, "path 'a' has rows of different lengths"),
        (bowl, {"a": [1.0], "b": [(1, 2)]}, {}, "path 'a' holds numbers.* give a pair"),
        (bowl, {"a": [1.0]}, {"low": (0, 0)}, "path 'a' holds numbers.* give a pair"),
        (square, {}, {"low": 1, "high": 1}, "low is 1 and high is 1; low must be below high"),
        (square, {}, {"high": math.inf}, "high is inf"),
        (square, {}, {"low": (1, 2, 3)}, r"low has shape \(3,\)"),
        (square, {}, {"resolution": 1}, "resolution must be at least 2, not 1"),
        (lambda x: math.nan, {}, {}, "nan or inf everywhere between low and high"),
    ],
)
def test_what_cannot_be_drawn_is_refused(function, paths, options, said):
    with pytest.raises(ValueError, match=said):
        plot_descent(function, paths, **{"low": 0, "high": 3, **options})
