"""The player of a page in a real browser."""

from __future__ import annotations

import math

import pytest

import autograd
from autograd import Value
from tests.visualize.page_graphs import chain, small, total
from visualize.scene.flat import flatten


@pytest.mark.parametrize("name", ["readme", "network", "states"])
def test_the_player_ends_with_the_recorded_gradients(opened, graphs, name):
    root = graphs[name]()
    graph = flatten([root])
    made = opened(root)
    shown = made.played(graph)
    for value, gradient in zip(graph.values, shown, strict=True):
        if not value.has_grad:
            assert gradient == "unreached"
        else:
            number = float(gradient.replace("Infinity", "inf"))
            assert repr(number) == repr(value.grad + 0.0) or number == value.grad
    assert "Every gradient is complete" in made.text("#caption")
    assert "recorded at" not in made.text("#caption")


@pytest.mark.parametrize(("lost", "named"), [(math.nan, "d"), (math.inf, "d"), (0.5, "a")])
def test_of_many_shares_a_caption_names_the_one_that_counts(opened, lost, named):
    leaves = [Value(1.0, label=name) for name in "abcd"]
    made = opened(autograd.dot(leaves, [3.0, 2.0, 1.0, lost]))
    made.click("#to-end")
    made.click("#step-back")
    assert f"to 4 operands, most to {named}: " in made.text("#caption")


def test_single_steps_go_forward_and_backward(opened):
    root = small()  # a, b, a*b, sin(a), c
    made = opened(root)
    graph = flatten([root])
    phases = made.evaluate("graphPage.phases()")
    assert phases == ["given", *["forward"] * 3, "seed", *["backward"] * 3, "end"]
    data = "[0, 1, 2, 3, 4].map(value => graphPage.dataShown(value) !== null)"
    made.click("#to-start")
    assert made.evaluate(data) == [True, True, False, False, False]
    assert made.gradients(graph) == ["pending"] * 5
    assert "data –" in made.box(2).text_content()
    made.click("#step-on")
    assert made.evaluate(data) == [True, True, True, False, False]
    assert made.text("#caption-head") == "v2 = a × b"
    assert made.text("#caption") == "2 × (-3) = -6"
    for _ in range(3):
        made.click("#step-on")
    assert made.gradients(graph) == ["pending"] * 4 + ["1"]
    assert "derivative with respect to itself is 1" in made.text("#caption")
    made.click("#step-on")  # c sends to both
    assert made.gradients(graph) == ["pending", "pending", "1", "1", "1"]
    made.click("#step-on")  # the product sends to a and b
    assert made.gradients(graph)[:2] == ["-3", "2"]
    assert made.locator("#flow text").all_text_contents() == ["1 × (-3)", "= -3", "1 × 2", "= 2"]
    made.click("#step-on")  # the sine sends to a, which has its whole gradient now
    assert float(made.gradients(graph)[0]) == root.args[0].args[0].grad
    assert made.text("#caption") == (
        "gradient 1 arrives; to a: local derivative cos(2) = -0.4161, "
        "sends 1 × (-0.4161) = -0.4161, total -3.416."
    )
    assert "current" in made.box(3).get_attribute("class")
    assert "receives" in made.box(0).get_attribute("class")
    assert made.locator(".line.flow").count() == 1
    assert made.locator("#flow text").all_text_contents() == ["1 × (-0.4161)", "= -0.4161"]
    made.click("#step-back")
    assert made.gradients(graph) == ["-3", "2", "1", "1", "1"]
    made.click("#step-on")
    made.click("#step-on")
    assert "largest is -3.416, at a" in made.text("#caption")


def test_scrubbing_to_a_step_is_the_same_from_both_sides(opened, readme):
    made = opened(readme)
    graph = flatten([readme])
    steps = made.state["steps"]
    going_on, going_back = made.evaluate(  # in one go, so that the browser paints none of the steps
        """([size, steps]) => {
          const slider = document.querySelector("#slider");
          const shown = () => [
            Array.from({ length: size }, (_, value) => {
              const { state, value: number } = graphPage.gradientShown(value);
              return `${state} ${number}`; }),
            document.querySelector("#boxes").textContent,
          ];
          const goTo = (step) => { graphPage.goTo(step); return shown(); };
          const dragTo = (step) => {
            slider.value = step; slider.dispatchEvent(new Event("input")); return shown(); };
          const all = Array.from({ length: steps }, (_, step) => step);
          return [all.map(goTo), all.toReversed().map(dragTo)]; }""",
        [len(graph), steps],
    )
    assert len({str(shown) for shown in going_on}) > steps // 2
    assert going_back[::-1] == going_on
    made.locator("#slider").fill("5")
    assert made.text("#boxes") == going_on[5][1]


def test_playing_goes_on_by_itself_and_pauses(opened):
    made = opened(small())
    made.select_option("#speed", "50")
    press = "document.querySelector('#play').click(); graphPage.state().isPlaying"
    assert made.evaluate(press)  # in one go, because a step takes 28 ms
    while made.state["isPlaying"]:
        made.wait_for_timeout(50)
    assert made.state["step"] == made.state["steps"] - 1
    assert not made.evaluate(f"{press}; {press}")
    assert made.state["step"] == 0
    made.wait_for_timeout(150)
    assert made.state["step"] == 0


