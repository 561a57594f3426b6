"""Write an explanation with set formulas: in LaTeX for documents, in Markdown for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from visualize.explain.notation import Notation
from visualize.explain.statements import Block, Heading, Sentence

__all__ = ["explanation_latex", "explanation_markdown"]


def explanation_latex(blocks: Sequence[Block]) -> str:
    r"""Return blocks as LaTeX for the body of a document, with equations in align* (amsmath).

    >>> from visualize.explain.statements import Heading, Name, Number, Row, Rows
    >>> rows = Row((Name("w_1"), Number(-2.0))), Row((Name("y"), Name("w_1"), Number(-2.0)))
    >>> print(explanation_latex([Heading(("Given",)), Rows(rows)]), end="")
    \medskip\noindent\textbf{Given}
    <BLANKLINE>
    \begin{align*}
    w_{1} &= -2 \\
    y &= w_{1} = -2
    \end{align*}
    """
    heading = r"\medskip\noindent\textbf{", "}"
    return _report(blocks, heading, ("\\begin{align*}\n", "\n\\end{align*}"))


def explanation_markdown(blocks: Sequence[Block]) -> str:
    r"""Return blocks as Markdown with formulas in dollar signs, which notebooks and GitHub set.

    Labels stand in formulas only, where nothing acts on them.

    >>> from visualize.explain.statements import Name, Number, Row, Rows
    >>> rows = Row((Name("w_1"), Number(-2.0))), Row((Name("y"), Name("w_1"), Number(-2.0)))
    >>> print(explanation_markdown([Heading(("Given ", Name("y"))), Rows(rows)]), end="")
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


def _report(blocks: Sequence[Block], heading: tuple[str, str], equations: tuple[str, str]) -> str:
    """Return paragraphs and equations, with what stands before and after headings and equations."""
    notation = Notation(blocks)
    parts: list[str] = []
    for is_prose, group in groupby(blocks, key=lambda block: isinstance(block, Heading | Sentence)):
        if not is_prose:
            parts.append(" \\\\\n".join(notation.lines(group)).join(equations))
            continue
        for block in group:
            if isinstance(block, Heading):
                parts.append(notation.prose(block.prose).join(heading))
            elif isinstance(block, Sentence):
                parts.append(notation.prose(block.prose))
    return "\n\n".join(parts) + "\n"
