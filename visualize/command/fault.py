"""A fault in a typed text: a message, and a line of carets under the place."""

from __future__ import annotations

from visualize.text import columns, cut, printable

INDENT = "  "
MESSAGE_COLUMNS = 400  # names may be of any length
MOST_CHARACTERS = 72  # of the line that is shown
BEFORE = 40  # of them, before a fault far to the right


class Fault(Exception):  # noqa: N818 - of the user's text, not of the program
    """A message about a text, and its place: from `start` up to, not including, `end`."""

    def __init__(self, message: str, text: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.start = start
        self.end = end

    def __str__(self) -> str:
        message = cut(printable(self.message), MESSAGE_COLUMNS)
        return f"{message}\n{pointed(self.text, self.start, self.end)}"


def pointed(text: str, start: int, end: int) -> str:
    """Return the line of `text` that holds a place, and carets under the place.

    Wide characters take two carets; of a long line only the part around it is shown.

    >>> print(pointed("損 + b", 4, 5))
      損 + b
           ^
    """
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start)
    line = printable(text[first:] if last < 0 else text[first:last])
    start, end = start - first, min(end - first, len(line))
    skipped = max(0, start - BEFORE) if len(line) > MOST_CHARACTERS else 0
    shown = line[skipped : skipped + MOST_CHARACTERS]
    head = "…" if skipped else ""
    tail = "…" if skipped + len(shown) < len(line) else ""
    blank = " " * columns(head + shown[: start - skipped])
    carets = "^" * max(1, columns(shown[start - skipped : end - skipped]))
    return f"{INDENT}{head}{shown}{tail}\n{INDENT}{blank}{carets}"
