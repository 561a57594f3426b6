"""Write an explanation in LaTeX: paragraphs, and equations in align* (amsmath)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from visualize.explain.notation import Notation
from visualize.explain.statements import Block, Heading, Sentence

__all__ = ["explanation_latex"]


def explanation_latex(blocks: Sequence[Block]) -> str:
    r"""Return blocks as LaTeX for the body of a document.

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
    notation = Notation(blocks)
    parts: list[str] = []
    for is_prose, group in groupby(blocks, key=lambda block: isinstance(block, Heading | Sentence)):
        if not is_prose:
            body = " \\\\\n".join(notation.lines(group))
            parts.append(f"\\begin{{align*}}\n{body}\n\\end{{align*}}")
            continue
        for block in group:
            if isinstance(block, Heading):
                parts.append(rf"\medskip\noindent\textbf{{{notation.prose(block.prose)}}}")
            elif isinstance(block, Sentence):
                parts.append(notation.prose(block.prose))
    return "\n\n".join(parts) + "\n"
