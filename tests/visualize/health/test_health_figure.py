"""The figure of a check, and that of a monitor: what is drawn where, and that it is readable."""

from __future__ import annotations

import itertools
import math
import random
from types import SimpleNamespace

import numpy as np
import pytest

from autograd import Value
from nn import MLP, SGD, Adam, binary_cross_entropy_with_logits
from visualize import HealthMonitor, health

pytest.importorskip("matplotlib", reason="plots need matplotlib, of the extra plots")

RNG = random.Random(3)
X = [[RNG.gauss(0, 1), RNG.gauss(0, 1)] for _ in range(20)]
Y = [float(x[0] > 0) for x in X]
BCE = binary_cross_entropy_with_logits


def report_of(widths=(5, 4, 1), activation="relu", scale=1.0, optimizer=True, seed=1):
    model = MLP(2, list(widths), activation, rng=random.Random(seed))
    for parameter in model.parameters():
        parameter.data *= scale
    moving = Adam(model.parameters()) if optimizer else None
    return health(model, X, Y, loss=BCE, optimizer=moving)


def words(axes):
    return [text.get_text() for text in axes.texts if text.get_text()]


def bars(axes):
    """The ends of all horizontal bars as (height, left, right)."""
    return [
        (float(line[0, 1]), float(line[0, 0]), float(line[1, 0]))
        for collection in axes.collections
        for line in (path.vertices for path in collection.get_paths())
        if len(line) == 2
    ]


def test_bars_show_the_quantiles_of_each_layer():
    report = report_of()
    activations, gradients, updates = report.figure.axes
    assert [label.get_text() for label in activations.get_yticklabels()] == [
        "layers.0", "layers.1", "layers.2",
    ]  # fmt: skip
    low, high = activations.get_ylim()
    assert low > high  # the first layer is on top
    for place, layer in enumerate(report.layers):
        q = layer.activations.quantiles
        found = [bar[1:] for bar in bars(activations) if bar[0] == place]
        assert found == [(q[0], q[4]), (q[1], q[3])]
        of_outputs, of_weights = layer.gradients.magnitudes, layer.weight_gradients.magnitudes
        found = [bar[1:] for bar in bars(gradients) if abs(bar[0] - place) < 0.4]
        assert found == [
            (of_outputs[0], of_outputs[4]), (of_outputs[1], of_outputs[3]),
            (of_weights[0], of_weights[4]), (of_weights[1], of_weights[3]),
        ]  # fmt: skip
    points = [tuple(line.get_xydata()[0]) for line in updates.lines if line.get_marker() == "o"]
    assert points == [(layer.update, place) for place, layer in enumerate(report.layers)]
    assert gradients.get_xscale() == updates.get_xscale() == "log"
    assert activations.get_xscale() == "linear"


def test_the_title_is_the_verdict_and_the_legend_says_what_is_what():
    report = report_of()
    figure = report.figure
    assert figure.get_suptitle() == report.verdict
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == [
        "outputs of the layer", "its parameters", "usual update: 0.001 of the parameters",
    ]  # fmt: skip


def test_without_an_optimizer_there_is_no_panel_of_updates():
    figure = report_of(optimizer=False).figure
    assert [axes.get_title() for axes in figure.axes] == ["activations", "gradients"]
    assert len(figure.legends[0].get_texts()) == 2


def test_signals_of_very_different_size_get_a_logarithmic_axis():
    report = report_of((6,) * 5 + (1,), scale=12.0)
    axes = report.figure.axes[0]
    assert axes.get_xscale() == "symlog"
    ticks = axes.get_xticks().tolist()
    assert ticks == sorted(-tick for tick in ticks)
    assert len(ticks) in {5, 7}
    sizes = [layer.activations.rms for layer in report.layers]
    assert max(ticks) / 10 < max(sizes) <= max(ticks)
    alike = [layer.activations.rms for layer in report_of().layers]
    assert max(alike) < 20 * min(alike)  # and so linear, as seen above


def test_illnesses_are_written_at_their_layer():
    model = MLP(2, [4, 4, 1], "relu", rng=random.Random(1))
    for neuron in model.layers[1].neurons:
        neuron.bias.data = -100.0
    report = health(model, X, Y, loss=BCE, optimizer=SGD(model.parameters()))
    activations, gradients, updates = report.figure.axes
    assert words(activations)[-1] == "4 of 4 dead"
    assert words(gradients) == ["all 0 | all 0", "all 0"]
    assert words(updates) == ["none", "none"]  # nothing moves behind the dead layer
    broken = MLP(2, [3, 1], "tanh")
    broken.layers[0].neurons[0].bias.data = math.nan
    figure = health(broken, X, Y).figure
    assert words(figure.axes[0]) == ["20 not finite", "20 not finite"]
    saturated = report_of((3, 1), "tanh", scale=1000.0).figure
    assert any("saturated" in text for text in words(saturated.axes[0]))


