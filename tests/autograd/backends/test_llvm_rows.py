"""Every row of the table, lowered to vectors of any width, has the value of its forward."""

from __future__ import annotations

import ctypes
import itertools
import math
import random
import re

import mpmath
import pytest

from autograd import primitive
from autograd.primitive import RESERVED, TABLE

lowered = pytest.importorskip(
    "autograd.backends.llvm.elementary", reason="llvmlite is not installed"
).lowered
Writer = pytest.importorskip("autograd.backends.llvm.writer").Writer

LANES = (1, 4, 8)
# One rounding each, or none: the same bits everywhere.
EXACT = {
    "add", "sub", "mul", "div", "neg", "sqrt", "abs", "sign", "guarded_mul", "identity", "detach",
    "relu", "gate", "leaky_relu", "maximum", "minimum", "largest", "prefer", "where", "clip",
    "finite", "less", "less_equal", "greater", "greater_equal", "equal", "add_n", "dot",
    "guarded_dot", "ordered_sum", "ordered_dot",
}  # fmt: skip
ULPS = 4.0  # each side is within about 2
MORE = {"power_log": 12.0}  # the cube of a logarithm has three times its error


def width(row):
    """Return the number of operands of a row, or of the fold of a variadic one."""
    return row.arity or (3 if "z" in row.c else 2)


def forward(row, point):
    """Return what a row, or one step of its fold, computes."""
    if row.variadic and "z" in row.c:
        x, y, z = point
        return x + row.forward(y, z)
    return row.forward(*point)


def write_loop(writer, row):
    """Write a function of the name of the row, which applies it to arrays."""
    names = [f"%{name}" for name in "xyz"[: width(row)]]
    parameters = {**dict.fromkeys(names, "ptr"), "%out": "ptr", "%n": "i64"}
    with (
        writer.function(f"row.{row.name}", parameters),
        writer.loop(0, "%n", writer.lanes) as loop,
    ):
        operands = [writer.load(writer.address(name, loop.index)) for name in names]
        writer.store(lowered(writer, row, operands), writer.address("%out", loop.index))


def applied(module, row, points, lanes):
    """Return the results of a row at many points, computed `lanes` at a time."""
    pointers = [ctypes.c_void_p] * (width(row) + 1)
    function = module(f"row.{row.name}", None, *pointers, ctypes.c_int64)
    padded = [*points, *[points[0]] * (-len(points) % lanes)]
    columns = [(ctypes.c_double * len(padded))(*column) for column in zip(*padded, strict=True)]
    out = (ctypes.c_double * len(padded))()
    function(*columns, out, len(padded))
    return list(out)[: len(points)]


@pytest.fixture(scope="module", params=LANES)
def all_rows(request, native_module):
    """Return a number of lanes, and a module of all rows for vectors of so many."""
    writer = Writer(request.param)
    for name in sorted(RESERVED):
        write_loop(writer, TABLE[name])
    return request.param, native_module(writer.text())


def test_a_row_has_its_value_in_every_lane(row, all_rows, points, edges, difference_in_ulps):
    lanes, module = all_rows
    tried = [point for point in [*points, *edges] if len(point) == width(row)]
    if row.variadic and "z" in row.c:
        tried = [(x, *pair) for x in (0.0, 1.5, math.inf) for pair in [(0.0, math.inf), (2.0, 3.0)]]
    random.Random(0).shuffle(tried)  # each lane gets some of everything
    for point, got in zip(tried, applied(module, row, tried, lanes), strict=True):
        wanted = forward(row, point)
        if row.name in EXACT:
            assert repr(got) == repr(wanted), point  # tells -0.0 from 0.0
        else:
            most = MORE.get(row.name, ULPS)
            assert difference_in_ulps(got, mpmath.mpf(wanted)) <= most, (point, got, wanted)


