"""Value: what it takes, its operators, comparisons, text, and what it refuses to become."""

from __future__ import annotations

import operator
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from autograd import Value
from autograd.graph import Constant
from tests.in_one_test import in_one_test

NUMBERS = [3, 3.0, True, Fraction(7, 2), np.float32(1.5), np.float64(2.5), np.int64(-4),
           np.uint8(7), np.bool_(True), np.array(3.0), np.array(3)]  # fmt: skip
# what is no number, and words of the way out
REFUSED = [
    ("a", "str 'a'.*float"),
    (b"1", "bytes"),
    (None, "None.*0.0"),
    (1j, "complex.*real and imaginary"),
    (np.complex64(1.0), "complex.*real and imaginary"),
    ([1.0, 2.0], "list of length 2.*one Value per element"),
    ((1.0,), "tuple of length 1.*one Value per element"),
    (np.ones(3), r"array of shape \(3,\).*one Value per element"),
    (np.array([1.0]), r"array of shape \(1,\).*one Value per element"),
    (np.array(["a"])[0], "str"),
    (np.timedelta64(3, "D"), "timedelta64"),
    ({}, "dict"),
    (object(), "object"),
    (len, "builtin_function"),
]


@in_one_test("number", NUMBERS, ids=repr)
def test_takes_real_numbers_of_every_kind_as_floats(number):
    value = Value(number)
    assert type(value.data) is float
    assert value.data == float(number)
    value.data = number
    assert type(value.data) is float
    value.grad = number
    assert type(value.grad) is float


@in_one_test("thing, words", REFUSED)
def test_refuses_what_is_no_number_and_says_what_to_do(thing, words):
    with pytest.raises(TypeError, match=words):
        Value(thing)
    leaf = Value(1.0)
    with pytest.raises(TypeError, match=words):
        leaf.data = thing
    assert leaf.data == 1.0
    with pytest.raises(TypeError, match=words):
        leaf.grad = thing
    assert not leaf.has_grad
    with pytest.raises(TypeError, match=words):
        leaf.backward(gradient=thing)
    assert not leaf.has_grad


def test_refuses_a_value_and_says_what_to_use():
    with pytest.raises(TypeError, match=r"is a Value already.*\.data"):
        Value(Value(1.0))
    leaf = Value(1.0)
    with pytest.raises(TypeError, match=r"\.data"):
        leaf.data = Value(2.0)


def test_an_int_too_large_for_a_float_is_an_overflow_error():
    with pytest.raises(OverflowError, match=r"Value.*1\.8e308"):
        Value(10**400)
    with pytest.raises(OverflowError, match=r"Value.*1\.8e308"):
        Value(Fraction(10**400))
    with pytest.raises(OverflowError, match=r"add.*1\.8e308"):
        Value(1.0) + 10**400


def test_label_must_be_text():
    with pytest.raises(TypeError, match="label"):
        Value(1.0, label=3)
    leaf = Value(1.0, label="a")
    with pytest.raises(TypeError, match="label"):
        leaf.label = None
    assert leaf.label == "a"
    leaf.label = ""
    assert leaf.label == ""


def test_a_fresh_leaf():
    leaf = Value(2)
    assert (leaf.data, leaf.grad, leaf.has_grad) == (2.0, 0.0, False)
    assert (leaf.op, leaf.args, leaf.label, leaf.scope) == (None, (), "", "")


@pytest.mark.parametrize("name", ["foo", "gradient", "_previous"])
def test_misspelt_attributes_are_errors(name):
    with pytest.raises(AttributeError):
        getattr(Value(1.0), name)
    with pytest.raises(AttributeError):
        setattr(Value(1.0), name, 1.0)


# Operators

ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
PARTNERS = [2.0, 2, True, Fraction(3, 2), np.float64(2.0), np.float32(1.5), np.int64(3),
            np.array(2.0)]  # fmt: skip


@in_one_test("partner", PARTNERS, ids=repr)
@in_one_test("op", ARITHMETIC, ids=lambda op: op.__name__)
def test_operators_work_both_ways_round(op, partner):
    number = float(partner)
    for result, wanted in [
        (op(Value(3.0), partner), op(3.0, number)),
        (op(partner, Value(3.0)), op(number, 3.0)),
        (op(Value(3.0), Value(number)), op(3.0, number)),
    ]:
        assert type(result) is Value
        assert result.data == wanted
        assert all(type(arg) in (Value, Constant) for arg in result.args)


