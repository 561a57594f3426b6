"""The IR that Writer writes verifies, compiles and computes what was asked for."""

from __future__ import annotations

import ctypes
import math
import random

import pytest

Writer = pytest.importorskip(
    "autograd.backends.llvm.writer", reason="llvmlite is not installed"
).Writer
LANES = (1, 2, 4, 8)


def doubles(*numbers):
    return (ctypes.c_double * len(numbers))(*numbers)


@pytest.mark.parametrize("lanes", LANES)
def test_arithmetic_on_every_lane(lanes, native):
    writer = Writer(lanes)
    with writer.function("f", {"%a": "ptr", "%b": "ptr"}):
        x, y = writer.load("%a"), writer.load("%b")
        quotient = writer.fdiv(writer.fsub(writer.fneg(x), 0.1), writer.fmul(y, y))
        positive = writer.fcmp("ogt", x, 0.0)
        either = writer.logic("or", positive, writer.logic("xor", positive, "true"))
        result = writer.select(either, writer.fma(quotient, 2.0, 1.0), math.nan)
        writer.store(result, "%a")
    function = native(writer.text(), "f", None, ctypes.c_void_p, ctypes.c_void_p)
    rng = random.Random(lanes)
    a = doubles(*[rng.uniform(-2, 2) for _ in range(lanes)])
    b = doubles(*[rng.uniform(1, 2) for _ in range(lanes)])
    wanted = [(-x - 0.1) / (y * y) * 2.0 + 1.0 for x, y in zip(a, b, strict=True)]
    function(a, b)
    assert list(a) == wanted  # a product with 2 is exact: the fma rounds as the sum does


@pytest.mark.parametrize("lanes", LANES)
def test_a_loop_carries_values_over_any_number_of_turns(lanes, native):
    writer = Writer(lanes)
    with writer.function("sum", {"%a": "ptr", "%n": "i64"}, "double"):
        with writer.loop(0, "%n", lanes, carried=[0.0, 1.0]) as loop:
            x = writer.load(writer.address("%a", loop.index))
            total, product = loop.carried
            loop.next = [writer.fadd(total, x), writer.fmul(product, 2.0)]
        one = writer.at(1)
        one.give(one.fadd(writer.total(loop.results[0]), writer.element(loop.results[1], 0)))
    function = native(writer.text(), "sum", ctypes.c_double, ctypes.c_void_p, ctypes.c_int64)
    for turns in (0, 1, 2, 5):
        numbers = [float(k * k) for k in range(turns * lanes)]
        assert function(doubles(*numbers), len(numbers)) == sum(numbers) + 2.0**turns


def test_nested_loops_and_blocks_forget_what_does_not_dominate(native):
    writer = Writer()
    with writer.function("count", {"%a": "ptr"}):
        x = writer.load("%a")
        with writer.loop(0, 3) as outer, writer.loop(outer.index, 3) as inner:
            off_middle = writer.compare("ne", inner.index, 1)
            with writer.when(off_middle):
                square = writer.fmul(x, x)
                old = writer.load("%a")
                writer.store(writer.fadd(old, square), "%a")
        again = writer.fmul(x, x)  # the one in the loop is not known here: verify would object
        writer.store(again, writer.address("%a", 1))
    assert square != again
    function = native(writer.text(), "count", None, ctypes.c_void_p)
    a = doubles(2.0, 0.0)
    function(a)
    assert list(a) == [2.0 + 4 * 4.0, 4.0]  # pairs (0,0) (0,2) (1,2) (2,2)


def test_equal_pure_instructions_are_written_once():
    writer = Writer(4)
    with writer.function("f", {"%a": "ptr"}):
        x = writer.load("%a")
        y = writer.fadd(x, 1.0)
        assert writer.fadd(x, 1.0) == y
        assert writer.fadd(x, -1.0) != y
        assert writer.load("%a") != x, "another store may lie between two loads"
        writer.forget()
        assert writer.fadd(x, 1.0) != y


@pytest.mark.parametrize("number", [0.1, -0.0, 5e-324, math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("lanes", LANES)
def test_constants_are_exact(number, lanes, native):
    writer = Writer(lanes)
    with writer.function("f", {"%a": "ptr"}):
        writer.store(number, "%a")
    a = doubles(*[1.0] * lanes)
    native(writer.text(), "f", None, ctypes.c_void_p)(a)
    assert [repr(x) for x in a] == [repr(number)] * lanes


@pytest.mark.parametrize("lanes", LANES)
def test_lanes_broadcast_gather_and_integers(lanes, native):
    writer = Writer(lanes)
    with writer.function("f", {"%a": "ptr", "%b": "ptr"}):
        first = writer.load_splat("%a")
        x = writer.load("%b")
        backwards = writer.gather([writer.element(x, lane) for lane in reversed(range(lanes))])
        doubled = writer.from_bits(writer.integer("add", writer.bits(backwards), 1 << 52))
        writer.store(writer.fadd(first, doubled), "%b")
    b = [1.0 + k for k in range(lanes)]
    out = doubles(*b)
    native(writer.text(), "f", None, ctypes.c_void_p, ctypes.c_void_p)(doubles(100.0), out)
    assert list(out) == [100.0 + 2.0 * x for x in reversed(b)]


def test_a_loop_whose_next_values_are_missing_says_so():
    writer = Writer()

    def forgetful():
        with writer.function("f", {}), writer.loop(0, 3, carried=[0.0]):
            pass

    with pytest.raises(ValueError, match=r"1 values are carried, loop\.next has 0"):
        forgetful()


@pytest.mark.parametrize("turns", [0, 1, 3])
def test_a_loop_between_known_bounds(turns, native):
    writer = Writer()
    with writer.function("count", {}, "double"):
        with writer.loop(2, 2 + turns, carried=[0.0]) as loop:
            loop.next = [writer.fadd(loop.carried[0], 1.0)]
        writer.give(loop.results[0])
    assert native(writer.text(), "count", ctypes.c_double)() == turns
