"""The history of a training: what an epoch measured, kept and shown."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

from autograd import Value
from nn.metrics import Metric

__all__ = ["History", "Measured", "Progress"]


class History(Mapping[str, list[float]]):
    """Lists of one number per finished epoch, by name: "loss", "lr", metrics, "validation_...".

    `interrupted` tells that Ctrl-C ended the training, `stopped` that a callback did.

    >>> history = History()
    >>> history.append({"loss": 0.5})
    >>> history["loss"], history.epochs
    ([0.5], 1)
    """

    def __init__(self) -> None:
        self._measured: dict[str, list[float]] = {}
        self.epochs = 0
        self.interrupted = False
        self.stopped = False

    def append(self, measured: Mapping[str, float]) -> None:
        """Add an epoch; ValueError if its names are not those of the epochs before."""
        if self.epochs and measured.keys() != self._measured.keys():
            raise ValueError(f"an epoch measures {list(self._measured)}, not {list(measured)}")
        for name, number in measured.items():
            self._measured.setdefault(name, []).append(number)
        self.epochs += 1

    def __getitem__(self, name: str) -> list[float]:
        if name not in self._measured:
            raise KeyError(f"{name!r} was not measured; there are {', '.join(self._measured)}")
        return self._measured[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._measured)

    def __len__(self) -> int:
        return len(self._measured)

    def __repr__(self) -> str:
        ending = ", interrupted" * self.interrupted + ", stopped" * self.stopped
        last = "".join(f", {name}={numbers[-1]:.4g}" for name, numbers in self.items())
        return f"History({self.epochs} epochs{ending}{last})"


class Measured:
    """The outputs of a model, their targets and losses, some rows at a time, as plain numbers."""

    def __init__(self) -> None:
        self._predictions: list[Any] = []
        self._targets: list[Any] = []
        self._total = 0.0
        self._count = 0

    def add(self, total: float, count: int, predictions: list[Any], targets: list[Any]) -> None:
        """Add the sum of the losses of `count` rows, and what metrics need of them."""
        self._total += total
        self._count += count
        self._predictions += predictions
        self._targets += targets

    def summary(self, metrics: Mapping[str, Metric]) -> dict[str, float]:
        """Return the mean loss over all examples, and the metrics of all of them together."""
        summary = {"loss": self._total / self._count}
        for name, metric in metrics.items():
            number: Any = metric(self._predictions, self._targets)
            try:
                summary[name] = Value(number).data
            except TypeError as error:
                raise TypeError(f"the metric {name!r} returned no number: {error}") from None
        return summary


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
