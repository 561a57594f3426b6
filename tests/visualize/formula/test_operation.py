"""Operations of any number of operands, written out: in each notation the text has the value."""

from __future__ import annotations

import ast
import math
import random

import pytest

import autograd
from autograd import Value, hypot, primitive
from autograd.primitive import RESERVED, TABLE
from tests.visualize.latex_reader import value
from visualize import formula
from visualize.formula.latex import LaTeX
from visualize.formula.operation import (
    opened_in_latex,
    opened_in_python,
    opened_in_sympy,
    operation,
)
from visualize.formula.python import Strength, SymPy, Text
from visualize.formula.tidy import tidy

VARIADIC = [row for name, row in TABLE.items() if row.variadic and name in RESERVED]
ROWS = [row for row in VARIADIC if not row.chooses]
PLACES = "abcdef"
PYTHON = {
    **{name: getattr(autograd, name) for name in autograd.__all__},
    "inf": math.inf,
    "nan": math.nan,
}


def always(_):
    return True


def by_python(tree, numbers):
    return eval(ast.unparse(ast.fix_missing_locations(tree)), {**PYTHON, "abs": abs}, numbers)


def by_latex(tree, numbers):
    names = {name: Text(name, Strength.ATOM) for name in numbers}
    return value(LaTeX(names).write(tree), numbers | {r"\infty": math.inf})


def by_sympy(tree, numbers):
    sympy = pytest.importorskip("sympy")
    return float(sympy.sympify(SymPy().write(tree)).subs(numbers))


NOTATIONS = [
    pytest.param(read, opens, id=f"{read.__name__}-{opens.__name__}")
    for read, opens in (
        (by_python, opened_in_python),
        (by_python, always),
        (by_latex, opened_in_latex),
        (by_latex, always),
        (by_sympy, opened_in_sympy),
    )
]


@pytest.mark.parametrize(("read", "opens"), NOTATIONS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_variadic_row_has_its_value_whatever_the_number_of_operands(row, read, opens):
    rng = random.Random(1)
    pairs = row.sum_of is not None and row.sum_of.arity == 2
    for arity in (0, 2, 4, 6) if pairs else (0, 1, 2, 3, 4):
        for sign in (-1.0, 1.0):
            numbers = {name: sign * rng.uniform(0.5, 3.0) for name in PLACES[:arity]}
            tree = operation(row, [ast.Name(name) for name in numbers], opens)
            found = read(tree, numbers)
            assert found == pytest.approx(row.forward(*numbers.values())), ast.unparse(tree)


@pytest.mark.parametrize(("read", "opens"), NOTATIONS)
def test_a_choice_has_the_value_of_its_item(read, opens):
    (row,) = set(VARIADIC) - set(ROWS)
    for count in (1, 2, 5):
        for place in range(count):
            numbers = {name: 1.5 - number for number, name in enumerate(PLACES[:count])}
            names = [ast.Name("z"), *map(ast.Name, numbers)]
            found = read(operation(row, names, opens), numbers | {"z": float(place)})
            assert found == row.forward(float(place), *numbers.values()) == 1.5 - place


def test_a_length_of_one_operand_is_its_size():
    written = formula(hypot(Value(-3.0, label="x")), "latex")
    assert str(written) == r"y = \left|x\right|"


def test_a_variadic_row_of_a_user_starts_from_what_it_is_of_nothing():
    row = primitive(
        "squares", lambda *xs: sum(x * x for x in xs), lambda g, out, *xs: [2 * g * x for x in xs],
        variadic=True, formula="x**2 + y**2",
    )  # fmt: skip
    try:
        assert str(formula(row(Value(3.0, label="x")))) == "y = x**2"
        tree = operation(row, [ast.Name("x"), ast.Name("y")], always)
        assert ast.unparse(tree) == "x ** 2 + y ** 2"
    finally:
        del TABLE["squares"]


@pytest.mark.parametrize(
    ("text", "tidied"),
    [("x * -1", "-x"), ("-1 * x", "-x"), ("x * -2", "x * -2"), ("1 / 4", "0.25")],
)
def test_a_factor_of_minus_one_is_a_sign(text, tidied):
    assert ast.unparse(tidy(ast.parse(text, mode="eval").body)) == tidied
