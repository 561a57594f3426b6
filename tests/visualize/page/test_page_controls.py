"""Every control of a page in a real browser: camera, pointers, keys, search, folding, player."""

from __future__ import annotations

import math
from collections import Counter

import pytest

import autograd
from autograd import Value, scope
from tests.visualize.page_graphs import random_graph
from visualize.digits import significant
from visualize.page.page import page
from visualize.scene.flat import flatten


def product():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b + autograd.sin(a)
    c.label = "c"
    c.backward()
    return c


def total(count):
    """A sum of leaves, which stand in one rank."""
    root = autograd.sum([Value(float(place), label=f"x{place}") for place in range(count)])
    root.backward()
    return root


def chain(count):
    value = Value(0.5, label="x")
    for _ in range(count):
        value = value.tanh()
    value.backward()
    return value


def middle(made):
    """The point of the picture that is in the middle of the stage, and the scale."""
    stage, camera = made.locator("#stage").bounding_box(), made.state["camera"]
    scale = camera["scale"]
    return [
        (stage["width"] / 2 - camera["x"]) / scale,
        (stage["height"] / 2 - camera["y"]) / scale,
        scale,
    ]


SEEN = """(selector) => {
  const stage = document.querySelector("#stage").getBoundingClientRect();
  return [...document.querySelectorAll(selector)].every((box) => {
    const { left, top, right, bottom } = box.getBoundingClientRect();
    return stage.left - 1 <= left && right <= stage.right + 1
      && stage.top - 1 <= top && bottom <= stage.bottom + 1; }); }"""


def is_seen(made, value):
    """Tell whether the box of a value is on the stage, to a pixel."""
    place = made.evaluate("value => graphPage.boxOf(value)", value)
    return made.evaluate(SEEN, f'[data-box="{place}"]')


def is_whole(made):
    """Tell whether all boxes are on the stage."""
    return made.evaluate(SEEN, "[data-box]")


# The beginning


def test_a_graph_too_large_for_the_window_begins_at_its_output_and_says_so(opened, graphs):
    root = graphs["readme"]()
    made = opened(root, whole=False)
    assert made.text("#scale") == "64%"
    last = len(flatten([root])) - 1
    assert is_seen(made, last)
    assert not is_seen(made, 0)
    assert made.box(0).bounding_box()["x"] < made.box(last).bounding_box()["x"] - 500  # not turned
    assert "its end, at the output" in made.locator("#partly").inner_text()
    made.click("#show-all")
    made.settle()
    assert not made.locator("#partly").is_visible()
    assert is_whole(made)


def test_modules_are_closed_where_the_whole_graph_can_be_read_then(opened, network):
    made = opened(network, whole=False)
    assert made.text("#showing") == "74 values in 15 boxes"
    assert set(made.state["closed"]) == {
        f"MLP/layers.{layer}/neurons.{neuron}"
        for layer, neurons in enumerate((4, 4, 1))
        for neuron in range(neurons)
    }
    assert made.state["camera"]["scale"] >= 0.64
    assert is_whole(made)
    assert not made.locator("#partly").is_visible()


def test_a_graph_is_turned_where_the_whole_can_be_read_then(opened):
    made = opened(chain(5), size=(390, 844), whole=False)
    assert made.state["boxes"] == 6
    first, last = made.box(0).bounding_box(), made.box(5).bounding_box()
    assert first["y"] + first["height"] < last["y"]
    assert is_whole(made)
    made = opened(chain(5), whole=False)
    first, last = made.box(0).bounding_box(), made.box(5).bounding_box()
    assert first["x"] + first["width"] < last["x"]


def test_a_few_closed_boxes_are_no_picture_of_a_graph(opened):
    value = Value(0.5)
    for part in range(2):
        with scope("model"), scope(f"part.{part}"):
            for _ in range(12):
                value = value.tanh()
    made = opened(value, whole=False)
    assert made.state["closed"] == []
    assert made.locator("#partly").is_visible()


def test_a_page_in_a_hidden_frame_begins_when_it_is_shown(browser, tmp_path, network):
    (tmp_path / "graph.html").write_text(page([network]), encoding="utf-8")
    frame = '<iframe src="graph.html" width="1280" height="800" style="display:none"></iframe>'
    (tmp_path / "frame.html").write_text(frame, encoding="utf-8")
    tab = browser.new_page(viewport={"width": 1400, "height": 900})
    tab.goto((tmp_path / "frame.html").as_uri())
    inside = tab.frames[1]
    tab.eval_on_selector("iframe", "frame => { frame.style.display = 'block'; }")
    for _ in range(500):
        if inside.evaluate("graphPage.state().camera.scale > 0.1"):
            break
        tab.wait_for_timeout(20)
    assert inside.evaluate("graphPage.state().boxes") == 15
    assert inside.evaluate(SEEN, "[data-box]")
    tab.close()


