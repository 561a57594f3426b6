"""Matrix products of what examples share: shapes and places of rows, against the interpreter."""

import itertools
import math
import random

import pytest

from autograd.primitives import dot, guarded_dot, ordered_dot
from autograd.program.interpreter import run
from autograd.program.program import Instruction, Program
from autograd.program.schedule import scheduled
from autograd.program.stages import Product
from tests.in_one_test import in_one_test

build = pytest.importorskip("autograd.backends.llvm").build

HEIGHTS, BREADTHS, WIDTHS = (1, 2, 8, 9, 17), (4, 5, 8, 13, 16, 27), (1, 3, 8, 19)
SHAPES = random.Random(4).sample([*itertools.product(HEIGHTS, BREADTHS, WIDTHS)], 24)


def table(first, height, width, layout, rng):
    """Return lines of variables: one after the other, term by term, or in any order."""
    numbers = [*range(first, first + height * width)]
    if layout == "any":
        rng.shuffle(numbers)
    across, down = (height, 1) if layout == "terms" else (1, width)
    return [[numbers[i * down + k * across] for k in range(width)] for i in range(height)]


def same(x, y):
    return (x != x and y != y) or (x == y and math.copysign(1.0, x) == math.copysign(1.0, y))


@in_one_test(
    "op, layout", itertools.product((dot, guarded_dot, ordered_dot), ("lines", "terms", "any"))
)
def test_products_of_every_shape(op, layout):
    rng = random.Random(layout)
    for height, breadth, width in SHAPES:
        lefts = table(0, height, width, layout, rng)
        rights = table(height * width, breadth, width, layout, rng)
        parameters = (height + breadth) * width
        steps = tuple(Instruction(op, (*a, *b)) for a in lefts for b in rights)
        results = tuple(range(parameters, parameters + len(steps)))
        program = Program(0, 0, parameters, (), steps, results)
        schedule = scheduled(program)
        assert [type(stage) for stage in schedule.before] == [Product]
        numbers = [
            rng.choice([0.0, -0.0, math.inf, math.nan])
            if rng.random() < 0.02
            else rng.uniform(-2, 2)
            for _ in range(parameters)
        ]
        found = build(schedule).scalars((), numbers)
        (wanted,), _ = run(program, [()], (), numbers)
        for x, y in zip(found, wanted, strict=True):
            near = op is not ordered_dot and abs(x - y) <= 1e-14 * width
            assert same(x, y) or near, (height, breadth, width, x, y)


@pytest.mark.parametrize("layout", ["lines", "terms", "any"])
def test_products_of_one_form_have_one_function(layout):
    rng = random.Random(layout)
    places = [0, 40, 200, 240]  # of left and right tables, 2 x 8 and 5 x 8
    lefts = [table(first, 2, 8, layout, rng) for first in places[::2]]
    rights = [table(first, 5, 8, layout, rng) for first in places[1::2]]
    steps = tuple(
        Instruction(ordered_dot, (*a, *b))
        for left, right in zip(lefts, rights)
        for a in left
        for b in right
    )
    program = Program(0, 0, 300, (), steps, tuple(range(300, 300 + len(steps))))
    schedule = scheduled(program)
    assert [type(stage) for stage in schedule.before] == [Product, Product]
    made = build(schedule)
    assert made.kernel.text.count("define internal void @ordered.") == 1
    numbers = [rng.uniform(-2, 2) for _ in range(300)]
    (wanted,), _ = run(program, [()], (), numbers)
    assert [*made.scalars((), numbers)] == [*wanted]
