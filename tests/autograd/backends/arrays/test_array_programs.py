"""Random programs on the backends on arrays: every operation right on the operands it was given."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from autograd.primitive import RESERVED, TABLE

# Comparisons jump, and XLA may round their operands otherwise than their copies among the outputs.
SMOOTH = (
    "add", "sub", "mul", "div", "neg", "exp", "sin", "tanh", "sigmoid", "softplus", "atan", "sqrt",
    "dot", "guarded_dot", "add_n", "hypot", "maximum", "relu", "clip", "abs", "log1p",
    "guarded_mul",
)  # fmt: skip


def random_program(seed, drawn, rows, size):
    """Return a program that mixes operations, memories and batches; all variables are outputs."""
    rng = random.Random(seed)
    draw = drawn(examples=4, shared=2, parameters=6, constants=(0.0, 1.0, -2.0))
    for _ in range(size):
        op = TABLE[rng.choice(rows)]
        variables = range(draw.first + len(draw.instructions))
        near = variables[-rng.randint(3, 20) :] if rng.random() < 0.5 else variables
        args = [rng.choice(near) for _ in range(2 * rng.randint(1, 4) if op.variadic else op.arity)]
        for _ in range(rng.choice((1, 1, 2, 5))):  # several alike, to be grouped
            rng.shuffle(args)
            draw(op, *args)
    variables = range(draw.first + len(draw.instructions))
    return draw.program(variables, rng.choices(variables, k=12))


def check(program, outputs, sums, tolerance):
    values = outputs.tolist()
    for place, (op, args) in enumerate(program.instructions, program.first):
        for numbers in values:
            operands, got = [numbers[arg] for arg in args], numbers[place]
            wanted = op.forward(*operands)
            if math.isfinite(wanted) and math.isfinite(got):
                # of a sum, relative to its terms
                scale = max(abs(wanted), op.forward(*map(abs, operands)) if op.variadic else 0.0)
                assert abs(got - wanted) <= tolerance * scale, (place, op, operands, got, wanted)
            elif scale_is_finite(op, operands):
                assert str(got) == str(wanted), (place, op, operands, got, wanted)
    for total, variable in zip(sums.tolist(), program.sums, strict=True):
        terms = outputs[:, variable].tolist()
        scale = math.fsum(map(abs, terms)) if all(map(math.isfinite, terms)) else math.inf
        if math.isfinite(scale):
            assert abs(total - math.fsum(terms)) <= 1e-13 * scale + 1e-300, (variable, terms, total)
        else:
            assert not math.isfinite(total), (variable, terms, total)


def scale_is_finite(op, operands):
    """Tell whether no order of adding overflows on the way."""
    return not op.variadic or all(map(math.isfinite, operands))


@pytest.fixture
def agrees(drawn, run, backend):
    """Run the random program of a seed on so many examples, and check each operation."""
    by_numpy = backend.__name__.endswith("numpy")
    rows, tolerance = (sorted(RESERVED), 1e-14) if by_numpy else (SMOOTH, 1e-12)

    def agrees(seed, count, size=60):
        program = random_program(seed, drawn, rows, size)
        rng = np.random.default_rng(seed)
        examples, shared = rng.normal(size=(count, 4)), rng.normal(size=2)
        outputs, sums = run(program, examples, shared, rng.normal(size=6))
        check(program, outputs, sums, tolerance)

    return agrees


@pytest.mark.parametrize(("seed", "count"), [(0, 1), (5, 5)])
def test_random_programs(seed, count, agrees, quick_xla):
    agrees(seed, count)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(0, 40, 5))
def test_more_random_programs(seed, agrees):
    """XLA compiles and optimizes each for one second, and twice the size for four."""
    agrees(seed, 1 + seed % 2 * 4, size=30)


@pytest.mark.parametrize("backend", ["numpy"], indirect=True)
@pytest.mark.parametrize("count", [1, 5])
def test_many_random_programs(count, agrees):
    for seed in range(40):
        agrees(seed, count)
