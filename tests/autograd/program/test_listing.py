"""Listings: what people read of a program."""

from __future__ import annotations

from autograd.primitives import add, add_n, div, dot, exp, less, neg, pow, relu, sub, where
from autograd.program.listing import listing
from autograd.program.program import Instruction, Program


def test_every_kind_of_line():
    steps = [
        (dot, (3, 4, 0, 1)), (add, (7, 5)), (relu, (8,)), (neg, (9,)), (less, (10, 2)),
        (where, (11, 6, 10)), (pow, (12, 6)), (div, (13, 12)),
    ]  # fmt: skip
    program = Program(
        2, 1, 3, (2.0,), tuple(Instruction(*step) for step in steps), (14, 0), (13, 13)
    )
    assert listing(program, "moons").splitlines() == [
        "# moons: 2 inputs per example, 1 shared input, 3 parameters, 8 operations",
        "v7 = dot([p0 p1], [x0 x1])",
        "v8 = v7 + p2",
        "v9 = relu(v8)",
        "v10 = -v9",
        "v11 = v10 < s0",
        "v12 = where(v11, 2.0, v10)",
        "v13 = pow(v12, 2.0)",
        "v14 = v13 / v12",
        "return v14, x0",
        "sum over examples: v13, v13",
    ]


def test_labels_stand_for_numbers_where_they_are_names_of_their_own():
    steps = (Instruction(add, (0, 1)), Instruction(sub, (5, 2)), Instruction(exp, (6,)))
    names = {0: "a", 1: "p1", 2: "w", 3: "w", 4: "two", 5: "layers.0.bias", 6: "loss"}
    text = listing(Program(0, 4, 0, (2.0,), steps, (7, 3, 4), names=names))
    assert text.splitlines() == [
        "# program: 4 inputs, 3 operations",
        "v5 = a + s1",
        "loss = v5 - s2",
        "v7 = exp(loss)",
        "return v7, s3, 2.0",
    ]


def test_long_sums_are_shortened():
    scattered = tuple(range(0, 40, 2))
    steps = (
        Instruction(dot, (*range(16), *range(24, 40))),
        Instruction(add_n, scattered),
        Instruction(add_n, (3, 4, 7, 9, 10, 11)),
    )
    text = listing(Program(0, 0, 40, (), steps, (40, 41, 42)))
    assert text.splitlines()[1:4] == [
        "v40 = dot([p0..p15], [p24..p39])",
        "v41 = sum([p0 p2 p4 p6 p8 p10 p12 ... p38 (20 in all)])",
        "v42 = sum([p3 p4 p7 p9..p11])",
    ]


def test_a_limit_says_how_much_is_left_out():
    steps = tuple(Instruction(exp, (number,)) for number in range(1500))
    lines = listing(Program(1, 0, 0, (), steps, (1500,)), limit=2).splitlines()
    assert lines[2:] == ["v2 = exp(v1)", "... 1,498 more", "return v1500"]
    assert "more" not in listing(Program(1, 0, 0, (), steps[:2], (2,)), limit=2)
    assert listing(Program(1, 0, 0, (), steps[:2], (2,)), limit=0).splitlines()[1] == "... 2 more"


def test_a_program_without_operations():
    assert listing(Program(1, 0, 0, (), (), (0,))).splitlines() == [
        "# program: 1 input per example, 0 operations",
        "return x0",
    ]
