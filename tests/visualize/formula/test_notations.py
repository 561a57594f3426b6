"""One walk writes every notation: Python reads back what it wrote, TeX stops at no power."""

from __future__ import annotations

import ast
import re
from contextlib import suppress
from itertools import product

import pytest

from autograd import Value, primitive
from tests.in_one_test import in_one_test
from tests.visualize.latex_reader import value
from visualize import draw, explain, formula
from visualize.formula.latex import LaTeX, in_latex
from visualize.formula.python import Python, Strength, SymPy, Text
from visualize.text import in_symbols

A, B, TWO = ast.Name("a"), ast.Name("b"), ast.Constant(2)
OPERATORS = ast.Add(), ast.Sub(), ast.Mult(), ast.Div(), ast.Pow()
ARITHMETIC = [
    lambda part: ast.UnaryOp(ast.USub(), part),
    *(lambda part, op=op: ast.BinOp(part, op, B) for op in OPERATORS),
    *(lambda part, op=op: ast.BinOp(B, op, part) for op in OPERATORS),
]
FORMS = [
    *ARITHMETIC,
    lambda part: ast.IfExp(part, B, TWO),
    lambda part: ast.IfExp(B, part, TWO),
    lambda part: ast.IfExp(B, TWO, part),
    lambda part: ast.Compare(part, [ast.LtE()], [B]),
    lambda part: ast.Compare(TWO, [ast.Eq()], [part]),
    lambda part: ast.Call(ast.Name("f"), [B, part], []),
    lambda part: ast.Call(ast.Name("sum"), [ast.List([part, B, part])], []),
]
TREES = [
    *(outer(inner(A)) for outer, inner in product(FORMS, FORMS)),
    *(x(y(z(A))) for x, y, z in product(ARITHMETIC, ARITHMETIC, ARITHMETIC)),
]


def test_python_reads_what_was_written():
    for tree in TREES:
        whole = ast.parse(ast.unparse(ast.fix_missing_locations(tree)), mode="eval").body
        assert ast.dump(ast.parse(Python().write(tree), mode="eval").body) == ast.dump(whole)


def test_sympy_text_has_the_value_of_the_expression():
    sympy = pytest.importorskip("sympy")
    names = {"a": sympy.Rational(3, 2), "b": sympy.Rational(-5, 2), "sum": sum}
    for tree in TREES[len(FORMS) ** 2 :: 7]:
        text = ast.unparse(ast.fix_missing_locations(tree))
        assert eval(SymPy().write(tree), {}, names) == eval(text, {}, names)
    for tree in TREES:
        ast.parse(SymPy().write(tree), mode="eval")


def test_latex_has_the_value_of_the_expression():
    names = {name: Text(name, Strength.ATOM) for name in "ab"}
    numbers = {"a": 1.5, "b": 0.75}
    for tree in TREES[len(FORMS) ** 2 :]:
        text = LaTeX(names).write(tree)
        assert not re.search(r"\^\{[^{}]*\}\^", text)
        with suppress(ArithmeticError, TypeError):  # what Python's own numbers do not have
            expected = eval(ast.unparse(ast.fix_missing_locations(tree)), {}, numbers)
            if not isinstance(expected, complex):
                assert value(text, numbers) == pytest.approx(expected), text


@in_one_test(
    "text, latex",
    [
        ("a - (b - c)", r"a - \left(b - c\right)"),
        ("a - -b", r"a - \left(-b\right)"),
        ("-a + b", "-a + b"),
        ("a + (-b + c)", r"a + \left(-b + c\right)"),
        ("(-a)**2 / (b * c)", r"\frac{\left(-a\right)^{2}}{b \cdot c}"),
        ("1e-05**2", r"\left(10^{-5}\right)^{2}"),
        ("sum([a, -b, c]) - 1", "a - b + c - 1"),
    ],
)
def test_parentheses_stand_where_they_are_needed(text, latex):
    names = {name: in_latex(name) for name in "abc"}
    assert LaTeX(names).write(ast.parse(text, mode="eval").body) == latex


def test_a_power_of_ten_is_squared_as_a_whole():
    """TeX stops at 10^{-5}^{2}, and 9 · 10^4 squared is not 9 · 10^8."""
    x = Value(1e-05, label="x")
    y = x.tanh()
    y.label = "y"
    assert r"1 - \left(10^{-5}\right)^{2}" in explain(y, x).latex


def test_negative_numbers_have_parentheses_next_to_a_sign_only():
    a, b = Value(4.0, label="a"), Value(-3.0, label="b")
    assert r"a^{b} = 4^{-3} = " in explain(a**b, a).latex
    assert r"a - b = 4 - \left(-3\right) = 7" in explain(a - b, a).latex
    assert r"b \cdot a = -3 \cdot 4 = -12" in explain(b * a, a).latex


def test_any_python_of_a_user_is_written():
    row = primitive("clamped", lambda x: x, lambda g, out, x: g, formula="x and (x + 1)[0] * 2")
    text = str(formula(row(Value(1.0, label="a"))))
    assert text == "y = a and (a + 1)[0] * 2"
    assert r"\mathrm{" in str(formula(row(Value(1.0, label="a")), "latex"))


def test_a_group_used_twice_is_no_negative():
    assert in_symbols("sub", "-", ["group ×2"], variadic=True) == "sub(group ×2)"
    a = Value(2.0, label="a")
    assert "v1 = -a" in draw(-a).text
