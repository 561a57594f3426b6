"""A Value where a number is expected: compared, printed, rounded, never converted in silence."""

from __future__ import annotations

import builtins
import cmath
import math
import operator
import warnings
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from autograd import Value
from tests.in_one_test import in_one_test

COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge]


@in_one_test("op", COMPARISONS, ids=lambda op: op.__name__)
@in_one_test("other", [2.0, 3.0, 4.0, math.nan])
def test_comparisons_record_nodes_of_one_or_zero(op, other):
    wanted = op(3.0, other)
    for result in (op(Value(3.0), other), op(Value(3.0), Value(other))):
        assert result.op is not None
        assert result.data == float(wanted)
        assert bool(result) is wanted
    assert bool(op(other, Value(3.0))) is op(other, 3.0)


def test_comparison_with_an_int_beyond_two_to_the_53_agrees_with_forward():
    result = Value(2.0**53) < 2**53 + 1
    assert result.data == result.forward().data


@pytest.mark.parametrize("number", [2, 2.0, True, 0, math.nan])
def test_equality_with_a_number_is_identity_and_warns(number):
    v = Value(2.0)
    with pytest.warns(UserWarning, match=r"== asks whether two Values are the same object"):
        assert (v == number) is False
    with pytest.warns(UserWarning, match=r"== asks whether"):
        assert (number == v) is False
    with pytest.warns(UserWarning, match=r"compare value\.data == "):
        assert (v != number) is True


def test_equality_warns_once_a_line():
    v = Value(2.0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for number in range(5):
            _ = v == number
        _ = v == 1.0
    assert [Path(w.filename).name for w in caught] == ["test_value_as_number.py"] * 2


def test_forward_sees_comparisons_again():
    x = Value(1.0)
    positive = x > 0.0
    x.data = -1.0
    assert positive.forward().data == 0.0


def test_branches_and_sorting_work():
    a, b, c = Value(3.0), Value(1.0), Value(2.0)
    assert sorted([a, b, c]) == [b, c, a]
    assert builtins.max(a, b, c) is a
    assert builtins.min([a, b, c]) is b
    assert ("yes" if a > 2.5 else "no") == "yes"


def test_equality_and_hash_are_identity():
    a, b = Value(1.0), Value(1.0)
    assert a != b
    assert a == a
    assert a != "1.0"
    assert a is not None
    assert [a, b].index(b) == 1
    assert len({a, b, a}) == 2
    assert a in [b, a]
    assert a not in [b, Value(1.0)]
    assert {a: "found"}[a] == "found"


# Text and plain numbers


def test_repr_shows_the_label_first():
    x = Value(2.0)
    assert repr(x) == "Value(data=2.0, grad=0.0)"
    x.label = "x"
    (3.0 * x).backward()
    assert repr(x) == "Value(label='x', data=2.0, grad=3.0)"
    assert str(x) == f"{x}" == repr(x)


def test_format_round_and_bool_read_the_data():
    x = Value(2.345)
    assert f"{x:.1f} {x:8.3e}" == "2.3 2.345e+00"
    assert "{:>6.2f}".format(x) == "  2.35"  # noqa: UP032 - this way too
    assert round(x) == 2
    assert isinstance(round(x), int)
    assert round(x, 1) == 2.3
    assert bool(x)
    assert not Value(0.0)
    assert not Value(-0.0)
    assert Value(math.nan)


CONVERSIONS = [float, int, complex, math.sin, math.exp, math.floor, math.trunc, np.float64]


@pytest.mark.parametrize("convert", CONVERSIONS, ids=lambda f: f.__name__)
def test_conversion_to_a_plain_number_is_refused_and_names_the_way_out(convert):
    with pytest.raises(TypeError, match=r"'speed'.*gradient.*\.data.*autograd\.sin"):
        convert(Value(0.5, label="speed"))


OTHER_CONVERSIONS = {
    "array of floats": lambda v: np.array([v], dtype=float),
    "item of an array": lambda v: operator.setitem(np.zeros(1), 0, v),
    "math.fsum": lambda v: math.fsum([v]),
    "cmath.sin": cmath.sin,
    "Decimal": Decimal,
    "Fraction": Fraction,
}


@pytest.mark.parametrize("name", OTHER_CONVERSIONS)
def test_no_other_conversion_drops_the_gradient_in_silence(name):
    with pytest.raises((TypeError, ValueError)):
        OTHER_CONVERSIONS[name](Value(0.5))


def test_a_value_is_no_index():
    with pytest.raises(TypeError):
        [1, 2, 3][Value(1.0)]
    with pytest.raises(TypeError):
        range(Value(3.0))
