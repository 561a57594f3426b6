"""Plots: what they show, that they repeat to the byte, and how they refuse."""

from __future__ import annotations

import itertools
import math
import sys
import weakref
from types import SimpleNamespace

import pytest

import autograd
from autograd import Value
from nn import MLP, Conv2d, Dropout, Layer, Sequential
from tests.in_one_test import in_one_test
from visualize.plots import draw_network, plot_decision_boundary, plot_history, save_figure
from visualize.plots.network import label_places

matplotlib = pytest.importorskip("matplotlib", reason="plots need matplotlib, of the extra plots")

CORNERS = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]


def network(*layers):
    """A model from [[weights], bias] per neuron."""
    return SimpleNamespace(
        layers=[
            SimpleNamespace(
                neurons=[
                    SimpleNamespace(
                        weights=[Value(w) for w in weights],
                        bias=None if bias is None else Value(bias),
                    )
                    for weights, bias in layer
                ]
            )
            for layer in layers
        ]
    )


def lines_of(figure):
    (collection,) = figure.axes[0].collections
    return collection


def words(axes):
    return [text.get_text() for text in axes.texts]


def test_history_pairs_training_with_validation():
    history = {
        "loss": [3.0, 2.0, 1.0],
        "lr": [0.1, 0.1, 0.1],
        "accuracy": [0.1, 0.2, 0.3],
        "validation_loss": [4.0, 2.5, 2.75],
        "validation_accuracy": [0.1, 0.1, 0.2],
    }
    figure = plot_history(history)
    assert [axes.get_ylabel() for axes in figure.axes] == ["loss", "accuracy"]
    training, validation, lowest = figure.axes[0].lines
    assert list(training.get_xdata()) == [1, 2, 3]
    assert list(training.get_ydata()) == history["loss"]
    assert list(validation.get_ydata()) == history["validation_loss"]
    assert lowest.get_label() == "lowest: 2.5 in epoch 2"


def test_history_shows_a_single_epoch_and_a_changing_learning_rate():
    assert plot_history({"loss": [1.0]}).axes[0].lines[0].get_marker() == "o"
    figure = plot_history({"loss": [2.0, 1.0], "lr": [0.1, 0.05]})
    assert [axes.get_ylabel() for axes in figure.axes] == ["loss", "lr"]


def outside(legend, figure):
    """Whether a legend lies in the figure and covers nothing of any axes' frame."""
    figure.draw_without_rendering()
    box = legend.get_window_extent()
    assert box.x0 >= 0
    assert box.y0 >= 0
    assert box.x1 <= figure.bbox.x1
    assert box.y1 <= figure.bbox.y1
    return not any(box.overlaps(axes.get_window_extent()) for axes in figure.axes)


def test_history_takes_a_title_and_a_name_for_what_it_counts():
    history = {"loss": [2.0, 1.0], "validation_loss": [2.0, 1.5], "accuracy": [0.5, 1.0]}
    figure = plot_history(history, title="A title", x_label="step")
    assert figure.get_suptitle() == "A title"
    assert [axes.get_xlabel() for axes in figure.axes] == ["step", "step"]
    assert figure.axes[0].lines[-1].get_label() == "lowest: 1.5 in step 2"
    plain = plot_history(history)
    assert plain.get_suptitle() == ""
    assert [axes.get_xlabel() for axes in plain.axes] == ["epoch", "epoch"]


def test_legends_of_a_history_cover_no_curve_and_no_title():
    history = {"loss": [1.0, 0.0] * 500, "validation_loss": [0.0, 1.0] * 500, "accuracy": [1.0]}
    figure = plot_history(history, title="A title")
    legends = [axes.get_legend() for axes in figure.axes]
    assert all(outside(legend, figure) for legend in legends)
    boxes = [legend.get_window_extent() for legend in legends]
    assert not boxes[0].overlaps(boxes[1])
    title = next(text for text in figure.texts if text.get_text() == "A title")
    assert not any(box.overlaps(title.get_window_extent()) for box in boxes)


