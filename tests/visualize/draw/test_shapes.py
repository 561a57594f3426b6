"""Local derivatives at edges: shown in small graphs, correct in every format, legible."""

from __future__ import annotations

import random
import re
from xml.etree import ElementTree as ET

import pytest

import autograd
from autograd import Value, dot, source_lines, where
from nn import MLP
from visualize import draw
from visualize.draw.wording import text_width

SVG = "{http://www.w3.org/2000/svg}"


def texts(picture):
    return [text.text for text in ET.fromstring(picture.svg).iter(f"{SVG}text")]


def marks(picture):
    """Return the marks of an SVG as (text, x, y)."""
    (group,) = (
        group
        for group in ET.fromstring(picture.svg).iter(f"{SVG}g")
        if group.get("class") == "marks"
    )
    return [
        (text.text, float(text.get("x")), float(text.get("y"))) for text in group.iter(f"{SVG}text")
    ]


def test_every_format_shows_the_same_derivatives():
    a, b = Value(2.0, label="a"), Value(-0.375, label="b")
    c = a / b
    picture = draw(c)
    by_a, by_b = "∂ -2.667", "∂ -14.22"  # 1/b and -a/b**2
    assert {by_a, by_b} < set(texts(picture))
    assert f'label="{by_a}"' in picture.source
    assert f'label="{by_b}"' in picture.source
    assert "∂a -2.667, ∂b -14.22" in picture.text
    assert [edge.local for edge in picture.scene.edges] == [1 / -0.375, -2.0 / 0.375**2]


def test_both_edges_of_a_square_have_one():
    x = Value(3.0, label="x")
    assert [text for text in texts(draw(x * x)) if "∂ 3" in text] == ["∂ 3", "∂ 3"]


def test_none_where_there_is_no_derivative():
    x = Value(3.0, label="x")
    picture = draw(where(x > 1.0, x, 5.0))
    assert [edge.local for edge in picture.scene.edges] == [None, None, 1.0]
    assert "∂v1" not in picture.text
    assert "∂x 1" in picture.text


def test_on_by_default_up_to_thirty_values_and_by_choice():
    x = Value(1.0, label="x")
    chain = x
    for _ in range(29):
        chain = chain * 2.0
    assert "∂" in draw(chain).text
    assert "∂" not in draw(chain * 2.0).text
    assert "∂" in draw(chain * 2.0, derivatives=True).text
    assert "∂" not in draw(x * 2.0, derivatives=False).text


def test_boxes_of_several_have_counts_and_no_derivatives(graphs):
    picture = draw(graphs["network"](samples=3), collapse="module", derivatives=True)
    assert any(edge.count > 1 for edge in picture.scene.edges)
    for edge in picture.scene.edges:
        assert edge.local is None or edge.count == 1


def test_the_legend_explains_the_sign():
    x = Value(1.0, label="x")
    assert "∂ local derivative, of a box by its operand" in texts(draw(x * 2.0))
    assert not any("∂" in text for text in texts(draw(x * 2.0, derivatives=False)))
    assert not any("∂" in text for text in texts(draw(x)))


@pytest.mark.parametrize("rankdir", ["LR", "TB"])
def test_marks_lie_over_no_box_and_not_over_each_other(graphs, rankdir):
    a = [Value(0.001 * number, label=f"a{number}") for number in range(1, 6)]
    b = [Value(-0.125 * number, label=f"b{number}") for number in range(1, 6)]
    for root in (graphs["readme"](), dot(a, b) * dot(b, a)):
        picture = draw(root, rankdir=rankdir, derivatives=True)
        found = [mark for mark in marks(picture) if mark[0].startswith("∂")]
        assert len(found) > 0.8 * len(picture.scene.edges)
        boxes = []
        for group in ET.fromstring(picture.svg).iter(f"{SVG}g"):
            if group.get("role") == "graphics-symbol":
                x, y = map(float, re.findall(r"-?\d+", group.get("transform")))
                rect = group.find(f"{SVG}rect")
                size = float(rect.get("width")), float(rect.get("height"))
                boxes.append((x + float(rect.get("x")), y + float(rect.get("y")), *size))
        for number, (text, x, y) in enumerate(found):
            half = text_width(text, 9) / 2
            for left, top, width, height in boxes:
                assert x + half < left or x - half > left + width or y < top or y - 8 > top + height
            for other, ox, oy in found[:number]:
                assert abs(x - ox) > half + text_width(other, 9) / 2 or abs(y - oy) > 8


