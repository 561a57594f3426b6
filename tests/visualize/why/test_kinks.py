"""kinks(): against the table of operations and the conventions, one-sided derivatives, text."""

from __future__ import annotations

import math
import random
import warnings
from math import inf, isfinite, isnan, nan, nextafter
from pathlib import Path

import pytest

import autograd
from autograd import (
    NumericWarning,
    Value,
    clip,
    hypot,
    maximum,
    no_grad,
    primitive,
    relu,
    scope,
    source_lines,
    sqrt,
    where,
)
from autograd.primitive import TABLE
from conventions import CONVENTIONS
from tests.in_one_test import in_one_test
from visualize import kinks
from visualize.formula.operation import adds_products
from visualize.why import Kinks

FAR = 1e-3  # two numbers that differ by more are no neighbours of a smooth function


def beside(point, place, direction):
    return [nextafter(x, direction) if i == place else x for i, x in enumerate(point)]


def far_apart(first, second):
    if isnan(first) or isnan(second):
        return isnan(first) != isnan(second)  # defined on one side only
    return first != second and not abs(first - second) <= FAR * max(1.0, abs(first), abs(second))


def derivative(row, point, place):
    """The rule of a row for one operand; 0 where it has none, nan where it has no value."""
    out = row.forward(*point)
    if not isfinite(out):
        return nan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumericWarning)
        term = row.pull(1.0, out, list(point))[place]
    return 0.0 if term is None else term


def leaps(row, point):
    """The operands in which the value or the derivative of a row leaps at a point."""
    for place in range(len(point)):
        if row.name == "where" and place == 0:
            continue  # a truth value, not a number that moves
        left, right = (beside(point, place, direction) for direction in (-inf, inf))
        values = (row.forward(*left), row.forward(*right))
        slopes = (derivative(row, left, place), derivative(row, right, place))
        if far_apart(*values) or far_apart(*slopes):
            yield place


def special_points(row):
    low_and_high = [tuple(low for low, _ in row.domain), tuple(high for _, high in row.domain)]
    extra = {
        "clip": [(1.0, 1.0, 1.0), (0.0, 1.0, 1.0), (2.0, 1.0, 1.0), (1.0, 2.0, 1.0)],
        "pow": [(0.0, 0.5), (0.0, 0.25), (0.0, 1.5), (0.0, 1.0)],
        "atan2": [(0.0, -1.0), (-0.0, -1.0), (0.0, 1.0), (1.0, 0.0)],
        "elu": [(0.0, 0.5), (0.0, 2.0)],
        "leaky_relu": [(0.0, 0.5), (0.0, 1.0)],
    }
    if adds_products(row):  # its factors come in pairs
        low_and_high = [2 * point for point in low_and_high]
    points = [*row.special, *low_and_high, *extra.get(row.name, ())]
    # From 1e6 on, floats are too far apart to be neighbours of a sine.
    return [p for p in points if p and all(abs(x) < 1e6 for x in p) and isfinite(row.forward(*p))]


OURS = [row for row in TABLE.values() if not row.name.startswith("test_")]


@pytest.mark.parametrize("row", OURS, ids=lambda row: row.name)
def test_a_row_that_leaps_at_a_special_point_says_so(row):
    for point in special_points(row):
        places = list(leaps(row, point))
        if places:
            assert row.kink, f"{row.name} leaps at {point} and has no kink"
            assert row.kink(*point), f"{row.name} leaps at {point}, in operands {places}"


@in_one_test("row", [r for r in OURS if r.kink], ids=lambda row: row.name)
def test_a_row_has_no_kink_at_an_ordinary_point(row):
    rng = random.Random(row.name)
    for _ in range(20):
        point = [rng.uniform(low, high) for low, high in row.domain]
        point *= 3 if row.variadic else 1
        assert row.kink(*point) is None


def test_the_search_for_leaps_finds_those_of_plain_functions():
    assert list(leaps(TABLE["relu"], (0.0,))) == [0]
    assert list(leaps(TABLE["tanh"], (0.0,))) == []
    assert list(leaps(TABLE["maximum"], (1.0, 1.0))) == [0, 1]
    assert list(leaps(TABLE["sqrt"], (0.0,))) == [0]


NAMES = {name: getattr(autograd, name) for name in autograd.__all__}


def one_sided(convention, name):
    """The slopes of an expression in plain floats left and right of a point, by differences."""
    step = 1e-7

    def value(shift):
        point = {**convention.point, name: convention.point[name] + shift}
        return eval(convention.expression, {**NAMES, **point})

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumericWarning)
        try:
            here = value(0.0)
            return (here - value(-step)) / step, (value(step) - here) / step
        except (ZeroDivisionError, OverflowError, AttributeError):
            return nan, nan


