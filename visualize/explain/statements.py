"""The statements of an explanation: first in no notation, then as plain text.

As text, formulas stand on one line, and rows are aligned at their equals signs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograd import Value
from visualize.formula.rules import BLANK, filled
from visualize.text import FEW, aligned, columns, in_digits, printable

WIDTH = 79
MARGIN = "    "
WIDEST_LEFT = 28  # a longer left side pushes out its own row only
PLACES = re.compile(r" (?=[-+×*/] |if |else )")  # where an equation may go on in the next line
# A name, indexed or not, that needs no parentheses in a derivative
SIMPLE = re.compile(r"[\w#'.…]*(\[[\w, ]*\])*")
OPERATORS = re.compile(r"[-+*/=<>^,(){}|]")  # with one of these, a name needs them in any formula


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a value. `use` is 2 in "the 2nd x" of an operation that uses x twice, else 0."""

    text: str
    use: int = 0


@dataclass(frozen=True, slots=True)
class Number:
    """A number with as many digits as its equation needs to hold."""

    value: float
    digits: int = FEW


@dataclass(frozen=True, slots=True)
class Words:
    """Plain words among formulas."""

    text: str


@dataclass(frozen=True, slots=True)
class Partial:
    """The derivative of one value by another."""

    of: Name
    by: Name


@dataclass(frozen=True, slots=True)
class Applied:
    """An operation or a rule: a template of `formula.rules`, and the operands for its blanks."""

    template: str
    operands: tuple[Name | Number | Words, ...]
    out: Name | Number


@dataclass(init=False, slots=True)
class Product:
    """Factors, multiplied."""

    factors: tuple[Number | Partial | Words, ...]

    def __init__(self, *factors: Number | Partial | Words) -> None:
        self.factors = factors


@dataclass(init=False, slots=True)
class Sum:
    """Terms, added: a negative number is subtracted."""

    terms: tuple[Formula, ...]

    def __init__(self, *terms: Formula) -> None:
        self.terms = terms


Formula = Name | Number | Words | Partial | Applied | Product | Sum
Prose = tuple["str | Formula", ...]
Names = Mapping[Value, Name]


@dataclass(init=False, slots=True)
class _Prose:
    """Words with formulas among them."""

    prose: Prose

    def __init__(self, *prose: str | Formula) -> None:
        self.prose = prose


class Heading(_Prose):
    """The title of what follows."""

    __slots__ = ()


class Sentence(_Prose):
    """A remark."""

    __slots__ = ()


@dataclass(init=False, slots=True)
class Row:
    """Formulas with equals signs between them, and a remark."""

    cells: tuple[Formula, ...]
    note: str

    def __init__(self, *cells: Formula, note: str = "") -> None:
        self.cells, self.note = cells, note


@dataclass(init=False, slots=True)
class Rows:
    """Rows below each other, aligned at their first equals signs."""

    rows: tuple[Row, ...]

    def __init__(self, *rows: Row) -> None:
        self.rows = rows


@dataclass(frozen=True, slots=True)
class Chain:
    """A path: its values from the root down, its local derivatives, and their product."""

    lead: str
    way: tuple[Name | Words, ...]
    partials: Product
    numbers: Product
    product: Number


Block = Heading | Sentence | Rows | Chain


class InText:
    """Formulas on one line of plain text."""

    times, parentheses = " × ", "({})"

    def prose(self, prose: Prose) -> str:
        """Return words with formulas among them."""
        return "".join(part if isinstance(part, str) else self.formula(part) for part in prose)

    def formula(self, formula: Formula) -> str:
        """Return a formula."""
        match formula:
            case Name(text, use):
                return self.name(text, f"{ordinal(use)} " if use else "")
            case Number(value, digits):
                return self.number(in_digits(value, digits))
            case Words(text):
                return self.words(text)
            case Partial(of, by):
                return self.partial(of, by)
            case Applied():
                return self.applied(formula)
            case Product(factors):
                return self.times.join(self.factors(factors))
            case Sum(terms):
                return " ".join(self.terms(terms))

    def name(self, text: str, use: str) -> str:
        """Return the name of a value, and which use of it is meant."""
        return use + text

    def number(self, text: str) -> str:
        """Return a number."""
        return text

    def words(self, text: str) -> str:
        """Return words among formulas."""
        return text

    def partial(self, of: Name, by: Name) -> str:
        """Return the name of a derivative."""
        names = map(self.formula, (of, by))
        above, below = (name if SIMPLE.fullmatch(name) else f"({name})" for name in names)
        return f"∂{above}/∂{below}"

    def applied(self, applied: Applied) -> str:
        """Return an operation or a rule on names or numbers."""
        is_alone = BLANK.fullmatch(applied.template) is not None
        texts = [_operand(operand, alone=is_alone) for operand in applied.operands]
        return filled(applied.template, texts, _operand(applied.out, alone=is_alone))

    def factors(self, factors: Sequence[Number | Partial | Words]) -> Iterator[str]:
        """Yield factors, in parentheses where two signs would meet."""
        for position, factor in enumerate(factors):
            text = self.formula(factor)
            needs_them = position and text.startswith("-")
            yield self.parentheses.format(text) if needs_them else text

    def terms(self, terms: Sequence[Formula]) -> Iterator[str]:
        """Yield terms and the signs between them: a negative number is subtracted."""
        for position, term in enumerate(terms):
            text = self.formula(term)
            if position:
                yield "-" if text.startswith("-") else "+"
            yield text.removeprefix("-") if position else text


def _operand(operand: Name | Number | Words, *, alone: bool) -> str:
    if isinstance(operand, Number):
        return in_digits(operand.value, operand.digits)
    is_clear = alone or isinstance(operand, Words) or SIMPLE.fullmatch(operand.text)
    return f"({operand.text})" if not is_clear and OPERATORS.search(operand.text) else operand.text


def ordinal(number: int) -> str:
    """Return a number as a place in a row.

    >>> ordinal(1), ordinal(2), ordinal(13), ordinal(23)
    ('1st', '2nd', '13th', '23rd')
    """
    endings = {1: "st", 2: "nd", 3: "rd"}
    ending = "th" if number // 10 % 10 == 1 else endings.get(number % 10, "th")
    return f"{number}{ending}"


NOTATION = InText()


def explanation_text(blocks: Sequence[Block]) -> str:
    """Return blocks as text, headings at the margin and formulas indented.

    >>> rows = Row(Name("a"), Number(2.0)), Row(Name("sum"), Name("a"), Number(-0.5))
    >>> print(explanation_text([Heading("Given"), Rows(*rows)]))
    Given
        a   = 2
        sum = a = -0.5
    """
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Heading):
            lines += [""] * bool(lines) + _wrapped(NOTATION.prose(block.prose).split(" "), " ", "")
        elif isinstance(block, Sentence):
            lines += _wrapped(NOTATION.prose(block.prose).split(" "), " ", MARGIN)
        elif isinstance(block, Rows):
            lines += _aligned(block.rows)
        else:
            lines += _chain(block)
    return "\n".join(lines)


def _aligned(rows: Sequence[Row]) -> Iterator[str]:
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


def _chain(chain: Chain) -> Iterator[str]:
    lead = f"{chain.lead}  " if chain.lead else ""
    indent = MARGIN + " " * columns(lead)
    way = [NOTATION.formula(stop) for stop in chain.way]
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
