"""The NumPy backend alone: its texts, its memory, its threads."""

from __future__ import annotations

import ctypes
import ctypes.util
import itertools
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from autograd import primitive
from autograd.backends.formula import FUNCTIONS
from autograd.backends.numpy import build
from autograd.backends.numpy.algebra import MISSING, Call, function_of
from autograd.primitives import add, mul, pow, sigmoid, tanh
from autograd.program.schedule import scheduled
from tests.in_one_test import in_one_test

NONE = np.empty(0)
AWKWARD = (
    0.0,
    -0.0,
    0.5,
    -0.5,
    0.49999999999999994,
    1.0,
    -1.5,
    2.5,
    -3.0,
    200.0,
    np.inf,
    -np.inf,
    np.nan,
)


@pytest.fixture(scope="module")
def library():
    """The C library's functions, the oracle of what their names mean."""
    return ctypes.CDLL(ctypes.util.find_library("m"))


def one_operation(drawn, op):
    draw = drawn(examples=1)
    return scheduled(draw.program([draw(op, *draw.x)]))


def test_an_operation_without_a_text_is_named(drawn):
    cube = primitive("cube", lambda x: x**3, None)
    with pytest.raises(ValueError, match=r"'cube' has no C text.*primitive\('cube', ..., c="):
        build(one_operation(drawn, cube))


@pytest.mark.parametrize(
    "text", ["x **", "cbrt(x", "cube_of(x)", "x + y", "(x, x)", "'x'", "x * 1j"]
)
def test_a_text_that_is_no_function_of_arrays_is_named(text, drawn):
    cube = primitive("cube", lambda x: x**3, None, numpy=text)
    with pytest.raises(ValueError, match=r"the NumPy text .* of the operation 'cube'"):
        build(one_operation(drawn, cube))


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("x**3 + math.pi", lambda x: x**3 + np.pi),  # more than ufuncs: evaluated as it stands
        ("exp2", np.exp2),
        ("where(x, 2 * x, -x) + pi * exp(-x) / exp(-x)", lambda x: np.where(x, 2 * x, 0) + np.pi),
        ("where(~(x < 0) & (x != 2), x, 0.5)", lambda x: np.where((x < 0) | (x == 2), 0.5, x)),
        ("where(where(x > 0, x, 0), 1, where(x == 0, 2, 3))", lambda x: 2 - np.sign(x)),
        ("x > 0", lambda x: x > 0),
        ("7.5", lambda x: np.full_like(x, 7.5)),
    ],
)  # fmt: skip
def test_texts_of_users(text, function, drawn):
    op = primitive("of_user", lambda x: float(function(np.float64(x))), None, numpy=text)
    numbers = np.array([-2.0, -0.5, 0.0, 1.0, 2.0, 3.0])
    outputs, _ = build(one_operation(drawn, op)).run(numbers[:, None], NONE, NONE)
    np.testing.assert_allclose(outputs[:, 0], function(numbers), rtol=1e-15)


@in_one_test("name", sorted(FUNCTIONS.keys() - MISSING))
def test_functions_of_c_are_those_of_the_c_library(name, library):
    arity = FUNCTIONS[name]
    row = primitive("of_c", lambda *args: 0.0, *[None] * arity, c=name)
    points = [*itertools.product(AWKWARD, repeat=arity)]
    function = getattr(library, name)
    function.argtypes, function.restype = [ctypes.c_double] * arity, ctypes.c_double
    wanted = np.array([function(*point) for point in points])
    with np.errstate(all="ignore"):
        got = function_of(row)(*np.array(points).T)
    np.testing.assert_allclose(got, wanted, rtol=1e-14)
    if name in {"round", "rint", "nearbyint", "trunc", "copysign", "fdim"}:
        assert np.array_equal(
            np.signbit(got), np.signbit(wanted) | np.isnan(wanted) & np.signbit(got)
        )


