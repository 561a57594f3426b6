"""The history of a training: the numbers measured in each epoch, kept, shown and saved."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from autograd import Value
from autograd.files import as_path, write_files
from nn.metrics import Metric

__all__ = ["History", "Measured", "Progress"]

SHOWN = 20  # epochs of a longer history, half of them the first


class History(Mapping[str, list[float]]):
    """Lists of one number per finished epoch, by name: "loss", "lr", metrics, "validation_...".

    `interrupted` tells that Ctrl-C ended the training, `stopped` that a callback did. A prompt and
    `print` show `text`, a table of the epochs.

    >>> history = History()
    >>> history.append({"loss": 0.5, "lr": 0.001})
    >>> history["loss"], history.epochs
    ([0.5], 1)
    >>> history
    epoch  loss     lr
        1   0.5  0.001
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

    @property
    def text(self) -> str:
        """The epochs as a table, and the early end; of more than 20 the first and the last ten."""
        titles = ["epoch", *self._measured]
        lines = [
            [str(epoch), *(f"{number:.4g}" for number in numbers)]
            for epoch, *numbers in zip(range(1, self.epochs + 1), *self.values(), strict=True)
        ]
        if len(lines) > SHOWN:
            lines[SHOWN // 2 : -(SHOWN // 2)] = [["..."] * len(titles)]
        widths = [max(map(len, column)) for column in zip(titles, *lines, strict=True)]
        table = [
            "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
            for line in (titles, *lines)
        ]
        ending = ["interrupted by Ctrl-C"] * self.interrupted + ["stopped"] * self.stopped
        return "\n".join([*table, *ending])

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write all numbers to a .csv or .json file, or `text` to a .txt file; return the path.

        The file is written whole or not at all. Raises ValueError for another suffix, and OSError
        if the folder cannot be written.
        """
        target = as_path(path, "save: path")
        suffix = target.suffix.lower()
        if suffix == ".csv":
            rows = zip(*self.values(), strict=True)
            content = "\n".join(",".join(map(str, row)) for row in (self, *rows))
        elif suffix == ".json":
            content = json.dumps(self._measured, indent=1)
        elif suffix == ".txt":
            content = self.text
        else:
            raise ValueError(
                f"cannot save History as {target.name!r}; use one of .csv, .json, .txt"
            )
        write_files({target: f"{content}\n".encode()})
        return target

    def __repr__(self) -> str:
        return self.text


class Measured:
    """The outputs of a model, their targets and losses as plain numbers, added batch by batch."""

    def __init__(self) -> None:
        self._predictions: list[Any] = []
        self._targets: list[Any] = []
        self._total = 0.0
        self._count = 0

    def add(self, total: float, count: int, predictions: list[Any], targets: list[Any]) -> None:
        """Add the sum of the losses of `count` rows, and the outputs and targets for metrics."""
        self._total += total
        self._count += count
        self._predictions += predictions
        self._targets += targets

    def summary(self, metrics: Mapping[str, Metric]) -> dict[str, float]:
        """Return the mean loss over all rows, and the metrics of all of them together."""
        summary = {"loss": self._total / self._count}
        for name, metric in metrics.items():
            number: Any = metric(self._predictions, self._targets)
            try:
                summary[name] = Value(number).data
            except TypeError as error:
                raise TypeError(f"the metric {name!r} returned no number: {error}") from None
        return summary


class Progress:
    """A context manager that shows on stderr the updates done and the last epoch's measurements.

    `total` counts all updates. `shown` is True, False, or None for True if stderr is a terminal.
    """

    def __init__(self, total: int, epochs: int, shown: bool | None = None) -> None:
        self.shown = sys.stderr.isatty() if shown is None else shown
        self._epochs = epochs
        self._epoch = 0
        self._bar = _tqdm(total) if self.shown else None

    def update(self, steps: int = 1) -> None:
        """Count more updates as done."""
        if self._bar is not None:
            self._bar.update(steps)

    def epoch(self, measured: Mapping[str, float]) -> None:
        """Show the measurements of an epoch."""
        self._epoch += 1
        if self._bar is not None:
            # The next update shows them, because epochs may be faster than a terminal
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
