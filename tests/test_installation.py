"""What else answers to the names of this distribution, and what is missing, is said by name."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(folder, *arguments, path=(ROOT,)):
    """Run Python in a folder, whose files come first, and return what it prints."""
    paths = os.pathsep.join([str(folder), *map(str, path)])
    done = subprocess.run(
        [sys.executable, "-c", *arguments] if len(arguments) == 1 else [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_both_packages_have_the_same_check_of_the_engine():
    texts = [
        (ROOT / package / "installation.py").read_text(encoding="utf-8")
        for package in ("nn", "visualize")
    ]
    functions = [
        {node.name: ast.get_source_segment(text, node) for node in ast.parse(text).body
         if isinstance(node, ast.FunctionDef)}
        for text in texts
    ]  # fmt: skip
    assert functions[0]["_check_engine"] == functions[1]["_check_engine"]


@pytest.mark.parametrize("package", ["nn", "visualize"])
def test_a_file_that_shadows_the_engine_is_named_and_not_run(package, tmp_path):
    (tmp_path / "autograd.py").write_text("print('ran')\nclass Value: pass\n")
    code, said = run(tmp_path, f"import {package}")
    assert code
    assert f"ImportError: {package} needs the engine of scalar-autograd" in said
    assert f"{tmp_path / 'autograd.py'}, which shadows it: give that file another name" in said
    assert "ran" not in said


@pytest.mark.parametrize("package", ["nn", "visualize"])
def test_a_program_called_autograd_is_told_its_name(package, tmp_path):
    (tmp_path / "autograd.py").write_text(f"import {package}\n")
    code, said = run(tmp_path, "autograd.py", "")
    assert code
    assert "autograd.py, which shadows it: give that file another name" in said


@pytest.mark.parametrize("package", ["nn", "visualize"])
def test_another_package_of_the_same_name_is_named(package, tmp_path):
    other = tmp_path / "autograd"
    other.mkdir()
    (other / "__init__.py").write_text("def grad(f): pass\n")  # as PyPI's autograd has it
    (tmp_path / package).symlink_to(ROOT / package)  # beside it, as in one environment
    code, said = run(tmp_path, "-S", "-c", f"import {package}", path=())
    assert code
    assert f"`import autograd` finds {other / '__init__.py'}: PyPI's package autograd" in said
    assert "pip uninstall autograd" in said


@pytest.mark.parametrize("package", ["nn", "visualize"])
def test_what_is_left_of_two_packages_in_one_place_is_named(package, tmp_path):
    (tmp_path / "autograd").mkdir()
    (tmp_path / package).symlink_to(ROOT / package)
    # -S: the engine is not found by the path that an editable install adds
    code, said = run(tmp_path, "-S", "-c", f"import {package}", path=())
    assert code
    assert "--force-reinstall scalar-autograd" in said
    assert "finds None" not in said


@pytest.mark.parametrize("package", ["nn", "visualize"])
def test_a_folder_that_shadows_the_engine_is_named(package, tmp_path):
    (tmp_path / "autograd").mkdir()
    (tmp_path / "autograd" / "__init__.py").write_text("")
    code, said = run(tmp_path, f"import {package}")
    assert code
    assert str(tmp_path / "autograd" / "__init__.py") in said
    assert "comes first: give that folder another name" in said


def test_a_folder_that_shadows_the_networks_is_named(tmp_path):
    (tmp_path / "nn").mkdir()
    (tmp_path / "nn" / "__init__.py").write_text("")
    code, said = run(tmp_path, "import visualize; print(visualize.draw)")
    assert not code
    assert "shadows the package nn of scalar-autograd" in said
    assert "give the folder another name" in said


def test_a_file_that_shadows_the_networks_is_named(tmp_path):
    (tmp_path / "nn.py").write_text("class Layer: pass\n")
    code, said = run(tmp_path, "import visualize; print(visualize.draw)")
    assert not code
    assert f"`import nn` finds {tmp_path / 'nn.py'}, which shadows the package nn" in said


def test_without_a_file_in_the_way_nothing_is_said(tmp_path):
    code, said = run(tmp_path, "import nn, visualize")
    assert (code, said) == (0, "")


def test_without_numpy_graphs_work_and_compiling_says_what_to_install(tmp_path):
    (tmp_path / "without.py").write_text(
        "import importlib.util, sys\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *a: None if name == 'numpy' else find(name, *a)\n"
        "sys.modules['numpy'] = None\n"
    )
    code, said = run(tmp_path, "import without, autograd; print(autograd.grad(autograd.sin)(0.0))")
    assert (code, said) == (0, "1.0\n")
    code, said = run(tmp_path, "import without, autograd; autograd.compile(autograd.sin)(0.0)")
    assert "ImportError: compiled functions need NumPy: pip install numpy\n" in said
