"""What the tests of the table share: the rows, points to try them at, and their exact formulas."""

from __future__ import annotations

import itertools
import math
import random
from math import inf, isnan, nan

import mpmath
import pytest

from autograd import TABLE
from autograd.primitive import RESERVED

__all__ = ["difference_in_ulps", "exact", "own_table_only", "points", "pytest_generate_tests"]

ROWS = [row for name, row in TABLE.items() if name in RESERVED]
EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 3.0, 1e-300, -1e300, 1e300, inf, -inf, nan)


def halves(args):
    return zip(args[: len(args) // 2], args[len(args) // 2 :], strict=True)


def products(*args):
    return mpmath.fsum(x * y for x, y in halves(args))


# Written from the definitions, for mpmath's numbers of any precision: the oracle of every row.
EXACT = {
    "guarded_dot": products,
    "guarded_mul": lambda x, y: x * y,
    "identity": lambda x: x,
    "detach": lambda x: x,
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "add_n": lambda *xs: mpmath.fsum(xs),
    "dot": products,
    "pow": lambda x, y: x**y,
    "abs": abs,
    "sign": mpmath.sign,
    "exp": mpmath.exp,
    "log": mpmath.log,
    "log1p": lambda x: mpmath.log(1 + x),
    "expm1": lambda x: mpmath.exp(x) - 1,
    "sqrt": mpmath.sqrt,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "asin": mpmath.asin,
    "acos": mpmath.acos,
    "atan": mpmath.atan,
    "atan2": mpmath.atan2,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "asinh": mpmath.asinh,
    "acosh": mpmath.acosh,
    "atanh": mpmath.atanh,
    "relu": lambda x: max(x, 0),
    "gate": lambda x, g: g if x > 0 else 0,
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "elu": lambda x, alpha: x if x > 0 else alpha * (mpmath.exp(x) - 1),
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "gelu": lambda x: x * mpmath.ncdf(x),
    "erf": mpmath.erf,
    "maximum": max,
    "minimum": min,
    "prefer": lambda x, y, g: g if x > y else 0,
    "where": lambda condition, x, y: x if condition != 0 else y,
    "clip": lambda x, low, high: min(max(x, low), high),
    "hypot": lambda *xs: mpmath.sqrt(mpmath.fsum(x * x for x in xs)),
    "largest": lambda *xs: max(xs),
    "finite": lambda x: x,
    "less": lambda x, y: int(x < y),
    "less_equal": lambda x, y: int(x <= y),
    "greater": lambda x, y: int(x > y),
    "greater_equal": lambda x, y: int(x >= y),
    "equal": lambda x, y: int(x == y),
}


def pytest_generate_tests(metafunc):
    """Run a test that takes `row` once for each operation of the table."""
    if "row" in metafunc.fixturenames:
        metafunc.parametrize("row", ROWS, ids=lambda row: row.name)


@pytest.fixture(autouse=True)
def own_table_only():
    """Take the rows that a test defines out of the table again."""
    before = dict(TABLE)
    yield
    TABLE.clear()
    TABLE.update(before)


@pytest.fixture
def exact(row):
    """The formula of the row, for mpmath's numbers."""
    assert row.name in EXACT, f"add the exact formula of {row.name!r} to EXACT in {__file__}"
    return EXACT[row.name]


def sizes(row):
    """Return the numbers of arguments to try."""
    if not row.variadic:
        return [row.arity]
    return [2, 4, 8] if "z" in row.numpy else [1, 2, 3, 7]


@pytest.fixture
def points(row):
    """Points inside the domain of the row, the same on every run."""
    rng = random.Random(row.name)
    found = []
    for _ in range(12):
        for size in sizes(row):
            intervals = itertools.islice(itertools.cycle(row.domain), size)
            found.append(tuple(rng.uniform(*interval) for interval in intervals))
    return found


@pytest.fixture
def edges(row):
    """The special points of the row and every combination of awkward numbers."""
    size = min(sizes(row)[-1], 4 if row.variadic else 3)
    numbers = EDGES if size < 3 else EDGES[::3]
    return [*row.special, *itertools.product(numbers, repeat=size)]


@pytest.fixture
def difference_in_ulps():
    """The distance of a float from an exact number, in units in the last place of the latter."""

    def difference(got, wanted):
        if isnan(got) or mpmath.isnan(wanted):
            return 0.0 if isnan(got) and mpmath.isnan(wanted) else inf
        if got == wanted:
            return 0.0
        if mpmath.isinf(wanted) or got in {inf, -inf}:
            return inf
        _, exponent = mpmath.frexp(wanted)
        unit = mpmath.ldexp(1, max(int(exponent) - 53, -1074))
        return float(abs(mpmath.mpf(got) - wanted) / unit)

    return difference


@pytest.fixture
def same_but_for_order():
    """Tell whether two results of a row differ by no more than another order of adding may do.

    Python's own `sum` compensates from 3.12 on, a fold never does.
    """

    def same(row, got, wanted, point):
        size = row.forward(*map(abs, point))
        return math.isfinite(size) and abs(got - wanted) <= 2.0 * len(point) * 2.0**-53 * size

    return same
