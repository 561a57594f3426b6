"""Formulas in SymPy: values and derivatives by SymPy's own rules, row by row."""

from __future__ import annotations

import random
from functools import reduce

import mpmath
import pytest
import sympy

import autograd
from autograd import Value, gradients, topological_order
from autograd.primitive import RESERVED, TABLE
from visualize import formula
from visualize.formula.operation import template

ROWS = [row for name, row in TABLE.items() if name in RESERVED]  # no row of another test

EVERYTHING = {name: getattr(sympy, name) for name in sympy.__all__}
SMOOTH = {"rel": 1e-9, "abs": 1e-12}


def run(written):
    """Run lines of SymPy as a user does, after `from sympy import *`."""
    found = {}
    exec(str(written), dict(EVERYTHING), found)  # noqa: S102 - what is tested
    return found


def numbers(written):
    return {sympy.Symbol(name, real=True): leaf.data for name, leaf in written.leaves.items()}


def evaluated(expression, place):
    return float(sympy.sympify(expression).subs(place).evalf(30).doit())


def cases(without=()):
    """Every row with its arities; some have no derivative, where their texts have one."""
    for row in (row for row in ROWS if row.name not in without):
        has_pairs = row.sum_of is not None and row.sum_of.arity == 2
        several = (2, 4) if has_pairs or row.chooses else (1, 2, 4)
        for arity in several if row.variadic else (row.arity,):
            yield pytest.param(row, arity, id=f"{row.name}-{arity}")


def operands(row, arity):
    rng = random.Random(5)
    domain = row.domain * arity if row.variadic else row.domain
    for _ in range(3):
        yield [Value(rng.uniform(*domain[place]), f"p{place}") for place in range(arity)]


@pytest.mark.parametrize(("row", "arity"), [*cases()])
def test_every_row_has_its_value(row, arity):
    for leaves in operands(row, arity):
        written = formula(row(*leaves), "sympy")
        found = sympy.sympify(run(written)["y"]).replace(sympy.Function("detach"), lambda x: x)
        expected = row.forward(*[leaf.data for leaf in leaves])
        assert evaluated(found, numbers(written)) == pytest.approx(expected, **SMOOTH), written


@pytest.mark.parametrize(("row", "arity"), [*cases(without=("detach", "finite", "largest"))])
def test_the_gradient_of_every_row_is_the_derivative_that_sympy_finds(row, arity):
    for leaves in operands(row, arity):
        root = row(*leaves)
        written = formula(root, "sympy", wrt="all")
        found = run(written)
        place = numbers(written)
        slopes = gradients(root, leaves)
        for position, (leaf, slope) in enumerate(zip(leaves, slopes, strict=True)):
            symbol = sympy.Symbol(leaf.label, real=True)
            own = sympy.sympify(found["y"]).diff(symbol).rewrite(sympy.Piecewise)
            expected = pytest.approx(slope, **SMOOTH)
            assert evaluated(found[f"dy_d{leaf.label}"], place) == expected, written
            if row.variadic or row.pullbacks[position] is not None:  # else 0 on purpose
                assert evaluated(own, place) == expected, written


@pytest.mark.parametrize("row", [row for row in ROWS if row.formula], ids=lambda row: row.name)
def test_the_formula_of_every_row_is_its_forward_function(row):
    """Of the text of the table alone, with Python's own conditions and mpmath's functions."""
    names = {name: getattr(mpmath, name) for name in ("exp", "log", "sqrt", "erf", "tanh")}
    names |= {"max": max, "min": min}
    for leaves in operands(row, 2 if row.variadic else row.arity):
        data = [leaf.data for leaf in leaves]
        if row.variadic:
            # x is what is folded so far: nothing yet
            product = row.sum_of is not None and row.sum_of.arity == 2
            folded = dict(zip("xyz", [0.0, *data] if product else data, strict=False))
        else:
            folded = dict(zip("xyz", data, strict=False))
        found = eval(row.formula, names, folded)
        assert float(found) == pytest.approx(row.forward(*data), **SMOOTH)