@pytest.mark.parametrize("history", [{}, {"loss": []}])
def test_history_without_an_epoch_is_refused(history):
    with pytest.raises(ValueError, match="holds no epoch"):
        plot_history(history)


def black_lines(figure):
    """Vertices of the lines that separate classes."""
    return [
        vertex
        for collection in figure.axes[0].collections
        if collection.get_edgecolor().tolist() == [[0.0, 0.0, 0.0, 1.0]]
        for path in collection.get_paths()
        for vertex in path.vertices.tolist()
    ]


@pytest.mark.parametrize("threshold", [0.0, 0.25])
def test_boundary_of_one_output_lies_at_the_threshold(threshold):
    figure = plot_decision_boundary(
        lambda row: Value(row[0]) - 0.5, CORNERS, [0, 0, 1, 1], resolution=20, threshold=threshold
    )
    vertices = black_lines(figure)
    assert vertices
    assert all(x == pytest.approx(0.5 + threshold) for x, _ in vertices)


def test_boundary_of_several_outputs_lies_where_two_lead():
    figure = plot_decision_boundary(
        lambda row: [Value(row[1]), 0.25, -9.0], CORNERS, [1, 0, 1, 0], resolution=20
    )
    vertices = black_lines(figure)
    assert vertices
    assert all(y == pytest.approx(0.25) for _, y in vertices)


def test_a_class_that_never_leads_all_others_is_not_painted():
    figure = plot_decision_boundary(
        lambda row: [0.0, 2.0, 1.0], CORNERS, [0, 1, 2, 0], resolution=3
    )
    assert len(figure.axes[0].collections) == 2 + 3  # class 1 over class 0, and three of examples


def test_a_class_that_leads_its_neighbour_only_is_not_painted():
    figure = plot_decision_boundary(
        lambda row: [2.0, 0.0, 1.0], CORNERS, [0, 1, 2, 0], resolution=3
    )
    assert len(figure.axes[0].collections) == 1 + 3  # class 0, and three of examples


def test_boundary_of_probabilities_is_drawn_though_none_is_below_0():
    figure = plot_decision_boundary(
        lambda row: 0.3 + 0.4 * row[0], CORNERS, [0, 0, 1, 1], resolution=9, threshold=0.5
    )
    vertices = black_lines(figure)
    assert vertices
    assert all(x == pytest.approx(0.5) for x, _ in vertices)


def test_examples_of_a_single_class_have_the_colour_of_its_side():
    looks = []
    for label in (-1, 0, 1):
        figure = plot_decision_boundary(sum, CORNERS, [label] * 4, resolution=3)
        looks.append(figure.axes[0].collections[-1].get_facecolor()[0].tolist())
    assert looks[0] == looks[1] != looks[2]
    assert looks[0][0] > looks[0][2]  # orange below the threshold
    assert looks[2][0] < looks[2][2]  # blue above


def test_boundary_takes_a_title_and_names_of_the_inputs():
    options = {"title": "A title", "x_label": "length in cm", "y_label": "width in cm"}
    axes = plot_decision_boundary(sum, CORNERS, [0, 1, 1, 1], resolution=3, **options).axes[0]
    said = {"title": axes.get_title(), "x_label": axes.get_xlabel(), "y_label": axes.get_ylabel()}
    assert said == options
    axes = plot_decision_boundary(sum, CORNERS, [0, 1, 1, 1], resolution=3).axes[0]
    assert (axes.get_title(), axes.get_xlabel(), axes.get_ylabel()) == ("", "input 0", "input 1")


