"""Sums over the batch, split into products and rows; pairs gathered into full grids."""

from __future__ import annotations

import random
from math import fsum, inf

import pytest

from autograd.primitives import (
    add,
    add_n,
    detach,
    dot,
    guarded_dot,
    guarded_mul,
    identity,
    mul,
    neg,
)  # fmt: skip
from autograd.program.interpreter import variables
from autograd.program.program import Instruction, Program
from autograd.program.reductions import Grid, grids, split_sums
from tests.in_one_test import in_one_test


def summed(split, examples, shared, parameters):
    """Return the sums by what they are made of."""
    program, products, rows = split
    terms = [[] for _ in program.sums]
    for example in examples:
        numbers = variables(program, example, shared, parameters)
        for variable, into in rows:
            terms[into].append(numbers[variable])
        for op, grid in products:
            for left, line in zip(grid.lefts, grid.items, strict=True):
                for right, into in zip(grid.rights, line, strict=True):
                    assert all(program.varies[factor] for factor in left + right)
                    terms[into] += [
                        op.forward(numbers[a], numbers[b]) for a, b in zip(left, right, strict=True)
                    ]
    return [fsum(numbers) for numbers in terms]


@in_one_test("seed", range(60))
def test_the_terms_add_up_to_the_sums(seed, batch_program, batch_numbers):
    program = batch_program(seed)
    examples, shared, parameters = batch_numbers(program, seed, 3)
    split = split_sums(program)
    assert split.program.instructions[: len(program.instructions)] == program.instructions
    assert split.program.outputs == program.outputs
    found = summed(split, examples, shared, parameters)
    wanted = [
        fsum(variables(program, example, shared, parameters)[variable] for example in examples)
        for variable in program.sums
    ]
    assert found == wanted


def parts(steps, sums, outputs=()):
    """Take split sums of a program of 8 inputs that vary (0 to 7) and 2 that do not (8, 9)."""
    instructions = tuple(Instruction(op, args) for op, args in steps)
    program, products, rows = split_sums(Program(8, 2, 0, (), instructions, outputs, sums))
    return [*program.instructions[len(steps) :]], products, rows


def layer(op):
    """Return all products of two numbers and two: enough for a matrix product."""
    return [(op, (a, b)) for a in (0, 1) for b in (2, 3)]


@pytest.mark.parametrize("op", [mul, guarded_mul])
def test_grids_of_products_are_not_computed_for_each_example(op):
    grid = Grid(((0,), (1,)), ((2,), (3,)), ((0, 1), (2, 3)))
    assert parts(layer(op), (10, 11, 12, 13)) == ([], [(op, grid)], [])


def test_sums_pass_through_additions():
    steps = [*layer(mul), (add, (10, 8)), (identity, (14,)), (add_n, (15, 4, 4))]
    _, [(_, grid)], rows = parts(steps, (16, 11, 12, 13))
    assert grid.items == ((0, 1), (2, 3))
    assert rows == [(8, 0), (4, 0), (4, 0)]


def test_few_products_are_rows():
    assert parts([(mul, (0, 1))], (10,)) == ([], [], [(10, 0)])
    both = [(mul, (0, 1)), (add, (10, 2))]
    assert parts(both, (11,)) == ([], [], [(2, 0), (10, 0)])


def test_what_is_used_elsewhere_stays_whole():
    whole = [(number, into) for into, number in enumerate(range(10, 14))]
    assert parts(layer(mul), (10, 11, 12, 13), outputs=(10, 11, 12, 13)) == ([], [], whole)
    others = [(neg, (number,)) for number in range(10, 14)]
    assert parts([*layer(mul), *others], (10, 11, 12, 13), outputs=(14, 15, 16, 17))[1:] == (
        [], whole,
    )  # fmt: skip
    twice = parts(layer(mul), (10, 10, 11, 12, 13))
    assert twice[1] == []
    assert {(10, 0), (10, 1)} <= set(twice[2])


@pytest.mark.parametrize("op", [neg, detach])
def test_other_operations_stay_whole(op):
    steps = [*layer(mul), *((op, (number,)) for number in range(10, 14))]
    assert parts(steps, (14, 15, 16, 17)) == ([], [], [(14, 0), (15, 1), (16, 2), (17, 3)])


def test_products_with_what_does_not_vary_are_numbers_of_each_example():
    steps = [(guarded_mul, (a, b)) for a in (0, 1) for b in (8, 9)]
    assert parts(steps, (10, 11, 12, 13))[1] == []
    assert parts([(mul, (8, 9))], (10,)) == ([], [], [(10, 0)])
    assert parts([(add, (8, 9))], (10,)) == ([], [], [(10, 0)])


