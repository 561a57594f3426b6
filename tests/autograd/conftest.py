"""What the tests of the table share: the rows, points to try them at, and their exact formulas."""

from __future__ import annotations

import itertools
import math
import random
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from math import inf, isnan, nan

import mpmath
import pytest

from autograd.primitive import RESERVED, TABLE
from autograd.program import verification
from autograd.program.program import Instruction, Program

__all__ = [
    "batch_numbers", "batch_program", "cheap_traces", "difference_in_ulps", "exact", "formulas",
    "own_table_only", "points", "points_and_edges", "pytest_generate_tests", "quick_llvm",
    "quick_xla", "unoptimized",
]  # fmt: skip

ROWS = [row for name, row in TABLE.items() if name in RESERVED]
EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 3.0, 1e-300, -1e300, 1e300, inf, -inf, nan)


def halves(args):
    return zip(args[: len(args) // 2], args[len(args) // 2 :], strict=True)


def products(*args):
    return mpmath.fsum(x * y for x, y in halves(args))


# Written from the definitions, for mpmath's numbers of any precision: the oracle of every row.
EXACT = {
    "guarded_dot": products,
    "guarded_mul": lambda x, y: x * y,
    "identity": lambda x: x,
    "detach": lambda x: x,
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "add_n": lambda *xs: mpmath.fsum(xs),
    "dot": products,
    "ordered_sum": lambda *xs: mpmath.fsum(xs),
    "ordered_dot": products,
    "pow": lambda x, y: x**y,
    "power_log": lambda x, y, k: x**y * mpmath.log(x) ** k,
    "abs": abs,
    "sign": mpmath.sign,
    "exp": mpmath.exp,
    "log": mpmath.log,
    "log1p": lambda x: mpmath.log(1 + x),
    "expm1": lambda x: mpmath.exp(x) - 1,
    "sqrt": mpmath.sqrt,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "asin": mpmath.asin,
    "acos": mpmath.acos,
    "atan": mpmath.atan,
    "atan2": mpmath.atan2,
    "semicircle": lambda x: mpmath.sqrt(1 - x * x),
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "sech_squared": lambda x: 1 / mpmath.cosh(x) ** 2,
    "asinh": mpmath.asinh,
    "acosh": mpmath.acosh,
    "atanh": mpmath.atanh,
    "relu": lambda x: max(x, 0),
    "gate": lambda x, g: g if x > 0 else 0,
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "elu": lambda x, alpha: x if x > 0 else alpha * (mpmath.exp(x) - 1),
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "logistic_density": lambda x: mpmath.exp(-x) / (1 + mpmath.exp(-x)) ** 2,
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "gelu": lambda x: x * mpmath.ncdf(x),
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "logaddexp": lambda x, y: mpmath.log(mpmath.exp(x) + mpmath.exp(y)),
    "logaddexp_n": lambda *xs: mpmath.log(mpmath.fsum(map(mpmath.exp, xs))),
    "share": lambda x, y: 1 / (1 + mpmath.exp(y - x)),
    "portion": lambda x, y: x / (x + y),
    "maximum": max,
    "minimum": min,
    "prefer": lambda x, y, g: g if x > y else 0,
    "where": lambda condition, x, y: x if condition != 0 else y,
    "clip": lambda x, low, high: min(max(x, low), high),
    "cosine": lambda x, y: x / mpmath.sqrt(x * x + y * y),
    "hypot": lambda *xs: mpmath.sqrt(mpmath.fsum(x * x for x in xs)),
    "largest": lambda *xs: max(xs),
    "finite": lambda x: x,
    "place": lambda x, count: x if x in range(int(count)) else mpmath.nan,
    "item": lambda place, *xs: xs[int(place)] if place in range(len(xs)) else mpmath.nan,
    "less": lambda x, y: int(x < y),
    "less_equal": lambda x, y: int(x <= y),
    "greater": lambda x, y: int(x > y),
    "greater_equal": lambda x, y: int(x >= y),
    "equal": lambda x, y: int(x == y),
}


def pytest_generate_tests(metafunc):
    """Run a test that takes `row` once for each operation of the table."""
    if "row" in metafunc.fixturenames:
        metafunc.parametrize("row", ROWS, ids=lambda row: row.name)


@pytest.fixture(autouse=True, scope="module")
def cheap_traces():
    """Compiled functions verify their first calls, however slow the machine is at the moment."""
    limits = {name: getattr(verification, name) for name in ("CHEAP", "CHEAP_ONCE")}
    with pytest.MonkeyPatch.context() as patch:
        for name in limits:
            patch.setattr(verification, name, inf)
        yield limits


@pytest.fixture(autouse=True)
def own_table_only():
    """Take the rows that a test defines out of the table again."""
    before = dict(TABLE)
    yield
    TABLE.clear()
    TABLE.update(before)


@pytest.fixture(scope="session")
def unoptimized():
    """The options with which XLA takes a quarter of its time for larger programs."""
    jax = import_module("jax")
    level, emitters = "xla_backend_optimization_level", "xla_cpu_use_fusion_emitters"
    try:
        jax.jit(lambda x: x, compiler_options={emitters: False})(0.0)
    except jax.errors.JaxRuntimeError:  # of some versions only
        return {level: 0}
    return {level: 0, emitters: False}


@pytest.fixture
def quick_xla(request, monkeypatch):
    """Let XLA generate code without optimization, where a test is of stages and not of digits."""
    if find_spec("jax"):
        options = request.getfixturevalue("unoptimized")
        backend = import_module("autograd.backends.jax")
        monkeypatch.setattr(backend, "STRICT", {**backend.STRICT, **options})


@pytest.fixture
def quick_llvm(monkeypatch):
    """Let LLVM generate code without optimization: a third of the time, and the same numbers."""
    if find_spec("llvmlite") is None:
        yield
        return
    engine = import_module("autograd.backends.llvm.engine")
    engine.kept_code.cache_clear()
    monkeypatch.setattr(engine, "OPTIMIZATION", 0)
    yield
    engine.kept_code.cache_clear()


@pytest.fixture
def exact(row):
    """The formula of the row, for mpmath's numbers."""
    assert row.name in EXACT, f"add the exact formula of {row.name!r} to EXACT in {__file__}"
    return EXACT[row.name]


@pytest.fixture(scope="session")
def formulas():
    """The formulas of all rows by name, for mpmath's numbers."""
    return EXACT


def sizes(row):
    """Return the numbers of arguments to try."""
    if not row.variadic:
        return [row.arity]
    if row.chooses:  # its text is that of a choice of one
        return [2]
    return [2, 4, 8] if "z" in row.c else [1, 2, 3, 7]


def points_of(row):
    rng = random.Random(row.name)
    found = []
    for _ in range(12):
        for size in sizes(row):
            intervals = itertools.islice(itertools.cycle(row.domain), size)
            found.append(tuple(rng.uniform(*interval) for interval in intervals))
    return found


def edges_of(row):
    size = min(sizes(row)[-1], 4 if row.variadic else 3)
    numbers = EDGES if size < 3 else EDGES[::3]
    return [*row.special, *itertools.product(numbers, repeat=size)]


@pytest.fixture
def points(row):
    """Points inside the domain of the row, the same on every run."""
    return points_of(row)


@pytest.fixture
def edges(row):
    """The special points of the row and every combination of awkward numbers."""
    return edges_of(row)


@pytest.fixture(scope="session")
def points_and_edges():
    """The points and the edges of each operation of the table."""
    return {row: (points_of(row), edges_of(row)) for row in ROWS}


@pytest.fixture
def difference_in_ulps():
    """The distance of a float from an exact number, in units in the last place of the latter."""

    def difference(got, wanted):
        if isnan(got) or mpmath.isnan(wanted):
            return 0.0 if isnan(got) and mpmath.isnan(wanted) else inf
        if got == wanted:
            return 0.0
        if mpmath.isinf(wanted) or got in {inf, -inf}:
            return inf
        _, exponent = mpmath.frexp(wanted)
        unit = mpmath.ldexp(1, max(int(exponent) - 53, -1074))
        return float(abs(mpmath.mpf(got) - wanted) / unit)

    return difference


@pytest.fixture
def same_but_for_order():
    """Tell whether two results of a row differ by no more than another order of adding may do.

    Python's own `sum` compensates from 3.12 on, a fold never does.
    """

    def same(row, got, wanted, point):
        size = row.forward(*map(abs, point))
        return math.isfinite(size) and abs(got - wanted) <= 2.0 * len(point) * 2.0**-53 * size

    return same


@pytest.fixture
def batch_program():
    """Make a program of the shapes that schedules know, whose results are exact in any order."""
    return random_batch_program


@pytest.fixture
def batch_numbers():
    """Make the inputs of such a program: examples, shared inputs, parameters."""

    def make(program, seed, count, awkward=()):
        rng = random.Random(seed)
        numbers = [*map(float, (-3, -2, -1, 1, 2, 3)), *[0.0] * 3] * 5 + [*awkward]

        def draw(size):
            return rng.choices(numbers, k=size)

        examples = [draw(program.examples) for _ in range(count)]
        return examples, draw(program.shared), draw(program.parameters)

    return make


# Operations whose results are whole where the operands are, by their number of operands.
WHOLE = {
    1: ("neg", "abs", "relu", "sign"),
    2: ("add", "sub", "mul", "guarded_mul", "maximum", "minimum", "less", "equal", "gate"),
    3: ("where",),
}


SUMMED = ("mul", "guarded_mul", "dot", "ordered_dot", "guarded_dot", "neg", "add_n")


class BatchProgram:
    """A program being drawn: whole numbers of at most 8 in, whole numbers of any size out."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        kinds = self.rng.choice([0, 1, 3, 20]), self.rng.choice([0, 3]), self.rng.choice([0, 7, 40])
        self.kinds = kinds if any(kinds) else (2, 0, 3)
        self.constants = (0.0, 1.0, -2.0, -8.0, 8.0)
        inputs = sum(self.kinds)
        self.first = inputs + len(self.constants)
        self.low, self.high = self.first - 2, self.first - 1
        self.small = list(range(self.first))  # what may be an operand
        self.found = list(range(self.first))  # what may be a result
        self.instructions = []

    def do(self, name, *args):
        self.instructions.append(Instruction(TABLE[name], args))
        self.found.append(self.first + len(self.instructions) - 1)
        return self.found[-1]

    def limited(self, results):
        self.small += [self.do("clip", result, self.low, self.high) for result in results]

    def lines(self, height, width):
        """Return lists of operands: neighbours, any ones, or one list again and again."""
        kind = self.rng.choice(["inputs", "inputs", "parameters", "recent", "any", "same"])
        recent = max(0, len(self.small) - height * width)
        start = {"inputs": 0, "parameters": self.kinds[0], "recent": recent}
        if kind in start:
            flat = [self.small[(start[kind] + k) % len(self.small)] for k in range(height * width)]
        elif kind == "any":
            flat = self.rng.choices(self.small, k=height * width)
        else:
            flat = self.rng.choices(self.small, k=width) * height
        return [flat[line * width : (line + 1) * width] for line in range(height)]

    def grid(self):
        rng, width = self.rng, self.rng.choice([1, 2, 5, 23])
        sides = self.lines(rng.randint(1, 9), width), self.lines(rng.randint(1, 4), width)
        pairs = [(a, b) for a in sides[0] for b in sides[1]]
        if rng.random() < 0.3:
            pairs = rng.sample(pairs, k=rng.randint(1, len(pairs)))
        if rng.random() < 0.3:
            pairs = [(b, a) for a, b in pairs] + pairs[:2]
        op = rng.choice(["dot", "guarded_dot", "ordered_dot"])
        self.limited([self.do(op, *a, *b) for a, b in pairs])

    def folds(self):
        width = self.rng.choice([1, 2, 24])
        for line in self.lines(self.rng.randint(1, 5), width):
            self.limited([self.do(self.rng.choice(["add_n", "ordered_sum", "largest"]), *line)])

    def elements(self):
        arity = self.rng.choice([1, 2, 2, 3])
        name, count = self.rng.choice(WHOLE[arity]), self.rng.choice([1, 3, 10])
        lines = [self.lines(1, count)[0] for _ in range(arity)]
        self.limited([self.do(name, *args) for args in zip(*lines, strict=True)])

    def sum(self):
        """Return the number of a sum of products and others that nothing else uses."""
        rng, terms = self.rng, []
        for _ in range(rng.randint(1, 4)):
            name = rng.choice(SUMMED)
            width = {"mul": 2, "guarded_mul": 2, "neg": 1}.get(name) or 2 * rng.randint(1, 3)
            terms.append(self.do(name, *rng.choices(self.small, k=width)))
        while len(terms) > 1:
            terms[:2] = [self.do("add", *terms[:2])]
        return terms[0]


@cache
def random_batch_program(seed):
    draft = BatchProgram(seed)
    steps = [draft.grid, draft.grid, draft.folds, draft.elements]
    for step in draft.rng.choices(steps, k=draft.rng.randint(0, 6)):
        step()
    outputs = draft.rng.choices(draft.found, k=draft.rng.randint(0, 9))
    sums = draft.rng.choices(draft.found, k=draft.rng.randint(0, 4))
    width = draft.rng.choice([1, 1, 2])
    lefts, rights = draft.lines(draft.rng.randint(1, 5), width), draft.lines(3, width)
    name = draft.rng.choice(["guarded_", ""]) + ("mul" if width == 1 else "dot")
    sums += [draft.do(name, *a, *b) for a in lefts for b in rights]  # the gradient of a layer
    sums += [draft.sum() for _ in range(draft.rng.randint(0, 5))]
    return Program(
        *draft.kinds, draft.constants, tuple(draft.instructions), tuple(outputs), tuple(sums)
    )
