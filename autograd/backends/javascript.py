"""Rows as JavaScript, from their C texts: for pages that compute by themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from autograd.backends.c.rows import EXPRESSIONS, bare
from autograd.backends.formula import CONDITIONS, Algebra, formula_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autograd.primitive import Primitive

SAME_NAME = frozenset({
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "cos", "cosh",
    "exp", "expm1", "floor", "hypot", "log", "log10", "log1p", "log2", "sin", "sinh", "sqrt", "tan",
    "tanh", "trunc",
})  # fmt: skip
# The functions of <math.h> that Math does not have, or computes otherwise.
FUNCTIONS = {
    "copysign": "(x, y) => (y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x))",
    # The series of DLMF 7.6.2, whose terms are all positive.
    "erf": """(x) => {
  if (Math.abs(x) >= 1) return Math.sign(x) * (1 - erfc(Math.abs(x)));
  let term = x;
  let total = x;
  for (let n = 1; n < 40; n += 1) total += term *= (2 * x * x) / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}""",
    # The continued fraction of DLMF 7.9.1, from below; exp(-x * x) without the rounding of x * x.
    "erfc": """(x) => {
  if (x < 0.5) return 1 - erf(x);
  if (x > 28) return 0;
  let below = x;
  for (let n = Math.ceil(200 / (x * x)) + 10; n > 0; n -= 1) below = x + n / 2 / below;
  const part = Math.fround(x);
  return (Math.exp(-part * part) * Math.exp((part - x) * (part + x))) / Math.sqrt(Math.PI) / below;
}""",
    "exp2": "(x) => 2 ** x",
    "fabs": "Math.abs",
    "fdim": "(x, y) => (x <= y ? 0 : x - y)",
    "fmax": "(x, y) => (x !== x ? y : y !== y ? x : Math.max(x, y))",
    "fmin": "(x, y) => (x !== x ? y : y !== y ? x : Math.min(x, y))",
    "fmod": "(x, y) => x % y",
    "nearbyint": "(x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x))",
    "pow": "(x, y) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y)",
    "rint": "(x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x))",
    "round": "(x) => Math.sign(x) * Math.round(Math.abs(x))",
}
NAME = re.compile(r"(?<![.\w])[a-z]\w*")


def _number(value: float) -> str:
    text = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(repr(value), repr(value))
    return f"({text})" if text.startswith("-") else text


def _called(name: str, *args: str) -> str:
    if name not in FUNCTIONS and name not in SAME_NAME:
        raise ValueError(f"{name} is called, which JavaScript does not have")
    return f"{'Math.' * (name in SAME_NAME)}{EXPRESSIONS['function'](name, *args)}"


def _compared(relation: str, x: str, y: str) -> str:
    strict = {"==": "===", "!=": "!=="}
    return f"({x} {strict.get(relation, relation)} {y})"


# As in C but for names and equality.
SCRIPTS: Algebra = {
    **EXPRESSIONS,
    "number": _number,
    "function": _called,
    "compare": _compared,
    "indicator": "({} ? 1 : 0)".format,
}


def function_text(row: Primitive) -> str:
    """Return a row as an arrow function, which may call the functions that `definitions` gives.

    Of a variadic row it is the form that is folded. Raises ValueError, which names the row, where
    it has no C text or calls what JavaScript does not have.

    >>> from autograd.primitive import TABLE
    >>> print(function_text(TABLE["relu"]))
    (x) => ((x > 0.0) || (x !== x)) ? x : 0.0
    """
    formula = formula_of(row)
    head = f"({', '.join('xyz'[: formula.arity])}) =>"
    if row.js is not None:
        return f"{head} {row.js}"
    values = list("xyz"[: formula.arity])
    lines: list[str] = []
    uses = [position for step in formula.steps for position in step.inputs]
    try:
        for step, details, inputs in formula.steps:
            text = SCRIPTS[step](*details, *[values[position] for position in inputs])
            if uses.count(len(values)) > 1 and step not in {"number", *CONDITIONS}:
                name = f"t{len(lines) + 1}"
                lines.append(f"const {name} = {bare(text)};")
                text = name
            values.append(text)
    except ValueError as error:
        raise ValueError(f"the C text {row.c!r} of the operation {row.name!r}: {error}") from None
    result = bare(values[formula.result])
    return f"{head} {{ {' '.join(lines)} return {result}; }}" if lines else f"{head} {result}"


def definitions(rows: Iterable[Primitive]) -> str:
    """Return the functions of rows, by the names row_NAME, with those of C that they call."""
    texts = {f"row_{row.name}": function_text(row) for row in rows}
    called: dict[str, str] = {}
    waiting = list(texts.values())
    while waiting:
        for name in sorted(set(NAME.findall(waiting.pop())) & FUNCTIONS.keys() - called.keys()):
            called[name] = FUNCTIONS[name]
            waiting.append(FUNCTIONS[name])
    return "".join(f"const {name} = {text};\n" for name, text in {**called, **texts}.items())
