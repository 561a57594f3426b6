"""Places in a page: what a view becomes, at any size. The layout itself is that of test_layout."""

from __future__ import annotations

import re

import pytest

from autograd import Value
from tests.visualize.page_graphs import (
    PAGE,
    SCRIPTS,
    decoded,
    drawn,
    handmade_network,
    open_scripts,
    random_graph,
    recurrence,
    view_of,
)

TOLERANCE = 1e-6


@pytest.fixture(scope="module")
def scripts(browser):
    page = open_scripts(browser)
    yield page
    page.close()


def inside(inner, outer):
    (x, y, w, h), (x2, y2, w2, h2) = inner, outer
    return (
        x >= x2 - TOLERANCE
        and y >= y2 - TOLERANCE
        and x + w <= x2 + w2 + TOLERANCE
        and y + h <= y2 + h2 + TOLERANCE
    )


def check_boxes(picture):
    """Boxes keep their sizes and meet nowhere."""
    whole = (0, 0, picture["width"], picture["height"])
    assert [place[2:] for place in picture["places"]] == picture["sizes"]
    assert all(inside(place, whole) for place in picture["places"])
    reaching = []  # boxes that may meet those further right
    for x, y, width, height in sorted(picture["places"]):
        reaching = [other for other in reaching if other[0] > x + TOLERANCE]
        assert all(
            y >= low - TOLERANCE or y + height <= top + TOLERANCE for _, top, low in reaching
        )
        reaching.append((x + width, y, y + height))


def check_edges(picture, axis):
    """Lines go from the end of their source to the start of their target."""
    assert len(picture["routes"]) == len(picture["edges"])
    for edge, route in zip(picture["edges"], picture["routes"], strict=True):
        source, target = (picture["places"][edge[end]] for end in ("source", "target"))
        assert inside((*route[0], 0, 0), source)
        assert inside((*route[-1], 0, 0), target)
        assert route[0][axis] == pytest.approx(source[axis] + source[axis + 2])
        assert route[-1][axis] == pytest.approx(target[axis])


def check_clusters(picture):
    """A frame has the key, path and title of its module, and holds the boxes of it alone."""
    frames = {tuple(frame["path"]): frame for frame in picture["clusters"]}
    assert frames.keys() == {
        tuple(box["path"][:length])
        for box in picture["boxes"]
        for length in range(1, len(box["path"]) + 1)
    }
    for path, frame in frames.items():
        assert frame["key"] == "/".join(path)
        assert frame["title"] == path[-1]
        assert frame["width"] >= 12 + 6 * len(path[-1]) - TOLERANCE
        around = frame["x"], frame["y"], frame["width"], frame["height"]
        for box, place in zip(picture["boxes"], picture["places"], strict=True):
            assert inside(place, around) == (tuple(box["path"][: len(path)]) == path)


@pytest.mark.parametrize("direction", ["LR", "TB"])
@pytest.mark.parametrize("name", ["readme", "network", "recurrence", "handmade", "several"])
def test_a_view_becomes_boxes_lines_and_frames(name, direction, scripts, graphs):
    a, b = Value(1.0, label="a"), Value(2.0, label="b")
    own = {"recurrence": recurrence(20), "handmade": handmade_network()}
    roots = (a * b, a + b, (a * b).tanh()) if name == "several" else (own.get(name),)
    graph = decoded(*(roots if roots[0] is not None else (graphs[name](),)))
    picture = drawn(scripts, graph, direction=direction)
    check_boxes(picture)
    check_edges(picture, axis=0 if direction == "LR" else 1)
    check_clusters(picture)


def test_thousands_of_boxes_are_placed(scripts):
    picture = drawn(scripts, decoded(random_graph(7600)), view_of())
    assert len(picture["boxes"]) >= 5000
    check_boxes(picture)
    check_edges(picture, axis=0)


def test_depth_is_no_limit(scripts):
    value = Value(1.0)
    for _ in range(12_000):
        value = value.tanh()
    picture = drawn(scripts, decoded(value), view_of())
    assert len(picture["boxes"]) == 12_001
    check_edges(picture, axis=0)
    assert picture["height"] == 52  # one straight line


def test_the_same_graph_has_the_same_layout_in_every_page(browser, scripts):
    other = open_scripts(browser)
    for root in (recurrence(10), random_graph(60)):  # more than one start is tried there
        graph = decoded(root)
        first = drawn(other, graph)
        assert first == drawn(scripts, graph)
        assert first == drawn(other, graph)
    other.close()


def test_a_cycle_is_an_error(scripts):
    with pytest.raises(Exception, match="the edges form a cycle through nodes 0 -> 1 -> 0"):
        scripts.evaluate(
            """known.layoutOf([{ path: [] }, { path: [] }],
            [{ source: 0, target: 1 }, { source: 1, target: 0 }], [[9, 9], [9, 9]])"""
        )


def test_nothing_is_a_picture_too(scripts):
    placed = scripts.evaluate("known.layoutOf([], [], [])")
    assert placed == {"places": [], "routes": [], "clusters": [], "width": 0, "height": 0}


def test_no_script_of_the_page_is_missing_or_names_what_another_does():
    assert set(SCRIPTS) <= {path.stem for path in PAGE.glob("*.js")}
    names = [
        name
        for path in sorted(PAGE.glob("*.js"))
        for name in re.findall(
            r"^(?:async )?(?:function\*?|const|let|class) (\w+)",
            path.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    ]
    assert len(names) > 100
    assert not [name for name in set(names) if names.count(name) > 1]
