"""Texts about a graph name the function that was called, not the row that it is made of."""

from __future__ import annotations

import json

import pytest

import autograd
from autograd import Value, log_softmax, logsumexp, mean, norm, softmax
from autograd.primitive import TABLE
from nn import SGD
from visualize import draw, explain, formula, why
from visualize.page.data import columns
from visualize.scene.compose import compose
from visualize.scene.flat import flatten

FUNCTIONS = {
    "sum": autograd.sum,
    "sum of a mean": mean,
    "norm": norm,
    "logsumexp": logsumexp,
    "softmax": lambda values: softmax(values)[0],
}


def leaves():
    return [Value(0.0, label="x"), Value(0.0, label="y")]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_errors_about_a_node_say_what_was_called(name):
    node = FUNCTIONS[name](leaves())
    if name == "sum of a mean":
        node = node.args[0]
    function = name.split()[0]
    with pytest.raises(AttributeError, match=rf"the result of .*\b{function}\b"):
        node.data = 3.0
    with pytest.raises(ValueError, match=rf"the result of .*\b{function}\b"):
        SGD([node], lr=0.1)


def test_why_says_what_was_called():
    x, y = leaves()
    assert "killed at hypot (norm)" in why(norm([x, y]), x).text
    assert "killed at portion (softmax)" in why(softmax([x])[0], x).text
    root = softmax([x])[0]
    root.backward()
    assert "grad 0 (softmax flat)" in draw(root).text


@pytest.mark.parametrize("function", [autograd.sum, mean, norm, logsumexp, log_softmax, softmax])
def test_no_text_says_add_n(function):
    x, y = leaves()
    made = function([x, y, x * y])
    root = autograd.sum(made if isinstance(made, list) else [made, x])
    root.backward()
    graph = flatten([root])
    texts = [
        draw(root).svg, draw(root).text, draw(root).source, draw(root, max_nodes=4).svg,
        explain(root, wrt=x).text, why(root, x).text, formula(root).text,
        json.dumps(columns(graph, compose(graph))["operations"]),
    ]  # fmt: skip
    assert not [text for text in texts if "add_n" in text]


def test_rows_that_nobody_calls_say_where_they_are_applied():
    for row in TABLE.values():
        if row.within:
            assert callable(getattr(autograd, row.within))
            assert row.described == f"{row.called} ({row.within})"
        else:
            assert row.described == row.called
