"""Texts about a graph name the function that was called, not the row that it is made of."""

from __future__ import annotations

import builtins
import json
import re

import pytest

import autograd
from autograd import Value, compile, log_softmax, logsumexp, mean, norm, softmax
from autograd.primitive import TABLE
from nn import SGD
from visualize import draw, explain, formula, kinks, step_through, why
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


def test_each_row_says_a_function_that_people_know():
    known = {*autograd.__all__, *dir(Value(1.0)), *dir(builtins), "identity", "equal"}
    for row in TABLE.values():
        assert row.function in known, row.name
        assert row.described == (f"{row.called} ({row.within})" if row.within else row.called)


@pytest.mark.parametrize("name", [row.name for row in TABLE.values() if row.called != row.name])
def test_no_text_says_the_name_of_a_row_that_is_called_otherwise(name):
    row = TABLE[name]
    xs = [Value(0.3 + 0.1 * place, label="abcd"[place]) for place in range(row.arity or 4)]
    root = autograd.sum([row(*xs) * 2.0, row(*xs), xs[0]])
    root.backward()
    graph = flatten([root])
    compiled = compile(lambda *given: 2.0 * row(*given))
    compiled(*[x.data for x in xs])
    texts = [
        draw(root).svg, draw(root).text, draw(root).source, draw(root, max_nodes=4).svg,
        explain(root, wrt=xs[0]).text, why(root, xs[0]).text, formula(root).text,
        kinks(root).text, step_through(root).text, str(compiled),
        json.dumps(columns(graph, compose(graph))),
    ]  # fmt: skip
    assert not [text for text in texts if name in text]


def test_a_listing_says_what_was_called():
    compiled = compile(lambda w, x: sum(a * b for a, b in zip(w, x)) + logsumexp([*w, *x]))
    compiled([1.0] * 16, [2.0] * 16)
    compiled.value_and_grad([1.0] * 16, [2.0] * 16)
    said = set(re.findall(r"(\w+)\(", str(compiled)))
    assert "dot" in said
    internal = {row.name for row in TABLE.values() if row.called != row.name}
    assert not said & internal
