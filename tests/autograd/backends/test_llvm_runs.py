"""Irregular rows in runs: triangles of every size, against the interpreter."""

import math
import random

import pytest

from autograd.primitives import add, guarded_dot, mul, ordered_dot
from autograd.program.interpreter import run
from autograd.program.program import Instruction, Program
from autograd.program.schedule import scheduled
from tests.in_one_test import in_one_test

build = pytest.importorskip("autograd.backends.llvm").build

SIZE = 14


def triangle(size, rng):
    """Return x[i][j] * y[i] for j <= i, that plus z[j], and three dots of such terms.

    Rows of x are in any order, so that a vector that goes on beyond its run reads another one.
    """
    first = 3 * SIZE * SIZE
    order = rng.sample(range(size), size)
    x = [[order[i] * SIZE + j for j in range(i + 1)] for i in range(size)]
    y, z = range(SIZE * SIZE, SIZE * SIZE + SIZE), range(2 * SIZE * SIZE, 2 * SIZE * SIZE + SIZE)
    products = [Instruction(mul, (x[i][j], y[i])) for i in range(size) for j in range(i + 1)]
    places = [j for i in range(size) for j in range(i + 1)]
    sums = [Instruction(add, (first + k, z[j])) for k, j in enumerate(places)]
    dots = [
        Instruction(op, (x[i][j], y[i], y[i], z[j], x[i][j], z[i]))
        for op in (ordered_dot, guarded_dot)
        for i in range(size)
        for j in range(i + 1)
    ]
    steps = (*products, *sums, *dots)
    return Program(0, 0, first, (), steps, tuple(range(first, first + len(steps))))


def same(x, y):
    return (x != x and y != y) or (x == y and math.copysign(1.0, x) == math.copysign(1.0, y))


@in_one_test("size", range(1, SIZE + 1))
@pytest.mark.parametrize("least", [1, 3])
def test_triangles_of_every_size(size, least, monkeypatch):
    monkeypatch.setattr("autograd.backends.llvm.runs.LEAST_ROWS", least)
    rng = random.Random(size)
    program = triangle(size, rng)
    numbers = [
        rng.choice([0.0, -0.0, math.inf, math.nan]) if rng.random() < 0.1 else rng.uniform(-2, 2)
        for _ in range(program.parameters)
    ]
    executable = build(scheduled(program))
    (wanted,), _ = run(program, [()], (), numbers)
    unordered = len(program.instructions) * 3 // 4
    for _ in range(2):  # what a call leaves behind is not read by the next one
        found = executable.scalars((), numbers)
        for place, (x, y) in enumerate(zip(found, wanted, strict=True)):
            near = place >= unordered and abs(x - y) <= 1e-14
            assert same(x, y) or near, (size, place, x, y)


def test_vectors_compute_what_is_regular_in_runs():
    text = build(scheduled(triangle(SIZE, random.Random(5)))).kernel.text
    assert text.count("fmul <") == 1 + 3 + 3
