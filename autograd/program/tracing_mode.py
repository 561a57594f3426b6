"""The mode of tracing, and what it tells nodes by way of their scope."""

from __future__ import annotations

from typing import Any

from autograd.location import user_line
from autograd.mode import Mode, Tracing
from autograd.place import placed

__all__ = ["TracingMode"]


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
        super().__init__(True, scope, quiet, differentiated, tracing or Tracing(), variant)
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