def test_numbers_at_lines_are_not_cut_by_boxes(opened, graphs):
    for root in (product(), graphs["readme"](), graphs["network"]()):
        made = opened(root)
        cut = made.evaluate(
            """() => {
          const areas = (selector) => [...document.querySelectorAll(selector)].map((element) =>
            element.getBoundingClientRect());
          const boxes = areas(".box > rect:not(.under)");
          return areas("#marks text").filter((mark) => boxes.some((box) =>
            mark.left < box.right - 1 && box.left < mark.right - 1 &&
            mark.top < box.bottom - 1 && box.top < mark.bottom - 1)).length; }"""
        )
        assert cut == 0
    assert opened(product()).locator("#marks text", has_text="∂ -3").count() == 1  # it was "∂ -"


# The camera


def test_a_window_of_another_size_shows_the_same_middle(opened, network):
    made = opened(network)
    for _ in range(5):
        made.keyboard.press("+")
    made.settle()
    before = middle(made)
    made.set_viewport_size({"width": 1000, "height": 620})
    made.settle()
    assert middle(made) == pytest.approx(before, abs=0.01)


def test_a_picture_that_is_seen_whole_is_so_in_a_window_of_another_size(opened, network):
    made = opened(network)
    made.set_viewport_size({"width": 900, "height": 500})
    made.settle()
    assert is_whole(made)


def test_a_selected_box_stays_in_sight_in_a_smaller_window(opened, network):
    made = opened(network)
    made.box(73).click()
    made.keyboard.press("+")
    made.keyboard.press("-")  # as large as the window, but no longer to be kept so
    made.settle()
    assert is_seen(made, 73)
    made.set_viewport_size({"width": 820, "height": 500})
    made.settle()
    assert is_seen(made, 73)


def test_zooming_ends_where_nothing_more_is_to_be_seen(opened, network):
    made = opened(network)
    whole = made.state["camera"]["scale"]
    made.mouse.move(400, 300)
    made.mouse.wheel(0, -20_000)
    made.settle()
    assert made.state["camera"]["scale"] == 4.0
    made.mouse.wheel(0, 20_000)
    made.settle()
    assert made.state["camera"]["scale"] == pytest.approx(whole / 2)


def test_the_camera_rests_while_what_is_asked_for_is_seen(opened):
    made = opened(product())
    made.keyboard.press("-")
    before = made.state["camera"]
    for value in (0, 3, 4):
        made.box(value).click()
        made.settle()
        assert made.state["camera"] == before
    made.keyboard.press("ArrowLeft")
    made.settle()
    assert made.state["camera"] == before


def test_the_camera_glides_to_the_last_of_several_places(opened, network):
    made = opened(network)
    made.evaluate("() => { graphPage.show(0); graphPage.show(73); }")
    made.settle()
    box, stage = made.box(73).bounding_box(), made.locator("#stage").bounding_box()
    for side, length in (("x", "width"), ("y", "height")):
        assert box[side] + box[length] / 2 == pytest.approx(
            stage[side] + stage[length] / 2, abs=1.5
        )


def test_a_finger_stops_the_camera(opened, network):
    made = opened(network)
    start = made.evaluate(
        """() => {
      graphPage.show(0);
      const stage = document.querySelector("#stage");
      stage.dispatchEvent(new PointerEvent("pointerdown", { pointerId: 7 }));
      return graphPage.state().camera; }"""
    )
    made.wait_for_timeout(300)
    assert made.state["camera"] == start
    made.evaluate(
        """document.querySelector("#stage").dispatchEvent(
      new PointerEvent("pointerup", { pointerId: 7 }))"""
    )


def test_no_motion_where_the_reader_wants_none(opened, network):
    made = opened(network, motion="reduce")
    before, after = made.evaluate(
        """() => { const before = graphPage.state().camera; graphPage.show(0);
      return [before, graphPage.state().camera]; }"""
    )
    assert after != before
    made.wait_for_timeout(50)
    assert made.state["camera"] == after


