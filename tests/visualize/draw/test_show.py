"""show() writes a page and opens it in the browser."""

from __future__ import annotations

import webbrowser

import pytest

from autograd import Value
from visualize import draw, show


@pytest.fixture
def opened(monkeypatch):
    addresses = []
    monkeypatch.setattr(webbrowser, "open", lambda address: addresses.append(address) or True)
    return addresses


def test_a_page_is_written_and_opened(opened):
    x = Value(2.0, label="x")
    root = x * x
    path = show(root, title="a square")
    try:
        assert path.name == "graph.html"
        assert opened == [path.as_uri()]
        assert path.read_text(encoding="utf-8") == draw(root, title="a square").html
    finally:
        path.unlink()
        path.parent.rmdir()


def test_what_cannot_be_drawn_is_neither_written_nor_opened(opened):
    with pytest.raises(TypeError, match=r"^show: root must be a Value"):
        show(2.0)
    with pytest.raises(ValueError, match="draw: rankdir must be one of"):
        show(Value(2.0), rankdir="up")
    assert opened == []


def test_the_page_of_a_drawing_is_of_what_was_drawn():
    x = Value(2.0, label="x")
    root = x * x
    drawing, later = draw(root), draw(root)
    assert drawing.html.startswith("<!doctype html>")
    root.backward()
    assert drawing.html.startswith("<!doctype html>")  # made before
    with pytest.raises(RuntimeError, match=r"changed since it was drawn; draw\(root\)\.save"):
        later.html  # noqa: B018


def test_nan_is_no_change(tmp_path):
    x = Value(float("nan"), label="x")
    assert draw(x * 2.0).save(tmp_path / "a.html").stat().st_size > 1000
