"""Sums written with +, and running maxima, become one operation each, without changing a bit."""

import math
import random
from collections import Counter
from functools import reduce
from itertools import pairwise

import numpy as np
import pytest

from autograd import Value, compile, dot, grad, maximum
from autograd.primitives import ordered_dot
from autograd.program.interpreter import run
from autograd.program.recovery import recovered, with_largest
from autograd.program.schedule import scheduled
from autograd.program.simplify import operations
from tests.in_one_test import in_one_test

SPECIAL = (0.0, -0.0, 1.0, -1.0, 1e308, math.inf, -math.inf, math.nan)
NAMES = ("interpreter", "numpy", "llvm")


@pytest.fixture(params=[1, 16], ids=["each chain", "long chains"])
def least_terms(request, monkeypatch):
    monkeypatch.setattr("autograd.program.recovery.LEAST_TERMS", request.param)


def backends():
    for name in NAMES:
        if name == "llvm":
            pytest.importorskip("llvmlite")
        yield name


def numbers(rng, count, special):
    return [
        rng.choice(SPECIAL) if rng.random() < special else rng.uniform(-2.0, 2.0)
        for _ in range(count)
    ]


def same(x, y):
    return (x != x and y != y) or (x == y and math.copysign(1.0, x) == math.copysign(1.0, y))


class Plain:
    """A random program of sums and products as people write them, the same for each call."""

    def __init__(self, seed, smooth=False):
        self.seed, self.smooth = seed, smooth

    def __call__(self, x, weights):
        self.rng = random.Random(self.seed)
        self.pool = [*x, *weights]
        ways = (
            self.generator, self.total, self.nested_right, self.subtracted, self.tree,
            self.running_totals, self.plain_sum, self.object_array, self.neurons,
        )  # fmt: skip
        results = []
        for _ in range(self.rng.randint(3, 9)):
            found = self.rng.choice(ways)()
            if isinstance(found, Value):
                results.append(found)
                self.pool.append(found if not self.smooth else (0.1 * found).sin())
        return results or [x[0] + 1.0]

    def operand(self):
        if self.rng.random() < 0.1:
            return self.rng.choice([0, 0.0, -0.0, 1.0, -1.0, 2.5])
        return self.rng.choice(self.pool)

    def pairs(self):
        count = self.rng.choice([0, 1, 2, 3, 4, 8, 17])
        return [(self.operand(), self.operand()) for _ in range(count)]

    def generator(self):
        return sum(a * b for a, b in self.pairs())

    def total(self):
        total = self.operand()
        for a, b in self.pairs():
            total += a * b
        return total

    def nested_right(self):
        total = self.operand()
        for a, b in self.pairs():
            total = a * b + total
        return total

    def subtracted(self):
        total = self.operand()
        for a, b in self.pairs():
            total = total - a * b if self.rng.random() < 0.5 else b + total
        return total

    def tree(self):
        parts = [a * b for a, b in self.pairs()]
        if parts and isinstance(parts[0], Value):
            self.pool.append(parts[0])  # a product that is read elsewhere too
        while len(parts) > 1:
            place = self.rng.randrange(len(parts) - 1)
            parts[place : place + 2] = [parts[place] + parts[place + 1]]
        return parts[0] if parts else 0.0

    def running_totals(self):
        total = 0.0
        for a, b in self.pairs():
            total += a * b
            if isinstance(total, Value) and self.rng.random() < 0.3:
                self.pool.append(total)
        return total

    def plain_sum(self):
        return sum(a for a, _ in self.pairs())

    def object_array(self):
        matrix = np.array([[self.operand() for _ in range(3)] for _ in range(3)], dtype=object)
        vector = np.array([self.rng.choice(self.pool) for _ in range(3)], dtype=object)
        return sum(matrix @ vector)

    def neurons(self):
        x = [self.operand() for _ in range(3)]
        layer = []
        for _ in range(6):
            bias = self.rng.choice(self.pool)
            layer.append(sum((self.rng.choice(self.pool) * xi for xi in x), bias))
        self.pool += layer
        return layer[0] * layer[1]