def is_kink(convention):
    slopes = [one_sided(convention, name) for name in convention.point]
    return any(
        isnan(left) != isnan(right) or (isfinite(left - right) and abs(left - right) > 1e-3)
        for left, right in slopes
        if not isinstance(left, complex)
    )


KINKED = [c for c in CONVENTIONS if all(map(isfinite, c.point.values()))
          and isfinite(c.value) and is_kink(c)]  # fmt: skip


def test_the_conventions_have_kinks():
    assert len(KINKED) >= 9
    said = {c.expression for c in KINKED}
    assert {
        "relu(x)",
        "abs(x)",
        "maximum(x, y)",
        "clip(x, -1, 1)",
        "sqrt(x)",
        "hypot(x, y)",
    } <= said
    assert not said & {"x * x.detach()", "exp(x)", "x / y"}


@in_one_test("convention", KINKED, ids=lambda c: f"{c.expression} at {c.point}")
def test_every_convention_that_is_a_kink_is_listed(convention):
    values = {name: Value(number, label=name) for name, number in convention.point.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumericWarning)
        root = eval(convention.expression, {**NAMES, **values})
    assert len(kinks(root)) >= 1


def test_a_kink_has_its_parts():
    with source_lines():
        h = Value(0.0, label="h")
        y = relu(h)
    first_line = test_a_kink_has_its_parts.__code__.co_firstlineno
    (kink,) = kinks(y * 2)
    assert kink.node is y
    assert (kink.name, kink.operation, kink.operands) == ("v1", "relu", "h = 0")
    assert kink.convention == "relu'(0) = 0, the flat side"
    assert [(s.operand, s.left, s.right) for s in kink.slopes] == [("h", 0.0, 1.0)]
    assert kink.line == f"{__file__}:{first_line + 3}"
    assert f"{Path(__file__).name}" in str(kink)
    assert "y = relu(h)" in str(kink)


@in_one_test(
    "made, slopes",
    [
        (lambda x, y: abs(x), [("x", -1.0, 1.0)]),
        (lambda x, y: x.leaky_relu(0.25), [("x", 0.25, 1.0)]),
        (lambda x, y: x.elu(2.0), [("x", 2.0, 1.0)]),
        (maximum, [("x", 0.0, 1.0), ("y", 0.0, 1.0)]),
        (autograd.minimum, [("x", 1.0, 0.0), ("y", 1.0, 0.0)]),
        (lambda x, y: maximum(x, 0.0), [("x", 0.0, 1.0)]),
        (lambda x, y: clip(x, 0.0, 1.0), [("x", 0.0, 1.0)]),
        (lambda x, y: clip(x, -1.0, 0.0), [("x", 1.0, 0.0)]),
        (hypot, [("x", -1.0, 1.0), ("y", -1.0, 1.0)]),
        (lambda x, y: x > 0, [("x", 0.0, 0.0)]),
        (lambda x, y: TABLE["gate"](x, y + 3), [("v2", 0.0, 1.0)]),
    ],
)
def test_slopes_left_and_right(made, slopes):
    x, y = Value(0.0, label="x"), Value(0.0, label="y")
    found = kinks(made(x, y))
    assert [tuple(slope[:3]) for slope in found[0].slopes] == slopes


def test_a_gate_says_which_operand_moves():
    x = Value(0.0, label="x")
    (slope,) = kinks(TABLE["gate"](x, Value(3.0, label="g")))[0].slopes
    assert str(slope) == "∂g as x moves: 0 | 1"


def test_a_side_without_a_value_is_undefined():
    (slope,) = kinks(sqrt(Value(0.0, label="x")))[0].slopes
    assert isnan(slope.left)
    assert slope.right == math.inf
    assert str(slope) == "∂x: undefined | inf"


@pytest.mark.parametrize(
    ("made", "at", "sides"),
    [
        (lambda x: x**0.5, 0.0, (nan, math.inf)),
        (autograd.asin, 1.0, (math.inf, nan)),
        (autograd.acos, -1.0, (nan, -math.inf)),
        (autograd.acosh, 1.0, (nan, math.inf)),
        (lambda x: x**0.25, 0.0, (nan, math.inf)),
        (lambda x: x**1.5, 0.0, (nan, 0.0)),
    ],
)
def test_an_infinite_slope_is_infinite(made, at, sides):
    for kink in kinks(made(Value(at, label="x"))):
        for slope in kink.slopes:
            assert repr((slope.left, slope.right)) == repr(sides)


