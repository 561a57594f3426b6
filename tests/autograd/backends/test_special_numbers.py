"""Every row at zeros of both signs, infinities, nans, the smallest and the largest floats.

Values and first derivatives are those of the eager engine on every backend: the same bits where one
operation is rounded once or none is, and everywhere the same infinities, nans and signs of zero. Of
a derivative that is 0 all backends have the sign of its program; the eager engine draws none, and
may have the other.
"""

from __future__ import annotations

import itertools
import math
import random
import sys
import warnings
from functools import cache
from math import inf, isinf, isnan, nan

import numpy as np
import pytest

import autograd
from autograd import Value, compile, gradients, hypot, norm, sqrt, where
from autograd.primitive import RESERVED, TABLE
from autograd.primitives import dot, equal, greater, guarded_dot

TINY = sys.float_info.min  # the smallest float that is not denormal
ZEROS = (0.0, -0.0)
ORDINARY = (1.0, -1.0, 0.5, -2.0)
FAR = (1e-200, -1e-200, 1e200, -1e200, 1.7e308, -1.7e308, inf, -inf, nan)
DENORMAL = (5e-324, -5e-324, 1e-310)

# Made of + - * / sqrt, comparisons and choices alone.
EXACT = {
    "add", "sub", "mul", "div", "neg", "sqrt", "abs", "sign", "guarded_mul", "identity", "detach",
    "relu", "gate", "leaky_relu", "maximum", "minimum", "largest", "prefer", "where", "clip",
    "finite", "less", "less_equal", "greater", "greater_equal", "equal",
}  # fmt: skip
BACKENDS = ("interpreter", "numpy", "llvm", "jax")
XLA = "jax"  # takes denormals for 0, rounds a * b + c once, and compiles for seconds


def rows_of(arity):
    """Return rows that take so many operands, variadic ones included."""
    rows = [TABLE[name] for name in sorted(RESERVED)]
    return [row for row in rows if row.arity == arity or (row.variadic and takes(row, arity))]


def takes(row, count):
    pairs = row.sum_of is not None and row.sum_of.arity == 2
    return count % 2 == 0 if pairs else count > 0


def numbers(arity, denormal):
    if arity < 3:
        return (*ZEROS, *ORDINARY, *FAR, *(DENORMAL if denormal else ()))
    return (*ZEROS, 1.0, -2.0, -1e-200, inf, nan)


@pytest.fixture(params=BACKENDS)
def backend(request):
    pytest.importorskip("llvmlite" if request.param == "llvm" else "numpy")
    pytest.importorskip(XLA if request.param == XLA else "numpy")
    return request.param


def eager(row, point):
    """Return the value and the derivatives that the eager engine has."""
    leaves = [Value(x) for x in point]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        out = row(*leaves)
    return [out.data, *gradients(out, leaves)]


@cache
def cases(arity, denormal):
    """Return points, what each row has there, and the derivatives that programs draw there."""
    points = list(itertools.product(numbers(arity, denormal), repeat=arity))
    points = random.Random(arity).sample(points, min(len(points), 126))
    points += points[: -len(points) % 9]
    right = [[eager(row, point) for point in points] for row in rows_of(arity)]
    columns = [np.array(column) for column in zip(*points, strict=True)]
    program = compile(all_rows(arity), backend="interpreter", in_axes=0)
    return points, right, slopes_by_row(program, columns)


def all_rows(arity):
    rows = rows_of(arity)
    return lambda *xs: [row(*xs) for row in rows]


def slopes_by_row(compiled, columns):
    """Return the derivative of each row by each operand, at all examples."""
    return [[s] if len(columns) == 1 else s for s in compiled.jacobian(*columns)]


def same(got, wanted, backend, *, exact):
    if isnan(got) or isnan(wanted):
        return isnan(got) and isnan(wanted)
    if got == wanted:
        return math.copysign(1.0, got) == math.copysign(1.0, wanted)
    if backend == XLA and abs(wanted) < TINY:
        return got == 0.0
    if exact or isinf(got) or isinf(wanted):
        return False
    return math.isclose(got, wanted, rel_tol=1e-12, abs_tol=1e-300)


