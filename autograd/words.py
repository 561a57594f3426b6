"""Words of a row: what `why` and pictures say where a number or a gradient goes wrong at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Words"]


class Words(NamedTuple):
    """Why something is so at an operation, and what to do about it.

    `reason` is a text, or a function of the operands that returns one; None where it is not the
    reason. `way_out` follows "way out:"; "" where there is none but to start elsewhere. `short` is
    the reason in two words, for the boxes of pictures.
    """

    reason: str | Callable[..., str | None]
    way_out: str = ""
    short: str = ""

    def because(self, *args: float) -> str | None:
        """Return the reason at these operands.

        >>> Words(lambda x: "a division by 0" if x == 0.0 else None).because(2.0) is None
        True
        """
        return self.reason if isinstance(self.reason, str) else self.reason(*args)
