"""Sums over the batch, taken apart into products and rows."""

from __future__ import annotations

import random
from math import fsum

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
from autograd.program.reductions import Term, taken_apart


def summed(program, terms, examples, shared, parameters):
    """Return the sums by their terms, which are numbers or products of lists of numbers."""
    sums = [[] for _ in program.sums]
    for example in examples:
        numbers = variables(program, example, shared, parameters)
        for into, product, left, right in terms:
            if product is None:
                assert (len(left), right) == (1, ())
                sums[into].append(numbers[left[0]])
            else:
                assert all(program.varies[factor] for factor in left + right)
                sums[into] += [
                    product.forward(numbers[a], numbers[b])
                    for a, b in zip(left, right, strict=True)
                ]
    return [fsum(numbers) for numbers in sums]


@pytest.mark.parametrize("seed", range(60))
def test_the_terms_add_up_to_the_sums(seed, batch_program, batch_numbers):
    program = batch_program(seed)
    examples, shared, parameters = batch_numbers(program, seed, 3)
    changed, terms = taken_apart(program)
    assert changed.instructions[: len(program.instructions)] == program.instructions
    found = summed(changed, terms, examples, shared, parameters)
    wanted = [
        fsum(variables(program, example, shared, parameters)[variable] for example in examples)
        for variable in program.sums
    ]
    assert found == wanted


def parts(steps, sums, outputs=()):
    """Take apart sums of a program of 4 inputs that vary (0 to 3) and 2 that do not (4, 5)."""
    instructions = tuple(Instruction(op, args) for op, args in steps)
    return taken_apart(Program(4, 2, 0, (), instructions, outputs, sums))[1]


def test_sums_pass_through_additions():
    steps = [(mul, (0, 1)), (add, (6, 4)), (identity, (7,)), (add_n, (8, 2, 2))]
    assert parts(steps, (9,)) == [
        Term(0, mul, (0,), (1,)), Term(0, None, (4,)), Term(0, None, (2,)), Term(0, None, (2,)),
    ]  # fmt: skip


def test_what_is_used_elsewhere_stays_whole():
    product = (mul, (0, 1))
    assert parts([product], (6,)) == [Term(0, mul, (0,), (1,))]
    assert parts([product], (6,), outputs=(6,)) == [Term(0, None, (6,))]
    assert parts([product], (6, 6)) == [Term(0, None, (6,)), Term(1, None, (6,))]
    assert parts([product, (neg, (6,))], (6, 7)) == [Term(0, None, (6,)), Term(1, None, (7,))]


@pytest.mark.parametrize("op", [neg, detach])
def test_other_operations_stay_whole(op):
    assert parts([(mul, (0, 1)), (op, (6,))], (7,)) == [Term(0, None, (7,))]


def test_products_with_what_does_not_vary_are_numbers_of_each_example():
    assert parts([(mul, (0, 4))], (6,)) == [Term(0, None, (6,))]
    assert parts([(guarded_mul, (4, 0))], (6,)) == [Term(0, None, (6,))]
    assert parts([(mul, (4, 5))], (6,)) == [Term(0, None, (6,))]


@pytest.mark.parametrize(("op", "product"), [(dot, mul), (guarded_dot, guarded_mul)])
def test_dot_products_are_parted_by_what_varies(op, product):
    inputs = tuple(Instruction(op, args) for args in [(0, 1, 4, 2, 3, 5)])
    program, terms = taken_apart(Program(4, 2, 0, (), inputs, (), (6,)))
    assert program.instructions[1:] == (Instruction(op, (4, 5)),)
    assert terms == [Term(0, product, (0, 1), (2, 3)), Term(0, None, (7,))]
    mixed = tuple(Instruction(op, args) for args in [(0, 1, 4, 2, 5, 3)])
    program, terms = taken_apart(Program(4, 2, 0, (), mixed, (), (6,)))
    assert program.instructions[1:] == (Instruction(op, (1, 4, 5, 3)),)
    assert terms == [Term(0, product, (0,), (2,)), Term(0, None, (7,))]


def test_long_chains_of_additions():
    rng = random.Random(0)
    size = 20_000
    steps = [(add, (0, 1))] + [(add, (6 + k, rng.randrange(6))) for k in range(size)]
    assert len(parts(steps, (6 + size,))) == size + 2
