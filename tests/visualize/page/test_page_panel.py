"""What a page in a real browser tells of values, lights and folds."""

from __future__ import annotations

import math

import autograd
from autograd import Value, scope, source_lines
from tests.visualize.page_graphs import chain, recurrence, small, total
from visualize import explain
from visualize.scene.flat import flatten
from visualize.text import exact, significant

# Reading


def test_hovering_tells_everything_about_a_value(opened):
    made = opened(small())
    made.box(0).hover()  # a, used by the product and by the sine
    made.settle()
    panel = made.text("#panel-content")
    assert exact(2.0) in panel
    assert exact(math.cos(2.0) - 3.0) in panel
    assert "c falls by 3.416 times as much" in panel
    rows = made.locator("#panel-content table tr").all_inner_texts()
    assert [row.split("\t") for row in rows][1:] == [
        ["v2", "1 × (-3)", "-3"],
        ["v3", "1 × (-0.4161)", "-0.4161"],
        ["sum", "", "-3.416"],
    ]
    assert "2 paths" in panel


def test_the_panel_fills_numbers_into_the_rule(opened):
    x = Value(0.5, label="x")
    y = x.tanh()
    y.backward(gradient=2.0)
    made = opened(y)
    made.box(1).hover()
    made.settle()
    panel = made.text("#panel-content")
    assert "1 - v1 * v1" in panel
    assert "1 - 0.46212 * 0.46212" in panel
    assert significant(1 - math.tanh(0.5) ** 2) in panel
    assert significant(2 * (1 - math.tanh(0.5) ** 2)) in panel
    assert "tanh(x)" in panel


def test_the_products_of_a_dot_are_listed(opened):
    weights = [Value(2.0, label="w0"), Value(-1.0, label="w1")]
    root = autograd.dot(weights, [3.0, 4.0])
    root.backward()
    made = opened(root)
    made.box(2).hover()
    made.settle()
    text = made.locator("#panel-content").inner_text()
    assert "w0 × 3\t2 × 3\t6" in text
    assert "w1 × 4\t-1 × 4\t-4" in text
    assert "sum\t\t2" in text


def test_a_long_path_is_cut_as_in_an_explanation(opened):
    made = opened(chain(30))
    made.box(0).hover()
    made.settle()
    panel = made.text("#panel-content")
    assert "x → v1 → v2 → … 25 values … → v28 → v29 → v30" in panel
    assert "… 24 values …" in str(explain(chain(30)))  # of 30 steps


def test_lines_and_modules_are_named(opened):
    with source_lines(), scope("model"), scope("part"):
        y = Value(1.0, label="x") * 2
    made = opened(y)
    made.box(1).hover()
    made.settle()
    panel = made.text("#panel-content")
    assert y.line in panel
    assert "model / part" in panel


def test_links_of_the_panel_go_to_values(opened):
    made = opened(small())
    made.box(0).click()
    made.locator("#panel-content button.link", has_text="v3").first.click()
    assert made.state["selection"] == [3]


def test_every_state_is_shown_as_it_is(opened, states):
    made = opened(states)
    graph = flatten([states])
    shown = made.gradients(graph)
    for index, value in enumerate(graph.values):
        if not value.has_grad:
            assert shown[index] == "unreached"
        else:
            expected = {"nan": "NaN", "inf": "Infinity"}.get(str(value.grad))
            assert shown[index] == expected or float(shown[index]) == value.grad
    looks = {classes[-1] for classes in made.classes(graph)}
    assert {"unreached", "zero", "infinite", "nan"} <= looks
    made.click("#to-end")
    assert made.gradients(graph) == shown
    made.click("#step-back")
    made.click("#to-start")


def test_why_a_gradient_is_zero_is_told(opened):
    w, x = Value(2.0, label="w"), Value(0.0, label="x")
    root = w * x
    root.backward()
    made = opened(root)
    assert "grad 0 (input 0)" in made.text("#boxes")
    made.evaluate("graphPage.show(0)")
    assert "brought exactly 0 (input 0)" in made.text("#panel-content")


def test_pending_gradients_are_no_zeros(opened):
    x = Value(3.0, label="x")
    made = opened(x * x)
    assert "no gradient yet" in made.box(0).text_content()
    made.click("#to-end")
    assert "grad 6" in made.box(0).text_content()
    made.click("#leave")
    assert "no gradient yet" in made.box(0).text_content()


# Lighting paths


def test_a_click_lights_the_paths_to_the_output(opened, readme):
    made = opened(readme)
    graph = flatten([readme])
    start = next(
        index for index, value in enumerate(graph.values) if value.op and value.op.name == "pow"
    )
    above = {start}
    for index, operands in enumerate(graph.operands):
        if above & set(operands):
            above.add(index)
    below, queue = set(), [start]
    while queue:
        for operand in graph.operands[queue.pop()]:
            below.add(operand)
            queue.append(operand)
    made.box(start).click()
    for index, classes in enumerate(made.classes(graph)):
        assert ("lit" in classes) == (index in above)
        assert ("below" in classes) == (index in below)
    lit = sum(
        operand in above and index in above
        for index, operands in enumerate(graph.operands)
        for operand in operands
    )
    assert made.locator(".line.lit").count() == lit
    made.keyboard.press("Escape")
    made.settle()
    assert made.locator(".lit").count() == 0
    made.box(start).click()
    made.box(start).click()
    made.settle()
    assert made.locator(".lit").count() == 0


