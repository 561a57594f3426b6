"""Every row of the table on the backends on arrays, against its forward function."""

from __future__ import annotations

import math
from collections import defaultdict
from functools import cache
from itertools import chain, islice

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


@pytest.fixture(scope="module")
def quick_run(request, backend, run):
    """Run a program for which XLA generates code without optimization."""
    if not backend.__name__.endswith("jax"):
        return run
    options = {**backend.STRICT, **request.getfixturevalue("unoptimized")}

    def quick(*given, **others):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(backend, "STRICT", options)
            return run(*given, **others)

    return quick


@pytest.fixture(scope="module")
def peers(points_and_edges):
    """Return rows that are computed in one program with a row, which is among them.

    XLA takes a third of the time that it would take for a program of each.
    """
    rows = [*points_and_edges]
    groups = [tuple(rows[start : start + 8]) for start in range(0, len(rows), 8)]
    return {row: group for group in groups for row in group}


def in_columns(run, drawn, columns):
    """Run rows side by side, each at points of one length; return point and result by row."""
    draw = drawn(examples=sum(len(points[0]) for _, points in columns))
    operands = iter(draw.x)
    results = [draw(row, *islice(operands, len(points[0]))) for row, points in columns]
    count = max(len(points) for _, points in columns)
    examples = [np.resize(points, (count, len(points[0]))) for _, points in columns]
    outputs, _ = run(draw.program(results), np.hstack(examples))
    found = defaultdict(list)
    for (row, points), got in zip(columns, outputs.T.tolist(), strict=True):
        found[row] += zip(points, got, strict=False)
    return found


@pytest.fixture(scope="module")
def on_examples(run, quick_run, drawn, points_and_edges):
    """Return the results of rows whose operands differ from example to example."""

    @cache
    def of(rows):
        longest, shorter = [], []  # the digits of both are those of the same step
        for row in rows:
            by_size = defaultdict(list)
            for point in chain(*points_and_edges[row]):
                by_size[len(point)].append(point)
            by_size.pop(0, None)  # a value of nothing is a constant
            for size, points in by_size.items():
                (longest if size == max(by_size) else shorter).append((row, points))
        found = in_columns(run, drawn, longest)
        for row, more in (in_columns(quick_run, drawn, shorter) if shorter else {}).items():
            found[row] += more
        return found

    return of


@pytest.fixture(scope="module")
def on_shared(quick_run, drawn, points_and_edges):
    """Return the results of rows whose operands all examples share."""

    @cache
    def of(rows):
        given = [(row, point) for row in rows for point in chain(*points_and_edges[row]) if point]
        draw = drawn(shared=sum(len(point) for _, point in given))
        numbers = iter(draw.s)
        results = [draw(row, *islice(numbers, len(point))) for row, point in given]
        outputs, _ = quick_run(draw.program(results), [()], shared=[*chain(*(p for _, p in given))])
        found = defaultdict(list)
        for (row, point), got in zip(given, outputs[0].tolist(), strict=True):
            found[row].append((point, got))
        return found

    return of


@pytest.fixture(scope="module")
def on_last_shared(quick_run, drawn, points_and_edges):
    """Return the results of rows of which all operands but the first are shared."""

    @cache
    def of(rows):
        firsts = {}  # by row and the other operands
        for row in rows:
            edges = points_and_edges[row][1]
            size = len(edges[-1])
            for first, *rest in (point for point in edges if len(point) == size > 1):
                firsts.setdefault(row, defaultdict(list))[tuple(rest)].append(first)
        found = defaultdict(list)
        if not firsts:
            return found
        most = max(len(some) for by_rest in firsts.values() for some in by_rest.values())
        sizes = [len(next(iter(by_rest))) for by_rest in firsts.values()]
        draw = drawn(examples=len(firsts), shared=sum(sizes))
        numbers = iter(draw.s)
        results = [
            draw(row, x, *islice(numbers, size))
            for row, x, size in zip(firsts, draw.x, sizes, strict=True)
        ]
        program = draw.program(results)
        for turn in range(max(map(len, firsts.values()))):
            rests = [[*by_rest][turn % len(by_rest)] for by_rest in firsts.values()]
            columns = [by_rest[rest] for by_rest, rest in zip(firsts.values(), rests, strict=True)]
            examples = np.transpose([np.resize(column, most) for column in columns])
            outputs, _ = quick_run(program, examples, shared=[*chain(*rests)])
            for row, rest, column, got in zip(
                firsts, rests, columns, outputs.T.tolist(), strict=True
            ):
                points = [(first, *rest) for first in column]
                found[row] += zip(points, got, strict=False)
        return found

    return of


def test_operands_that_differ_from_example_to_example(row, peers, on_examples, agrees):
    assert on_examples(peers[row])[row]
    for point, got in on_examples(peers[row])[row]:
        assert agrees(got, point), (point, got)


def test_operands_that_all_examples_share(row, peers, on_shared, agrees):
    assert on_shared(peers[row])[row]
    for point, got in on_shared(peers[row])[row]:
        assert agrees(got, point), (point, got)


def test_last_operands_shared(row, edges, peers, on_last_shared, agrees):
    found = on_last_shared(peers[row])[row]
    assert bool(found) is (len(edges[-1]) > 1)
    for point, got in found:
        assert agrees(got, point), (point, got)
