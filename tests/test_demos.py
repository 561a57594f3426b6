"""Every demo runs, keeps its promises and refuses wrong options clearly."""

from __future__ import annotations

import ast
import contextlib
import io
import math
import os
import re
import runpy
import socket
import subprocess
import sys
import xml.etree.ElementTree as ET
import zoneinfo
from pathlib import Path

import pytest

import nn
from lessons import keep_run

pytest.importorskip("sklearn", reason="the demos need scikit-learn, of the extra demos")
matplotlib = pytest.importorskip(
    "matplotlib", reason="the demos need matplotlib, of the extra demos"
)

ROOT = Path(__file__).parents[1]


def asserts(code):
    """Return the lines of a script on which it asserts what it shows."""
    return [node.lineno for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Assert)]


@pytest.mark.parametrize("script", sorted(ROOT.glob("demos/**/*.py")), ids=lambda path: path.stem)
def test_a_demo_asserts_its_own_result(script):
    """Running it is then a test of what it shows: the tests and the documentation run each."""
    code = script.read_text(encoding="utf-8")
    if "print(" in code and script.stem != "pictures":  # shows something
        assert asserts(code)


def test_every_section_of_the_gallery_asserts_what_it_shows():
    sections = (ROOT / "demos" / "gallery.py").read_text(encoding="utf-8").split('\nprint("')[1:]
    assert [int(s.removeprefix("\\n").partition(".")[0]) for s in sections] == [*range(1, 18)]
    silent = [section.partition('"')[0] for section in sections if not asserts('("' + section)]
    assert not silent


def run(script, *arguments, folder):
    """Run a demo in this process, where warnings are errors, and return what it printed.

    A new one takes seconds to import what most demos use.
    """
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(io.StringIO()) as out,
    ):
        patch.chdir(folder)
        patch.setenv("PATH", "")  # nothing that this machine has is called
        patch.syspath_prepend(ROOT / "demos")
        patch.setattr(sys, "argv", [script, *arguments])
        runpy.run_path(str(ROOT / "demos" / script), run_name="__main__")
    return out.getvalue()


def run_alone(script, *arguments, folder, status=0, path=ROOT):
    """Run a demo as its users do, with warnings as errors, and return what it printed."""
    finished = subprocess.run(
        [sys.executable, "-W", "error", ROOT / "demos" / script, *arguments],
        cwd=folder,
        env={
            "PATH": "",
            "PYTHONPATH": f"{path}{os.pathsep}{ROOT}",
            "MPLBACKEND": "Agg",
            "MPLCONFIGDIR": matplotlib.get_cachedir(),  # else each run looks at every font again
            "HOME": str(folder),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == status, finished.stderr
    return finished.stdout if status == 0 else finished.stderr


def texts(path):
    """Return all words that an SVG file shows."""
    return " ".join(ET.parse(path).getroot().itertext())


@pytest.mark.parametrize(
    ("data", "epochs", "least", "pictures"),
    [
        ("iris", None, 0.9, {"graph.svg", "loss.svg"}),
        ("breast-cancer", None, 0.9, {"graph.svg", "loss.svg"}),
        ("moons", None, 0.9, {"graph.svg", "loss.svg", "boundary.svg"}),
    ],
)
def test_train_learns_and_draws(data, epochs, least, pictures, tmp_path):
    chosen = ("--epochs", epochs) if epochs else ()
    printed = run("train.py", "--data", data, *chosen, folder=tmp_path)
    accuracy = float(printed.partition("held-out accuracy: ")[2].partition("%")[0]) / 100
    assert accuracy >= least
    written = {path.name for path in (tmp_path / "output").iterdir()}
    assert written == pictures | {"model.npz"}
    for picture in pictures:
        ET.parse(tmp_path / "output" / picture)
    graph = texts(tmp_path / "output" / "graph.svg")
    assert "data" in graph
    assert "grad" in graph
    if data == "iris":  # every node is shown
        for name in ("petal length", "sepal width", "relu", "exp"):
            assert name in graph


@pytest.mark.slow
def test_train_repeats_itself_and_saves_what_it_trained(tmp_path):
    arguments = ("--epochs", "2", "--hidden", "3", "--seed", "5")
    run("train.py", *arguments, "--output", "first", folder=tmp_path)
    run_alone("train.py", *arguments, "--output", "second", folder=tmp_path)
    for name in ("graph.svg", "loss.svg"):
        first, second = ((tmp_path / folder / name).read_bytes() for folder in ("first", "second"))
        assert first == second, f"{name} differs from run to run"
    model, other = nn.MLP(4, [3, 3]), nn.MLP(4, [3, 3])
    model.load(tmp_path / "first" / "model.npz")
    other.load(tmp_path / "second" / "model.npz")
    assert model.state_dict() == other.state_dict()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--epochs", "0"], "--epochs: '0' is not a whole number from 1 on"),
        (["--hidden", "8", "x"], "--hidden: 'x' is not a whole number"),
        (["--data", "mnist"], "--data: invalid choice: 'mnist'"),
        (["--lr", "-1"], "--lr: -1.0 is not above 0"),
        (["--output", "taken"], "--output: taken is not a folder"),
    ],
)
def test_train_refuses_wrong_options_in_one_line(arguments, said, tmp_path, capsys):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(SystemExit) as ended:
        run("train.py", *arguments, folder=tmp_path)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("script", ["train.py", "micrograd_demo.py"])
def test_without_scikit_learn_a_demo_says_what_to_install(script, tmp_path):
    (tmp_path / "sklearn.py").write_text("raise ImportError('No module named sklearn')")
    printed = run_alone(script, folder=tmp_path, status=1, path=tmp_path)
    assert printed.splitlines() == [
        "No module named sklearn. The demos need more than the engine: "
        'pip install "scalar-autograd[demos]"'
    ]


