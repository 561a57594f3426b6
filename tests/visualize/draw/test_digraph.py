"""draw_dot is micrograd's, with every operand edge."""

from __future__ import annotations

import re
import shutil
import sys

import pytest

from autograd import Value
from visualize import RenderError, draw_dot


def test_it_is_a_digraph_of_records_and_circles(readme):
    graph = draw_dot(readme)
    assert type(graph).__name__ == "Digraph"
    assert (graph.format, graph.graph_attr["rankdir"]) == ("svg", "LR")
    assert 'v0 [label="{ a | data -4.0000 | grad 138.8338 }" shape=record]' in graph.source
    assert "{ g | data 24.7041 | grad 1.0000 }" in graph.source
    assert draw_dot(readme, format="png", rankdir="TB").format == "png"


def test_every_operand_has_its_edge_and_order():
    x, y = Value(1.0, label="x"), Value(2.0, label="y")
    edges = re.findall(r"^\t(\S+) -> (\S+)$", draw_dot((x - y) + (x + x)).source, re.MULTILINE)
    assert edges.count(("v0", '"v3-op"')) == 2
    assert [a for a, b in edges if b == '"v2-op"'] == ["v0", "v1"]


def test_numbers_are_drawn():
    assert '"v1-c0" [label="{ data 2.0000 }"' in draw_dot(2 - Value(1.0)).source


def test_a_deep_graph_needs_no_recursion():
    x = Value(1.0)
    for _ in range(5_000):
        x = -x
    assert draw_dot(x).source.count("shape=record") == 5_001


@pytest.mark.parametrize("rankdir", ["RL", "lr", None])
def test_wrong_rankdir(rankdir):
    with pytest.raises(ValueError, match="'LR' or 'TB'"):
        draw_dot(Value(1.0), rankdir=rankdir)


def test_only_a_value():
    with pytest.raises(TypeError, match="not float"):
        draw_dot(1.0)


def test_without_the_package_the_message_names_the_way_out(monkeypatch):
    monkeypatch.setitem(sys.modules, "graphviz", None)
    with pytest.raises(RenderError, match=r"pip install graphviz.*draw\(\) needs no package"):
        draw_dot(Value(1.0))


@pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz's program dot")
def test_it_renders(readme):
    picture = draw_dot(readme).pipe(encoding="utf-8")
    assert picture.count('class="node"') == 27 + 25 + 8  # values, operations, numbers
