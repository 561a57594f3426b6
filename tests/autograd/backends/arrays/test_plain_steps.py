"""What NumPy's steps leave out: guards, signs of zeros, additions of biases. The results stay."""

from __future__ import annotations

import random
import warnings
from itertools import chain
from math import inf, nan

import numpy as np
import pytest

from autograd import Descent, Value, compile
from autograd.backends.numpy import build
from autograd.backends.numpy.biases import with_ones
from autograd.backends.numpy.workspace import Buffers, Plan, Variant
from autograd.primitives import (
    add,
    div,
    dot,
    equal,
    gate,
    guarded_dot,
    guarded_mul,
    mul,
    neg,
    relu,
    sub,
    where,
)
from autograd.program.interpreter import run as interpreted
from autograd.program.schedule import scheduled
from autograd.program.stages import Elementwise, Product, SummedProduct, SummedRows

EXACT = (add, sub, mul, div, neg, relu, gate, where, guarded_mul, guarded_mul)
SPECIAL = (0.0, -0.0, 0.0, 1.0, -1.0, 1e-200, -1e-200, 1e200, inf, -inf, nan)


def random_program(seed, drawn, rows):
    """Return a program with sums, and of half the seeds with outputs, that computes by the rows."""
    rng = random.Random(seed)
    draw = drawn(examples=4, shared=2, parameters=6, constants=(0.0, 1.0, -2.0))
    for _ in range(30):
        op = rng.choice(rows)
        variables = range(draw.first + len(draw.instructions))
        count = rng.choice((2, 4)) if op.variadic else op.arity
        args = [rng.choice(variables) for _ in range(count)]
        for _ in range(rng.choice((1, 2, 4))):
            rng.shuffle(args)
            draw(op, *args)
    variables = range(draw.first, draw.first + len(draw.instructions))
    return draw.program(rng.choices(variables, k=seed % 2 * 6), rng.choices(variables, k=8))


def random_numbers(seed, strange):
    """Return examples, shared inputs and parameters, of which about so many are special."""
    rng = np.random.default_rng(seed)
    for shape in ((5, 4), (2,), (6,)):
        numbers = rng.normal(size=shape)
        yield np.where(rng.random(shape) < strange, rng.choice(SPECIAL, size=shape), numbers)


def run(plan, buffers, plain, examples, shared, parameters):
    """Return whether no guard was missed, the outputs and the sums."""
    outputs = np.zeros((len(plan.schedule.outputs), len(examples)))
    buffers.shared[:], buffers.parameters[:] = shared, parameters
    with np.errstate(all="ignore"):
        complete = Variant(plan, buffers, plain=plain).run(examples.T, outputs)
    return complete, outputs, buffers.sums + 0.0


def test_where_no_nan_is_seen_results_are_those_with_guards_to_the_last_bit(drawn):
    usable = 0
    for seed in range(40):
        program = random_program(seed, drawn, (*EXACT, dot, guarded_dot))
        buffers = Buffers(plan := Plan(scheduled(program)))
        for strange in (0.0, 0.1, 0.4):
            numbers = [*random_numbers(seed, strange)]
            complete, *plain = run(plan, buffers, True, *numbers)
            always, *guarded = run(plan, buffers, False, *numbers)
            assert always
            if complete:
                usable += 1
                assert [x.tobytes() for x in plain] == [x.tobytes() for x in guarded], seed
    assert usable > 40


def test_results_are_those_of_the_interpreter_whatever_is_seen(drawn):
    for seed in range(1, 80, 2):
        program = random_program(seed, drawn, EXACT)
        built = build(scheduled(program))
        for strange in (0.4, 0.0, 0.1):
            examples, shared, parameters = random_numbers(seed, strange)
            outputs, _ = built.run(examples, shared, parameters)
            wanted, _ = interpreted(
                program, examples.tolist(), shared.tolist(), parameters.tolist()
            )
            assert [*map(repr, outputs.ravel().tolist())] == [
                repr(number) for line in wanted for number in line
            ], seed


