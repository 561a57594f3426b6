"""Docstrings of operations, made from their rows when `help(tanh)` asks for them."""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING, Any

from autograd.primitive import rows

if TYPE_CHECKING:
    from autograd.primitive import Primitive

FORMULA_NAMES = "xyz"  # of the operands in the formula of a row, by position
LONGEST = 90  # characters of a derivative that is shown
STARTS = (0.5, 2.0, -0.5, 1.5, -1.5, 1.0)  # an example takes the first that is in the domain

BINARY = re.compile(r"x ?(\*\*|[-+*/<>=]=?) ?y")  # a formula that is one operator
CALLED = re.compile(r"\w+(?=\()")
CALL = re.compile(r"\w+\([^()]*\)")
LEVELS = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 4}  # how tightly operators bind; 0: comparisons
ATOM = 5


def help_text(row: Primitive) -> str:
    """Return the docstring of an operation of the table.

    It says what the operation is, its derivatives as its rules draw them, where its domain ends,
    which derivative is taken at a kink, and an example. A user's own row keeps its `doc`: nothing
    of it runs before it is called.

    >>> from autograd.primitives import relu
    >>> print(help_text(relu).partition(">>>")[0].rstrip())
    max(x, 0), with derivative 0 at 0; nan stays nan, with gradient nan.
    <BLANKLINE>
    Derivative by x: 1 if x > 0 else 0.
    At x = 0.0: relu'(0) = 0, the flat side.
    """
    names = operand_names(row)
    facts = "\n".join([*_derivatives(row, names), *_domain(row, names), *_kink(row, names)])
    return f"{row.doc}\n\n{facts}\n\n{_example(row, names)}"


def operand_names(row: Primitive) -> list[str]:
    """Return the operands as a rule of the row names them; x and y of a variadic row.

    >>> from autograd.primitives import atan2, leaky_relu
    >>> operand_names(leaky_relu), operand_names(atan2)
    (['x', 'slope'], ['y', 'x'])
    """
    if not row.variadic:
        for rule in row.pullbacks:
            code = getattr(rule, "__code__", None)
            if code is not None and code.co_argcount == row.arity + 2:  # g and out come first
                return list(code.co_varnames[2 : code.co_argcount])
    return list(FORMULA_NAMES[: row.arity or 2])


def call(row: Primitive) -> str:
    """Return how people type the operation, without the operands that may be left out.

    >>> from autograd.primitives import clip, leaky_relu, mul
    >>> call(clip), call(leaky_relu), call(mul)
    ('clip(x, low, high)', 'leaky_relu(x)', 'x * y')
    """
    names = operand_names(row)
    return row.written or f"{row.name}({', '.join(names[: len(names) - len(row.defaults)])})"


def _derivatives(row: Primitive, names: list[str]) -> list[str]:
    symbols = [_Symbol(name) for name in names]
    slopes = row.pull(1.0, row(*symbols), symbols)
    texts = {name: _symbol(slope).text for name, slope in zip(names, slopes) if slope is not None}
    if not texts:
        return ["No gradient passes."]
    return [f"Derivative by {x}: {text}." for x, text in texts.items() if len(text) <= LONGEST]


def _domain(row: Primitive, names: list[str]) -> list[str]:
    if row.fault:
        for point in row.special:
            if all(map(isfinite, point)) and not isfinite(row.forward(*point)):
                said = row.fault.because(*point)
                if said:
                    return [f"At {_shown(names, point)}: {row.forward(*point)}, because {said}."]
    return []


def _kink(row: Primitive, names: list[str]) -> list[str]:
    if row.kink:
        for point in row.special:
            said = row.kink(*point)
            if said:
                return [f"At {_shown(names, point)}: {said}."]
    return []


def _shown(names: list[str], point: tuple[float, ...]) -> str:
    return ", ".join(f"{name} = {x}" for name, x in zip(names, point))


def _example(row: Primitive, names: list[str]) -> str:
    """Return lines for the prompt: a result and its derivatives, to four digits."""
    names = names[: len(names) - len(row.defaults)]
    domain = row.domain * len(names) if row.variadic else row.domain
    point = []
    for low, high in domain[: len(names)]:
        point.append(next((x for x in STARTS if low <= x <= high and x not in point), low))
    numbers = (*point, *row.defaults)
    out = row.forward(*numbers)
    slopes = row.pull(1.0, out, numbers)
    results = [out, *(0.0 if slope is None else slope for slope in slopes[: len(names)])]
    written = call(row)
    called = CALLED.match(written)
    if called is None:
        imports = ["from autograd import Value"]
    elif row.method or row.written:
        imports = [f"from autograd import Value, {called[0]}"]
    else:
        imports = ["from autograd import Value", f"from autograd.primitives import {called[0]}"]
    lines = [
        *imports,
        *(f"{name} = Value({x})" for name, x in zip(names, point)),
        f"result = {written}",
        "result.backward()",
        ", ".join(["round(result, 4)", *(f"round({name}.grad, 4)" for name in names)]),
    ]
    shown = ", ".join(str(round(x, 4)) for x in results)
    return "\n".join([*(f">>> {line}" for line in lines), f"({shown})"])


class _Symbol:
    """An operand without a number: operations on it are written down."""

    def __init__(self, text: str, level: int = ATOM) -> None:
        self.text = text
        self.level = level  # how tightly it binds: a looser operand needs brackets

    def within(self, level: int) -> str:
        """Return the text for an operand of an operator of this level."""
        return self.text if self.level >= level else f"({self.text})"

    @classmethod
    def __primitive__(cls, op: Primitive, args: tuple[Any, ...]) -> _Symbol:
        """Write an operation: as an operator, by its formula, or as people call it."""
        operands = [_symbol(arg) for arg in args]
        if op.variadic or not op.formula or (op.method and not op.written):
            return cls(f"{op.name}({', '.join(operand.text for operand in operands)})")
        operator = BINARY.fullmatch(op.formula)
        if operator:
            x, y = operands
            level = LEVELS.get(operator[1], 0)
            text = op.formula.replace("y", "{y}").replace("x", "{x}")
            left = x.within(ATOM if operator[1] == "**" else level)
            return cls(text.format(x=left, y=y.within(level + 1)), level)
        texts = dict(zip(FORMULA_NAMES, (operand.within(ATOM) for operand in operands)))
        text = re.sub(r"\b[xyz]\b", lambda name: texts[name[0]], op.formula)
        return cls(text, 3 if op.formula == "-x" else ATOM if CALL.fullmatch(text) else 0)

    def __add__(self, other: Any) -> Any:
        return rows.add(self, other)

    def __radd__(self, other: Any) -> Any:
        return rows.add(other, self)

    def __sub__(self, other: Any) -> Any:
        return rows.sub(self, other)

    def __rsub__(self, other: Any) -> Any:
        return rows.sub(other, self)

    def __mul__(self, other: Any) -> Any:
        return rows.mul(self, other)

    def __rmul__(self, other: Any) -> Any:
        return rows.mul(other, self)

    def __neg__(self) -> Any:
        return rows.neg(self)


def _symbol(operand: Any) -> _Symbol:
    if isinstance(operand, _Symbol):
        return operand
    return _Symbol(f"{operand:.6g}", ATOM if operand >= 0.0 else 3)