def test_of_a_large_picture_the_part_in_sight_is_drawn_and_on_paper_all(opened):
    made = opened(random_graph(640))
    made.click("#everything")
    assert made.state["boxes"] > 400
    hidden = "[...document.querySelectorAll('.box')].filter(e => e.style.display === 'none').length"
    for value in (0, made.evaluate("graphPage.graph.size - 1"), 200):
        made.evaluate("value => graphPage.show(value)", value)
        made.settle()
        seen = made.evaluate(
            """() => { const stage = document.querySelector("#stage").getBoundingClientRect();
          return Array.from({ length: graphPage.graph.size }, (_, value) =>
            document.querySelector(`[data-box="${graphPage.boxOf(value)}"]`)).filter((box) => {
              const [, x, y] = box.getAttribute("transform").match(/(-?\\d+),(-?\\d+)/).map(Number);
              const { camera } = graphPage.state();
              const left = camera.x + camera.scale * x, top = camera.y + camera.scale * y;
              return left > 0 && top > 0 && left < stage.width && top < stage.height;
            }).map((box) => box.style.display !== "none" && box.textContent.includes("data")); }"""
        )
        assert len(seen) > 1
        assert all(seen)
        assert made.evaluate(hidden) > 100
    made.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert made.evaluate(hidden) == 0
    made.evaluate("dispatchEvent(new Event('afterprint'))")
    assert made.locator("#stage").get_attribute("viewBox") is None
    assert made.evaluate(hidden) > 100


# Pointers


def test_a_click_that_trembles_is_a_click(opened):
    made = opened(product())
    before = made.state["camera"]
    box = made.box(3).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    made.mouse.move(x, y)
    made.mouse.down()
    made.mouse.move(x + 2, y + 2)
    made.mouse.up()
    assert made.state["selection"] == [3]
    assert made.state["camera"] == before


def test_the_right_button_moves_nothing(opened):
    made = opened(product())
    before = made.state["camera"]
    made.mouse.move(300, 200)
    made.mouse.down(button="right")
    made.mouse.move(500, 300)
    made.mouse.up(button="right")
    assert made.state["camera"] == before


def test_a_drag_from_a_box_selects_nothing(opened):
    made = opened(product())
    made.box(0).click()
    box = made.box(3).bounding_box()
    made.mouse.move(box["x"] + 9, box["y"] + 9)
    made.mouse.down()
    made.mouse.move(box["x"] + 90, box["y"] + 90)
    made.mouse.up()
    assert made.state["selection"] == [0]


def test_a_click_beside_all_boxes_selects_nothing(opened):
    made = opened(product())
    made.box(3).click()
    stage = made.locator("#stage").bounding_box()
    made.mouse.click(stage["x"] + 5, stage["y"] + 5)
    assert made.state["selection"] is None


def test_wheels_of_every_kind(opened):
    made = opened(product())
    turn = """(event) => {
      const { scale, x, y } = graphPage.state().camera;
      document.querySelector("#stage").dispatchEvent(
        new WheelEvent("wheel", { clientX: 300, clientY: 300, ...event }));
      const after = graphPage.state().camera;
      return [after.scale / scale, after.x - x, after.y - y]; }"""
    by_pixels = made.evaluate(turn, {"deltaY": 30})[0]
    assert by_pixels < 1
    assert made.evaluate(turn, {"deltaY": 1, "deltaMode": 1})[0] == pytest.approx(by_pixels)
    pinched = made.evaluate(turn, {"deltaY": -5, "ctrlKey": True})[0]
    assert pinched == pytest.approx(1 / by_pixels)
    assert made.evaluate(turn, {"deltaY": 40, "shiftKey": True}) == [1, -40, 0]
    assert made.evaluate(turn, {"deltaX": -25, "shiftKey": True}) == [1, 25, 0]


def test_the_panel_goes_back_to_the_selected_value(opened):
    made = opened(product())
    made.box(0).click()
    made.box(4).hover()
    made.settle()
    assert made.text("#panel-content h2") == "c"
    made.locator("h1").hover()
    made.settle()
    assert made.text("#panel-content h2") == "a"


def test_passing_over_a_box_does_not_push_a_narrow_picture_away(opened):
    made = opened(product(), size=(390, 844))
    made.box(0).hover()
    made.settle()
    assert not made.locator("#panel").is_visible()
    made.box(0).click()
    made.settle()
    assert made.locator("#panel").is_visible()
    made.click("#close-panel")
    assert not made.locator("#panel").is_visible()
    assert made.state["selection"] is None