def summed_products(draw):
    """Draw the gradient of a relu layer, and return its program."""
    slopes = [draw(gate, x, y) for x, y in zip(draw.x[:2], draw.x[2:4])]
    return draw.program([], [draw(guarded_mul, s, x) for s in slopes for x in draw.x[4:]])


def test_guards_come_back_when_they_are_needed_and_go_again(drawn):
    built = build(scheduled(summed_products(drawn(examples=6))))
    ordinary, strange = [[1.0, -1.0, 2.0, 3.0, 4.0, 5.0]], [[1.0, -1.0, 2.0, inf, 4.0, 5.0]]
    for example in (ordinary, strange, strange, ordinary, ordinary, ordinary, strange):
        _, sums = built.run(np.array(example), np.empty(0), np.empty(0))
        assert sums.tolist() == [8.0, 10.0, 0.0, 0.0]


def test_what_is_seen_in_the_sums_is_not_looked_at_once_more(drawn):
    draw = drawn(examples=6)
    plan = Plan(scheduled(summed_products(draw)))
    seen_only_if_chosen = draw(where, draw.x[4], draw(guarded_mul, draw.x[0], draw.x[1]), draw.x[2])
    hidden = Plan(scheduled(draw.program([], [seen_only_if_chosen])))
    (results,) = {stage.result for stage in plan.schedule.body}
    assert plan.seen >= {*results.places()}
    (product, _) = hidden.schedule.body
    assert not hidden.seen & {*product.result.places()}


@pytest.mark.parametrize("example", [(0.0, inf, 1.0, 2.0), (nan, 0.0, 1.0, 2.0)])
def test_a_nan_that_only_a_comparison_meets_is_looked_for(example, drawn):
    draw = drawn(examples=4)
    product = draw(guarded_mul, *draw.x[:2])
    program = draw.program([], [draw(where, product, *draw.x[2:])])
    _, sums = build(scheduled(program)).run(np.array([example]), np.empty(0), np.empty(0))
    assert sums.tolist() == [2.0]


def test_an_operand_of_a_gate_is_looked_at_where_it_is_hidden(drawn):
    draw = drawn(examples=2)
    program = draw.program([], [draw(gate, *draw.x)])
    _, sums = build(scheduled(program)).run(np.array([[nan, 1.0]]), np.empty(0), np.empty(0))
    assert [*map(repr, sums.tolist())] == ["nan"]


@pytest.mark.parametrize("reader", [None, equal, div])
def test_signs_of_zeros_matter_to_outputs_and_divisions(reader, drawn):
    draw = drawn(examples=2, constants=(1.0,))
    product = draw(guarded_mul, *draw.x)
    result = product if reader is None else draw(reader, draw.c[0], product)
    plan = Plan(scheduled(draw.program([result] if reader is None else [], [result])))
    assert (0 in plan.unsigned) == (reader is equal)


def layer(draw, biases="beside"):
    """Draw a layer of relus and its gradient: biases beside their weights, or apart.

    "other": beside the sums of the gradient of the weights are others.
    """
    inputs, apart = draw.x[:3], biases == "apart"
    step = 3 if apart else 4
    weights = [draw.p[k * step : k * step + 3] for k in range(4)]
    starts = draw.p[12:] if apart else draw.p[3::4]
    units = [draw(add, draw(dot, *w, *inputs), b) for w, b in zip(weights, starts)]
    slopes = [draw(gate, unit, draw.x[3]) for unit in units]
    gradient = [[draw(guarded_mul, s, x) for x in inputs] for s in slopes]
    if apart:
        return draw.program([], [*chain.from_iterable(gradient), *slopes])
    last = slopes if biases == "beside" else [draw.x[3]] * 4
    return draw.program([], [s for line, b in zip(gradient, last) for s in (*line, b)])


