"""Local derivatives in words: the rule of an operation for one operand, with blanks for names."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from contextvars import Context
from functools import lru_cache
from math import nan
from typing import NoReturn

from autograd import Constant, Primitive, Value, gradients, topological_order
from visualize.digits import counted
from visualize.formulas.literals import recognised
from visualize.formulas.opening import opened_in_python, operation, with_names

__all__ = ["filled", "local_rule"]

OUT = "{out}"
LARGEST = 200  # parts; of more, nobody reads a rule
BLANK = re.compile(r"\{(out|\d+)\}")


def local_rule(
    row: Primitive, position: int, arity: int, constants: Mapping[int, float] | None = None
) -> str:
    """Return the derivative of an operation with respect to operand `position`, in Python's terms.

    `{0}`, `{1}`, ... stand for the operands, `{out}` for the result, and `filled` puts names or
    numbers there. `arity` is the number of operands, of which `constants` are known. "" where the
    operation has no derivative by this operand. The text is what the rule of the row draws, so
    that no derivative is written twice; a rule that cannot be drawn gives `d cube({0})/d {0}`.
    Raises ValueError for a position beyond the arity.

    >>> from autograd import TABLE
    >>> local_rule(TABLE["tanh"], 0, 1), local_rule(TABLE["dot"], 1, 4)
    ('1 - {out} * {out}', '{3}')
    >>> local_rule(TABLE["pow"], 0, 2, {1: 3.0})
    '3 * {0}**2'
    """
    if not 0 <= position < arity:
        raise ValueError(
            f"local_rule: {row.name} of {counted(arity, 'operand')} has no operand {position}; "
            f"positions are 0 to {arity - 1}"
        )
    return _rule(row, position, arity, tuple(sorted((constants or {}).items())))


def filled(rule: str, names: Sequence[str], out: str) -> str:
    """Return a rule with the operands' names or numbers in its blanks.

    What begins with a sign gets parentheses next to an operator.

    >>> filled("1 - {out} * {out}", ["x"], "-0.5"), filled("{1}", ["2", "-3"], "-6")
    ('1 - (-0.5) * (-0.5)', '-3')
    """

    def name(match: re.Match[str]) -> str:
        blank = match.group(1)
        text = out if blank == "out" else names[int(blank)]
        clashes = rule[: match.start()].rstrip()[-1:] in tuple("+-*/") or rule.startswith(
            "**", match.end()
        )
        return f"({text})" if clashes and text.startswith("-") else text

    return BLANK.sub(name, rule)


class _Operand(Value):
    """A value of a rule that is being drawn: it must not decide which way the rule goes."""

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise TypeError("the rule asks for the truth of a value, and has no single form")


@lru_cache(maxsize=4096)
def _rule(
    row: Primitive, position: int, arity: int, constants: tuple[tuple[int, float], ...]
) -> str:
    if row.pullbacks[0 if row.variadic else position] is None:
        return ""
    try:
        # a context of its own: no scope, no_grad or derivative of the caller is in force
        expression = Context().run(_drawn, row, position, arity, dict(constants))
    except Exception:  # noqa: BLE001 - a rule of a user may raise anything; its text is optional
        expression = None
    if expression is None:
        shown = ", ".join(f"{{{place}}}" for place in range(arity)) if arity <= 3 else "..."
        return f"d {row.name}({shown})/d {{{position}}}"
    return ast.unparse(expression).replace(" ** ", "**")


def _drawn(
    row: Primitive, position: int, arity: int, constants: Mapping[int, float]
) -> ast.expr | None:
    """Return what the rule draws for a gradient of 1; None where that is not its whole meaning.

    The operands are nan: whatever is computed from them is nan in silence.
    """
    operands = [
        Constant(constants[place]) if place in constants and place != position else _Operand(nan)
        for place in range(arity)
    ]
    out = row(*operands)
    slope = gradients(out, operands[position], create_graph=True)
    drawn: dict[Value, ast.expr] = {
        operand: ast.Name(f"{{{place}}}")
        for place, operand in enumerate(operands)
        if isinstance(operand, Value)
    }
    drawn[out] = ast.Name(OUT)
    sizes = dict.fromkeys(drawn, 1)
    for value in topological_order(slope):
        if value in drawn:
            continue
        if value.op is None and value.data != value.data:
            return None  # a number read from an operand, which the rule has taken out of it
        sizes[value] = 1 + sum(sizes.get(arg, 1) for arg in value.args)
        if sizes[value] > LARGEST:
            return None
        parts = [
            recognised(arg.data) if isinstance(arg, Constant) else drawn[arg] for arg in value.args
        ]
        drawn[value] = (
            operation(value.op, parts, opened_in_python) if value.op else recognised(value.data)
        )
    known = [
        recognised(operand.data) if isinstance(operand, Constant) else drawn[operand]
        for operand in operands
    ]
    forms = (operation(row, known, opens) for opens in (opened_in_python, lambda _: True))
    return with_names(drawn[slope], {ast.unparse(form): OUT for form in forms})
