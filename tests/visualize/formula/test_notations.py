"""One walk writes every notation: Python reads back what it wrote, TeX stops at no power."""

from __future__ import annotations

import ast
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value, primitive
from visualize import draw, explain, formula
from visualize.formula.notations import LaTeX, Python, SymPy, in_latex
from visualize.formula.words import in_symbols

LEAVES = st.one_of(
    st.sampled_from(["a", "b", "x_1"]).map(ast.Name),
    st.sampled_from([0, 2, 0.5, 1e-05, 1e20]).map(ast.Constant),
)


def larger(parts):
    """Return expressions of these parts, as formulas have them."""
    operators = st.sampled_from([ast.Add(), ast.Sub(), ast.Mult(), ast.Div(), ast.Pow()])
    relations = st.sampled_from([ast.Lt(), ast.LtE(), ast.Gt(), ast.GtE(), ast.Eq(), ast.NotEq()])
    return st.one_of(
        st.builds(ast.BinOp, parts, operators, parts),
        st.builds(lambda operand: ast.UnaryOp(ast.USub(), operand), parts),
        st.builds(ast.IfExp, parts, parts, parts),
        st.builds(lambda x, op, y: ast.Compare(x, [op], [y]), parts, relations, parts),
        st.builds(lambda args: ast.Call(ast.Name("f"), args, []), st.lists(parts, max_size=3)),
        st.builds(
            lambda terms: ast.Call(ast.Name("sum"), [ast.List(terms)], []),
            st.lists(parts, min_size=1, max_size=3),
        ),
    )


EXPRESSIONS = st.recursive(LEAVES, larger, max_leaves=12)


def shape(tree):
    """Return an expression without what does not matter, as that a name is read."""
    return ast.dump(ast.parse(ast.unparse(ast.fix_missing_locations(tree)), mode="eval").body)


@given(EXPRESSIONS)
def test_python_reads_what_was_written(tree):
    assert ast.dump(ast.parse(Python().write(tree), mode="eval").body) == shape(tree)


@given(EXPRESSIONS)
def test_sympy_text_is_python(tree):
    ast.parse(SymPy().write(tree), mode="eval")


@given(EXPRESSIONS)
def test_latex_has_its_brackets_in_pairs_and_no_double_power(tree):
    text = LaTeX().write(tree)
    assert text.count(r"\left(") == text.count(r"\right)")
    assert text.count("{") == text.count("}")
    assert not re.search(r"\^\{[^{}]*\}\^", text)


@pytest.mark.parametrize(
    ("text", "latex"),
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
