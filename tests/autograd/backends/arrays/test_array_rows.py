"""Every row of the table on the backends on arrays, against its forward function."""

from __future__ import annotations

import math
from collections import defaultdict

import mpmath
import numpy as np
import pytest

from autograd.backends.formula import formula_of

# Rounded once or not at all: the same bits everywhere. Others are made of functions within 4 ulp.
EXACT_FUNCTIONS = {"fabs", "fmax", "fmin", "sqrt"}
ULPS = 8.0
XLA_ULPS = {"div": 1.0, "log1p": 130.0, "atanh": 130.0, "softplus": 130.0, "gelu": 64.0}


@pytest.fixture
def agrees(row, backend, difference_in_ulps, same_but_for_order):
    called = {step.details[0] for step in formula_of(row).steps if step.name == "function"}
    allowed = 0.0 if called <= EXACT_FUNCTIONS else ULPS
    if backend.__name__.endswith("jax"):
        allowed = XLA_ULPS.get(row.name, allowed)

    def agrees(got, point):
        wanted = row.forward(*point)
        if row.variadic and same_but_for_order(row, got, wanted, point):
            return True
        if got == wanted:
            return math.copysign(1.0, got) == math.copysign(1.0, wanted)
        return difference_in_ulps(got, mpmath.mpf(wanted)) <= allowed

    return agrees


def test_operands_that_differ_from_example_to_example(
    row, points, edges, run, drawn, agrees, request
):
    by_size = defaultdict(list)
    for point in (*points, *edges):
        by_size[len(point)].append(point)
    by_size.pop(0, None)  # a value of nothing is a constant
    for size, examples in sorted(by_size.items(), reverse=True):
        if size < max(by_size):  # the digits are those of the same step, taken less often
            request.getfixturevalue("quick_xla")
        draw = drawn(examples=size)
        outputs, _ = run(draw.program([draw(row, *draw.x)]), examples)
        for point, (got,) in zip(examples, outputs.tolist(), strict=True):
            assert agrees(got, point), (point, got)


def test_operands_that_all_examples_share(row, points, edges, run, drawn, agrees, quick_xla):
    given = [point for point in (*points, *edges) if point]
    draw = drawn(shared=sum(map(len, given)))
    numbers = iter(draw.s)
    results = [draw(row, *(next(numbers) for _ in point)) for point in given]
    outputs, _ = run(draw.program(results), [()], shared=[x for point in given for x in point])
    for point, got in zip(given, outputs[0].tolist(), strict=True):
        assert agrees(got, point), (point, got)


def test_last_operands_shared(row, edges, run, drawn, agrees, quick_xla):
    size = len(edges[-1])
    by_rest = defaultdict(list)
    for first, *rest in (point for point in edges if len(point) == size > 1):
        by_rest[tuple(rest)].append(first)
    most = max(map(len, by_rest.values()), default=0)
    draw = drawn(examples=1, shared=size - 1)
    program = draw.program([draw(row, *draw.x, *draw.s)])
    for rest, firsts in by_rest.items():
        outputs, _ = run(program, np.resize(firsts, (most, 1)), shared=rest)
        for first, (got,) in zip(firsts, outputs.tolist(), strict=False):
            assert agrees(got, (first, *rest)), (first, rest, got)
