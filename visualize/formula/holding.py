"""As many digits as an equation in numbers needs to hold as it is printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import inf, isfinite, nan, pi

from autograd import Value
from autograd.primitive import TABLE
from visualize.digits import ALL, FEW, in_digits
from visualize.formula.rules import compact, filled

__all__ = ["NONE", "held", "row_digits", "rule_digits"]

NONE = 0  # no number of digits is enough: the result is not that of the equation
DIGITS = (FEW, 6, 9, 13, ALL)
PART = 1e-3  # of the result: what four digits of two factors may be off
ONE_BLANK = re.compile(r"\{(?:out|\d+)\}")


def held(compute: Callable[..., float], numbers: Sequence[float], result: float) -> int:
    """Return in how many digits `numbers` must be written so that `compute` gives the result.

    NONE where not even all their digits do. What Python cannot compute, as a division by 0, is
    taken to hold.

    >>> held(lambda x, y: x - y, [2.00001, 2.0], 1e-5), held(lambda x: x * x, [1.5], 2.25)
    (6, 4)
    """
    for digits in DIGITS:
        try:
            found = compute(*[float(in_digits(number, digits)) for number in numbers])
        except (ArithmeticError, ValueError, TypeError, NameError):
            return FEW
        if isinstance(found, complex):  # (-2)**0.5, which is nan here
            return FEW
        if _agree(found, result):
            return digits
    return NONE


def rule_digits(rule: str, numbers: Sequence[float], out: float, result: float) -> int:
    """Return how many digits a rule of `local_rule` needs, filled with numbers."""
    if ONE_BLANK.fullmatch(rule) or "{" not in rule:
        return FEW
    rule, places = compact(rule)  # of a wide operation few operands are in a rule
    used = [numbers[place] for place in places]
    return held(_compiled(rule, len(used)), [*used, out], result)


def row_digits(value: Value) -> int:
    """Return how many digits the operands of an operation need beside its result."""
    if value.op is None:
        return FEW
    return held(value.op.forward, [float(arg.data) for arg in value.args], value.data)


def _agree(found: float, result: float) -> bool:
    if isfinite(found) and isfinite(result):
        return abs(found - result) <= PART * abs(result)
    return found == result or (found != found and result != result)


@lru_cache(maxsize=1024)
def _compiled(rule: str, count: int) -> Callable[..., float]:
    """Return a rule as a function of its operands and, last, of its result."""
    operands = [f"x{place}" for place in range(count)]
    text = filled(rule, operands, "out")
    try:
        code = compile(f"lambda {', '.join([*operands, 'out'])}: {text}", "<rule>", "eval")
    except SyntaxError:  # "d cube(x)/d x" is no formula
        return _unknown
    functions = {name: row.forward for name, row in TABLE.items()}
    names = {"abs": abs, "max": max, "min": min, "sum": sum, "inf": inf, "nan": nan, "pi": pi}
    function: Callable[..., float] = eval(code, functions | names)  # noqa: S307 - text of our own
    return function


def _unknown(*_: float) -> float:
    raise TypeError("this rule has no form that can be computed")
