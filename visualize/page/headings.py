"""The headings and labels of a page's panel, search and player, as sentences.py has its sentences.

Those of a table begin with its heading, and go on with what stands over its columns.
"""

from __future__ import annotations

from collections.abc import Sequence

from visualize.text import counted, times

__all__ = [
    "AGAIN", "BACKPROPAGATION", "BACKWARD", "DATA", "DONE", "GIVEN", "GRAD", "HIGHLIGHT", "LARGEST",
    "LEAF", "MADE_AT", "MADE_OF", "MODULE", "NONE", "NOTHING", "NUMBER", "OPEN", "OUTPUT", "PATHS",
    "PAUSE", "PLACE", "PLAY", "PRODUCTS", "RECEIVED", "SENT", "STALE", "START", "SUM", "TERMS",
    "ZERO", "closing_title", "kinds_line", "more_line", "place_among", "step_line",
    "zeros_line",
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

MOST_KINDS = 8


def kinds_line(names: Sequence[str]) -> str:
    """Return how often each operation occurs among some, the most frequent first.

    >>> kinds_line(["mul", "add", "mul", "leaf"])
    'mul ×2, add ×1, leaf ×1'
    """
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    kinds = sorted(counts)
    kinds.sort(key=lambda name: -counts[name])
    return ", ".join([f"{name} {times(counts[name])}" for name in kinds[:MOST_KINDS]])


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
