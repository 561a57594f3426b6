"""Every equation that is printed in numbers holds with the numbers that are printed."""

from __future__ import annotations

import math

import pytest

import autograd
from autograd import Value, cos, exp, log, sigmoid, sin, softplus, sqrt, tanh
from tests.visualize.printed import evaluated, false_equations
from visualize import explain, step_through, why
from visualize.page.page import page

CASES = {
    "sigmoid at 25": lambda x: sigmoid(12.5 * x),
    "sigmoid at 37": lambda x: sigmoid(18.6 * x),
    "tanh at 6": lambda x: tanh(3.0 * x),
    "tanh at 17": lambda x: tanh(8.7 * x),
    "a small difference": lambda x: x * 1.00001 - x,
    "a smaller difference": lambda x: (x + 1e-9) - x * 1.0,
    "one minus a square": lambda x: (1.0 - (x * 0.49999) ** 2) * 3.0,
    "a zero of cos": lambda x: cos(x * (math.pi / 4)) * 1e16,
    "a zero of sin": lambda x: sin(x * (math.pi / 2)),
    "a steep power": lambda x: (x * 0.61725) ** 31,
    "exp": lambda x: exp(x * 6.17284) + 1.0,
    "a log near 1": lambda x: log(x * 0.500003),
    "softplus": lambda x: softplus(x * 20.05),
    "two paths that cancel": lambda x: x * 1.23456 - x * 1.23455 + 0.0 * x,
    "a dot that cancels": lambda x: autograd.dot([x, x], [Value(3.00001), Value(-3.0)]),
    "an infinite slope": lambda x: sqrt(x - 2.0) + x,
    "a negative number to a power": lambda x: (x - 4.0) ** -2,
    "tanh, 1 - 0.4621**2": lambda x: tanh(x / 4.0),
    "a chain of slopes": lambda x: tanh(sigmoid(tanh(x / 4.0)) ** 2 / 3.0) * x,
    "thirds": lambda x: (x / 3.0) * (x / 3.0) * (x / 7.0),
    "a norm": lambda x: autograd.norm([x, x * 1e-5, x * 3.0]),
}


@pytest.fixture(params=CASES, ids=lambda name: name.replace(" ", "_"))
def graph(request):
    x = Value(2.0, label="x")
    y = CASES[request.param](x)
    y.label = "y"
    return x, y


def test_the_reader_of_equations_finds_false_ones():
    assert false_equations("y * (1 - y) = 1 * (1 - 1) = 1.389e-11") != []
    assert false_equations("1 - y * y = 1 - 0.4621 * 0.4621 = 0.7864") != []
    assert false_equations("2 × (-3) = -6\nv = a = 3, 1 - 0.99999 = 1e-05") == []


def test_explain(graph):
    x, y = graph
    assert false_equations(explain(y, wrt=x).text) == []


def test_step_through(graph):
    _, y = graph
    assert false_equations(step_through(y).text) == []


def test_why(graph):
    x, y = graph
    assert false_equations(why(x, y).text) == []


def test_the_captions_of_a_page_and_its_panel(browser):
    outputs = []
    for function in CASES.values():
        outputs.append(function(Value(2.0, label="x")))
        outputs[-1].backward()
    tab = browser.new_page()
    tab.set_content(page(outputs, title="", rankdir="LR"))
    last = int(tab.get_attribute("#slider", "max"))
    assert last > 5 * len(CASES)
    captions = tab.evaluate(  # in one go, so that the browser paints none of the steps
        """last => Array.from({ length: last + 1 }, (_, step) => {
          graphPage.goTo(step);
          return document.querySelector("#caption").textContent; })""",
        last,
    )
    assert len(set(captions)) > 4 * len(CASES)
    for text in captions:
        assert (
            false_equations(text.replace("local derivative ", "; ").replace("sends ", "; ")) == []
        )
    tab.close()


def test_a_number_that_no_digits_give_is_no_equation():
    """After a leaf was changed, what stands in the graph is not what its operands give."""
    a = Value(2.0, label="a")
    y = a * 3.0
    a.data = 5.0
    assert false_equations(why(a, y).text) == []
    assert evaluated("5 × 3") == 15.0


@pytest.mark.filterwarnings("ignore::autograd.NumericWarning")
def test_a_root_of_a_negative_number_is_nan_in_words_too():
    x = Value(-2.0, label="x")
    y = x**0.5
    for text in (explain(y, x).text, step_through(y).text):
        assert "∂v1/∂x = 0.5 * x**(-0.5) = 0.5 * (-2)**(-0.5) = nan" in text
