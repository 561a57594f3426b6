"""NumericWarning: which operations warn, when, how often, and at which line."""

from __future__ import annotations

import subprocess
import sys
import warnings
from inspect import currentframe
from math import inf, nan

import numpy as np
import pytest

import autograd as ag
from autograd import NumericWarning, Value, grad, primitive, where
from tests.in_one_test import in_one_test

WARNS = {
    "log of 0": lambda v: ag.log(v(0.0)),
    "log of -1": lambda v: ag.log(v(-1.0)),
    "log1p of -1": lambda v: ag.log1p(v(-1.0)),
    "sqrt of -1": lambda v: ag.sqrt(v(-1.0)),
    "1/0": lambda v: 1.0 / v(0.0),
    "0/0": lambda v: v(0.0) / v(0.0),
    "1e300/1e-300": lambda v: v(1e300) / v(1e-300),
    "0**-1": lambda v: v(0.0) ** -1.0,
    "(-2)**0.5": lambda v: v(-2.0) ** 0.5,
    "1e200**2": lambda v: v(1e200) ** 2.0,
    "2.0**5000": lambda v: 2.0 ** v(5000.0),
    "exp of 1000": lambda v: ag.exp(v(1000.0)),
    "expm1 of 1000": lambda v: ag.expm1(v(1000.0)),
    "sinh of 1000": lambda v: ag.sinh(v(1000.0)),
    "cosh of 1000": lambda v: ag.cosh(v(1000.0)),
    "asin of 2": lambda v: ag.asin(v(2.0)),
    "acos of 2": lambda v: ag.acos(v(2.0)),
    "acosh of 0": lambda v: ag.acosh(v(0.0)),
    "atanh of 1": lambda v: ag.atanh(v(1.0)),
    "hypot of 1e308 twice": lambda v: ag.hypot(v(1.7e308), v(1.7e308)),
}
SILENT = {
    "1e308 + 1e308": lambda v: v(1e308) + v(1e308),
    "-1e308 - 1e308": lambda v: v(-1e308) - v(1e308),
    "1e200 * 1e200": lambda v: v(1e200) * v(1e200),
    "sum that overflows": lambda v: ag.sum([v(1e308), v(1e308)]),
    "dot that overflows": lambda v: ag.dot([v(1e200)], [v(1e200)]),
    "exp underflows": lambda v: ag.exp(v(-1000.0)),
    "pow underflows": lambda v: v(1e-200) ** 2.0,
    "div underflows": lambda v: v(1e-200) / v(1e200),
    "log of inf": lambda v: ag.log(v(inf)),
    "exp of inf": lambda v: ag.exp(v(inf)),
    "sqrt of nan": lambda v: ag.sqrt(v(nan)),
    "inf / inf": lambda v: v(inf) / v(inf),
    "sigmoid of -1000": lambda v: ag.sigmoid(v(-1000.0)),
    "softmax of 1000s": lambda v: ag.softmax([v(1000.0), v(-1000.0)]),
    "logsumexp of 1000s": lambda v: ag.logsumexp([v(1000.0), v(1000.0)]),
    "relu of nan": lambda v: ag.relu(v(nan)),
}


# Python's own operators on floats are not ours: only functions, "log of 0", warn on floats too.
FUNCTIONS = [case for case in WARNS if " of " in case]
CALLS = [(case, Value) for case in WARNS] + [(case, float) for case in FUNCTIONS]


@in_one_test("case, make", CALLS)
def test_a_domain_fault_pole_or_overflow_warns(case, make):
    with pytest.warns(NumericWarning) as caught:
        WARNS[case](make)
    assert len(caught) == 1


@in_one_test("case", SILENT)
def test_arithmetic_underflow_and_operands_not_finite_are_silent(case):
    SILENT[case](Value)  # warnings are errors in these tests


