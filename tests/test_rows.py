"""Every fact of an operation is in its row: no other file knows an operation by its name."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from autograd.backends.formula import FUNCTIONS
from autograd.primitive import RESERVED

ROOT = Path(__file__).parents[1]
TABLE = Path("autograd", "primitives.py")
SCRIPT_TEXT = re.compile(r"""(["'`])(\w+)\1""")
C_FUNCTIONS = frozenset(FUNCTIONS)
AXES = "a scale, an aspect or a range of matplotlib"
C = "functions of <math.h>, which C texts call, by the names that C gives them"
ALGEBRA = "an operation of an Algebra"
CHOSEN = "an activation by the name that users give it"
DOT = "Graphviz's program"
FORMULAS = "a function of Python's notation, which formulas are written in"
INSTRUCTION = "an instruction of LLVM"
STATE = "a state of gradients"
WORDS = "an English word in a text or a key"

# Names of rows that are something else, by file or folder: what they are, and which.
ELSEWHERE = {
    "autograd/native/generate.py": ("a function of <math.h>", {"hypot"}),
    "autograd/backends/": (C, C_FUNCTIONS),
    "autograd/backends/formula.py": ("a step, a kind of token", {"add", "sign"}),
    "autograd/backends/c/rows.py": (ALGEBRA, {"add"}),
    "autograd/backends/jax.py": (ALGEBRA, {"add"}),
    "autograd/backends/numpy/algebra.py": (ALGEBRA, {"add"}),
    "autograd/backends/llvm/": (INSTRUCTION, {"add", "mul", "sub"}),
    "autograd/backends/llvm/kernel.py": ("a function of the machine code", {"share"}),
    "autograd/backends/numpy/": ("a mode of numpy.take", {"clip"}),
    "autograd/operators.py": (
        "a special method, as __add__",
        {"abs", "add", "mul", "neg", "pow", "sub"},
    ),
    "autograd/mode.py": ("a slot of a class", {"place"}),
    "autograd/program/traced.py": ("a slot of a class", {"place"}),
    "nn/layers/activations.py": (CHOSEN, {"identity", "tanh"}),
    "nn/data/archives.py": (WORDS, {"less"}),
    "nn/": (CHOSEN, {"relu", "sigmoid"}),  # defaults, and the names of scikit-learn
    "nn/losses.py": (
        "a row that has no public name, called",
        {"equal", "finite", "largest", "logaddexp_n"},
    ),
    "visualize/": (STATE, {"finite"}),
    "visualize/health/figure.py": (AXES, {"log"}),
    "visualize/health/health.py": (WORDS, {"largest"}),
    "visualize/draw/drawing.py": (DOT, {"dot"}),
    "visualize/formula/rules.py": (FORMULAS, {"abs"}),
    "visualize/formula/tidy.py": (FORMULAS, {"abs", "exp", "log", "sqrt"}),
    "visualize/page/folding.js": ("an element of the page", {"less"}),
    "visualize/page/markup.py": ("an element of the page", {"less"}),
    "visualize/page/tables.js": ("an element of HTML", {"div"}),
    "visualize/plots/boundary_animation.py": (AXES, {"log"}),
    "visualize/plots/curves.py": (AXES, {"log"}),
    "visualize/plots/vectors.py": (AXES, {"equal"}),
    "visualize/draw/render.py": (DOT, {"dot"}),
}


def texts_of_python(source):
    """Return the (line, text) of each string, but for the lists of public names."""
    tree = ast.parse(source)
    public = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and [ast.unparse(t) for t in node.targets] == ["__all__"]:
            public.update(map(id, ast.walk(node.value)))
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in public
    ]


def texts_of_script(source):
    """Return the (line, text) of each string that is one word."""
    return [
        (number, match[2])
        for number, line in enumerate(source.splitlines(), 1)
        for match in SCRIPT_TEXT.finditer(line)
    ]


def named_rows(path, source):
    """Return the (line, name) of each row that a file names, those meant otherwise too."""
    texts = texts_of_script(source) if path.suffix == ".js" else texts_of_python(source)
    return [(line, text) for line, text in texts if text in RESERVED]


def files():
    for package in ("autograd", "nn", "visualize"):
        for pattern in ("*.py", "*.js"):
            yield from sorted((ROOT / package).rglob(pattern))


@pytest.fixture(scope="module")
def found():
    """The rows that each file names, by its path in the project."""
    paths = {path.relative_to(ROOT): path.read_text(encoding="utf-8") for path in files()}
    return {
        path.as_posix(): named
        for path, source in paths.items()
        if path != TABLE and (named := named_rows(path, source))
    }


def test_no_file_names_a_row(found):
    for path, named in found.items():
        allowed = set()
        for place, (_, names) in ELSEWHERE.items():
            if path.startswith(place):
                allowed |= names
        wrong = [f"{path}:{line} names the row {name!r}" for line, name in named]
        wrong = [text for text, (_, name) in zip(wrong, named, strict=True) if name not in allowed]
        assert not wrong, "\n".join(
            [*wrong, "a fact of an operation is a field of its row in autograd/primitives.py"]
        )


def test_every_exception_is_needed(found):
    for place, (what, names) in ELSEWHERE.items():
        used = {
            name for path, named in found.items() if path.startswith(place) for _, name in named
        }
        unused = names - used - C_FUNCTIONS
        assert used, f"{place} names no row: take it out of ELSEWHERE"
        assert not unused, f"{place} does not use {sorted(unused)} as {what}"


def test_names_are_found_in_python_and_in_scripts():
    source = 'BOUNDS = {"tanh": 1.0}\n__all__ = ["exp"]\nif row.name in ("dot", "other"): pass'
    assert named_rows(Path("a.py"), source) == [(1, "tanh"), (3, "dot")]
    assert named_rows(Path("a.js"), 'x = "my dot";\nif (["add", `sub`].includes(x)) {}') == [
        (2, "add"),
        (2, "sub"),
    ]
