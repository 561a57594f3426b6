"""Formulas of an explanation in LaTeX, for documents and for notebooks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass

from visualize.escape import columns, printable
from visualize.explain.explain_text import ordinal, written
from visualize.explain.statements import (
    Applied,
    Block,
    Chain,
    Formula,
    Name,
    Number,
    Partial,
    Product,
    Prose,
    Row,
    Rows,
    Sum,
    Way,
    Words,
)
from visualize.formula.latex import expression
from visualize.formula.symbols import symbols

__all__ = ["Notation"]

WIDTH = 70  # columns of a row as text before it goes on below
BLANK = re.compile(r"\{(out|\d+)\}")
# Parentheses around a negative number that nothing stands before, or that stands alone in others.
LEADING = re.compile(r"^\\left\((-[^()]*)\\right\)(?!\^)")
TWICE = re.compile(r"\\left\(\\left\((-[^()]*)\\right\)\\right\)")
ESCAPED = str.maketrans(
    {character: "\\" + character for character in "&%$#_{}"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {"<": "{<}", ">": "{>}"}  # in Markdown too no tag begins here
)


class Notation:
    """LaTeX for the formulas of some blocks, in which no two values have the same symbol."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        labels = {name: name for name in _names(tuple(blocks))}
        self.symbols: Mapping[str, str] = symbols(labels)

    def prose(self, prose: Prose) -> str:
        """Return prose with its formulas in dollar signs."""
        return "".join(
            in_text_mode(part)
            if isinstance(part, str)
            else in_text_mode(part.text)
            if isinstance(part, Words)
            else f"${self.formula(part)}$"
            for part in prose
        )

    def lines(self, blocks: Iterable[Block]) -> Iterator[str]:
        """Yield the lines of aligned equations, with `&` before the equals signs."""
        for block in blocks:
            if isinstance(block, Chain):
                yield from self._chain(block)
            elif isinstance(block, Rows):
                for row in block.rows:
                    yield from self._row(row)

    def formula(self, formula: Formula) -> str:
        """Return a formula for math mode."""
        match formula:
            case Name(text, use):
                symbol = self.symbols[text]
                return rf"\text{{{ordinal(use)} }}{symbol}" if use else symbol
            case Number():
                return _number(formula.text)
            case Words(text):
                return words(text)
            case Partial(of, by):
                return rf"\frac{{\partial {self.formula(of)}}}{{\partial {self.formula(by)}}}"
            case Applied():
                return self._applied(formula)
            case Product(factors):
                return r" \cdot ".join(self._factors(factors))
            case Sum(terms):
                return self._sum(terms)
            case Way(stops):
                return r" \leftarrow ".join(map(self.formula, stops))

    def _row(self, row: Row) -> Iterator[str]:
        left, *rights = dict.fromkeys(map(self.formula, self._shown(row.cells)))
        note = rf"\quad{words(f'({printable(row.note)})')}" if row.note else ""
        if not rights:
            yield f"{left} &{note}"
        elif columns(" = ".join(map(written, row.cells))) <= WIDTH:
            yield f"{left} &= {' = '.join(rights)}{note}"
        else:
            yield f"{left} &= {rights[0]}" + note * (len(rights) == 1)
            yield from (f"&= {right}" for right in rights[1:-1])
            if len(rights) > 1:
                yield f"&= {rights[-1]}{note}"

    def _shown(self, cells: Sequence[Formula]) -> Iterator[Formula]:
        """Yield the formulas, without cases filled with numbers: the value says which one it is."""
        for cell in cells:
            is_choice = isinstance(cell, Applied) and " if " in cell.template
            if not (is_choice and isinstance(cell, Applied) and isinstance(cell.out, Number)):
                yield cell

    def _chain(self, chain: Chain) -> Iterator[str]:
        partials, numbers = self.formula(chain.partials), self.formula(chain.numbers)
        whole = [stop for stop in chain.way.stops if isinstance(stop, Name)]
        left = self.formula(Partial(whole[0], Name(whole[-1].text)))
        if chain.lead:
            yield rf"{words(f'{chain.lead}:')} &\quad {partials}"
        elif left != partials:
            yield f"{left} &= {partials}"
        else:
            yield f"{left} &= {numbers}"
            return
        product = self.formula(chain.product)
        yield f"&= {numbers}" if numbers == product else f"&= {numbers} = {product}"

    def _applied(self, applied: Applied) -> str:
        """Return an operation or a rule; blanks become names of the expression that is set."""
        is_alone = BLANK.fullmatch(applied.template)
        names: dict[str, str] = {}
        places: dict[str, str] = {}

        def placed(match: re.Match[str]) -> str:
            blank = match.group(1)
            part = applied.out if blank == "out" else applied.operands[int(blank)]
            if isinstance(part, Number):
                text = _number(part.text)
                text = rf"\left({text}\right)" if text.startswith("-") and not is_alone else text
            else:
                text = self.formula(part)
            # equal symbols have equal names, so that a product of them is a square
            name = (
                f"blank_{blank}"
                if isinstance(part, Number)
                else f"named_{places.setdefault(text, blank)}"
            )
            names[name] = text
            return name

        tree = ast.parse(BLANK.sub(placed, applied.template), mode="eval").body
        text = expression(tree, names)
        if isinstance(applied.out, Number):
            text = text.replace(r"\,", r" \cdot ")  # 2 times 3 is not 23
        return LEADING.sub(r"\1", TWICE.sub(r"\\left(\1\\right)", text), count=1)

    def _factors(self, factors: Sequence[Number | Partial | Words]) -> Iterator[str]:
        for position, factor in enumerate(factors):
            text = self.formula(factor)
            yield rf"\left({text}\right)" if position and text.startswith("-") else text

    def _sum(self, terms: Sequence[Formula]) -> str:
        parts = []
        for position, term in enumerate(terms):
            text = self.formula(term)
            if position:
                parts.append("-" if text.startswith("-") else "+")
            parts.append(text.removeprefix("-") if position else text)
        return " ".join(parts)


def words(text: str) -> str:
    r"""Return words for math mode.

    >>> words("… 3 values …")
    '\\ldots\\text{ 3 values }\\ldots'
    """
    parts = [rf"\text{{{in_text_mode(part)}}}" if part else "" for part in text.split("…")]
    return r"\ldots".join(parts)


def in_text_mode(text: str) -> str:
    """Return words so that LaTeX prints them as they are."""
    return text.translate(ESCAPED)


def _number(text: str) -> str:
    mantissa, _, exponent = text.partition("e")
    if exponent:
        power = f"10^{{{int(exponent)}}}"
        return mantissa[:-1] + power if mantissa in ("1", "-1") else rf"{mantissa} \cdot {power}"
    sign = "-" if text.startswith("-") else ""
    named = {"inf": r"\infty", "nan": r"\mathrm{nan}"}.get(text.lstrip("-"))
    return sign + named if named else text


def _names(part: object) -> Iterator[str]:
    """Yield the names of values anywhere in a block."""
    if isinstance(part, Name):
        yield part.text
    elif isinstance(part, tuple):
        for item in part:
            yield from _names(item)
    elif is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            yield from _names(getattr(part, field.name))
