"""A page in a real browser with the keyboard alone, and its search."""

from __future__ import annotations

import re

import pytest

import autograd
from autograd import Value, scope
from tests.visualize.page_graphs import large, small, total
from visualize.scene.flat import flatten

# The keyboard alone


def test_the_graph_is_walked_with_the_keyboard(opened):
    root = small()
    made = opened(root)
    while made.evaluate("!document.activeElement.closest('[data-box]')"):
        made.keyboard.press("Tab")
    key = lambda: made.evaluate("document.activeElement.getAttribute('aria-label')")  # noqa: E731
    assert key().startswith("c +, data -5.091, grad 1")
    made.keyboard.press("ArrowLeft")
    made.keyboard.press("ArrowLeft")
    assert re.match(r"[ab], data", key())
    made.keyboard.press("ArrowDown")
    made.keyboard.press("ArrowUp")
    assert re.match(r"[ab], data", key())
    made.keyboard.press("ArrowRight")
    made.keyboard.press("ArrowRight")
    assert key().startswith("c +")
    made.keyboard.press("Enter")
    assert made.state["selection"] == [4]
    assert made.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    made.keyboard.press("Escape")
    assert made.state["selection"] is None
    made.keyboard.press(".")
    made.keyboard.press(".")
    made.keyboard.press(",")
    assert made.state["step"] == 0
    made.keyboard.press(" ")
    assert made.state["isPlaying"]
    made.keyboard.press(" ")
    made.keyboard.press("?")
    assert made.locator("#help").is_visible()
    made.keyboard.press("Escape")
    assert not made.locator("#help").is_visible()
    assert made.locator("[data-box][tabindex='0']").count() == 1


def test_modules_are_opened_and_closed_with_the_keyboard(opened, network):
    made = opened(network)
    made.evaluate("graphPage.show(8)")
    made.keyboard.press("c")
    assert len(made.state["closed"]) == 1
    label = "document.activeElement.getAttribute('aria-label')"
    assert "neurons" in made.evaluate(label)
    assert made.evaluate("document.activeElement.getAttribute('aria-expanded')") == "false"
    made.keyboard.press("o")
    assert made.state["closed"] == []
    assert made.evaluate("Boolean(document.activeElement.closest('[data-box]'))")


def test_everything_has_a_name_for_those_who_listen(opened, network):
    made = opened(network)
    unnamed = made.evaluate(
        "[...document.querySelectorAll('button, input, select, [role=button], svg[role]')]"
        ".filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.length))"
        ".map(e => e.outerHTML)"
    )
    assert unnamed == []
    assert made.locator("#stage").get_attribute("aria-label").startswith("Graph: Graph of loss")


def test_stillness_is_respected(opened, network):
    made = opened(network, motion="reduce")
    made.evaluate("graphPage.show(0)")
    first = made.state["camera"]
    made.settle()
    assert made.state["camera"] == first


# Every key


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
    made = opened(small())
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
    made = opened(small())
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
    made = opened(small())
    made.keyboard.press(".")
    made.box(3).click()
    made.keyboard.press("Escape")
    assert made.state["selection"] is None
    assert made.state["step"] == 0
    made.keyboard.press("Escape")
    assert made.state["step"] is None


# Searching


def test_search_goes_through_labels_and_operations(opened, network):
    made = opened(network)
    graph = flatten([network])
    made.keyboard.press("/")
    made.keyboard.type("relu")
    expected = [i for i, value in enumerate(graph.values) if value.op and value.op.name == "relu"]
    assert made.state["results"] == expected
    assert made.text("#found") == str(len(expected))
    made.keyboard.press("Enter")
    assert made.state["selection"] == [expected[0]]
    assert made.text("#found") == f"1 of {len(expected)}"
    made.click("#next")
    assert made.state["selection"] == [expected[1]]
    made.click("#previous")
    made.click("#previous")
    assert made.state["selection"] == [expected[-1]]
    assert made.locator(".box.found").count() == len(expected)
    made.fill("#search", "loss")
    assert made.state["results"][0] == len(graph) - 1
    made.fill("#search", "nothing of that name")
    assert made.text("#found") == "none"
    assert made.locator("#next").is_disabled()


def test_search_opens_what_hides_a_value(opened):
    root = large(4)
    graph = flatten([root])
    made = opened(root)
    hidden = next(i for i, value in enumerate(graph.values) if value.op and value.op.name == "tanh")
    assert not made.box(hidden).get_attribute("class").startswith("box value")
    made.evaluate("value => graphPage.show(value)", hidden)
    made.settle()
    assert made.box(hidden).get_attribute("class").startswith("box value")
    area, stage = made.box(hidden).bounding_box(), made.locator("#stage").bounding_box()
    assert stage["x"] <= area["x"] <= stage["x"] + stage["width"]
    assert stage["y"] <= area["y"] <= stage["y"] + stage["height"]


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
