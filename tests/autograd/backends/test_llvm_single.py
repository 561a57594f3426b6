"""Machine code in float32: functions, every row, every stage, against doubles and the interpreter.

Programs of small whole numbers are exact in any order of adding, so that results must be equal.
"""

from __future__ import annotations

import ctypes
import math
import random

import numpy as np
import pytest

from autograd.backends.formula import needs_doubles
from autograd.primitive import RESERVED, TABLE
from autograd.primitives import dot, guarded_dot, guarded_mul, mul
from autograd.program.interpreter import Interpreted
from autograd.program.precision import SINGLE
from autograd.program.program import Instruction, Program
from autograd.program.schedule import scheduled

elementary = pytest.importorskip(
    "autograd.backends.llvm.elementary", reason="llvmlite is not installed"
)
Writer = pytest.importorskip("autograd.backends.llvm.writer").Writer
executable = pytest.importorskip("autograd.backends.llvm.executable")

LANES = (1, 8, 16)
# The docstrings state what was measured over more points.
ULPS = {"exp": 1.0, "tanh": 2.0, "log": 0.8}
# Of which the result of one operation is larger than the error of what it works on: a difference
# that is large, or a denormal exponential of a large number.
ROUGH = {"share": 128.0, "silu": 128.0}


def compiled(native_module, write, lanes, count):
    """Return the function of arrays that `write` makes of one vector of each."""
    writer = Writer(lanes, SINGLE)
    names = [f"%{letter}" for letter in "xyz"[:count]]
    parameters = {**dict.fromkeys([*names, "%out"], "ptr"), "%n": "i64"}
    with writer.function("f", parameters), writer.loop(0, "%n", lanes) as loop:
        operands = [writer.load(writer.address(name, loop.index)) for name in names]
        writer.store(write(writer, operands), writer.address("%out", loop.index))
    pointers = [ctypes.c_void_p] * (count + 1)
    function = native_module(writer.text())("f", None, *pointers, ctypes.c_int64)

    def call(*columns):
        size = len(columns[0])
        arrays = [np.resize(np.array(x, np.float32), -(-size // lanes) * lanes) for x in columns]
        out = np.empty_like(arrays[0])
        function(*[array.ctypes.data for array in [*arrays, out]], len(out))
        return out[:size]

    return call


def ulps(got, wanted):
    """Return the distance in units in the last place of a float32, 0 for the same special one."""
    rounded = SINGLE.rounded(wanted)
    if repr(got) == repr(rounded):
        return 0.0
    if math.isnan(got) or math.isnan(wanted) or math.isinf(rounded) is not math.isinf(got):
        return math.inf
    unit = math.ldexp(1.0, max(math.frexp(wanted)[1] - 24, -149))
    return abs(got - wanted) / unit


def floats(rng, count):
    """Numbers of every size: those that matter to most functions, and any bits."""
    near = [rng.uniform(-size, size) for size in (0.5, 2.0, 20.0, 120.0) for _ in range(count)]
    anywhere = [math.ldexp(rng.uniform(-2, 2), rng.randint(-150, 127)) for _ in range(count)]
    turns = [0.0, 1e-45, 1.1754944e-38, 1.0, 88.72283, 88.722845, 103.97, 104.0, 3.4028235e38]
    turns += [0.34657359, 0.70710677, 0.7071068, 1.4142135, math.inf, math.nan]
    found = [*near, *anywhere, *turns, *[-x for x in turns]]
    return [SINGLE.rounded(x) for x in found]


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("name", ULPS)
def test_functions_within_their_errors(name, lanes, native_module):
    numbers = floats(random.Random(name), 400)
    call = compiled(
        native_module, lambda w, xs: elementary.call_function(w, name, *xs), lanes, count=1
    )
    for x, got in zip(numbers, call(numbers).tolist(), strict=True):
        assert ulps(got, TABLE[name].forward(x)) <= ULPS[name], (x, got)


def width(row):
    return row.arity or (3 if "z" in row.c else 2)


def forward(row, point):
    """Return a row, or one step of its fold: of a product, both of its roundings."""
    if row.variadic and "z" in row.c:
        return point[0] + SINGLE.rounded(row.forward(*point[1:]))
    return row.forward(*point)


@pytest.mark.parametrize("lanes", [1, 8])
def test_a_row_is_its_forward_rounded(row, lanes, native_module, points, edges):
    count = width(row)
    rng = random.Random(row.name)
    columns = [floats(rng, 60) for _ in range(count)]
    for column in columns[1:]:
        rng.shuffle(column)
    tried = [*zip(*columns, strict=True)]
    tried += [
        tuple(map(SINGLE.rounded, point)) for point in [*points, *edges] if len(point) == count
    ]
    call = compiled(native_module, lambda w, xs: elementary.lowered(w, row, xs), lanes, count)
    most = ROUGH.get(row.name, 4.0)
    for point, got in zip(tried, call(*zip(*tried, strict=True)).tolist(), strict=True):
        wanted = float(forward(row, point))
        assert ulps(got, wanted) <= most, (point, got, wanted)


def test_rows_that_need_doubles_are_few():
    """A row of one function, or of those with code for floats, has all its lanes."""
    native = {name for name in RESERVED if not needs_doubles(TABLE[name])}
    assert {"sigmoid", "logistic_density", "tanh", "sech_squared", "exp", "log", "relu"} <= native
    assert {"gelu", "softplus", "cosine", "power_log"}.isdisjoint(native)


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0, 3.0, 5.0, 8.0, -1.0, -2.0, 0.5, -0.5, 2.5])
def test_a_power_with_a_known_exponent(exponent, native_module):
    numbers = floats(random.Random(exponent), 100)
    row = TABLE["pow"]
    call = compiled(
        native_module, lambda w, xs: elementary.lowered(w, row, [*xs, exponent]), 8, count=1
    )
    for x, got in zip(numbers, call(numbers).tolist(), strict=True):
        most = 1.5 if exponent == -0.5 else 1.0  # a root and a quotient
        assert ulps(got, row.forward(x, exponent)) <= most, (x, got)


# Stages


@pytest.fixture
def each_width(quick_llvm, monkeypatch):
    """Compile a program in float32 for vectors of 4, 8 and 16 numbers."""

    def builds(program):
        schedule = scheduled(program.rounded(SINGLE))
        for size in (16, 32, 64):
            monkeypatch.setattr(executable, "vector_bytes", lambda size=size: size)
            yield executable.build(schedule)

    return builds


def check(native, program, examples, shared=(), parameters=()):
    """Compare outputs and sums with the interpreter's, to the last bit."""
    numbers = np.array(examples, float).reshape(len(examples), program.examples)
    arguments = numbers, np.array(shared, float), np.array(parameters, float)
    wanted = Interpreted(program.rounded(SINGLE)).run(*arguments)
    for got, right in zip(native.run(*arguments), wanted, strict=True):
        assert got.dtype == np.float32
        np.testing.assert_array_equal(got, right)


@pytest.mark.parametrize("seed", range(6))
def test_random_programs(seed, each_width, batch_program, batch_numbers):
    program = batch_program(1000 + seed)
    examples, shared, parameters = batch_numbers(program, seed, 30, (math.inf, math.nan))
    for native in each_width(program):
        for count in (30, 1, 8):
            check(native, program, examples[:count], shared, parameters)


@pytest.mark.parametrize("varies", [True, False])
def test_products_of_both_memories(varies, each_width):
    height, depth, columns = 9, 21, 17
    rng = random.Random(0)
    size = (height + columns) * depth
    rows = [range(k * depth, (k + 1) * depth) for k in range(height + columns)]
    pairs = [(*a, *b) for a in rows[:height] for b in rows[height:]]
    steps = [Instruction(op, pair) for op in (dot, guarded_dot) for pair in pairs]
    given = (size, 0, 0) if varies else (0, size, 0)
    program = Program(*given, (), tuple(steps), tuple(range(size, size + len(steps))))
    for choice in ([-2.0, -1.0, 0.0, 3.0], [0.0, 0.0, 1.0, math.inf]):
        line = [rng.choices(choice, k=size) for _ in range(19)]
        for native in each_width(program):
            if varies:
                check(native, program, line)
            else:
                check(native, program, [()], line[0])


@pytest.mark.parametrize("depth", [1, 2])
def test_sums_of_products(depth, each_width):
    height, columns = 7, 19
    rng = random.Random(0)
    size = (height + columns) * depth
    rows = [range(k * depth, (k + 1) * depth) for k in range(height + columns)]
    ops = (mul, guarded_mul) if depth == 1 else (dot, guarded_dot)
    for op in ops:
        steps = [Instruction(op, (*a, *b)) for a in rows[:height] for b in rows[height:]]
        sums = tuple(range(size, size + len(steps)))
        program = Program(size, 0, 0, (), tuple(steps), (0,), sums)
        for choice in ([-1.0, 0.0, 2.0], [0.0] * 20 + [1.0, math.inf]):
            examples = [rng.choices(choice, k=size) for _ in range(150)]
            for native in each_width(program):
                for count in (1, 13, 150):
                    check(native, program, examples[:count])


def test_numbers_are_half_as_large_and_lanes_twice_as_many():
    program = Program(1, 0, 0, (), (Instruction(mul, (0, 0)),), (1,))
    double = executable.build(scheduled(program)).kernel
    single = executable.build(scheduled(program.rounded(SINGLE))).kernel
    assert single.writer.lanes == 2 * double.writer.lanes
    assert single.frame.block == 2 * double.frame.block
    assert "double" not in single.text
    assert "float" not in double.text
