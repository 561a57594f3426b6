"""take: a list access by an int, nodes where the index is a Value, and what both refuse."""

from __future__ import annotations

import re
from math import inf, isnan, nan

import numpy as np
import pytest

from autograd import Value, check_gradients, exp, grad, gradients, hessian, take


def test_an_int_gives_the_very_item():
    a, b = Value(1.0), Value(2.0)
    rows = [[a, b], [b, a]]
    assert take([a, b], 1) is b
    assert take((a, b), np.int64(0)) is a
    assert take([a, b], 1.0) is b
    assert take(rows, 1) is rows[1]
    assert take(["x", "y"], 0) == "x"
    assert take(np.eye(3), 2).tolist() == [0.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("index", "error", "said"),
    [
        (3, IndexError, "take: the index is 3, and the indices are 0 to 2"),
        (-1, IndexError, "take: the index is -1, and the indices are 0 to 2; it does not count"),
        (10**400, IndexError, "and the indices are 0 to 2"),
        (1.5, TypeError, "take: the index must be a whole number, not 1.5"),
        (nan, TypeError, "take: the index must be a whole number, not nan"),
        (-inf, TypeError, "take: the index must be a whole number, not -inf"),
        ("1", TypeError, "take: the index takes a real number, not the str '1'"),
        (None, TypeError, "take: the index takes a real number, not None"),
    ],
)
def test_other_indices_are_refused(index, error, said):
    with pytest.raises(error, match=re.escape(said)):
        take([1.0, 2.0, 3.0], index)


@pytest.mark.parametrize("index", [0, Value(0.0)])
def test_of_no_items_nothing_can_be_taken(index):
    with pytest.raises(IndexError, match="there is no item"):
        take([], index)


@pytest.mark.parametrize("values", ["abc", {0: 1.0}, {1.0}, 3.0, None])
def test_what_is_no_list_is_refused(values):
    with pytest.raises(TypeError, match="take: values must be a list of items, not"):
        take(values, 0)


def test_a_value_chooses_by_its_number_and_gets_no_gradient():
    values = [Value(2.0), Value(inf), Value(-3.0)]
    index = Value(2.0, label="token")
    chosen = take(values, index)
    (chosen * chosen).backward()
    assert chosen.data == -3.0
    assert [value.grad for value in values] == [0.0, 0.0, -6.0]
    assert index.grad == 0.0
    with pytest.raises(IndexError, match=r"take: the index token is 3, .* 0 to 2"):
        take(values, Value(3.0, label="token"))


def test_the_graph_follows_an_index_that_changes():
    values, index = [Value(2.0), Value(5.0)], Value(0.0)
    chosen = take(values, index)
    index.data = 1.0
    assert chosen.forward().data == 5.0
    index.data = 2.0  # a recorded graph refuses nothing: it has a number for every number
    assert isnan(chosen.forward().data)


def test_rows_of_any_structure_and_their_derivatives_to_any_order():
    def f(x, y):
        rows = [{"a": x * y, "b": [1.0]}, {"a": exp(x), "b": [y**3]}]
        row = take(rows, Value(1.0))
        return row["a"] * row["b"][0]

    found = hessian(f, (0, 1))(0.5, 2.0)
    e = float(np.exp(0.5))
    assert np.array(found) == pytest.approx(np.array([[8 * e, 12 * e], [12 * e, 12 * e]]))
    assert grad(grad(grad(lambda x: f(x, x))))(0.0) == pytest.approx(6.0)  # exp(x) * x**3
    check_gradients(lambda x: f(x, 2.0), 0.5)


def test_arrays_of_values_are_taken_row_by_row():
    table = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
    row = take(table, Value(1.0))
    assert [value.data for value in row] == [3.0, 4.0]
    assert gradients(row[1], list(table[1])) == [0.0, 1.0]


def test_rows_that_differ_in_structure_are_refused_for_a_value():
    rows = [[1.0, 2.0], [1.0]]
    assert take(rows, 1) == [1.0]
    with pytest.raises(ValueError, match=r"values\[1\] is \[a number\] and values\[0\] \[a number"):
        take(rows, Value(1.0))
    with pytest.raises(TypeError, match=r"take: values\[0\] takes a real number, not the str 'a'"):
        take(["a", "b"], Value(1.0))
