"""LLVM kernels against the interpreter: every stage, every width of vectors, batches of any size.

Programs of small whole numbers are exact in any order of adding, so that results must be equal.
"""

from __future__ import annotations

import gc
import random
import re
from concurrent.futures import ThreadPoolExecutor
from math import fsum, inf, isfinite, nan

import numpy as np
import pytest

from autograd import primitive
from autograd.primitives import (
    TABLE,
    add,
    add_n,
    div,
    dot,
    exp,
    guarded_dot,
    guarded_mul,
    hypot,
    largest,
    maximum,
    minimum,
    mul,
    neg,
    relu,
    sqrt,
    sub,
    tanh,
    where,
)
from autograd.program.interpreter import variables
from autograd.program.program import Instruction, Program
from autograd.program.schedule import scheduled
from autograd.program.stages import Product, SummedProduct

pytest.importorskip("llvmlite", reason="llvmlite is not installed")

from autograd.backends.llvm import engine, executable

OPTIMIZED = engine.OPTIMIZATION
WIDTHS = (1, 2, 4, 8)
TILES = (2, 8)  # a width for each size of tile, for programs that take long to compile
COUNTS = (1, 3, 8, 64, 65, 100, 128, 129, 1000)


def built(program):
    """Compile a program for the vectors of this processor."""
    return executable.build(scheduled(program))


@pytest.fixture
def each_width(quick_llvm, monkeypatch):
    """Compile a program for vectors of each number of lanes in turn."""

    def builds(program, widths=WIDTHS):
        schedule = scheduled(program)
        for lanes in widths:
            monkeypatch.setattr(executable, "vector_bytes", lambda lanes=lanes: 8 * lanes)
            yield executable.build(schedule)

    return builds


def called(native, examples, shared=(), parameters=()):
    width = native.schedule.program.examples
    examples = np.array(examples, float).reshape(len(examples), width)
    return native.run(examples, np.array(shared, float), np.array(parameters, float))


class Oracle:
    """The outputs of each example and the terms of the sums, by the interpreter.

    Or by `lines`, the variables of each example.
    """

    def __init__(self, program, examples, shared=(), parameters=(), lines=None):
        self.numbers = examples, shared, parameters
        if lines is None:
            lines = [variables(program, example, shared, parameters) for example in examples]
        self.outputs = [[line[output] for output in program.outputs] for line in lines]
        self.terms = [[line[variable] for line in lines] for variable in program.sums]

    def check(self, native, count=None, tolerance=0.0):
        """Compare on the first examples; the tolerance is relative to the size of the terms."""
        examples, *others = self.numbers
        outputs, sums = called(native, examples[:count], *others)
        wanted = np.array(self.outputs[:count]).reshape(len(examples[:count]), -1)
        assert outputs.shape == wanted.shape
        run = f"{native.kernel.writer.lanes} lanes, {len(wanted)} examples"
        np.testing.assert_allclose(outputs, wanted, rtol=tolerance, atol=tolerance, err_msg=run)
        some = [terms[:count] for terms in self.terms]
        exact = np.array(
            [fsum(terms) if all(map(isfinite, terms)) else sum(terms) for terms in some]
        )
        bound = np.array([tolerance * sum(map(abs, terms)) if tolerance else 0.0 for terms in some])
        same = (sums == exact) | (np.isnan(sums) & np.isnan(exact))
        with np.errstate(invalid="ignore"):
            assert (same | (abs(sums - exact) <= bound)).all(), (run, sums, exact)


# Programs of every shape


@pytest.mark.parametrize("awkward", [(), (inf, -inf, nan)], ids=["finite", "awkward"])
@pytest.mark.parametrize("seed", range(12))
def test_random_programs(seed, awkward, each_width, batch_program, batch_numbers, monkeypatch):
    if not awkward:
        monkeypatch.setattr(engine, "OPTIMIZATION", OPTIMIZED)
    program = batch_program(1000 + seed)
    oracle = Oracle(program, *batch_numbers(program, seed, 30, awkward))
    for native in each_width(program):
        for count in (30, 1, 3, 8, 17):
            oracle.check(native, count)


