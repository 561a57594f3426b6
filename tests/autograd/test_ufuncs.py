"""NumPy and Values: ufuncs, scalars and arrays both ways round, object arrays."""

from __future__ import annotations

import operator
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import autograd as ag
from autograd import Value, primitive
from autograd.primitive import TABLE
from tests.in_one_test import in_one_test

ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
NUMBERS = np.array([1.5, 2.5, 0.5])


def data(values):
    return [value.data for value in np.ravel(values)]


def has_ufunc(row):
    return isinstance(getattr(np, row.ufunc or "", None), np.ufunc) and not row.variadic


def has_loop_for_objects(row):
    # Of objects sign gives ints and a comparison bools; logaddexp has no loop for them
    return row.name not in {"sign", "logaddexp"} and "OO->?" not in getattr(np, row.ufunc).types


def test_the_ufunc_of_a_row_records_that_row(row, points):
    if has_ufunc(row):
        point = points[0]
        result = getattr(np, row.ufunc)(*map(Value, point))
        assert (result.op, result.data) == (row, row.forward(*point))
        mixed = getattr(np, row.ufunc)(*point[:-1], Value(point[-1]))
        assert mixed.op is row


def test_the_ufunc_of_a_row_maps_over_object_arrays(row, points):
    if has_ufunc(row) and has_loop_for_objects(row):
        columns = [np.array([Value(x) for x in column]) for column in zip(*points[:3], strict=True)]
        result = getattr(np, row.ufunc)(*columns)
        assert result.dtype == object
        assert data(result) == [row.forward(*point) for point in points[:3]]
        assert all(type(value) is Value for value in result)


def test_functions_map_over_arrays_of_numbers_and_of_values(row, points):
    if not row.variadic:
        columns = [np.array(column) for column in zip(*points[:3], strict=True)]
        wanted = [row.forward(*point) for point in points[:3]]
        numbers = row(*columns)
        assert numbers.dtype == np.float64
        assert list(numbers) == wanted
        values = row(*columns[:-1], np.array([Value(x) for x in columns[-1]]))
        assert data(values) == wanted


def test_functions_broadcast_and_keep_shapes():
    result = ag.maximum(np.array([[1.0], [4.0]]), np.array([Value(2.0), Value(3.0)]))
    assert result.shape == (2, 2)
    assert data(result) == [2.0, 3.0, 4.0, 4.0]
    assert ag.exp(np.zeros((0, 2))).shape == (0, 2)


@pytest.mark.parametrize("op", ARITHMETIC, ids=lambda op: op.__name__)
def test_arrays_of_numbers_with_a_value_both_ways_round(op):
    v = Value(2.0)
    for result, wanted in [(op(NUMBERS, v), op(NUMBERS, 2.0)), (op(v, NUMBERS), op(2.0, NUMBERS))]:
        assert (result.dtype, result.shape) == (object, (3,))
        assert data(result) == pytest.approx(list(wanted), rel=1e-15)


@in_one_test("scalar", [np.float64(2), np.float32(2), np.int64(2), np.array(2.0)])
@in_one_test("op", [operator.lt, operator.le, operator.gt, operator.ge])
def test_comparisons_with_numpy_scalars_record_nodes(op, scalar):
    for result, wanted in [(op(scalar, Value(3.0)), op(2, 3)), (op(Value(3.0), scalar), op(3, 2))]:
        assert result.op is not None
        assert result.data == float(wanted)


@pytest.mark.parametrize("op", [operator.lt, operator.le, operator.gt, operator.ge])
def test_comparisons_with_arrays_record_nodes(op):
    for result, wanted in [(op(NUMBERS, Value(1.5)), op(NUMBERS, 1.5)),
                           (op(Value(1.5), NUMBERS), op(1.5, NUMBERS))]:  # fmt: skip
        assert all(node.op is not None for node in result)
        assert data(result) == list(wanted)


