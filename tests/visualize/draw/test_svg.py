"""The SVG holds every fact, stands on its own, and touches nothing else in a page."""

from __future__ import annotations

import math
import re
import sys
from xml.etree import ElementTree as ET

import pytest

import autograd
from autograd import Value, scope, where
from visualize import draw
from visualize.draw.palette import Key, legend_keys, style_class
from visualize.draw.svg import svg
from visualize.draw.wording import FONT_SIZE, MARGIN, SMALL, text_width
from visualize.scene.flat import flatten
from visualize.scene.gradient import Gradient
from visualize.text import exact, significant

SVG = "{http://www.w3.org/2000/svg}"


def parsed(picture):
    return ET.fromstring(picture.svg)


def boxes(tree):
    return [g for g in tree.iter(f"{SVG}g") if g.get("role") == "graphics-symbol"]


def lines_of(box):
    return [text.text for text in box.findall(f"{SVG}text")]


@pytest.mark.parametrize("rankdir", ["LR", "TB"])
@pytest.mark.parametrize("name", ["readme", "network", "states"])
def test_every_value_has_a_box_with_data_and_grad(graphs, name, rankdir):
    root = graphs[name]()
    picture = draw(root, rankdir=rankdir)
    tree = parsed(picture)
    drawn = boxes(tree)
    assert len(drawn) == len(picture.scene.nodes)
    titles = [box.find(f"{SVG}title").text for box in drawn]
    for value in flatten([root]).values:
        assert any(f"data {exact(value.data)}" in title for title in titles)
    for box, node in zip(drawn, picture.scene.nodes, strict=True):
        assert f"data {significant(node.data)}" in lines_of(box)
        assert node.gradient.short in lines_of(box)
        assert node.gradient.short in box.get("aria-label")
    paths = [path for path in tree.iter(f"{SVG}path") if path.get("class") is None]
    assert len(paths) == len(picture.scene.edges)


def test_states_differ_by_more_than_colour(states):
    looks = {}
    picture = draw(states)
    for box, node in zip(boxes(parsed(picture)), picture.scene.nodes, strict=True):
        rect = box.find(f"{SVG}rect")
        state = node.gradient.state
        if not math.isfinite(node.data):  # looks like its data
            state = "nan" if math.isnan(node.data) else "infinite"
        if state == "finite":
            state = "negative" if node.gradient.value < 0 else "positive"
        words = node.gradient.short.partition(" (")[0]
        if state != "zero":  # which its number tells
            words = re.sub(r"[-\d.e]+", "#", words)
        if state in ("nan", "infinite"):
            words = state  # of data or gradient
            if node.is_output:
                continue
        width = 1.2 if node.is_output else float(rect.get("stroke-width", 1.2))
        looks.setdefault(state, set()).add((words, rect.get("stroke-dasharray"), width))
    x = Value(1.0)
    rect = boxes(parsed(draw(x)))[0].find(f"{SVG}rect")
    looks["pending"] = {("no gradient yet", rect.get("stroke-dasharray"), 1.2)}
    assert set(looks) == {
        "negative", "positive", "zero", "unreached", "infinite", "nan", "pending",
    }  # fmt: skip
    assert all(len(look) == 1 for look in looks.values()), looks
    assert len({next(iter(look)) for look in looks.values()}) == len(looks)


def test_the_legend_names_what_is_there(states, readme):
    assert "gradient nan" in draw(states).svg
    assert "gradient nan" not in draw(readme).svg
    lowest = min(node.gradient.value for node in draw(readme).scene.nodes)
    assert f"negative gradient, to {significant(lowest)}" in draw(readme).svg
    assert "negative gradient" not in draw(readme, legend=False).svg


def test_entries_of_the_legend_keep_the_margin(monkeypatch):
    x = Value(2.0)
    for letters in range(20, 60):
        keys = [Key((), "", "a" * 20), Key((), "", "b" * letters)]
        monkeypatch.setattr(sys.modules[svg.__module__], "legend_keys", lambda _, keys=keys: keys)
        tree = parsed(draw(x))
        ends = [
            float(text.get("x")) + text_width(text.text, SMALL)
            for text in tree.iter(f"{SVG}text")
            if text.text in [key.meaning for key in keys]
        ]
        assert len(ends) == 2
        assert max(ends) <= float(tree.get("width")) - MARGIN


def test_the_legend_claims_no_gradient_that_no_box_has(readme):
    c = readme
    gradients = [node.gradient.value for node in draw(c).scene.nodes]
    assert f"positive gradient, to {significant(max(gradients))}" in draw(c).svg
    a = Value(2.0, label="a")
    y = a * -3.0
    y.backward()
    keys = legend_keys(draw(y).scene)
    assert [key.meaning for key in keys[:2]] == [
        "negative gradient, to -3", "positive gradient, to 1",
    ]  # fmt: skip
    (negative, positive), shade = keys[:2], style_class(Gradient("finite", 1.0), 3.0)
    assert negative.looks[0] == "n8"
    assert positive.looks[-1] == shade != "p8"