@pytest.mark.parametrize("count", [1, 2, 10])
def test_the_legend_of_a_boundary_covers_neither_points_nor_words(count):
    X = [[float(i % 7), float(i % 5)] for i in range(40)]
    y = [i % count for i in range(40)]
    figure = plot_decision_boundary(
        lambda row: [row[0]] * count if count > 2 else row[0], X, y, resolution=3
    )
    axes = figure.axes[0]
    legend = axes.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == [f"class {i}" for i in range(count)]
    assert outside(legend, figure)
    assert not legend.get_window_extent().overlaps(axes.xaxis.label.get_window_extent())


def test_boundary_asks_in_evaluation_mode_and_keeps_one_graph_at_a_time():
    calls, graphs = [], weakref.WeakSet()
    weight = Value(1.0)

    class Model:
        training = True

        def eval(self):
            self.training = False

        def train(self):
            self.training = True

        def __call__(self, row):
            calls.append((self.training, len(graphs)))
            graphs.add(result := weight * row[0] - row[1])
            return result

    model = Model()
    plot_decision_boundary(model, CORNERS, [-1, 1, -1, 1], resolution=3)
    assert set(calls) == {(False, 0)}
    assert len(calls) == 9
    assert model.training


@pytest.mark.parametrize(
    ("model", "X", "y", "said"),
    [
        (sum, [[1.0, 2.0, 3.0]], [0], r"X has shape \(1, 3\); it must be \(examples, 2\)"),
        (sum, CORNERS, [0, 1], r"X has 4 rows but y has shape \(2,\)"),
        (sum, [[0.0, 1.0], [math.nan, 0.0]], [0, 1], "row 1 of X"),
        (sum, CORNERS, [0, 1, 2, 0], "one output, .* but y holds 3: 0, 1, 2"),
        (lambda row: row, CORNERS, [0, 1, 2, 0], "classes 0, 1, 2, but .* outputs for 0 to 1"),
        (lambda row: math.nan, CORNERS, [0, 1, 1, 0], "nan or inf at every point"),
    ],
)
def test_boundary_refuses_what_it_cannot_draw(model, X, y, said):
    with pytest.raises(ValueError, match=said):
        plot_decision_boundary(model, X, y, resolution=3)


def test_network_shows_sign_and_size_of_every_weight():
    figure = draw_network(network([([0.5, -2.0], None), ([1.0, 0.0], 0.25)]))
    lines = lines_of(figure)
    assert len(lines.get_segments()) == 4
    widths = lines.get_linewidths()
    assert max(widths) == pytest.approx(3.0)
    heaviest = list(widths).index(max(widths))
    solid = [style[1] is None for style in lines.get_linestyles()]
    assert not solid[heaviest]
    assert sum(solid) == 3
    red, _, blue, _ = lines.get_edgecolors()[heaviest]
    assert red > blue  # orange: negative
    scale = figure.axes[1].get_ylim()
    assert scale == (-2.0, 2.0)


@in_one_test("widths", [[1, 1], [4, 3, 1], [2, 40, 2], [1, 1, 1, 1, 1, 1]])
@in_one_test("named", [True, False])
def test_the_words_of_a_network_fit_into_the_figure_and_lie_apart(widths, named):
    layers = [[([1.0] * before, 0.0)] * after for before, after in itertools.pairwise(widths)]
    options = {}
    if named:
        names = [["a rather long name"] * width for width in (widths[0], widths[-1])]
        options = {"inputs": names[0], "outputs": names[1], "title": "A title"}
    figure = draw_network(network(*layers), **options)
    figure.draw_without_rendering()
    axes, bar = figure.axes
    boxes = [text.get_window_extent() for text in (bar.yaxis.label, *axes.texts, *figure.texts)]
    boxes += [legend.get_window_extent() for legend in figure.legends]
    circles = [patch.get_window_extent() for patch in axes.patches]
    for place, box in enumerate(boxes):
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.bbox.y1
        assert not any(box.overlaps(other) for other in boxes[:place])
    for box, text in zip(boxes[1:], axes.texts, strict=False):
        if not text.get_text()[0].isdigit() or "\n" in text.get_text():  # a bias is in its circle
            assert not any(box.overlaps(circle) for circle in circles)


