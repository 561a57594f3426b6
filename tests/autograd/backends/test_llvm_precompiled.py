"""Programs run stage by stage by shared functions: the bits of the code made of them as a whole."""

import math
import random
import threading
from itertools import pairwise, product

import numpy as np
import pytest

from autograd import primitive
from autograd.primitive import RESERVED, TABLE
from autograd.primitives import (
    add,
    add_n,
    dot,
    exp,
    guarded_dot,
    hypot,
    item,
    maximum,
    mul,
    neg,
    ordered_dot,
    ordered_sum,
    pow,
    sin,
    tan,
    tanh,
)
from autograd.program.interpreter import run
from autograd.program.precision import DOUBLE, SINGLE
from autograd.program.program import Instruction, Program
from autograd.program.schedule import scheduled
from autograd.program.stages import Choices, Dots, Elementwise, Fold, Product
from tests.in_one_test import in_one_test

executable = pytest.importorskip("autograd.backends.llvm.executable", reason="needs llvmlite")
from autograd.backends.llvm import bytecode, engine, precompiled, shared, uniform, workspace  # noqa: E402

SPECIAL = (0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, 1e-310, 1e308, -1.0, 1.0)


def numbers_for(count, special, rng):
    return [
        rng.choice(SPECIAL) if rng.random() < special else rng.uniform(-2.0, 2.0)
        for _ in range(count)
    ]


def same(found, wanted):
    """Tell whether arrays hold the same bits; one nan is as good as another."""
    integers = f"i{found.dtype.itemsize}"
    bits = found.view(integers) == wanted.view(integers)
    return bool((bits | (np.isnan(found) & np.isnan(wanted))).all())


def check(schedule, special=(0.0, 0.05, 0.3), count=1):
    """Compare both ways of running a schedule for numbers of which a part are special ones."""
    program = schedule.program
    staged, whole = precompiled.StagedProgram(schedule), executable.build(schedule)
    for seed, part in enumerate(special):
        numbers = numbers_for(program.parameters, part, random.Random(seed))
        arguments = np.empty((count, 0)), np.empty(0), np.array(numbers)
        for found, wanted in zip(staged.run(*arguments), whole.run(*arguments), strict=True):
            assert found.shape == wanted.shape
            assert found.dtype == wanted.dtype == np.dtype(program.precision.name)
            assert same(found, wanted), part


@pytest.fixture(params=[16, 64])
def each_width(request, monkeypatch, quick_llvm):
    """Vectors of so many bytes."""
    for module in (executable, precompiled, workspace):
        monkeypatch.setattr(module, "vector_bytes", lambda: request.param)


def program_of(steps, parameters, constants=(), sums=()):
    """Return a program of which every result is an output."""
    first = parameters + len(constants)
    outputs = tuple(range(first, first + len(steps)))
    instructions = tuple(Instruction(*step) for step in steps)
    return Program(0, 0, parameters, tuple(constants), instructions, outputs, tuple(sums))


SIDES = (1, 2, 5, 9, 17)


@pytest.mark.usefixtures("each_width")
def test_products_and_dots_of_every_shape_and_layout():
    """Grids become products, ragged lines dot products; some lie side by side in memory."""
    rng = random.Random(1)
    kinds = set()
    shapes = rng.sample([*product(SIDES, SIDES, (1, 3, 8, 19))], 6)
    for op, (height, breadth, width) in product((dot, guarded_dot, ordered_dot), shapes):
        places = [*range((height + breadth) * width)]
        if rng.random() < 0.5:
            rng.shuffle(places)
        across, down = (1, width) if rng.random() < 0.5 else (height + breadth, 1)
        lines = [
            [places[i * down + k * across] for k in range(width)] for i in range(height + breadth)
        ]
        grid = [(op, (*a, *b)) for a in lines[:height] for b in lines[height:]]
        pairs = [(op, (*a, *b)) for a, b in pairwise(lines)]
        for steps in (grid, pairs):
            schedule = scheduled(program_of(steps, len(places)))
            kinds |= {type(stage) for stage in schedule.before}
            check(schedule)
    assert kinds >= {Product, Dots}


@pytest.mark.usefixtures("each_width")
def test_sums_of_neighbours_and_of_others():
    rng = random.Random(2)
    for op, width in product((add_n, ordered_sum, hypot, maximum), (2, 3, 16, 70)):
        if op is maximum and width > 2:
            continue
        lines = [range(k * width, (k + 1) * width) for k in range(5)]
        mixed = [rng.sample(range(5 * width), width) for _ in range(5)]
        steps = [(op, tuple(line)) for line in (*lines, *mixed)]
        check(scheduled(program_of(steps, 5 * width)))


@pytest.mark.usefixtures("each_width")
def test_choices_among_neighbours_and_among_others():
    """Rows of a table lie side by side or anywhere; the places are any numbers."""
    rng = random.Random(3)
    for lookups, width in ((3, 5), (2, 17), (4, 1)):
        cells = [*range(lookups, lookups + 4 * width)]
        for _ in range(2):
            columns = [cells[k::width] for k in range(width)]
            steps = [(item, (place, *column)) for place in range(lookups) for column in columns]
            schedule = scheduled(program_of(steps, lookups + len(cells)))
            assert [type(stage) for stage in schedule.before] == [Choices]
            check(schedule, (0.2, 0.6, 0.9))
            rng.shuffle(cells)