def test_every_formula_of_the_table_is_read():
    for row in ROWS:
        assert (template(row) is None) == (row.formula is None)


def test_the_text_is_sympy():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    root = autograd.where(a > b, autograd.relu(a), abs(b)) / 2
    assert str(formula(root, "sympy")).splitlines() == [
        'a, b = symbols("a b", real=True)',
        "y = Piecewise((Max(a, 0), a > b), (Abs(b), True)) / 2",
    ]
    assert run(formula(autograd.sum([a] * 30), "sympy"))["y"] == 30 * sympy.Symbol("a", real=True)
    assert str(formula(a + float("inf"), "sympy")).endswith("y = a + oo")
    slope = str(formula(autograd.gelu(a), "sympy", wrt=a)).splitlines()[-1]
    assert "sqrt(2)" in slope
    assert "sqrt(2 * pi)" in slope


def test_conditions_are_numbers_where_numbers_are_needed():
    a = Value(2.0, label="a")
    found = run(formula((a > 1) + (a > 3) * 5 + autograd.where(a, 7.0, 1.0), "sympy"))["y"]
    assert [found.subs({sympy.Symbol("a", real=True): value}) for value in (0, 2, 4)] == [1, 8, 13]


def test_equality_of_expressions_is_a_relation():
    a, b = Value(2.0, label="a"), Value(2.0, label="b")
    found = run(formula(autograd.where(TABLE["equal"](a, b), 3.0, 4.0), "sympy"))["y"]
    symbols = sympy.symbols("a b", real=True)
    assert found.subs(dict(zip(symbols, (2, 2), strict=True))) == 3
    assert found.subs(dict(zip(symbols, (2, 1), strict=True))) == 4


def test_detach_is_told_apart_from_its_operand():
    a = Value(2.0, label="a")
    found = run(formula(a.detach() * a, "sympy"))["y"]
    assert found.has(sympy.Function("detach")), "or its derivative would be wrong in silence"


@pytest.mark.parametrize("label", ["E", "I", "S", "N", "Q", "pi", "exp", "Symbol", "lambda", "Max"])
def test_labels_that_mean_something_to_sympy(label):
    a = Value(0.5, label=label)
    written = formula(a * a.exp() + abs(a.relu()), "sympy", wrt=a)
    [name] = written.leaves
    found = run(written)
    place = {sympy.Symbol(name, real=True): 0.5}
    assert evaluated(found["y"], place) == pytest.approx(0.5 * 2.718281828459045**0.5 + 0.5)


def test_a_whole_graph(readme):
    written = formula(readme, "sympy", wrt="all")
    found = run(written)
    place = numbers(written)
    for leaf in topological_order(readme)[:2]:
        own = found["g"].diff(sympy.Symbol(leaf.label, real=True))
        assert evaluated(own, place) == pytest.approx(leaf.grad, rel=1e-12)
        assert evaluated(found[f"dg_d{leaf.label}"], place) == pytest.approx(leaf.grad, rel=1e-12)


def test_activations_by_their_own_definitions():
    x = sympy.Symbol("x", real=True)
    leaf = Value(0.7, label="x")
    exact = {
        "sigmoid": 1 / (1 + sympy.exp(-x)),
        "silu": x / (1 + sympy.exp(-x)),
        "softplus": sympy.log(1 + sympy.exp(x)),
        "gelu": x * (1 + sympy.erf(x / sympy.sqrt(2))) / 2,
        "relu": sympy.Max(x, 0),
    }
    for name, expression in exact.items():
        found = run(formula(TABLE[name](leaf), "sympy"))["y"]
        assert sympy.simplify(found - expression) == 0, name


def test_sums_keep_their_terms_in_order():
    leaves = [Value(float(i), f"u{i}") for i in range(25)]
    found = run(formula(autograd.sum(leaves), "sympy"))["y"]
    expected = reduce(lambda x, y: x + y, (sympy.Symbol(f"u{i}", real=True) for i in range(25)))
    assert found == expected