def test_circles_of_a_network_are_round_and_a_legend_tells_the_signs():
    figure = draw_network(network([([0.5, -2.0], -1.0)]), title="A title")
    figure.draw_without_rendering()
    for circle in figure.axes[0].patches:
        box = circle.get_window_extent()
        assert box.width == pytest.approx(box.height)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["positive", "negative (dashed)"]
    assert [line.get_linestyle() for line in legend.get_lines()] == ["-", "--"]
    assert figure.axes[1].get_ylabel() == "weight of a line, bias of a circle"
    assert figure.get_suptitle() == "A title"
    assert [circle.get_linestyle() for circle in figure.axes[0].patches] == ["-", "-", "--"]


def test_numbers_of_a_network_stand_on_its_lines_and_in_its_circles():
    model = network([([0.5, -2.0], 0.25), ([1.0, 3.0], None)], [([-0.125, 4.0], 1.0)])
    axes = draw_network(model).axes[0]
    places = {text.get_text(): text.get_position() for text in axes.texts}
    circles = [patch.center for patch in axes.patches]
    inputs, hidden, (output,) = circles[:2], circles[2:4], circles[4:]
    assert places["0.25"] == hidden[0]
    lines = {
        "0.5": (inputs[0], hidden[0]),
        "-2": (inputs[1], hidden[0]),
        "3": (inputs[1], hidden[1]),
        "-0.12": (hidden[0], output),
        "4": (hidden[1], output),
    }
    for number, ((x0, y0), (x1, y1)) in lines.items():
        x, y = places[number]
        share = (x - x0 - 0.34) / (x1 - x0 - 0.68)  # lines run from rim to rim
        assert 0.1 < share < 0.9
        assert y == pytest.approx(y0 + share * (y1 - y0))
    assert words(draw_network(model, numbers=False).axes[0]) == ["2 inputs", "2 units", "1 unit"]


def test_a_network_of_micrograd_has_its_short_names():
    neuron = SimpleNamespace(w=[Value(0.5), Value(-2.0)], b=Value(0.25))
    axes = draw_network(SimpleNamespace(layers=[SimpleNamespace(neurons=[neuron])])).axes[0]
    assert {"0.5", "-2", "0.25"} <= set(words(axes))


def test_numbers_of_a_network_are_left_out_where_they_are_many():
    few, many = ([([1.0] * 5, 0.0)] * count for count in (4, 5))
    assert len(words(draw_network(network(few)).axes[0])) == 2 + 20 + 4
    assert words(draw_network(network(many)).axes[0]) == ["5 inputs", "5 units"]
    assert len(words(draw_network(network(many), numbers=True).axes[0])) == 2 + 25 + 5


def test_numbers_on_crossing_lines_move_apart():
    lines = [((0.0, float(a)), (10.0, float(b))) for a in range(3) for b in range(4)]
    places = label_places(lines, 1.0, 0.25)
    for (start, end), (x, y) in zip(lines, places, strict=True):
        assert y == pytest.approx(start[1] + x / 10 * (end[1] - start[1]))
    for (x, y), (a, b) in itertools.combinations(places, 2):
        assert abs(x - a) >= 1.0 or abs(y - b) >= 0.25


def test_network_leaves_out_the_middle_of_wide_layers_and_says_so():
    figure = draw_network(network([([1.0] * 3, 0.0)] * 50, [([1.0] * 50, 0.0)]), max_units=6)
    assert words(figure.axes[0]) == ["3 inputs", "⋮ 44 more", "50 units", "1 unit"]
    assert len(figure.axes[0].patches) == 3 + 6 + 1


