"""Switches, counts and values of pictures and texts: what is none is refused by name."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Value
from nn import MLP, mse_loss
from tests.in_one_test import in_one_test
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
    plot_confusion_matrix,
    plot_curves,
    plot_decision_boundary,
    plot_descent,
    plot_history,
    plot_images,
    plot_landscape,
    plot_vectors,
    plot_weights,
    save_figure,
    step_through,
)  # fmt: skip

X = Value(2.0, label="x")
Y = X * 3.0
NO_SWITCHES = ["False", None, [], np.zeros(2), 0.5]


@in_one_test("name", ["legend", "clusters", "derivatives"])
@in_one_test("given", NO_SWITCHES, ids=repr)
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


@in_one_test("place", range(len(SWITCHES)))
@in_one_test("given", ["False", [], np.zeros(2), 0.5], ids=repr)
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


NO_LISTS = ["ab", None, 3.0, {"a": 1}, {"a", "b"}, X, object()]
NAMES = {
    "draw_network: inputs": lambda names: draw_network(MLP(2, [1]), inputs=names),
    "draw_network: outputs": lambda names: draw_network(MLP(1, [2]), outputs=names),
    "plot_images: titles": lambda names: plot_images(PICTURE * 2, titles=names),
    "plot_confusion_matrix: labels": lambda names: plot_confusion_matrix(np.eye(2), labels=names),
}


@in_one_test("argument", NAMES)
@in_one_test("given", NO_LISTS, ids=lambda given: type(given).__name__)
def test_names_are_a_list_of_as_many(argument, given):
    if given is not None:
        with pytest.raises(TypeError, match=f"^{argument} must be a list of names, not"):
            NAMES[argument](given)
    for names in (["a"], np.array(["a", "b", "c"])):
        with pytest.raises(ValueError, match=f"^{argument} holds .* there are 2; give one each"):
            NAMES[argument](names)
    NAMES[argument](name for name in ("a", 7))


MAPPINGS = {
    "plot_curves: curves": lambda given: plot_curves(given, x_label="x", y_label="y"),
    "plot_history: history": plot_history,
    "plot_vectors: vectors": plot_vectors,
    "plot_descent: paths": lambda given: plot_descent(lambda x: x, given, low=0, high=1),
}


@in_one_test("argument", MAPPINGS)
@in_one_test("given", ["ab", None, 3.0, [1.0, 2.0], np.ones(2), X], ids=repr)
def test_what_has_names_comes_in_a_dict(argument, given):
    with pytest.raises(TypeError, match=f"^{argument} must be a dict from names to"):
        MAPPINGS[argument](given)


@in_one_test("argument", MAPPINGS)
@in_one_test("given", ["ab", None, {1.0: 2.0}, {1.0, 2.0}, 3.0], ids=repr)
def test_what_a_name_stands_for_is_named(argument, given):
    with pytest.raises(TypeError, match=r"'a' (must be a list|holds)"):
        MAPPINGS[argument]({"a": given})


@in_one_test("draw_it", [plot_descent, animate_descent])
@in_one_test("function", [3.0, "x", None, X, Value, lambda: 1.0, lambda x, y, z: x])
def test_a_landscape_is_a_function_of_coordinates(draw_it, function):
    with pytest.raises(TypeError, match=r"plot_descent: function (must be|is called with)"):
        draw_it(function, {"a": [0.0]}, low=-1, high=1, resolution=5)
    with pytest.raises(TypeError, match="plot_descent: the function's result takes a real number"):
        draw_it(lambda x: [x], {"a": [0.0]}, low=-1, high=1, resolution=5)


@pytest.mark.parametrize("start", ["0", None, 0.5, [1], True], ids=repr)
def test_curves_start_at_a_count(start):
    with pytest.raises(TypeError, match="plot_curves: start must be an int"):
        plot_curves(CURVE, x_label="x", y_label="y", start=start)
    figure = plot_curves(CURVE, x_label="x", y_label="y", start=-3)
    assert figure.axes[0].lines[0].get_xdata().tolist() == [-3.0, -2.0]


@in_one_test("shape", [4, "22", {2: 2}, (2.0, 2), ("2", "2"), (None, 4), X], ids=repr)
def test_shapes_of_weights_are_lengths(shape):
    with pytest.raises(TypeError, match=r"plot_weights: (shape must be a list|a length of shape)"):
        plot_weights(MLP(4, [1]), shape=shape)


@pytest.mark.parametrize(
    ("name", "given"),
    [("penalty", 3.0), ("penalty", lambda: 0.0), ("rng", 3), ("directions", 3.0),
     ("directions", "ab"), ("directions", {"a": 1, "b": 2})],
)  # fmt: skip
def test_what_a_landscape_of_losses_is_asked_for_is_named(name, given):
    with pytest.raises(TypeError, match=f"^plot_landscape: {name} (must be|is called with)"):
        plot_landscape(MLP(2, [1]), ROWS, CLASSES, loss=mse_loss, resolution=3, **{name: given})


def test_a_bar_is_a_switch_or_a_text_and_names_are_written():
    with pytest.raises(TypeError, match="plot_images: colorbar, unless it is a text, must be"):
        plot_images(PICTURE, colorbar=np.zeros(2))
    texts = plot_vectors({7: (2.0, 1.0)}).axes[0].texts
    assert [text.get_text() for text in texts if text.get_text()] == ["7"]