@pytest.mark.parametrize(("op", "product"), [(dot, mul), (guarded_dot, guarded_mul)])
def test_dot_products_are_parted_by_what_varies(op, product):
    steps = [(op, (a, b, 8, 4, c, 9)) for a, b in ((0, 1), (2, 3)) for c in (5, 6)]
    added, [(row, grid)], rows = parts(steps, (10, 11, 12, 13))
    assert (row, grid.lefts, grid.rights) == (product, ((0, 1), (2, 3)), ((4, 5), (4, 6)))
    assert added == [Instruction(product, (8, 9))]  # once for all four
    assert rows == [(14, into) for into in range(4)]
    mixed = [(op, (a, 1, 8, b, 9, 3)) for a in (0, 2) for b in (4, 5)]
    added, [(row, grid)], rows = parts(mixed, (10, 11, 12, 13))
    assert (row, grid.lefts, grid.rights) == (product, ((0,), (2,)), ((4,), (5,)))
    assert added == [Instruction(op, (1, 8, 9, 3))]


def test_long_chains_of_additions():
    rng = random.Random(0)
    size = 20_000
    steps = [(add, (0, 1))] + [(add, (10 + k, rng.randrange(8))) for k in range(size)]
    assert len(parts(steps, (10 + size,))[2]) == size + 2


@pytest.mark.parametrize(("constants", "left", "op"), [
    ((2.0, -1.0), (4, 5), dot),
    ((2.0, 0.0), (4, 5), guarded_dot),
    ((2.0, -1.0), (4, 2), guarded_dot),
    ((2.0, inf), (4, 5), guarded_dot),
])  # fmt: skip
def test_only_factors_neither_zero_nor_infinite_need_no_guard(constants, left, op):
    """Inputs 0 and 1 vary, 2 and 3 do not, 4 and 5 are the constants."""
    steps = (Instruction(guarded_dot, (0, *left, 1, 2, 3)),)
    program, _, rows = split_sums(Program(2, 2, 0, constants, steps, (), (6,)))
    made = dict(enumerate(program.instructions, program.first))
    assert {made[number] for number, _ in rows} == {
        Instruction(op, (*left, 2, 3)), Instruction(guarded_mul, (0, 1)),
    }  # fmt: skip


# Grids


def entries_of(grid):
    return [
        (left, right, item)
        for left, items in zip(grid.lefts, grid.items, strict=True)
        for right, item in zip(grid.rights, items, strict=True)
    ]


@in_one_test("seed", range(40))
def test_every_entry_is_in_one_grid(seed):
    """Repeated pairs too, each with an item of its own."""
    rng = random.Random(seed)
    lefts, rights = range(rng.randint(1, 8)), "abcdefgh"[: rng.randint(1, 8)]
    entries = [(rng.choice(lefts), rng.choice(rights), item) for item in range(rng.randint(0, 80))]
    found = [entry for grid in grids(entries) for entry in entries_of(grid)]
    assert sorted(found) == sorted(entries)


def test_a_full_grid_is_one_in_any_order():
    entries = [(left, right, (left, right)) for left in range(5) for right in range(7)]
    (grid,) = grids(entries)
    assert (grid.lefts, grid.rights) == (tuple(range(5)), tuple(range(7)))
    random.Random(0).shuffle(entries)
    (grid,) = (grid.ordered(lambda key: key) for grid in grids(entries))
    assert (grid.lefts, grid.rights) == (tuple(range(5)), tuple(range(7)))
    assert grid.items[2][3] == (2, 3)


def test_whichever_side_gives_fewer_grids():
    """Two layers with inputs of their own, and an input that is used by some neurons only."""
    layers = [(w, x, 0) for w, x in ("ax", "bx", "cy", "dy", "ey")]
    assert [(g.lefts, g.rights) for g in grids(layers)] == [
        (("a", "b"), ("x",)),
        (("c", "d", "e"), ("y",)),
    ]
    assert [(g.lefts, g.rights) for g in grids([(x, w, 0) for w, x, _ in layers])] == [
        (("x",), ("a", "b")),
        (("y",), ("c", "d", "e")),
    ]
    # By rights: a and b together, c split. By lefts: 1, 2 and 3 each meet other rights.
    uneven = [(1, "a", 0), (1, "b", 0), (2, "a", 0), (2, "b", 0), (2, "c", 0), (3, "c", 0)]
    assert [(g.lefts, g.rights) for g in grids(uneven)] == [((1, 2), ("a", "b")), ((2, 3), ("c",))]


def test_repeated_pairs_make_grids_again():
    entries = [(left, right, turn) for turn in range(3) for left in "ab" for right in "xy"]
    found = grids(entries)
    assert [(g.lefts, g.rights) for g in found] == [(("a", "b"), ("x", "y"))] * 3
    assert [g.items for g in found] == [((turn, turn),) * 2 for turn in range(3)]


def test_order_and_transpose():
    grid = Grid(("b", "a"), (2, 3, 1), (("b2", "b3", "b1"), ("a2", "a3", "a1")))
    assert grid.ordered(lambda key: key) == Grid(
        ("a", "b"), (1, 2, 3), (("a1", "a2", "a3"), ("b1", "b2", "b3"))
    )
    assert grid.transposed() == Grid(
        (2, 3, 1), ("b", "a"), (("b2", "a2"), ("b3", "a3"), ("b1", "a1"))
    )
    assert grid.transposed().transposed() == grid
