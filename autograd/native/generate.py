"""Write rows.h, the operations and their rules in C: `python -m autograd.native.generate`.

The value of an operation is its row's C text. Each of its rules is called once, on Values without
numbers, and the graph that it draws is printed: no derivative is written by hand in C. Operations
on any number of operands have no functions here: `dot.c` has loops for four of them, and all others
are asked of Python.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd.backends.c.literals import double
from autograd.backends.c.rows import EXPRESSIONS, body_of
from autograd.backends.formula import formula_of
from autograd.graph import Constant, topological_order
from autograd.mode import CURRENT
from autograd.primitive import RESERVED, TABLE
from autograd.program.traced import TracingMode, placeholder, traced_under

if TYPE_CHECKING:
    from autograd.primitive import Primitive

HEADER = Path(__file__).with_name("rows.h")
OPERANDS = "double x, double y, double z"
GIVEN = "double g, double out, double x, double y, double z"
# Python computes it otherwise than <math.h>: the last bit differs.
OF_PYTHON = {"hypot": "python_hypot"}
ALGEBRA = {
    **EXPRESSIONS,
    "function": lambda name, *args: EXPRESSIONS["function"](OF_PYTHON.get(name, name), *args),
}


def header() -> str:
    """Return the text of rows.h."""
    rows = [row for name, row in TABLE.items() if name in RESERVED]
    fixed = [row for row in rows if not row.variadic]
    rules = [rule for row in fixed for rule in _rules(row)]
    parts = [
        "/* Written by autograd/native/generate.py from autograd/primitives.py. */",
        "#ifndef ROWS_H\n#define ROWS_H",
        "enum {\n" + "".join(f"    ROW_{row.name},\n" for row in rows) + "    ROW_COUNT\n};",
        "#define METHODS(X)" + "".join(map(_method, fixed)),
        "#endif",
        "#ifdef ROW_FUNCTIONS /* row.c alone has them */",
        *map(_value, fixed),
        *rules,
        "".join(f"COLUMNS({row.name})\n" for row in fixed if row.arity < 3),
        "static const RowCode ROWS[ROW_COUNT] = {\n" + "".join(map(_entry, rows)) + "};",
        "#endif",
    ]
    return "\n\n".join(parts) + "\n"


def _method(row: Primitive) -> str:
    return f" \\\n    X({row.name})" if row.method and row.arity == 1 else ""


def _value(row: Primitive) -> str:
    formula = formula_of(row)
    body = [line for line in body_of(formula, ALGEBRA) if not line.startswith("(void)")]
    lines = "".join(f"    {line}\n" for line in body)
    return f"static double value_{row.name}({OPERANDS})\n{{\n{lines}}}"


def _rules(row: Primitive) -> list[str]:
    return [
        f"static double pull_{row.name}_{position}({GIVEN})\n{{\n{_drawn(row, rule)}}}"
        for position, rule in enumerate(row.pullbacks)
        if rule is not None
    ]


def _drawn(row: Primitive, rule: Any) -> str:
    """Return the body of a C function that computes the graph which a rule draws."""
    names = ["g", "out", *"xyz"]
    with traced_under(TracingMode(variant=CURRENT.get().variant)):
        symbols = [placeholder(name) for name in names[: 2 + row.arity]]
        result = rule(*symbols)
    texts: dict[Any, str] = dict(zip(symbols, names))
    lines = []
    steps = topological_order(result) if type(result) is not float else []
    for node in steps:
        if node.op is None:
            continue
        operands = [double(x) if type(x) is Constant else texts[x] for x in node.args]
        texts[node] = f"t{len(texts)}"
        lines.append(f"const double {texts[node]} = {_call(node.op, operands)};")
    lines.append(f"return {double(result) if type(result) is float else texts[result]};")
    return "".join(f"    {line}\n" for line in lines)


def _call(row: Primitive, operands: list[str]) -> str:
    if row.variadic:
        assert row.name in OF_PYTHON, row
        return f"{OF_PYTHON[row.name]}({', '.join(operands)})"
    return f"value_{row.name}({', '.join([*operands, '0.0', '0.0'][:3])})"


def _entry(row: Primitive) -> str:
    if row.variadic:
        return f'    [ROW_{row.name}] = {{"{row.name}", NULL, NULL, {{NULL, NULL, NULL}}}},\n'
    rules = [
        "NULL" if rule is None else f"pull_{row.name}_{position}"
        for position, rule in enumerate(row.pullbacks)
    ]
    three = ", ".join([*rules, "NULL", "NULL"][:3])
    columns = f"columns_{row.name}" if row.arity < 3 else "NULL"
    return f'    [ROW_{row.name}] = {{"{row.name}", value_{row.name}, {columns}, {{{three}}}}},\n'


if __name__ == "__main__":
    HEADER.write_text(header(), encoding="utf-8")
