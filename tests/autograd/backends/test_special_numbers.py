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
from math import inf, isinf, isnan, nan

import numpy as np
import pytest

from autograd import TABLE, Value, compile, gradients
from autograd.primitive import RESERVED

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
XLA = "jax"  # takes denormals for 0, and rounds a * b + c once


def rows_of(arity):
    """Return rows that take so many operands, variadic ones included."""
    rows = [TABLE[name] for name in sorted(RESERVED)]
    return [row for row in rows if row.arity == arity or (row.variadic and takes(row, arity))]


def takes(row, count):
    pairs = row.sum_of is not None and row.sum_of.arity == 2
    return count % 2 == 0 if pairs else count > 0


def numbers(arity, backend):
    if arity < 3:
        return (*ZEROS, *ORDINARY, *FAR, *(DENORMAL if backend != XLA else ()))
    return (*ZEROS, 1.0, -2.0, -1e-200, inf, nan)


@pytest.fixture(params=["interpreter", "numpy", "llvm", XLA])
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


def same(got, wanted, row, backend):
    if isnan(got) or isnan(wanted):
        return isnan(got) and isnan(wanted)
    if got == wanted:
        return math.copysign(1.0, got) == math.copysign(1.0, wanted)
    if backend == XLA and abs(wanted) < TINY:
        return got == 0.0
    if (row.name in EXACT and backend != XLA) or isinf(got) or isinf(wanted):
        return False
    return math.isclose(got, wanted, rel_tol=1e-12, abs_tol=1e-300)


@pytest.mark.parametrize("arity", [1, 2, 3, 4])
def test_rows_have_the_special_values_and_derivatives_of_the_eager_engine(arity, backend):
    rows = rows_of(arity)
    points = list(itertools.product(numbers(arity, backend), repeat=arity))
    points = random.Random(arity).sample(points, min(len(points), 126))
    points += points[: -len(points) % 9]

    def all_rows(*xs):
        return [row(*xs) for row in rows]

    batches = compile(all_rows, backend=backend, in_axes=0)
    alone = compile(all_rows, backend=backend)
    program = compile(all_rows, backend="interpreter", in_axes=0)
    wrong = []
    for start in range(0, len(points), 9):
        batch = points[start : start + 9]
        columns = [np.array(column) for column in zip(*batch, strict=True)]
        values, found, signed = batches(*columns), [()] * len(rows), [()] * len(rows)
        if backend != XLA or arity == 2:  # XLA takes seconds for each program
            found, signed = (
                [[s] if arity == 1 else s for s in compiled.jacobian(*columns)]
                for compiled in (batches, program)
            )
        single = alone(*batch[0]) if backend != XLA else [value[0] for value in values]
        for number, row in enumerate(rows):
            for place, point in enumerate(batch):
                value, *slopes = eager(row, point)
                if not same(float(values[number][place]), value, row, backend):
                    wrong.append((row.name, point, values[number][place], value))
                if place == 0 and not same(float(single[number]), value, row, backend):
                    wrong.append((row.name, point, "alone", single[number], value))
                for got, slope, drawn in zip(found[number], slopes, signed[number], strict=False):
                    right = float(drawn[place]) if slope == 0.0 == drawn[place] else slope
                    if not same(float(got[place]), right, row, backend):
                        wrong.append((row.name, point, "derivative", got[place], right))
    assert wrong == []
