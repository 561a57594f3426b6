"""What every verb says when it is given no Value."""

from __future__ import annotations

import re

import pytest

from nn import MLP
from tests.in_one_test import in_one_test
from visualize import (
    BoundaryRecorder,
    HealthMonitor,
    ParameterPath,
    animate_boundary,
    draw,
    explain,
    formula,
    health,
    kinks,
    plot_history,
    plot_images,
    plot_vectors,
    show,
    snapshot,
    step_through,
)

VERBS = [draw, show, explain, formula, kinks, snapshot, step_through]


@in_one_test("verb", VERBS, ids=lambda verb: verb.__name__)
def test_a_model_is_told_to_be_called(verb):
    with pytest.raises(TypeError, match=r"MLP; a model .* give its result, model\(x\)$"):
        verb(MLP(2, [1]))


@in_one_test("verb", VERBS, ids=lambda verb: verb.__name__)
def test_a_text_is_no_list_of_values(verb):
    with pytest.raises(TypeError, match=r"not (of type )?str\b"):
        verb("a * b")


@in_one_test("verb", VERBS, ids=lambda verb: verb.__name__)
def test_a_plain_number_is_told_to_become_a_value(verb):
    with pytest.raises(TypeError, match=r"float; a plain number .* Value\(2\.5\), or"):
        verb(2.5)


def test_a_recorder_that_is_given_the_model_first_says_where_it_goes():
    with pytest.raises(TypeError, match=r"BoundaryRecorder\(X, y, model=model\)"):
        BoundaryRecorder(MLP(2, [1]), [[0.0, 1.0]])


X = [[0.0, 1.0], [1.0, 0.0]]


@pytest.mark.parametrize(
    "recorder",
    [
        lambda every: BoundaryRecorder(X, [0, 1], every=every),
        lambda every: HealthMonitor(X, [0, 1], every=every),
        lambda every: ParameterPath(every=every),
    ],
)
def test_every_counts_epochs(recorder):
    for wrong in ([0, 1], 1.5, True):
        with pytest.raises(TypeError, match="every must be an int, not"):
            recorder(wrong)
    with pytest.raises(ValueError, match="every must be at least 1, not 0"):
        recorder(0)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (
            lambda: plot_history({"loss": 1.0}),
            "'loss' must be a list of numbers, one per epoch, not 1.0",
        ),
        (lambda: BoundaryRecorder("abc", [0]), "BoundaryRecorder: X"),
        (lambda: health(MLP(2, [1]), X, [None, 1.0]), "health, row 0: y holds None"),
    ],
)
def test_what_holds_no_numbers_is_named(ask, says):
    with pytest.raises((TypeError, ValueError), match=re.escape(says)):
        ask()


@in_one_test("plot", [plot_history, plot_vectors, plot_images, animate_boundary])
@in_one_test("given", [2.5, None, MLP(2, [1]), abs], ids=repr)
def test_a_plot_says_what_it_takes(plot, given):
    with pytest.raises(TypeError, match=rf"^{plot.__name__}( takes|: \w+ must be) a"):
        plot(given)