def test_gradients_added_up_over_passes_are_told_apart(opened):
    x = Value(3.0, label="x")
    y = x * x
    y.backward()
    y.backward()
    made = opened(y)
    assert "grad 12" in made.box(0).text_content()
    made.click("#to-end")
    assert "grad 6" in made.box(0).text_content()
    assert "12 recorded at x" in made.text("#caption")


def test_a_step_in_a_closed_module_marks_its_box(opened, network):
    made = opened(network)
    made.locator('.title[data-cluster="MLP"]').click()
    graph = flatten([network])
    value = next(i for i, node in enumerate(graph.values) if node.op and node.op.name == "dot")
    steps = made.evaluate("graphPage.phases()").index("forward")
    made.evaluate("step => graphPage.goTo(step)", steps)
    assert "current" in made.box(value).get_attribute("class")
    assert made.box(value).get_attribute("class").startswith("box cluster")
    assert made.played(graph)[0] != "pending"


def test_a_stale_graph_says_so(opened):
    a = Value(2.0)
    root = a * a
    a.data = 3.0
    made = opened(root)
    assert "call forward()" in made.text("#caption")
    assert set(made.evaluate("graphPage.phases()")) == {"given", "forward"}
    made.click("#to-end")


def test_steps_from_the_recorded_numbers(opened):
    made = opened(small())
    last = made.state["steps"] - 1
    made.keyboard.press(",")
    assert made.state["step"] == last - 1
    assert made.text("#counter") == f"{last - 1} / {last}"
    made.click("#to-end")
    made.keyboard.press(".")
    assert made.state["step"] == last
    made.click("#to-start")
    made.keyboard.press(",")
    assert made.state["step"] == 0
    made.click("#leave")
    assert made.state["step"] is None
    assert made.locator("#slider").input_value() == str(last)
    assert not made.locator("#leave").is_visible()
    assert made.text("#counter") == f"{last} steps"


def test_colours_are_of_the_numbers_that_are_shown(opened):
    x = Value(3.0)
    y = x * x
    y.backward()
    y.backward()
    made = opened(y)
    made.click("#to-end")
    assert "grad 6" in made.box(0).text_content()  # 12 is recorded
    assert "p8" in made.box(0).get_attribute("class").split()
    assert "p8" not in made.box(1).get_attribute("class").split()


def test_playing_at_the_end_begins_anew_at_the_speed_that_is_set(opened):
    for root, time in ((small(), 1400), (chain(60), 90_000 / 123)):
        made = opened(root)
        made.click("#to-end")
        made.evaluate(
            "() => { window.times = []; window.setTimeout = (_, time) => times.push(time) }"
        )
        made.click("#play")
        assert made.state["step"] == 0
        made.click("#play")
        made.select_option("#speed", "4")
        made.click("#play")
        times = [wanted for wanted in made.evaluate("times") if wanted not in (60, 90)]
        assert times == pytest.approx([time, time / 4])
        made.click("#play")


def test_a_copy_shows_the_numbers_of_its_leaf_at_every_step(opened):
    weight, root = Value(0.9, label="weight"), Value(0.5)
    for _ in range(20):
        root = (root * weight + 0.1).tanh()
    root.backward()
    made = opened(root)
    copies = made.locator(".box.copy")
    assert copies.count() > 5
    place = flatten([root]).values.index(weight)
    numbers = set()
    steps = made.state["steps"]
    for step in (steps // 2 + 4, steps // 2 + 12, steps - 2):
        made.evaluate("step => graphPage.goTo(step)", step)
        own = made.box(place).locator("text").all_text_contents()[1:3]
        numbers.add(own[1])
        for lines in made.evaluate(
            """[...document.querySelectorAll(".box.copy")].map((box) =>
          [...box.querySelectorAll("text")].map((text) => text.textContent))"""
        ):
            assert lines[1:3] == own
    assert len(numbers) == 3


def test_what_the_backward_pass_did_not_reach_is_told_at_its_end(opened, states):
    made = opened(states)
    value = next(
        i for i, value in enumerate(flatten([states]).values) if value.label == "condition"
    )
    made.evaluate("graphPage.goTo(graphPage.state().steps - 2)")
    assert "grad –" in made.box(value).text_content()
    made.evaluate("graphPage.goTo(graphPage.state().steps - 1)")
    assert "grad not reached" in made.box(value).text_content()


def test_the_box_of_a_step_is_brought_into_sight(opened):
    made = opened(chain(30), motion="no-preference")
    for _ in range(12):
        made.keyboard.press("+")
    for move in (
        lambda: made.locator("#slider").fill("2"),
        lambda: made.locator("#slider").fill("30"),
        lambda: made.click("#to-start"),
        lambda: made.locator("#slider").fill("40"),
    ):
        move()
        made.settle()
        step = made.state["step"]
        value = {2: 2, 30: 30, 0: 0, 40: 22}[step]
        if step:
            assert made.is_seen(value)


def test_a_step_of_a_wide_sum_writes_few_products(opened):
    made = opened(total(30))
    made.evaluate("step => graphPage.goTo(step)", made.state["steps"] - 2)
    assert made.locator(".line.flow").count() == 30
    assert 0 < made.locator("#flow .flow-plate").count() <= 12
    assert made.locator("#marks .mark-plate:visible").count() == 0
    assert math.isfinite(made.state["camera"]["x"])
