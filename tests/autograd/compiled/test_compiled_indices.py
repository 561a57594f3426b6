"""Whole numbers that choose in compiled functions: list accesses, checked, on every backend."""

from __future__ import annotations

import ctypes
import math
import random
import re
import shutil
import subprocess
from importlib.util import find_spec
from itertools import pairwise

import numpy as np
import pytest

import autograd as ag
from autograd import StaleProgramError, TracingError, Value, compile, take
from nn import cross_entropy

LETTERS, WIDTH = 5, 3


def table_of(seed=0):
    rng = random.Random(seed)
    return [[Value(rng.gauss(0.0, 1.0)) for _ in range(WIDTH)] for _ in range(LETTERS)]


def surprise(rows, ids):
    """A small language model as plain Python, which takes ints as well as Values."""
    total = 0.0
    for before, after in pairwise(ids):
        state = [ag.tanh(x) for x in take(rows, before)]
        scores = [sum(x * s for x, s in zip(row, state)) for row in rows]
        total = total + ag.logsumexp(scores) - take(scores, after)
    return total


def eager(rows, ids):
    for row in rows:
        for x in row:
            x.grad = 0.0
    loss = surprise(rows, ids)
    loss.backward()
    return [loss.data, *(x.grad for row in rows for x in row)]


def test_one_program_serves_all_texts_of_one_length(any_backend, quick_xla):
    rows, rng = table_of(), random.Random(1)
    loss = compile(lambda ids: surprise(rows, ids), backend=any_backend)
    for _ in range(6):
        ids = [rng.randrange(LETTERS) for _ in range(4)]
        wanted = eager(rows, ids)
        for row in rows:
            for x in row:
                x.grad = 0.0
        found = [loss.backward(ids), *(x.grad for row in rows for x in row)]
        assert found == pytest.approx(wanted, rel=1e-13, abs=1e-15)
    assert repr(loss).count("1 program") == 1


def test_derivatives_to_any_order(any_backend, quick_xla):
    def f(x, i):
        return take([x[0] * x[1], x[0] ** 3, ag.exp(x[1])], i) * x[1]

    c = compile(f, backend=any_backend)
    for i in range(3):
        plain = compile(lambda x, i=i: f(x, i), backend=any_backend)
        value, (slopes, none) = c.value_and_grad([1.5, 0.5], i)
        assert none == 0.0
        assert (value, slopes) == plain.value_and_grad([1.5, 0.5])
        by_x, _ = c.hessian([1.5, 0.5], i)
        assert [line for line, _ in by_x] == plain.hessian([1.5, 0.5])
        third = ag.grad(lambda x, i=i: ag.hessian(f)([x, 0.5], Value(float(i)))[0][0])(1.5)
        assert third == pytest.approx([0.0, 3.0, 0.0][i])


def test_a_batch_of_indices_chooses_for_each_example(any_backend):
    table = np.arange(15.0).reshape(5, 3)
    c = compile(lambda i, j: take(take(table, i + 1), j), in_axes=(0, None), backend=any_backend)
    ids = np.array([3, 0, 2, 2])
    assert c(ids, 1).tolist() == table[ids + 1, 1].tolist()
    many = np.arange(1000) % 4
    assert c(many, 2).tolist() == table[many + 1, 2].tolist()
    with pytest.raises(IndexError, match="the index that is computed of example 700 is 5, and"):
        c(np.where(np.arange(1000) == 700, 4, many), 2)
    with pytest.raises(IndexError, match=r"the index j is -1, .* 0 to 2; it does not"):
        c(ids, -1)


@pytest.mark.parametrize(
    ("bad", "error", "said"),
    [
        (5, IndexError, "take: the index ids[1] is 5, and the indices are 0 to 4"),
        (-1, IndexError, "take: the index ids[1] is -1, and the indices are 0 to 4; it does not"),
        (0.5, TypeError, "take: the index ids[1] must be a whole number, not 0.5"),
        (math.nan, TypeError, "take: the index ids[1] must be a whole number, not nan"),
    ],
)
def test_an_index_that_is_no_place_is_refused(bad, error, said, backend):
    rows = table_of()
    c = compile(lambda ids: surprise(rows, ids), backend=backend)
    for call in (c, c.value_and_grad, c.backward):
        with pytest.raises(error, match=re.escape(said)):
            call([0, bad, 2])
    assert not any(x.grad for row in rows for x in row)
    assert c([0, 1, 2]) == pytest.approx(surprise(rows, [0, 1, 2]).data)
    alone = compile(lambda token: take([1.0, 2.0], token), backend=backend)
    assert [alone(0), alone(0.0), alone(1.0), alone(1.0), alone(1.0)] == [1.0, 1.0, 2.0, 2.0, 2.0]
    with pytest.raises(IndexError, match="the index token is 2"):
        alone(2.0)


