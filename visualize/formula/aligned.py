r"""Formulas in LaTeX: equations below each other, aligned at their equality signs."""

from __future__ import annotations

import re

from visualize.formula.latex import terms
from visualize.formula.listing import Listing
from visualize.formula.symbols import symbols

__all__ = ["aligned", "equations"]

WIDEST_ROW = 60  # symbols, before a sum goes on in the next row
UNSEEN = re.compile(r"\\(?:left|right|begin|end|text|mathrm|operatorname)|[{}_^ ]")
COMMAND = re.compile(r"\\[A-Za-z]+")


def aligned(listing: Listing) -> str:
    r"""Return the assignments for math mode: one equation, or several in `aligned` (amsmath).

    >>> from autograd import Value
    >>> from visualize.formula.latex import opened_in_latex
    >>> from visualize.formula.listing import listed
    >>> a, b = Value(2.0, label="alpha"), Value(3.0, label="w_1")
    >>> print(aligned(listed(a.tanh() / (2 * b), [], opened_in_latex)))
    y = \frac{\tanh\left(\alpha\right)}{2\,w_{1}}
    """
    rows = equations(listing)
    if len(rows) == 1:
        return rows[0].replace("&=", "=", 1)
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def equations(listing: Listing) -> list[str]:
    """Return the rows of the equations, with `&` where they are aligned."""
    names = symbols(listing.labels)
    for line in listing.lines:
        if line.derivative is not None:
            output, by = (names[name] for name in line.derivative)
            names[line.name] = rf"\frac{{\partial {output}}}{{\partial {by}}}"
    rows = []
    for line in listing.lines:
        row, width = f"{names[line.name]} &= ", 0
        for term in terms(line.expression, names):
            if width and width + _width(term) > WIDEST_ROW:
                rows.append(row)
                row, width = "&\\quad {}", 0
            row += term
            width += _width(term)
        rows.append(row)
    return rows


def _width(latex: str) -> int:
    """Return about how many symbols wide a text is."""
    return len(COMMAND.sub("x", UNSEEN.sub("", latex)))
