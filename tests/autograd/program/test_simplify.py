"""Simplification: every rewrite leaves every float of every result as it was."""

from __future__ import annotations

import itertools
import logging
import random
import struct
from math import nan
from operator import itemgetter

from autograd import primitive
from autograd.primitive import TABLE
from autograd.primitives import (
    add,
    add_n,
    div,
    dot,
    exp,
    guarded_dot,
    guarded_mul,
    hypot,
    maximum,
    mul,
    neg,
    pow,
    sub,
    tanh,
)  # fmt: skip
from autograd.program.draft import Draft, rewritten, without_dead_code
from autograd.program.interpreter import variables
from autograd.program.program import Instruction, Program
from autograd.program.simplify import (
    IDENTITIES,
    REWRITES,
    Term,
    Wildcard,
    built,
    exact_identities,
    simplified,
)
from tests.in_one_test import in_one_test

ONE_BY_ONE = [(rewrite,) for rewrite in REWRITES]


def steps(program):
    return [(op.name, args) for op, args in program.instructions]


def outputs(program, example):
    numbers = variables(program, example[:2], example[2:3], example[3:])
    return [numbers[output] for output in (*program.outputs, *program.sums)]


@in_one_test("rewrites", [*ONE_BY_ONE, REWRITES], ids=lambda rs: rs[-1].__name__)
@in_one_test("seed", range(40))
def test_results_are_the_same_to_the_bit(rewrites, seed, random_program, awkward, identical):
    program = random_program(seed)
    smaller = without_dead_code(rewritten(program, rewrites)[0])
    rng = random.Random(seed)
    for _ in range(40):
        example = rng.choices(awkward, k=5)
        for got, wanted in zip(outputs(smaller, example), outputs(program, example), strict=True):
            assert identical(got, wanted), (example, got, wanted)


@in_one_test("seed", range(40))
def test_simplifying_twice_changes_no_more_than_once(seed, random_program):
    once, statistics = simplified(random_program(seed))
    again, unchanged = simplified(once)
    assert again == once
    assert len(once.instructions) < sum(statistics.before.values()) == 60
    assert unchanged.before == unchanged.after == statistics.after


# Identities, each by itself on all awkward numbers.


def wildcards(pattern):
    if isinstance(pattern, Term):
        return set().union(*map(wildcards, pattern.args))
    return {pattern} if isinstance(pattern, Wildcard) else set()


def function_of(pattern, names):
    """Return the value of a pattern as a function of the numbers of its wildcards."""
    if isinstance(pattern, Term):
        forward, args = pattern.op.forward, [function_of(arg, names) for arg in pattern.args]
        return lambda numbers: forward(*[arg(numbers) for arg in args])
    return itemgetter(names.index(pattern)) if pattern in names else lambda numbers: pattern


@in_one_test("identity", IDENTITIES, ids=lambda identity: repr(identity.left))
def test_both_sides_of_an_identity_are_the_same_to_the_bit(identity, awkward, identical):
    names = sorted(wildcards(identity.left), key=str)
    assert wildcards(identity.right) <= set(names)
    left, right = (function_of(side, names) for side in (identity.left, identity.right))
    numbers = (*awkward, 4.0, -0.125, 5e-324, 2.0**1023, 0.1, 3.3, 1.7976931348623157e308)
    accepted = [[x for x in numbers if name.accepts is None or name.accepts(x)] for name in names]
    choices = [*itertools.product(*accepted)]
    assert len(choices) > 2
    for choice in choices:
        got, wanted = right(choice), left(choice)
        assert identical(got, wanted), (names, choice, got, wanted)


@in_one_test("identity", IDENTITIES, ids=lambda identity: repr(identity.left))
def test_an_identity_is_found(identity):
    names = sorted(wildcards(identity.left), key=str)
    draft = Draft(len(names), ())
    bound = dict(zip(names, range(len(names)), strict=True))
    for name in names:
        if name.accepts is not None:
            bound[name] = draft.constant(next(filter(name.accepts, (3.0, 2.0, -3.0))))

    def variable(pattern):
        if isinstance(pattern, Term):
            return draft.define(pattern.op, tuple(map(variable, pattern.args)))
        return bound[pattern] if isinstance(pattern, Wildcard) else draft.constant(pattern)

    op, patterns = identity.left
    args = tuple(map(variable, patterns))
    wanted = built(draft, identity.right, bound)
    assert exact_identities(draft, op, args) == wanted
    if op.commutative:
        assert exact_identities(draft, op, args[::-1]) is not None


def test_rewrites_that_undo_each_other_are_stopped_and_logged(program_of, monkeypatch, caplog):
    turn = primitive("turn", lambda x, y: x + y, None, None)
    program = program_of(2, (), (turn, (0, 1)), (turn, (0, 1)))

    def endless(draft, op, args):
        return Instruction(op, args[::-1])

    with caplog.at_level(logging.WARNING, "autograd"):
        same, _ = rewritten(program, (endless,))
    assert steps(same) == steps(program)
    assert [record.getMessage() for record in caplog.records] == [
        "simplifying 'turn' did not end within 16 rewrites; it is left as it was then"
    ]


# What each rewrite does and, as much, what it must not do.


def test_constants_are_folded_through_a_chain(program_of):
    program = program_of(1, (3.0, 4.0), (mul, (1, 1)), (mul, (2, 2)), (add, (3, 4)), (mul, (0, 5)))
    smaller, statistics = simplified(program)
    assert steps(smaller) == [("mul", (0, 1))]
    assert smaller.constants == (25.0,)
    assert statistics.steps[0] == ("constant folding", 4, 1)