@in_one_test("op", [*ARITHMETIC, operator.lt, operator.ge], ids=lambda op: op.__name__)
@in_one_test("thing", ["a", None, 1j, [1.0], np.complex64(1.0)], ids=repr)
def test_operators_refuse_what_is_no_number(op, thing):
    with pytest.raises(TypeError):
        op(Value(1.0), thing)
    with pytest.raises(TypeError):
        op(thing, Value(1.0))


def test_operands_are_kept_in_order_and_twice():
    x, y = Value(3.0), Value(4.0)
    assert (x + x).args == (x, x)
    assert (y - x).args == (y, x)
    product = 2 * x
    assert [type(arg) for arg in product.args] == [Constant, Value]
    assert product.op.name == "mul"


def test_unary_operators():
    x = Value(-3.0)
    assert (-x).data == 3.0
    assert abs(x).data == 3.0
    assert +x is x


@pytest.mark.parametrize("op", [operator.iadd, operator.isub, operator.imul, operator.itruediv])
def test_in_place_operators_rebind_and_leave_the_old_value_alone(op):
    x = Value(3.0)
    alias = x
    x = op(x, 2.0)
    assert x is not alias
    assert (alias.data, alias.op, x.args[0]) == (3.0, None, alias)


@in_one_test("op", [operator.floordiv, operator.mod], ids=lambda o: o.__name__)
@in_one_test(
    "pair",
    [(Value(7.0), 2), (7, Value(2.0)), (Value(7.0), Value(2.0)), (np.float64(7.0), Value(2.0)),
     (np.array([7.0]), Value(2.0)), (Value(7.0), np.array([2.0]))],
    ids=["left", "right", "both", "NumPy scalar", "array left", "array right"],
)  # fmt: skip
def test_floor_division_and_remainder_are_refused_both_ways_round(op, pair):
    with pytest.raises(TypeError, match=r"// and % .*derivative.*\.data"):
        op(*pair)


def test_divmod_is_refused():
    with pytest.raises(TypeError, match="// and %"):
        divmod(Value(7.0), 2)
    with pytest.raises(TypeError, match="// and %"):
        divmod(7, Value(2.0))


# Methods made from the rows


def test_what_rules_alone_apply_is_no_method(row):
    assert hasattr(Value, row.name) is row.method


def test_every_row_of_one_argument_is_a_method(row):
    if row.arity == 1 and row.method:
        x = Value(0.5 if row.name != "acosh" else 1.5)
        result = getattr(x, row.name)()
        assert (result.op, result.args) == (row, (x,))
        assert result.data == row(x.data)


@in_one_test("count", [0, 9])
def test_a_wrong_number_of_arguments_is_a_type_error_that_names_the_row(row, count):
    if not row.variadic:
        with pytest.raises(TypeError, match=rf"{row.name} takes .*{row.arity}.* got {count}"):
            row(*[1.0] * count)


@in_one_test("thing, words", REFUSED[:7])
def test_functions_refuse_what_is_no_number(row, thing, words):
    size = 2 if row.variadic else row.arity
    for first in (1.0, Value(1.0)):
        operands = ([first] * size)[: size - 1]
        with pytest.raises(TypeError, match=words):
            row(*operands, thing)


def test_constants_are_floats_without_gradient():
    constant = (Value(1.0) + 2).args[1]
    assert isinstance(constant, float)
    assert (constant, constant.data, constant.grad, constant.has_grad) == (2.0, 2.0, 0.0, False)
    assert (constant.op, constant.args, constant.label, constant.scope) == (None, (), "", "")


def test_dir_lists_what_is_loaded_when_it_is_first_used():
    program = "import autograd; print(*(set(autograd.__all__) - set(dir(autograd))))"
    run = [sys.executable, "-c", program]
    assert subprocess.run(run, capture_output=True, text=True, check=True).stdout == "\n"


@pytest.mark.parametrize(
    ("more", "named"),
    [(("", (), "+"), {}), (((1, 2),), {}), ((), {"_children": ()}), ((), {"_op": "+"})],
)
def test_what_micrograds_value_takes_as_well_is_refused_with_the_way_out(more, named):
    with pytest.raises(TypeError, match=r"a label; the operands .*autograd\.primitive"):
        Value(1.0, *more, **named)


def test_an_argument_that_value_does_not_have_is_named():
    with pytest.raises(TypeError, match="takes a number and a label, and no 'lable'"):
        Value(1.0, lable="x")