def rows():
    """Return the rows of the table that have C text and a fixed number of operands."""
    return [op for op in TABLE.values() if op.name in RESERVED and op.c and not op.variadic]


@pytest.mark.usefixtures("each_width")
def test_every_row():
    """On rows at which vectors of both widths end and numbers beside each other are special."""
    count = 11
    for op in rows():
        args = [[place * count + k for place in range(op.arity)] for k in range(count)]
        program = program_of([(op, tuple(each)) for each in args], count * op.arity)
        check(scheduled(program), (0.0, 0.5))
        if op.name in {"exp", "pow", "log", "erf", "div"}:  # in either precision, and in doubles
            check(scheduled(program.rounded(SINGLE)), (0.0, 0.5))


@pytest.mark.usefixtures("each_width")
def test_a_lane_does_not_depend_on_those_beside_it():
    """Large angles are left to the C library, those beside them are not."""
    for op in (sin, tan):
        schedule = scheduled(program_of([(op, (k,)) for k in range(8)], 8))
        native = executable.build(schedule)
        mixed = [0.5, 1e300, 1.5, -2.5, math.inf, 3.5, 1e22, -0.0]
        found, _ = native.run(np.empty((1, 0)), np.empty(0), np.array(mixed))
        for place, x in enumerate(mixed):
            alone, _ = native.run(np.empty((1, 0)), np.empty(0), np.full(8, x))
            assert same(found[0, place : place + 1], alone[0, place : place + 1]), (op, x)


