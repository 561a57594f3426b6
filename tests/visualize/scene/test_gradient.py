"""What pictures say of the gradients that a graph holds: why one is 0, and of which pass it is."""

from __future__ import annotations

import random

import autograd
from autograd import Value, clip, maximum, minimum, relu, sin, tanh, where
from nn import MLP, huber_loss, mse_loss
from tests.in_one_test import in_one_test
from visualize import diff, draw, snapshot, why


def lines(root):
    """Return what the listing says of the gradient of each value, by name."""
    nodes = draw(root).scene.nodes
    return {node.name: node.gradient.short for node in nodes}


def named(value, label):
    value.label = label
    return value


def leaf(number, label):
    return Value(number, label=label)


REASONS = {
    "input 0": lambda w: w * leaf(0.0, "x"),
    "input 0 of a dot": lambda w: autograd.dot([w, leaf(2.0, "v")], [0.0, 1.0]),
    "relu off": lambda w: relu(w * leaf(-1.0, "x")) + 1.0,
    "relu off further up": lambda w: relu(sin(w) * 2.0 - 5.0),
    "not the largest": lambda w: maximum(w, leaf(9.0, "x")),
    "not the smallest": lambda w: minimum(w, leaf(-9.0, "x")),
    "not taken": lambda w: where(leaf(1.0, "x") > 0.0, leaf(2.0, "v"), w),
    "clipped": lambda w: clip(w, 5.0, 6.0),
    "saturated": lambda w: tanh(w * 1000.0),
    "output equals target": lambda w: (w * 3.0 - 6.0) ** 2,
    "output equals target by a loss": lambda w: mse_loss([w * 3.0, w * 3.0], [6.0, 6.0]),
    "output equals target by a loss of two branches": lambda w: huber_loss([w * 3.0], [6.0]),
    "difference 0": lambda w: (w - leaf(2.0, "x")) ** 2,
    "factor 0": lambda w: (w - 2.0) * sin(leaf(0.0, "v")),
    "weight 0": lambda w: (w * 3.0) * leaf(0.0, "v"),
}


@in_one_test("name", REASONS)
def test_a_gradient_of_0_says_why_in_two_words(name):
    w = leaf(2.0, "w")
    root = REASONS[name](w) * 1.0
    root.backward()
    reason = name.partition(" of a")[0].partition(" further")[0].partition(" by a")[0]
    assert lines(root)["w"] == f"grad 0 ({reason})"


def test_several_reasons_are_none():
    w = leaf(2.0, "w")
    root = w * leaf(0.0, "x") + relu(-w)
    root.backward()
    assert lines(root)["w"] == "grad 0"
    cancelled = w - w
    w.zero_grad()
    cancelled.backward()
    assert lines(cancelled)["w"] == "grad 0"


def test_nothing_is_dead_in_a_single_graph():
    model = MLP(2, [4, 1], rng=random.Random(1))
    loss = (model([0.0, 1.0]) - 1.0) ** 2
    loss.backward()
    for text in (draw(loss).svg, draw(loss).text, draw(loss).html, draw(loss).source):
        assert "dead" not in text.lower().replace("deadline", "")


def test_gradients_of_old_numbers_are_marked():
    a = leaf(2.0, "a")
    c = named(a * 3.0 + sin(a), "c")
    c.backward()
    assert lines(c)["a"] == "grad 2.584"
    a.data = 3.0
    assert {short for name, short in lines(c).items()} == {
        "grad 2.584 (earlier)", "grad 1 (earlier)",
    }  # fmt: skip
    assert "A leaf was changed" in draw(c).text
    c.forward()
    assert lines(c) == {
        "a": "grad 2.584 (earlier)", "v1": "no gradient yet", "v2": "no gradient yet",
        "c": "no gradient yet",
    }  # fmt: skip
    assert "positive gradient" not in draw(c).svg
    assert "no gradient yet" not in draw(c).text.splitlines()[0]
    a.zero_grad()
    c.backward()
    assert lines(c)["a"] == "grad 2.01"


def test_gradients_that_were_added_up_are_marked():
    a = leaf(2.0, "a")
    c = a * 3.0
    c.backward()
    before = snapshot(c)
    c.backward()
    assert lines(c)["a"] == "grad 6 (2 passes)"
    text = diff(before, c).text
    assert "grad 3 → 6 (2 passes)" in text
    assert "# after: Leaves hold more than one pass" in text
    (a * 5.0).backward()
    assert lines(c)["a"] == "grad 11 (added up)"
    assert "(2 passes)" not in diff(before, c).drawing.svg
    assert "(added up)" in diff(before, c).drawing.svg


def test_a_pass_with_another_start_is_one_pass():
    a = leaf(2.0, "a")
    c = a * 3.0
    c.backward(0.25)
    assert lines(c)["a"] == "grad 0.75"


def test_a_step_without_zero_grad_is_seen_in_the_difference():
    model = MLP(2, [3, 1], "tanh", rng=random.Random(1))
    loss = named((model([0.5, -1.0]) - 1.0) ** 2, "loss")
    loss.backward()
    before = snapshot(loss)
    for parameter in model.parameters():
        parameter.data -= 0.1 * parameter.grad
    loss.forward().backward()
    assert "added up" in diff(before, loss).text
    model.zero_grad()
    loss.forward().backward()
    assert "added up" not in diff(before, loss).text


def test_a_gradient_that_was_cleared_is_not_unreached():
    w, stranger = leaf(2.0, "w"), leaf(1.0, "x")
    root = w * w + stranger.detach()
    root.backward()
    w.zero_grad()
    assert lines(root)["w"] == "no gradient yet"
    assert lines(root)["x"] == "grad not reached"


def test_sums_of_several_graphs_are_no_number_of_passes():
    """5 = 4 + 1 is no 5 passes: the other leaf, which has had one, tells."""
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    (x * x).backward()
    total = x + y
    total.backward()
    assert "grad 5 (added up)" in draw(total).text
    assert "from other roots, or with other data, have added up" in why(total, x).text
