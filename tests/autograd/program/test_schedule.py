"""Schedules: their stages compute what the program does, and are the ones that are wanted."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest

import autograd as ag
from autograd.primitive import TABLE
from autograd.primitives import (
    add_n,
    dot,
    exp,
    guarded_dot,
    guarded_mul,
    hypot,
    identity,
    mul,
    neg,
    pow,
    tanh,
)
from autograd.program.interpreter import run
from autograd.program.program import Instruction, Program
from autograd.program.schedule import scheduled
from autograd.program.stages import (
    Dots,
    Elementwise,
    Fold,
    Memory,
    Product,
    Rows,
    SummedProduct,
    SummedRows,
    Table,
)  # fmt: skip
from nn import MLP

SEEDS = range(300)


class Execution:
    """A schedule carried out on lists, for one example at a time, as stages.py describes it."""

    def __init__(self, schedule, shared, parameters):
        given = [*shared, *parameters, *schedule.program.constants]
        self.schedule = schedule
        self.memory = {Memory.UNIFORM: [*given, *[None] * (schedule.uniform - len(given))]}
        self.sums = [0.0] * schedule.sums

    def read(self, memory, row):
        number = self.memory[memory][row]
        assert number is not None, f"row {row} of {memory} is read before it is written"
        return number

    def product(self, guarded, left, right):
        """Return the sum of products of lists of places; guarded, zeros win."""
        total = 0.0
        for a, b in zip(left, right, strict=True):
            x, y = self.read(*a), self.read(*b)
            total += 0.0 if guarded and 0.0 in {x, y} else x * y
        return total

    def computed(self, stage):
        """Return the results of a stage, row by row."""
        if isinstance(stage, Elementwise):
            lines = zip(*(rows.places() for rows in stage.operands), strict=True)
            return [stage.op.forward(*[self.read(*place) for place in line]) for line in lines]
        if isinstance(stage, Fold):
            (table,) = stage.reads
            return [
                stage.op.forward(*[self.read(*place) for place in line]) for line in lines_of(table)
            ]
        left, right = lines_of(stage.left), lines_of(stage.right)
        if isinstance(stage, Dots):
            return [self.product(stage.guarded, a, b) for a, b in zip(left, right, strict=True)]
        return [self.product(stage.guarded, a, b) for a in left for b in right]

    def carry_out(self, stage, memory):
        rows, results = stage.result.index, self.computed(stage)
        assert stage.result.memory is memory
        assert rows == tuple(range(rows[0], rows[0] + len(results)))
        for row, number in zip(rows, results, strict=True):
            assert self.memory[memory][row] is None, f"row {row} is written twice"
            self.memory[memory][row] = number

    def reduce(self, stage):
        if isinstance(stage, SummedRows):
            for place, into in zip(stage.rows.places(), stage.into, strict=True):
                self.sums[into] += self.read(*place)
            return
        assert stage.left.memory is stage.right.memory is Memory.VARYING
        left, right = lines_of(stage.left), lines_of(stage.right)
        for a, targets in zip(left, stage.into, strict=True):
            for b, into in zip(right, targets, strict=True):
                self.sums[into] += self.product(stage.guarded, a, b)


def lines_of(table):
    return [[(table.memory, row) for row in line] for line in table.index]


def executed(schedule, examples, shared=(), parameters=()):
    """Return the outputs for each example and the sums."""
    execution = Execution(schedule, shared, parameters)
    for stage in schedule.before:
        assert {rows.memory for rows in stage.reads} <= {Memory.UNIFORM}
        execution.carry_out(stage, Memory.UNIFORM)
    outputs = []
    for example in examples:
        unwritten = [None] * (schedule.varying - len(example))
        execution.memory[Memory.VARYING] = [*example, *unwritten]
        for stage in schedule.body:
            execution.carry_out(stage, Memory.VARYING)
        for stage in schedule.reductions:
            execution.reduce(stage)
        outputs.append([execution.read(*place) for place in schedule.outputs])
    return outputs, execution.sums


@pytest.fixture
def agrees():
    """Assert that a schedule computes what the program does; return the schedule."""

    def agrees(program, examples, shared=(), parameters=(), tolerance=0.0):
        schedule = scheduled(program)
        outputs, sums = executed(schedule, examples, shared, parameters)
        wanted_outputs, wanted_sums = run(program, examples, shared, parameters)
        np.testing.assert_allclose(outputs, wanted_outputs, rtol=tolerance, atol=tolerance)
        np.testing.assert_allclose(sums, wanted_sums, rtol=tolerance, atol=tolerance)
        return schedule

    return agrees


@pytest.mark.parametrize("awkward", [(), (inf, -inf, nan)], ids=["finite", "awkward"])
def test_random_programs(awkward, batch_program, batch_numbers, agrees):
    for seed in SEEDS:
        program = batch_program(seed)
        agrees(program, *batch_numbers(program, seed, 3, awkward))


def test_random_programs_take_every_kind_of_stage(batch_program):
    seen = set()
    for seed in SEEDS:
        schedule = scheduled(batch_program(seed))
        for stage in (*schedule.before, *schedule.body, *schedule.reductions):
            memories = tuple(rows.memory for rows in stage.reads)
            regular = all(
                (rows.stride if isinstance(rows, Rows) else rows.strides) is not None
                for rows in stage.reads
            )
            seen.add((type(stage), getattr(stage, "guarded", None), memories[:2], regular))
    shared, varying = (Memory.UNIFORM, Memory.UNIFORM), (Memory.VARYING, Memory.VARYING)
    mixed, turned = (Memory.UNIFORM, Memory.VARYING), (Memory.VARYING, Memory.UNIFORM)
    for regular in (True, False):
        assert seen >= {
            *((Product, guard, both, regular)
              for guard in (True, False) for both in (shared, varying, mixed)),
            *((Dots, guard, both, regular)
              for guard in (True, False) for both in (shared, varying, mixed, turned)),
            *((Fold, None, both[:1], regular) for both in (shared, varying)),
            *((Elementwise, None, both, regular) for both in (shared, varying, mixed, turned)),
            *((SummedProduct, guard, varying, regular) for guard in (True, False)),
            *((SummedRows, None, both[:1], regular) for both in (shared, varying)),
        }  # fmt: skip


def test_no_operations_and_no_examples(agrees):
    agrees(Program(2, 1, 1, (5.0,), (), (4, 1, 2, 0, 3), (0, 4)), [[1.0, 2.0]] * 3, [3.0], [4.0])
    agrees(Program(0, 0, 0, (), (), ()), [[]])
    agrees(Program(1, 0, 0, (), (Instruction(neg, (0,)),), (), (0, 1)), [])


@pytest.mark.parametrize("op", [add_n, hypot, TABLE["largest"]])
def test_folds_of_one_operand_stay_folds(op, agrees):
    """`hypot(x)` is |x|: what a fold of one is, the row says."""
    program = Program(1, 1, 0, (), (Instruction(op, (0,)), Instruction(op, (1,))), (2, 3), (2, 3))
    schedule = agrees(program, [[-3.0], [2.0]], [-5.0])
    assert [type(stage) for stage in (*schedule.before, *schedule.body)] == [Fold, Fold]


def test_what_nothing_needs_is_left_out():
    steps = (Instruction(exp, (0,)), Instruction(neg, (0,)), Instruction(exp, (1,)))
    schedule = scheduled(Program(1, 1, 0, (), steps, (3,)))
    assert [stage.op for stage in schedule.body] == [neg]
    assert schedule.before == ()


def test_few_constants_are_loops_of_their_own():
    """An exponent of 2 needs no general power; a constant for each row would be no loop at all."""
    few = Program(4, 0, 0, (2.0, 3.0), tuple(Instruction(pow, (k, 4 + k % 2)) for k in range(4)),
                  (6, 7, 8, 9))  # fmt: skip
    assert [len(stage.result.index) for stage in scheduled(few).body] == [2, 2]
    many = Program(9, 0, 0, tuple(map(float, range(9))),
                   tuple(Instruction(pow, (k, 9 + k)) for k in range(9)),
                   tuple(range(18, 27)))  # fmt: skip
    assert [len(stage.result.index) for stage in scheduled(many).body] == [9]
    signs = Program(2, 0, 0, (0.0, -0.0), (Instruction(mul, (0, 2)), Instruction(mul, (1, 3))),
                    (4, 5))  # fmt: skip
    assert len(scheduled(signs).body) == 2


# The shapes that speed rests on


def moons():
    """Return the gradient of micrograd's demo: hinge loss with L2 of a network 2-16-16-1."""
    model = MLP(2, [16, 16, 1])
    parameters = model.parameters()

    def loss(x, y):
        penalty = 1e-4 * ag.sum([p * p for p in parameters])
        return (1.0 - y * model(x)).relu() + penalty

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(3, 2)), np.array([1.0, -1.0, 1.0])
    compiled = ag.compile(loss, in_axes=0, backend="interpreter")
    return compiled.program("backward", X, y), np.hstack([X, y[:, None]]), parameters