def test_network_names_activations_inputs_and_outputs():
    model = Sequential(Layer(2, 3, "tanh"), Dropout(0.5), abs, Layer(3, 1, autograd.sin))
    axes = draw_network(model, inputs=["width", "height"], outputs=["area"], numbers=False).axes[0]
    assert words(axes) == ["2 inputs", "3 units\ntanh", "1 unit\nsin", "width", "height", "area"]
    circles = [patch.center for patch in axes.patches]
    width, height, area = axes.texts[-3:]
    assert width.get_position()[1] == circles[0][1]
    assert height.get_position()[1] == circles[1][1]
    assert area.get_position()[1] == circles[-1][1]


def test_network_marks_weights_that_are_not_finite():
    lines = lines_of(draw_network(network([([math.nan, math.inf, 1.0], 0.0)])))
    assert sum(style[1] is not None for style in lines.get_linestyles()) == 2
    assert len({tuple(colour) for colour in lines.get_edgecolors()}) == 2
    figure = draw_network(network([([1.0], math.nan)]))
    assert figure.legends[0].get_texts()[-1].get_text() == "nan or inf: 1"


@in_one_test(
    "model, error, said",
    [
        (object(), TypeError, "such as nn.MLP or nn.Layer; object has no layers"),
        (SimpleNamespace(layers=[]), TypeError, "has no layers"),
        (SimpleNamespace(layers=[3]), TypeError, r"layers\[0\] is a int"),
        (Sequential(Conv2d(1, 1, 2)), TypeError, r"layers\[0\] is a Conv2d; plot_weights shows"),
        (Sequential(Dropout(0.5)), TypeError, "Sequential has none with neurons"),
        (
            SimpleNamespace(layers=[SimpleNamespace(neurons=[3])]),
            TypeError,
            r"layers\[0\].neurons\[0\] is a int",
        ),
        (
            network([([1.0], None)] * 2, [([1.0] * 3, None)]),
            ValueError,
            r"layers\[1\].neurons\[0\] has 3 weights, but there are 2 units",
        ),
    ],
)
def test_network_refuses_other_models(model, error, said):
    with pytest.raises(error, match=said):
        draw_network(model)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"inputs": ["a"]}, "inputs holds 1 name, but there are 2; give one each"),
        ({"outputs": ["a", "b"]}, "outputs holds 2 names, but there are 1"),
        ({"max_units": 1}, "max_units must be at least 2, not 1"),
    ],
)
def test_network_refuses_names_that_do_not_fit(options, said):
    with pytest.raises(ValueError, match=said):
        draw_network(network([([1.0, 2.0], None)]), **options)


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_saved_figures_repeat_to_the_byte(suffix, tmp_path):
    for name in ("first", "second"):
        figure = plot_history({"loss": [2.0, 1.0], "validation_loss": [2.0, 1.5]})
        path = tmp_path / f"{name}{suffix}"
        assert save_figure(figure, str(path)) == path
    first, second = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("first", "second"))
    assert first == second


def test_an_unknown_suffix_is_refused_and_nothing_written(tmp_path):
    with pytest.raises(ValueError, match=r"'loss.gif'; use one of .svg, .pdf, .png"):
        save_figure(plot_history({"loss": [1.0]}), tmp_path / "loss.gif")
    assert not list(tmp_path.iterdir())


def test_missing_matplotlib_is_an_error_that_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "scalar-autograd\[plots\]"'):
        plot_history({"loss": [1.0]})


def test_an_input_that_never_changes_is_in_the_middle_of_its_axis():
    figure = plot_decision_boundary(lambda row: row[0] - 0.5, [[0.0, 3.0], [1.0, 3.0]], [0, 1])
    assert figure.axes[0].get_ylim() == (2.0, 4.0)


def test_of_an_odd_number_of_units_one_more_is_drawn_at_the_end():
    figure = draw_network(MLP(2, [9, 1]), max_units=5, numbers=False)
    assert "⋮ 4 more" in [text.get_text() for text in figure.axes[0].texts]
    assert len(figure.axes[0].patches) == 2 + 5 + 1
