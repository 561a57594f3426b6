"""Rule texts: each, evaluated, is what the row's pullback returns; blanks are filled safely."""

from __future__ import annotations

import math
import random
import warnings
from math import isfinite

import pytest

import autograd
from autograd import Value, no_grad, primitive, scope
from autograd.primitive import RESERVED, TABLE
from tests.in_one_test import in_one_test
from visualize.formula.rules import filled, local_rule

ROWS = [row for name, row in TABLE.items() if name in RESERVED]  # no row of another test

NAMES = {name: getattr(autograd, name) for name in autograd.__all__} | {
    "abs": abs,
    "pi": math.pi,
    "inf": math.inf,
    "nan": math.nan,
}


def arities(row):
    if not row.variadic:
        return [row.arity]
    return [2, 4, 6] if row.sum_of is not None and row.sum_of.arity == 2 else [1, 2, 3]


def points(row, arity):
    """Yield operands from the domain of a row and its special points, all of them finite."""
    rng = random.Random(1)
    domain = row.domain * arity if row.variadic else row.domain
    for _ in range(10):
        yield [rng.uniform(*domain[place]) for place in range(arity)]
    for special in row.special:
        if len(special) == arity and all(map(isfinite, special)):
            yield list(special)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_rules_have_the_values_of_the_pullbacks(row):
    for arity in arities(row):
        for position in range(arity):
            check_rule(row, arity, position)


def check_rule(row, arity, position):
    rule = local_rule(row, position, arity)
    compared = 0
    for args in points(row, arity):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", autograd.NumericWarning)
            out = row.forward(*args)
            expected = row.pull(1.0, out, args)[position]
        if expected is None:
            assert rule == "", (arity, position)
            return
        if not (isfinite(expected) and isfinite(out)):
            continue
        operands = {f"x{place}": arg for place, arg in enumerate(args)}
        text = filled(rule, list(operands), "out")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", autograd.NumericWarning)
                found = eval(text, NAMES, operands | {"out": out})
        except (OverflowError, ZeroDivisionError):  # Python's own floats are not total
            continue
        by_convention = row.kink is not None and row.kink(*args) is not None
        if not isfinite(found) and (expected == 0.0 or by_convention):
            continue  # 0 * inf in the text, which shows neither the guard nor the convention
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-300), (text, args, position)
        # and with the numbers themselves in the blanks
        text = filled(rule, [repr(arg) for arg in args], repr(out))
        assert eval(text, NAMES) == pytest.approx(expected, rel=1e-12, abs=1e-300), text
        compared += 1
    assert compared >= 10, (arity, position)


@in_one_test(
    "name, position, arity, rule",
    [
        ("tanh", 0, 1, "1 - {out} * {out}"),
        ("mul", 0, 2, "{1}"),
        ("dot", 1, 4, "{3}"),
        ("relu", 0, 1, "1 if {0} > 0 else 0"),
        ("sub", 1, 2, "-1"),
        ("div", 1, 2, "-{out} / {1}"),
        ("sigmoid", 0, 1, "{out} * (1 - {out})"),
        ("cos", 0, 1, "-sin({0})"),
        ("erf", 0, 1, "exp(-{0} * {0}) * 2 / sqrt(pi)"),
        ("hypot", 1, 2, "{1} / {out}"),
        ("maximum", 0, 2, "1 if {0} > {1} else 0 if {0} < {1} else 0.5"),
        ("greater", 0, 2, ""),
        ("detach", 0, 1, ""),
        ("where", 0, 3, ""),
        ("where", 2, 3, "0 if {0} else 1"),
    ],
)
def test_rules_read_as_in_a_textbook(name, position, arity, rule):
    assert local_rule(TABLE[name], position, arity) == rule


@pytest.mark.parametrize(
    ("exponent", "rule"),
    [
        (0.0, "0"),
        (1.0, "1"),
        (2.0, "2 * {0}"),
        (3.0, "3 * {0}**2"),
        (-1.0, "-{0}**(-2)"),
        (0.5, "0.5 * {0}**(-0.5)"),
    ],
)
def test_a_known_exponent_shortens_the_rule(exponent, rule):
    assert local_rule(TABLE["pow"], 0, 2, {1: exponent}) == rule


