"""draw() and Drawing: options, files, errors, and the picture as it was when drawn."""

from __future__ import annotations

import ast
import stat
import sys
from pathlib import Path

import pytest

from autograd import Value
from visualize import Drawing, RenderError, draw
from visualize.draw import drawing, render


def test_a_drawing_is_of_the_moment_it_was_made():
    x = Value(2.0, label="x")
    picture = draw(x * x)
    x.data = 5.0
    x.label = "changed"
    assert "data 2 " in picture.text
    assert "changed" not in picture.svg + picture.source


def test_rankdir_turns_the_picture(readme):
    def shape(rankdir):
        _, _, width, height = draw(readme, rankdir=rankdir).svg.split('viewBox="')[1].split()[:4]
        return float(width) > float(height.split('"')[0])

    assert (shape("LR"), shape("TB")) == (True, False)
    assert "rankdir=TB" in draw(readme, rankdir="TB").source


def test_source_and_text_are_the_same_for_every_engine(readme):
    drawings = [draw(readme, engine=e) for e in ("auto", "builtin", "dot", "pygraphviz")]
    assert len({picture.source for picture in drawings}) == 1
    assert len({picture.text for picture in drawings}) == 1


@pytest.mark.parametrize(
    ("suffix", "start"),
    [
        ("svg", b"<svg"),
        ("dot", b"digraph {"),
        ("txt", b"# 27 values"),
        ("PNG", b"\x89PNG"),
        ("pdf", b"%PDF"),
    ],
)
def test_every_suffix_has_its_format(readme, suffix, start, tmp_path):
    if suffix in ("PNG", "pdf"):
        pytest.importorskip("cairosvg", reason='needs pip install "scalar-autograd[png]"')
    path = draw(readme).save(tmp_path / f"graph.{suffix}")
    assert path.read_bytes().startswith(start)
    assert [child.name for child in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["graph.jpg", "graph", "graph.htm"])
def test_an_unknown_suffix_names_the_allowed_ones(name, tmp_path):
    with pytest.raises(ValueError, match=r"\.svg, \.html, \.dot, \.txt, \.png, \.pdf"):
        draw(Value(1.0)).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        draw(Value(1.0)).save(tmp_path / "nowhere" / "graph.svg")


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "graph.svg"
    path.write_text("old")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        draw(Value(1.0)).save(path)
    assert path.read_text() == "old"
    assert [child.name for child in tmp_path.iterdir()] == ["graph.svg"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such file modes")
def test_a_saved_file_has_the_usual_mode(tmp_path):
    usual = tmp_path / "usual"
    usual.touch()
    path = draw(Value(1.0)).save(tmp_path / "graph.svg")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)
    path.chmod(0o640)
    draw(Value(2.0)).save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_png_without_cairosvg_and_graphviz_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(sys, "path", [p for p in sys.path if "site-packages" not in p])
    with pytest.raises(RenderError) as caught:
        draw(Value(1.0)).save(tmp_path / "graph.png")
    for way in ('"scalar-autograd[png]"', '"scalar-autograd[graphviz-wheels]"', "libcairo2"):
        assert way in str(caught.value)


def test_png_without_cairosvg_falls_back_to_graphviz(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "cairosvg", None)
    asked = []

    def run(source, file_format, engine):
        asked.append((source, file_format, engine))
        if engine == "dot":
            raise RenderError("no dot here")
        return b"made by " + engine.encode()

    monkeypatch.setattr(render, "run_graphviz", run)
    picture = draw(Value(1.0))
    path = picture.save(tmp_path / "graph.pdf")
    assert path.read_bytes() == b"made by pygraphviz"
    assert asked == [(picture.source, "pdf", e) for e in ("dot", "pygraphviz")]


def test_a_huge_png_is_scaled_down_to_what_cairo_can_hold(tmp_path):
    pytest.importorskip("cairosvg", reason='needs pip install "scalar-autograd[png]"')
    y = Value(0.5)
    for _ in range(140):
        y = y.sin()
    header = draw(y).save(tmp_path / "chain.png").read_bytes()[16:24]
    assert int.from_bytes(header[:4], "big") <= 16_000


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rankdir": "RL"}, "'LR', 'TB', not 'RL'"),
        ({"engine": "neato"}, "'auto', 'builtin', 'dot', 'pygraphviz', not 'neato'"),
        ({"collapse": "yes"}, "'auto', 'module', 'depth', 'none', not 'yes'"),
        ({"max_nodes": 3}, "max_nodes must be at least 4, not 3"),
        ({"max_nodes": 10.5}, "max_nodes must be an int, not 10.5"),
        ({"max_nodes": True}, "max_nodes must be an int, not True"),
    ],
)
def test_wrong_options_name_the_allowed_ones(options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        draw(Value(1.0), **options)


@pytest.mark.parametrize("root", [3.0, None, "x", b"x", [Value(1.0), 2.0], [[Value(1.0)]]])
def test_only_values_are_drawn(root):
    with pytest.raises(TypeError, match=r"must (be a Value or a list of|hold) Values"):
        draw(root)


@pytest.mark.parametrize("scene", [None, "a", Value(1.0), []], ids=repr)
def test_a_drawing_is_made_of_a_scene(scene):
    with pytest.raises(TypeError, match=r"shows a scene, not .*: visualize\.draw\(root\)"):
        Drawing(scene)


def test_a_drawing_refuses_options_as_draw_does():
    scene = draw(Value(1.0)).scene
    for option in ("rankdir", "engine"):
        with pytest.raises(ValueError, match=f"{option} must be one of"):
            Drawing(scene, **{option: "UP"})


def test_an_empty_list_is_refused():
    with pytest.raises(ValueError, match="it has no graph"):
        draw([])


def test_repr_says_what_is_in_it_and_how_to_see_it(readme):
    text = repr(draw(readme))
    assert "27 values, 39 edges; output g = 24.7" in text
    assert '.save("graph.svg")' in text
    assert "\n" not in text


def test_the_formats_of_the_docstring_are_those_of_the_code():
    tree = ast.parse(Path(drawing.__file__).read_text())
    [save] = [node for node in ast.walk(tree) if getattr(node, "name", "") == "save"]
    for suffix in drawing.FORMATS:
        assert suffix in ast.get_docstring(save)


def test_repr_counts_one_box_and_several():
    assert "in 1 box. " in repr(draw(Value(2.0)))
    assert "in 3 boxes. " in repr(draw(Value(2.0) * Value(3.0)))


def test_a_page_is_refused_where_only_gradients_have_changed():
    x = Value(2.0)
    y = x * x
    y.backward()
    picture = draw(y)
    y.backward()
    with pytest.raises(RuntimeError, match="gradients"):
        _ = picture.html