@pytest.mark.parametrize("name", sorted(MISSING))
def test_functions_of_c_that_numpy_lacks_are_named(name):
    row = primitive("of_c", lambda *args: 0.0, *[None] * FUNCTIONS[name], c=name)
    with pytest.raises(ValueError, match=rf"'of_c' is no function of arrays: {name} is called"):
        function_of(row)


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("x > y || x != x ? x : y", np.maximum),  # one ufunc, as of relu
        ("x < y || x != x ? x : y", np.minimum),
        ("x > y || y != y ? x : y", lambda x, y: np.where((x > y) | (y != y), x, y)),
        ("x > y || x != x ? y : x", lambda x, y: np.where((x > y) | (x != x), y, x)),
        ("x", lambda x, y: x),
        ("7.5", lambda x, y: np.full_like(x, 7.5)),
        ("x > y", lambda x, y: (x > y) * 1.0),
        ("(x > y) + (x > y)", lambda x, y: (x > y) * 2.0),
        ("!(x > y) ? x > 0 ? 1 : y : -x", lambda x, y: np.where(x > y, -x, np.where(x > 0, 1, y))),
        ("signbit(x) ? 2.0 / 4 : isinf(y)", lambda x, y: np.where(np.signbit(x), 0.5, np.isinf(y))),
        ("x * x + x * x", lambda x, y: x * x * 2.0),
        ("1.0 < 2.0 ? x : y", lambda x, y: x),
    ],
)  # fmt: skip
def test_c_texts_of_users(text, function):
    row = primitive("of_c", lambda x, y: 0.0, None, None, c=text)
    x, y = np.array([*itertools.product(AWKWARD, repeat=2)]).T
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(function_of(row)(x, y), function(x, y))
        # of shapes that meet only at the end
        found = function_of(row)(x[:5, None], y[None, :7])
        np.testing.assert_array_equal(
            found, function(*np.broadcast_arrays(x[:5, None], y[None, :7]))
        )


def test_equal_parts_of_a_text_are_computed_once():
    calls = [node.function for node in function_of(sigmoid).nodes if isinstance(node, Call)]
    assert calls.count(np.exp) == 1


def test_memory_does_not_grow_with_the_batch(drawn):
    draw = drawn(examples=1, parameters=300)
    rows = [draw(tanh, draw(mul, draw.x[0], p)) for p in draw.p]
    program = build(scheduled(draw.program([draw(add, rows[0], rows[1])], rows)))
    count = 20_000
    inputs, parameters = np.ones((count, 1)), np.linspace(-1.0, 1.0, 300)
    tracemalloc.start()
    try:
        outputs, sums = program.run(inputs, NONE, parameters)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 8 * count * 600 / 8  # an eighth of all the numbers of the program
    np.testing.assert_allclose(sums, count * np.tanh(parameters), rtol=1e-12)
    assert outputs.shape == (count, 1)


def test_results_belong_to_the_caller(drawn):
    draw = drawn(examples=1)
    program = build(scheduled(draw.program([draw.x[0]], draw.x)))
    first = program.run(np.array([[1.0], [2.0]]), NONE, NONE)
    program.run(np.array([[5.0], [6.0]]), NONE, NONE)
    assert first[0].tolist() == [[1.0], [2.0]]
    assert first[1].tolist() == [3.0]


def test_threads_do_not_meet_in_one_workspace(drawn):
    draw = drawn(examples=1, parameters=40)
    rows = [draw(tanh, draw(mul, draw.x[0], p)) for p in draw.p]
    program = build(scheduled(draw.program(rows, rows)))
    parameters = np.linspace(0.1, 2.0, 40)

    def differs(seed):
        X = np.random.default_rng(seed).normal(size=(400 + seed % 7, 1))
        outputs, _ = program.run(X, NONE, parameters)
        return float(np.abs(outputs - np.tanh(X * parameters)).max())

    with ThreadPoolExecutor(8) as pool:
        assert max(pool.map(differs, range(200))) < 1e-14


@pytest.mark.parametrize("width", [1, 30])  # on Python's floats, and on arrays
def test_scalars_are_the_outputs_for_shared_inputs(width, drawn):
    draw = drawn(shared=width, parameters=1)
    rows = [draw(tanh, draw(mul, s, draw.p[0])) for s in draw.s]
    program = build(scheduled(draw.program([rows[-1], rows[0]])))
    numbers = tuple(np.linspace(0.5, 1.0, width).tolist())
    wanted = np.tanh([2.0 * numbers[-1], 2.0 * numbers[0]])
    found = program.scalars(numbers, (2.0,))
    assert [type(x) for x in found] == [float, float]
    np.testing.assert_allclose(found, wanted, rtol=1e-15)


def test_a_power_of_one_half_throughout_is_that_of_c():
    bases = [-np.inf, np.inf, -0.0, 0.0, 4.0]
    for half in (np.full(5, 0.5), np.array([0.5])):
        with np.errstate(all="ignore"):  # as a program does
            found = function_of(pow)(np.array(bases), half)
        assert [*map(repr, found.tolist())] == [repr(pow.forward(x, 0.5)) for x in bases]
