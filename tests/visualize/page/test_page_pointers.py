"""Mouse, wheel and fingers on a page in a real browser."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from tests.visualize.page_graphs import small, total
from visualize.scene.flat import flatten
from visualize.text import significant

# Dragging and zooming


def test_dragging_pans_and_a_click_does_not(opened):
    made = opened(small())
    before = made.state["camera"]
    made.mouse.move(300, 200)
    made.mouse.down()
    made.mouse.move(340, 220)
    made.mouse.move(400, 260)
    made.mouse.up()
    made.settle()
    after = made.state["camera"]
    assert (after["x"] - before["x"], after["y"] - before["y"]) == (100, 60)
    assert after["scale"] == before["scale"]
    assert made.state["selection"] is None
    made.click("#fit")
    assert made.state["camera"] == before


def test_the_wheel_zooms_about_the_pointer(opened):
    made = opened(small())
    area = made.box(3).bounding_box()
    x, y = area["x"], area["y"]
    made.mouse.move(x, y)
    made.mouse.wheel(0, -300)
    made.settle()
    assert made.state["camera"]["scale"] > 1.4
    moved = made.box(3).bounding_box()
    assert moved["width"] > 1.3 * area["width"]
    assert math.hypot(moved["x"] - x, moved["y"] - y) < 6  # its corner stays under the pointer
    made.mouse.wheel(0, 3000)
    made.settle()
    assert made.state["camera"]["scale"] > 0.05  # never lost from sight


def test_two_fingers_zoom(opened):
    made = opened(small(), touch=True)
    before = made.state["camera"]["scale"]
    session = made.context.new_cdp_session(made.tab)
    for kind, points in (
        ("touchStart", [(400, 300), (440, 300)]),
        ("touchMove", [(380, 300), (460, 300)]),
        ("touchMove", [(340, 300), (500, 300)]),
        ("touchEnd", []),
    ):
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})
    made.settle()
    assert made.state["camera"]["scale"] > 1.5 * before


def test_buttons_and_keys_zoom(opened):
    made = opened(small())
    scales = [made.state["camera"]["scale"]]
    for action in (lambda: made.click("#zoom-in"), lambda: made.keyboard.press("+")):
        action()
        scales.append(made.state["camera"]["scale"])
    made.keyboard.press("-")
    made.click("#zoom-out")
    assert scales[0] < scales[1] < scales[2]
    assert made.state["camera"]["scale"] == pytest.approx(scales[0])
    made.keyboard.press("+")
    made.keyboard.press("0")
    assert made.state["camera"]["scale"] == scales[0]


# Clicks and hovers


def test_a_click_that_trembles_is_a_click(opened):
    made = opened(small())
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
    made = opened(small())
    before = made.state["camera"]
    made.mouse.move(300, 200)
    made.mouse.down(button="right")
    made.mouse.move(500, 300)
    made.mouse.up(button="right")
    assert made.state["camera"] == before


def test_a_drag_from_a_box_selects_nothing(opened):
    made = opened(small())
    made.box(0).click()
    box = made.box(3).bounding_box()
    made.mouse.move(box["x"] + 9, box["y"] + 9)
    made.mouse.down()
    made.mouse.move(box["x"] + 90, box["y"] + 90)
    made.mouse.up()
    assert made.state["selection"] == [0]


def test_a_click_beside_all_boxes_selects_nothing(opened):
    made = opened(small())
    made.box(3).click()
    stage = made.locator("#stage").bounding_box()
    made.mouse.click(stage["x"] + 5, stage["y"] + 5)
    assert made.state["selection"] is None


def test_wheels_of_every_kind(opened):
    made = opened(small())
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
    made = opened(small())
    made.box(0).click()
    made.box(4).hover()
    made.settle()
    assert made.text("#panel-content h2") == "c"
    made.locator("h1").hover()
    made.settle()
    assert made.text("#panel-content h2") == "a"


def test_passing_over_a_box_does_not_push_a_narrow_picture_away(opened):
    made = opened(small(), size=(390, 844))
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
