"""How a long training shows that it moves: a bar by tqdm, or a line per epoch without it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any

__all__ = ["Progress"]


class Progress:
    """Shows the updates done out of `total` on stderr, and the measurements of the last epoch.

    `shown` is True, False, or None for True where stderr is a terminal. It is a context manager.
    """

    def __init__(self, total: int, epochs: int, shown: bool | None = None) -> None:
        self.shown = sys.stderr.isatty() if shown is None else shown
        self._epochs = epochs
        self._epoch = 0
        self._bar = _tqdm(total) if self.shown else None

    def update(self, steps: int = 1) -> None:
        """Count updates."""
        if self._bar is not None:
            self._bar.update(steps)

    def epoch(self, measured: Mapping[str, float]) -> None:
        """Show the measurements of an epoch."""
        self._epoch += 1
        if self._bar is not None:
            # Shown with the next update: epochs may be faster than a terminal
            numbers = {name: f"{number:.4g}" for name, number in measured.items()}
            self._bar.set_postfix(numbers, refresh=False)
        elif self.shown:
            line = "  ".join(f"{name} {number:.4g}" for name, number in measured.items())
            sys.stderr.write(f"epoch {self._epoch}/{self._epochs}  {line}\n")
            sys.stderr.flush()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()


def _tqdm(total: int) -> Any:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    return tqdm(total=total, unit="update", file=sys.stderr, dynamic_ncols=True)