def test_the_panel_sums_a_closed_module_up(opened, network):
    made = opened(network)
    made.locator('.title[data-cluster="MLP/layers.1"]').click()
    made.locator(".box.cluster").focus()
    made.settle()
    values, scopes = flatten([network]).values, flatten([network]).scopes
    inside = [value for value, path in zip(values, scopes, strict=True) if "layers.1" in path]
    largest = max((value.grad for value in inside), key=abs)
    text = made.locator("#panel-content").inner_text()
    assert "null" not in text
    assert f"grad\nlargest grad {significant(largest)}" in text
    counts = Counter(value.op.name if value.op else "leaf" for value in inside)
    kinds = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    assert "made of\n" + ", ".join(f"{name} ×{count}" for name, count in kinds) in text
    assert f"{sum(value.grad == 0.0 for value in inside)} gradients exactly 0" in text
    steepest = made.locator("#panel-content tbody td:last-child").all_inner_texts()
    sizes = sorted((abs(value.grad) for value in inside), reverse=True)
    assert [abs(float(number)) for number in steepest] == pytest.approx(sizes[:8], rel=1e-3)
    made.click("#panel-content button:has-text('Highlight')")
    assert len(made.state["selection"]) == len(inside)
    made.click("#panel-content button:has-text('Open')")
    assert made.state["closed"] == []


def test_a_long_table_shows_the_rest_at_a_click(opened):
    made = opened(total(40))
    made.box(40).click()
    rows = made.locator("#panel-content table").first.locator("tbody tr:visible")
    assert rows.count() == 24
    made.locator("#panel-content button", has_text="16 more rows").first.click()
    assert rows.count() == 40


# Keys


def press(made, key, **keys):
    """Press a key with others held down, without the browser's own answer."""
    made.evaluate(
        """(keys) => (document.activeElement ?? document.body).dispatchEvent(
      new KeyboardEvent("keydown", { bubbles: true, ...keys }))""",
        {"key": key, **keys},
    )


def is_from_left_to_right(made):
    return made.box(0).bounding_box()["x"] + 50 < made.box(4).bounding_box()["x"]


def test_keys_with_control_are_the_browsers(opened):
    made = opened(product())
    before = made.state["camera"]
    for held in ("ctrlKey", "metaKey", "altKey"):
        press(made, "d", **{held: True})
        press(made, "+", **{held: True})
        press(made, ".", **{held: True})
    assert is_from_left_to_right(made)
    assert made.state["camera"] == before
    assert made.state["step"] is None
    made.keyboard.press("d")
    assert not is_from_left_to_right(made)


def test_keys_that_are_typed_or_press_a_button_do_nothing_else(opened):
    made = opened(product())
    made.keyboard.press("/")
    made.keyboard.type("d+. ?/")
    assert made.locator("#search").input_value() == "d+. ?/"
    assert is_from_left_to_right(made)
    assert made.state["step"] is None
    assert not made.locator("#help").is_visible()
    made.focus("#theme")
    made.keyboard.press("Space")
    assert not made.state["isPlaying"]
    assert made.locator("html").get_attribute("data-theme") == "dark"
    made.focus("#theme")
    made.focus("#slider")
    made.keyboard.press("ArrowLeft")
    assert made.evaluate("document.activeElement.id") == "slider"
    made.click("#leave")
    made.keyboard.press("?")
    made.keyboard.press(".")
    assert made.state["step"] is None  # under the help, nothing moves


def focused(made):
    return made.evaluate("document.activeElement.getAttribute('aria-label')").split(",")[0]