@pytest.mark.parametrize(("number", "look"), [("nan", "nan"), ("inf", "infinite")])
def test_data_that_are_not_finite_are_not_painted_as_a_gradient(number, look):
    y = Value(float(number), label="y") * 1.0
    y.backward()
    picture = draw(y)
    assert {box.get("class").split()[0] for box in boxes(parsed(picture))} == {look}
    assert "positive gradient" not in picture.svg
    collapsed = draw(autograd.sum([y * i for i in range(1, 40)]).relu(), max_nodes=4)
    assert look in {box.get("class").split()[0] for box in boxes(parsed(collapsed))}


def test_shades_grow_with_the_gradient_and_are_symmetric():
    x = Value(1.0)
    terms = [x * factor for factor in (1.0, 0.1, -1.0, -0.1)]
    total = terms[0] * 8 + terms[1] * 2 + terms[2] * -8 + terms[3] * -2
    total.backward()
    picture = draw(total)
    shade = {
        node.gradient.value: box.get("class").split()[0]
        for box, node in zip(boxes(parsed(picture)), picture.scene.nodes, strict=True)
    }
    assert (shade[8.0], shade[-8.0]) == ("p6", "n6")
    assert (shade[2.0], shade[-2.0]) == ("p3", "n3")
    assert picture.scene.largest_gradient == 16.0 + 0.4


def test_operand_numbers_only_where_order_matters():
    x, y = Value(1.0, label="x"), Value(2.0, label="y")
    marks = {
        name: re.findall(r'<text x="\d+" y="\d+">(\d)</text>', draw(root).svg)
        for name, root in {"sub": x - y, "pow": x**y, "add": x + y, "const": 2 - y}.items()
    }
    assert marks == {"sub": ["1", "2"], "pow": ["1", "2"], "add": [], "const": []}
    assert "2 - □" in draw(2 - y).svg


@pytest.mark.parametrize("rankdir", ["LR", "TB"])
def test_operand_numbers_stand_clear_of_border_and_text(rankdir):
    x, y, z = (Value(number, label=f"a long name of {number}") for number in (1.0, 2.0, 3.0))
    root = where(x - y > 0.0, x / y, y**z)
    root.label = "a heading as wide as headings get"
    picture = draw(root, rankdir=rankdir)
    numbers = [
        (float(x), float(y))
        for x, y in re.findall(r'<text x="(\d+)" y="(\d+)">[123]</text>', picture.svg)
    ]
    assert len(numbers) == 2 + 2 + 2 + 3
    half, capital = text_width("1", SMALL - 1) / 2, 0.73  # of the font size
    inside = 0
    for box in boxes(parsed(picture)):
        left, top = map(float, re.findall(r"\d+", box.get("transform")))
        rect = box.find(f"{SVG}rect")
        x, y = left + float(rect.get("x")), top + float(rect.get("y"))
        for middle, baseline in numbers:
            if 0 < middle - x < float(rect.get("width")) and 0 < baseline - y < 54:
                inside += 1
                assert middle - half >= x + 2
                assert baseline - capital * (SMALL - 1) >= y + 2
                assert middle + half <= left - 2 or baseline <= top - capital * FONT_SIZE - 2
    assert inside == len(numbers)


@pytest.mark.parametrize("rankdir", ["LR", "TB"])
def test_narrow_clusters_show_their_whole_titles(rankdir):
    name = "a_module_with_a_name_of_40_columns______"
    with scope("binary_cross_entropy"):
        inner = Value(0.5) * 2
    with scope(name):
        root = inner + 1
    tree = parsed(draw(root, rankdir=rankdir))
    texts = [text for text in tree.iter(f"{SVG}text") if "_" in text.text]
    assert texts[0].text == "binary_cross_entropy"
    assert texts[1].text == name[:23] + "…"  # so that no name widens a picture without end
    clusters = [g for g in tree.iter(f"{SVG}g") if g.get("class") == "cluster"]
    for cluster, text in zip(clusters, texts, strict=True):
        rect = cluster.find(f"{SVG}rect")
        end = float(rect.get("x")) + float(rect.get("width"))
        assert float(text.get("x")) + text_width(text.text, SMALL) <= end - 4


