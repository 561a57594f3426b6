"""The columns of a page: every fact of the graph, exact, small, and safe in the page's markup."""

from __future__ import annotations

import json
import math
import random

import pytest

import autograd
from autograd import Value, no_grad, relu, sqrt
from autograd.graph import Constant
from autograd.reverse import local_derivatives, sweep
from visualize.formula.rules import local_rule
from visualize.page.data import NumberTable, columns, columns_json
from visualize.page.folds import beginning, foldable_sums
from visualize.scene.compose import compose
from visualize.scene.flat import flatten, names_of

STATES = {"p": "pending", "u": "unreached", "z": "zero", "f": "finite", "i": "infinite", "n": "nan"}


def columns_of(*outputs):
    graph = flatten(outputs)
    return graph, columns(graph, compose(graph))


def bits(number):
    return None if number is None else repr(float(number))


class Decoded:
    """The columns read back by the description in data.py, as the scripts do."""

    def __init__(self, made):
        self.made = json.loads(json.dumps(made, allow_nan=False))
        self.numbers = [float(number) for number in self.made["numbers"]]

    def number(self, place):
        return None if place < 0 else self.numbers[place]

    def texts(self, column):
        return ["" if place < 0 else self.made["texts"][place] for place in self.made[column]]

    def sweep(self):
        """The gradients of one pass, and what each value sends, summed in the order of visits."""
        totals = {value: self.number(place) for value, place in self.made["seeds"]}
        sent = {}
        for value in self.made["visits"]:
            gradient = totals[value]
            unlike = self.made["sent"].get(str(value))
            for position, operand in enumerate(self.made["operands"][value]):
                local = self.number(self.made["local"][value][position])
                share = None if local is None else gradient * local if gradient else 0.0
                if unlike:
                    share = self.number(unlike[position])
                sent[value, position] = share
                if operand < 0 or share is None:
                    continue
                totals[operand] = totals[operand] + share if operand in totals else share
        return totals, sent


def random_expression(seed):
    generator = random.Random(seed)
    values = [Value(generator.uniform(-2, 2), label=f"x{i}") for i in range(4)]
    for _ in range(30):
        a, b = generator.choice(values), generator.choice(values)
        made = [a + b, a * b, a - b, a / (b * b + 1), a.tanh(), relu(a), 2 * a, sqrt(a * a + 1)]
        values.append(generator.choice(made))
    return autograd.sum(values[-6:])


@pytest.mark.parametrize("seed", range(8))
def test_the_columns_hold_the_reverse_sweep_to_the_last_bit(seed):
    root = random_expression(seed)
    graph, made = columns_of(root)
    totals, sent = Decoded(made).sweep()
    number = {value: index for index, value in enumerate(graph.values)}
    expected = sweep(root)
    assert [number[visit.node] for visit in expected.visits] == made["visits"]
    assert {value: bits(total) for value, total in totals.items()} == {
        number[value]: bits(gradient) for value, gradient in expected.gradients().items()
    }
    for visit in expected.visits:
        for contribution in visit.contributions:
            found = sent[number[visit.node], contribution.position]
            assert bits(found) == bits(contribution.sent)


def test_every_value_has_its_facts(states):
    graph, made = columns_of(states)
    decoded = Decoded(made)
    assert decoded.texts("name") == list(names_of(graph).values())
    assert decoded.texts("label") == [value.label for value in graph.values]
    for index, value in enumerate(graph.values):
        assert bits(decoded.number(made["data"][index])) == bits(value.data)
        state = STATES[made["state"][index]]
        recorded = decoded.number(made["gradient"][index])
        assert (recorded is None) == (state == "unreached") == (not value.has_grad)
        if recorded is not None:
            assert bits(recorded) == bits(value.grad)
        row = (
            made["operations"][made["operation"][index]] if made["operation"][index] >= 0 else None
        )
        assert (row and row["name"]) == (value.op and value.op.name)
        local = [decoded.number(place) for place in made["local"][index]]
        assert list(map(bits, local)) == list(map(bits, local_derivatives(value)))
        for operand, place in zip(value.args, made["operands"][index], strict=True):
            if type(operand) is Constant:
                assert bits(decoded.numbers[-1 - place]) == bits(operand)
            else:
                assert graph.values[place] is operand
    assert {STATES[letter] for letter in made["state"]} == {*STATES.values()} - {"pending"}


def test_rules_are_those_of_the_formulas():
    x, y = Value(2.0), Value(3.0)
    root = (x * y).tanh() + x**3
    graph, made = columns_of(root)
    for index, value in enumerate(graph.values):
        rules = made["rules"][made["rule"][index]]
        if value.op is None:
            assert rules == ()
        elif value.op.name == "pow":
            assert rules == ("3 * {0}**2", "")
        else:
            assert rules == tuple(
                local_rule(value.op, p, len(value.args)) for p in range(len(rules))
            )
            assert len(rules) == len(value.args)


