"""Local derivatives as formulas with blanks for names, and the digits that an equation needs."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from contextvars import Context
from functools import lru_cache
from math import inf, isclose, nan, pi
from typing import NoReturn

from autograd import Primitive, Value, gradients, topological_order
from autograd.graph import Constant
from autograd.primitive import TABLE
from visualize.formula.operation import opened_in_python, operation, with_names
from visualize.formula.python import unparsed
from visualize.formula.tidy import number_of, recognised
from visualize.text import ALL, FEW, counted, in_digits, significant

OUT = "{out}"
NONE = 0  # no number of digits is enough: the equation gives another result
DIGITS = (FEW, 5, 6, 9, 13, ALL)
PART = 1e-3  # of the result: with all digits, what another order of adding may change
LARGEST = 200  # operations and operands; nobody reads a longer rule
BLANK = re.compile(r"\{(out|\d+)\}")


def local_rule(
    row: Primitive, position: int, arity: int, constants: Mapping[int, float] | None = None
) -> str:
    """Return the derivative of an operation with respect to operand `position`, in Python's terms.

    `{0}`, `{1}`, ... stand for the operands, `{out}` for the result, and `filled` puts names or
    numbers there. `arity` is the number of operands; `constants` has the numbers of those that are
    known, unless the operation takes any number of operands. Returns "" if it has no derivative by
    this operand. The rule of the row draws the text, so that no derivative is written twice; a rule
    that cannot be drawn gives `d cube({0})/d {0}`.
    Raises ValueError for a position beyond the arity.

    >>> from autograd.primitive import TABLE
    >>> local_rule(TABLE["tanh"], 0, 1), local_rule(TABLE["dot"], 1, 4)
    ('1 - {out} * {out}', '{3}')
    >>> local_rule(TABLE["pow"], 0, 2, {1: 3.0})
    '3 * {0}**2'
    """
    if not 0 <= position < arity:
        raise ValueError(
            f"local_rule: {row.called} of {counted(arity, 'operand')} has no operand {position}; "
            f"positions are 0 to {arity - 1}"
        )
    if row.variadic:
        return _every_rule(row, arity)[position]
    return _rule(row, position, arity, tuple(sorted((constants or {}).items())))


def rules_of(value: Value) -> tuple[str, ...]:
    """Return the local rule for each operand of a value, "" where an operand has none.

    Constants stand in the rules as their numbers, except in those of an operation of many operands,
    which are drawn once for all numbers.

    >>> x = Value(2.0)
    >>> rules_of(x**3), rules_of(x)
    (('3 * {0}**2', ''), ())
    """
    row, args = value.op, value.args
    if row is None:
        return ()
    if row.variadic:
        return _every_rule(row, len(args))
    known = {place: float(arg) for place, arg in enumerate(args) if type(arg) is Constant}
    return tuple(
        "" if place in known else local_rule(row, place, len(args), known)
        for place in range(len(args))
    )


def compact(rule: str) -> tuple[str, list[int]]:
    """Return a rule with its blanks numbered from 0, and the operands that they stand for.

    >>> compact("{7} / {out} + {7} * {3}")
    ('{0} / {out} + {0} * {1}', [7, 3])
    """
    places: dict[str, int] = {}

    def renumbered(match: re.Match[str]) -> str:
        blank = match.group(1)
        return OUT if blank == "out" else f"{{{places.setdefault(blank, len(places))}}}"

    return BLANK.sub(renumbered, rule), list(map(int, places))


def filled(rule: str, names: Sequence[str], out: str) -> str:
    """Return a rule with the operands' names or numbers in its blanks.

    A text that begins with a sign gets parentheses next to an operator. Pages have this function
    as a script.

    >>> filled("1 - {out} * {out}", ["x"], "-0.5"), filled("{1}", ["2", "-3"], "-6")
    ('1 - (-0.5) * (-0.5)', '-3')
    """
    parts = rule.split("{")
    written = [parts[0]]
    for part in parts[1:]:
        end = part.index("}")
        blank, rest = part[:end], part[end + 1 :]
        text = out if blank == "out" else names[int(blank)]
        clashes = written[-1].rstrip()[-1:] in ("+", "-", "*", "/") or rest.startswith("**")
        written.append(f"({text})" if clashes and text.startswith("-") else text)
        written.append(rest)
    return "".join(written)


class _Operand(Value):
    """An operand of a rule that is being drawn: the rule must not branch on its number."""

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise TypeError("the rule asks for the truth of a value, and has no single form")


@lru_cache(maxsize=4096)
def _rule(
    row: Primitive, position: int, arity: int, constants: tuple[tuple[int, float], ...]
) -> str:
    return _written(row, [position], arity, dict(constants))[0]


@lru_cache(maxsize=64)  # each holds a text for every operand
def _every_rule(row: Primitive, arity: int) -> tuple[str, ...]:
    return tuple(_written(row, range(arity), arity, {}))


def _written(
    row: Primitive, positions: Sequence[int], arity: int, constants: Mapping[int, float]
) -> list[str]:
    """Return the rules for some operands, drawn together."""
    if not positions or row.pullbacks[0 if row.variadic else positions[0]] is None:
        return [""] * len(positions)
    expressions: Sequence[ast.expr | None]
    try:
        # a context of its own: no scope, no_grad or derivative of the caller is in force
        expressions = Context().run(_drawn, row, positions, arity, constants)
    except Exception:  # noqa: BLE001 - a rule of a user may raise anything, and its text is optional
        expressions = [None] * len(positions)
    shown = ", ".join(f"{{{place}}}" for place in range(arity)) if arity <= 3 else "..."
    return [
        ""
        if row.chooses and position == 0  # the place, which has no derivative
        else unparsed(expression)
        if expression
        else f"d {row.called}({shown})/d {{{position}}}"
        for position, expression in zip(positions, expressions, strict=True)
    ]


def _drawn(
    row: Primitive, positions: Sequence[int], arity: int, constants: Mapping[int, float]
) -> list[ast.expr | None]:
    """Return the expressions that a rule draws for a gradient of 1; None for one it does not draw.

    The operands are nan, so that whatever the rule computes from their numbers is nan, silently.
    """
    asked = set(positions)
    operands = [
        Constant(constants[place]) if place in constants and place not in asked
        else _Operand(nan)
        for place in range(arity)
    ]  # fmt: skip
    out = row(*operands)
    slopes = gradients(out, [operands[position] for position in positions], create_graph=True)
    drawn: dict[Value, ast.expr | None] = {
        operand: ast.Name(f"{{{place}}}")
        for place, operand in enumerate(operands)
        if isinstance(operand, Value)
    }
    drawn[out] = ast.Name(OUT)
    sizes = dict.fromkeys(drawn, 1)
    for value in topological_order(*slopes):
        if value in drawn:
            continue
        sizes[value] = 1 + sum(sizes.get(arg, 1) for arg in value.args)
        parts = [
            recognised(arg.data) if isinstance(arg, Constant) else drawn[arg] for arg in value.args
        ]
        whole = [part for part in parts if part is not None]
        if sizes[value] > LARGEST or len(whole) < len(parts):
            drawn[value] = None
        elif value.op is not None:
            if value.op.gathered is not None and number_of(whole[-1]) is not None:
                whole.reverse()  # 3 * x**2, as people write it
            drawn[value] = operation(value.op, whole, opened_in_python)
        else:  # nan: the rule read the number of an operand
            drawn[value] = recognised(value.data) if value.data == value.data else None
    known = [
        recognised(operand.data) if isinstance(operand, Constant) else ast.Name(f"{{{place}}}")
        for place, operand in enumerate(operands)
    ]
    orders = [known, known[::-1]] if row.commutative and arity == 2 else [known]
    texts = {
        ast.unparse(operation(row, order, opens)): OUT
        for order in orders
        for opens in (opened_in_python, lambda _: True)
    }
    return [
        None if expression is None else with_names(expression, texts)
        for expression in (drawn[slope] for slope in slopes)
    ]


def held(
    compute: Callable[..., float],
    numbers: Sequence[float],
    result: float,
    *,
    otherwise: int = FEW,
) -> int:
    """Return with how many digits `numbers` must be written so that they give the result written.

    A reader who computes with the numbers shown gets the four digits shown, to the last one. If
    not even all digits do it, the answer is `otherwise`. An equation that Python cannot compute,
    such as a division by 0, counts as one that holds.

    >>> held(lambda x, y: x - y, [2.00001, 2.0], 1e-5), held(lambda x: x * x, [1.5], 2.25)
    (6, 4)
    >>> held(lambda x: 1.0 - x * x, [0.46211716], 0.78644773)  # 1 - 0.4621**2 is 0.7865
    5
    """
    for digits in DIGITS:
        try:
            found = compute(*[float(in_digits(number, digits)) for number in numbers])
        except (ArithmeticError, ValueError, TypeError, NameError):
            return FEW
        if isinstance(found, complex):  # (-2)**0.5, which is nan here
            return FEW
        if significant(found) == significant(result):
            return digits
    return ALL if isclose(found, result, rel_tol=PART) else otherwise


def rule_digits(rule: str, numbers: Sequence[float], out: float, result: float) -> int:
    """Return how many digits a rule of `local_rule` needs in numbers; NONE if none are enough."""
    if BLANK.fullmatch(rule) or "{" not in rule:
        return FEW
    rule, places = compact(rule)  # of a wide operation few operands are in a rule
    used = [numbers[place] for place in places]
    return held(_compiled(rule, len(used)), [*used, out], result, otherwise=NONE)


def row_digits(value: Value) -> int:
    """Return how many digits the operands of an operation need beside its result."""
    if value.op is None:
        return FEW
    return held(value.op.forward, [float(arg.data) for arg in value.args], value.data)


@lru_cache(maxsize=1024)
def _compiled(rule: str, count: int) -> Callable[..., float]:
    """Return a rule as a function of its operands and, last, of its result."""
    operands = [f"x{place}" for place in range(count)]
    text = filled(rule, operands, "out")
    try:
        code = compile(f"lambda {', '.join([*operands, 'out'])}: {text}", "<rule>", "eval")
    except SyntaxError:  # "d cube(x)/d x" is not a formula
        return _unknown
    functions = {name: row.forward for name, row in TABLE.items()}
    names = {"abs": abs, "max": max, "min": min, "sum": sum, "inf": inf, "nan": nan, "pi": pi}
    function: Callable[..., float] = eval(code, functions | names)  # noqa: S307 - text of our own
    return function


def _unknown(*_: float) -> float:
    raise TypeError("this rule has no form that can be computed")
