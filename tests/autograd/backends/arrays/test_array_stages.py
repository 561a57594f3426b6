"""Stages on the backends on arrays: each kind, regular and irregular, on batches of any size."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest

from autograd import primitive
from autograd.primitives import (
    add,
    add_n,
    dot,
    exp,
    guarded_dot,
    guarded_mul,
    hypot,
    largest,
    mul,
    relu,
    sub,
    tanh,
)  # fmt: skip
from autograd.program.schedule import scheduled
from autograd.program.stages import Dots, Fold, Memory, Product, SummedProduct, SummedRows

pytestmark = pytest.mark.usefixtures("quick_xla")


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def stages(program, kind):
    schedule = scheduled(program)
    every = (*schedule.before, *schedule.body, *schedule.reductions)
    return [stage for stage in every if isinstance(stage, kind)]


def network(draw, width=5):
    """Draw a layer of neurons, weights and bias in turn, and its gradient summed over the batch."""
    inputs = len(draw.x)
    neurons = [draw.p[k * (inputs + 1) : (k + 1) * (inputs + 1)] for k in range(width)]
    sums = [draw(add, draw(dot, *weights, *draw.x), bias) for *weights, bias in neurons]
    outputs = [draw(tanh, s) for s in sums]
    slopes = [draw(sub, draw.c[0], draw(mul, y, y)) for y in outputs]
    back = [draw(guarded_dot, *slopes, *(neuron[k] for neuron in neurons)) for k in range(inputs)]
    gradient = [draw(guarded_mul, slope, x) for slope in slopes for x in draw.x] + slopes
    return draw.program([*outputs, *back], gradient)


@pytest.mark.parametrize("count", [1, 7, 1000])
def test_a_layer_and_its_gradient_are_matrix_products(count, drawn, matches_interpreter):
    program = network(drawn(examples=4, parameters=25, constants=[1.0]))
    assert {stage.guarded for stage in stages(program, Product)} == {False, True}
    assert len(stages(program, SummedProduct)) == 1
    matches_interpreter(program, numbers(count, 4), parameters=numbers(25))


def test_a_batch_beyond_any_block(drawn, run):
    draw = drawn(examples=4, parameters=25, constants=[1.0])
    X, P = numbers(100_003, 4), numbers(25)
    outputs, sums = run(network(draw), X, parameters=P)
    weights = P.reshape(5, 5)
    Y = np.tanh(X @ weights[:, :4].T + weights[:, 4])
    slopes = 1.0 - Y * Y
    np.testing.assert_allclose(outputs, np.hstack([Y, slopes @ weights[:, :4]]), atol=1e-13)
    np.testing.assert_allclose(sums, np.concatenate([(slopes.T @ X).ravel(), slopes.sum(0)]))


def test_no_examples_give_no_outputs_and_sums_of_zero(drawn, run):
    draw = drawn(examples=4, parameters=25, constants=[1.0])
    outputs, sums = run(network(draw), [], parameters=numbers(25))
    assert outputs.shape == (0, 9)
    assert sums.tolist() == [0.0] * 25


@pytest.mark.parametrize("count", [1, 6])
def test_a_convolution_and_its_gradient(count, drawn, matches_interpreter):
    draw = drawn(examples=16, parameters=8)  # a picture of 4 x 4, two kernels of 2 x 2
    pixels = np.array(draw.x).reshape(4, 4)
    kernels = draw.p[:4], draw.p[4:]
    windows = [pixels[i : i + 2, j : j + 2].ravel() for i in range(3) for j in range(3)]
    maps = [[draw(dot, *kernel, *window) for window in windows] for kernel in kernels]
    slopes = [[draw(relu, y) for y in outputs] for outputs in maps]
    gradient = [
        draw(guarded_dot, *slope, *(window[k] for window in windows))
        for slope in slopes
        for k in range(4)
    ]
    program = draw.program([y for outputs in maps for y in outputs], gradient)
    assert any(stage.right.strides is None for stage in stages(program, Product))
    assert any(stage.left.width == 9 for stage in stages(program, SummedProduct))
    matches_interpreter(program, numbers(count, 16), parameters=numbers(8))


@pytest.mark.parametrize("count", [1, 6])
@pytest.mark.parametrize("op", [dot, guarded_dot])
def test_products_of_two_tables_that_both_vary(count, op, drawn, matches_interpreter):
    draw = drawn(examples=18)
    queries, keys = np.array(draw.x[:9]).reshape(3, 3), np.array(draw.x[9:]).reshape(3, 3)
    program = draw.program([draw(op, *q, *k) for q in queries for k in keys.T])
    assert stages(program, Product)
    matches_interpreter(program, numbers(count, 18))


def test_products_of_shared_numbers_are_computed_before_the_examples(drawn, matches_interpreter):
    draw = drawn(examples=1, shared=4, parameters=8)
    lines = np.array(draw.p).reshape(4, 2)
    product = [draw(dot, *line, *pair) for line in lines for pair in (draw.s[:2], draw.s[2:])]
    square = draw(dot, *draw.p, *draw.p)
    program = draw.program([draw(mul, draw.x[0], y) for y in (*product, square)], [square])
    assert len(scheduled(program).before) == 2
    matches_interpreter(program, numbers(5, 1), numbers(4), numbers(8))


@pytest.mark.parametrize("bad", [inf, -inf, nan])
@pytest.mark.parametrize("first_varies", [True, False])
@pytest.mark.parametrize("lines", [1, 4])
def test_zeros_win_in_guarded_products_only(lines, first_varies, bad, drawn, matches_interpreter):
    for op in (dot, guarded_dot):
        draw = drawn(examples=2, parameters=2 * lines)
        tables = [draw.x], np.array(draw.p).reshape(lines, 2).tolist()
        if not first_varies:
            tables = tables[::-1]
        program = draw.program([draw(op, *a, *b) for a in tables[0] for b in tables[1]])
        assert stages(program, Product if lines == 4 else Dots)
        zeros, others = [[0.0, 1.0]] * 3 + [[2.0, -0.0]], [bad, 2.0] * lines
        if first_varies:
            matches_interpreter(program, zeros, parameters=others)
        else:
            matches_interpreter(program, [[bad, 3.0], [1.0, bad]], parameters=[0.0, 1.0] * lines)


@pytest.mark.parametrize("bad", [inf, nan])
def test_zeros_win_in_guarded_sums_over_the_batch(bad, drawn, matches_interpreter):
    draw = drawn(examples=4)
    gradient = [draw(guarded_mul, g, x) for g in draw.x[:2] for x in draw.x[2:]]
    lefts, rights = (draw.x[1::-1], draw.x[:2]), (draw.x[:1:-1], draw.x[2:])
    twice = [draw(guarded_dot, *left, *right) for left in lefts for right in rights]
    program = draw.program([], [*gradient, *twice])
    assert {stage.left.width for stage in stages(program, SummedProduct)} == {1, 2}
    matches_interpreter(program, [[0.0, 1.0, bad, 2.0], [3.0, 0.0, 1.0, 5.0]])
    matches_interpreter(program, [[0.0, 1.0, 4.0, bad], [3.0, 0.0, 1.0, 5.0]])


def test_sums_count_what_all_examples_share_once_each(drawn, run):
    draw = drawn(examples=1, shared=1)
    both = draw(add, *draw.x, *draw.s)
    program = draw.program([], [both, *draw.s, *draw.x, *draw.x])
    assert {stage.rows.memory for stage in stages(program, SummedRows)} == set(Memory)
    _, sums = run(program, [[1.0], [2.0], [4.0]], shared=[10.0])
    assert sums.tolist() == [37.0, 30.0, 7.0, 7.0]


def test_terms_of_one_sum_are_all_added(drawn, run):
    draw = drawn(examples=4)
    of_rows, of_products = draw(add, *draw.x[:2]), draw(guarded_mul, *draw.x[2:])
    both = draw(add, of_products, draw(guarded_mul, draw.x[2], draw.x[1]))
    program = draw.program([], [of_rows, both])
    assert [stage.into for stage in stages(program, SummedRows)] == [(0, 0, 1, 1)]
    _, sums = run(program, [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]])
    assert sums.tolist() == [14.0, 3.0 * 4.0 + 3.0 * 2.0 + 7.0 * 8.0 + 7.0 * 6.0]


def test_outputs_in_any_order_and_more_than_once(drawn, run):
    draw = drawn(examples=2, shared=1, constants=[5.0])
    total = draw(add, *draw.x)
    program = draw.program([total, *draw.c, draw.x[1], *draw.s, total, draw.x[0]])
    outputs, _ = run(program, [[1.0, 2.0], [3.0, 4.0]], shared=[7.0])
    assert outputs.tolist() == [[3.0, 5.0, 2.0, 7.0, 3.0, 1.0], [7.0, 5.0, 4.0, 7.0, 7.0, 3.0]]


@pytest.mark.parametrize("count", [1, 3])
def test_irregular_rows_are_gathered(count, drawn, matches_interpreter):
    draw = drawn(examples=6, parameters=6)
    places = [3, 0, 5, 1, 1, 4]
    gathered = [draw(mul, draw.x[a], draw.p[b]) for a, b in zip(places, places[::-1])]
    backwards = [draw(sub, a, b) for a, b in zip(gathered, gathered[::-1])]
    same = [draw(add, draw.x[2], g) for g in backwards]
    program = draw.program([draw(exp, s) for s in same], same)
    matches_interpreter(program, numbers(count, 6), parameters=numbers(6))


@pytest.mark.parametrize("op", [add_n, hypot, largest])
def test_folds(op, drawn, matches_interpreter):
    draw = drawn(examples=7, shared=7)
    lines = [
        np.roll(variables, k)[:width].tolist()
        for width in (1, 2, 7)
        for variables in (draw.x, draw.s)
        for k in (0, 3)
    ]
    program = draw.program([draw(op, *line) for line in lines])
    assert len(stages(program, Fold)) == 6
    matches_interpreter(program, numbers(3, 7), numbers(7))


def test_folds_of_users(drawn, matches_interpreter):
    squares = primitive(
        "squares", lambda *xs: sum([x * x for x in xs], 0.0), None,
        variadic=True, numpy="x + y * y", c="x + y * y", special=((),),
    )  # fmt: skip
    distance = primitive(
        "distance", lambda *xs: sum([abs(x - y) for x, y in zip(xs[:2], xs[2:])], 0.0), None,
        variadic=True, numpy="x + absolute(y - z)", c="x + fabs(y - z)",
    )  # fmt: skip
    highest = primitive(
        "highest", lambda *xs: max([0.0, *xs]), None,
        variadic=True, numpy="maximum", c="fmax", special=((),),
    )  # fmt: skip
    draw = drawn(examples=4)
    program = draw.program([draw(op, *draw.x) for op in (squares, distance, highest)])
    matches_interpreter(program, [[-1.0, -2.0, -3.0, -4.0], [1.0, -2.0, 3.0, 5.0]])
