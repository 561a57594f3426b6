"""NumPy in float32: every row, and programs of every shape, against the interpreter."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from autograd.backends.numpy import build
from autograd.program.interpreter import Interpreted
from autograd.program.precision import SINGLE
from autograd.program.program import Instruction, Program
from autograd.program.schedule import scheduled

ULPS = 5.0
ROUGH = {"share": 128.0, "silu": 128.0}  # see test_llvm_single
NONE = np.array([])


def floats(rng, count):
    near = [rng.uniform(-size, size) for size in (0.5, 2.0, 20.0, 120.0) for _ in range(count)]
    anywhere = [math.ldexp(rng.uniform(-2, 2), rng.randint(-60, 60)) for _ in range(count)]
    turns = [0.0, -0.0, 1.0, -1.0, 88.72, 89.0, 1e-37, 1e37, math.inf, -math.inf, math.nan]
    return [SINGLE.rounded(x) for x in [*near, *anywhere, *turns]]


def test_a_row_is_that_of_the_interpreter(row):
    """A variadic row of two, or of two pairs that are added without a difference."""
    pairs = row.sum_of is not None and row.variadic and row.sum_of.arity == 2
    count = row.arity or (4 if pairs else 2)
    rng = random.Random(row.name)
    columns = [floats(rng, 25) for _ in range(count)]
    if pairs:
        columns = [[abs(x) for x in column if abs(x) < 1e9] for column in columns]
    for column in columns[1:]:
        rng.shuffle(column)
    examples = np.array([*zip(*columns)])
    program = Program(count, 0, 0, (), (Instruction(row, tuple(range(count))),), (count,))
    program = program.rounded(SINGLE)
    (got, _), (wanted, _) = (
        each.run(examples, NONE, NONE) for each in (build(scheduled(program)), Interpreted(program))
    )
    assert got.dtype == wanted.dtype == np.float32
    if row.ordered:
        np.testing.assert_array_equal(got, wanted)
    with np.errstate(all="ignore"):
        same = (got == wanted) | (np.isnan(got) & np.isnan(wanted))
        close = abs(got - wanted) <= ROUGH.get(row.name, ULPS) * np.spacing(abs(wanted))
    wrong = ~(same | (close & np.isfinite(got))).ravel()
    assert not wrong.any(), (examples[wrong][0], got[wrong][0], wanted[wrong][0])


@pytest.mark.parametrize("seed", range(8))
def test_random_programs(seed, batch_program, batch_numbers):
    """Of small whole numbers, which are exact in any order of adding."""
    program = batch_program(1000 + seed)
    examples, shared, parameters = map(
        np.array, batch_numbers(program, seed, 30, (math.inf, math.nan))
    )
    program = program.rounded(SINGLE)
    native, meaning = build(scheduled(program)), Interpreted(program)
    for count in (30, 1, 8):
        some = np.reshape(examples[:count], (count, -1)).astype(float)
        arguments = some, shared.astype(float), parameters.astype(float)
        for got, wanted in zip(native.run(*arguments), meaning.run(*arguments), strict=True):
            assert got.dtype == np.float32
            np.testing.assert_array_equal(got, wanted)