def test_a_mark_without_room_stays_in_the_tooltip():
    xs = [Value(float(number), label=f"x{number}") for number in range(24)]
    picture = draw(dot(xs, xs), derivatives=True)  # 48 lines into one box
    titles = [
        path.find(f"{SVG}title").text
        for path in ET.fromstring(picture.svg).iter(f"{SVG}path")
        if path.find(f"{SVG}title") is not None
    ]
    written = [text for text, _, _ in marks(picture) if text.startswith("∂")]
    assert titles
    every = sorted(f"∂ {number}" for number in range(24) for _ in range(2))
    assert sorted(titles + written) == every  # each in one of the two places


def test_source_lines_reach_the_tooltip():
    with source_lines():
        x = Value(1.0, label="x")
    title = re.search(r"<title>(x\n.*?)</title>", draw(x * 2.0).svg, re.DOTALL).group(1)
    assert f"made at {x.line}" in title
    assert "made at" not in draw(Value(1.0, label="x")).svg


def test_a_stale_graph_is_drawn_all_the_same():
    x = Value(3.0, label="x")
    y = x * x
    x.data = 4.0
    assert "∂x 4" in draw(y).text


def points(path):
    """Return points a pixel or two apart along the lines and curves of path data."""
    x, y = map(float, re.match(r"M(\S+) (\S+?)(?=[a-z]|$)", path).groups())
    found = [(x, y)]
    for command, numbers in re.findall(r"([hvc])([^hvc]*)", path):
        steps = list(map(float, numbers.split()))
        if command != "c":
            end = (steps[0], 0.0) if command == "h" else (0.0, steps[0])
            steps = [end[0] / 3, end[1] / 3, end[0] * 2 / 3, end[1] * 2 / 3, *end]
        for part in (number / 400 for number in range(1, 401)):
            weights = 3 * (1 - part) ** 2 * part, 3 * (1 - part) * part**2, part**3
            found.append((
                x + sum(w * s for w, s in zip(weights, steps[::2], strict=True)),
                y + sum(w * s for w, s in zip(weights, steps[1::2], strict=True)),
            ))  # fmt: skip
        x, y = found[-1]
    return found


def near(picture, text, x, y):
    """Return the edges whose lines pass a mark, or the row of pixels below it."""
    (lines,) = (
        group
        for group in ET.fromstring(picture.svg).iter(f"{SVG}g")
        if group.get("class") == "lines"
    )
    half = text_width(text, 9) / 2
    return [
        edge
        for edge, line in zip(picture.scene.edges, lines.iter(f"{SVG}path"), strict=True)
        if any(abs(px - x) < half and y - 8 < py < y + 2 for px, py in points(line.get("d")))
    ]


def fan():
    a, b, c = Value(2.0, label="a"), Value(-3.0, label="b"), Value(10.0, label="c")
    return a * b + a * c + (a * b).tanh() * a


def trunk():
    x, weights = Value(0.5, label="x"), [Value(0.3 * i - 0.5, label=f"w{i}") for i in range(4)]
    hidden = (weights[0] * x + weights[1]).tanh() * weights[2] + weights[3] * x
    return hidden.sigmoid() * x


@pytest.mark.parametrize("rankdir", ["LR", "TB"])
@pytest.mark.parametrize("graph", [fan, trunk])
def test_no_line_with_another_derivative_passes_a_mark(graph, rankdir):
    picture = draw(graph(), rankdir=rankdir)
    written = [mark for mark in marks(picture) if mark[0].startswith("∂")]
    assert len(written) == len(picture.scene.edges)
    for text, x, y in written:
        assert {f"∂ {edge.local:.4g}" for edge in near(picture, text, x, y)} <= {text}


def test_a_bundle_of_lines_has_no_counts():
    model = MLP(2, [5, 5, 1], rng=random.Random(1))
    picture = draw(autograd.sum([model([0.5, y]) for y in (-1.0, 0.0, 1.0)]), max_nodes=20)
    counts = [mark for mark in marks(picture) if mark[0].startswith("×")]
    assert 0 < len(counts) < sum(edge.count > 1 for edge in picture.scene.edges)
    for text, x, y in counts:
        assert len(near(picture, text, x, y)) <= 3
