"""Numbers, tables and their place in a document, in Markdown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

__all__ = ["digits", "replace_between", "table"]


def digits(number: float) -> str:
    """Return a number with three digits and no exponent."""
    decimals = max(0, 2 - math.floor(math.log10(number)))
    return f"{number:,.{decimals}f}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table: the first column to the left, the others to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def replace_between(path: Path, name: str, text: str) -> None:
    """Put text between `<!-- name -->` and `<!-- end of name -->`, each alone on its line.

    Raises ValueError, and leaves the file alone, unless it has both once and in this order.
    """
    document = path.read_text(encoding="utf-8")
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, found_start, rest = document.partition(start)
    _, found_end, after = rest.partition(end)
    if not (found_start and found_end) or document.count(start) + document.count(end) != 2:
        raise ValueError(f"{path} needs the lines {start.strip()} and {end.strip()} once, in order")
    path.write_text(f"{before}{start}\n{text}\n\n{end}{after}", encoding="utf-8")