@pytest.mark.parametrize("seed", [2, 3])
def test_blocks(seed, each_width, batch_program, batch_numbers):
    """Several blocks of examples, full ones and not."""
    program = batch_program(seed)
    assert program.examples
    assert program.outputs
    oracle = Oracle(program, *batch_numbers(program, seed, max(COUNTS), (inf, nan)))
    for native in each_width(program):
        for count in COUNTS:
            oracle.check(native, count)


def test_no_examples_give_no_outputs_and_sums_of_zero():
    program = Program(1, 1, 0, (), (Instruction(mul, (0, 0)),), (2, 1), (2, 1, 0))
    outputs, sums = called(built(program), [], [7.0])
    assert outputs.shape == (0, 2)
    assert sums.tolist() == [0.0] * 3


def test_examples_without_numbers():
    """A batch of shape (5, 0) is five examples."""
    outputs, _ = called(
        built(Program(0, 1, 0, (), (Instruction(neg, (0,)),), (1,))), [[]] * 5, [2.0]
    )
    assert outputs.tolist() == [[-2.0]] * 5


@pytest.mark.parametrize(
    ("kinds", "sums", "wanted"),
    [
        ((0, 1, 0), (), ["before.0", "evaluate"]),
        ((0, 1, 0), (1,), ["before.0", "evaluate", "share", "run"]),
        ((1, 0, 0), (), ["body.0", "run"]),
        ((1, 0, 0), (1,), ["body.0", "reduce", "run"]),
    ],
)
def test_no_function_is_written_that_has_nothing_to_do(kinds, sums, wanted):
    """LLVM takes about 1 ms for a function, even if it is empty."""
    text = built(Program(*kinds, (), (Instruction(neg, (0,)),), (1,), sums)).kernel.text
    assert re.findall(r"^define .*@(\S+)\(", text, re.MULTILINE) == wanted


def test_programs_without_examples(each_width, batch_program, batch_numbers):
    found = [program for program in map(batch_program, range(40)) if not program.examples]
    assert len(found) > 6
    for seed, program in enumerate(found):
        oracle = Oracle(program, *batch_numbers(program, seed, 1, (inf, nan)))
        for native in each_width(program):
            oracle.check(native)


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 5, 7), (17, 33, 2), (8, 20, 1), (9, 21, 1),
                                   (16, 40, 3), (2, 4, 25)])  # fmt: skip
@pytest.mark.parametrize("memories", ["parameters", "varying", "irregular", "shared"])
def test_products_of_any_size(shape, memories, each_width):
    """Lines, terms, columns; both sides in the order of memory or not, guarded or not."""
    height, width, columns = shape
    first, second = height * width, columns * width
    rng = random.Random(first)
    both = [*range(first + second)]
    if memories == "irregular":
        rng.shuffle(both)
    left = [both[k * width : (k + 1) * width] for k in range(height)]
    right = [both[first + k * width : first + (k + 1) * width] for k in range(columns)]
    if memories == "parameters":  # inputs come first: left is what is shared
        left, right = (
            [[v + second for v in line] for line in left],
            [[v - first for v in line] for line in right],
        )
    inputs = {"parameters": (second, 0, first), "shared": (0, first, second)}
    given = inputs.get(memories, (first + second, 0, 0))
    ops = (dot, guarded_dot)
    pairs = [(*a, *b) for a in left for b in right]
    steps = [Instruction(op, pair) for op in ops for pair in pairs]
    steps += [Instruction(guarded_dot, (*b, *a)) for a in left for b in right]
    size = first + second
    program = Program(*given, (), tuple(steps), tuple(range(size, size + len(steps))))
    numbers = [*map(float, range(-3, 4)), 0.0]
    count = 19 if given[0] else 1
    oracles = [
        Oracle(
            program,
            [rng.choices(choice, k=given[0]) for _ in range(count)],
            rng.choices(choice, k=given[1]),
            rng.choices(choice, k=given[2]),
        )
        for choice in (numbers, [*numbers, inf], [0.0, 1.0, nan, -inf])
    ]
    for native in each_width(program, WIDTHS if size < 100 else TILES):
        if height * columns >= 4:
            schedule = native.schedule
            assert {type(stage) for stage in (*schedule.before, *schedule.body)} == {Product}
        for oracle in oracles:
            oracle.check(native)