def test_a_graph_before_its_backward_pass_is_pending_and_can_be_played():
    x = Value(3.0)
    _, made = columns_of(x * x)
    assert made["state"] == "pp"
    assert made["gradient"] == [-1, -1]
    totals, _ = Decoded(made).sweep()
    assert totals == {0: 6.0, 1: 1.0}
    assert not x.has_grad  # looking at a graph changes nothing


def test_the_sweep_starts_with_the_recorded_gradient():
    x = Value(3.0)
    root = x * x
    root.backward(gradient=-0.5)
    totals, _ = Decoded(columns_of(root)[1]).sweep()
    assert totals == {0: x.grad, 1: -0.5}


def test_several_outputs_are_swept_together():
    a, b = Value(2.0), Value(5.0)
    product, total = a * b, a + b
    _, made = columns_of(product, total)
    assert [value for value, _ in made["seeds"]] == made["outputs"]
    totals, _ = Decoded(made).sweep()
    assert totals == {0: 6.0, 1: 3.0, 2: 1.0, 3: 1.0}  # the gradient of a * b + a + b
    product.backward()
    _, made = columns_of(product, total)
    assert Decoded(made).sweep()[0] == {0: 5.0, 1: 2.0, 2: 1.0}  # of the one with a gradient


def test_an_output_below_another_gets_its_gradient_from_there():
    a = Value(2.0)
    square = a * a
    root = square * 3
    _, made = columns_of(square, root)
    assert len(made["outputs"]) == 2
    assert Decoded(made).sweep()[0] == {0: 12.0, 1: 3.0, 2: 1.0}


def test_several_outputs_can_be_looked_at_while_nothing_is_recorded():
    a = Value(2.0)
    outputs = a * 3, a + 1
    with no_grad():
        _, made = columns_of(*outputs)
    assert Decoded(made).sweep()[0] == {0: 3.0, 1: 1.0}


def test_a_stale_graph_has_no_sweep():
    a = Value(2.0)
    root = a * a
    a.data = 3.0
    _, made = columns_of(root)
    assert made["visits"] == made["seeds"] == []


def test_scopes_and_lines_are_written_once_each(network):
    graph, made = columns_of(network)
    assert [tuple(made["scopes"][place]) for place in made["scope"]] == graph.scopes
    assert len(made["scopes"]) == len(set(graph.scopes))
    with autograd.source_lines():
        root = Value(1.0) + 2
    _, made = columns_of(root)
    assert [made["lines"][place] if place >= 0 else "" for place in made["line"]][-1] == root.line
    assert root.line


LABELS = [
    "</script><img src=x onerror=alert(1)>", 'a<b & "c"', "<!--", "-->", "]]>", "\u2028\u2029",
    "\u202egnp.exe", "\ud800", "\x00\x1b[31m", "'\\", "${x}`",
]  # fmt: skip


@pytest.mark.parametrize("label", LABELS)
def test_no_label_gets_out_of_the_script_element(label):
    graph = flatten([Value(1.0, label=label)])
    text = columns_json(graph, compose(graph))
    assert not set("<>&\u2028\u2029") & set(text)
    assert text.isascii()
    (shown,) = Decoded(json.loads(text)).texts("label")
    assert len(shown) == len(label)
    if label.isascii() and label.isprintable():
        assert shown == label


def test_a_flood_of_a_label_is_cut():
    graph = flatten([Value(1.0, label="x" * 1_000_000)])
    assert len(columns_json(graph, compose(graph))) < 10_000


def test_numbers_keep_their_signs_and_kinds():
    numbers = [0.0, -0.0, math.nan, math.inf, -math.inf, 0.1, 5e-324, 1.7e308]
    table = NumberTable(numbers)
    assert len(table.items) == len(numbers)
    for number in numbers:
        assert bits(float(table.items[table.place(number)])) == bits(number)


def test_a_value_takes_few_bytes(graphs):
    sizes = []
    for samples in (20, 40):
        graph = flatten([graphs["network"]((3, 8, 8, 1), samples)])
        sizes.append((len(graph), len(columns_json(graph, compose(graph)))))
    (few, small), (many, large) = sizes
    assert (large - small) / (many - few) < 150


def test_a_page_of_exactly_as_many_values_begins_whole():
    graph = flatten([sum(Value(1.0) * Value(2.0) for _ in range(8))])
    sums = foldable_sums(graph)
    assert sums
    assert beginning(graph, sums, len(graph)).is_whole
    assert not beginning(graph, sums, len(graph) - 1).is_whole
