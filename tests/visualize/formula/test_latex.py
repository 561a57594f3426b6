"""Formulas in LaTeX: read back they have the value of the graph; labels are safe; they compile."""

from __future__ import annotations

import ast
import random
import re
import shutil
import subprocess
from contextlib import suppress
from itertools import chain

import pytest
from hypothesis import given

import autograd
from autograd import Value, gradients, primitive, topological_order, where
from autograd.primitive import RESERVED, TABLE
from tests.in_one_test import in_one_test
from tests.visualize.latex_reader import equations, pieces, value
from tests.visualize.random_graphs import graphs, is_moderate
from visualize import formula
from visualize.formula.latex import LaTeX
from visualize.formula.python import Strength, Text

ROWS = [row for name, row in TABLE.items() if name in RESERVED]  # no row of another test

PDFLATEX = shutil.which("pdflatex")
CLOSE = {"rel": 1e-9, "abs": 1e-12}
HOSTILE = [
    r"\input{/etc/passwd}", "a & b", "100% of $x$ #1", "}\\end{aligned}", "{", "^", "__", "~x~",
    "it's \"q\" `r`", "x-1", "a\nb", "a\\", "]|[", "</script><img onerror=alert(1)>", "w" * 300,
    "\u202eevil", "$$", r"\\", "\\begin{cases}", "a,b;c:d!e?f", "@*/=+", "é", "損失",
]  # fmt: skip


def symbol(name):
    """Return how LaTeX writes a simple name: w_1 with an index, alpha as a Greek letter."""
    stem, *indices = re.findall(r"[a-z]+|\d+", name)
    stem = "\\" + stem if len(stem) > 1 else stem
    return stem + (f"_{{{','.join(indices)}}}" if indices else "")


def check(root):
    """Compare what LaTeX says of a graph and its derivatives with the engine."""
    root.label = ""
    leaves = [leaf for leaf in topological_order(root) if leaf.op is None]
    written = formula(root, "latex", wrt="all")
    names = {symbol(name): leaf.data for name, leaf in written.leaves.items()}
    symbols = {leaf: symbol(name) for name, leaf in written.leaves.items()}
    rows = equations(str(written))
    for left, right in rows:
        names[left] = value(right, names)
    derivatives = [left for left, _ in rows if left.startswith(r"\frac")]
    output = re.match(r"\\frac\{\\partial (.*?)\}\{\\partial", derivatives[0])[1]
    assert names[output] == pytest.approx(root.data, **CLOSE), str(written)
    for leaf, slope in zip(leaves, gradients(root, leaves), strict=True):
        left = rf"\frac{{\partial {output}}}{{\partial {symbols[leaf]}}}"
        assert names[left] == pytest.approx(slope, **CLOSE), str(written)
    return written


@pytest.mark.parametrize(
    ("row", "arity"),
    [
        pytest.param(row, arity, id=f"{row.name}-{arity}")
        for row in ROWS
        for arity in ((2, 6) if row.variadic else (row.arity,))
        if row.name not in ("asinh", "acosh", "atanh", "asin", "acos", "tan")
    ],
)
def test_every_row_is_read_back(row, arity):
    rng = random.Random(7)
    domain = row.domain * arity if row.variadic else row.domain
    leaves = [Value(rng.uniform(*domain[place])) for place in range(arity)]
    check(row(*leaves) * 3.0 - leaves[0])


@given(graphs(labels=("", "", "a", "b", "w_1", "alpha")))
def test_random_graphs_are_read_back(root):
    if is_moderate(root):
        with suppress(ZeroDivisionError, OverflowError):  # Python's own floats are not total
            check(root)


def cases(*rows):
    *conditions, last = rows
    inside = r" \\ ".join([*conditions, rf"{last} & \text{{otherwise}}"])
    return rf"\begin{{cases}} {inside} \end{{cases}}"


