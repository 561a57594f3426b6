"""Choices by numbers of a call: the same floats as list accesses, from memory, on every backend."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, compile, grad, take
from autograd.program.schedule import scheduled
from autograd.program.stages import Choices
from nn import cross_entropy

few = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NUMBERS = st.sampled_from([-0.0, 0.0, 1.0, -2.5, 1e300, math.inf, -math.inf, math.nan])


def same(found, wanted):
    """Tell whether numbers are the same bits; one nan is as good as another."""
    found, wanted = np.array(found, float), np.array(wanted, float)
    signs = np.signbit(found) == np.signbit(wanted)
    return found.shape == wanted.shape and bool(
        np.all(((found == wanted) & signs) | (np.isnan(found) & np.isnan(wanted)))
    )


@few
@given(st.data())
def test_a_table_gives_the_very_numbers_for_one_call_and_in_batches(backend, data):
    count, width = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 9))
    row = st.lists(NUMBERS, min_size=width, max_size=width)
    numbers = data.draw(st.lists(row, min_size=count, max_size=count))
    rows = [[Value(x) for x in row] for row in numbers]
    places = st.lists(st.integers(0, count - 1), min_size=1, max_size=20)
    chosen, last = data.draw(places), data.draw(st.integers(0, count - 1))

    def f(indices, last):
        return [take(rows, i) for i in (*indices, last)]

    assert same(compile(f, backend=backend)(chosen, last), [numbers[i] for i in (*chosen, last)])
    batch = compile(lambda i: take(rows, i), in_axes=0, backend=backend)
    assert same(np.transpose(batch(chosen)), [numbers[i] for i in chosen])
    items = np.array(numbers)[:, 0] + np.zeros((len(chosen), 1))  # items of each example
    own = compile(take, in_axes=(0, 0), backend=backend)
    assert same(own(items, chosen), [items[0, i] for i in chosen])
    shared = compile(take, in_axes=(0, None), backend=backend)
    assert same(shared(items, last), items[:, last])


def mixed(numbers, indices):
    """A function of numbers that chooses among sums, rows, one row twice, and by a sum."""
    x, y = numbers
    row = {"a": x * y, "b": [ag.sin(x), y]}
    rows = [row, {"a": y**3, "b": [x, ag.exp(y)]}, row, {"a": 1.5, "b": [x * x * x, 2.0]}]
    total = 0.0
    for i, j in indices:
        found, other = take(rows, i), take(rows, (i + j) * 0.5)
        total = total + found["a"] * take(found["b"], j) + ag.tanh(other["b"][1])
    return total * take([x, y], indices[0][1])


PAIRS = st.lists(st.sampled_from([(0, 0), (1, 1), (2, 0), (3, 1)]), min_size=1, max_size=3)


@few
@given(PAIRS)
def test_derivatives_to_third_order_are_those_of_list_accesses(backend, indices):
    def orders(f):
        first = grad(f)
        return [f, first, grad(first), grad(grad(first))]

    def along(x, indices):
        return [g(x) for g in orders(lambda x: mixed([x, 0.75 * x], indices))]

    plain = along(0.5, indices)
    assert compile(along, backend=backend)(0.5, indices) == pytest.approx(plain, rel=1e-12)
    found, _ = compile(mixed, backend=backend).hessian([0.5, 0.25], indices)[0]
    wanted = ag.hessian(lambda x: mixed([x, 0.25], indices))(0.5)
    assert found[0][0] == pytest.approx(wanted, rel=1e-12)


@few
@given(st.lists(st.integers(0, 4), min_size=1, max_size=40))
def test_gradients_of_a_batch_add_up_where_examples_choose_the_same(backend, chosen):
    rows = [[Value(0.1 * i - 0.2 * j) for j in range(3)] for i in range(5)]
    leaves = [x for row in rows for x in row]
    loss = compile(lambda i: cross_entropy(take(rows, i), 1), in_axes=0, backend=backend)
    loss.backward(chosen)
    found = [leaf.grad for leaf in leaves]
    for leaf in leaves:
        leaf.grad = 0.0
    (ag.sum([cross_entropy(rows[i], 1) for i in chosen]) / len(chosen)).backward()
    assert found == pytest.approx([leaf.grad for leaf in leaves], rel=1e-13, abs=1e-15)


def test_a_nan_that_is_not_chosen_leaves_no_trace(any_backend):
    table = [Value(math.nan), Value(2.0), Value(-0.0)]
    c = compile(lambda i: take(table, i) * 3.0, backend=any_backend)
    assert c.backward(1) == 6.0
    assert [leaf.grad for leaf in table] == [0.0, 3.0, 0.0]
    assert math.copysign(1.0, c(2)) == -1.0  # as a list access
    assert math.isnan(c(0))


def test_one_item_needs_the_index_all_the_same(any_backend):
    c = compile(lambda x, i: take([x], i), backend=any_backend)
    assert c(2.5, 0) == 2.5
    with pytest.raises(IndexError, match="the index i is 1, and the indices are 0 to 0"):
        c(2.5, 1)


def test_a_lookup_is_one_operation_for_each_number_of_a_row():
    table = [[Value(1.0) for _ in range(16)] for _ in range(1000)]
    c = compile(lambda i, j: ag.dot(take(table, i), take(table, j)))
    program = c.program("value", 1, 2)
    assert len(program.instructions) == 2 + 2 * 16 + 1
    (stage,) = [stage for stage in scheduled(program).before if isinstance(stage, Choices)]
    assert (stage.items.height, stage.items.width) == (16, 1000)  # for both, one table