# NumPy, which looks at the flags of the processor after a product of objects
@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
@in_one_test("seed", range(40))
def test_random_programs_give_the_bits_of_the_eager_engine(seed, least_terms):
    rng = random.Random(seed)
    special = rng.choice([0.0, 0.0, 0.3, 0.9])
    program = Plain(seed)
    weights = [Value(number) for number in numbers(rng, 6, special)]
    x = numbers(rng, 4, special)
    wanted = [value.data for value in program([Value(number) for number in x], weights)]
    batch = np.array([x, numbers(rng, 4, special), x])
    for backend in backends() if seed % 4 == 0 else NAMES[:2]:
        found = compile(lambda x: program(x, weights), backend=backend)(x)
        assert all(map(same, found, wanted)), (seed, backend, found, wanted)
        columns = compile(lambda x: program(x, weights), in_axes=0, backend=backend)(batch)
        for column, number in zip(columns, wanted, strict=True):
            assert same(column[0], number), (seed, backend, column, number)
            assert same(column[2], number), (seed, backend, column, number)


@in_one_test("seed", range(12))
def test_derivatives_of_random_programs_to_the_third_order(seed, least_terms):
    rng = random.Random(seed)
    program = Plain(seed, smooth=True)
    weights = [Value(number) for number in numbers(rng, 6, 0.0)]
    x = numbers(rng, 4, 0.0)

    def f(*x):  # the same program, whichever of its arguments are differentiated
        total = 0.0
        for result in program([a if isinstance(a, Value) else Value(a) for a in x], weights):
            total = total + (0.1 * result).tanh()
        return total

    def close(found, wanted):
        np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-11)

    slope = grad(f, 0)
    second = grad(slope, 0)
    for backend in NAMES[:2]:
        value, slopes = compile(f, backend=backend).value_and_grad(*x)
        close(value, f(*map(Value, x)).data)
        close(slopes, grad(f, (0, 1, 2, 3))(*x))
        close(compile(slope, backend=backend)(*x), slope(*x))
        close(compile(slope, backend=backend).value_and_grad(*x)[1][0], second(*x))
        close(compile(second, backend=backend).value_and_grad(*x)[1][0], grad(second, 0)(*x))
        compile(f, backend=backend).backward(*x)
        found = [weight.grad for weight in weights]
        for weight in weights:
            weight.grad = 0.0
        f(*x).backward()
        close(found, [weight.grad for weight in weights])
        for weight in weights:
            weight.grad = 0.0


def recovered_operations(f, *example):
    program = compile(f, backend="interpreter", verify="never").program("value", *example)
    return operations(program)


def test_each_way_to_write_a_dot_product_is_found():
    w, x = [1.0] * 16, [2.0] * 16

    def running(w, x):
        total = w[0] * x[0]
        for a, b in zip(w[1:], x[1:], strict=True):
            total += a * b
        return total

    def nested(w, x):
        total = 0.0
        for a, b in zip(w, x, strict=True):
            total = a * b + total
        return total

    def with_bias(w, x):
        return sum((a * b for a, b in zip(w[1:], x[1:], strict=True)), w[0])

    assert recovered_operations(running, w, x) == Counter(ordered_dot=1)
    assert recovered_operations(with_bias, w, x) == Counter(ordered_dot=1)
    assert recovered_operations(nested, w, x) == Counter(ordered_dot=1, add=1)  # + 0.0
    assert recovered_operations(lambda w, x: w @ x, np.ones(16), np.ones(16)) == Counter(
        ordered_dot=1
    )
    assert recovered_operations(lambda w, x: sum(w) + sum(x), w, x) == Counter(ordered_sum=2, add=2)


def test_the_bias_goes_to_the_side_that_leaves_a_matrix_product():
    pytest.importorskip("llvmlite")
    rows = [[Value(0.5)] * 4 for _ in range(16)]
    biases = [Value(0.25) for _ in range(16)]
    for flipped in (False, True):

        def layer(x, flipped=flipped):
            return [
                sum(((b * a if flipped else a * b) for a, b in zip(row, x, strict=True)), bias)
                for row, bias in zip(rows, biases, strict=True)
            ]

        program = compile(layer, in_axes=0).program("value", np.ones((2, 4)))
        shared = Counter()
        for op, args in program.instructions:
            assert op.name == "ordered_dot"
            half = len(args) // 2
            shared.update({args[:half], args[half:]})
        assert max(shared.values()) == 16