def test_titles_of_clusters_stand_on_plates_over_the_lines():
    with scope("first"):
        x = Value(0.5) * 2
    with scope("second"):
        root = x + 1
    picture = draw(root, rankdir="TB")
    [plate] = [path for path in parsed(picture).iter(f"{SVG}path") if path.get("class") == "plate"]
    pieces = re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)H(\d+)", plate.get("d"))
    for (x, y, width, height, back), title in zip(pieces, ["first", "second"], strict=True):
        at, baseline = re.search(rf'x="(\d+)" y="(\d+)">{title}<', picture.svg).groups()
        assert back == x
        assert int(x) < int(at)
        assert int(at) + text_width(title, SMALL) < int(x) + int(width)
        assert int(y) <= int(baseline) - SMALL * 0.8
        assert int(baseline) + SMALL * 0.2 < int(y) + int(height)
    order = [picture.svg.index(part) for part in ("marker-end", 'class="plate"', ">second</text>")]
    assert order == sorted(order)
    assert "plate" not in re.sub(r"(?s)<style>.*?</style>", "", draw(root, clusters=False).svg)


def test_counts_do_not_cover_each_other(graphs):
    picture = draw(graphs["network"]((4, 6, 6, 1), samples=20), collapse="module")
    counts = re.findall(r'<text x="(\d+)" y="(\d+)">×', picture.svg)
    places = [(int(x), int(y)) for x, y in counts]
    assert len(places) > 5  # bundles of lines have none
    for index, (x, y) in enumerate(places):
        for other_x, other_y in places[:index]:
            assert abs(x - other_x) > 12 or abs(y - other_y) > 8


def test_ids_are_unique_and_of_this_picture(readme, network):
    all_ids = []
    for root in (readme, network):
        tree = parsed(draw(root))
        prefix = tree.get("id")
        ids = [element.get("id") for element in tree.iter() if element.get("id")]
        assert all(name.startswith(prefix) for name in ids)
        assert set(re.findall(r"url\(#([^)]*)\)", draw(root).svg)) <= set(ids)
        assert set(tree.get("aria-labelledby").split()) <= set(ids)
        all_ids += ids
    assert len(set(all_ids)) == len(all_ids)


def test_style_rules_stay_in_the_picture_and_in_media_queries(readme):
    tree = parsed(draw(readme))
    style = tree.find(f"{SVG}style").text
    for selector in re.findall(r"([^{}]+)\{[^{}]*\}", re.sub(r"@media[^{]*\{", "", style)):
        for part in selector.strip().lstrip("}").split(","):
            assert part.strip().startswith(f"#{tree.get('id')}"), part
    assert "prefers-color-scheme:dark" in style
    assert "var(" not in draw(readme).svg
    outside = re.sub(r"<style>.*?</style>", "", draw(readme).svg, flags=re.DOTALL)
    for rect in ET.fromstring(outside).iter(f"{SVG}rect"):
        assert re.fullmatch(r"#[0-9a-f]{6}", rect.get("fill"))


def test_it_loads_nothing_from_the_net(network):
    urls = re.findall(r"https?://[^\s\"'<>]+", draw(network).svg)
    assert set(urls) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<script|<image|<use|href|@import|on\w+=", draw(network).svg)


def test_readers_hear_a_title_a_summary_and_each_box(network):
    tree = parsed(draw(network, title="A network"))
    assert tree.get("role").split()[0] == "graphics-document"
    assert tree.find(f"{SVG}title").text == "A network"
    described = tree.find(f"{SVG}desc").text
    assert re.match(r"\d+ values, \d+ edges; output loss = [\d.]+; largest gradient", described)
    assert all(box.get("aria-label") for box in boxes(tree))


def test_clusters_nest_as_modules_do(network):
    tree = parsed(draw(network))
    titles = [
        g.find(f"{SVG}title").text for g in tree.iter(f"{SVG}g") if g.get("class") == "cluster"
    ]
    assert titles[0] == "MLP"
    assert len(titles) == 1 + 3 + 9
    assert "MLP/layers.1/neurons.3" in titles
    assert 'class="cluster"' not in draw(network, clusters=False).svg


@pytest.mark.parametrize("name", ["readme", "network"])
def test_at_most_700_bytes_a_node(graphs, name):
    picture = draw(graphs[name]())
    assert len(picture.svg.encode()) <= 700 * len(picture.scene.nodes)


def test_a_large_picture_stays_small(graphs):
    picture = draw(graphs["network"]((3, 8, 8, 1), samples=3), collapse="none")
    assert len(picture.scene.nodes) > 250
    assert len(picture.svg.encode()) <= 700 * len(picture.scene.nodes)


def test_a_long_name_is_cut_in_the_box_and_whole_in_the_tooltip():
    name = "the_learning_rate_of_the_second_hidden_layer_in_the_encoder"
    [box] = boxes(parsed(draw(Value(1.0, label=name))))
    assert lines_of(box)[0] == "the_learning_rate_of_th…"
    assert box.find(f"{SVG}title").text.startswith(name)


def test_bad_data_is_marked_in_words_and_weight():
    [box] = boxes(parsed(draw(Value(float("-inf"), label="x"))))
    [line] = [text for text in box.findall(f"{SVG}text") if text.text == "data -inf"]
    assert line.get("font-weight") == "700"
