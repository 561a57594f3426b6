"""The HTML page in a real browser: every way to look at a graph, and nothing leaves the page."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

import autograd
from autograd import Value, scope, source_lines, sqrt
from tests.visualize.page_graphs import recurrence
from visualize.digits import exact, significant
from visualize.draw.palette import DARK, LIGHT, theme
from visualize.formula.rules import filled
from visualize.page import page as page_module
from visualize.page.page import MOST_VALUES, SCRIPTS, page, script_text
from visualize.scene.flat import flatten

ATTACKS = [
    "</script><img src=x onerror=alert(1)>", 'a<b & "c"', "<!--", "<svg onload=alert(1)>", "]]>",
    "\u202eevil\u2066", "\u2028", "javascript:alert(1)", "{{x}}${y}`", "'\"><b>bold</b>",
]  # fmt: skip


def small():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    product = a * b
    c = product + autograd.sin(a)
    c.label = "c"
    c.backward()
    return c


def large(samples=60):
    """Over 5,000 values in modules, as a batch through a network."""
    weights = [[Value(0.1 * (i - j), label=f"w{i}") for i in range(6)] for j in range(5)]
    losses = []
    for sample in range(samples):
        signal = [Value(0.01 * sample + i) for i in range(6)]
        for layer in range(6):
            outputs = []
            for j, row in enumerate(weights):
                with scope("MLP"), scope(f"layers.{layer}"), scope(f"neurons.{j}"):
                    outputs.append((autograd.dot(row[: len(signal)], signal) + 0.5).tanh())
            signal = outputs
        losses.append((signal[0] - 1) ** 2)
    loss = autograd.sum(losses)
    loss.backward()
    return loss


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
    assert base < 200_000
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
        made.wait_for_timeout(300)
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


RULES = [
    ("1 - {out} * {out}", ["x"], "-0.5"),
    ("{1}", ["2", "-3"], "-6"),
    ("3 * {0}**2", ["-2"], "-8"),
    ("-{0} / hypot({0}, {1})", ["-1", "-inf"], "nan"),
    ("1 if {0} > {1} else 0", ["-a", "b"], "c"),
]


def test_rules_are_filled_as_in_formulas(opened):
    made = opened(small())
    shown = made.evaluate("rules => rules.map(given => graphPage.filledRule(...given))", RULES)
    assert shown == [filled(*rule) for rule in RULES]


# Moving


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
    classes = {made.box(index).get_attribute("class").split()[-1] for index in range(len(graph))}
    assert {"unreached", "zero", "infinite", "nan"} <= classes
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
    for index in range(len(graph)):
        classes = made.box(index).get_attribute("class").split()
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
    made = opened(network, size=(700, 700))  # too small to show it all legibly
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
    values = range(len(made.evaluate("graphPage.graph.data")))
    boxes = len({made.evaluate("value => graphPage.boxOf(value)", value) for value in values})
    assert boxes < made.state["boxes"]
    assert made.text("#showing") == f"{len(values)} values in {boxes} boxes"


def test_a_recurrence_opens_and_closes(opened):
    made = opened(recurrence(120))
    assert made.state["closed"]
    made.click("#everything")
    assert made.state["closed"] == []
    made.click("#less")
    made.click("#to-end")


# Playing


def play_to_the_end(made, graph):
    made.click("#to-end")
    return made.gradients(graph)


@pytest.mark.parametrize("name", ["readme", "network", "states"])
def test_the_player_ends_with_the_recorded_gradients(opened, graphs, name):
    root = graphs[name]()
    graph = flatten([root])
    made = opened(root)
    shown = play_to_the_end(made, graph)
    for value, gradient in zip(graph.values, shown, strict=True):
        if not value.has_grad:
            assert gradient == "unreached"
        else:
            number = float(gradient.replace("Infinity", "inf"))
            assert repr(number) == repr(value.grad + 0.0) or number == value.grad
    assert "Every gradient is complete" in made.text("#caption")
    assert "recorded at" not in made.text("#caption")


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
    made.click("#play")
    assert made.state["isPlaying"]
    while made.state["isPlaying"]:
        made.wait_for_timeout(50)
    assert made.state["step"] == made.state["steps"] - 1
    made.select_option("#speed", "0.5")
    made.keyboard.press("Escape")
    made.locator("h1").click()
    made.click("#play")
    made.click("#play")
    assert not made.state["isPlaying"]
    step = made.state["step"]
    made.wait_for_timeout(300)
    assert made.state["step"] == step


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
    assert play_to_the_end(made, graph)[0] != "pending"


def test_a_stale_graph_says_so(opened):
    a = Value(2.0)
    root = a * a
    a.data = 3.0
    made = opened(root)
    assert "call forward()" in made.text("#caption")
    assert set(made.evaluate("graphPage.phases()")) == {"given", "forward"}
    made.click("#to-end")


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
    made.wait_for_timeout(100)
    assert made.state["camera"] == first


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
    shown = play_to_the_end(made, flatten([root]))
    assert float(shown[0]) == x.grad == 0.0
    made.evaluate("graphPage.goTo(graphPage.state().steps - 2)")
    assert "a gradient of 0 sends 0" in made.text("#caption")


def test_several_outputs(opened):
    x = Value(2.0, label="x")
    outputs = [x * 3, x + 1, autograd.exp(x)]
    made = opened(*outputs)
    assert made.locator(".box.output").count() == 3
    shown = play_to_the_end(made, flatten(outputs))
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
    shown = play_to_the_end(made, graph)
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
    written = made.locator("[data-box]:has(text)").count()
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