# What an operation after a layer reads beside its result at k of 0 to n - 1: rows of the result.
PARTNERS = {
    "same": lambda k, n: k, "first": lambda k, n: 0, "last": lambda k, n: n - 1,
    "next": lambda k, n: (k + 1) % n, "former": lambda k, n: (k - 1) % n,
    "reverse": lambda k, n: n - 1 - k,
}  # fmt: skip


@pytest.mark.parametrize("partner", PARTNERS)
@pytest.mark.parametrize("op", [dot, guarded_dot])
@pytest.mark.parametrize("varies", [True, False])
@pytest.mark.parametrize("height", [4, 19])
def test_operations_on_the_results_of_products(height, varies, op, partner, each_width):
    """On the rows as they come, and on others at the same time."""
    other = PARTNERS[partner]
    first = 5 + 3 * height
    lines = [range(5 + 3 * k, 8 + 3 * k) for k in range(height)]
    steps = [Instruction(op, (*line, 0, 1, 2) if varies else (0, 1, 2, *line)) for line in lines]
    steps += [Instruction(sub, (first + k, first + other(k, height))) for k in range(height)]
    steps += [Instruction(maximum, (first + height + k, first + k)) for k in range(height)]
    steps += [
        Instruction(guarded_mul, (first + 2 * height + k, first + height + other(k, height)))
        for k in range(height)
    ]
    end = first + 4 * height
    rng = random.Random(height)
    outputs = range(first, end) if height == 19 else range(end - height, end)  # all, or the last
    given = (first, 0, 0) if varies else (5, 0, 3 * height)
    program = Program(*given, (), tuple(steps), tuple(outputs), (end - 1, first))
    oracles = []
    for choice in ([-2.0, -1.0, 0.0, 3.0], [-2.0, 0.0, 0.0, 1.0, inf]):
        examples = [rng.choices(choice, k=5) for _ in range(77)]
        weights = rng.choices(choice, k=3 * height)
        if varies:
            examples, weights = [[*line, *weights] for line in examples], []
        oracles.append(Oracle(program, examples, (), weights))
    for native in each_width(program, TILES):
        for oracle in oracles:
            for count in (77, 1):
                oracle.check(native, count)


@pytest.mark.parametrize("order", ["regular", "irregular"])
@pytest.mark.parametrize("shape", [(4, 1, 1), (2, 1, 8), (3, 2, 5), (17, 1, 9), (1, 3, 19),
                                   (20, 25, 2)])  # fmt: skip
def test_sums_of_products_of_any_size(shape, order, each_width):
    """Lines, terms, columns; the sums in order or not, guarded or not, over several blocks."""
    height, width, columns = shape
    size = (height + columns) * width
    rng = random.Random(size)
    places = [*range(size)]
    if order == "irregular":
        rng.shuffle(places)
    left = [places[k * width : (k + 1) * width] for k in range(height)]
    right = [places[(height + k) * width : (height + k + 1) * width] for k in range(columns)]
    ops = [(mul, guarded_mul), (dot, guarded_dot)][width > 1]
    for op in ops:
        steps = [Instruction(op, (*a, *b)) for a in left for b in right]
        sums = [*range(size, size + len(steps))]
        if order == "irregular":
            rng.shuffle(sums)
        program = Program(size, 0, 0, (), tuple(steps), (0,), tuple(sums))
        choices = (
            [-1.0, 0.0, 2.0, 3.0],
            [0.0] * 20 + [1.0, 2.0, inf],
            [0.0] * 20 + [1.0, nan],
        )
        oracles = [
            Oracle(program, [rng.choices(choice, k=size) for _ in range(133)]) for choice in choices
        ]
        for native in each_width(program, WIDTHS if size < 100 else TILES):
            (stage,) = native.schedule.reductions
            assert type(stage) is SummedProduct
            for oracle in oracles:
                for count in (1, 13, 133):
                    oracle.check(native, count)