@pytest.mark.parametrize(
    ("backend", "arity"),
    [(backend, n) for backend in BACKENDS for n in (1, 2, 3, 4) if backend != XLA or n == 2],
    indirect=["backend"],
)
def test_rows_have_the_special_values_and_derivatives_of_the_eager_engine(arity, backend):
    points, right, drawn = cases(arity, denormal=backend != XLA)
    batches = compile(all_rows(arity), backend=backend, in_axes=0)
    alone = compile(all_rows(arity), backend=backend)
    wrong = []
    for start in range(0, len(points), 9):
        batch = points[start : start + 9]
        columns = [np.array(column) for column in zip(*batch, strict=True)]
        values, found = batches(*columns), slopes_by_row(batches, columns)
        single = alone(*batch[0]) if backend != XLA else [value[0] for value in values]
        for number, row in enumerate(rows_of(arity)):
            exact = row.name in EXACT
            fused = exact and backend != XLA  # a derivative may be a * b + c
            for place, point in enumerate(batch):
                value, *slopes = right[number][start + place]
                if not same(float(values[number][place]), value, backend, exact=exact):
                    wrong.append((row.name, point, values[number][place], value))
                if place == 0 and not same(float(single[number]), value, backend, exact=exact):
                    wrong.append((row.name, point, "alone", single[number], value))
                for got, slope, by_program in zip(
                    found[number], slopes, drawn[number], strict=True
                ):
                    zero = slope == 0.0 == by_program[start + place]
                    wanted = float(by_program[start + place]) if zero else slope
                    if backend == XLA and wanted == 0.0:  # the product of a number taken for 0
                        wanted = math.copysign(0.0, got[place])
                    if not same(float(got[place]), wanted, backend, exact=fused):
                        wrong.append((row.name, point, "derivative", got[place], wanted))
    assert wrong == []


SHAPES = ((1, 1, 1), (2, 3, 2), (8, 1, 3), (4, 4, 1), (9, 3, 12), (5, 2, 24))  # lines, lines, terms


def test_sums_of_negative_zeros_are_zero_in_every_stage(backend):
    shapes = SHAPES[:2] if backend == XLA else SHAPES
    weights = [[Value(n % 3 * 1e-200)] * width for n, (_, _, width) in enumerate(shapes)]

    def sums(x, y, zero):  # all products of x and y are -0.0, some by underflow
        found = [autograd.sum([zero]), autograd.sum([zero] * 3), norm([zero] * 3)]
        for (height, lines, width), shared in zip(shapes, weights, strict=True):
            rights = [[y / (i + 1)] * width for i in range(height * lines)]
            for left, row in itertools.product((shared, [x] * width), (dot, guarded_dot)):
                found += [row(*left, *right) for right in rights]
        return [1.0 / total for total in found]

    x, y = np.array([0.0, 1e-200, 0.0] * 3), np.array([-1e-200, -1e-200, -0.0] * 3)
    batch = compile(sums, backend=backend, in_axes=0)(x, y, -0.0 * np.ones(9))
    assert {float(number) for column in batch for number in column} == {inf}
    assert set(compile(sums, backend=backend)(1e-200, -1e-200, -0.0)) == {inf}


def test_lengths_of_many_numbers(backend):
    points = [
        (3.0, -4.0, 12.0, 0.0), (1e200, -1e200, 1e200, 1e200), (1e-200, 1e-200, -1e-200, 1e-200),
        (1.7e308, 1.7e308, 1.0, nan), (1.7e308, nan, 1.7e308, -inf), (nan, inf, 0.0, 1.0),
        (-0.0, -0.0, -0.0, -0.0), (1.7e308, 1.7e308, 1.0, inf), (1e-160, 1e160, 1.0, 1e150),
    ]  # fmt: skip
    points += [] if backend == XLA else [(5e-324,) * 4, (1e-310, 1e-309, 3e-310, 0.0)]
    lengths = compile(lambda x: [hypot(*x), norm([*x, *x[:3]])], backend=backend, in_axes=0)
    for lengths_found, size in zip(lengths(np.array(points)), (4, 7), strict=True):
        for found, point in zip(lengths_found.tolist(), points, strict=True):
            wanted = math.hypot(*point, *point[: size - 4])
            assert same(found, wanted, backend, exact=False), (point, found, wanted)
            if 0.0 < wanted < inf:
                assert abs(found - wanted) <= 2.0 * math.ulp(wanted)


def test_xla_keeps_to_arithmetic_of_floats_but_for_what_is_documented():
    pytest.importorskip(XLA)

    def kept(x, y):
        return [
            sqrt(x * x),
            x / x,
            x / y / y,
            (x * y) / y,
            x + 0.0,
            x - x,
            -(x / y) / y,
            1.0 / (x * 1.0),
        ]

    x = np.array([1e200, 1e-200, -0.0, 0.0, -3.0, 0.7, -0.59, 1e150, inf])
    y = np.array([1e-200, 1e-200, 1.0, -1.0, 1e-160, 3.7, 1e50, 1e-150, -2.0])
    found, wanted = (compile(kept, backend=b, in_axes=0)(x, y) for b in (XLA, "interpreter"))
    assert [list(map(repr, column.tolist())) for column in found] == [
        list(map(repr, column.tolist())) for column in wanted
    ]

    def not_kept(x, big):  # x is denormal
        quotient = 1.0 / (x * 1e10)
        return [where(x, 1.0, 2.0), greater(x, 0.0), equal(x, 0.0), quotient, sqrt(x), 1.0 / big]

    assert compile(not_kept, backend=XLA)(5e-324, 1.7e308) == [2.0, 0.0, 1.0, inf, 0.0, 0.0]
