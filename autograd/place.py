"""Where a node was made: its scope, and the user's line where that is recorded."""

from __future__ import annotations

from typing import Any

from autograd.errors import user_line
from autograd.mode import Block, Mode

__all__ = ["Place", "placed", "source_lines"]


class Place(str):
    """A scope that also holds the user's line, and whether gradients pass its nodes."""

    __slots__ = ("line", "live")
    line: str
    live: bool


def placed(line: str, scope: str = "", live: bool = True) -> Place:
    """Return the place of a node made at a line of the user's."""
    place = Place(scope)
    place.line, place.live = line, live
    return place


class LocatingMode(Mode):
    """A mode that tells every node the user's line.

    A node asks the mode for its scope, so that this is where it can be told more, at no cost to
    operations under any other mode.
    """

    __slots__ = ("_scope",)

    @property
    def scope(self) -> str:
        """The scope for the next node, with its line."""
        return placed(user_line(), self._scope)

    @scope.setter
    def scope(self, scope: str) -> None:
        self._scope = str(scope)

    def replaced(self, **changes: Any) -> LocatingMode:
        """Return a copy with some settings changed."""
        return LocatingMode(**{**self.settings(), "scope": self._scope, **changes})


class source_lines(Block):  # noqa: N801 - called like a function
    """Context manager: nodes made in the block know the line of your program that made them.

    `Value.line` is that line as "file:line"; pictures show it and `visualize.why` names it. An
    operation takes four to five times as long inside the block, and no longer outside.

    >>> from autograd import Value, source_lines
    >>> with source_lines():
    ...     y = Value(1.0) + 2.0
    >>> y.line != "", (y + 1).line
    (True, '')
    """

    __slots__ = ()

    def changed(self, mode: Mode) -> Mode:
        """Return a mode that tells lines.

        While a function is traced its nodes are the program's: `compile(check=True)` has lines.
        """
        return mode.replaced() if mode.tracing else LocatingMode(**mode.settings())