@pytest.mark.parametrize("bad", [inf, -inf, nan])
def test_zeros_win_in_the_last_example(bad, each_width):
    """The only bad number is in the last vector of the last block, on either side."""
    steps = [Instruction(guarded_mul, (a, b)) for a in (0, 1, 2) for b in (3, 4)]
    layers = [Instruction(guarded_dot, (0, 1, k, k + 1)) for k in (5, 7, 9, 11)]
    layers += [Instruction(guarded_dot, (k, k + 1, 0, 1)) for k in (5, 7, 9, 11)]
    program = Program(
        5, 0, 8, (), tuple(steps + layers), tuple(range(19, 27)), tuple(range(13, 19))
    )
    weights = [0.0, 1.0, bad, 2.0, bad, bad, 0.0, 0.0]
    oracles = [
        Oracle(program, [[1.0, 2.0, 3.0, 4.0, 5.0]] * (count - 1) + [last], (), weights)
        for last in ([0.0, 0.0, 0.0, bad, 1.0], [bad, 1.0, bad, 0.0, 0.0])
        for count in (1, 7, 8, 65, 137)
    ]
    for native in each_width(program):
        for oracle in oracles:
            oracle.check(native)


@pytest.mark.parametrize("bad", [inf, -inf, nan])
@pytest.mark.parametrize("height", [4, 11])
def test_zeros_win_in_what_is_fused_with_a_product(height, bad, each_width):
    """Results that only the loop after the product reads are mended there too."""
    size = 3 * height
    steps = [
        Instruction(guarded_dot, (0, 1, 2, *range(3 + 3 * k, 6 + 3 * k))) for k in range(height)
    ]
    steps += [Instruction(relu, (3 + size + k,)) for k in range(height)]
    program = Program(
        3, 0, size, (), tuple(steps), tuple(range(3 + size + height, 3 + size + 2 * height))
    )
    examples = [[1.0, 2.0, 3.0], [0.0, bad, 1.0], [bad, 0.0, 2.0]] * 7
    weights = [(0.0, 1.0, -2.0, 3.0, 0.0)[k % 5] for k in range(size)]
    oracle = Oracle(program, examples, (), weights)
    for native in each_width(program):
        oracle.check(native)


