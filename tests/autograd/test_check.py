"""check_gradients: it names wrong rules and passes right ones; numerical derivatives."""

from __future__ import annotations

import math
from math import inf

import pytest

import autograd as ag
from autograd import GradientError, Value, check_gradients, no_grad, primitive, where
from autograd.check import derivative, one_sided
from tests.in_one_test import in_one_test

RIGHT = lambda g, out, x, y: g * y  # noqa: E731 - rules are written as in the table
ALSO = lambda g, out, x, y: g * x  # noqa: E731


def only_on_values(rule, wrong):
    """Return a rule that is right on floats and wrong where gradients are drawn."""
    return lambda g, out, x, y: (wrong if isinstance(x, Value) else rule)(g, out, x, y)


# pullbacks of x * y; the argument to name; 1 wrong at first order, 2 in what the rule draws
WRONG = {
    "sign": ((lambda g, out, x, y: -g * y, ALSO), 0, 1),
    "factor of 2": ((lambda g, out, x, y: 2.0 * g * y, ALSO), 0, 1),
    "factor of 1.0001": ((lambda g, out, x, y: 1.0001 * g * y, ALSO), 0, 1),
    "second argument only": ((RIGHT, lambda g, out, x, y: g * y), 1, 1),
    "missing factor": ((lambda g, out, x, y: g, ALSO), 0, 1),
    "arguments swapped": ((ALSO, RIGHT), 0, 1),
    "offset": ((RIGHT, lambda g, out, x, y: g * (x + 1e-3)), 1, 1),
    "nan": ((RIGHT, lambda g, out, x, y: g * float("nan")), 1, 1),
    "infinite": ((RIGHT, lambda g, out, x, y: g * inf), 1, 1),
    "zero": ((lambda g, out, x, y: 0.0, ALSO), 0, 1),
    "drawn on data": ((only_on_values(RIGHT, lambda g, out, x, y: g * y.data), ALSO), 1, 2),
    "drawn with a wrong sign": ((only_on_values(RIGHT, lambda g, out, x, y: g * -y), ALSO), 1, 2),
    "drawn with a factor": ((RIGHT, only_on_values(ALSO, lambda g, out, x, y: g * 3.0 * x)), 0, 2),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_rule_is_caught_and_named(name):
    pullbacks, argument, order = WRONG[name]
    wrong = primitive("wrong", lambda x, y: x * y, *pullbacks)
    words = rf"wrong\(1\.5, -0\.7\).*{'second ' if order == 2 else ''}derivative"
    with pytest.raises(GradientError, match=words) as caught:
        check_gradients(lambda x, y: ag.tanh(wrong(x, y)) + x, 1.5, -0.7)
    message = str(caught.value)
    assert f"argument {argument} is" in message
    assert "tanh(" not in message
    assert "add(" not in message


def test_a_missing_chain_factor_is_caught():
    scaled = primitive(
        "scaled_sine", lambda x: ag.sin(3.0 * x), lambda g, out, x: g * ag.cos(3.0 * x)
    )
    with pytest.raises(GradientError, match=r"scaled_sine.*argument 0"):
        check_gradients(scaled, 0.4)


def test_a_variadic_rule_that_is_wrong_for_one_argument_is_caught():
    wrong = primitive(
        "total", lambda *xs: sum(xs, 0.0), lambda g, out, *xs: [g] * (len(xs) - 1) + [2.0 * g],
        variadic=True,
    )  # fmt: skip
    with pytest.raises(GradientError, match=r"total\(1, 2, 3\).*argument 2 is 2\.0"):
        check_gradients(wrong, 1.0, 2.0, 3.0)


def test_a_wrong_rule_of_the_table_is_caught(monkeypatch):
    monkeypatch.setattr(ag.tanh, "pullbacks", (lambda g, out, x: g * (1.0 - out),))
    with pytest.raises(GradientError, match="tanh"):
        check_gradients(ag.tanh, 0.5)


def test_order_one_checks_first_derivatives_only():
    pullbacks, _, _ = WRONG["drawn with a factor"]
    wrong = primitive("wrong", lambda x, y: x * y, *pullbacks)
    assert {check.order for check in check_gradients(wrong, 1.5, -0.7, order=1)} == {1}


def test_message_names_the_label_and_shows_both_numbers():
    wrong = primitive("wrong", lambda x: x * x, lambda g, out, x: g * x)
    y = wrong(Value(3.0)) * 2.0
    y.args[0].label = "area"
    with pytest.raises(GradientError, match=r"(?s)'area'.*3\.0 by .*rule.* by differences"):
        check_gradients(y)


def test_every_row_passes_inside_its_domain(row, points):
    for point in points[:6]:
        assert check_gradients(row, *point) or all(pull is None for pull in row.pullbacks)


def test_right_rules_agree_on_many_digits():
    checks = check_gradients(lambda x, y: ag.exp(x * y) / (1.0 + x * x) - ag.log(y), 0.7, 1.3)
    assert {check.operation for check in checks} == {"mul", "exp", "add", "div", "sub", "log"}
    assert min(check.digits for check in checks) > 8
    assert not any(check.note for check in checks)


def test_checks_structures_and_several_results():
    checks = check_gradients(
        lambda p, xs: {"a": [ag.dot(p["w"], xs)], "b": ag.tanh(p["b"])},
        {"w": [1.0, 2.0], "b": 0.5},
        (3.0, -1.0),
    )
    assert {check.operation for check in checks} == {"dot", "tanh"}


KINKS = {
    "relu": lambda: check_gradients(ag.relu, 0.0),
    "abs": lambda: check_gradients(ag.abs, 0.0),
    "maximum": lambda: check_gradients(ag.maximum, 1.0, 1.0),
    "clip": lambda: check_gradients(lambda x: ag.clip(x, 0.0, 1.0), 1.0),
}


@pytest.mark.parametrize("name", KINKS)
def test_a_kink_is_noted_and_no_error(name):
    assert any(check.note for check in KINKS[name]())


def test_a_value_outside_both_slopes_of_a_kink_is_an_error():
    wrong = primitive("wrong", lambda x: max(x, 0.0), lambda g, out, x: 2.0 * g)
    with pytest.raises(GradientError, match="wrong"):
        check_gradients(wrong, 0.0)


@pytest.mark.filterwarnings("ignore::autograd.NumericWarning")
@pytest.mark.parametrize("x", [0.0, -1.0, inf])
def test_where_a_derivative_is_infinite_nothing_is_judged(x):
    assert all(check.note for check in check_gradients(ag.sqrt, x))


@pytest.mark.parametrize("x", [1e-12, 1e-8, 1e-3, 1e3, 1e8])
def test_right_rules_pass_at_numbers_of_every_size(x):
    check_gradients(lambda x: x * x + 1.0 / x + ag.log(x) * ag.cos(x) + 3.0, x)


@pytest.mark.parametrize("x", [1e-8, 1e-3, 0.5, 1e3])
def test_wrong_rules_are_caught_at_numbers_of_every_size(x):
    wrong = primitive("wrong", lambda x: 1.0 / x, lambda g, out, x: -1.0001 * g / (x * x))
    with pytest.raises(GradientError, match="wrong"):
        check_gradients(wrong, x)


def test_what_is_refused():
    with pytest.raises(ValueError, match="order must be at most 2, not 3"):
        check_gradients(ag.tanh, 0.5, order=3)
    with pytest.raises(TypeError, match="no Value"):
        check_gradients(lambda x: 3.0, 0.5)
    with pytest.raises(TypeError, match="'a'"):
        check_gradients(ag.tanh, "a")


def test_leaves_no_trace():
    x = Value(0.5)
    y = where(x > 0.0, x * x, -x)
    with no_grad():
        check_gradients(y)
    assert not x.has_grad
    assert y.data == 0.25


def test_a_function_is_recorded_under_no_grad_too():
    wrong = primitive("wrong", lambda x: x * x, lambda g, out, x: g * x)
    with no_grad(), pytest.raises(GradientError, match="wrong"):
        check_gradients(lambda x: wrong(x) + x, 3.0)


def wide(pull):
    return primitive("wide", lambda *xs: sum(x * x for x in xs), pull, variadic=True)


@in_one_test("count", [17, 18, 200])
@in_one_test("place", [0, 5, 8, 9, -2, -1])
def test_one_wrong_argument_among_many_is_named(count, place):
    def pull(g, out, *xs):
        found = [g * 2.0 * x for x in xs]
        found[place] = found[place] * 1.001
        return found

    argument = place % count
    with pytest.raises(GradientError, match=f"argument {argument} is"):
        check_gradients(wide(pull), *[0.3 + (k % 7) for k in range(count)])


@pytest.mark.parametrize("count", [17, 200])
def test_one_wrong_second_derivative_among_many_is_named(count):
    def pull(g, out, *xs):
        found = [g * 2.0 * x for x in xs]
        if isinstance(xs[0], Value):
            found[0] = found[0] + g * (xs[count // 3] - xs[count // 3].data)
        return found

    with pytest.raises(GradientError, match=f"second .* argument {count // 3} is 1.0 by rule"):
        check_gradients(wide(pull), *[0.3 + (k % 7) for k in range(count)])


@pytest.mark.parametrize("operation", [ag.sum, ag.norm, lambda v: ag.dot(v, v[::-1])])
def test_right_rules_of_many_arguments_pass(operation):
    """Of one size and of many, where differences of small ones are lost in the sum."""
    for numbers in ([0.5] * 99, [1.0, -2.0] * 30, [10.0 ** (k % 9 - 4) for k in range(70)]):
        check_gradients(operation, numbers)


def test_of_many_arguments_some_are_checked_one_by_one():
    checks = check_gradients(ag.dot, [0.5 + k for k in range(40)], [2.0] * 40)
    assert {0, 39, 40, 79} <= {check.argument for check in checks}
    assert len(checks) < 60


# Numerical derivatives: right to many digits, and honest about their error

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
