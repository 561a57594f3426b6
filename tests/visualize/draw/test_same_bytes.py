"""The same program draws the same bytes, whatever Python's hash seed and memory addresses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
GRAPHS = """
import hashlib, importlib.util, sys
spec = importlib.util.spec_from_file_location("graphs", sys.argv[1])
graphs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(graphs)
from visualize import draw, draw_dot
junk = [object() for _ in range(int(sys.argv[2]))]  # other addresses
digest = hashlib.sha256()
for root in (graphs.readme_expression(), graphs.network_loss()):
    for options in ({}, {"rankdir": "TB", "max_nodes": 20}, {"collapse": "depth"}):
        picture = draw(root, **options)
        for text in (picture.svg, picture.source, picture.text):
            digest.update(text.encode())
    digest.update(draw_dot(root).source.encode())
print(digest.hexdigest())
"""
PLOTS = """
import random
from types import SimpleNamespace
from nn import MLP, SGD
from visualize import HealthMonitor, health
model = MLP(1, [1], rng=random.Random(0))
report = health(model, [[1.0]], [1.0])
str(report)
assert "matplotlib" not in sys.modules, "who asks for no figure needs none"

from pathlib import Path
from visualize import *
folder = Path(sys.argv[3])
save_figure(report.figure, folder / "health.svg")
monitor = HealthMonitor([[1.0]], [1.0])
monitor(SimpleNamespace(model=model, optimizer=SGD(model.parameters(), lr=0.1), epoch=1))
save_figure(monitor.figure, folder / "monitor.svg")
plane = plot_decision_boundary(sum, [[0, 0], [1, 1]], [0, 1], resolution=9)
save_figure(plane, folder / "plane.svg")
recorder = BoundaryRecorder([[0, 0], [1, 1]], [0, 1], resolution=4)
for k in (0.2, 0.8):
    recorder.record(lambda row: row[0] - k, loss=k)
animations = {
    "boundary": animate_boundary(recorder),
    "descent": animate_descent(
        lambda x, y: x * x + y * y, {"a": [(2, 1), (1, 0.5)]}, low=-3, high=3, resolution=9
    ),
}
for name, animation in animations.items():
    animation.save(folder / f"{name}.gif")
    animation.save(folder / f"{name}.svg")
assert "matplotlib.pyplot" not in sys.modules
"""


def run_under(seed, junk, program, folder):
    """Run a program in a process of its own, and return what it printed and wrote."""
    folder.mkdir()
    graphs = Path(__file__).parents[1] / "conftest.py"
    printed = subprocess.run(
        [sys.executable, "-c", program, str(graphs), str(junk), str(folder)],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return {"printed": printed} | {path.name: path.read_bytes() for path in folder.iterdir()}


def test_bytes_do_not_depend_on_the_hash_seed(tmp_path):
    pytest.importorskip("matplotlib", reason="plots need matplotlib, of the extra plots")
    first = run_under("0", 0, GRAPHS + PLOTS, tmp_path / "first")
    second = run_under("1", 1000, GRAPHS + PLOTS, tmp_path / "second")
    assert sorted(first) == [
        "boundary.gif", "boundary.svg", "descent.gif", "descent.svg", "health.svg", "monitor.svg",
        "plane.svg", "printed",
    ]  # fmt: skip
    for name in first:
        assert first[name] == second[name], name
