"""The mode of tracing, and what it tells nodes by way of their scope."""

from __future__ import annotations

from typing import Any

from autograd.location import user_line
from autograd.mode import Mode, Tracing, entered
from autograd.place import placed
from autograd.program.traced import live
from autograd.tracing import TRACES

__all__ = ["TracingMode", "traced_under"]


class TracingMode(Mode):
    """The mode while a function is traced.

    Every node asks the mode for its scope, so that this is where it can be told more, at no cost
    to operations outside. Under `no_grad` nodes are recorded all the same, for a leaf would freeze
    a number; no gradient passes them.
    """

    __slots__ = ("_scope", "checked", "live")

    def __init__(
        self,
        record: bool = True,
        scope: str = "",
        quiet: bool = True,
        differentiated: frozenset[Any] = frozenset(),
        tracing: Tracing | None = None,
        variant: frozenset[Any] = frozenset(),
        checked: bool = False,
    ) -> None:
        tracing = tracing or Tracing(live)
        super().__init__(True, scope, quiet, differentiated, tracing, variant)
        self.live = record
        self.checked = checked  # nodes shall know the user's line

    @property
    def scope(self) -> str:
        """The scope for the next node."""
        if self.live and not self.checked:
            return self._scope
        return placed(user_line() if self.checked else "", self._scope, self.live)

    @scope.setter
    def scope(self, scope: str) -> None:
        self._scope = scope

    def replaced(self, **changes: Any) -> TracingMode:
        """Return a copy with some settings changed."""
        settings: dict[str, Any] = {
            "record": self.live,
            "scope": self._scope,
            "differentiated": self.differentiated,
            "tracing": self.tracing,
            "variant": self.variant,
            "checked": self.checked,
        }
        return TracingMode(**{**settings, **changes})


class traced_under(entered):  # noqa: N801 - called like a function
    """Context manager: run a block under a mode of tracing, and let Values ask for it."""

    __slots__ = ("_mark",)

    def __init__(self, mode: TracingMode) -> None:
        super().__init__(mode)
        self._mark = object()

    def __enter__(self) -> None:
        super().__enter__()
        TRACES.append(self._mark)

    def leave(self, before: Mode | None) -> None:
        """Take the mark away, then the mode: as long as that stays, this is called again."""
        if self._mark in TRACES:
            TRACES.remove(self._mark)
        super().leave(before)