def test_equality_stays_identity_and_says_so():
    v = Value(2.0, label="v")
    with pytest.warns(UserWarning, match=r"compare v\.data == 2\.0"):
        assert not np.float64(2.0) == v  # noqa: SIM201 - the operator is what is tested
    with pytest.warns(UserWarning, match="is False whatever the data"):
        assert not v == np.float64(2.0)  # noqa: SIM201
    with pytest.warns(UserWarning, match="is False whatever the data"):
        assert not any(np.array([2.0]) == v)


def test_the_text_of_a_row_for_numpy_is_no_method():
    row = primitive("leaked", lambda x: x, lambda g, out, x: g, numpy="pi", ufunc="")
    assert row.ufunc == ""
    assert not hasattr(Value(3.0), "pi")


def test_another_name_of_a_row_is_a_function_of_numpy(row):
    assert row.ufunc in {"", row.name} or isinstance(getattr(np, row.ufunc), np.ufunc)


def test_matrix_products():
    x = np.array([Value(3.0), Value(4.0)])
    weights = np.array([[1.0, 2.0], [5.0, 6.0], [7.0, 8.0]])
    outputs = weights @ x
    assert data(outputs) == [11.0, 39.0, 53.0]
    assert data(x @ weights.T) == [11.0, 39.0, 53.0]
    outputs[1].backward()
    assert [value.grad for value in x] == [5.0, 6.0]
    values = np.array([[Value(w) for w in row] for row in weights])
    assert data(values @ np.array([3.0, 4.0])) == [11.0, 39.0, 53.0]


def test_reductions_of_object_arrays():
    values = np.array([Value(3.0), Value(4.0)])
    assert values.sum().data == 7.0
    assert values.prod().data == 12.0
    assert np.mean(values).data == 3.5
    assert np.linalg.norm(values).data == 5.0
    assert np.max(values) is values[1]
    assert np.add(values[0], values[1], out=np.empty((), object)).data == 7.0


def test_a_ufunc_without_a_row_uses_operators_and_methods():
    v = Value(3.0)
    square = np.square(v)
    square.backward()
    assert (square.data, v.grad) == (9.0, 6.0)
    assert np.reciprocal(Value(4.0)).data == 0.25


@pytest.mark.parametrize("ufunc", [np.log2, np.cbrt, np.isnan, np.bitwise_and, np.floor])
def test_a_ufunc_that_cannot_work_is_a_type_error(ufunc):
    with pytest.raises(TypeError):
        ufunc(*[Value(3.0)] * ufunc.nin)


@pytest.mark.parametrize("bounds", [(0.0, 1.0), (0.0, 5.0), (3.0, 5.0)], ids=str)
def test_numpy_clip_is_clip(bounds):
    v = Value(2.0)
    result = np.clip(v, *bounds)
    assert result.op is ag.clip
    assert result.data == np.clip(2.0, *bounds)


def test_functions_of_sequences_take_arrays():
    values = np.array([Value(3.0), Value(4.0)])
    assert ag.dot(np.array([1.0, 2.0]), values).data == 11.0
    assert ag.sum(values).data == 7.0
    assert ag.norm(values).data == 5.0
    assert ag.dot(np.ones(2), np.ones(2)) == 2.0


BINARY = sorted(name for name, row in TABLE.items() if row.arity == 2 and row.method)


@in_one_test("name", BINARY)
def test_a_method_with_the_name_of_a_row_is_that_row(name):
    assert getattr(Value(3.0), name)(2.0).op is TABLE[name]


def test_maximum_as_a_method_has_its_derivative():
    x = Value(3.0)
    x.maximum(2.0).backward()
    assert x.grad == 1.0


@pytest.mark.parametrize("number", [Fraction(2), Decimal(2), 2j, np.float32(2.0)], ids=repr)
def test_every_kind_of_number_is_told_that_equality_is_identity(number):
    for compare in (lambda v: v == number, lambda v: number == v):
        with pytest.warns(UserWarning, match="is False whatever the data, and != is True"):
            assert not compare(Value(2.0))
