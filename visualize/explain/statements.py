"""What an explanation is made of: headings, sentences and rows of formulas, before any notation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autograd import Value
from visualize.digits import FEW, in_digits

__all__ = [
    "Applied", "Block", "Chain", "Formula", "Heading", "Name", "Names", "Number", "Partial",
    "Product", "Prose", "Row", "Rows", "Sentence", "Sum", "Way", "Words",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a value. `use` numbers its uses where an operation has several: the 2nd x."""

    text: str
    use: int = 0


@dataclass(frozen=True, slots=True)
class Number:
    """A number, to be written with a few digits, or as many as make its equation hold."""

    value: float
    digits: int = FEW

    @property
    def text(self) -> str:
        """The number as it is written."""
        return in_digits(self.value, self.digits)


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
    """An operation or a rule: a template, as `formula.rules` writes them, and what fills it."""

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


@dataclass(frozen=True, slots=True)
class Way:
    """The values on a path, from the root down."""

    stops: tuple[Name | Words, ...]


Formula = Name | Number | Words | Partial | Applied | Product | Sum | Way
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
    """Formulas that are equal, and a remark on them."""

    cells: tuple[Formula, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows below each other, their first equals signs aligned."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """A path, its local derivatives by name and by number, and their product."""

    lead: str
    way: Way
    partials: Product
    numbers: Product
    product: Number


Block = Heading | Sentence | Rows | Chain