def test_an_index_that_is_computed_is_checked_beside_long_sums(any_backend):
    weights, table = [Value(0.1 * k) for k in range(20)], [0.0, 10.0, 20.0]

    def f(xs, i):
        before = sum(w * x for w, x in zip(weights, xs))  # which becomes one operation
        return before + take(table, i + sum(x * x for x in xs) - 20.0)

    c, ones = compile(f, backend=any_backend), [1.0] * 20
    assert [c(ones, i) for i in range(3)] == pytest.approx([19.0, 29.0, 39.0])
    with pytest.raises(IndexError, match="the index that is computed is 3"):
        c(ones, 3)


def test_infinite_items_that_are_not_chosen_leave_no_trace(any_backend):
    c = compile(lambda x, i: take([x[0], x[1], 2.0], i), backend=any_backend)
    x = [math.inf, 3.0]
    assert c.value_and_grad(x, 1) == (3.0, ([0.0, 1.0], 0.0))
    assert c.value_and_grad(x, 0) == (math.inf, ([1.0, 0.0], 0.0))


def test_class_targets_take_the_same_path(any_backend, quick_xla):
    logits = [0.5, -1.0, 2.0]
    c = compile(cross_entropy, backend=any_backend)
    for target in range(3):
        value, (slopes, _) = c.value_and_grad(logits, target)
        exps = np.exp(logits)
        assert value == pytest.approx(float(np.log(exps.sum())) - logits[target], rel=1e-14)
        assert slopes == pytest.approx(list(exps / exps.sum() - np.eye(3)[target]), rel=1e-13)
    with pytest.raises(IndexError, match="the index targets is 3, and the indices are 0 to 2"):
        c(logits, 3)


# What would freeze the number into the program is refused, with the way out
FREEZING = {
    "an item": lambda i: [1.0, 2.0][i],
    "a part": lambda i: sum([1.0, 2.0][:i]),
    "a range": lambda i: sum(x for x in range(i)),
    "a repeated list": lambda i: sum([1.0] * i),
}


@pytest.mark.parametrize("name", FREEZING)
def test_a_list_says_to_take(name):
    with pytest.raises(TracingError, match=r"an index was asked of .* 'i'.*autograd\.take\(values"):
        compile(FREEZING[name])(1)


def test_an_equality_says_to_take():
    with pytest.raises(TracingError, match=r"autograd\.take\(values, i\) to choose by a whole"):
        compile(lambda i: 1.0 if i == 3 else 2.0)(1)


def test_a_table_of_another_length_is_another_program():
    rows = table_of()
    c = compile(lambda i: take(rows, i)[0], verify="always")
    assert c(4) == rows[4][0].data
    with pytest.raises(IndexError):
        c(5)
    rows.append([Value(1.0)] * WIDTH)
    assert c(5) == 1.0
    c = compile(lambda i: take(rows, i)[0])
    assert c(5) == 1.0
    del rows[5]
    with pytest.raises(StaleProgramError, match=r"became|is gone|one more"):
        c(4)


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc to compile the C files with")
def test_the_c_text_gives_nan_for_an_index_that_is_no_place(tmp_path):
    c = compile(lambda x, i: take([x[0] * x[1], x[0], x[1]], i))
    c.to_c(tmp_path / "pick.c", [1.0, 2.0], 0)
    library = tmp_path / "pick.so"
    flags = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-shared", "-fPIC"]
    command = ["gcc", *flags, str(tmp_path / "pick.c"), "-o", str(library)]
    subprocess.run(command, check=True)
    pick = ctypes.CDLL(str(library))
    for index in (0, 1, 2, 3, -1, 0.5):
        found = (ctypes.c_double * 4)()
        pick.pick_gradient((ctypes.c_double * 3)(3.0, 7.0, index), None, found)
        if index in (0, 1, 2):
            value, (slopes, none) = c.value_and_grad([3.0, 7.0], index)
            assert list(found) == [value, *slopes, none]
        else:
            assert math.isnan(found[0])


@pytest.mark.skipif(not find_spec("jax"), reason="needs JAX")
def test_a_function_for_jax_gives_nan_for_an_index_that_is_no_place():
    c = compile(lambda i: take([1.0, 2.0], i), in_axes=0)
    outputs, _ = c.to_jax("value", [0.0])(np.array([[1.0], [2.0]]), np.empty(0), np.empty(0))
    assert outputs[0, 0] == 2.0
    assert math.isnan(outputs[1, 0])
