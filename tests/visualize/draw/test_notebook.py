"""A notebook always shows something, and never a traceback."""

from __future__ import annotations

import pytest

from autograd import Value
from visualize import Drawing, draw
from visualize.draw import drawing


def test_a_notebook_gets_inline_svg_a_file_and_a_listing(readme):
    picture = draw(readme)
    bundle = picture._repr_mimebundle_(include=None, exclude=None)
    assert set(bundle) == {"text/html", "image/svg+xml", "text/plain"}
    assert picture.svg in bundle["text/html"]
    assert bundle["image/svg+xml"] == picture.svg
    assert bundle["text/plain"] == picture.text


def test_ipython_shows_it(readme):
    formatters = pytest.importorskip("IPython.core.formatters", reason="needs IPython")
    data, _ = formatters.DisplayFormatter().format(draw(readme))
    assert data["image/svg+xml"].startswith("<svg")


def test_a_broken_engine_is_named_and_the_builtin_stands_in(monkeypatch, readme):
    monkeypatch.setenv("PATH", "")
    bundle = draw(readme, engine="dot")._repr_mimebundle_()
    assert "RenderError" in bundle["text/plain"]
    assert "<p>RenderError" in bundle["text/html"]
    assert bundle["image/svg+xml"] == draw(readme).svg


@pytest.mark.parametrize("broken", ["svg", "text", "dot"])
def test_no_fault_anywhere_raises_in_a_notebook(monkeypatch, readme, broken):
    def fail(*_, **__):
        raise ZeroDivisionError("<broken> & on purpose")

    picture = draw(readme)
    monkeypatch.setattr(drawing, broken, fail)
    bundle = picture._repr_mimebundle_()
    assert bundle["text/plain"]
    if broken == "svg":
        assert "ZeroDivisionError" in bundle["text/plain"]
        assert "27 values" in bundle["text/plain"]
        assert "text/html" not in bundle
    elif broken == "text":
        assert "ZeroDivisionError" in bundle["text/plain"]
        assert bundle["image/svg+xml"].startswith("<svg")


@pytest.mark.parametrize("data", [0.0, float("nan"), float("-inf"), 5e-324, 1.7e308])
def test_repr_and_bundle_of_extreme_numbers(data):
    x = Value(data, label="x")
    y = x * 1.0
    y.backward(data)
    picture = draw(y)
    assert isinstance(picture, Drawing)
    assert repr(picture)
    assert len(picture._repr_mimebundle_()) == 3
