"""The camera of a page in a real browser: how it begins, moves, and keeps what is looked at."""

from __future__ import annotations

import pytest

from autograd import Value, scope
from tests.visualize.page_graphs import SEEN, chain, random_graph, small
from visualize.page.page import page
from visualize.scene.flat import flatten

# The beginning


def test_a_graph_too_large_for_the_window_begins_at_its_output_and_says_so(opened, graphs):
    root = graphs["readme"]()
    made = opened(root, whole=False)
    assert made.text("#scale") == "64%"
    last = len(flatten([root])) - 1
    assert made.is_seen(last)
    assert not made.is_seen(0)
    assert made.box(0).bounding_box()["x"] < made.box(last).bounding_box()["x"] - 500  # not turned
    assert "its end, at the output" in made.locator("#partly").inner_text()
    made.click("#show-all")
    made.settle()
    assert not made.locator("#partly").is_visible()
    assert made.is_whole()


def test_modules_are_closed_where_the_whole_graph_can_be_read_then(opened, network):
    made = opened(network, whole=False)
    assert made.text("#showing") == "74 values in 15 boxes"
    assert set(made.state["closed"]) == {
        f"MLP/layers.{layer}/neurons.{neuron}"
        for layer, neurons in enumerate((4, 4, 1))
        for neuron in range(neurons)
    }
    assert made.state["camera"]["scale"] >= 0.64
    assert made.is_whole()
    assert not made.locator("#partly").is_visible()


def test_a_graph_is_turned_where_the_whole_can_be_read_then(opened):
    made = opened(chain(5), size=(390, 844), whole=False)
    assert made.state["boxes"] == 6
    first, last = made.box(0).bounding_box(), made.box(5).bounding_box()
    assert first["y"] + first["height"] < last["y"]
    assert made.is_whole()
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
    for _ in range(500):  # until the page is told of its size, and has drawn
        if inside.evaluate(
            "(({ boxes, isResting }) => boxes === 15 && isResting)(graphPage.state())"
        ):
            break
        tab.wait_for_timeout(20)
    assert inside.evaluate("graphPage.state().boxes") == 15
    assert inside.evaluate(SEEN, "[data-box]")
    tab.close()


def test_numbers_at_lines_are_not_cut_by_boxes(opened, graphs):
    for root in (small(), graphs["readme"](), graphs["network"]()):
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
    assert opened(small()).locator("#marks text", has_text="∂ -3").count() == 1  # it was "∂ -"


# The camera


def test_a_window_of_another_size_shows_the_same_middle(opened, network):
    made = opened(network)
    for _ in range(5):
        made.keyboard.press("+")
    made.settle()
    before = made.middle()
    made.set_viewport_size({"width": 1000, "height": 620})
    made.settle()
    assert made.middle() == pytest.approx(before, abs=0.01)


def test_a_picture_that_is_seen_whole_is_so_in_a_window_of_another_size(opened, network):
    made = opened(network)
    made.set_viewport_size({"width": 900, "height": 500})
    made.settle()
    assert made.is_whole()


def test_a_selected_box_stays_in_sight_in_a_smaller_window(opened, network):
    made = opened(network)
    made.box(73).click()
    made.keyboard.press("+")
    made.keyboard.press("-")  # as large as the window, but no longer to be kept so
    made.settle()
    assert made.is_seen(73)
    made.set_viewport_size({"width": 820, "height": 500})
    made.settle()
    assert made.is_seen(73)


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
    made = opened(small())
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
    made = opened(network, motion="no-preference")
    made.evaluate("() => { graphPage.show(0); graphPage.show(73); }")
    made.settle()
    assert made.is_in_the_middle(73)


def test_the_camera_glides_to_its_goal_in_a_window_that_changes_meanwhile(opened, network):
    made = opened(network, motion="no-preference")
    made.keyboard.press("+")  # a picture that is seen whole stays so, glide or not
    made.settle()
    rests = made.evaluate(
        """() => new Promise((done) => {
      graphPage.show(73);
      const { style } = document.querySelector("#stage");
      requestAnimationFrame(() => {
        Object.assign(style, { width: "700px", height: "420px" });
        requestAnimationFrame(() => done(graphPage.state().isResting));
      }); })"""
    )
    assert not rests  # the change came while the camera moved
    made.settle()
    stage = made.locator("#stage").bounding_box()
    assert (stage["width"], stage["height"]) == (700, 420)
    assert made.is_in_the_middle(73)


def test_a_finger_stops_the_camera(opened, network):
    made = opened(network, motion="no-preference")
    start = made.evaluate(
        """() => {
      graphPage.show(0);
      const stage = document.querySelector("#stage");
      stage.dispatchEvent(new PointerEvent("pointerdown", { pointerId: 7 }));
      return graphPage.state().camera; }"""
    )
    made.settle()
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
    made.settle()
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
