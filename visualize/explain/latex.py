"""An explanation with set formulas: in LaTeX for documents, in Markdown for notebooks."""

# ruff: noqa: D102 - InText says what each method writes

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from itertools import groupby

from visualize.explain import statements as say
from visualize.explain.statements import InText
from visualize.formula.latex import LaTeX, in_latex, symbols
from visualize.formula.python import Strength, Text
from visualize.formula.rules import BLANK
from visualize.text import columns, in_digits, printable

WIDTH = 70  # columns of a row as text before it goes on below
LEADING = re.compile(r"^\\left\((-[^()]*)\\right\)(?!\^)")  # nothing stands before the sign
ESCAPED = str.maketrans(
    {character: "\\" + character for character in "&%$#_{}"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {"<": "{<}", ">": "{>}"}  # in Markdown too no tag begins here
)


class InLaTeX(InText):
    """Formulas for math mode, in which no two values of some blocks have the same symbol."""

    times, parentheses = r" \cdot ", r"\left({}\right)"

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
                name, text = f"number_{blank}", in_latex(in_digits(part.value, part.digits))
            else:
                text = Text(self.formula(part), Strength.ATOM)
                name = f"symbol_{places.setdefault(text.text, blank)}"
            names[name] = text
            return name

        tree = ast.parse(BLANK.sub(placed, applied.template), mode="eval").body
        in_numbers = isinstance(applied.out, say.Number)  # 2 times 3 is not 23
        return LEADING.sub(r"\1", LaTeX(names, closely=not in_numbers).write(tree))


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


def explanation_latex(blocks: Sequence[say.Block]) -> str:
    r"""Return blocks as LaTeX for the body of a document, with equations in align* (amsmath).

    >>> from visualize.explain.statements import Heading, Name, Number, Row, Rows
    >>> rows = Row(Name("w_1"), Number(-2.0)), Row(Name("y"), Name("w_1"), Number(-2.0))
    >>> print(explanation_latex([Heading("Given"), Rows(*rows)]))
    \medskip\noindent\textbf{Given}
    <BLANKLINE>
    \begin{align*}
    w_{1} &= -2 \\
    y &= w_{1} = -2
    \end{align*}
    """
    heading = r"\medskip\noindent\textbf{", "}"
    return _report(blocks, heading, ("\\begin{align*}\n", "\n\\end{align*}"))


def explanation_markdown(blocks: Sequence[say.Block]) -> str:
    r"""Return blocks as Markdown with formulas in dollar signs, which notebooks and GitHub set.

    Labels stand only in formulas, where Markdown does not act on them.

    >>> from visualize.explain.statements import Heading, Name, Number, Row, Rows
    >>> rows = Row(Name("w_1"), Number(-2.0)), Row(Name("y"), Name("w_1"), Number(-2.0))
    >>> print(explanation_markdown([Heading("Given ", Name("y")), Rows(*rows)]))
    **Given $y$**
    <BLANKLINE>
    $$
    \begin{aligned}
    w_{1} &= -2 \\
    y &= w_{1} = -2
    \end{aligned}
    $$
    """
    equations = "$$\n\\begin{aligned}\n", "\n\\end{aligned}\n$$"
    return _report(blocks, ("**", "**"), equations)


def _report(
    blocks: Sequence[say.Block], heading: tuple[str, str], equations: tuple[str, str]
) -> str:
    """Return paragraphs and equations, between the given marks of headings and of equations."""
    notation = InLaTeX(blocks)
    parts: list[str] = []
    for is_prose, group in groupby(
        blocks, key=lambda block: isinstance(block, say.Heading | say.Sentence)
    ):
        if not is_prose:
            lines = (line for block in group for line in _lines(block, notation))
            parts.append(" \\\\\n".join(lines).join(equations))
            continue
        for block in group:
            if isinstance(block, say.Heading):
                parts.append(notation.prose(block.prose).join(heading))
            elif isinstance(block, say.Sentence):
                parts.append(notation.prose(block.prose))
    return "\n\n".join(parts)


def _lines(block: say.Block, notation: InLaTeX) -> Iterator[str]:
    """Yield the lines of aligned equations, with `&` before the equals signs."""
    if isinstance(block, say.Chain):
        yield from _chain(block, notation)
    elif isinstance(block, say.Rows):
        for row in block.rows:
            yield from _row(row, notation)


def _row(row: say.Row, notation: InLaTeX) -> Iterator[str]:
    left, *rights = dict.fromkeys(map(notation.formula, _shown(row.cells)))
    note = rf"\quad{notation.words(f'({printable(row.note)})')}" if row.note else ""
    if not rights:
        yield f"{left} &{note}"
    elif columns(" = ".join(map(InText().formula, row.cells))) <= WIDTH:
        yield f"{left} &= {' = '.join(rights)}{note}"
    else:
        yield f"{left} &= {rights[0]}" + note * (len(rights) == 1)
        yield from (f"&= {right}" for right in rights[1:-1])
        if len(rights) > 1:
            yield f"&= {rights[-1]}{note}"


def _shown(cells: Sequence[say.Formula]) -> Iterator[say.Formula]:
    """Yield the formulas but cases on numbers: the value after them says which case it is."""
    for cell in cells:
        is_choice = isinstance(cell, say.Applied) and " if " in cell.template
        if not (is_choice and isinstance(cell, say.Applied) and isinstance(cell.out, say.Number)):
            yield cell


def _chain(chain: say.Chain, notation: InLaTeX) -> Iterator[str]:
    partials, numbers = notation.formula(chain.partials), notation.formula(chain.numbers)
    whole = [stop for stop in chain.way if isinstance(stop, say.Name)]
    left = notation.formula(say.Partial(whole[0], say.Name(whole[-1].text)))
    if chain.lead:
        yield rf"{notation.words(f'{chain.lead}:')} &\quad {partials}"
    elif left != partials:
        yield f"{left} &= {partials}"
    else:
        yield f"{left} &= {numbers}"
        return
    product = notation.formula(chain.product)
    yield f"&= {numbers}" if numbers == product else f"&= {numbers} = {product}"