def test_sides_are_found_in_silence_and_outside_of_modes():
    x = Value(1.0, label="x")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumericWarning)
        y = x.asin() + x.acos() + (x - 1) ** Value(0.5) + TABLE["atan2"](x - 1, x - 1)
    with warnings.catch_warnings(), no_grad(), scope("somewhere"):
        warnings.simplefilter("error")
        found = kinks(y)
    assert [kink.operation for kink in found] == ["asin", "acos", "pow", "atan2"]
    assert all(kink.slopes for kink in found)
    assert not x.has_grad


def test_the_table_as_text():
    a, b = Value(2.0, label="a"), Value(2.0, label="b")
    table = kinks(maximum(a, b) + (a - b).relu())
    assert str(table) == repr(table) == table.text == (
        "2 operations at a point without a derivative (left | right)\n"
        "v2 = maximum(a, b)  a = 2, b = 2  a tie: each gets half of the gradient  "
        "∂a: 0 | 1, ∂b: 0 | 1\n"
        "v4 = relu(v3)       v3 = 0        relu'(0) = 0, the flat side            ∂v3: 0 | 1"
    )  # fmt: skip


def test_a_long_table_is_cut_in_print_only():
    x = Value(0.0)
    root = autograd.sum([x.relu() for _ in range(60)])
    found = kinks(root)
    assert len(found) == 60
    assert str(found).endswith("… and 10 more")
    assert str(found).count("relu'(0)") == 50


def test_no_kinks():
    found = kinks(Value(2.0) * 3)
    assert isinstance(found, Kinks)
    assert list(found) == []
    assert (
        str(found) == "no kinks: every operation that gave a finite number has a derivative there"
    )


def test_kinks_are_those_of_the_last_evaluation():
    x = Value(1.0)
    y = x.relu()
    assert not kinks(y)
    x.data = 0.0
    assert len(kinks(y.forward())) == 1


def test_kinks_of_branches_not_taken_are_listed_too():
    x = Value(0.0, label="x")
    assert [k.operation for k in kinks(where(x > 1, sqrt(x), x))] == ["sqrt"]


@pytest.fixture
def own_table_only():
    """Forget the rows that a test defines."""
    before = set(TABLE)
    yield
    for name in set(TABLE) - before:
        del TABLE[name]


@pytest.mark.usefixtures("own_table_only")
def test_a_users_row_has_its_kink():
    hard = primitive(
        "test_hard_step",
        lambda x: 1.0 if x > 2.0 else 0.5 * x,
        lambda g, out, x: g * (0.0 if x > 2.0 else 0.5),
        kink=lambda x: "the ramp ends here" if x == 2.0 else None,
    )
    (kink,) = kinks(hard(Value(2.0, label="x")))
    assert kink.convention == "the ramp ends here"
    assert [tuple(slope[:3]) for slope in kink.slopes] == [("x", 0.5, 0.0)]


@pytest.mark.parametrize("wrong", [1.0, "x", None, [Value(1.0)]])
def test_only_a_value_is_taken(wrong):
    with pytest.raises(TypeError, match="kinks takes a Value, not"):
        kinks(wrong)


def test_labels_are_shown_safely():
    y = Value(0.0, label="a\x1b[31m\nb").relu()
    assert "\x1b" not in str(kinks(y))
    assert "a␛[31m␊b" in str(kinks(y))


def test_a_deep_graph():
    y = Value(1.0)
    for _ in range(20_000):
        y = y - 0.0
    assert not kinks(y)


@pytest.mark.filterwarnings("ignore::autograd.NumericWarning")
@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_poles_have_no_derivative_either(zero):
    x, y = Value(2.0, label="x"), Value(zero, label="y")
    for root, said in (
        (1 / y, "a division by 0"),
        (x / y, "a division by 0"),
        (y / y, "a division by 0"),
        (y**-1, "0 to a negative power is infinite"),
        (autograd.log(y), "log is infinite at 0"),
        (autograd.sqrt(y - 1), "there is no real square root below 0"),
        (autograd.atanh(y + 1), "atanh is infinite at -1 and 1"),
    ):
        (found,) = kinks(root * 3.0)
        assert found.node is root
        assert found.convention.startswith(said)
        assert found.slopes == ()
    for root in (x * y, autograd.exp(x * 1000), autograd.log(x) / x):
        assert not kinks(root)
