"""Every row of the table: its C text, compiled, has the value of its forward function."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from functools import reduce

import mpmath
import pytest

from autograd.primitive import RESERVED, TABLE

COMPILER = shutil.which("cc")
pytestmark = pytest.mark.skipif(COMPILER is None, reason="no C compiler (cc) on this machine")

# One rounding each: the same bits everywhere. Functions come from two C libraries' builds.
ROUNDED_ONCE = {"add", "sub", "mul", "div", "sqrt", "neg", "abs", "guarded_mul"}
ULPS = 4.0


def c_source(rows):
    """Return one C function of three doubles per row."""
    lines = ["#include <math.h>"]
    for row in rows:
        arity = 2 if row.variadic else row.arity
        text = f"{row.c}({', '.join('xyz'[:arity])})" if row.c.isalnum() and row.c != "x" else row.c
        lines.append(f"double row_{row.name}(double x, double y, double z) {{ return {text}; }}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("c")
    source, built = folder / "rows.c", folder / "rows.so"
    source.write_text(c_source([TABLE[name] for name in RESERVED]), encoding="ascii")
    command = [COMPILER, "-O1", "-ffp-contract=off", "-Wall", "-Wno-parentheses", "-Werror"]
    subprocess.run([*command, "-shared", "-fPIC", "-o", built, source, "-lm"], check=True)
    return ctypes.CDLL(str(built))


@pytest.fixture
def compiled(row, library):
    """The row as C computes it; a variadic row folded, over pairs if its text has a z."""
    function = library[f"row_{row.name}"]
    function.argtypes, function.restype = [ctypes.c_double] * 3, ctypes.c_double
    if not row.variadic:
        return lambda *args: function(*args, *[0.0] * (3 - len(args)))
    if "z" in row.c:
        return lambda *args: reduce(lambda x, pair: function(x, *pair), halves(args), 0.0)
    start = [row.forward()] if () in row.special else []
    return lambda *args: reduce(lambda x, y: function(x, y, 0.0), args, *start)


def halves(args):
    return zip(args[: len(args) // 2], args[len(args) // 2 :], strict=True)


def test_c_text_has_the_same_value(
    row, compiled, points, edges, difference_in_ulps, same_but_for_order
):
    for point in [*points, *edges]:
        got, wanted = compiled(*point), row.forward(*point)
        if row.name in ROUNDED_ONCE:
            assert repr(got) == repr(wanted), point  # tells -0.0 from 0.0, and one nan is another
        elif not (row.variadic and same_but_for_order(row, got, wanted, point)):
            assert difference_in_ulps(got, mpmath.mpf(wanted)) <= ULPS, (point, got, wanted)
