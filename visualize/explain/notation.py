"""Formulas of an explanation as text: one walk, in the notation of terminals or in LaTeX."""

# ruff: noqa: D102 - InText says what each method writes

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass

from visualize.explain import statements as say
from visualize.formula.names import symbols
from visualize.formula.notations import LaTeX, Strength, Text, in_latex
from visualize.formula.rules import BLANK, filled

__all__ = ["InLaTeX", "InText", "in_text_mode"]

# A name, indexed or not, that needs no parentheses in a derivative
SIMPLE = re.compile(r"[\w#'.…]*(\[[\w, ]*\])*")
OPERATORS = re.compile(r"[-+*/=<>^,(){}|]")  # with one of these, a name needs them in any formula
LEADING = re.compile(r"^\\left\((-[^()]*)\\right\)(?!\^)")  # nothing stands before the sign
ESCAPED = str.maketrans(
    {character: "\\" + character for character in "&%$#_{}"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {"<": "{<}", ">": "{>}"}  # in Markdown too no tag begins here
)


class InText:
    """Formulas on one line of plain text."""

    times, arrow, parentheses = " × ", " ← ", "({})"

    def prose(self, prose: say.Prose) -> str:
        """Return words with formulas among them."""
        return "".join(part if isinstance(part, str) else self.formula(part) for part in prose)

    def formula(self, formula: say.Formula) -> str:
        """Return a formula."""
        match formula:
            case say.Name(text, use):
                return self.name(text, f"{ordinal(use)} " if use else "")
            case say.Number():
                return self.number(formula.text)
            case say.Words(text):
                return self.words(text)
            case say.Partial(of, by):
                return self.partial(of, by)
            case say.Applied():
                return self.applied(formula)
            case say.Product(factors):
                return self.times.join(self.factors(factors))
            case say.Sum(terms):
                return " ".join(self.terms(terms))
            case say.Way(stops):
                return self.arrow.join(map(self.formula, stops))

    def name(self, text: str, use: str) -> str:
        """Return the name of a value, and which use of it is meant."""
        return use + text

    def number(self, text: str) -> str:
        """Return a number."""
        return text

    def words(self, text: str) -> str:
        """Return words among formulas."""
        return text

    def partial(self, of: say.Name, by: say.Name) -> str:
        """Return the name of a derivative."""
        names = map(self.formula, (of, by))
        above, below = (name if SIMPLE.fullmatch(name) else f"({name})" for name in names)
        return f"∂{above}/∂{below}"

    def applied(self, applied: say.Applied) -> str:
        """Return an operation or a rule on names or numbers."""
        is_alone = BLANK.fullmatch(applied.template) is not None
        texts = [_operand(operand, alone=is_alone) for operand in applied.operands]
        return filled(applied.template, texts, _operand(applied.out, alone=is_alone))

    def factors(self, factors: Sequence[say.Number | say.Partial | say.Words]) -> Iterator[str]:
        """Yield factors, in parentheses where two signs would meet."""
        for position, factor in enumerate(factors):
            text = self.formula(factor)
            needs_them = position and text.startswith("-")
            yield self.parentheses.format(text) if needs_them else text

    def terms(self, terms: Sequence[say.Formula]) -> Iterator[str]:
        """Yield terms and the signs between them: a negative number is subtracted."""
        for position, term in enumerate(terms):
            text = self.formula(term)
            if position:
                yield "-" if text.startswith("-") else "+"
            yield text.removeprefix("-") if position else text


def _operand(operand: say.Name | say.Number | say.Words, *, alone: bool) -> str:
    if alone or not isinstance(operand, say.Name) or SIMPLE.fullmatch(operand.text):
        return operand.text
    return f"({operand.text})" if OPERATORS.search(operand.text) else operand.text


class InLaTeX(InText):
    """Formulas for math mode, in which no two values of some blocks have the same symbol."""

    times, arrow, parentheses = r" \cdot ", r" \leftarrow ", r"\left({}\right)"

    def __init__(self, blocks: Sequence[say.Block]) -> None:
        self.symbols: Mapping[str, str] = symbols({name: name for name in _names(tuple(blocks))})

    def prose(self, prose: say.Prose) -> str:
        """Return words with formulas in dollar signs among them."""
        return "".join(
            in_text_mode(part if isinstance(part, str) else part.text)
            if isinstance(part, str | say.Words)
            else f"${self.formula(part)}$"
            for part in prose
        )

    def name(self, text: str, use: str) -> str:
        symbol = self.symbols[text]
        return rf"\text{{{use}}}{symbol}" if use else symbol

    def number(self, text: str) -> str:
        return in_latex(text).text

    def words(self, text: str) -> str:
        parts = [rf"\text{{{in_text_mode(part)}}}" if part else "" for part in text.split("…")]
        return r"\ldots".join(parts)

    def partial(self, of: say.Name, by: say.Name) -> str:
        return rf"\frac{{\partial {self.formula(of)}}}{{\partial {self.formula(by)}}}"

    def applied(self, applied: say.Applied) -> str:
        names: dict[str, Text] = {}
        places: dict[str, str] = {}

        def placed(match: re.Match[str]) -> str:
            """Return a name for a blank; equal symbols have one, so that x times x is a square."""
            blank = match.group(1)
            part = applied.out if blank == "out" else applied.operands[int(blank)]
            if isinstance(part, say.Number):
                name, text = f"number_{blank}", in_latex(part.text)
            else:
                text = Text(self.formula(part), Strength.ATOM)
                name = f"symbol_{places.setdefault(text.text, blank)}"
            names[name] = text
            return name

        tree = ast.parse(BLANK.sub(placed, applied.template), mode="eval").body
        in_numbers = isinstance(applied.out, say.Number)  # 2 times 3 is not 23
        return LEADING.sub(r"\1", LaTeX(names, closely=not in_numbers).write(tree))


def ordinal(number: int) -> str:
    """Return a number as a place in a row.

    >>> ordinal(1), ordinal(2), ordinal(13), ordinal(23)
    ('1st', '2nd', '13th', '23rd')
    """
    endings = {1: "st", 2: "nd", 3: "rd"}
    ending = "th" if number // 10 % 10 == 1 else endings.get(number % 10, "th")
    return f"{number}{ending}"


def in_text_mode(text: str) -> str:
    """Return words so that LaTeX prints them as they are."""
    return text.translate(ESCAPED)


def _names(part: object) -> Iterator[str]:
    """Yield the names of values anywhere in a block."""
    if isinstance(part, say.Name):
        yield part.text
    elif isinstance(part, tuple):
        for item in part:
            yield from _names(item)
    elif is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            yield from _names(getattr(part, field.name))
