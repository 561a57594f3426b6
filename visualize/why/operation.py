"""One operation in words: on the names of its operands, with their numbers, and its source line."""

from __future__ import annotations

import linecache
from collections.abc import Mapping

from autograd import Value
from autograd.graph import Constant
from visualize.digits import FEW, in_digits, significant
from visualize.escape import cut, printable
from visualize.formula.holding import row_digits

__all__ = ["equation", "numbers", "source", "written"]

WIDEST = 60  # columns of an operation; a dot product of a hundred is cut
SHOWN = 6  # operands with their numbers
SOURCE_COLUMNS = 100


def written(value: Value, names: Mapping[Value, str]) -> str:
    """Return how a value was made, on names; of a leaf, its own name.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
    >>> names = {a: "a", b: "b"}
    >>> written(a * b, names), written(a.tanh(), names), written(2 - b, names)
    ('a × b', 'tanh(a)', '2 - b')
    """
    row = value.op
    if row is None:
        return names[value]
    return cut(_applied(value, [_operand(arg, names) for arg in value.args]), WIDEST)


def equation(value: Value, names: Mapping[Value, str]) -> str:
    """Return an operation on numbers, with its result.

    >>> from autograd import Value
    >>> equation(Value(2.0) * Value(-3.0), {})
    '2 × (-3) = -6'
    """
    row = value.op
    if row is None:
        return f"{names[value]} = {significant(value.data)}"
    digits = row_digits(value) or FEW
    parts = [in_digits(arg.data, digits) for arg in value.args]
    if _is_infix(value):
        # -2 ^ 2 would be -4: a power comes before a sign
        first = 0 if "**" in (row.formula or "") else 1
        parts[first:] = [f"({part})" if part[0] == "-" else part for part in parts[first:]]
    return f"{cut(_applied(value, parts), WIDEST)} = {significant(value.data)}"


def numbers(value: Value, names: Mapping[Value, str]) -> str:
    """Return the operands of an operation with their data, each once; numbers are left out.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
    >>> numbers(a * b, {a: "a", b: "b"}), numbers(a * a, {a: "a"}), numbers(a * 3, {a: "a"})
    ('a = 2, b = 3', 'a = 2', 'a = 2')
    """
    operands = list(dict.fromkeys(arg for arg in value.args if type(arg) is not Constant))
    shown = [f"{names[operand]} = {significant(operand.data)}" for operand in operands[:SHOWN]]
    return ", ".join(shown + ["…"] * (len(operands) > SHOWN))


def source(line: str) -> str:
    """Return a line of the user's program, "file:number", with its text where that can be read.

    >>> source("")
    ''
    >>> source("<stdin>:3")
    '<stdin>:3'
    """
    file, _, number = line.rpartition(":")
    text = linecache.getline(file, int(number)).strip() if number.isdigit() else ""
    return cut(printable(f"{line}: {text}" if text else line), SOURCE_COLUMNS + len(line))


def _applied(value: Value, operands: list[str]) -> str:
    row = value.op
    assert row is not None
    if _is_infix(value):
        return f" {printable(row.symbol)} ".join(operands)
    if row.formula == "-x":
        (operand,) = operands
        return f"-({operand})" if operand.startswith("-") else f"-{operand}"
    return f"{printable(row.name)}({', '.join(operands)})"


def _is_infix(value: Value) -> bool:
    row = value.op
    return (
        row is not None
        and len(value.args) == 2
        and not row.variadic
        and not row.symbol.isidentifier()
    )


def _operand(operand: Value | Constant, names: Mapping[Value, str]) -> str:
    return significant(operand) if isinstance(operand, Constant) else names[operand]
