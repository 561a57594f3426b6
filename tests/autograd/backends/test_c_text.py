"""C text: compiled by a C compiler without a warning, it computes what the interpreter does."""

from __future__ import annotations

import ctypes
import itertools
import operator
import random
import shutil
import subprocess
from dataclasses import replace
from functools import reduce
from math import inf, isnan, nan

import mpmath
import pytest

import autograd
import nn
from autograd import primitive
from autograd.backends.c import Function, c_text
from autograd.backends.c.writer import Writer
from autograd.primitive import RESERVED, TABLE
from autograd.primitives import (
    add,
    add_n,
    div,
    dot,
    exp,
    gate,
    guarded_dot,
    guarded_mul,
    largest,
    mul,
    neg,
    ordered_dot,
    ordered_sum,
    relu,
    sqrt,
    sub,
    where,
)
from autograd.program.program import Instruction, Program
from autograd.program.schedule import scheduled
from autograd.program.stages import (
    Dots,
    Elementwise,
    Fold,
    Memory,
    Product,
    Rows,
    Schedule,
    SummedProduct,
    SummedRows,
    Table,
)

COMPILER = shutil.which("gcc")
STRICT = (
    "-std=c99", "-O1", "-Wall", "-Wextra", "-pedantic", "-Werror", "-Wshadow", "-Wconversion",
    "-Wdouble-promotion", "-Wstrict-prototypes", "-Wmissing-prototypes",
)  # fmt: skip
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="no gcc on this machine")
ROUNDED_ONCE = {"add", "sub", "mul", "div", "sqrt", "neg", "abs", "guarded_mul"}
ULPS = 4.0
SUMS = {dot, guarded_dot}