def test_the_gradient_of_a_network(agrees):
    program, examples, parameters = moons()
    numbers = [p.data for p in parameters]
    schedule = agrees(program, examples.tolist(), (), numbers, tolerance=1e-12)
    assert len(schedule.body) <= 19
    products = [stage for stage in schedule.body if isinstance(stage, Product)]
    summed = [stage for stage in schedule.reductions if isinstance(stage, SummedProduct)]
    assert [(s.left.height, s.left.width, s.right.height, s.guarded) for s in products] == [
        (16, 2, 1, False), (16, 16, 1, False), (16, 16, 1, True),  # W x twice, and W^T g
    ]  # fmt: skip
    assert {stage.left.memory for stage in products} == {Memory.UNIFORM}
    assert sorted((s.left.height, s.right.height, s.guarded) for s in summed) == [
        (1, 16, True), (16, 2, True), (16, 16, True),  # g x^T
    ]  # fmt: skip
    for stage in (*products, *summed):
        assert stage.left.strides is not None
        assert stage.right.strides is not None


def test_what_no_example_changes_is_computed_once():
    program, _, _ = moons()
    schedule = scheduled(program)
    squares, *_ = schedule.before
    assert (squares.op, len(squares.result.index)) == (mul, 337)
    assert max(len(stage.result.index) for stage in schedule.body) == 16
    (shared,) = [s for s in schedule.reductions if s.reads[0].memory is Memory.UNIFORM]
    assert len(set(shared.into)) == 338  # the penalty, and its part of each gradient


