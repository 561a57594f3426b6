"""Words: why a number or a gradient goes wrong at an operation, and the way out."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Words:
    """The reason why a number or a gradient goes wrong at an operation, and the way out.

    `reason` is a text, or a function of the operands that returns one; None where it is not the
    reason. `way_out` follows "way out:"; "" where there is none but to start elsewhere. `short` is
    the reason in two words, for the boxes of pictures.
    """

    __slots__ = ("reason", "short", "way_out")

    def __init__(
        self, reason: str | Callable[..., str | None], way_out: str = "", short: str = ""
    ) -> None:
        self.reason = reason
        self.way_out = way_out
        self.short = short

    def __repr__(self) -> str:
        return f"Words({self.reason!r}, {self.way_out!r}, {self.short!r})"

    def because(self, *args: float) -> str | None:
        """Return the reason at these operands.

        >>> Words(lambda x: "a division by 0" if x == 0.0 else None).because(2.0) is None
        True
        """
        return self.reason if isinstance(self.reason, str) else self.reason(*args)