@pytest.mark.parametrize(
    ("widths", "activation", "scale"),
    [((1,), "relu", 1.0), ((3,) * 16 + (1,), "sigmoid", 1.0), ((4, 4, 1), "tanh", 300.0)],
)
def test_words_fit_into_the_figure(widths, activation, scale):
    figure = report_of(widths, activation, scale).figure
    figure.draw_without_rendering()
    texts = [figure._suptitle, *figure.legends]
    for axes in figure.axes:
        texts += [axes.title, axes.xaxis.label, *axes.texts]
    texts += figure.axes[0].get_yticklabels()
    for text in texts:
        box = text.get_window_extent()
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= figure.bbox.x1, text
        assert box.y1 <= figure.bbox.y1, text
    for one, other in itertools.pairwise(figure.axes):
        assert one.get_tightbbox().x1 <= other.get_tightbbox().x0 + 1


def test_names_are_shown_as_they_are():
    class Named:
        def __init__(self, *names):
            self.named = [(name, Value(0.5)) for name in names]

        def named_parameters(self):
            return iter(self.named)

        def __call__(self, x):
            total = x[0]
            for _, value in self.named:
                total = (value * total).tanh()
            return total

    names = (r"$\frac{a", "$x$", "_hidden", "a" * 60)
    model = Named(*names)
    monitor = HealthMonitor(X, Y)
    optimizer = SGD([value for _, value in model.named])
    monitor(SimpleNamespace(model=model, optimizer=optimizer, epoch=1))
    (report,) = monitor.reports
    figure = report.figure
    figure.draw_without_rendering()
    shown = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert shown == [*names[:3], "a" * 27 + "…"]
    figure = monitor.figure
    figure.draw_without_rendering()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == shown


def monitored(epochs, widths=(4, 3, 1), **settings):
    monitor = HealthMonitor(X, Y, loss=BCE)
    model = MLP(2, list(widths), "tanh", rng=random.Random(2))
    optimizer = SGD(model.parameters(), **settings)
    for epoch in range(1, epochs + 1):
        optimizer.zero_grad()
        BCE([model(x) for x in X], Y).backward()
        optimizer.step()
        monitor(SimpleNamespace(model=model, optimizer=optimizer, epoch=epoch))
    return monitor


def test_a_monitor_draws_a_line_per_layer_and_quantity():
    monitor = monitored(5, lr=0.3)
    figure = monitor.figure
    gradients, updates, stuck = figure.axes
    for place in range(3):
        for axes, quantity in (
            (gradients, lambda layer: layer.gradients.rms),
            (updates, lambda layer: layer.update),
            (stuck, lambda layer: (len(layer.dead) + len(layer.saturated)) / layer.units),
        ):
            expected = [(n, quantity(r.layers[place])) for n, r in enumerate(monitor.reports, 1)]
            np.testing.assert_allclose(axes.lines[place].get_xydata(), expected, rtol=1e-12)
    assert gradients.get_yscale() == updates.get_yscale() == "log"
    assert figure.get_suptitle() == f"epoch 5: {monitor.reports[-1].verdict}"
    (legend,) = figure.legends
    assert [t.get_text() for t in legend.get_texts()] == ["layers.0", "layers.1", "layers.2"]
    looks = {(str(line.get_color()), str(line._dash_pattern)) for line in gradients.lines}
    assert len(looks) == 3


def test_points_are_marked_and_what_a_logarithmic_axis_has_no_place_for_is_a_gap():
    monitor = HealthMonitor(X, Y, loss=BCE)
    model = MLP(2, [3, 3, 1], "relu", rng=random.Random(2))
    optimizer = SGD(model.parameters(), lr=0.1)
    for epoch in (1, 2):
        monitor(SimpleNamespace(model=model, optimizer=optimizer, epoch=epoch))
        for neuron in model.layers[1].neurons:
            neuron.bias.data = -100.0  # no gradient comes to the first layer any more
    gradients, updates, stuck = monitor.figure.axes
    for axes in (gradients, updates):
        line = axes.lines[0]
        assert line.get_marker() == "."
        first, second = line.get_ydata()
        assert first > 0
        assert math.isnan(second)
    assert list(stuck.lines[1].get_ydata())[1] == 1.0


def test_a_monitor_of_many_layers_fits():
    figure = monitored(1, widths=(2,) * 16 + (1,), lr=0.1).figure
    figure.draw_without_rendering()
    (legend,) = figure.legends
    box = legend.get_window_extent()
    assert box.y0 >= 0
    assert box.x1 <= figure.bbox.x1
    assert all(not box.overlaps(axes.get_tightbbox()) for axes in figure.axes)
