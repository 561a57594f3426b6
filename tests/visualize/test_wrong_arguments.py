"""Switches, counts and values of pictures and texts: what is none is refused by name."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Value
from nn import MLP
from visualize import (
    BoundaryRecorder,
    HealthMonitor,
    animate_descent,
    draw,
    draw_dot,
    draw_network,
    explain,
    formula,
    health,
    plot_curves,
    plot_decision_boundary,
    plot_history,
    plot_images,
    plot_landscape,
    save_figure,
    step_through,
)  # fmt: skip

X = Value(2.0, label="x")
Y = X * 3.0
NO_SWITCHES = ["False", None, [], np.zeros(2), 0.5]


@pytest.mark.parametrize("name", ["legend", "clusters", "derivatives"])
@pytest.mark.parametrize("given", NO_SWITCHES, ids=repr)
def test_a_switch_of_a_picture_is_true_or_false(name, given):
    if name == "derivatives" and given is None:
        return  # the picture decides
    with pytest.raises(TypeError, match=f"draw: {name} must be True or False"):
        draw(Y, **{name: given})


def test_truths_of_numpy_are_switches():
    assert draw(Y, legend=np.bool_(False)).svg == draw(Y, legend=False).svg


@pytest.mark.parametrize("rows", ["4", None, 2.5, [4], True], ids=repr)
def test_rows_are_counted(rows):
    for make in (
        lambda: health(MLP(1, [1]), [[1.0]], [1.0], rows=rows),
        lambda: HealthMonitor([[1.0]], [1.0], rows=rows),
    ):
        with pytest.raises(TypeError, match="health: rows, how many examples to look at, must be"):
            make()


def test_values_are_asked_about_not_lists_of_lists():
    for function in (explain, formula):
        for given in ([[X]], np.ones((2, 2))):
            with pytest.raises(TypeError, match=f"^{function.__name__}: wrt"):
                function(Y, wrt=given)
    with pytest.raises(TypeError, match="max_operations must be an int"):
        formula(Y, max_operations=None)
    with pytest.raises(ValueError, match="rankdir must be one of"):
        draw(Y, rankdir=np.zeros(2))


PICTURE, CURVE, PATHS = [[[0.0, 1.0]]], {"loss": [2.0, 1.0]}, {"a": [2.0, 1.0]}
ROWS, CLASSES = [[0.0, 0.0], [1.0, 1.0]], [0, 1]
SWITCHES = [
    lambda s: draw_network(MLP(2, [1]), numbers=s),
    lambda s: plot_curves(CURVE, x_label="x", y_label="y", x_log=s),
    lambda s: plot_curves(CURVE, x_label="x", y_label="y", markers=s),
    lambda s: plot_images(PICTURE, diverging=s),
    lambda s: plot_images(PICTURE, dark_on_white=s),
    lambda s: HealthMonitor([[1.0]], [1.0], print=s),
]


@pytest.mark.parametrize("place", range(len(SWITCHES)))
@pytest.mark.parametrize("given", ["False", [], np.zeros(2), 0.5], ids=repr)
def test_a_switch_of_a_plot_is_true_or_false(place, given):
    with pytest.raises(TypeError, match="must be True or False, not"):
        SWITCHES[place](given)


@pytest.mark.parametrize("path", [3, None, b"a.svg", ["a.svg"], Y], ids=lambda p: type(p).__name__)
def test_a_path_is_a_text_or_a_path(path):
    animation = animate_descent(lambda x: x * x, PATHS, low=-3, high=3, resolution=5)
    figure = plot_history(CURVE)
    for save in (
        draw(Y).save,
        step_through(Y).save,
        animation.save,
        lambda path: save_figure(figure, path),
    ):
        with pytest.raises(TypeError, match=r"path is a str or a Path, not"):
            save(path)


@pytest.mark.parametrize("model", [[1.0, 2.0], None, 3.0, X, MLP], ids=lambda m: type(m).__name__)
def test_a_model_is_called_with_a_row(model):
    with pytest.raises(TypeError, match=r"model must be a function of a row, such as an nn\.MLP"):
        plot_decision_boundary(model, ROWS, CLASSES, resolution=3)
    if model is not None:
        with pytest.raises(TypeError, match="BoundaryRecorder: model must be a function of a row"):
            BoundaryRecorder(ROWS, CLASSES, model=model, resolution=3)


@pytest.mark.parametrize(
    "loss",
    [len, 3.0, "mse", abs, lambda outputs: 0.0, Value],
    ids=["len", "3.0", "mse", "abs", "lambda", "Value"],
)
def test_a_loss_is_called_with_predictions_and_targets(loss):
    model = MLP(2, [1])
    for call in (
        lambda: health(model, ROWS, CLASSES, loss=loss),
        lambda: HealthMonitor(ROWS, CLASSES, loss=loss),
        lambda: plot_landscape(model, ROWS, CLASSES, loss=loss, resolution=3),
    ):
        with pytest.raises(TypeError, match=r"loss (must be a function of|is called with) .*and t"):
            call()


def test_an_int_beyond_all_floats_is_named():
    with pytest.raises(OverflowError, match=r"curve 'a': int too large .* the largest float"):
        plot_curves({"a": [1.0, 10**400]}, x_label="x", y_label="y")
    figure = plot_curves({"a": [1, 10**30]}, x_label="x", y_label="y")
    assert figure.axes[0].lines[0].get_ydata()[1] == 1e30


def test_draw_dot_says_what_to_give_for_a_model():
    with pytest.raises(TypeError, match=r"draw_dot takes a Value, not MLP; a model .* model\(x\)"):
        draw_dot(MLP(2, [1]))
    with pytest.raises(TypeError, match=r"draw_dot: format is a name of Graphviz's, .*not Value"):
        draw_dot(Y, X)
