"""C texts mean what C99 says they mean; what is not understood is shown."""

from __future__ import annotations

import math
import operator
import re
import shutil
import subprocess

import pytest

from autograd import ieee, primitive
from autograd.backends.formula import formula_of, parsed
from tests.in_one_test import in_one_test

RELATIONS = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "==": operator.eq, "!=": operator.ne,
}  # fmt: skip


LIMITS = {"fmin": min, "fmax": max}
# The algebra of Python floats, conditions being bools.
FLOATS = {
    "number": float,
    "negative": operator.neg,
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": ieee.divide,
    "function": lambda name, *args: {"fmin": min, "fmax": max}.get(name, getattr(math, name, None))(
        *args
    ),
    "compare": lambda relation, x, y: RELATIONS[relation](x, y),
    "both": operator.and_,
    "either": operator.or_,
    "opposite": operator.not_,
    "choose": lambda condition, x, y: x if condition else y,
    "indicator": float,
}


TEXTS = [
    "x", "-x", "- -x", "+x - -y", "x - y - z", "x / y / z", "x - y * z + x", "(x - y) * z",
    "x > y", "!x", "!!x + 1", "x > y == y > z", "x == y != z", "x < y < z", "x && y || z",
    "x || y && z", "x ? y : z", "x > y ? x : y > z ? y : z", "x ? y ? 1 : 2 : 3", "-x * -y",
    "x > 0 ? x : -x", "(x > 0) * 2", "-(x > 0)", "-0", "-0.0", "0 * -1", "(x > 0) * -3", "!-0",
    "-(2 - 2)", "x > 0 ? -0 : 0.0", "(x > 0) / 3.0", "1e-3 * x + .5 * y + 2. * z", "fabs(-x)",
    "copysign(1, x) + fma(x, y, z)", "isnan(x) + 2 * isinf(y) + 4 * isfinite(z)", "signbit(x)",
    "isnan(x) ? 1 : isfinite(y) && !signbit(z)", "INFINITY - x", "-INFINITY * x", "x\n+\ty",
]  # fmt: skip
NUMBERS = (0.0, -0.0, 1.0, -2.5, math.inf, math.nan)


@pytest.fixture(scope="module")
def by_c(tmp_path_factory):
    """What a C compiler computes: the results of each text at all points, by text."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler (cc) on this machine")
    folder = tmp_path_factory.mktemp("formula")
    source, program = folder / "texts.c", folder / "texts"
    values = ", ".join(
        {math.inf: "INFINITY"}.get(x, "NAN" if math.isnan(x) else repr(x)) for x in NUMBERS
    )
    lines = ["#include <math.h>", "#include <stdio.h>", f"double numbers[] = {{{values}}};"]
    for number, text in enumerate(TEXTS):
        one_line = " ".join(text.split())
        lines.append(f"double f{number}(double x, double y, double z) {{ return {one_line}; }}")
    lines.append("int main(void) {")
    count = len(NUMBERS)
    for number in range(len(TEXTS)):
        lines.append(
            f"  for (int i = 0; i < {count**3}; i++) "
            f'printf("%.17g ", f{number}(numbers[i / {count**2}], '
            f"numbers[i / {count} % {count}], numbers[i % {count}]));"
        )
        lines.append('  printf("\\n");')
    source.write_text("\n".join([*lines, "}"]), encoding="ascii")
    command = [compiler, "-O0", "-ffp-contract=off", "-w", "-std=gnu99"]
    subprocess.run([*command, "-o", program, source, "-lm"], check=True)
    run = subprocess.run([program], capture_output=True, text=True, check=True)
    rows = [[float(x) for x in line.split()] for line in run.stdout.splitlines()]
    return dict(zip(TEXTS, rows, strict=True))


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_has_the_value_that_c_gives_it(text, by_c, monkeypatch):
    monkeypatch.setattr(math, "fma", lambda x, y, z: x * y + z, raising=False)
    formula = parsed(text, 3)
    points = [(x, y, z) for x in NUMBERS for y in NUMBERS for z in NUMBERS]
    got = [formula.evaluate(FLOATS, point) for point in points]
    wrong = [
        (point, mine, c)
        for point, mine, c in zip(points, got, by_c[text], strict=True)
        if repr(mine) != repr(c)  # tells -0.0 from 0.0
    ]
    assert not wrong


def test_equal_parts_are_one_step():
    formula = parsed("exp(-fabs(x)) / (1 + exp(-fabs(x)))", 1)
    assert [step.name for step in formula.steps].count("function") == 2


@in_one_test(
    "text, message",
    [
        ("x +", "expected a number, an argument, a function or a bracket at\n    x +\n       ^"),
        ("x ^ 2", "expected an operator or the end at\n    x ^ 2\n      ^"),
        ("x y", "expected an operator or the end at\n    x y\n      ^"),
        ("xy", "'xy' is neither x, y nor a function of <math.h> known here at\n    xy\n    ^"),
        ("x + z", "'z' is neither x, y nor a function"),
        ("system(x)", "'system' is neither x, y nor a function"),
        ("pow(x)", "pow takes 2 arguments, not 1, at"),
        ("exp", "exp takes 1 argument, not 2, at"),
        ("1 / 2 * x", "C drops the fraction when it divides integers: write 1.0 for 1 at"),
        ("(x > 0) / (y > 0)", "C drops the fraction"),
        ("1.5f * x", "the number 1.5 has a suffix"),
        ("010 * x", "C reads 010 as octal"),
        ("(x", "expected ')' at\n    (x\n      ^"),
        ("x ? y", "expected ':' at"),
        ("", "expected a number"),
        ("--x", "expected a number"),
        ("x = y", "expected an operator or the end"),
        ("(" * 100 + "x" + ")" * 100, "nested more than 60 deep"),
    ],
)
def test_what_is_not_understood_is_shown(text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        parsed(text, 2)


@pytest.mark.parametrize("sign", ["- ", "+ ", "x + "])
def test_long_texts_need_no_recursion(sign):
    assert parsed(sign * 20_000 + "x", 1).evaluate(FLOATS, [0.0]) == 0.0


def test_a_row_is_named_in_errors():
    row = primitive("halved", lambda x: x / 2.0, lambda g, out, x: g / 2.0, c="x // 2")
    with pytest.raises(ValueError, match="C text of the operation 'halved': expected a number"):
        formula_of(row)
    row = primitive("halved", lambda x: x / 2.0, lambda g, out, x: g / 2.0)
    with pytest.raises(
        ValueError, match=r"'halved' has no C text.*primitive\('halved', \.\.\., c="
    ):
        formula_of(row)


def test_every_row_has_the_value_of_its_forward_function(row, points, difference_in_ulps):
    if row.variadic:
        points = [point for point in points if len(point) == 2 and "z" not in row.c]
    for point in points:
        got, wanted = formula_of(row).evaluate(FLOATS, point), row.forward(*point)
        assert difference_in_ulps(got, wanted) <= 4.0