@pytest.mark.parametrize(
    ("direction", "back", "on", "before", "after"),
    [
        ("LR", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"),
        ("TB", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"),
    ],
)
def test_arrows_go_to_the_nearest_box_of_their_side(opened, direction, back, on, before, after):
    made = opened(total(5), rankdir=direction)
    across = "y" if direction == "LR" else "x"
    leaves = sorted(range(5), key=lambda value: made.box(value).bounding_box()[across])
    made.box(5).click()
    made.keyboard.press(back)
    assert focused(made) == f"x{leaves[2]}"  # of five, the middle one is the nearest
    for key, wanted in (
        (after, leaves[3]), (after, leaves[4]), (after, leaves[4]), (before, leaves[3]),
        (before, leaves[2]), (before, leaves[1]), (before, leaves[0]), (before, leaves[0]),
    ):  # fmt: skip
        made.keyboard.press(key)
        assert focused(made) == f"x{wanted}"
    made.keyboard.press(on)
    assert focused(made).startswith("v5")
    made.keyboard.press(on)
    assert focused(made).startswith("v5")


def test_the_next_box_of_a_rank_is_not_a_nearer_one_of_another_rank(opened):
    sums = [
        [Value(1.0, label=f"{name}{i}") for i in range(count)]
        for name, count in (("a", 3), ("b", 2))
    ]
    made = opened(autograd.sum(sums[0]) * autograd.sum(sums[1]))
    area = {focus: made.box(focus).bounding_box()["y"] for focus in range(8)}
    assert (
        area[2] < area[7] < area[4]
    )  # the product is between the last of three and the first of two
    made.box(2).click()
    assert focused(made) == "a2"
    made.keyboard.press("ArrowDown")
    assert focused(made) == "b0"


def test_escape_leaves_one_thing_after_the_other(opened):
    made = opened(product())
    made.keyboard.press(".")
    made.box(3).click()
    made.keyboard.press("Escape")
    assert made.state["selection"] is None
    assert made.state["step"] == 0
    made.keyboard.press("Escape")
    assert made.state["step"] is None


# Search


def test_whole_names_come_before_beginnings_parts_and_modules(opened):
    with scope("catalog"):
        inside = Value(1.0, label="x")
    part, beginning, whole = (Value(2.0, label=label) for label in ("analog", "logit", "Log"))
    root = inside + part + beginning + whole
    made = opened(root)
    graph = flatten([root])
    places = [graph.values.index(value) for value in (whole, beginning, part, inside)]
    assert places == sorted(places, reverse=True)  # so it is not the order of the graph
    assert made.evaluate("graphPage.search(' log ')") == places
    assert made.evaluate("graphPage.search('+')") == [2, 4, 6]
    assert made.evaluate("graphPage.search('leaf')") == [0, 1, 3, 5]
    assert made.evaluate("graphPage.search('  ')") == []


def test_the_list_of_results_is_walked_clicked_and_closed(opened):
    made = opened(total(70))
    made.fill("#search", "x")
    made.focus("#search")
    assert made.locator("#results [role=option]").count() == 60
    assert made.text("#results .rest") == "10 more results"
    made.locator("#results [role=option]").nth(4).click()
    assert made.state["selection"] == [4]
    assert made.text("#found") == "5 of 70"
    made.focus("#search")
    made.keyboard.press("ArrowDown")
    made.keyboard.press("ArrowDown")
    made.keyboard.press("ArrowUp")
    chosen = made.locator("#results [aria-selected=true]")
    assert chosen.count() == 1
    assert made.locator("#search").get_attribute("aria-activedescendant") == chosen.get_attribute(
        "id"
    )
    assert made.state["selection"] == [int(chosen.get_attribute("data-place"))]
    made.keyboard.press("Escape")
    assert not made.locator("#results").is_visible()
    assert made.locator("#search").input_value() == "x"
    made.keyboard.press("Escape")
    assert made.locator("#search").input_value() == ""
    assert made.locator(".box.found").count() == 0
    assert made.evaluate("Boolean(document.activeElement.closest('[data-box]'))")
    made.fill("#search", "x")
    assert made.locator("#results").is_visible()
    made.mouse.click(300, 780)
    assert not made.locator("#results").is_visible()


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_the_list_does_not_cover_what_it_found(opened, network, size):
    made = opened(network, size=size)
    made.fill("#search", "relu")
    made.keyboard.press("ArrowDown")
    made.settle()
    box = made.box(made.state["selection"][0]).bounding_box()
    found = made.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).closest('[data-box]')?.dataset.box",
        [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2],
    )
    assert made.locator("#results").is_visible() == (size[0] > 800)
    assert found == str(made.evaluate("graphPage.boxOf(graphPage.state().selection[0])"))


# Opening and closing


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


# The player


def test_steps_from_the_recorded_numbers(opened):
    made = opened(product())
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
    for root, time in ((product(), 1400), (chain(60), 90_000 / 123)):
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
    made = opened(chain(30))
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
            assert is_seen(made, value)


def test_a_step_of_a_wide_sum_writes_few_products(opened):
    made = opened(total(30))
    made.evaluate("step => graphPage.goTo(step)", made.state["steps"] - 2)
    assert made.locator(".line.flow").count() == 30
    assert 0 < made.locator("#flow .flow-plate").count() <= 12
    assert made.locator("#marks .mark-plate:visible").count() == 0
    assert math.isfinite(made.state["camera"]["x"])
