"""The parts of an explanation in no notation yet: headings, sentences, rows of formulas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autograd import Value
from visualize.text import FEW


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


@dataclass(frozen=True, slots=True)
class Product:
    """Factors, multiplied."""

    factors: tuple[Number | Partial | Words, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms, added: a negative number is subtracted."""

    terms: tuple[Formula, ...]


Formula = Name | Number | Words | Partial | Applied | Product | Sum
Prose = tuple["str | Formula", ...]
Names = Mapping[Value, Name]


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of what follows."""

    prose: Prose


@dataclass(frozen=True, slots=True)
class Sentence:
    """A remark."""

    prose: Prose


@dataclass(frozen=True, slots=True)
class Row:
    """Formulas with equals signs between them, and a remark."""

    cells: tuple[Formula, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows below each other, aligned at their first equals signs."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """A path: its values from the root down, its local derivatives, and their product."""

    lead: str
    way: tuple[Name | Words, ...]
    partials: Product
    numbers: Product
    product: Number


Block = Heading | Sentence | Rows | Chain
