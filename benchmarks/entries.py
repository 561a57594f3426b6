"""What a benchmark of compiled programs consists of: pieces of work, and those who do them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from goals import Goal
from problems import Made
from report import digits

__all__ = [
    "CASADI", "EXACT", "HAND", "JAX", "OURS", "OURS_ON_NUMPY", "PACKAGES", "TORCH", "C", "Entry",
    "Work", "by_us", "in_float32",
]  # fmt: skip

# Relative differences that are allowed: in float64, and after many steps in float32
EXACT, SINGLE = 1e-9, 1e-5

OURS = "scalar-autograd"
C = "C by hand"
HAND = "Python by hand"
TORCH, JAX, CASADI = "PyTorch eager", "JAX", "CasADi"
OURS_ON_NUMPY = f"{OURS} on NumPy"
PACKAGES = (OURS, OURS_ON_NUMPY, C, JAX, CASADI, HAND, TORCH)

# This engine's backends: the column of each, and what it needs besides NumPy.
BACKENDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "llvm": (OURS, ("llvmlite",)),
    "numpy": (OURS_ON_NUMPY, ()),
}


@dataclass(frozen=True)
class Entry:
    """One way of one package to do a piece of work."""

    package: str
    how: str
    make: Callable[[Any], Made]
    needs: tuple[str, ...] = ()
    tolerance: float = EXACT  # by which its results may differ from those by hand

    @property
    def name(self) -> str:
        """Return what tables call it."""
        return f"{self.package}, {self.how}" if self.how else self.package


def by_us(
    how: str,
    make: Callable[[str, Any], Made],
    backends: Sequence[str] = tuple(BACKENDS),
    needs: tuple[str, ...] = (),
) -> tuple[Entry, ...]:
    """Return an entry for each of these backends."""
    return tuple(
        Entry(BACKENDS[name][0], how, partial(make, name), (*BACKENDS[name][1], *needs))
        for name in backends
    )


def in_float32(
    make: Callable[..., Made], needs: tuple[str, ...] = (), tolerance: float = SINGLE
) -> Entry:
    """Return the entry of machine code in single precision, for `make` that takes a dtype."""
    package, own = BACKENDS["llvm"]
    single = partial(make, "llvm", dtype="float32")
    return Entry(package, "float32", single, (*own, *needs), tolerance)


@dataclass(frozen=True)
class Work:
    """A piece of work and those who do it; the first, by hand, says what is right."""

    name: str
    problem: Callable[[], Any]
    entries: tuple[Entry, ...]
    goals: tuple[Goal, ...] = ()
    unit: str = "µs"
    count: int = 1  # a time is that of a run divided by this
    wall: bool = False  # see measure.Contender

    def shown(self, seconds: float) -> str:
        """Return the time of a run as the time of one thing in the work's unit."""
        scale = {"ns": 1e9, "µs": 1e6, "ms": 1e3}[self.unit]
        return f"{digits(seconds * scale / self.count)} {self.unit}"
