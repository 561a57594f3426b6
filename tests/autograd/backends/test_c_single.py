"""C text in float32: compiled without a warning, it computes what the interpreter rounds to."""

from __future__ import annotations

import ctypes
import itertools
import math
import random
import shutil
import subprocess

import numpy as np
import pytest

import autograd
import nn
from autograd.backends.c import Function, c_text
from autograd.backends.c.literals import literal
from autograd.primitive import RESERVED, TABLE
from autograd.program.interpreter import Interpreted
from autograd.program.precision import DOUBLE, SINGLE
from autograd.program.program import Instruction, Program
from autograd.program.schedule import scheduled

COMPILER = shutil.which("gcc")
STRICT = (
    "-std=c99", "-O1", "-Wall", "-Wextra", "-pedantic", "-Werror", "-Wshadow",
    "-Wdouble-promotion", "-Wstrict-prototypes", "-Wmissing-prototypes",
)  # fmt: skip
pytestmark = pytest.mark.skipif(COMPILER is None, reason="no gcc on this machine")
EXACT = {"add", "sub", "mul", "div", "sqrt", "neg", "abs", "guarded_mul", "where", "relu", "clip"}
ROUGH = {"share": 128.0, "silu": 128.0}  # see test_llvm_single


def built(source):
    library = source.with_suffix(".so")
    command = [COMPILER, *STRICT, "-shared", "-fPIC", "-o", library, source, "-lm"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    return ctypes.CDLL(str(library))


def called(function, size, *inputs):
    outputs = np.full(size, np.nan, np.float32)
    arrays = [np.array(numbers, np.float32) for numbers in inputs]
    function(*[ctypes.c_void_p(array.ctypes.data) for array in (*arrays, outputs)])
    return outputs


def test_every_row(tmp_path):
    rows = [TABLE[name] for name in sorted(RESERVED)]
    instructions = tuple(Instruction(row, tuple(range(row.arity or 2))) for row in rows)
    program = Program(3, 0, 0, (), instructions, tuple(range(3, 3 + len(rows)))).rounded(SINGLE)
    text = c_text("net", [Function("value", scheduled(program), "rows")], ())
    (tmp_path / "net.h").write_text(text.header)
    (tmp_path / "net.c").write_text(text.source)
    function = built(tmp_path / "net.c").net_value
    numbers = (0.0, -0.0, 1.0, -2.0, 0.3, 90.0, 1e-37, 1e38, math.inf, -math.inf, math.nan)
    examples = np.array([*itertools.product(numbers, numbers, (1.0, -3.0, math.nan))])
    with np.errstate(over="ignore"):
        examples = examples.astype(np.float32).astype(float)
    wanted, _ = Interpreted(program).run(examples, np.array([]), np.array([]))
    for example, right in zip(examples, wanted, strict=True):
        got = called(function, len(rows), example, [])
        for row, one, other in zip(rows, got, right, strict=True):
            if row.name in EXACT:
                assert repr(float(one)) == repr(float(other)), (row, example)
            same = one == other or (np.isnan(one) and np.isnan(other))
            most = ROUGH.get(row.name, 4.0)
            close = np.isfinite([one, other]).all() and abs(one - other) <= most * np.spacing(
                abs(other)
            )
            assert same or close, (row.name, example, one, other)


@pytest.mark.parametrize("many", [False, True])
def test_a_network_as_files(many, tmp_path):
    model = nn.MLP(3, [8, 2], activation="tanh", rng=random.Random(0))

    def f(x):
        a, b = model(x)
        found = a * autograd.gelu(b) + autograd.norm(x) + autograd.softplus(a) - x[0] ** 3 * 0.1
        return [found, autograd.dot(x, x)] if many else found

    c = autograd.compile(f, dtype="float32", backend="interpreter")
    x = [0.1, -0.7, 0.4]
    source = c.to_c(tmp_path / "net.c", x)
    library = built(source)
    parameters = (ctypes.c_float * len(model.parameters())).in_dll(library, "net_parameters")
    wanted = np.ravel(c.jacobian(x)) if many else np.hstack([*c.value_and_grad(x)])
    function = library.net_jacobian if many else library.net_gradient
    found = called(function, len(wanted), x, list(parameters))
    np.testing.assert_allclose(found, wanted, rtol=2e-6)
    assert "extern const float net_parameters" in source.with_suffix(".h").read_text()
    assert "double" not in source.with_suffix(".h").read_text()


def test_literals():
    numbers = [0.1, -0.1, 2.0, -0.0, 1e300, -math.inf, 2.0**20]
    assert [literal(x, SINGLE) for x in numbers] == [
        "0x1.99999ap-4f", "(-0x1.99999ap-4f)", "2.0f", "(-0.0f)", "(float)INFINITY",
        "(-(float)INFINITY)", "0x1p+20f",
    ]  # fmt: skip
    assert literal(math.nan, SINGLE) == "(float)NAN"
    assert literal(0.1, DOUBLE) == "0x1.999999999999ap-4"
