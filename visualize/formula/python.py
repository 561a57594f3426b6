"""Formulas in Python: lines that run on floats and on Values."""

from __future__ import annotations

import ast

from visualize.formula.listing import Listing

__all__ = ["python"]


def python(listing: Listing) -> str:
    """Return the assignments as lines of Python, in functions of `autograd`.

    >>> from autograd import Value
    >>> from visualize.formula.listing import listed
    >>> from visualize.formula.opening import opened_in_python
    >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
    >>> print(python(listed((a * b).relu() - 0.1 * a**2, [], opened_in_python)))
    y = relu(a * b) - 0.1 * a**2
    """
    return "\n".join(f"{line.name} = {unparsed(line.expression)}" for line in listing.lines)


def unparsed(expression: ast.expr) -> str:
    """Return an expression as text, with powers written closely."""
    return ast.unparse(expression).replace(" ** ", "**")
