"""History: what `fit` measured, epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

__all__ = ["History"]


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
