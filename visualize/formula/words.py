"""One operation as pictures and `why` write it: on names, on numbers, and with its source line."""

from __future__ import annotations

import linecache
from collections.abc import Mapping

from autograd import Value
from autograd.graph import Constant
from visualize.formula.rules import compact, filled, row_digits, rule_digits
from visualize.text import cut, in_digits, in_symbols, on_numbers, printable, significant

WIDEST = 60  # columns of an operation; a dot product of a hundred is cut
SHOWN = 6  # operands
SOURCE_COLUMNS = 100


def written(value: Value, names: Mapping[Value, str]) -> str:
    """Return the operation that made a value, on names; the name of a leaf.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
    >>> names = {a: "a", b: "b"}
    >>> written(a * b, names), written(a.tanh(), names), written(2 - b, names)
    ('a × b', 'tanh(a)', '2 - b')
    """
    row = value.op
    if row is None:
        return names[value]
    operands = [_operand(arg, names) for arg in value.args]
    return cut(in_symbols(row.called, row.symbol, operands, variadic=row.variadic), WIDEST)


def equation(value: Value, names: Mapping[Value, str]) -> str:
    """Return an operation on numbers, with its result.

    >>> from autograd import Value
    >>> equation(Value(2.0) * Value(-3.0), {})
    '2 × (-3) = -6'
    """
    row = value.op
    if row is None:
        return f"{names[value]} = {significant(value.data)}"
    digits = row_digits(value)
    made = on_numbers(
        printable(row.called),
        printable(row.symbol),
        [in_digits(arg.data, digits) for arg in value.args],
        variadic=row.variadic,
        is_power="**" in (row.formula or ""),
    )
    return f"{cut(made, WIDEST)} = {significant(value.data)}"


def numbers(value: Value, names: Mapping[Value, str]) -> str:
    """Return the operands of an operation with their data, each once and without constants.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
    >>> numbers(a * b, {a: "a", b: "b"}), numbers(a * a, {a: "a"}), numbers(a * 3, {a: "a"})
    ('a = 2, b = 3', 'a = 2', 'a = 2')
    """
    operands = list(dict.fromkeys(arg for arg in value.args if type(arg) is not Constant))
    shown = [f"{names[operand]} = {significant(operand.data)}" for operand in operands[:SHOWN]]
    return ", ".join(shown + ["…"] * (len(operands) > SHOWN))


def rule_on(rule: str, node: Value, local: float, names: Mapping[Value, str]) -> tuple[str, str]:
    """Return the rule of a local derivative on names and on numbers, "" where they do not give it.

    >>> from autograd import Value
    >>> x = Value(-3.0)
    >>> y = x**2
    >>> rule_on("2 * {0}", y, -6.0, {x: "x", y: "y"})
    ('2 * x', '2 * (-3)')
    """
    rule, places = compact(rule)  # of a wide operation few operands are in a rule
    operands = [node.args[place] for place in places]
    data = [float(arg.data) for arg in operands]
    digits = rule_digits(rule, data, node.data, local)
    if " if " in rule:
        rule = f"({rule})"
    on_names = filled(rule, [_operand(arg, names) for arg in operands], names[node])
    if not digits:
        return on_names, ""
    numbers = [in_digits(number, digits) for number in data]
    return on_names, filled(rule, numbers, in_digits(node.data, digits))


def source(line: str) -> str:
    """Return a line of the user's program, "file:number", with its text if the file can be read.

    >>> source("")
    ''
    >>> source("<stdin>:3")
    '<stdin>:3'
    """
    file, _, number = line.rpartition(":")
    text = linecache.getline(file, int(number)).strip() if number.isdigit() else ""
    return cut(printable(f"{line}: {text}" if text else line), SOURCE_COLUMNS + len(line))


def _operand(operand: Value | Constant, names: Mapping[Value, str]) -> str:
    return significant(operand) if isinstance(operand, Constant) else names[operand]