@pytest.mark.parametrize(
    ("compute", "message"),
    [
        (lambda: Value(1.0, label="price") / Value(0.0), "div(price=1.0, 0.0) gave inf"),
        (lambda: Value(-4.0, label="a").sqrt(), "sqrt(a=-4.0) gave nan"),
        (lambda: ag.log(0.0), "log(0.0) gave -inf"),
        (
            lambda: ag.hypot(*[1e308] * 6),
            "hypot(1e+308, 1e+308, 1e+308, 1e+308, 1e+308, 1e+308) gave inf",
        ),
        (
            lambda: ag.hypot(*[1e308] * 7),
            "hypot(1e+308, 1e+308, 1e+308, 1e+308, 1e+308, 1e+308, ...) gave inf",
        ),
        (lambda: ag.norm([1.7e308, Value(1e308)]), "norm(1.7e+308, 1e+308) gave inf"),
        (lambda: ag.norm(np.array([1.7e308, 1e308])), "norm(1.7e+308, 1e+308) gave inf"),
    ],
    ids=["div", "sqrt", "log", "six operands", "seven operands", "norm", "norm of numbers"],
)
def test_message_names_operation_operands_and_labels(compute, message):
    with pytest.warns(NumericWarning) as caught:
        compute()
    assert [str(warning.message) for warning in caught] == [message]


LINES = {
    "method": lambda x: (x.log(), currentframe().f_lineno)[1],
    "function": lambda x: (ag.log(x), currentframe().f_lineno)[1],
    "function of a float": lambda x: (ag.log(x.data), currentframe().f_lineno)[1],
    "operator": lambda x: (1.0 / x, currentframe().f_lineno)[1],
    "reflected by NumPy": lambda x: (np.float64(1.0) / x, currentframe().f_lineno)[1],
    "ufunc": lambda x: (np.log(x), currentframe().f_lineno)[1],
    "array": lambda x: (np.log(np.array([x])), currentframe().f_lineno)[1],
    "built of rows": lambda x: (ag.norm([x + 1.7e308, 1.7e308]), currentframe().f_lineno)[1],
}


@pytest.mark.parametrize("way", LINES)
def test_warning_is_at_the_users_own_line(way):
    with pytest.warns(NumericWarning) as caught:
        line = LINES[way](Value(0.0))
    assert [(warning.filename, warning.lineno) for warning in caught] == [(__file__, line)]


def test_warning_inside_a_differentiated_function_is_at_the_line_of_that_function():
    def f(x):
        return ag.log(x)

    with pytest.warns(NumericWarning) as caught:
        grad(f)(0.0)
    assert [warning.lineno for warning in caught] == [f.__code__.co_firstlineno + 1]


def test_forward_in_place_warns_again():
    x = Value(1.0, label="x")
    y = x.log()
    x.data = 0.0
    with pytest.warns(NumericWarning, match=r"log\(x=0\.0\) gave -inf"):
        y.forward()


def test_backward_and_higher_derivatives_never_warn():
    x = Value(0.0)
    y = ag.sqrt(x) + x**0.5 + ag.asin(x + 1.0)
    y.backward()
    assert x.grad == inf
    slope = ag.gradients(y, x, create_graph=True)
    assert slope.data == inf
    ag.gradients(slope, x)


def test_a_branch_that_is_not_taken_warns_where_it_is_computed():
    x = Value(0.0)
    with pytest.warns(NumericWarning, match="log"):
        branch = ag.log(x)
    where(x > 0.0, branch, 0.0)  # selecting warns no more


def test_error_filter_makes_it_an_exception_and_leaves_no_node():
    with warnings.catch_warnings():
        warnings.simplefilter("error", NumericWarning)
        with pytest.raises(NumericWarning, match=r"log\(0\.0\)"):
            ag.log(Value(0.0))


def test_every_time_under_always():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", NumericWarning)
        for x in (0.0, -1.0, 0.0):
            ag.log(x)
    assert len(caught) == 3


def test_every_time_under_error():
    for x in (0.0, -1.0, 0.0):
        with pytest.raises(NumericWarning):
            ag.log(x)  # warnings are errors in these tests


def test_user_rows_warn_too_unless_total():
    grows = primitive("grows", lambda x: inf, lambda g, out, x: g)
    with pytest.warns(NumericWarning, match=r"grows\(1\.0\) gave inf"):
        grows(Value(1.0))
    quiet = primitive("quiet", lambda x: inf, lambda g, out, x: g, total=True)
    quiet(Value(1.0))


PROGRAM = """
import autograd as ag
from autograd import Value
for x in (0.0, -1.0, -2.0):
    ag.log(Value(x))
    ag.log(x); ag.sqrt(Value(-1.0 - x * x))
ag.log(Value(0.0))
"""


def test_once_per_place_and_operation_under_the_default_filter():
    """Line 5 warns once for log; line 6 once for log and once for sqrt; line 7 once."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    places = [line.split(": ")[0] for line in run.stderr.splitlines() if "NumericWarning" in line]
    assert places == ["<string>:5", "<string>:6", "<string>:6", "<string>:7"]