@pytest.mark.parametrize("bad", [inf, nan])
@pytest.mark.parametrize("width", [1, 3, 8, 19, 33])
def test_zeros_win_where_nothing_varies(width, bad, each_width):
    """In a single dot product, of neighbours in memory or not, and in many side by side."""
    numbers = [0.0, 1.0, bad, 2.0, 0.0]
    neighbours, others = tuple(range(2 * width)), tuple(range(2 * width))[::-1]
    steps = [Instruction(guarded_dot, neighbours), Instruction(guarded_dot, others)]
    steps += [Instruction(guarded_mul, (k, width + k)) for k in range(width)]
    shared = [numbers[(7 * k + k // width) % 5] for k in range(2 * width)]
    program = Program(0, 2 * width, 0, (), tuple(steps), tuple(range(2 * width, 3 * width + 2)))
    for native in each_width(program):
        for given in (shared, shared[::-1], [0.0] * width + [bad] * width):
            Oracle(program, [[]], given).check(native)


@pytest.mark.parametrize("step", [-2, -1, 0, 1, 2, 3])
def test_rows_in_steps(step, each_width):
    """Operands at a distance from each other, where nothing varies and where all does."""
    places = [(60 + step * k, k) for k in range(19)]
    for given in ((0, 121, 0), (121, 0, 0)):
        steps = tuple(Instruction(sub, pair) for pair in places)
        program = Program(*given, (), steps, tuple(range(121, 121 + len(steps))))
        numbers = [float(k * k) for k in range(121)]
        examples = [numbers if given[0] else []]
        shared = [] if given[0] else numbers
        oracle = Oracle(program, examples, shared)
        for native in each_width(program):
            oracle.check(native)


@pytest.mark.parametrize("kind", ["uniform", "varying"])
def test_sums_of_rows_that_repeat_and_are_out_of_order(kind, each_width):
    given = {"uniform": (1, 9, 0), "varying": (10, 0, 0)}[kind]
    sums = [5, 3, 3, 9, 1, 2, 8, 8, 8, 4, 7, 6] * 2
    twice = Instruction(add, (5, 5)), Instruction(add, (2, 5)), Instruction(add, (1, 10))
    program = Program(*given, (), twice, (), (10, 11, 12, *sums))
    examples = [[float(k * i % 7) for k in range(given[0])] for i in range(131)]
    shared = [float(k) for k in range(given[1])]
    oracle = Oracle(program, examples, shared)
    for native in each_width(program):
        for count in (1, 130, 131):
            oracle.check(native, count)


# Agreement


def bits(numbers):
    return np.asarray(numbers, float).view(np.int64).tolist()


def test_elementwise_arithmetic_is_exact(each_width):
    """Each bit, the sign of zero included, on numbers of all sizes."""
    rows = [add, sub, mul, div, neg, sqrt, maximum, minimum, relu, where, TABLE["abs"]]
    rng = random.Random(0)
    steps, first = [], 6
    for number in range(first, first + 80):
        op = rng.choice(rows)
        steps.append(Instruction(op, tuple(rng.randrange(number) for _ in range(op.arity))))
    program = Program(3, 1, 1, (3.0,), tuple(steps), tuple(range(first, first + 80)))
    numbers = [0.0, -0.0, 1e-320, inf, -inf, nan]
    numbers += [rng.uniform(-1, 1) * 10.0 ** rng.randint(-150, 150) for _ in range(60)]
    examples = [rng.choices(numbers, k=3) for _ in range(203)]
    wanted = np.array(Oracle(program, examples, [-0.5], [1.5]).outputs)
    kept = ~np.isnan(wanted)
    for native in each_width(program):
        outputs, _ = called(native, examples, [-0.5], [1.5])
        np.testing.assert_array_equal(~np.isnan(outputs), kept)
        assert bits(outputs[kept]) == bits(wanted[kept])


def test_functions_dots_and_sums_round_as_stated(each_width):
    """A network of tanh and exp: the rounding of sums of some ten terms, many times over."""
    rng = random.Random(1)
    weights = [tuple(range(9 + 8 * k, 17 + 8 * k)) for k in range(8)]
    steps = [Instruction(dot, (*w, *range(8))) for w in weights]
    steps += [Instruction(tanh, (73 + k,)) for k in range(8)]
    steps += [Instruction(dot, (*w, *range(81, 89))) for w in weights]
    steps += [Instruction(exp, (89 + k,)) for k in range(8)]
    steps += [Instruction(mul, (97 + k, j)) for k in range(8) for j in range(8)]
    program = Program(9, 0, 64, (), tuple(steps), tuple(range(97, 105)), tuple(range(105, 169)))
    numbers = lambda size: [rng.uniform(-1, 1) for _ in range(size)]  # noqa: E731
    examples, parameters = [numbers(9) for _ in range(1000)], numbers(64)
    oracle = Oracle(program, examples, (), parameters)
    for native in each_width(program):
        oracle.check(native, tolerance=30 * 2.0**-52)


@pytest.mark.parametrize("varies", [True, False])
@pytest.mark.parametrize("op", [add_n, largest, hypot])
@pytest.mark.parametrize("width", [1, 2, 7, 20, 21, 45])
def test_folds(width, op, varies, each_width):
    count = (45, 0, 0) if varies else (1, 45, 0)
    first = sum(count)
    lines = [[(line * 7 + k * step) % 45 + 1 - varies for k in range(width)]
             for line in range(3) for step in (1, 4)]  # fmt: skip
    steps = tuple(Instruction(op, tuple(line)) for line in lines)
    program = Program(*count, (), steps, tuple(range(first, first + len(steps))))
    rng = random.Random(width)
    numbers = lambda size: [rng.uniform(-2, 2) for _ in range(size)]  # noqa: E731
    examples, shared = [numbers(count[0]) for _ in range(11)], numbers(count[1])
    exact = op is largest or (op is hypot and width == 1)
    oracle = Oracle(program, examples, shared)
    for native in each_width(program, WIDTHS if width < 20 else TILES):
        oracle.check(native, tolerance=0.0 if exact else 2e-15 * width)


def test_folds_of_users(each_width):
    """Folds of pairs, and of numbers from the value of nothing on."""
    squares = primitive(
        "squares", lambda *xs: sum([x * x for x in xs], 0.0), None,
        variadic=True, numpy="x + y * y", c="x + y * y", special=((),),
    )  # fmt: skip
    distance = primitive(
        "distance", lambda *xs: sum([abs(x - y) for x, y in zip(xs[:2], xs[2:])], 0.0), None,
        variadic=True, numpy="x + absolute(y - z)", c="x + fabs(y - z)",
    )  # fmt: skip
    for op in (squares, distance):
        program = Program(4, 0, 0, (), (Instruction(op, (0, 1, 2, 3)),), (4,))
        examples = [[3.0, 1.0, -2.0, 5.0], [-1.0, 0.0, 4.0, 4.0]]
        oracle = Oracle(program, examples)
        for native in each_width(program):
            oracle.check(native)


# Size, threads, and the life of machine code


# Rows whose results are whole where the operands are, and their meaning for all examples at once.
COLUMNS = {
    add: np.add,
    sub: np.subtract,
    maximum: np.maximum,
    minimum: np.minimum,
    relu: lambda x: np.maximum(x, 0.0),
    where: lambda condition, x, y: np.where(condition != 0.0, x, y),
    TABLE["less"]: lambda x, y: (x < y) * 1.0,
}


def computed_in_columns(program, examples, shared, parameters):
    """Return the variables of each example, of a program of such rows."""
    others = [np.full(len(examples), x) for x in (*shared, *parameters, *program.constants)]
    columns = [*np.array(examples).T, *others]
    for op, args in program.instructions:
        columns.append(COLUMNS[op](*[columns[arg] for arg in args]))
    return np.array(columns).T.tolist()


def irregular(size, constants, seed=0):
    """Return a program of operations of all levels, in no order, with many results."""
    rng = random.Random(seed)
    rows = [*COLUMNS]
    steps, first = [], 13 + len(constants)
    for number in range(first, first + size):
        op = rng.choice(rows)
        args = [rng.randrange(max(0, number - 3), number)]
        args += [
            rng.choice([rng.randrange(number), rng.randrange(first)]) for _ in range(op.arity - 1)
        ]
        steps.append(Instruction(op, tuple(args)))
    outputs = (*rng.sample(range(first, first + size), 200), first + size - 1)
    return Program(10, 2, 1, tuple(constants), tuple(steps), outputs, outputs[:5])


@pytest.mark.parametrize(("size", "functions"), [(1000, 2), (4000, 1)])
@pytest.mark.parametrize("constants", [3, 200])
def test_thousands_of_irregular_operations(size, functions, constants, each_width):
    """Code in several functions, or a list of instructions; blocks of fewer examples."""
    program = irregular(size, [float(k) for k in range(constants)])
    rng = random.Random(size)
    numbers = [-2.0, -1.0, 0.0, 1.0, 2.0]
    examples = [rng.choices(numbers, k=10) for _ in range(150)]
    given = examples, [1.0, -1.0], [2.0]
    oracle = Oracle(program, *given, computed_in_columns(program, *given))
    assert len({tuple(column) for column in zip(*oracle.outputs, strict=True)}) > 50
    for native in each_width(program, WIDTHS if constants == 3 else TILES):
        assert native.kernel.text.count("define internal void @body.") >= functions
        assert bool(native.kernel.records) is (size > 2000)
        outputs, _ = called(native, *given)
        assert bits(outputs) == bits(oracle.outputs)
        oracle.check(native, tolerance=1e-13)


def test_more_rows_than_the_cache_holds(each_width):
    """A block is two vectors of examples then."""
    rng = np.random.default_rng(0)
    lefts, rights = rng.integers(0, 40, (2, 17_000))
    steps = tuple(Instruction(sub, pair) for pair in zip(lefts.tolist(), rights.tolist()))
    program = Program(40, 0, 0, (), steps, tuple(range(40, 17_040)), (9_041, 0))
    X = rng.integers(-9, 9, (21, 40)).astype(float)
    for native in each_width(program):
        assert native.kernel.frame.block == 2 * native.kernel.writer.lanes
        outputs, sums = called(native, X)
        np.testing.assert_array_equal(outputs, X[:, lefts] - X[:, rights])
        assert sums.tolist() == [outputs[:, 9_001].sum(), X[:, 0].sum()]


def test_long_lists_of_what_all_examples_share(each_width):
    """The same machine, one number at a time."""
    rows = [sub, div, minimum, maximum, TABLE["tanh"], TABLE["abs"]]
    rng = random.Random(0)
    steps = []
    for number in range(5, 4005):  # input 0 varies, and is not used
        op = rng.choice(rows)
        args = rng.randrange(max(1, number - 5), number), rng.randrange(1, number)
        steps.append(Instruction(op, args[: op.arity]))
    outputs = (*range(3505, 4005), 0)
    program = Program(1, 2, 0, (3.0, -0.5), tuple(steps), outputs)
    assert not any(program.varies[1:])
    oracle = Oracle(program, [[1.0], [2.0]], [0.7, -0.3])
    assert len(set(oracle.outputs[0])) > 50
    for native in each_width(program):
        assert native.kernel.records
        oracle.check(native, tolerance=1e-9)


def test_lists_tell_zeros_apart():
    steps = [Instruction(mul, (0, 1)), Instruction(mul, (0, 2)), Instruction(neg, (0,))]
    steps += [Instruction(neg, (number - 1,)) for number in range(6, 1700)]
    program = Program(1, 0, 0, (0.0, -0.0), tuple(steps), (3, 4, 1699))
    native = built(program)
    assert native.kernel.records
    outputs, _ = called(native, [[1.0]])
    assert bits(outputs) == bits(Oracle(program, [[1.0]]).outputs)


def network():
    """Return a layer and its gradient: every kind of stage."""
    weights = [tuple(range(4 + 5 * k, 8 + 5 * k)) for k in range(6)]
    steps = [Instruction(dot, (*w, 0, 1, 2, 3)) for w in weights]
    steps += [Instruction(tanh, (34 + k,)) for k in range(6)]
    steps += [Instruction(guarded_mul, (40 + k, j)) for k in range(6) for j in range(4)]
    steps += [Instruction(dot, (*range(4, 34), *range(4, 34)))]
    program = Program(4, 0, 30, (), tuple(steps), tuple(range(40, 46)), tuple(range(46, 71)))
    rng = np.random.default_rng(0)
    return program, rng.normal(size=(1000, 4)), rng.normal(size=30)


def test_the_same_digits_on_every_run():
    program, X, P = network()
    first = called(built(program), X, (), P)
    native = built(program)
    for _ in range(5):
        outputs, sums = called(native, X, (), P)
        assert bits(outputs) == bits(first[0])
        assert bits(sums) == bits(first[1])


def test_examples_do_not_depend_on_their_batch():
    """A number is the same in whichever lane, vector and block it is computed."""
    program, X, P = network()
    native = built(program)
    outputs, _ = called(native, X, (), P)
    for start, count in ((0, 1), (5, 9), (130, 128), (3, 500)):
        some, _ = called(native, X[start : start + count], (), P)
        assert bits(some) == bits(outputs[start : start + count])


def test_calls_from_several_threads_at_once():
    """Long enough to meet: Python's lock is released meanwhile."""
    program, X, _ = network()
    X = np.tile(X, (8, 1))
    native = built(program)
    parameters = [np.full(30, 0.1 * k) for k in range(8)]
    wanted = [called(native, X, (), P) for P in parameters]

    def call(k):
        return [native.run(X, np.empty(0), parameters[k % 8]) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        for k, found in enumerate(pool.map(call, range(8))):
            for outputs, sums in found:
                assert bits(outputs) == bits(wanted[k % 8][0])
                assert bits(sums) == bits(wanted[k % 8][1])


def test_machine_code_comes_and_goes():
    """Functions of other objects stay callable, and those freed leave nothing wrong behind."""
    program, X, P = network()
    kept = built(program)
    wanted = called(kept, X, (), P)
    for k in range(30):
        other = Program(1, 0, 0, (float(k),), (Instruction(add, (0, 1)),), (2,))
        outputs, _ = called(built(other), [[1.0]])
        assert outputs.tolist() == [[1.0 + k]]
        if not k % 10:
            gc.collect()
    np.testing.assert_array_equal(called(kept, X, (), P)[1], wanted[1])


def test_results_without_examples_belong_to_the_caller():
    native = built(Program(0, 1, 0, (), (Instruction(neg, (0,)),), (1,)))
    first, _ = called(native, [[]], [2.0])
    called(native, [[]], [3.0])
    assert first.tolist() == [[-2.0]]


def test_results_belong_to_the_caller():
    program, X, P = network()
    native = built(program)
    first = called(native, X, (), P)
    before = [array.copy() for array in first]
    called(native, -X, (), -P)
    for array, copy in zip(first, before, strict=True):
        np.testing.assert_array_equal(array, copy)
        array[:] = 0.0  # no view of a memory that the next call reads
    np.testing.assert_array_equal(called(native, X, (), P)[1], before[1])
