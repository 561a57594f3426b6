"""step_through(): the backward pass one contribution at a time, to be printed or walked by hand."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import SupportsFloat, overload

from autograd import Value
from autograd.files import as_path
from autograd.runtime import computed
from visualize.digits import significant
from visualize.escape import columns
from visualize.instead import instead_of
from visualize.save import write_atomically
from visualize.scene.flat import flatten
from visualize.scene.names import names_of
from visualize.steps.playback import played
from visualize.steps.step import Step, steps_of

__all__ = ["Step", "Steps", "step_through"]

SUFFIXES = (".svg", ".txt")


class Steps(Sequence[Step]):
    """All steps of the backward pass from `root`, in the order of the engine.

    A sequence, and an iterator of its own for walking by hand: `next(steps)`. `print(steps)` shows
    all of them, `.save("steps.svg")` writes them as an animated picture.
    """

    def __init__(self, root: Value, gradient: float) -> None:
        self.root = root
        self.gradient = gradient
        self._steps = tuple(steps_of(root, gradient))
        self._position = 0

    def __len__(self) -> int:
        return len(self._steps)

    @overload
    def __getitem__(self, place: int) -> Step: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Step, ...]: ...

    def __getitem__(self, place: int | slice) -> Step | tuple[Step, ...]:
        return self._steps[place]

    def __next__(self) -> Step:
        if self._position == len(self._steps):
            raise StopIteration
        self._position += 1
        return self._steps[self._position - 1]

    @computed
    def text(self) -> str:
        """The whole pass as a table, one line per step."""
        names = names_of(flatten([self.root]))
        lines = [
            f"# Backward from {names[self.root]} = {significant(self.root.data)}, whose gradient "
            f"is {significant(self.gradient)}"
        ]
        rows = [step.cells for step in self._steps]
        widths = [max((columns(row[cell]) for row in rows), default=0) for cell in range(3)]
        for row in rows:
            padded = (
                cell + " " * (width - columns(cell))
                for cell, width in zip(row[:3], widths, strict=True)
            )
            lines.append("  ".join((*padded, row[3])).rstrip())
        return "\n".join(lines) + "\n"

    def __str__(self) -> str:
        return self.text

    @computed
    def svg(self) -> str:
        """The pass as an animated SVG picture; ValueError for a graph of more than 60 values."""
        return played(self.root, self.gradient, self._steps)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the animated picture as .svg, or the table as .txt, and return the path.

        The file is written whole or not at all. Raises ValueError for another suffix and for a
        picture of more than 60 values: the page that `visualize.show` opens plays graphs of any
        size. Raises FileNotFoundError where the folder is missing.
        """
        target = as_path(path, "save: path")
        suffix = target.suffix.lower()
        if suffix not in SUFFIXES:
            raise ValueError(
                f"cannot save steps as {target.name!r}; use one of {', '.join(SUFFIXES)}"
            )
        write_atomically(target, (self.svg if suffix == ".svg" else self.text).encode())
        return target

    def __repr__(self) -> str:
        return f"<Steps: {len(self)} of a backward pass. Show: print(steps), next(steps)>"


def step_through(root: Value, gradient: float = 1.0) -> Steps:
    """Return the steps of `root.backward(gradient)`, without touching any gradient.

    Raises TypeError for anything but a Value, and StaleGraphError if a leaf was changed since the
    graph was computed.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> steps = step_through((a * b) ** 2)
    >>> print(steps, end="")
    # Backward from v3 = 36, whose gradient is 1
    1. v3 = v2 ^ 2:  ∂v3/∂v2 = 2 * v2 = 2 * (-6) = -12,  1 × -12 = -12 to v2,  total -12
    2. v2 = a × b:   ∂v2/∂a = b = -3,                    -12 × -3 = 36 to a,   total 36
    3. v2 = a × b:   ∂v2/∂b = a = 2,                     -12 × 2 = -24 to b,   total -24
    >>> next(steps).outgoing, steps[2].total
    (-12.0, -24.0)
    """
    if not isinstance(root, Value):
        raise TypeError(f"step_through takes a Value, not {type(root).__name__}{instead_of(root)}")
    return Steps(root, _checked_gradient(gradient))


def _checked_gradient(gradient: object) -> float:
    try:
        if isinstance(gradient, SupportsFloat) and not isinstance(gradient, Value | type):
            return float(gradient)
    except (TypeError, OverflowError):  # an array, or an int beyond 1.8e308
        pass
    hint = "; explain(root, wrt) asks about one value" if isinstance(gradient, Value) else ""
    raise TypeError(
        "step_through(root, gradient): gradient is the number with which the pass begins, not "
        f"{type(gradient).__name__}{hint}"
    )
