"""The headings and labels of a page's panel, search and player, as sentences.py has its sentences.

Those of a table begin with its heading, and go on with what stands over its columns.
"""

from __future__ import annotations

from collections.abc import Sequence

from visualize.draw.wording import slope_mark
from visualize.formula.words import WIDEST
from visualize.text import counted

__all__ = [
    "AGAIN", "BACKPROPAGATION", "BACKWARD", "DATA", "DONE", "EQUATION_COLUMNS", "FORMULA_COLUMNS",
    "GIVEN", "GRAD", "HIGHLIGHT", "LARGEST", "LATER", "LEAF", "MADE_AT", "MADE_OF", "MODULE",
    "MOST_KINDS", "NONE", "NOTHING", "NUMBER", "OPEN", "OUTPUT", "PATHS", "PAUSE", "PLACE", "PLAY",
    "PRODUCTS", "RECEIVED", "RULE_COLUMNS", "SENT", "STALE", "START", "SUM", "TERMS", "ZERO",
    "closing_title", "line_mark", "more_line", "place_among", "step_line", "zeros_line",
]  # fmt: skip

# Tables
SENT: list[str] = ["What it sends back", "operand", "local derivative", "sent"]
RECEIVED: list[str] = ["Where its gradient comes from", "from", "gradient × local", "got"]
PRODUCTS: list[str] = ["Its products", "term", "", "number"]
TERMS: list[str] = ["Its terms", "term", "", "number"]
LARGEST: list[str] = ["Largest gradients", "value", "data", "grad"]
PATHS: str = "Paths to the output"
PLACE: str = "Where"

# In their cells
START: str = "the start"
SUM: str = "sum"
NUMBER: str = "a number"
NONE: str = "none"
NOTHING: str = "nothing"

# Facts, tags and buttons
DATA: str = "data"
GRAD: str = "grad"
ZERO: str = "zero"
MADE_OF: str = "made of"
MADE_AT: str = "made at"
MODULE: str = "in"
LEAF: str = "leaf"
OUTPUT: str = "output"
AGAIN: str = "again"  # a leaf that is drawn near its users once more
OPEN: str = "Open"
HIGHLIGHT: str = "Highlight its paths"

# The player
BACKPROPAGATION: str = "Backpropagation"
STALE: str = "Stale"
GIVEN: str = "Given"
BACKWARD: str = "Backward"
DONE: str = "Done"
PLAY: str = "Play"
PAUSE: str = "Pause"

LATER: str = "–"  # data that are not computed yet

# Columns of texts in the panel, and kinds of operations in a line
FORMULA_COLUMNS = WIDEST
EQUATION_COLUMNS = 120
RULE_COLUMNS = 80
MOST_KINDS = 8


def line_mark(which: str, slope: float | None) -> str:
    """Return the text at a line: which operand it brings, if that counts, and the derivative.

    >>> line_mark("2", 0.5), line_mark("", None)
    ('2: ∂ 0.5', 'no ∂')
    """
    shown = "no ∂" if slope is None else slope_mark(slope)
    return f"{which}: {shown}" if which != "" else shown


def zeros_line(count: int) -> str:
    """Return how many gradients of several values are exactly 0."""
    return f"{counted(count, 'gradient')} exactly 0"


def more_line(count: int, noun: str) -> str:
    """Return how many things are not shown.

    >>> more_line(1, "row"), more_line(1200, "result")
    ('1 more row', '1,200 more results')
    """
    return counted(count, f"more {noun}")


def place_among(place: int, count: int) -> str:
    """Return which of the results is shown, from 1; 0 is none of them.

    >>> place_among(0, 3), place_among(2, 1500), place_among(0, 0)
    ('3', '2 of 1,500', 'none')
    """
    if count == 0:
        return NONE
    return f"{place:,} of {count:,}" if place > 0 else f"{count:,}"


def step_line(step: int, last: int, head: str) -> str:
    """Return a step of the player for those who listen; below 0 no step is shown."""
    return f"step {step} of {last}: {head}" if step >= 0 else "recorded numbers"


def closing_title(titles: Sequence[str]) -> str:
    """Return what a click at the title of a frame does."""
    return f"Close {' / '.join(titles)}"