@in_one_test(
    "build, latex",
    [
        (lambda a, b: a * b + 10, r"a \cdot b + 10"),
        (lambda a, b: 2 * a / (b + 1), r"\frac{2\,a}{b + 1}"),
        (lambda a, b: a - (b - 1), r"a - \left(b - 1\right)"),
        (lambda a, b: a + (b + 1), r"a + b + 1"),
        (lambda a, b: -(a / b), r"-\frac{a}{b}"),
        (lambda a, b: (a / b) / 2, r"\frac{a}{b \cdot 2}"),
        (lambda a, b: (a / b) ** 2, r"\left(\frac{a}{b}\right)^{2}"),
        (lambda a, b: a * a, r"a^{2}"),
        (lambda a, b: (-a) ** 2, r"\left(-a\right)^{2}"),
        (lambda a, b: -(a**2), r"-a^{2}"),
        (lambda a, b: a ** (b - 1), r"a^{b - 1}"),
        (lambda a, b: (a**2) ** b, r"\left(a^{2}\right)^{b}"),
        (lambda a, b: a.exp() ** 2, r"\left(\mathrm{e}^{a}\right)^{2}"),
        (lambda a, b: a.tanh() ** 2, r"\left(\tanh\left(a\right)\right)^{2}"),
        (lambda a, b: abs(a - b), r"\left|a - b\right|"),
        (lambda a, b: (a + b).sqrt(), r"\sqrt{a + b}"),
        (lambda a, b: a.log1p(), r"\ln\left(1 + a\right)"),
        (lambda a, b: a.asin(), r"\arcsin\left(a\right)"),
        (lambda a, b: a.asinh(), r"\operatorname{arsinh}\left(a\right)"),
        (lambda a, b: a.sigmoid(), r"\sigma\left(a\right)"),
        (lambda a, b: autograd.leaky_relu(a), r"\operatorname{leaky\_relu}\left(a, 0.01\right)"),
        (autograd.maximum, r"\max\left(a, b\right)"),
        (lambda a, b: autograd.norm([a, b, a]), r"\sqrt{a^{2} + b^{2} + a^{2}}"),
        (lambda a, b: (a > b) * 2, r"\left[a > b\right] \cdot 2"),
        (lambda a, b: where(a, a, b), cases(r"a & \text{if } a \neq 0", "b")),
        (
            lambda a, b: where(a >= b, a, b) * 2,
            r"\left(" + cases(r"a & \text{if } a \geq b", "b") + r"\right) \cdot 2",
        ),
        (
            lambda a, b: where(a > b, where(a > 1, a, b), 3 * b),
            cases(r"a & \text{if } a > b \text{ and } a > 1", r"b & \text{if } a > b", r"3\,b"),
        ),
        (  # the last case that is as all others is one of them
            lambda a, b: where(a > b, where(a > 1, a, b), b),
            cases(r"a & \text{if } a > b \text{ and } a > 1", "b"),
        ),
        (lambda a, b: a * 1e-5, r"a \cdot 10^{-5}"),
        (lambda a, b: 2.5e30 * a, r"2.5 \cdot 10^{30}\,a"),
        (lambda a, b: 2 * (a + b), r"2 \cdot \left(a + b\right)"),
        (lambda a, b: 2 * 10**a, r"2 \cdot 10^{a}"),
        (lambda a, b: 2 * (1 / a), r"2 \cdot \frac{1}{a}"),
        (lambda a, b: a + float("-inf"), r"a - \infty"),
        (lambda a, b: a + float("nan"), r"a + \mathrm{nan}"),
        (lambda a, b: a.detach(), r"\operatorname{detach}\left(a\right)"),
    ],
)  # fmt: skip
def test_notation(build, latex):
    a, b = Value(0.25, label="a"), Value(0.5, label="b")
    assert str(formula(build(a, b), "latex")) == f"y = {latex}"


@in_one_test(
    "label, latex",
    [
        ("w", "w"),
        ("w1", "w_{1}"),
        ("w_1", "w_{1}"),
        ("w_in_2", r"w_{\mathrm{in},2}"),
        ("loss", r"\mathrm{loss}"),
        ("alpha", r"\alpha"),
        ("α", r"\alpha"),
        ("λ_max", r"\lambda_{\mathrm{max}}"),
        ("Omega2", r"\Omega_{2}"),
        ("lambda", r"\lambda"),
        ("layers.0.w", r"\mathrm{layers.0.w}"),
        ("a b", r"\mathrm{a\ b}"),
        ("w[2]", r"\mathrm{w[2]}"),
        ("x_", r"\mathrm{x\_}"),
        ("1st", r"\mathrm{1st}"),
        ("sum", r"\mathrm{sum}"),
        (r"\alpha", r"\mathrm{\backslash alpha}"),
        ("$", r"\mathrm{\$}"),
        ("a\nb", r"\mathrm{a␊b}"),
        ("w" * 60, rf"\mathrm{{{'w' * 39}\ldots }}"),
    ],
)
def test_labels_are_symbols(label, latex):
    assert str(formula(Value(1.0, label=label) + 1, "latex")) == f"y = {latex} + 1"


