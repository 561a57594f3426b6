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
