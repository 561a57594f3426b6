"""What the tests of programs share: random programs, awkward numbers, and equality to the bit."""

from __future__ import annotations

import random
from math import inf, isnan, nan

import pytest

from autograd.primitive import RESERVED, TABLE
from autograd.program.program import Instruction, Program

__all__ = ["awkward", "identical", "program_of", "random_program"]

AWKWARD = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -3.0, 1e-310, 1e300, -1e300, inf, -inf, nan)


@pytest.fixture
def awkward():
    """Numbers at which algebra that holds for real numbers fails for floats."""
    return AWKWARD


@pytest.fixture
def identical():
    """Tell whether two floats are the same: 0.0 is not -0.0, and one nan is another."""
    return lambda x, y: (isnan(x) and isnan(y)) or (x == y and repr(x) == repr(y))


@pytest.fixture
def program_of():
    """Make a program of inputs, constants and steps (row, variables), with the last as output."""

    def make(inputs, constants, *steps, **details):
        instructions = tuple(Instruction(op, tuple(args)) for op, args in steps)
        last = inputs + len(constants) + len(instructions) - 1
        details = {"outputs": (last,), **details}
        return Program(inputs, 0, 0, tuple(constants), instructions, **details)

    return make


@pytest.fixture
def random_program():
    """Make a program of every kind of row, in which constants and equal operations abound."""

    def make(seed, size=60):
        rng = random.Random(seed)
        rows = [TABLE[name] for name in sorted(RESERVED)]
        examples, shared, parameters = 2, 1, 2
        constants = tuple(rng.choices(AWKWARD, k=6))
        first = examples + shared + parameters + len(constants)
        instructions = []
        for number in range(first, first + size):
            op = rng.choice(rows)
            count = 2 * rng.randint(1, 3) if op.variadic else op.arity
            recent = range(max(0, number - 12), number)
            pools = rng.choices((recent, range(5, first), range(5)), (5, 2, 2), k=count)
            instructions.append(Instruction(op, tuple(rng.choice(pool) for pool in pools)))
        variables = range(first + size)
        return Program(
            examples, shared, parameters, constants, tuple(instructions),
            outputs=tuple(rng.choices(variables[first:], k=8)),
            sums=tuple(rng.choices(variables, k=3)),
        )  # fmt: skip

    return make