@pytest.mark.usefixtures("each_width")
def test_a_sum_does_not_depend_on_the_nan_beside_it():
    """A nan of a guarded product is computed anew, with other roundings than its neighbours."""
    rng = random.Random(3)
    lefts, rights = [range(k, 72, 8) for k in range(8)], [range(72 + k, 144, 8) for k in range(8)]
    steps = [(guarded_dot, (*a, *b)) for a in lefts for b in rights]
    schedule = scheduled(program_of(steps, 144))
    assert [type(stage) for stage in schedule.before] == [Product]
    native = executable.build(schedule)
    numbers = [rng.uniform(-2.0, 2.0) for _ in range(144)]
    numbers[0], numbers[72] = math.inf, 0.0
    plain = [1.0, *numbers[1:]]
    arguments = np.empty((1, 0)), np.empty(0)
    (found,), _ = native.run(*arguments, np.array(numbers))
    (without,), _ = native.run(*arguments, np.array(plain))
    others = [place for place in range(64) if place // 8]  # lines without the inf
    assert same(found[others], without[others])


@pytest.mark.parametrize("exponents", [(3.0,), (2.0, 3.0, -0.5, 0.5), (2.0, 3.0, 4.0, 5.0, 7.0)])
@pytest.mark.usefixtures("each_width")
def test_powers_of_few_and_of_many_exponents(exponents):
    count = len(exponents)
    steps = [(pow, (k, 10 + k % count)) for k in range(10)]
    check(scheduled(program_of(steps, 10, exponents)))


def test_powers_in_bytecode_are_those_of_code(monkeypatch):
    steps = []
    for k in range(12):
        last = 3 + len(steps) if k else 0
        steps += [(pow, (last, 1 + k % 3)), (add, (4 + len(steps), 0))]
    program = program_of(steps, 1, (3.0, 1.5, 7.0))
    straight = executable.build(scheduled(program))
    arguments = np.empty((1, 0)), np.empty(0), np.array([1.0123456])
    wanted, _ = straight.run(*arguments)
    monkeypatch.setattr(bytecode, "MOST_STRAIGHT", 0)
    for most in (64, 0):  # pieces of code, with the constants in them and without
        monkeypatch.setattr(bytecode, "MOST_CASES", most)
        found, _ = executable.NativeProgram(again(scheduled(program))).run(*arguments)
        assert same(found, wanted)


def again(schedule):
    """Return the schedule without what was made of it."""
    schedule.made.clear()
    return schedule


@pytest.mark.usefixtures("each_width")
def test_sums_over_the_examples_of_what_they_share():
    """One row is a term of several sums, and a sum has several terms."""
    rng = random.Random(4)
    steps = [(mul, (k, k + 1)) for k in range(20)]
    terms = [rng.sample(range(20, 40), 3) for _ in range(6)]
    steps += [(add_n, tuple(term)) for term in terms]
    steps += [(neg, (k,)) for k in range(6)]
    sums = [*range(41, 47), *range(47, 53), 41, 30, 30]
    program = program_of(steps, 21, sums=sums)
    for count in (1, 3):
        check(scheduled(program), count=count)


def mixture(rng):
    """Return a program of random operations, some of which make products, folds and long dots."""
    parameters, constants = 40, (0.5, 3.0, -1.0, 0.0, 1.0)
    steps = []

    def some(count):
        return tuple(rng.randrange(parameters + len(constants) + len(steps)) for _ in range(count))

    for _ in range(60):
        kind = rng.randrange(6)
        if kind == 0:
            op, width = rng.choice([dot, guarded_dot, ordered_dot]), rng.choice([2, 5, 16])
            lefts, rights = ([some(width) for _ in range(rng.randrange(1, 6))] for _ in range(2))
            steps += [(op, (*a, *b)) for a in lefts for b in rights]
        elif kind == 1:
            steps.append((rng.choice([add_n, ordered_sum]), some(rng.choice([2, 9, 40]))))
        elif kind == 2:
            start = rng.randrange(20)
            steps.append((add_n, tuple(range(start, start + 20))))
        elif kind == 3:
            steps += [(pow, (*some(1), 40 + rng.randrange(5))) for _ in range(rng.randrange(1, 4))]
        else:
            op = rng.choice([exp, tanh, sin, add, mul, maximum])
            steps += [(op, some(op.arity or 2)) for _ in range(rng.randrange(1, 12))]
    last = parameters + len(constants) + len(steps) - 1
    return program_of(steps, parameters, constants, sums=[last, 41, last - 1])


@in_one_test("seed, precision", product(range(3), (DOUBLE, SINGLE)))
@pytest.mark.usefixtures("each_width")
def test_random_programs(seed, precision):
    schedule = scheduled(mixture(random.Random(seed)).rounded(precision))
    kinds = {type(stage) for stage in schedule.before}
    assert kinds >= {Dots, Elementwise, Fold}
    check(schedule)


def test_whole_numbers_are_those_of_the_interpreter():
    """Sums of small whole numbers are exact in any order."""
    rng = random.Random(5)
    lines = [[rng.randrange(30) for _ in range(7)] for _ in range(6)]
    steps = [(op, (*a, *b)) for op in (dot, guarded_dot, ordered_dot) for a in lines for b in lines]
    steps += [(op, tuple(line)) for op in (add_n, ordered_sum) for line in lines]
    steps += [(mul, (30 + k, 30 + k + 1)) for k in range(20)]
    program = program_of(steps, 30, sums=[31, 31, 140])
    numbers = [float(rng.randrange(-9, 10)) for _ in range(30)]
    staged = precompiled.StagedProgram(scheduled(program))
    outputs, sums = staged.run(np.empty((2, 0)), np.empty(0), np.array(numbers))
    (wanted, _), totals = run(program, [(), ()], (), numbers)
    assert outputs.tolist() == [wanted, wanted]
    assert sums.tolist() == totals


def test_programs_share_their_functions_without_waiting_for_llvm():
    """Another thread is inside of LLVM, as the one that makes the code of whole programs is."""
    chains = [program_of([(tanh, (k,)) for k in range(count)], count) for count in (5, 9)]
    first, second = (scheduled(chain) for chain in chains)
    check(first)
    inside, done = threading.Event(), threading.Event()

    def hold():
        with engine._inside_llvm:
            inside.set()
            assert done.wait(60)

    other = threading.Thread(target=hold)
    other.start()
    assert inside.wait(60)
    outputs, _ = precompiled.StagedProgram(second).run(np.empty((1, 0)), np.empty(0), np.zeros(9))
    assert outputs.tolist() == [[0.0] * 9]
    assert other.is_alive()  # it has not waited
    done.set()
    other.join()


def test_functions_that_are_forgotten_are_made_again(monkeypatch):
    monkeypatch.setattr(shared, "MOST_KNOWN", 0)
    schedule = scheduled(program_of([(tanh, (0,)), (exp, (1,)), (neg, (2,))], 1))
    program = precompiled.StagedProgram(schedule)
    arguments = np.empty((1, 0)), np.empty(0), np.array([0.5])
    wanted, _ = program.run(*arguments)
    shared.forget()
    found, _ = precompiled.StagedProgram(schedule).run(*arguments)
    again, _ = program.run(*arguments)  # whose functions are still its own
    assert found.tolist() == again.tolist() == wanted.tolist()


def test_rows_of_one_name_are_not_confused():
    """A user may define a row anew."""
    for text, wanted in (("2 * x", 6.0), ("5 * x", 15.0)):
        op = primitive("scaled", float, lambda g, out, x: g, c=text)
        staged = precompiled.StagedProgram(scheduled(program_of([(op, (0,))], 1)))
        outputs, _ = staged.run(np.empty((1, 0)), np.empty(0), np.array([3.0]))
        assert outputs.tolist() == [[wanted]]
        TABLE.pop("scaled")


def test_a_row_without_c_text_is_refused():
    op = primitive("unwritten", float, lambda g, out, x: g)
    with pytest.raises(ValueError, match="'unwritten' has no C text"):
        precompiled.StagedProgram(scheduled(program_of([(op, (0,))], 1)))


@pytest.mark.parametrize("few", [0, 1000])
def test_guarded_products_of_few_terms(few, monkeypatch):
    monkeypatch.setattr(uniform, "FEW", few)
    lines = [range(k, k + 6) for k in range(5)]
    steps = [(guarded_dot, (*a, *b)) for a in lines for b in lines]
    check(again(scheduled(program_of(steps, 10))))
