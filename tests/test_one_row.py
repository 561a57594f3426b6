"""A new operation is one row and its export: everything else finds it there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

ROW = r"""
softsign = primitive(
    "softsign",
    lambda x: math.copysign(1.0, x) if math.isinf(x) else x / (1.0 + math.fabs(x)),
    lambda g, out, x: guarded(g, quotient(1.0, (1.0 + abs(x)) * (1.0 + abs(x)))),
    symbol="ss",
    doc="x / (1 + |x|), which nears its bounds slowly (Glorot, Bengio 2010).",
    c="isinf(x) ? copysign(1, x) : x / (1 + fabs(x))",
    special=EDGES,
    total=True,
    bounds=(-1.0, 1.0),
    formula="x / (1 + abs(x))",
    latex="formula",
    kink=lambda x: "softsign''(0) = 0, between 2 and -2" if x == 0.0 else None,
    flat=Words("softsign is flat so far out", SCALE_DOWN, "saturated"),
)

"""

# Prints what is found of the row, as JSON.
PROGRAM = r"""
import json, random, sys
from pathlib import Path
import autograd
from autograd import Value, compile, grad, jvp, softsign
from nn import MLP
from visualize import draw, explain, formula, health, kinks, why

backends, folder = sys.argv[1].split(","), Path(sys.argv[2])
found = {"file": autograd.__file__}
x = Value(2.0, label="x")
y = softsign(x)
y.backward()
found["value"] = [softsign(2.0), y.data, x.softsign().data]
found["first"] = [x.grad, grad(softsign)(2.0), jvp(softsign, (2.0,), (1.0,))[1]]
found["second"] = [grad(grad(softsign))(2.0), jvp(grad(softsign), (2.0,), (1.0,))[1]]
found["compiled"] = {}
for backend in backends:
    batch = compile(softsign, in_axes=0, backend=backend)
    values, slopes = batch.value_and_grad([2.0, -3.0])
    one = compile(softsign, backend=backend)
    found["compiled"][backend] = [*values, *slopes, one.hessian(2.0), one(float("-inf"))]