def test_biases_beside_the_weights_are_a_column_of_them(drawn):
    program = layer(drawn(examples=4, parameters=16))
    schedule, inputs, (ones,) = with_ones(scheduled(program))
    assert (inputs, ones) == ((0, 1, 2, 4), 3)
    (product,) = [stage for stage in schedule.body if isinstance(stage, Product)]
    assert (product.left.width, product.right.index) == (4, ((0, 1, 2, 3),))
    assert [stage.op for stage in schedule.body if isinstance(stage, Elementwise)] == [gate]
    (reduction,) = schedule.reductions
    assert isinstance(reduction, SummedProduct)
    assert reduction.into == tuple([tuple(range(k, k + 4)) for k in range(0, 16, 4)])


def test_biases_elsewhere_are_added(drawn):
    schedule, _, ones = with_ones(scheduled(layer(drawn(examples=4, parameters=16), "apart")))
    assert ones == ()
    assert {type(stage) for stage in schedule.reductions} == {SummedProduct, SummedRows}


@pytest.mark.parametrize("biases", ["beside", "apart", "other"])
def test_a_layer_with_biases_in_batches_of_any_size(biases, drawn):
    program = layer(drawn(examples=4, parameters=16), biases)
    built = build(scheduled(program))
    rng = np.random.default_rng(4)
    for count in (1, 3, 2, 5000, 3):
        examples, parameters = rng.normal(size=(count, 4)), rng.normal(size=16)
        _, sums = built.run(examples, np.empty(0), parameters)
        _, wanted = interpreted(program, examples.tolist(), (), parameters.tolist())
        np.testing.assert_allclose(sums, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(("lefts", "rights"), [(1, 4), (2, 2), (4, 1)])
def test_zero_times_nan_is_nan_in_the_smallest_products(lefts, rights, count, drawn):
    """NumPy's dot takes a factor of one number for a scale, and BLAS leaves out a scale of 0."""
    draw = drawn(examples=lefts, parameters=rights)
    forward = [draw(dot, x, p) for x in draw.x for p in draw.p]
    program = draw.program(forward)
    examples, parameters = np.zeros((count, lefts)), np.full(rights, nan)
    outputs, _ = build(scheduled(program)).run(examples, np.empty(0), parameters)
    assert np.isnan(outputs).all()

    draw = drawn(examples=lefts + rights)
    products = [draw(mul, x, y) for x in draw.x[:lefts] for y in draw.x[lefts:]]
    both = np.column_stack([examples, np.full((count, rights), nan)])
    for turned in (1, -1):
        inputs = both if turned == 1 else np.where(np.isnan(both), 0.0, nan)
        _, sums = build(scheduled(draw.program([], products))).run(inputs, np.empty(0), np.empty(0))
        assert np.isnan(sums).all()


def losses_in_turn(backend):
    """Take steps of several plans of one Descent in turn; return their losses."""
    w = Value(0.3)
    data = [1.0, 2.0, -1.5, 0.5], [3.0, 5.0, -4.0, 2.0]
    descent = Descent(
        lambda x, y: relu(w * x - y) ** 2 + (w - x) ** 2,
        data,
        parameters=[w],
        rule=lambda p, g, state, lr: (p - lr * g, state),
        state=[()],
        settings={"lr": 0.05},
        backend=backend,
    )
    orders = {"a": ([0, 1], [2]), "b": ([2, 3], [2]), "c": ([0, 1, 3], [1, 2]), "d": ([1], [1])}
    plans = {name: descent.plan(data, *order) for name, order in orders.items()}
    return [plans[name]().losses.tolist() for name in "aabacaadab"]


def test_a_plan_of_one_step_sees_its_examples_whatever_ran_between():
    for mine, right in zip(losses_in_turn("numpy"), losses_in_turn("interpreter"), strict=True):
        np.testing.assert_allclose(mine, right, rtol=1e-14)


def test_warnings_of_numpy_are_as_before_and_do_not_come_from_programs():
    before = np.geterr()
    w = Value(1e200)
    c = compile(lambda x: w * x * w, in_axes=0, backend="numpy")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert c(np.array([1.0, 0.0])).tolist() == [inf, 0.0]
    assert np.geterr() == before
