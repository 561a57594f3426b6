"""Write an explanation as plain text: short lines for terminals, aligned at the equals signs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from visualize.escape import columns, printable
from visualize.explain import statements as say
from visualize.explain.notation import InText
from visualize.table import aligned

__all__ = ["explanation_text"]

WIDTH = 79
MARGIN = "    "
WIDEST_LEFT = 28  # a longer left side pushes out its own row only
PLACES = re.compile(r" (?=[-+×*/] |if |else )")  # where an equation may go on in the next line
NOTATION = InText()


def explanation_text(blocks: Sequence[say.Block]) -> str:
    """Return blocks as text, headings at the margin and formulas indented.

    >>> from visualize.explain.statements import Heading, Name, Number, Row, Rows
    >>> rows = Row((Name("a"), Number(2.0))), Row((Name("sum"), Name("a"), Number(-0.5)))
    >>> print(explanation_text([Heading(("Given",)), Rows(rows)]))
    Given
        a   = 2
        sum = a = -0.5
    """
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, say.Heading):
            lines += [""] * bool(lines) + _wrapped(NOTATION.prose(block.prose).split(" "), " ", "")
        elif isinstance(block, say.Sentence):
            lines += _wrapped(NOTATION.prose(block.prose).split(" "), " ", MARGIN)
        elif isinstance(block, say.Rows):
            lines += _aligned(block.rows)
        else:
            lines += _chain(block)
    return "\n".join(lines)


def _aligned(rows: Sequence[say.Row]) -> Iterator[str]:
    """Yield rows with their first equals signs below each other; a long one goes on below."""
    cells = [_distinct([NOTATION.formula(cell) for cell in row.cells]) for row in rows]
    heads = aligned([[left, ""] for left, *_ in cells], widest=WIDEST_LEFT)
    for row, (_, *rights), (head, _) in zip(rows, cells, heads, strict=True):
        indent = MARGIN + " " * columns(head) + "   "
        lines = [MARGIN + " = ".join((head, *rights)).rstrip()]
        if columns(lines[0]) > WIDTH:
            parts = [_wrapped(PLACES.split(right), " ", indent) for right in rights]
            for number, part in enumerate(parts):
                equals = f"{indent[:-3] if number else MARGIN + head} = "
                part[0] = equals + part[0].removeprefix(indent)
            lines = [line for part in parts for line in part]
        if row.note:
            note = f"({printable(row.note)})"
            if columns(lines[-1]) + 2 + columns(note) <= WIDTH:
                lines[-1] += f"  {note}"
            else:
                lines += _wrapped(note.split(" "), " ", indent)
        yield from lines


def _distinct(cells: Sequence[str]) -> list[str]:
    """Return the first cell and the others, each once."""
    return [cells[0], *dict.fromkeys(cell for cell in cells[1:] if cell != cells[0])]


def _chain(chain: say.Chain) -> Iterator[str]:
    lead = f"{chain.lead}  " if chain.lead else ""
    indent = MARGIN + " " * columns(lead)
    way = [NOTATION.formula(stop) for stop in chain.way.stops]
    lines = _wrapped(way, " ← ", indent)
    yield MARGIN + lead + lines[0].removeprefix(indent)
    yield from lines[1:]
    factors = [*NOTATION.factors(chain.numbers.factors)]
    if len(factors) > 1:
        factors[-1] += f" = {NOTATION.formula(chain.product)}"
    yield from _wrapped(factors, " × ", indent)


def _wrapped(parts: Sequence[str], separator: str, indent: str) -> list[str]:
    """Return parts joined by a separator, over as many lines as they need."""
    lines = [indent + parts[0]]
    for part in parts[1:]:
        longer = lines[-1] + separator + part
        if columns(longer) <= WIDTH:
            lines[-1] = longer
        else:
            lines.append(indent + separator.lstrip() + part)
    return lines
