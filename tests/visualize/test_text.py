"""No label breaks a file, whatever it holds; numbers and columns in texts."""

from __future__ import annotations

import re
import shutil
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, scope
from tests.in_one_test import in_one_test
from visualize import draw, draw_dot
from visualize.text import aligned, columns, cut, printable, significant

ATTACKS = [
    "</script><img src=x onerror=alert(1)>",
    "</text></svg><svg onload=alert(1)>",
    'a<b & "c"',
    "'quoted' \"twice\"",
    "line\nbreak\r\ttab",
    "nul\x00 bell\x07 escape\x1b[31m delete\x7f",
    "{record|<port>}",
    "back\\slash \\",
    "\\n\\l\\N\\G",
    "&amp; &#65; &lt;",
    "]]><![CDATA[",
    "-->",
    "x" * 5000,
    "損失関数の値",
    "😀 \U0001f469\u200d\U0001f469\u200d\U0001f467 e\u0301",
    "right\u202eto left",
    "\ud800 lone surrogate",
    "\ufffe\uffff noncharacters",
    " ",
    "%s {0} ${x}",
    "n0 -> n1; }",
    "#include",
]
XML_TEXT = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


def picture_of(label):
    with scope(label.replace("/", "|")):
        y = Value(2.0, label=label) * Value(3.0, label="plain")
    y.label = label + "!"
    y.backward()
    return draw(y, title=label)


@in_one_test("label", ATTACKS, ids=range(len(ATTACKS)))
def test_attacks_stay_text_in_every_format(label):
    picture = picture_of(label)
    tree = ET.fromstring(picture.svg)
    assert {element.tag.split("}")[1] for element in tree.iter()} <= {
        "svg", "g", "rect", "text", "title", "desc", "style", "defs", "marker", "path",
    }  # fmt: skip
    assert not any(name.startswith("on") for element in tree.iter() for name in element.attrib)
    assert XML_TEXT.fullmatch(picture.svg)
    assert picture.svg.encode()
    shown = printable(label)
    titles = [title.text for title in tree.iter("{http://www.w3.org/2000/svg}title")]
    assert any(title.startswith(shown[:4000].rstrip()[:3900]) for title in titles)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", picture.text)
    assert len(picture.text.splitlines()) == 5  # title, summary, three values, and no more
    assert picture.source.count("\n") == len(picture.source.splitlines())
    bundle = picture._repr_mimebundle_()
    assert "onerror" not in re.sub(r'"[^"]*"|>[^<]*<', "", bundle["text/html"])


@pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz's program dot")
def test_graphviz_reads_back_the_labels():
    def plain(text):
        return " ".join((text or "").split())

    root = autograd.sum([Value(2.0, label=label) for label in ATTACKS])
    tree = ET.fromstring(draw(root, engine="dot", legend=False).svg)
    texts = {plain(text.text) for text in tree.iter("{http://www.w3.org/2000/svg}text")}
    for label in ATTACKS:
        assert plain(cut(printable(label), 24)) in texts
    assert b"<svg" in draw_dot(root).pipe("svg")


@given(st.text())
def test_any_text_gives_well_formed_files(label):
    picture = picture_of(label)
    ET.fromstring(picture.svg)
    assert len(picture.text.splitlines()) == 4 + bool(label)


def test_joiners_and_marks_take_no_column():
    assert [columns(f"a{mark}b") for mark in "\u0301\u200b\u200d\u20dd"] == [2] * 4


def test_a_flood_of_combining_marks_ends():
    heading = cut("e" + "\u0301" * 100_000, 24)
    assert len(heading) < 200


@given(st.text(), st.integers(2, 30))
def test_cut_text_fits_its_columns(text, limit):
    assert columns(cut(printable(text), limit)) <= limit


ROWS = [["a", "1", "x"], ["損失", "22", ""], ["abc", "333", "end"]]


def test_columns_begin_below_each_other():
    cells = aligned(ROWS)
    assert [[columns(cell) for cell in row[:-1]] for row in cells] == [[4, 3]] * 3
    assert [[cell.rstrip() for cell in row] for row in cells] == ROWS
    assert [row[-1] for row in cells] == ["x", "", "end"], "nothing follows the last cell"


def test_numbers_end_below_each_other():
    cells = aligned(ROWS, numbers=True)
    assert [row[1] for row in cells] == ["  1", " 22", "333"]
    assert [row[2] for row in cells] == ["  x", "   ", "end"]
    assert cells[0][0] == "a   "


def test_a_cell_that_is_too_wide_is_alone_with_it():
    cells = aligned([["a", "1"], ["x" * 50, "2"], ["bc", "3"]], widest=40)
    assert cells == [["a ", "1"], ["x" * 50, "2"], ["bc", "3"]]
    assert aligned([["x" * 50, "2"]], widest=40) == [["x" * 50, "2"]]


def test_no_rows_and_rows_of_unequal_length():
    assert aligned([]) == []
    assert aligned([["a"], ["bcd", "e"]]) == [["a"], ["bcd", "e"]]


@pytest.mark.parametrize(
    ("number", "text"),
    [(999_999.0, "999999"), (1e6, "1e+06"), (-999_999.0, "-999999"), (-1e6, "-1e+06")],
)
def test_whole_numbers_below_a_million_are_written_in_full(number, text):
    assert significant(number) == text
