"""formula(): a recorded graph as text that people read and programs run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from autograd import Value, topological_order
from autograd.arguments import as_choice, as_count
from visualize.formula.latex import LaTeX, symbols
from visualize.formula.listing import Listing, listed
from visualize.formula.operation import opened_in_latex, opened_in_python, opened_in_sympy
from visualize.formula.python import Python, Strength, SymPy, Text
from visualize.formula.tidy import literal, recognised
from visualize.question import Result, as_root, as_roots

MOST_SHOWN = 60  # lines that a notebook sets as mathematics
NAMES_IN_A_LINE = 12
WIDEST_ROW = 60  # symbols, before a sum goes on in the next row
UNSEEN = re.compile(r"\\(?:left|right|begin|end|text|mathrm|operatorname)|[{}_^ ]")
COMMAND = re.compile(r"\\[A-Za-z]+")


@dataclass(frozen=True, slots=True, repr=False)
class Formula(Result):
    """A formula: it prints as its text, and a notebook shows it as mathematics.

    `text` is in the format that was asked for, `leaves` has the Value of each name in it. `latex`
    is "" for a formula of more than 60 lines, which nobody reads as mathematics.
    """

    text: str
    leaves: Mapping[str, Value]
    latex: str

    def _repr_latex_(self) -> str | None:
        return f"$$\n{self.latex}\n$$" if self.latex else None


def formula(
    root: Value,
    *asked: Literal["python", "latex", "sympy", "all"] | Value | Iterable[Value],
    format: Literal["python", "latex", "sympy"] | None = None,  # noqa: A002 - as users say it
    wrt: Value | Iterable[Value] | Literal["all"] | None = None,
    max_operations: int = 2_000,
) -> Formula:
    r"""Return the recorded graph under a Value as a formula, with shared parts named.

    - `format`: "python" runs after `from autograd import *` (and `from math import inf, nan`), on
      floats and on Values; "latex" is for math mode, with amsmath; "sympy" runs after
      `from sympy import *`. The default is "python".
    - `wrt`: a Value, or several, by which the result is differentiated, with the rules of the
      engine; "all" for every leaf. The derivatives follow below.
    - `asked`: format and `wrt` need not be named: `formula(root, w)`, `formula(root, "latex", w)`.
    - `max_operations`: a longer formula is refused.

    Leaves and values with a label keep it, as an identifier: `layers.0.w` is `layers_0_w`. Other
    leaves are x1, x2 and so on, shared values t1, t2, the result y. Numbers are exact, and equal
    parts are written once. Derivatives at kinks are those of the engine. A product that the engine
    guards against 0 * inf is written as a plain one. In SymPy, `detach` and operations of users
    without a formula are undefined functions.

    Raises TypeError for anything but Values, and ValueError for an unknown format, a value of
    `wrt` outside of the graph, and too large a graph.

    >>> from autograd import Value, tanh
    >>> from visualize import formula
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> c = tanh(a * b + 10)
    >>> formula(c, wrt=[a, b])
    y = tanh(a * b + 10)
    t1 = 1 - y * y
    dy_da = t1 * b
    dy_db = t1 * a
    >>> print(formula(c, "latex"))
    y = \tanh\left(a \cdot b + 10\right)
    """
    root = as_root(root, "formula")
    notation, by = _told_apart(asked, format, wrt)
    max_operations = as_count(max_operations, "formula: max_operations", least=0)
    order = topological_order(root)
    operations = sum(
        len(value.args) if value.op.variadic else 1 for value in order if value.op is not None
    )
    if operations > max_operations:
        raise ValueError(
            f"formula: the graph has {operations:,} operations, and the limit is "
            f"{max_operations:,}; max_operations={operations} writes them all, and draw(root) "
            "shows a summary"
        )
    variables = _variables(order, by)
    write, opens, number = FORMATS[notation]
    listing = listed(root, variables, opens, number)
    shown = ""
    if len(listing.lines) <= MOST_SHOWN:
        shown = in_latex(listed(root, variables, opened_in_latex, recognised))
    return Formula(write(listing), listing.leaves, shown)


def _told_apart(asked: Sequence[object], format: object, wrt: object) -> tuple[str, object]:  # noqa: A002 - as users say it
    """Return the format and `wrt`, which are given by place or by name."""
    given = {"format": [format], "wrt": [wrt]}
    for one in asked:
        given["format" if isinstance(one, str) and one != "all" else "wrt"].append(one)
    chosen = {}
    for name, several in given.items():
        found = [one for one in several if one is not None]
        if len(found) > 1:
            raise TypeError(
                f"formula: {name} is given {len(found)} times; several Values are one list, as in "
                "formula(root, [a, b])"
            )
        chosen[name] = found[0] if found else None
    notation = "python" if chosen["format"] is None else chosen["format"]
    return as_choice(notation, "formula: format", FORMATS), chosen["wrt"]


def _variables(order: Sequence[Value], wrt: object) -> list[Value]:
    """Return the values to differentiate by, each once."""
    if wrt is None:
        return []
    if isinstance(wrt, str) and wrt == "all":
        return [value for value in order if value.op is None]
    variables = as_roots(wrt, "formula: wrt", 'a Value, a list of Values or "all"', empty="")
    known = set(order)
    for position, variable in enumerate(variables):
        if variable not in known:
            where = "wrt" if variable is wrt else f"wrt[{position}]"
            raise ValueError(
                f"formula: {where}, {variable!r}, is not in the graph under the result, "
                "which does not depend on it"
            )
    return list(dict.fromkeys(variables))


def in_python(listing: Listing) -> str:
    """Return the assignments as lines of Python, in functions of `autograd`."""
    return "\n".join(_assignments(listing, Python()))


def in_sympy(listing: Listing) -> str:
    """Return the assignments as lines to run after `from sympy import *`."""
    return "\n".join([*_declared(list(listing.leaves)), *_assignments(listing, SymPy())])


def _assignments(listing: Listing, notation: Python) -> list[str]:
    return [f"{line.name} = {notation.write(line.expression)}" for line in listing.lines]


def _declared(names: Sequence[str]) -> Iterator[str]:
    for start in range(0, len(names), NAMES_IN_A_LINE):
        some = names[start : start + NAMES_IN_A_LINE]
        yield f'{", ".join(some)} = symbols("{" ".join(some)}", real=True)'


def in_latex(listing: Listing) -> str:
    """Return the assignments for math mode: an equation, or several in `aligned` (amsmath)."""
    rows = list(_equations(listing))
    if len(rows) == 1:
        return rows[0].replace("&=", "=", 1)
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def _equations(listing: Listing) -> Iterator[str]:
    """Yield the rows of the equations, with `&` where they are aligned."""
    names = {name: Text(symbol, Strength.ATOM) for name, symbol in symbols(listing.labels).items()}
    for line in listing.lines:
        if line.derivative is not None:
            output, by = (names[name].text for name in line.derivative)
            fraction = rf"\frac{{\partial {output}}}{{\partial {by}}}"
            names[line.name] = Text(fraction, Strength.PRODUCT)
    notation = LaTeX(names)
    for line in listing.lines:
        row, width = f"{names[line.name].text} &= ", 0
        for term in notation.terms(line.expression):
            if width and width + _width(term) > WIDEST_ROW:
                yield row
                row, width = "&\\quad {}", 0
            row += term
            width += _width(term)
        yield row


def _width(latex: str) -> int:
    """Return about how many symbols wide a text is."""
    return len(COMMAND.sub("x", UNSEEN.sub("", latex)))


FORMATS = {
    "python": (in_python, opened_in_python, literal),
    "latex": (in_latex, opened_in_latex, recognised),
    "sympy": (in_sympy, opened_in_sympy, recognised),
}
