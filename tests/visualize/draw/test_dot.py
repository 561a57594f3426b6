"""The DOT text holds the same facts as the SVG, in one dialect, and needs no program."""

from __future__ import annotations

import re

import pytest

from autograd import Value
from visualize import draw


def statements(source):
    nodes = re.findall(r"^ *n(\d+) \[", source, re.MULTILINE)
    edges = re.findall(r"^ *n(\d+) -> n(\d+)", source, re.MULTILINE)
    return [int(node) for node in nodes], [(int(a), int(b)) for a, b in edges]


@pytest.mark.parametrize("name", ["readme", "network", "states"])
def test_every_node_and_edge_is_there_once(graphs, name):
    picture = draw(graphs[name]())
    nodes, edges = statements(picture.source)
    assert sorted(nodes) == list(range(len(picture.scene.nodes)))
    assert edges == [(edge.source, edge.target) for edge in picture.scene.edges]


def test_boxes_say_data_and_grad_and_tooltips_every_digit(readme):
    source = draw(readme).source
    assert 'label="a\\ldata -4\\lgrad 138.8\\l"' in source
    assert "grad 138.83381924198252" in source


def test_the_dialect_is_boxes_without_html_labels(states):
    source = draw(states).source
    assert "nslimit=2 nslimit1=2" in source
    assert "shape=box" in source
    assert not re.search(r"label=<", source)


def test_clusters_open_and_close_in_pairs(network):
    source = draw(network).source
    assert source.count("{") == source.count("}")
    assert source.count("subgraph cluster_") == 1 + 3 + 9
    assert "subgraph" not in draw(network, clusters=False).source


def test_states_differ_by_more_than_colour(states):
    source = draw(states).source
    for style in ("solid", "dashed", "dotted"):
        assert f"filled,{style}" in source
    for words in ("not reached", "grad 0 (relu off)", "grad inf", "grad nan"):
        assert words in source
    assert "orange, dashed border: negative gradient" in source
    assert "orange" not in draw(states, legend=False).source


def test_counts_and_operand_numbers():
    x, y = Value(1.0), Value(2.0)
    source = draw(x - y).source
    assert re.findall(r'headlabel="(\d)"', source) == ["1", "2"]
    terms = sum(x * float(k) for k in range(200))
    assert re.search(r'n\d+ -> n\d+ \[label="×200" penwidth=2.75\]', draw(terms).source)


def test_a_gradient_of_an_earlier_pass_has_a_style_too():
    x = Value(3.0, label="x")
    (x * x).backward()
    assert 'fillcolor="#ffffff" color="#57606a"' in draw(x * 2).source  # x: of another graph
