"""Exact division of a drawn expression by one of its factors.

The slope of `norm(x)**2` is 2r * (x/r): at r = 0 the product is 0 * 0/0, and its derivatives are
lost. Divided before they are multiplied, 2r/r * x = 2x, all derivatives are there, at r = 0 and
beside it, where 1/r would lose digits. What a row keeps of a factor is its fact `over`.
"""

from __future__ import annotations

from typing import Any

__all__ = ["are_alike", "divided_exactly"]

# Operations to look at, and how deep: a factor stands near the top of what a rule multiplies
MOST, DEEPEST = 400, 50


def divided_exactly(expression: Any, factor: Any) -> Any:
    """Return expression / factor drawn without a division, or None where no such form is near.

    >>> from autograd import Value
    >>> r, h = Value(0.0), Value(3.0)
    >>> divided_exactly(h * (2.0 * r), r), divided_exactly(h + r, r)
    (Value(data=6.0, grad=0.0), None)
    """
    known: dict[Any, Any] = {}
    depth = 0

    def divided(part: Any) -> Any:
        nonlocal depth
        if isinstance(part, float):
            return 0.0 if part == 0.0 else None
        # What lies no deeper than the factor cannot depend on it
        if part._depth <= factor._depth:
            return 1.0 if are_alike(part, factor) else None
        if part not in known:
            known[part] = None
            if part.op.over is not None and len(known) < MOST and depth < DEEPEST:
                depth += 1
                known[part] = part.op.over(divided, *part.args)
                depth -= 1
        return known[part]

    return None if expression is None or isinstance(expression, float) else divided(expression)


def are_alike(one: Any, other: Any) -> bool:
    """Tell whether two nodes are one, or computed alike, as the two of norm(x) * norm(x) are."""
    pairs = [(one, other)]
    seen = 0
    while pairs:
        x, y = pairs.pop()
        if x is y or (isinstance(x, float) and isinstance(y, float) and x == y):
            continue
        seen += 1
        if isinstance(x, float) or isinstance(y, float) or seen > MOST:
            return False
        if x.op is None or x.op is not y.op or len(x.args) != len(y.args):
            return False
        pairs += zip(x.args, y.args)
    return True