source = compile(softsign).to_c(folder / "softsign.c", 2.0)
found["c"] = source.read_text()
found["svg"], found["text"], found["dot"] = draw(y).svg, draw(y).text, draw(y).source
found["page"] = draw(y).html
forms = "python", "latex", "sympy"
found["formulas"] = {form: formula(y, form).text for form in forms}
found["explained"] = explain(y, x).text
found["kinks"] = kinks(softsign(Value(0.0, label="x"))).text
far = Value(1e200, label="far")
root = softsign(far)
root.backward()
found["why"] = why(far, root).text
found["flat"] = draw(root).text
model = MLP(1, [2, 1], activation=lambda x: softsign(x * 1e4), rng=random.Random(0))
found["saturated"] = health(model, [[1.0], [2.0]], [0.0, 0.0]).layers[0].saturated
from visualize.command import main
main(["softsign(x)", "x=2"])
sys.path.insert(0, "docs")
from generate import operations_page
from signatures import methods_stub
found["documented"], found["stub"] = operations_page(), methods_stub()
found["help"], found["method"] = softsign.__doc__, Value.softsign.__doc__
from autograd.backends.javascript import definitions
found["javascript"] = definitions([softsign])
Path(folder, "found.json").write_text(json.dumps(found))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project that differs from this one by a row and its export."""
    folder = tmp_path_factory.mktemp("one_row")
    shutil.copytree(
        ROOT / "autograd", folder / "autograd", ignore=shutil.ignore_patterns("*.pyc", "_engine.*")
    )
    for name in ("nn", "visualize", "docs"):
        (folder / name).symlink_to(ROOT / name)
    added(folder / "autograd" / "primitives.py", before="RESERVED.update(TABLE)", text=ROW)
    added(folder / "autograd" / "__init__.py", before="sqrt,", text="softsign, ")
    added(folder / "autograd" / "__init__.py", before='"softplus"', text='"softsign", ')
    return folder


def run_in(project, *arguments):
    """Run Python in a project whose packages it imports, and return how it ended."""
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        cwd=project,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"},
    )


@pytest.fixture(scope="module")
def found(project):
    """What the project says of the row."""
    packages = {"llvmlite": "llvm", "jax": "jax"}
    backends = ["interpreter", "numpy", *(packages[name] for name in packages if find_spec(name))]
    ended = run_in(project, "-c", PROGRAM, ",".join(backends), str(project))
    assert ended.returncode == 0, ended.stderr
    result = json.loads((project / "found.json").read_text())
    assert result["file"] == str(project / "autograd" / "__init__.py")
    return {**result, "printed": ended.stdout}


def added(path, before, text):
    source = path.read_text(encoding="utf-8")
    assert before in source, f"{path} has changed: {before!r} is not in it"
    path.write_text(source.replace(before, text + before, 1), encoding="utf-8")


def test_its_value_and_derivatives(found):
    assert found["value"] == [2 / 3] * 3
    assert found["first"] == pytest.approx([1 / 9] * 3, rel=1e-15)
    assert found["second"] == pytest.approx([-2 / 27] * 2, rel=1e-15)


def test_every_backend(found):
    wanted = [2 / 3, -3 / 4, 1 / 9, 1 / 16, -2 / 27, -1.0]
    assert len(found["compiled"]) >= 2
    for backend, numbers in found["compiled"].items():
        assert numbers == pytest.approx(wanted, rel=1e-14), backend
    assert "static double row_softsign(double x)" in found["c"]


def test_pictures_and_the_page(found):
    for name in ("svg", "dot", "page"):
        assert "ss" in found[name], name
        assert "0.6667" in found[name], name
    assert "softsign(x)  data 0.6667" in found["text"]
    assert '"softsign"' in found["page"]
    assert "grad 0 (saturated)" in found["flat"]


def test_formulas_in_three_notations(found):
    assert found["formulas"]["python"].endswith("y = softsign(x)")
    assert found["formulas"]["latex"] == r"y = \frac{x}{1 + \left|x\right|}"
    assert found["formulas"]["sympy"].endswith("y = x / (1 + Abs(x))")
    assert "softsign(x)" in found["explained"]


def test_words(found):
    assert "softsign''(0) = 0, between 2 and -2" in found["kinks"]
    assert "softsign is flat so far out" in found["why"]
    assert "scale the inputs" in found["why"]
    assert found["saturated"] == [0, 1]


def test_the_command_line_and_the_documentation(found):
    assert "softsign(x)" in found["printed"]
    assert "0.6667" in found["printed"]
    assert "| softsign | ss | `softsign(x)` | x / (1 + \\|x\\|)" in found["documented"]


def test_types_and_help(found):
    assert "    def softsign(self) -> Value:\n" in found["stub"]
    assert "Derivative by x: 1 / ((1 + abs(x)) * (1 + abs(x)))." in found["help"]
    assert "(0.3333, 0.4444)" in found["help"]  # at 0.5
    assert "help(autograd.primitives.softsign)" in found["method"]


def test_javascript(found):
    assert "const row_softsign = (x) =>" in found["javascript"]
    node = shutil.which("node")
    if node is not None:
        script = found["javascript"] + "console.log(row_softsign(2), row_softsign(-Infinity));"
        ended = subprocess.run([node, "-e", script], check=True, capture_output=True, text=True)
        assert ended.stdout.split() == ["0.6666666666666666", "-1"]


def test_its_oracle_is_one_line_and_all_that_the_tests_of_rows_need(project):
    tests = project / "tests"
    shutil.copytree(ROOT / "tests" / "autograd", tests / "autograd")
    for name in ("pyproject.toml", "setup.cfg", "tests/conftest.py"):
        shutil.copy(ROOT / name, project / name)
    added(
        tests / "autograd" / "conftest.py",
        before='    "erfc": mpmath.erfc,',
        text='    "softsign": lambda x: x / (1 + abs(x)),\n',
    )
    files = [f"tests/autograd/test_{name}.py" for name in ("row_derivatives", "row_values", "help")]
    pytest_alone = "-m", "pytest", "-q", "-p", "no:cacheprovider"
    ended = run_in(project, *pytest_alone, "-k", "softsign", *files)
    assert ended.returncode == 0, ended.stdout
    passed = re.search(r"(\d+) passed", ended.stdout)
    assert passed is not None
    assert int(passed[1]) >= 8
