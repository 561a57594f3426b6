"""The equations of a text, as a reader checks them: with the numbers that are printed."""

from __future__ import annotations

import re
from itertools import pairwise
from math import inf, nan, pi

from autograd.primitive import TABLE

__all__ = ["evaluated", "false_equations"]

NAMES = {name: row.forward for name, row in TABLE.items()} | {
    "abs": abs, "max": max, "min": min, "sum": sum, "inf": inf, "nan": nan, "pi": pi,
}  # fmt: skip


def evaluated(text):
    """Return the number of an expression as it is printed; None where it is none."""
    plain = text.strip().replace("×", "*").replace(" ^ ", " ** ").replace("+ -", "+-")
    try:
        number = eval(plain, {"__builtins__": {}}, dict(NAMES))
    except (SyntaxError, NameError, TypeError, ArithmeticError, ValueError):
        return None
    return float(number) if isinstance(number, int | float) else None


def false_equations(text):
    """Return the equations of a text whose sides are numbers that differ in four digits."""
    found = []
    for part in re.split(r"\n|[;,:]\s", text):
        line = re.sub(r"\s*\([^()]*[a-z]{2,} [^()]*\)\s*$", "", part)  # a remark behind it
        sides = [side for side in map(evaluated, line.split(" = ")) if side is not None]
        for left, right in pairwise(sides):
            if f"{left + 0.0:.4g}" != f"{right + 0.0:.4g}":
                found.append(line.strip())
    return found