@pytest.fixture
def library(tmp_path):
    """Compile the text of functions, and load it."""
    count = itertools.count()  # a library is loaded once from one path

    def load(functions, parameters=()):
        functions = [Function(name, s, "outputs") for name, s in functions.items()]
        text = c_text("net", functions, parameters)
        source, built = tmp_path / "net.c", tmp_path / f"net{next(count)}.so"
        source.write_text(text.source, encoding="ascii")
        (tmp_path / "net.h").write_text(text.header, encoding="ascii")
        command = [COMPILER, *STRICT, "-shared", "-fPIC", "-o", built, source, "-lm"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (run.returncode, run.stderr) == (0, "")
        return ctypes.CDLL(str(built))

    return load


def called(library, name, size, example, parameters):
    """Return the outputs of one function of a library."""
    outputs = (ctypes.c_double * size)(*[nan] * size)
    arrays = [(ctypes.c_double * len(numbers))(*numbers) for numbers in (example, parameters)]
    getattr(library, f"net_{name}")(*arrays, outputs)
    return list(outputs)


@pytest.fixture
def computed(library):
    """Compile a schedule, and return its outputs and sums for each of some inputs."""

    def compute(schedule, examples, parameters=()):
        loaded = library({"value": schedule}, parameters)
        size = len(schedule.outputs) + schedule.sums
        return [called(loaded, "value", size, example, parameters) for example in examples]

    return compute


def interpreted(program, example, parameters=()):
    """What the program means, with sums added up from 0.0 on from left to right.

    Python's own `sum`, in which the interpreter adds, compensates from 3.12 on.
    """
    values = [*example, *parameters, *program.constants]
    for op, args in program.instructions:
        operands = [values[arg] for arg in args]
        half = len(args) // 2
        if op in SUMS:
            values.append(folded(operands[:half], operands[half:], guarded=op is guarded_dot))
        else:
            values.append(op.forward(*operands))
    return [values[variable] for variable in (*program.outputs, *program.sums)]


def folded(left, right, *, guarded=False):
    total = 0.0
    for x, y in zip(left, right, strict=True):
        total += 0.0 if guarded and 0.0 in {x, y} else x * y
    return total


# Rows


@needs_compiler
def test_every_row_has_the_value_of_its_forward_function(computed, difference_in_ulps):
    rows = [TABLE[name] for name in sorted(RESERVED)]
    instructions = tuple(Instruction(row, tuple(range(row.arity or 2))) for row in rows)
    program = Program(3, 0, 0, (), instructions, tuple(range(3, 3 + len(rows))))
    numbers = (0.0, -0.0, 1.0, -2.0, 0.3, 3.7, 1e-300, 1e300, inf, -inf, nan)
    examples = list(itertools.product(numbers, numbers, (1.0, -3.0, nan)))
    for example, got in zip(examples, computed(scheduled(program), examples), strict=True):
        for row, x, y in zip(rows, got, interpreted(program, example), strict=True):
            if row.name in ROUNDED_ONCE:
                assert repr(x) == repr(y), (row, example)  # tells -0.0 from 0.0
            else:
                assert difference_in_ulps(x, mpmath.mpf(y)) <= ULPS, (row, example, x, y)


@needs_compiler
def test_a_row_of_the_user_is_computed_by_its_text(computed):
    cube = primitive("cübe", lambda x: x * x * x, None, c="x * x * x", doc="Ends */ a comment.")
    cubes = primitive("c_be", lambda x: x * x * x, None, c="x * (x * x)")
    steps = (Instruction(cube, (0,)), Instruction(cubes, (0,)))
    schedule = scheduled(Program(1, 0, 0, (), steps, (1, 2)))
    assert computed(schedule, [(3.0,)]) == [[27.0, 27.0]]


def test_a_row_without_c_text_is_an_error_that_names_it():
    silent = primitive("silent", lambda x: x, None)
    schedule = scheduled(Program(1, 0, 0, (), (Instruction(silent, (0,)),), (1,)))
    with pytest.raises(ValueError, match="'silent' has no C text"):
        c_text("net", [Function("value", schedule, "")], ())


# Stages, each by hand: regular rows, irregular ones, and rows of several arrays at once


def schedule_of(
    stages, size, outputs, *, shared=0, parameters=0, constants=(), reductions=(), sums=0
):
    """Stages on UNIFORM rows: shared inputs, parameters, constants, then what they compute."""
    program = Program(0, shared, parameters, tuple(constants), (), ())
    places = tuple((Memory.UNIFORM, row) for row in outputs)
    return Schedule(program, size, 0, tuple(stages), (), tuple(reductions), places, sums)


def rows(*index):
    return Rows(Memory.UNIFORM, index)


def table(*index):
    return Table(Memory.UNIFORM, tuple(map(tuple, index)))


INPUTS = tuple(float(n * n - 7 * n + 1) for n in range(10))
PARAMETERS = tuple(0.5 - n for n in range(10))
CONSTANTS = (2.0, 0.1, -3.0, 1e300, 0.0)
GIVEN = INPUTS + PARAMETERS + CONSTANTS  # the UNIFORM rows 0 to 24
FIRST = len(GIVEN)

CHOICES = {
    "regular": (0, 1, 2, 3, 4, 5),
    "backwards": (14, 13, 12, 11, 10),
    "every second": (1, 3, 5, 7, 9),
    "always the same": (12,) * 6,
    "always a constant": (21,) * 6,
    "constants": (20, 21, 22, 23, 24),
    "irregular": (3, 1, 4, 1, 5, 9, 2, 6) * 3,
    "inputs and parameters": (7, 8, 9, 10, 11, 12, 13),
    "of all arrays, irregular": (3, 21, 14, 15, 16, 17, 9, 0) * 3,
    "few": (2, 21, 12),
    "one": (21,),
}


def contiguous(first, count):
    return Rows(Memory.UNIFORM, tuple(range(first, first + count)))


def run(computed, stages, size, **details):
    """Return what a schedule computes of the given numbers, all that is new as outputs."""
    schedule = schedule_of(
        stages, size, range(FIRST, size), shared=len(INPUTS), parameters=len(PARAMETERS),
        constants=CONSTANTS, **details,
    )  # fmt: skip
    return computed(schedule, [INPUTS], PARAMETERS)[0]


@needs_compiler
def test_elementwise_stages_of_any_rows(computed):
    stages, wanted, size = [], [], FIRST
    for left, right in itertools.product(CHOICES.values(), repeat=2):
        count = min(len(left), len(right))
        operands = rows(*left[:count]), rows(*right[:count])
        stages.append(Elementwise(sub, operands, contiguous(size, count)))
        wanted += [GIVEN[a] - GIVEN[b] for a, b in zip(left, right)]
        size += count
    assert run(computed, stages, size) == wanted


TABLES = {
    "a matrix": table((10, 11, 12), (13, 14, 15), (16, 17, 18)),
    "its transpose": table((10, 13, 16), (11, 14, 17), (12, 15, 18)),
    "one line again and again": table(*[(0, 1, 2)] * 3),
    "one row": table(*[(24, 24, 24)] * 3),
    "irregular": table((10, 12, 11), (3, 1, 4), (1, 5, 9)),
    "windows": table((3, 0, 4), (4, 1, 5), (8, 5, 9)),
    "of all arrays": table((0, 10, 20), (1, 11, 21), (24, 12, 2)),
}


def numbers(table):
    return [[GIVEN[row] for row in line] for line in table.index]


@needs_compiler
def test_dots_and_products_of_any_tables(computed):
    stages, wanted, size = [], [], FIRST
    for (left, right), guarded in itertools.product(
        itertools.product(TABLES.values(), repeat=2), (False, True)
    ):
        stages.append(Dots(left, right, contiguous(size, 3), guarded))
        lines = list(zip(numbers(left), numbers(right), strict=True))
        wanted += [folded(*line, guarded=guarded) for line in lines]
        stages.append(Product(left, right, contiguous(size + 3, 9), guarded))
        grid = list(itertools.product(numbers(left), numbers(right)))
        wanted += [folded(*pair, guarded=guarded) for pair in grid]
        size += 12
    assert run(computed, stages, size) == wanted


@needs_compiler
def test_zeros_of_both_sides_win_where_guarded(computed):
    stages = [Product(table((0, 1)), table((2, 3)), rows(4 + n), not n) for n in range(2)]
    schedule = schedule_of(stages, 6, (4, 5), shared=4)
    left, right = computed(schedule, [(0.0, 1.0, inf, 2.0), (inf, 1.0, 0.0, 2.0)])
    assert left[0] == right[0] == 2.0
    assert isnan(left[1])
    assert isnan(right[1])


@needs_compiler
def test_folds_start_as_their_rows_say(computed):
    long, short, empty = table((3, 1, 4, 1), (10, 2, 24, 20)), table((3,), (15,)), table((), ())
    stages = [
        Fold(op, terms, contiguous(FIRST + 2 * number, 2))
        for number, (op, terms) in enumerate(
            itertools.product((add_n, largest), (long, short, empty))
        )
    ]
    wanted = [
        op.forward(*[GIVEN[row] for row in line])
        for stage in stages
        for op, line in itertools.product((stage.op,), stage.terms.index)
    ]
    assert run(computed, stages, FIRST + 12) == wanted


@needs_compiler
def test_a_fold_without_a_value_of_nothing_starts_from_its_first_term(computed):
    minus = primitive("minus", lambda *xs: reduce(operator.sub, xs), None, c="x - y", variadic=True)
    stage = Fold(minus, table((3, 1, 4), (20, 10, 2)), contiguous(FIRST, 2))
    wanted = [minus.forward(*line) for line in numbers(stage.terms)]
    assert run(computed, [stage], FIRST + 2) == wanted


@needs_compiler
def test_indices_beyond_a_byte(computed):
    order = random.Random(0).sample(range(300), 40)
    stage = Elementwise(neg, (rows(*order),), Rows(Memory.UNIFORM, tuple(range(300, 340))))
    schedule = schedule_of([stage], 340, range(300, 340), shared=300)
    inputs = [float(n) for n in range(300)]
    assert computed(schedule, [inputs]) == [[-inputs[row] for row in order]]


@needs_compiler
def test_sums_hold_what_one_example_contributes(computed):
    left, right = table((0, 1), (2, 3)), table((10, 11), (12, 13))
    reductions = [
        SummedProduct(left, right, ((0, 2), (1, 0)), "left"),
        SummedProduct(left, right, ((3, 3), (3, 3)), "right"),
        SummedRows(rows(5, 6, 20), (1, 4, 1)),
        SummedRows(rows(9, 9, 9, 9), (5, 5, 6, 6)),
    ]
    a, b, c, d = (folded(x, y) for x, y in itertools.product(numbers(left), numbers(right)))
    wanted = [a + d, c + GIVEN[5] + GIVEN[20], b, a + b + c + d, GIVEN[6], *[2 * GIVEN[9]] * 2]
    assert run(computed, (), FIRST, reductions=reductions, sums=7) == wanted


# Whole programs


EXACT = (add, sub, mul, div, sqrt, relu, gate, where, guarded_mul, ordered_dot, ordered_sum)
SUMMING = (dot, guarded_dot, add_n, dot, sub, relu)


def layered(seed, rows):
    """Layers of equal operations, on operands from all over the program."""
    rng = random.Random(seed)
    examples, shared, parameters, constants = 4, 2, 12, (0.5, -2.0, 1.0, 0.0)
    first = examples + shared + parameters + len(constants)
    instructions = []
    while len(instructions) < 80:
        start = first + len(instructions)
        op = rng.choice(rows)
        size = 2 * rng.randint(1, 4) if op.variadic else op.arity
        common = rng.choices(range(start), k=size // 2)  # the operands that a layer has in common
        for _ in range(rng.randint(1, 9)):
            others = rng.choices(range(max(0, start - 30), start), k=size - len(common))
            instructions.append(Instruction(op, (*others, *common)))
    outputs = tuple(rng.choices(range(first, first + len(instructions)), k=20))
    return Program(examples, shared, parameters, constants, tuple(instructions), outputs)


@needs_compiler
@pytest.mark.parametrize("seed", range(8))
def test_programs_without_sums_have_the_bits_of_the_interpreter(seed, computed):
    program = layered(seed, EXACT)
    rng = random.Random(seed)
    parameters = [rng.gauss(0.0, 1.0) for _ in range(program.parameters)]
    examples = [[rng.gauss(0.0, 1.0) for _ in range(6)] for _ in range(10)]
    examples += [rng.choices((0.0, -0.0, 1.0, inf, -inf, nan, 1e308), k=6) for _ in range(20)]
    results = computed(scheduled(program), examples, parameters)
    for example, got in zip(examples, results, strict=True):
        wanted = interpreted(program, example, parameters)
        assert list(map(repr, got)) == list(map(repr, wanted)), example


@needs_compiler
@pytest.mark.parametrize("seed", range(8))
def test_programs_with_sums_differ_by_the_order_of_adding_only(seed, computed):
    program = layered(seed, SUMMING)
    rng = random.Random(seed)
    parameters = [rng.gauss(0.0, 0.3) for _ in range(program.parameters)]
    examples = [[rng.gauss(0.0, 0.3) for _ in range(6)] for _ in range(10)]
    everything = replace(program, outputs=tuple(range(program.size)))
    results = computed(scheduled(program), examples, parameters)
    for example, got in zip(examples, results, strict=True):
        size = max(map(abs, interpreted(everything, example, parameters)))
        wanted = interpreted(program, example, parameters)
        assert got == pytest.approx(wanted, rel=1e-12, abs=1e-13 * size)


@needs_compiler
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_a_network_and_its_gradients(activation, library):
    random.seed(7)
    network = nn.MLP(3, [6, 4], activation=activation)

    def loss(x, target):  # cross entropy, and a penalty shared by all examples
        penalty = autograd.sum([p * p for p in network.parameters()])
        return 0.01 * penalty - autograd.dot(target, autograd.log_softmax(network(x)))

    compiled = autograd.compile(loss, in_axes=0, backend="interpreter")  # for its programs
    inputs = [[random.gauss(0.0, 1.0) for _ in range(3)] for _ in range(4)]
    targets = [[float(k == n) for k in range(4)] for n in range(4)]
    programs = {
        kind: compiled.program(kind, inputs, targets)
        for kind in ("value", "value_and_grad", "backward")
    }
    parameters = [p.data for p in network.parameters()]
    loaded = library({kind: scheduled(p) for kind, p in programs.items()}, parameters)
    for x, target in zip(inputs, targets, strict=True):
        for kind, program in programs.items():
            wanted = interpreted(program, [*x, *target], parameters)
            got = called(loaded, kind, len(wanted), [*x, *target], parameters)
            assert got == pytest.approx(wanted, rel=1e-12, abs=1e-14)
            assert got[0] == pytest.approx(loss(x, target).data, rel=1e-12)


# The files


def header_and_source(program, parameters=(), name="net", outputs="outputs"):
    text = c_text(name, [Function("value", scheduled(program), outputs)], parameters)
    return text.header, text.source


@needs_compiler
def test_parameters_are_in_the_file_to_the_bit(library):
    numbers = [0.1, -0.0, 5e-324, 1.7976931348623157e308, 1 / 3, -2.5, 1e6, inf, -inf, nan, 1e16]
    program = Program(0, 0, len(numbers), (), (), ())
    loaded = library({"value": scheduled(program)}, numbers)
    array = (ctypes.c_double * len(numbers)).in_dll(loaded, "net_parameters")
    assert list(map(repr, array)) == list(map(repr, numbers))


@needs_compiler
@pytest.mark.skipif(shutil.which("g++") is None, reason="no g++ on this machine")
def test_the_header_serves_c_and_cpp(tmp_path, library):
    program = Program(2, 0, 1, (), (Instruction(dot, (0, 1, 1, 2)),), (3,))
    library({"value": scheduled(program)}, [2.5])
    for compiler, name, options in (
        ("gcc", "main.c", STRICT),
        ("g++", "main.cpp", ["-Wall", "-Werror"]),
    ):
        (tmp_path / name).write_text(MAIN, encoding="ascii")
        files = [tmp_path / name, tmp_path / "net0.so"]
        subprocess.run([compiler, *options, "-o", tmp_path / "main", *files], check=True)
        run = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=True)
        assert run.stdout == "2 1 1: 13.500000\n"


MAIN = """
#include <stdio.h>
#include "net.h"
#include "net.h"

int main(void)
{
    const double inputs[NET_INPUTS] = {2.0, 3.0};
    double outputs[NET_VALUE_OUTPUTS];
    net_value(inputs, net_parameters, outputs);
    printf("%d %d %d: %f\\n", NET_INPUTS, NET_PARAMETERS, NET_VALUE_OUTPUTS, outputs[0]);
    return 0;
}
"""


@needs_compiler
def test_what_a_function_does_not_use_is_no_warning(computed):
    for program in (
        Program(2, 0, 3, (), (), ()),
        Program(2, 0, 0, (), (), (1,)),
        Program(0, 0, 0, (4.5,), (), (0,)),
    ):
        results = computed(
            scheduled(program), [(1.0, 2.0)[: program.examples]], [0.0] * program.parameters
        )
        assert results == [
            interpreted(program, (1.0, 2.0)[: program.examples], [0.0] * program.parameters)
        ]


def test_code_grows_with_stages_not_with_weights():
    def lines(width):
        weights = [range(n, n + width) for n in range(width, width * (width + 1), width)]
        layer = [Instruction(dot, (*line, *range(width))) for line in weights]
        first = width * (width + 1)
        outputs = tuple(range(first, first + width))
        program = Program(width, 0, width * width, (), tuple(layer), outputs)
        _, source = header_and_source(program, [1.0] * (width * width))
        return source[source.index("void") :].count("\n")

    assert lines(40) == lines(8) < 20


def test_labels_cannot_break_the_files():
    program = Program(3, 0, 0, (), (), (0,), names={0: "*/ #error", 1: "naïve\n#error", 2: "x"})
    header, _ = header_and_source(program, outputs="x */ y")
    (start, end) = header.index("/*"), header.index("*/")
    for label in ("* / #error", "na\\xefve #error", "x"):
        assert start < header.index(label) < end
    assert "Outputs: x * / y." in header


def test_the_header_says_what_the_inputs_are_and_what_the_stack_must_hold():
    steps = (Instruction(dot, (0, 1, 3, 4)), Instruction(exp, (5,)))
    program = Program(2, 1, 2, (), steps, (6,), names={1: "height"})
    header, _ = header_and_source(program, [1.0, 2.0])
    assert "3 numbers: 2 of the example, then 1 shared" in header
    assert "inputs[1]  height" in header
    assert "2 numbers: net_parameters" in header
    assert "take 16 bytes of the stack" in header
    mixed = Program(0, 2, 2, (), (Instruction(dot, (0, 2, 1, 3)),), (4,))  # its factors are copied
    assert "take 40 bytes of the stack" in header_and_source(mixed, [1.0, 2.0])[0]


def test_functions_of_different_inputs_are_refused():
    one, two = (scheduled(Program(n, 0, 0, (), (), (0,))) for n in (1, 2))
    with pytest.raises(ValueError, match=r"'second' has 2 inputs and 0 parameters, the file has 1"):
        c_text("net", [Function("first", one, ""), Function("second", two, "")], ())
    with pytest.raises(ValueError, match="1 inputs and 0 parameters, the file has 1 inputs and 3"):
        c_text("net", [Function("first", one, "")], (1.0, 2.0, 3.0))


@pytest.mark.parametrize(
    ("largest", "kind"), [(255, "char"), (256, "short"), (65535, "short"), (65536, "long")]
)
def test_indices_have_the_smallest_type_that_holds_them(largest, kind):
    writer = Writer(None, None)
    writer.position(((0, largest), (7, 3)))
    assert writer.lines[0].lstrip().startswith(f"static const unsigned {kind} ")