def test_weights_that_are_used_in_many_places_make_full_grids(agrees):
    """A convolution: two kernels of 2 x 2 over a picture of 5 x 5."""
    pixels = np.arange(25).reshape(5, 5)
    kernels = [list(range(25, 29)), list(range(29, 33))]
    windows = [pixels[i : i + 2, j : j + 2].ravel().tolist() for i in range(4) for j in range(4)]
    steps = [Instruction(dot, (*kernel, *window)) for kernel in kernels for window in windows]
    # The gradient of each weight: over all places, what comes from above times the pixel.
    gradients = [
        Instruction(
            guarded_dot,
            (*range(33 + 16 * line, 49 + 16 * line), *(window[k] for window in windows)),
        )
        for line in range(2)
        for k in range(4)
    ]
    program = Program(25, 0, 8, (), (*steps, *gradients), tuple(range(33, 65)),
                      tuple(range(65, 73)))  # fmt: skip
    rng = np.random.default_rng(0)
    examples, weights = rng.integers(-4, 4, (3, 25)), rng.integers(-4, 4, 8)
    schedule = agrees(program, examples.astype(float).tolist(), (), weights.astype(float).tolist())
    (forward,) = schedule.body
    assert (type(forward), forward.left.height, forward.right.height) == (Product, 2, 16)
    (backward,) = schedule.reductions
    assert (type(backward), backward.left.width) == (SummedProduct, 16)
    assert {backward.left.height, backward.right.height} == {2, 4}