def test_zeros_and_nans_of_different_bits_are_different_constants(program_of):
    other_nan = struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000001))[0]
    constants = (0.0, -0.0, nan, other_nan, 0.0)
    steps_ = [(div, (0, place)) for place in range(1, 6)]
    program = program_of(1, constants, *steps_, outputs=tuple(range(6, 11)))
    smaller, _ = simplified(program)
    assert len(smaller.constants) == len(smaller.instructions) == 4
    assert smaller.outputs[0] == smaller.outputs[4]


def test_equal_operations_are_computed_once_in_either_order_if_commutative(program_of):
    program = program_of(
        2, (), (mul, (0, 1)), (mul, (1, 0)), (sub, (0, 1)), (sub, (1, 0)), (maximum, (0, 1)),
        (maximum, (1, 0)), (exp, (2,)), (exp, (3,)), outputs=(4, 5, 6, 7, 8, 9),
    )  # fmt: skip
    smaller, statistics = simplified(program)
    names = [name for name, _ in steps(smaller)]
    assert names == ["mul", "sub", "sub", "maximum", "maximum", "exp"]
    assert ("common subexpressions", 8, 6) in statistics.steps


def test_lengths_of_three_are_added_up_in_their_own_order(program_of):
    program = program_of(3, (), (hypot, (0, 1, 2)), (hypot, (2, 1, 0)), outputs=(3, 4))
    assert simplified(program)[0] == program


def test_rows_called_commutative_are(awkward, identical):
    rows = [row for row in TABLE.values() if row.commutative]
    assert {row.name for row in rows} >= {"add", "mul"}
    for row in rows:
        for x, y in itertools.product(awkward, repeat=2):
            assert identical(row.forward(x, y), row.forward(y, x)), (row, x, y)


def test_inputs_of_equal_use_stay_apart():
    program = Program(2, 2, 2, (), (), tuple(range(6)))
    smaller, _ = simplified(program)
    assert smaller == program


def test_dead_code_goes_and_inputs_stay(program_of):
    program = program_of(
        3, (5.0, 6.0), (exp, (0,)), (mul, (0, 4)), (tanh, (5,)), outputs=(6,), sums=(0,)
    )
    smaller = without_dead_code(program)
    assert steps(smaller) == [("mul", (0, 3))]
    assert (smaller.examples, smaller.constants) == (3, (6.0,))
    assert (smaller.outputs, smaller.sums) == ((4,), (0,))


def test_sums_lose_their_constant_zeros(program_of):
    program = program_of(
        2, (0.0, -0.0, 1.0, 2.0), (add_n, (0, 2, 1, 3)), (guarded_dot, (2, 0, 3, 1, 1, 1)),
        (guarded_dot, (4, 5, 0, 1)), (dot, (4, 4, 0, 1)), (dot, (0, 1, 4, 4)),
        (guarded_dot, (0, 1, 4, 4)), (dot, (2, 0, 0, 1)), (add_n, (2, 3)),
        outputs=tuple(range(6, 14)),
    )  # fmt: skip
    smaller, _ = simplified(program)
    assert steps(smaller) == [
        ("add_n", (0, 1)), ("guarded_dot", (0, 1)), ("dot", (3, 4, 0, 1)), ("dot", (2, 0, 0, 1)),
    ]  # fmt: skip
    total = smaller.outputs[0]
    assert smaller.outputs[3:6] == (total, total, total)
    assert smaller.constant(smaller.outputs[7]) == 0.0


def test_what_would_change_a_float_stays(program_of):
    constants = (0.0, 1.0, 3.0, 2.0)
    program = program_of(
        1, constants, (add, (0, 1)), (sub, (0, 0)), (mul, (0, 1)), (div, (0, 0)), (div, (0, 3)),
        (pow, (0, 4)), (neg, (0,)), (sub, (1, 0)), (guarded_mul, (0, 2)), (dot, (0, 2)),
        outputs=tuple(range(5, 15)),
    )  # fmt: skip
    smaller, _ = simplified(program)
    wanted = [name for name, _ in steps(program)[:-1]]  # the dot is 0.0 + x, the first operation
    assert [name for name, _ in steps(smaller)] == wanted
    assert smaller.outputs[-1] == smaller.outputs[0]


def test_labels_and_lines_follow_their_variables(program_of):
    program = program_of(
        1, (1.0, 9.0), (exp, (0,)), (mul, (0, 1)), (tanh, (4,)), (tanh, (0,)),
        names={0: "x", 3: "dead", 4: "copy of x", 6: "t"}, lines={5: "a.py:1", 6: "a.py:2"},
    )  # fmt: skip
    smaller, _ = simplified(program)
    assert steps(smaller) == [("tanh", (0,))]
    assert smaller.names == {0: "x", 1: "t"}
    assert smaller.lines == {1: "a.py:1"}


def test_statistics_print_as_a_table(program_of):
    program = program_of(1, (1.0,), (exp, (0,)), (mul, (0, 1)), (tanh, (3,)))
    _, statistics = simplified(program)
    lines = [line.split() for line in str(statistics).splitlines()]
    assert lines[0] == ["before", "after"]
    assert ["exact", "identities", "3", "2"] in lines
    assert ["dead", "code", "2", "1"] in lines
    assert ["mul", "1", "0"] in lines


def test_a_long_chain_of_rewrites_needs_no_recursion(program_of):
    chain = [(neg, (0,))] + [(neg, (number,)) for number in range(1, 50_000)]
    smaller, _ = simplified(program_of(1, (), *chain))
    assert smaller.outputs == (0,)
    assert not smaller.instructions
