"""The report over a model as text."""

from __future__ import annotations

import math

from autograd import Value
from nn import MLP, SGD, Conv2d, Flatten, Layer, MaxPool2d, Sequential, mse_loss
from visualize import health
from visualize.health import Health
from visualize.text import columns

X = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [-1.0, 1.0]]
Y = [1.0, 2.0, 3.0, 1.0]


def example():
    """A network whose weights are small multiples of powers of 2: exact, whatever the order."""
    model = MLP(2, [3, 1], "relu")
    for number, (name, parameter) in enumerate(model.named_parameters()):
        parameter.data = 0.0 if name.endswith("bias") else (number % 5 - 1) / 2
    return model


# By hand: hidden outputs [[0, 1, 0], [0, 1.5, 0.5], [0, 2.5, 0.5], [0.5, 0.5, 0.5]], outputs
# -0.5, -0.75, -1.25 and 0.5, residuals -1.5, -2.75, -4.25 and -0.5.
EXPECTED = """\
health: updates too large in layers.1: a step moves its weights by 3 times their size; about 0.001 \
is usual
4 examples, in evaluation; loss 7.03, mean squared error, as no loss was given

activations  units  made by   mean    std  least  largest  zero  dead  saturated
layers.0         3     relu  0.625  0.711      0      2.5   33%     0          0
layers.1         1   linear   -0.5  0.637  -1.25      0.5    0%     0          0

gradients  by outputs: rms  largest  zero  by weights: rms  largest  zero  weights    rms   update
layers.0              1.21     3.19   33%             1.09     2.25   33%        9  0.645  8.5e-01
layers.1              1.33     2.12    0%             4.79     8.25    0%        4  0.791  3.0e+00

updates too large in layers.1: a step moves its weights by 3 times their size; about 0.001 is usual
  -> Take a smaller learning rate.
"""


def test_the_text_of_a_small_network():
    model = example()
    report = health(model, X, Y, optimizer=SGD(model.parameters(), lr=0.5))
    assert f"{report.text}\n" == EXPECTED
    assert report.text == str(report) == repr(report)
    assert isinstance(report, Health)


def test_a_healthy_model_gets_no_advice_and_one_without_optimizer_no_updates():
    twice = [[row for row in rows for _ in range(2)] for rows in (X, Y)]
    report = health(example(), *twice, loss=mse_loss, rows=4)
    first, second, *_ = report.text.splitlines()
    assert first == "health: healthy"
    assert second == "4 of 8 examples, in evaluation; loss 7.03, mse_loss"
    assert "->" not in report.text
    assert report.text.splitlines()[-1].endswith("0.791")
    assert "update" not in report.text


def test_prompts_and_notebooks_show_the_text():
    report = health(example(), X, Y)
    assert repr(report) == report.text


def test_layers_without_parameters_and_numbers_that_are_not_finite_leave_blanks():
    model = Sequential(Conv2d(1, 2, 1, "relu"), MaxPool2d(2), Flatten(), Layer(2, 1))
    for parameter in model.parameters():
        parameter.data = math.nan
    report = health(model, [[[1.0, 2.0], [3.0, 4.0]]], [0.0])
    lines = [line.split() for line in report.text.splitlines()]
    assert ["layers.1", "2", "maximum", "0", "0"] in lines  # no number is left
    assert "nan" not in report.text.partition("activations  units")[2].partition("nan in")[0]


class Named:
    """A model whose parameters have the names that one gives them."""

    def __init__(self, *names):
        self.named = [(name, Value(1.0 + place)) for place, name in enumerate(names)]

    def named_parameters(self):
        return iter(self.named)

    def __call__(self, x):
        total = x[0]
        for _, value in self.named:
            total = (value * total).tanh()
        return total


def test_columns_stay_aligned_and_names_safe():
    report = health(Named("損失", "a\x1b[31m\nb", "e\u0301\u202e"), [[1.0], [0.5]], [0.0, 0.0])
    text = report.text
    assert not set("\x1b\u202e") & set(text)
    tables = text.split("\n\n")[1:3]
    for table in tables:
        lines = table.splitlines()
        assert len(lines) == 4
        assert len({columns(line) for line in lines}) == 1
