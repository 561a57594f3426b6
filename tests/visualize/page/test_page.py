"""The HTML page in a real browser: its file, its looks, and extreme graphs."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

import autograd
from autograd import Value, scope, sqrt
from tests.visualize.page_graphs import large, small
from visualize.draw.palette import DARK, LIGHT, theme
from visualize.page import page as page_module
from visualize.page.page import MOST_VALUES, SCRIPTS, page, script_text
from visualize.scene.flat import flatten
from visualize.text import exact, significant

ATTACKS = [
    "</script><img src=x onerror=alert(1)>", 'a<b & "c"', "<!--", "<svg onload=alert(1)>", "]]>",
    "\u202eevil\u2066", "\u2028", "javascript:alert(1)", "{{x}}${y}`", "'\"><b>bold</b>",
]  # fmt: skip


# What is in the file


def test_the_scripts_are_all_there_once_and_define_nothing_twice():
    folder = Path(page_module.__file__).parent
    assert sorted(SCRIPTS) == sorted(path.stem for path in folder.glob("*.js"))
    text = "\n".join((folder / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    names = re.findall(r"^(?:function\*? |const |let |class )(\w+)", text, re.MULTILINE)
    for parts in re.findall(r"^const \{ (.*) \} = ", text, re.MULTILINE):
        names += [part.split(": ")[-1] for part in parts.split(", ")]
    assert "layoutOf" in names
    assert "start" in names
    assert sorted(set(names)) == sorted(names)
    assert "/**" in text
    assert "/**" not in script_text()  # comments are for readers of the sources


def test_scripts_reach_for_nothing_outside_and_never_read_text_as_markup():
    for word in ("fetch(", "XMLHttpRequest", "import(", "innerHTML", "outerHTML", "eval(",
                 "insertAdjacentHTML", "document.write", "localStorage"):  # fmt: skip
        assert word not in script_text()


def test_a_page_names_no_address():
    root = small()
    found = set(re.findall(r"\bhttps?://[^\s\"'<>]+", page([root])))
    assert found == {"http://www.w3.org/2000/svg"}


def test_the_size_is_bounded(graphs):
    base = len(page([small()]).encode())
    assert base < 210_000
    graph = flatten([large(20)])
    assert len(page([large(20)]).encode()) < base + 150 * len(graph)


def test_the_same_graph_gives_the_same_bytes():
    assert page([small()], title="t") == page([small()], title="t")


def test_too_many_values_are_refused_with_a_way_out(monkeypatch):
    monkeypatch.setattr("visualize.page.page.MOST_VALUES", 4)
    with pytest.raises(ValueError, match=r"at most 4 values, and this graph has 5.*\.svg"):
        page([small()])
    assert MOST_VALUES >= 5_000


# Looking


def test_a_small_graph_is_drawn_with_numbers_and_derivatives(opened):
    root = small()
    made = opened(root)
    graph = flatten([root])
    assert made.state["boxes"] == len(graph)
    for index, value in enumerate(graph.values):
        text = made.box(index).text_content()
        assert f"data {significant(value.data)}" in text
        assert f"grad {significant(value.grad)}" in text
    marks = made.locator("#marks text").all_text_contents()
    assert sorted(marks) == sorted(["∂ -3", "∂ 2", "∂ -0.4161", "∂ 1", "∂ 1"])
    made.click("#derivatives")
    assert made.locator("#marks text").count() == 0


def test_colours_are_those_of_the_palette(opened):
    root = small()
    for scheme, colours in (("light", LIGHT), ("dark", DARK)):
        made = opened(root, scheme=scheme)
        for value, look in ((0, "n8"), (1, "p7")):  # a: -3.416, the largest; b: 2
            looks_like(made, value, theme(look, colours))


def test_a_gradient_of_an_earlier_pass_has_its_look_too(opened):
    x = Value(3.0, label="x")
    (x * x).backward()
    looks_like(opened(x * 2), 0, theme("earlier", LIGHT))  # it was black


def looks_like(made, value, wanted):
    style = (
        made.box(value)
        .locator("rect")
        .evaluate(
            "element => { const look = getComputedStyle(element); return "
            "{ fill: look.fill, stroke: look.stroke, dashes: look.strokeDasharray } }"
        )
    )
    assert style["fill"] == css_colour(wanted.fill)
    assert style["stroke"] == css_colour(wanted.stroke)
    assert (style["dashes"] == "none") == (not wanted.dashes)


def css_colour(colour):
    return f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"


def test_the_theme_can_be_turned(opened):
    made = opened(small())
    background = "getComputedStyle(document.body).backgroundColor"
    assert made.evaluate(background) == css_colour(LIGHT.page)
    made.click("#theme")
    assert made.evaluate(background) == css_colour(DARK.page)
    made.click("#theme")
    assert made.evaluate(background) == css_colour(LIGHT.page)


def test_numbers_are_written_as_everywhere_else(opened):
    made = opened(small())
    numbers = [0.1, 1.0625, 1.1875, -1.0625, 12345.0, 123456.7, 1e6, 1e-5, 0.00012345, 5e-324,
               1 / 3, -2.5e-7, 999999.5, 9999.5, 1e16, 1e15, 1.7e308, -0.0, 0.0, 2.0, 0.5, 1e22,
               12.345, 99995.0, 0.99995, 3.14159265358979, 1e-4, 123.25]  # fmt: skip
    shown = made.evaluate(
        "numbers => numbers.map(n => [graphPage.significant(n), graphPage.exact(n)])", numbers
    )
    assert shown == [[significant(number), exact(number)] for number in numbers]
    odd = made.evaluate(
        "[NaN, Infinity, -Infinity].map(n => [graphPage.significant(n), graphPage.exact(n)])"
    )
    assert odd == [["nan", "nan"], ["inf", "inf"], ["-inf", "-inf"]]


# Attacks and extremes


def test_labels_are_shown_and_never_run(opened):
    products = []
    for label in ATTACKS:
        with scope(label):
            products.append(Value(2.0, label=label) * Value(1.0, label=label + "2"))
        products[-1].label = label
    root = autograd.sum(products)
    root.backward()
    made = opened(root, title=" ".join(ATTACKS))
    made.click("#to-end")
    for label in ATTACKS:
        made.fill("#search", label)
        made.keyboard.press("Enter")
        shown = made.locator("#panel-content h2").text_content()
        if label.isascii():
            assert shown == label
            assert label in made.text("h1")
    made.click("#less")
    assert made.locator("img, script:not([id]):not(:last-of-type), b b").count() == 0
    assert made.evaluate("document.querySelectorAll('*').length") > 100
    assert not set("\u202e\u2066\u2028") & set(made.locator("body").text_content())


def test_a_very_long_label_breaks_nothing(opened):
    root = Value(1.0, label="long " * 2_000) * Value(2.0, label="x" * 10_000)
    made = opened(root, title="t" * 10_000)
    assert made.evaluate("document.documentElement.scrollWidth <= innerWidth")
    made.box(0).click()
    assert made.text("#panel-content h2").startswith("long long")
    assert made.box(0).bounding_box()["width"] < 400


def test_a_graph_of_one_value(opened):
    leaf = Value(2.0, label="x")
    made = opened(leaf)
    assert made.state["boxes"] == 1
    assert made.evaluate("graphPage.phases()") == ["given", "seed", "end"]
    made.click("#to-end")
    assert made.gradients(flatten([leaf])) == ["1"]
    made.box(0).click()
    made.keyboard.press("ArrowLeft")


def test_a_gradient_of_zero_sends_zero_through_an_infinite_slope(opened):
    x = Value(0.0, label="x")
    root = autograd.relu(sqrt(x) - 1)
    root.backward()
    made = opened(root)
    shown = made.played(flatten([root]))
    assert float(shown[0]) == x.grad == 0.0
    made.evaluate("graphPage.goTo(graphPage.state().steps - 2)")
    assert "a gradient of 0 sends 0" in made.text("#caption")


def test_several_outputs(opened):
    x = Value(2.0, label="x")
    outputs = [x * 3, x + 1, autograd.exp(x)]
    made = opened(*outputs)
    assert made.locator(".box.output").count() == 3
    shown = made.played(flatten(outputs))
    assert float(shown[0]) == pytest.approx(4 + math.exp(2.0))


def test_infinite_and_missing_numbers_are_told(opened):
    x = Value(0.0, label="x")
    with pytest.warns(autograd.NumericWarning):
        y = sqrt(x) + autograd.log(x)
    y.backward()
    made = opened(y)
    made.box(0).click()
    panel = made.text("#panel-content")
    assert "Infinite" in panel
    assert "inf" in panel
    made.click("#to-end")


@pytest.mark.slow
def test_more_than_5000_values_are_usable(opened):
    root = large()
    graph = flatten([root])
    assert len(graph) > 5_000
    made = opened(root)
    assert made.state["boxes"] <= 200
    shown = made.played(graph)
    assert [float(gradient) for gradient in shown] == [value.grad for value in graph.values]
    made.click("#everything")
    assert made.state["boxes"] >= len(graph)
    made.evaluate("graphPage.goTo(10)")
    made.evaluate("graphPage.goTo(graphPage.state().steps - 2)")
    assert made.gradients(graph) == shown
    made.fill("#search", "tanh")
    made.click("#next")
    made.settle()
    assert "selected" in made.box(made.state["selection"][0]).get_attribute("class")
    assert "data" in made.box(made.state["selection"][0]).text_content()
    written = made.evaluate("document.querySelectorAll('[data-box]:has(text)').length")
    assert 1 < written < len(graph)  # what is near, and no more
    made.click("#less")
    assert made.state["boxes"] < len(graph)


@pytest.mark.parametrize("size", [(360, 640), (820, 1180), (1920, 1080)])
def test_narrow_and_wide_screens(opened, network, size):
    made = opened(network, size=size)
    assert made.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert made.evaluate("document.documentElement.scrollHeight <= innerHeight")
    made.evaluate("graphPage.show(0)")
    made.settle()
    for selector in ("#stage", "#panel", "#play", "#slider", "#search"):
        area = made.locator(selector).bounding_box()
        assert area["width"] > 20
        assert area["height"] > 10
        assert area["x"] + area["width"] <= size[0] + 1
        assert area["y"] + area["height"] <= size[1] + 1
    assert made.locator("#stage").bounding_box()["height"] > 100


def test_top_to_bottom(opened):
    made = opened(small(), rankdir="TB")
    assert made.box(0).bounding_box()["y"] < made.box(4).bounding_box()["y"] - 50
    made.click("#turn")
    assert made.box(0).bounding_box()["x"] < made.box(4).bounding_box()["x"] - 50


def test_paper_shows_the_whole_picture(opened, network):
    made = opened(network)
    for _ in range(6):
        made.keyboard.press("+")
    made.emulate_media(media="print")
    made.evaluate("dispatchEvent(new Event('beforeprint'))")
    stage = made.locator("#stage").bounding_box()
    for value in (0, 40, 73):
        area = made.box(value).bounding_box()
        assert stage["x"] - 1 <= area["x"]
        assert area["x"] + area["width"] <= stage["x"] + stage["width"] + 1
    assert not made.locator("#player").is_visible()
    made.evaluate("dispatchEvent(new Event('afterprint'))")
