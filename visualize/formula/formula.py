"""formula(): a recorded graph as text that people read and programs run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from autograd import Value, topological_order
from autograd.arguments import as_count
from visualize.formula.aligned import aligned
from visualize.formula.latex import opened_in_latex
from visualize.formula.listing import listed
from visualize.formula.literals import literal, recognised
from visualize.formula.opening import opened_in_python
from visualize.formula.python import python
from visualize.formula.sympy import opened_in_sympy, sympy
from visualize.instead import instead_of

__all__ = ["FORMATS", "Formula", "formula"]

FORMATS = {
    "python": (python, opened_in_python, literal),
    "latex": (aligned, opened_in_latex, recognised),
    "sympy": (sympy, opened_in_sympy, recognised),
}
MOST_SHOWN = 60  # lines that a notebook sets as mathematics


@dataclass(frozen=True, slots=True, repr=False)
class Formula:
    """The text of a formula; it prints as itself, and a notebook shows it as mathematics.

    `text` is in the format that was asked for, and `leaves` says which Value each name in it is.
    `latex` is "" where there are too many lines to be read as mathematics.
    """

    text: str
    leaves: Mapping[str, Value]
    latex: str

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def _repr_latex_(self) -> str | None:
        return f"$$\n{self.latex}\n$$" if self.latex else None


def formula(
    root: Value,
    format: Literal["python", "latex", "sympy"] | Value | Iterable[Value] = "python",  # noqa: A002 - as users say it
    *,
    wrt: Value | Iterable[Value] | Literal["all"] | None = None,
    max_operations: int = 2_000,
) -> Formula:
    r"""Return the recorded graph under a Value as a formula, with shared parts named.

    - `format`: "python" runs after `from autograd import *` (and `from math import inf, nan`), on
      floats and on Values; "latex" is for math mode, with amsmath; "sympy" runs after
      `from sympy import *`. Values in this place are taken for `wrt`, as `explain(root, w)` does.
    - `wrt`: a Value, or several, whose derivatives are written below, as the rules of the engine
      draw them; "all" for every leaf.
    - `max_operations`: a longer formula is refused.

    Leaves and values with a label keep it, as an identifier: `layers.0.w` is `layers_0_w`. Other
    leaves are x1, x2 and so on, shared values t1, t2, the result y. Numbers are exact; equal parts
    are written once, and signs are tidied. Derivatives at kinks are those of the engine. A product
    that it guards against 0 * inf is written as a plain one; in SymPy, `detach` and operations of
    users without a formula are undefined functions.

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
    if not isinstance(root, Value):
        raise TypeError(f"formula takes a Value, not {type(root).__name__}{instead_of(root)}")
    if wrt is None and not isinstance(format, str):
        wrt, format = format, "python"
    if not isinstance(format, str) or format not in FORMATS:
        allowed = ", ".join(map(repr, FORMATS))
        raise ValueError(f"formula: format must be one of {allowed}, not {format!r}")
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
    variables = _variables(order, wrt)
    write, opens, number = FORMATS[format]
    listing = listed(root, variables, opens, number)
    is_short = len(listing.lines) <= MOST_SHOWN
    shown = aligned(listed(root, variables, opened_in_latex, recognised)) if is_short else ""
    return Formula(write(listing), listing.leaves, shown)


def _variables(order: Sequence[Value], wrt: object) -> list[Value]:
    """Return the values to differentiate by, each once."""
    if wrt is None:
        return []
    if isinstance(wrt, str) and wrt == "all":
        return [value for value in order if value.op is None]
    if isinstance(wrt, str) or not isinstance(wrt, Value | Iterable):
        raise TypeError(f'formula: wrt takes a Value, a list of Values or "all", not {wrt!r}')
    variables = [wrt] if isinstance(wrt, Value) else list(wrt)
    known = set(order)
    for position, variable in enumerate(variables):
        where = f"wrt[{position}]" if variable is not wrt else "wrt"
        if not isinstance(variable, Value):
            raise TypeError(f"formula: {where} must be a Value, not {type(variable).__name__}")
        if variable not in known:
            raise ValueError(
                f"formula: {where}, {variable!r}, is not in the graph under the result, "
                "which does not depend on it"
            )
    return list(dict.fromkeys(variables))
