"""Write an explanation as Markdown with formulas in dollar signs: notebooks and GitHub set it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from visualize.explain.notation import Notation
from visualize.explain.statements import Block, Heading, Sentence

__all__ = ["explanation_markdown"]


def explanation_markdown(blocks: Sequence[Block]) -> str:
    r"""Return blocks as Markdown. Labels stand in formulas only, where nothing acts on them.

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
    notation = Notation(blocks)
    parts: list[str] = []
    for is_prose, group in groupby(blocks, key=lambda block: isinstance(block, Heading | Sentence)):
        if not is_prose:
            body = " \\\\\n".join(notation.lines(group))
            parts.append(f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$")
            continue
        for block in group:
            if isinstance(block, Heading):
                parts.append(f"**{notation.prose(block.prose)}**")
            elif isinstance(block, Sentence):
                parts.append(notation.prose(block.prose))
    return "\n\n".join(parts) + "\n"
