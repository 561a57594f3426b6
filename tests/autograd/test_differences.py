"""Numerical derivatives: right to many digits, and honest about their error."""

from __future__ import annotations

import math
from math import inf

import pytest

from autograd.check import derivative, one_sided

SMOOTH = {
    "sin at 1": (math.sin, 1.0, math.cos(1.0)),
    "exp at -3": (math.exp, -3.0, math.exp(-3.0)),
    "exp at 20": (math.exp, 20.0, math.exp(20.0)),
    "cube at 0": (lambda x: x**3, 0.0, 0.0),
    "1/x at 3": (lambda x: 1.0 / x, 3.0, -1.0 / 9.0),
    "sqrt at 1e-4": (math.sqrt, 1e-4, 50.0),
    "x at 1e8": (lambda x: x, 1e8, 1.0),
    "constant": (lambda x: 7.0, 0.3, 0.0),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_functions_to_many_digits(name):
    f, x, wanted = SMOOTH[name]

    def total(x):
        try:
            return f(x)
        except ValueError:  # a domain that ends close by
            return math.nan

    numeric, error = derivative(total, x)
    assert numeric == pytest.approx(wanted, rel=1e-8, abs=1e-9)
    assert abs(numeric - wanted) <= 100.0 * error + 1e-9 * abs(wanted)
    assert error < 1e-6 * max(1.0, abs(wanted))


def test_the_scale_is_over_what_the_function_is_smooth():
    wild, _ = derivative(math.cos, 1e8)
    tame, _ = derivative(math.cos, 1e8, scale=0.1)
    assert tame == pytest.approx(-math.sin(1e8), rel=1e-5)
    assert wild != pytest.approx(-math.sin(1e8), rel=0.1)


@pytest.mark.parametrize("x", [0.0, 2.0, -1e-3])
def test_one_sided_derivatives_of_a_kink(x):
    left, _ = one_sided(lambda t: abs(t - x), x, -1.0)
    right, _ = one_sided(lambda t: abs(t - x), x, 1.0)
    assert (left, right) == pytest.approx((-1.0, 1.0))


@pytest.mark.parametrize("x", [1e300, inf, math.nan])
def test_where_there_is_no_derivative_the_error_is_infinite(x):
    numeric, error = derivative(lambda x: math.nan, x)
    assert math.isnan(numeric)
    assert error == inf


def test_a_step_lost_in_rounding_is_no_division_by_zero():
    assert math.isnan(derivative(math.sin, 1e300, scale=0.1)[0])