def test_no_two_values_have_the_same_symbol():
    labels = ["w1", "w_1", "α", "alpha", "e", "a b", "a b", "x" * 50 + "1", "x" * 50 + "2", ""]
    root = autograd.sum([Value(float(i), label) * (i + 2) for i, label in enumerate(labels)])
    terms = str(formula(root, "latex")).replace(" \\\\\n&\\quad {}", "")
    symbols = re.findall(r"(?<=[=+] )(.*?)(?= \\cdot)", terms)
    assert len(symbols) == len(set(symbols)) == len(labels)


def test_a_power_of_a_derivative_keeps_its_parentheses():
    tree = ast.parse("slope * slope + slope", mode="eval").body
    text = LaTeX({"slope": Text(r"\frac{\partial y}{\partial a}", Strength.PRODUCT)}).write(tree)
    assert text == r"\left(\frac{\partial y}{\partial a}\right)^{2} + \frac{\partial y}{\partial a}"


def test_long_sums_go_on_in_further_rows():
    leaves = [Value(1.0, f"u{i}") for i in range(60)]
    text = str(formula(autograd.dot(leaves[:30], leaves[30:]), "latex"))
    rows = text.splitlines()[1:-1]
    assert 3 <= len(rows) <= 12
    assert rows[0].startswith(r"y &= u_{0} \cdot u_{30} + ")
    assert all(row.startswith(r"&\quad {} + u_{") for row in rows[1:])
    assert all(row.endswith(r" \\") for row in rows[:-1])


def test_rows_of_users_by_formula_or_by_name():
    rule = lambda g, out, x: g * x  # noqa: E731 - a rule
    a = Value(2.0, label="a")
    half = primitive("half_square", lambda x: x * x / 2, rule, formula="x**2 / 2")
    assert str(formula(half(a + 1), "latex")) == r"y = \frac{\left(a + 1\right)^{2}}{2}"
    odd = primitive("odd_row", lambda x: x, rule, formula="x[0] if x else {}")
    assert r"\mathrm" in str(formula(odd(a), "latex")), "what has no LaTeX is shown as text"
    named = primitive("my_row", lambda x: x, rule)
    assert str(formula(named(a), "latex")) == r"y = \operatorname{my\_row}\left(a\right)"


def everything():
    """Graphs that use every notation and hostile labels."""
    a, b = Value(0.3, label="alpha"), Value(0.5, label="w_1")
    for row in ROWS:
        leaves = [a, b, a * b][: 2 if row.variadic else row.arity]
        if row.name not in {"acosh", "power_log"}:  # these operands are outside of their domains
            yield row(*leaves) ** 2 * 3
    yield autograd.sum([Value(1.0, label).exp() * 2 for label in HOSTILE])
    yield autograd.softmax([a, b, Value(1e-9)])[0] * 1e30


def test_equations_compile_in_matplotlib():
    mathtext = pytest.importorskip("matplotlib.mathtext")
    parser = mathtext.MathTextParser("path")
    compiled = []
    for root in everything():
        for sides in equations(str(formula(root, "latex", wrt="all"))):
            for piece in chain.from_iterable(map(without_cases, sides)):
                compiled += pieces(piece)
    assert len(compiled) > 200
    for piece in {*compiled}:
        parser.parse(f"${piece}$")


def without_cases(latex):
    """Yield what matplotlib knows: of cases, which it does not, each piece with whole brackets."""
    pieces = re.split(r"\\begin\{cases\} | \\\\ | & | \\end\{cases\}", latex)
    for piece in pieces:
        if piece and piece.count(r"\left") == piece.count(r"\right"):
            yield piece.replace(r"\&", "+")  # the one escape that it does not know either


@pytest.mark.skipif(PDFLATEX is None, reason="needs LaTeX: the program pdflatex")
def test_everything_compiles_in_latex(tmp_path):
    lines = [r"\documentclass{article}", r"\usepackage{amsmath}", r"\begin{document}"]
    for root in everything():
        # pdflatex knows no letters beyond its encodings; other engines do
        text = str(formula(root, "latex", wrt="all"))
        lines.append("\\[\n" + text.encode("ascii", "ignore").decode() + "\n\\]")
    document = tmp_path / "formulas.tex"
    document.write_text("\n".join([*lines, r"\end{document}"]), encoding="utf-8")
    run = subprocess.run(
        [
            PDFLATEX,
            "-interaction=nonstopmode",
            "-halt-on-error",
            "-no-shell-escape",
            document.name,
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert run.returncode == 0, run.stdout[-2000:]
    log = (tmp_path / "formulas.log").read_text(errors="replace")
    assert "Missing" not in log
    assert "passwd" not in re.sub(r"formulas\.tex", "", log)
