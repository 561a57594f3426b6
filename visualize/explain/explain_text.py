"""Write an explanation as plain text: short lines for terminals, aligned at the equals signs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from visualize.escape import columns, printable
from visualize.explain.statements import (
    Applied,
    Block,
    Chain,
    Formula,
    Heading,
    Name,
    Number,
    Partial,
    Product,
    Prose,
    Row,
    Rows,
    Sentence,
    Sum,
    Way,
    Words,
)  # fmt: skip
from visualize.formula.rules import filled

__all__ = ["explanation_text", "ordinal", "written"]

WIDTH = 79
MARGIN = "    "
WIDEST_LEFT = 28  # a longer left side pushes its row out, not all of them
PLACES = re.compile(r" (?=[-+×*/] |if |else )")  # where an equation may go on in the next line
# A name, indexed or not, that needs no parentheses in a derivative
SIMPLE = re.compile(r"[\w#'.…]*(\[[\w, ]*\])*")
OPERATORS = re.compile(r"[-+*/=<>^,(){}|]")  # with one of these, a name needs them in any formula


def explanation_text(blocks: Sequence[Block]) -> str:
    """Return blocks as text, headings at the margin and formulas indented.

    >>> from visualize.explain.statements import Heading, Name, Number, Row, Rows
    >>> rows = Row((Name("a"), Number(2.0))), Row((Name("sum"), Name("a"), Number(-0.5)))
    >>> print(explanation_text([Heading(("Given",)), Rows(rows)]), end="")
    Given
        a   = 2
        sum = a = -0.5
    """
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Heading):
            lines += [""] * bool(lines) + _wrapped(_prose(block.prose).split(" "), " ", "")
        elif isinstance(block, Sentence):
            lines += _wrapped(_prose(block.prose).split(" "), " ", MARGIN)
        elif isinstance(block, Rows):
            lines += _aligned(block.rows)
        else:
            lines += _chain(block)
    return "\n".join(lines) + "\n"


def ordinal(number: int) -> str:
    """Return a number as a place in a row.

    >>> ordinal(1), ordinal(2), ordinal(13), ordinal(23)
    ('1st', '2nd', '13th', '23rd')
    """
    endings = {1: "st", 2: "nd", 3: "rd"}
    ending = "th" if number // 10 % 10 == 1 else endings.get(number % 10, "th")
    return f"{number}{ending}"


def written(formula: Formula) -> str:
    """Return a formula as text, on one line."""
    match formula:
        case Name(text, use):
            return f"{ordinal(use)} {text}" if use else text
        case Number():
            return formula.text
        case Words(text):
            return text
        case Partial(of, by):
            return f"∂{_enclosed(of)}/∂{_enclosed(by)}"
        case Applied(template, operands, out):
            is_alone = template.count("{") == 1 and template.endswith("}") and template[0] == "{"
            texts = [_operand(operand, alone=is_alone) for operand in operands]
            return filled(template, texts, _operand(out, alone=is_alone))
        case Product(factors):
            return " × ".join(_factors(factors))
        case Sum(terms):
            return " ".join(_terms(terms))
        case Way(stops):
            return " ← ".join(map(written, stops))


def _enclosed(name: Name) -> str:
    text = written(name)
    return text if SIMPLE.fullmatch(text) else f"({text})"


def _operand(operand: Name | Number | Words, *, alone: bool) -> str:
    if isinstance(operand, Number):
        return operand.text
    if alone or not isinstance(operand, Name) or SIMPLE.fullmatch(operand.text):
        return operand.text
    return f"({operand.text})" if OPERATORS.search(operand.text) else operand.text


def _factors(factors: Sequence[Number | Partial | Words]) -> Iterator[str]:
    for position, factor in enumerate(factors):
        text = written(factor)
        yield f"({text})" if position and text.startswith("-") else text


def _terms(terms: Sequence[Formula]) -> Iterator[str]:
    for position, term in enumerate(terms):
        text = written(term)
        if position:
            yield "-" if text.startswith("-") else "+"
        yield text[1:] if position and text.startswith("-") else text


def _prose(prose: Prose) -> str:
    return "".join(part if isinstance(part, str) else written(part) for part in prose)


def _aligned(rows: Sequence[Row]) -> Iterator[str]:
    """Yield rows with their first equals signs below each other; a long one goes on below."""
    cells = [_distinct([written(cell) for cell in row.cells]) for row in rows]
    lefts = [columns(row[0]) for row in cells]
    width = max((left for left in lefts if left <= WIDEST_LEFT), default=0)
    for row, (left, *rights) in zip(rows, cells, strict=True):
        head = left + " " * (width - columns(left))
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


def _chain(chain: Chain) -> Iterator[str]:
    lead = f"{chain.lead}  " if chain.lead else ""
    indent = MARGIN + " " * columns(lead)
    way = [written(stop) for stop in chain.way.stops]
    lines = _wrapped(way, " ← ", indent)
    yield MARGIN + lead + lines[0].removeprefix(indent)
    yield from lines[1:]
    factors = [*_factors(chain.numbers.factors)]
    if len(factors) > 1:
        factors[-1] += f" = {written(chain.product)}"
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