@pytest.mark.slow
def test_micrograd_demo_separates_the_moons(tmp_path):
    printed = run("micrograd_demo.py", "--steps", "30", folder=tmp_path)
    assert int(printed.rpartition("accuracy ")[2].partition("%")[0]) >= 85
    ET.parse(tmp_path / "output" / "moons.svg")


def test_repl_tour_prints_the_derivatives_it_promises(tmp_path):
    printed = run("repl_tour.py", folder=tmp_path)
    for expected in ("dc/da = b + cos(a) = -3.4161", "= -0.9093", "x**3: 6.0", "gradient 0.0"):
        assert expected in printed
    for name in ("expression", "slope", "neuron"):
        assert "grad" in texts(tmp_path / "output" / f"{name}.svg")


def test_gpt_learns_node_by_node_and_draws_one_letter(tmp_path):
    text = tmp_path / "names.txt"
    text.write_text("Anna\nhannah\nNaan\n" * 3)
    printed = run("gpt.py", "--eager", "--samples", "64", "--text", str(text), folder=tmp_path)
    first, last = map(float, re.findall(r"loss ([\d.]+), at last ([\d.]+)", printed)[0])
    assert first == pytest.approx(math.log(4), abs=0.2)  # of three letters and the end, guessed
    assert last < first
    assert set(printed.partition("babbled: ")[2]) <= set("ahn, \n")
    picture = texts(tmp_path / "output" / "gpt.svg")
    for part in ("begins a name", "attention", "perceptron", "cross_entropy", "grad"):
        assert part in picture


@pytest.mark.slow
def test_gpt_babbles_after_ten_thousand_pieces(tmp_path):
    pytest.importorskip("llvmlite", reason="the demo is for machine code")
    printed = run("gpt.py", folder=tmp_path)  # asserts that the loss has fallen
    assert printed.startswith("10,000 pieces, ")
    words = printed.partition("babbled: ")[2].strip().split(", ")
    assert len(words) == 12
    assert all(word.isalpha() and len(word) < 20 for word in words if word)
    eager = run("gpt.py", "--samples", "32", "--eager", folder=tmp_path)
    first = [text.partition("loss ")[2].partition(",")[0] for text in (printed, eager)]
    assert first[0] == first[1]


def test_gpt_says_what_it_needs(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    for arguments, said in (
        ([], "give --text FILE, or let Python know time zones: pip install tzdata"),
        (["--samples", "0"], "--samples must be at least 1"),
    ):
        with pytest.raises(SystemExit):
            run("gpt.py", *arguments, folder=tmp_path)
        assert said in capsys.readouterr().err


def losses(printed):
    return [line for line in printed.splitlines() if line.startswith("step")]


@pytest.fixture(scope="module")
def on_four_devices(tmp_path_factory):
    """What the demo prints with four devices of one process."""
    pytest.importorskip("jax", reason="the demo runs on JAX")
    return run_alone("many_devices.py", "--steps", "20", folder=tmp_path_factory.mktemp("devices"))


@pytest.mark.slow
def test_many_devices_share_the_work_and_agree_with_one_processor(on_four_devices):
    shared = re.search(r"(\d+) sums over the devices .*, 100 points on each", on_four_devices)
    assert int(shared[1]) >= 1
    assert "4 devices, 400 points, 1 processes" in on_four_devices
    first, *_, last = (float(line.split()[-1]) for line in losses(on_four_devices))
    assert last < 0.5 * first
    *_, text = on_four_devices.splitlines()
    there, here = text.removeprefix("the loss after it: ").split(", ")
    assert float(there.split()[0]) == pytest.approx(float(here.split()[0]), rel=1e-11)


@pytest.mark.slow
def test_two_processes_train_as_one_with_as_many_devices(tmp_path, on_four_devices):
    with socket.socket() as free:
        free.bind(("localhost", 0))
        address = f"localhost:{free.getsockname()[1]}"
    arguments = ("--steps", "20", "--devices", "2", "--processes", "2", "--address", address)
    processes = [
        subprocess.Popen(
            [sys.executable, ROOT / "demos" / "many_devices.py", *arguments, "--process", number],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in ("0", "1")
    ]
    try:
        results = [process.communicate(timeout=300) for process in processes]
    finally:
        for process in processes:
            process.kill()
    for process, (printed, errors) in zip(processes, results, strict=True):
        assert process.returncode == 0, errors
        assert "4 devices, 400 points, 2 processes" in printed
        assert losses(printed) == losses(on_four_devices)


@pytest.mark.slow
def test_the_gallery_makes_every_kind_of_picture(tmp_path):
    printed = run("gallery.py", "--output", "gallery", folder=tmp_path)
    keep_run(printed, tmp_path / "gallery")  # for the site, which shows it
    written = {path.name for path in (tmp_path / "gallery").iterdir()}
    assert written == {
        line.rpartition("/")[2] for line in printed.splitlines() if line.startswith("wrote ")
    }
    for name in written:
        if name.endswith(".svg"):
            assert texts(tmp_path / "gallery" / name)
        else:
            page = (tmp_path / "gallery" / name).read_text(encoding="utf-8")
            assert page.startswith("<!doctype html>")
    slope = 2.0 * (1.0 - math.tanh(0.5) ** 2)  # of tanh(x * w + b) by w, at x = 2
    assert f"∂y/∂w = {slope:.4g}" in printed
    assert "killed at relu" in printed
    right = texts(tmp_path / "gallery" / "confusion.svg").partition(" of 600 correct")[0]
    assert int(right.split()[-1]) >= 570
    assert "vanishing gradients in layers.0" in printed
