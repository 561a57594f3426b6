"""Every row of the table: its value against exact formulas and against NumPy."""

from __future__ import annotations

import math
from functools import reduce

import mpmath
import numpy as np
import pytest

from autograd import Value
from autograd.backends.numpy.algebra import function_of

# Bounds on the error, in units in the last place. IEEE arithmetic rounds once; the C libraries'
# functions stay within 4; these are products of several of them, or take a rounded argument.
ROUNDED_ONCE = {"add", "sub", "mul", "div", "sqrt", "guarded_mul"}
COMPOSED = {"sigmoid": 6.0, "silu": 6.0, "softplus": 6.0, "gelu": 24.0}


def bound(row):
    return 0.5 if row.name in ROUNDED_ONCE else COMPOSED.get(row.name, 4.0)


def test_value_is_within_ulps_of_the_exact_value(row, exact, points, difference_in_ulps):
    with mpmath.workdps(60):
        for point in points:
            numbers = [mpmath.mpf(x) for x in point]
            got, wanted = row.forward(*point), mpmath.mpf(exact(*numbers))
            if row.variadic:  # a sum: the rounding bound of any order of adding
                size = exact(*map(abs, numbers))
                assert abs(got - wanted) <= len(point) * 2.0**-53 * size, point
            else:
                assert difference_in_ulps(got, wanted) <= bound(row), point


def test_value_is_a_float_wherever_it_is_asked_for(row, edges):
    for point in edges:
        assert type(row.forward(*point)) is float, point


@pytest.mark.filterwarnings("ignore::autograd.NumericWarning")
def test_function_and_node_and_forward_agree(row, points, edges):
    for point in [*points, *edges]:
        number = row(*point)
        if point:
            node = row(*map(Value, point))
            assert same(node.data, number), point
            assert same(node.forward().data, number), point
        assert same(number, row.forward(*point)), point


def same(x, y):
    return x == y or (math.isnan(x) and math.isnan(y))


def folded(row, function):
    """Return the fold of a function of two or, over pairs, three arguments."""
    if function.arity == 3:
        return lambda *args: reduce(lambda x, pair: function(x, *pair), halves(args), 0.0)
    if () in row.special:  # the value of nothing: the fold starts from it
        return lambda *args: reduce(function, args, row.forward())
    return lambda *args: reduce(function, args)


def halves(args):
    return zip(args[: len(args) // 2], args[len(args) // 2 :], strict=True)


def test_numpy_gives_the_same_value_by_the_c_text(
    row, points, edges, difference_in_ulps, same_but_for_order
):
    function = function_of(row)
    function = folded(row, function) if row.variadic else function
    allowed = 0.0 if row.name in ROUNDED_ONCE else 2.0 * bound(row)
    with np.errstate(all="ignore"):
        for point in [*points, *edges]:
            got, wanted = float(function(*map(np.float64, point))), row.forward(*point)
            same = row.variadic and same_but_for_order(row, got, wanted, point)
            difference = 0.0 if same else difference_in_ulps(got, mpmath.mpf(wanted))
            assert difference <= allowed, (point, got, wanted)