@pytest.mark.parametrize(
    "exponent", [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 8.0, 9.0, -1.0, -2.0, 0.5, -0.5, 2.5]
)
def test_a_power_with_a_known_exponent(exponent, native, difference_in_ulps):
    rng = random.Random(exponent)
    numbers = [math.copysign(10.0 ** rng.uniform(-40, 40), rng.uniform(-1, 1)) for _ in range(400)]
    numbers += [rng.uniform(-3, 3) for _ in range(400)]
    numbers += [0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, -1e-310, 1e308, -1e308]
    writer = Writer(8)
    with writer.function("f", {"%a": "ptr", "%n": "i64"}), writer.loop(0, "%n", 8) as loop:
        at = writer.address("%a", loop.index)
        writer.store(lowered(writer, TABLE["pow"], [writer.load(at), exponent]), at)
    if exponent not in {-2.0, 9.0, 2.5}:
        assert "libm" not in writer.text()
    array = (ctypes.c_double * (-(-len(numbers) // 8) * 8))(*numbers)
    native(writer.text(), "f", None, ctypes.c_void_p, ctypes.c_int64)(array, len(array))
    for x, got in zip(numbers, array, strict=False):
        wanted = TABLE["pow"].forward(x, exponent)
        exact = mpmath.mpf(x) ** mpmath.mpf(exponent) if math.isfinite(wanted) and x else wanted
        if exponent in {0.0, 1.0} or not math.isfinite(x) or not x:
            assert repr(got) == repr(wanted), x
        elif not isinstance(exact, mpmath.mpc):
            assert difference_in_ulps(got, mpmath.mpf(exact)) <= 1.0, x


@pytest.mark.parametrize("name", ["maximum", "leaky_relu", "where", "add", "div", "pow"])
def test_operands_may_be_numbers(name, native):
    row = TABLE[name]
    for places in itertools.product([True, False], repeat=row.arity):
        point = [1.25, -0.75, 2.5][: row.arity]
        writer = Writer(4)
        with writer.function("f", {"%a": "ptr"}):
            operands = [
                x if number else writer.load_splat(writer.address("%a", k))
                for k, (x, number) in enumerate(zip(point, places, strict=True))
            ]
            writer.store(lowered(writer, row, operands), "%a")
        array = (ctypes.c_double * 4)(*point)
        native(writer.text(), "f", None, ctypes.c_void_p)(array)
        assert repr(list(array)) == repr([row.forward(*point)] * 4), places


@pytest.mark.parametrize(
    ("text", "forward"),
    [
        ("!(x > y)", lambda x, y: float(not x > y)),
        ("!x && !!y ? x - 1 : y", lambda x, y: x - 1 if not x and y else y),
        ("fmin(x, y) + cbrt(x)", lambda x, y: min(x, y) + mpmath.cbrt(x)),
        ("fmod(x, 3) - floor(y)", lambda x, y: math.fmod(x, 3) - math.floor(y)),
    ],
)
@pytest.mark.parametrize("lanes", LANES)
def test_a_row_of_a_user(text, forward, lanes, native_module, difference_in_ulps):
    row = primitive("users_row", forward, None, None, c=text)
    writer = Writer(lanes)
    write_loop(writer, row)
    module = native_module(writer.text())
    points = [(x, y) for x in (0.0, 0.5, 2.0, 7.5) for y in (-2.5, 0.0, 2.0)]
    for point, got in zip(points, applied(module, row, points, lanes), strict=True):
        assert difference_in_ulps(got, mpmath.mpf(forward(*point))) <= 2.0, point


def test_a_function_is_defined_once_and_equal_parts_are_computed_once():
    writer = Writer(8)
    with writer.function("f", {"%a": "ptr"}):
        x = writer.load("%a")
        y = lowered(writer, TABLE["sigmoid"], [x])
        again = lowered(writer, TABLE["sigmoid"], [x])
        z = lowered(writer, TABLE["exp"], [y])
        writer.store(z, "%a")
    assert again == y
    text = writer.text()
    assert len(re.findall(r"define internal .* @exp\.factors\.v8f64", text)) == 1
    assert len(re.findall(r"call .* @exp\.factors\.v8f64", text)) == 2
    assert writer.text() == text


@pytest.mark.parametrize("lanes", [1, 4])
def test_tanh_and_its_derivative_share_an_exponential_and_a_division(lanes):
    writer = Writer(lanes)
    with writer.function("f", {"%a": "ptr"}):
        x = writer.load("%a")
        for name in ("tanh", "sech_squared"):
            writer.store(lowered(writer, TABLE[name], [x]), "%a")
    code = writer.text().split("}\ndefine")[0]
    assert (code.count("call {"), code.count("fdiv")) == (1, 1)