def test_the_operand_itself_stays_a_name_though_it_is_known():
    assert local_rule(TABLE["pow"], 0, 2, {0: 5.0, 1: 2.0}) == "2 * {0}"


def test_rules_of_users_are_drawn_too():
    cube = primitive("cube_ruled", lambda x: x**3, lambda g, out, x: g * 3.0 * x * x)
    assert local_rule(cube, 0, 1) == "3 * {0} * {0}"


def a_branch(g, out, x):
    return g if x > 0 else 0.5 * g


def a_number(g, out, x):
    return g * x.data


def a_function_of_numbers(g, out, x):
    return g * math.cos(x)


def a_tower(g, out, x):
    for _ in range(64):
        x = x * x
    return g * x


@pytest.mark.parametrize("rule", [a_branch, a_number, a_function_of_numbers, a_tower])
def test_a_rule_that_has_no_single_text_is_named(rule):
    row = primitive("undrawn", lambda x: x, rule)
    assert local_rule(row, 0, 1) == "d undrawn({0})/d {0}"
    row = primitive("undrawn", lambda x, y: x, None, lambda g, out, x, y: rule(g, out, y))
    assert local_rule(row, 0, 2) == ""
    assert local_rule(row, 1, 2) == "d undrawn({0}, {1})/d {1}"
    row = primitive("undrawn", lambda *xs: xs[0], lambda g, out, *xs: [1 / 0], variadic=True)
    assert local_rule(row, 3, 9) == "d undrawn(...)/d {3}"


def test_a_redefined_row_has_its_new_rule():
    row = primitive("redefined", lambda x: x, lambda g, out, x: g * 2.0)
    assert local_rule(row, 0, 1) == "2"
    row = primitive("redefined", lambda x: x, lambda g, out, x: g * 3.0)
    assert local_rule(row, 0, 1) == "3"


def test_tracing_is_silent_and_independent_of_where_it_happens():
    rows = [row for row in ROWS if row.name in ("silu", "acosh", "atan2")]
    before = [local_rule(row, 0, row.arity) for row in rows]
    local_rule.__globals__["_rule"].cache_clear()
    with warnings.catch_warnings(), no_grad(), scope("elsewhere"):
        warnings.simplefilter("error")
        assert [local_rule(row, 0, row.arity) for row in rows] == before
        assert Value(1.0).scope == "elsewhere"


@pytest.mark.parametrize("position", [-1, 2])
def test_a_position_beyond_the_operands_is_refused(position):
    with pytest.raises(
        ValueError, match=rf"mul of 2 operands has no operand {position}; .* 0 to 1"
    ):
        local_rule(TABLE["mul"], position, 2)


@pytest.mark.parametrize(
    ("rule", "names", "out", "text"),
    [
        ("{1}", ["2", "-3"], "-6", "-3"),
        ("1 - {out} * {out}", ["x"], "-0.5", "1 - (-0.5) * (-0.5)"),
        ("3 * {0}**2", ["-2"], "-8", "3 * (-2)**2"),
        ("{0}**2", ["-2"], "4", "(-2)**2"),
        ("-sin({0})", ["-2"], "y", "-sin(-2)"),
        ("-{out} / {1}", ["1", "-inf"], "-0", "-(-0) / (-inf)"),
        ("{0} + {1}", ["{1}", "{out}"], "z", "{1} + {out}"),
        ("1 + {0}", ["1e-05"], "", "1 + 1e-05"),
        ("1 - {0}", ["-x"], "", "1 - (-x)"),
    ],
)
def test_blanks_are_filled_once_and_signs_do_not_clash(rule, names, out, text):
    assert filled(rule, names, out) == text


def test_a_rule_by_an_operand_that_is_a_constant_elsewhere():
    assert local_rule(TABLE["dot"], 0, 4, {0: 2.0}) == "{2}"
