"""Vector functions against mpmath: errors in ulps over wide ranges, and every extreme."""

from __future__ import annotations

import ctypes
import math
import random

import mpmath
import pytest

from autograd.primitive import TABLE

elementary = pytest.importorskip(
    "autograd.backends.llvm.elementary", reason="llvmlite is not installed"
)
Writer = pytest.importorskip("autograd.backends.llvm.writer").Writer

LANES = (1, 2, 4, 8)
EXACT = {
    "exp": mpmath.exp, "expm1": mpmath.expm1, "log": mpmath.log, "log1p": mpmath.log1p,
    "sinh": mpmath.sinh, "cosh": mpmath.cosh, "tanh": mpmath.tanh,
    "sin": mpmath.sin, "cos": mpmath.cos, "tan": mpmath.tan,
}  # fmt: skip
# The docstrings state what was measured over more points.
ULPS = {
    "exp": 1.0, "expm1": 2.0, "log": 1.0, "log1p": 1.0, "sinh": 2.5, "cosh": 1.5, "tanh": 2.0,
    "sin": 1.0, "cos": 1.0, "tan": 2.5,
}  # fmt: skip
CIRCULAR = {"sin", "cos", "tan"}
# Where polynomials, scales and methods change, and the results reach the ends of the numbers.
TURNS = [
    0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1e-300, 1e-20, 2.0**-53, 2.0**-54, 1e-8,
    0.34657359027997264, 0.34657359027997270, 0.5, 0.7071067811865475, 0.7071067811865476, 1.0,
    1.0000000000000002, 0.9999999999999999, 1.4142135623730951, 19.06, 19.07, 20.0, 36.8, 40.0,
    40.1, 88.7, 700.0, 708.4, 709.0, 709.78, 709.782712893384, 709.7827128933841, 710.0,
    710.4758600739439, 710.475860073944, 711.0, 745.0, 745.13, 745.14, 746.0, 1e4, 1e9,
    2.0**30, 2.0**30 + 1, 1e15, 1e22, 1e300, 1.7976931348623157e308, math.inf, math.nan,
]  # fmt: skip


def vectorized(native, name, lanes):
    """Return a vector function as a function of a list of floats."""
    writer = Writer(lanes)
    with writer.function("f", {"%a": "ptr", "%n": "i64"}), writer.loop(0, "%n", lanes) as loop:
        at = writer.address("%a", loop.index)
        writer.store(elementary.call_function(writer, name, writer.load(at)), at)
    function = native(writer.text(), "f", None, ctypes.c_void_p, ctypes.c_int64)

    def call(numbers):
        array = (ctypes.c_double * (-(-len(numbers) // lanes) * lanes))(*numbers)
        function(array, len(array))
        return list(array)[: len(numbers)]

    return call


def samples(name):
    """Numbers of every size, more of them where results are neither 0 nor infinite."""
    rng = random.Random(name)
    numbers = [rng.uniform(-size, size) for size in (0.5, 1, 4, 20, 750) for _ in range(300)]
    numbers += [math.ldexp(rng.uniform(-2, 2), rng.randint(-1074, 1023)) for _ in range(300)]
    numbers += [1.0 + math.ldexp(rng.uniform(-2, 2), rng.randint(-53, 0)) for _ in range(300)]
    if name in CIRCULAR:
        quarters = [rng.randint(1, 2 ** rng.randint(1, 29)) for _ in range(600)]
        numbers += [quarter * math.pi / 2 for quarter in quarters]
    return numbers + TURNS + [-x for x in TURNS]


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("name", EXACT)
def test_error_in_ulps(name, lanes, native, difference_in_ulps):
    numbers = samples(name)
    numbers = numbers if lanes == 8 else numbers[::7]
    wrong = []
    with mpmath.workprec(130):
        for x, got in zip(numbers, vectorized(native, name, lanes)(numbers), strict=True):
            wanted = TABLE[name].forward(x)
            if math.isfinite(wanted) and wanted != 0.0:
                precision = 1200 if name in CIRCULAR and abs(x) > 2.0**30 else 130
                with mpmath.workprec(precision):
                    error = difference_in_ulps(got, EXACT[name](mpmath.mpf(x)))
                if error > ULPS[name]:
                    wrong.append((x, got, wanted, error))
            elif repr(got) != repr(wanted):  # 0, -0, inf, -inf or nan
                wrong.append((x, got, wanted))
    assert not wrong


@pytest.mark.parametrize("name", EXACT)
def test_the_result_does_not_depend_on_the_other_lanes(name, native):
    numbers = [x for x in samples(name)[::13] if not (name in CIRCULAR and abs(x) > 2.0**30)]
    alone, together = vectorized(native, name, 1), vectorized(native, name, 8)
    assert list(map(repr, alone(numbers))) == list(map(repr, together(numbers)))


def test_a_function_that_the_c_library_lacks_is_named(monkeypatch):
    monkeypatch.delitem(
        pytest.importorskip("autograd.backends.llvm.elementary").LIBRARY, "libm.erf"
    )
    writer = Writer(4)
    with writer.function("f", {"%a": "ptr"}):
        writer.store(elementary.call_function(writer, "erf", writer.load("%a")), "%a")
    with pytest.raises(ValueError, match="C library of this machine has no function 'erf'"):
        writer.text()