def test_parameters_are_numbered_as_the_sums_read_them():
    rows = [[Value(float(10 * i + k)) for k in range(4)] for i in range(8)]
    biases = [Value(0.5) for _ in range(8)]
    unused, scale = Value(7.0), Value(3.0)

    def f(x):
        layer = [
            sum((a * b for a, b in zip(row, x, strict=True)), bias)
            for row, bias in zip(rows[::-1], biases, strict=True)
        ]
        return (
            scale * layer[0] + layer[3] * layer[5] - layer[6] / 2.0
        )  # not in the order of the rows

    c = compile(f, backend="numpy")
    x = [1.0, 2.0, -1.0, 0.5]
    value = c(x)
    leaves = c.captured(x)
    program = c.program("value", x)
    outputs, _ = run(program, [()], x, [leaf.data for leaf in leaves])
    assert outputs == [[value]] == [[f([*map(Value, x)]).data]]
    lines = [args[: len(args) // 2] for op, args in program.instructions if op is ordered_dot]
    assert [[b - a for a, b in pairwise(line)] for line in lines] == [[1] * 4] * 4
    assert len({b[0] - a[0] for a, b in pairwise(lines)}) == 1
    read = [*rows[7], *rows[4], *rows[2], *rows[1], biases[0], biases[3], biases[5], biases[6]]
    assert set(leaves) == {scale, *read}
    assert unused not in leaves
    c.backward(x)
    found = [leaf.grad for leaf in leaves]
    for leaf in leaves:
        leaf.grad = 0.0
    f(x).backward()
    np.testing.assert_allclose(found, [leaf.grad for leaf in leaves], rtol=1e-14)


def test_partial_sums_and_products_that_are_read_elsewhere_are_computed_once():
    def f(x):
        product = x[0] * x[1]
        head = sum((a * a for a in x), product)
        return [sum((a * 3.0 for a in x), head), head, product]

    counts = recovered_operations(f, [1.0] * 16)
    assert counts == Counter(ordered_dot=2, mul=1)


def test_few_terms_stay_as_they_are():
    assert recovered_operations(lambda x, y: x * x + y * y, 1.0, 2.0) == Counter(mul=2, add=1)
    assert recovered_operations(sum, [1.0] * 4) == Counter(add=4)


def test_an_error_of_check_names_the_addition_and_its_line():
    def f(x):
        total = 0.0
        for a in x:
            total += a * 1e308  # here
        return total

    with pytest.raises(FloatingPointError, match=r"(add|mul)\(.* gave inf at .*test_recovery.py"):
        compile(f, check=True)([1.0] * 20)


def test_a_program_keeps_its_labels_and_the_trace_its_operations():
    def f(x):
        total = sum(a * a for a in x)
        total.label = "energy"
        return total * 2.0

    c = compile(f, backend="interpreter")
    assert "energy" in str(c.program("value", [1.0] * 16).names.values())
    x = [Value(1.0) for _ in range(16)]
    assert c(x).args[0].op.name == "add"  # on Values it draws what was written


def test_dots_and_small_programs_are_unchanged():
    program = compile(lambda x: dot(x, x) + x[0], backend="interpreter").program(
        "value", [1.0] * 16
    )
    assert recovered(program)[0] is program


def running_maxima(x):
    found = [reduce(maximum, x[:end]) for end in (1, 2, 3, 9, 9)]
    return [*found, maximum(x[3], found[3]), maximum(found[3], x[2])]


@in_one_test("seed", range(20))
def test_running_maxima_give_the_bits_of_the_eager_engine(seed, least_terms):
    rng = random.Random(seed)
    x = [rng.choice(SPECIAL) for _ in range(9)]
    wanted = [value.data for value in running_maxima([Value(number) for number in x])]
    for backend in backends() if seed % 4 == 0 else NAMES[:2]:
        found = compile(running_maxima, backend=backend)(x)
        assert all(map(same, found, wanted)), (seed, backend, x, found, wanted)
        batch = compile(running_maxima, in_axes=0, backend=backend)(np.array([x, x[::-1]]))
        assert all(same(column[0], number) for column, number in zip(batch, wanted, strict=True))


def test_running_maxima_of_different_lengths_are_equally_deep():
    def shifts(x):
        return [reduce(maximum, x[:end]).data for end in (3, 7, 16)]

    program = compile(shifts, backend="interpreter").program("value", [1.0] * 16)
    found = scheduled(program)
    assert [(stage.op.name, stage.result.index) for stage in found.before] == [
        ("largest", (row,)) for row in range(found.uniform - 3, found.uniform)
    ]


def test_a_running_maximum_that_is_differentiated_stays():
    program = compile(lambda x: reduce(maximum, x), backend="interpreter").program(
        "value_and_grad", [1.0] * 16
    )
    assert operations(program)["maximum"] == 15
    assert with_largest(program) is program