# Opening and closing


def test_modules_close_by_their_title_and_open_by_their_box(opened, network):
    made = opened(network)
    count = made.state["boxes"]
    made.locator('.title[data-cluster="MLP/layers.1"]').click()
    assert made.state["closed"] == ["MLP/layers.1"]
    assert made.state["boxes"] < count
    box = made.locator(".box.cluster")
    assert "layers.1" in box.text_content()
    inside = [
        v
        for v, path in zip(flatten([network]).values, flatten([network]).scopes)
        if "layers.1" in path
    ]
    assert f"×{len(inside)}" in box.text_content()
    largest = max((value.grad for value in inside), key=abs)
    assert f"largest grad {significant(largest)}" in box.text_content()
    box.click()
    assert made.state["closed"] == []
    assert made.state["boxes"] == count


def test_levels_of_detail(opened, network):
    made = opened(network)
    counts = [made.state["boxes"]]
    while made.locator("#less").is_enabled():
        made.click("#less")
        counts.append(made.state["boxes"])
    assert counts == sorted(counts, reverse=True)
    assert len(counts) == 4  # values, neurons, layers, the model
    assert made.locator("#showing").text_content() == f"74 values in {counts[-1]} boxes"
    made.click("#more")
    assert made.state["boxes"] == counts[-2]
    made.click("#everything")
    assert made.state["boxes"] == counts[0]
    assert made.locator("#more").is_disabled()


def test_sums_fold_with_what_only_they_use(opened):
    weights = [Value(0.5 * i, label=f"w{i}") for i in range(5)]
    root = autograd.sum(weights) * 2
    made = opened(root)
    made.box(5).locator(".toggle").click()
    assert made.state["folded"] == [5]
    assert made.state["boxes"] == 2
    assert "×6" in made.box(5).text_content()
    made.box(5).locator(".toggle").click()
    assert made.state["boxes"] == 7


def test_what_is_opened_stays_where_it_was(opened, network):
    made = opened(network, size=(700, 700), motion="no-preference")  # too small to be legible
    made.locator('.title[data-cluster="MLP/layers.1"]').click()
    box = made.locator(".box.cluster", has_text="layers.1")
    box.hover()
    made.mouse.wheel(0, -600)
    made.settle()
    before = box.locator("rect").last.bounding_box()
    box.click()
    made.settle()
    after = made.locator('.title[data-cluster="MLP/layers.1"]').bounding_box()
    assert math.hypot(after["x"] - before["x"], after["y"] - before["y"]) < 12


def test_copies_of_a_leaf_are_not_counted_as_boxes(opened):
    weight, factor, state = Value(0.5, label="w"), Value(0.3, label="u"), Value(0.0)
    for step in range(40):
        state = (state * weight + factor * float(step)).tanh()
    made = opened(state)
    places = made.evaluate("Array.from(graphPage.graph.data, (_, value) => graphPage.boxOf(value))")
    assert len(set(places)) < made.state["boxes"]
    assert made.text("#showing") == f"{len(places)} values in {len(set(places))} boxes"


def test_a_recurrence_opens_and_closes(opened):
    made = opened(recurrence(120))
    assert made.state["closed"]
    made.click("#everything")
    assert made.state["closed"] == []
    made.click("#less")
    made.click("#to-end")


def test_levels_count_from_the_outermost_module_that_is_closed(opened, network):
    made = opened(network)
    made.locator('.title[data-cluster="MLP/layers.1"]').click()
    made.click("#less")
    assert made.state["closed"] == ["MLP"]
    assert made.locator("#less").is_disabled()
    made.click("#more")
    assert set(made.state["closed"]) == {f"MLP/layers.{layer}" for layer in range(3)}


def test_a_folded_sum_is_unfolded_for_what_is_inside_and_not_for_itself(opened):
    made = opened(total(5) * 2.0)
    made.box(5).locator(".toggle").click()
    made.evaluate("graphPage.show(5)")
    assert made.state["folded"] == [5]
    assert made.state["selection"] == [5]
    made.evaluate("graphPage.show(2)")
    assert made.state["folded"] == []
    assert made.state["selection"] == [2]


def test_a_large_module_opens_with_those_inside_it_closed(opened, network):
    made = opened(network)
    made.locator('.title[data-cluster="MLP"]').click()
    made.locator(".box.cluster", has_text="MLP").click()
    assert set(made.state["closed"]) == {f"MLP/layers.{layer}" for layer in range(3)}
    made.locator(".box.cluster", has_text="layers.2").click()  # small enough to open whole
    assert set(made.state["closed"]) == {"MLP/layers.0", "MLP/layers.1"}