def test_zeros_of_both_factors_win(agrees):
    """0 * inf is 0 wherever the zero is, and on whichever side of the product it ends up."""
    weights = [range(4 + 2 * k, 6 + 2 * k) for k in range(4)]
    steps = [Instruction(guarded_dot, (0, 1, *line)) for line in weights]
    steps += [Instruction(guarded_dot, (*line, 2, 3)) for line in weights]
    program = Program(4, 0, 8, (), tuple(steps), tuple(range(12, 20)))
    schedule = agrees(program, [[0.0, 1.0, inf, nan]], (), [inf, 2.0, nan, 3.0, 0.0, 0.0, 0.0, 1.0])
    assert [stage.guarded for stage in schedule.body] == [True, True]


def test_rows_are_written_in_the_order_in_which_they_are_read():
    """Operations that come in any order are put into that of their operands."""
    steps = tuple(Instruction(tanh, (k,)) for k in (3, 0, 2, 1))
    steps += tuple(Instruction(mul, (4 + k, 0)) for k in (2, 0, 3, 1))
    for stage in scheduled(Program(4, 0, 0, (), steps, tuple(range(8, 12)))).body:
        assert [rows.stride for rows in stage.operands] in ([1], [1, 0])


def test_terms_are_put_in_the_order_of_what_varies():
    """A layer that reads its inputs in any order reads them as they lie in memory."""
    order = (3, 0, 2, 1)
    lines = [range(4 + 4 * line, 8 + 4 * line) for line in range(5)]
    steps = tuple(Instruction(dot, (*line, *order)) for line in lines)
    (product,) = scheduled(Program(4, 0, 20, (), steps, tuple(range(24, 29)))).body
    assert product.right.index == ((0, 1, 2, 3),)
    assert product.left.index[0] == (1, 3, 2, 0)


def test_what_varies_has_levels_of_its_own():
    """However deep the numbers are that all examples share: one stage for all rows."""
    chain = tuple(Instruction(neg, (5 if not k else 7 + k,)) for k in range(3))
    steps = (*chain, *(Instruction(mul, (k, 7 + k)) for k in range(4)))
    schedule = scheduled(Program(5, 3, 0, (), steps, tuple(range(11, 15))))
    assert [len(stage.result.index) for stage in schedule.body] == [4]


def test_dots_are_apart_by_the_side_that_varies():
    """Together each would need copies of what all examples share."""
    steps = (Instruction(dot, (0, 1, 2, 3)), Instruction(dot, (2, 3, 0, 1)))
    schedule = scheduled(Program(2, 2, 0, (), steps, (4, 5)))
    assert [type(stage) for stage in schedule.body] == [Dots, Dots]


def test_what_all_examples_share_is_copied_once(agrees):
    """Into rows beside others that vary, for the stages that read both."""
    steps = (
        Instruction(add_n, (0, 2, 3)), Instruction(add_n, (1, 2, 0, 3)), Instruction(neg, (5,)),
        Instruction(dot, (6, 2, 2, 0)),
    )  # fmt: skip
    schedule = agrees(Program(2, 2, 0, (), steps, (4, 5, 7)), [[1.0, 2.0]], [3.0, 4.0])
    copied = [stage for stage in schedule.body if getattr(stage, "op", None) is identity]
    assert [stage.operands[0].index for stage in copied] == [(0, 1)]


def test_strides():
    uniform = Memory.UNIFORM
    assert Rows(uniform, (4, 6, 8)).stride == 2
    assert Rows(uniform, (4, 4, 4)).stride == 0
    assert Rows(uniform, (4, 5, 7)).stride is None
    assert Table(uniform, ((1, 3), (11, 13))).strides == (10, 2)
    assert Table(uniform, ((1, 3, 5), (11, 13, 16))).strides is None
    assert Table(uniform, ((1, 3), (11, 13), (22, 24))).strides is None
    assert Table(uniform, ((7, 7), (7, 7))).strides == (0, 0)
    assert Table(uniform, ((3, 2, 1), (2, 1, 0))).strides == (-1, -1)


def test_long_programs_have_as_many_stages(agrees):
    """A chain is one stage for each operation; that it takes seconds is measured, not tested."""
    size = 3000
    steps = tuple(Instruction(neg if k % 2 else guarded_mul, (k,) if k % 2 else (k, 0))
                  for k in range(size))  # fmt: skip
    program = Program(1, 0, 0, (), steps, (size,), (size,))
    assert len(agrees(program, [[1.0], [-1.0], [0.0]]).body) == size
