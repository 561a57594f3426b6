"""The work that compiled programs are timed at, who does it, and how fast our engine should be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from goals import Goal, aim, must
from peers import (
    c_by_hand,
    casadi_sx,
    jax_jit,
    numpy_by_hand,
    ours,
    python_by_hand,
    torch_eager,
)
from problems import Chain, Digits, Made, Moons, Readme, Rosenbrock
from report import digits

__all__ = ["CASADI", "HAND", "JAX", "OURS", "PACKAGES", "TORCH", "WORKS", "C", "Entry", "Work"]

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


def moons_works(activation: str) -> tuple[Work, Work]:
    problem = partial(Moons.make, activation)
    each = Work(
        f"moons step, {activation}: a call per step",
        problem,
        (
            Entry(HAND, "NumPy", numpy_by_hand.moons_steps),
            *by_us("", ours.moons_steps),
            *by_us("backward, and SGD in Python", ours.moons_backward),
            Entry(C, "", c_by_hand.moons_steps, ("gcc",)),
            Entry(JAX, "jit", jax_jit.moons_steps, ("jax",)),
            Entry(CASADI, "map, gcc -O3", casadi_sx.moons_steps, ("casadi", "gcc")),
            Entry(TORCH, "", torch_eager.moons_steps, ("torch",)),
        ),
        (
            must(OURS, 1.0, f"{JAX}, jit"),
            must(OURS, 1.0, f"{CASADI}, map, gcc -O3"),
            aim(OURS, 2.0, C),
            must(OURS_ON_NUMPY, 1.0, TORCH),
            aim(OURS_ON_NUMPY, 1.0, f"{HAND}, NumPy"),
            must(f"{OURS}, backward, and SGD in Python", 1.0, TORCH),
        ),
        count=100,
    )
    together = Work(
        f"moons step, {activation}: 100 steps a call",
        problem,
        (
            Entry(HAND, "NumPy", numpy_by_hand.moons_steps),
            *by_us("", ours.moons_loop),
            Entry(C, "", c_by_hand.moons_loop, ("gcc",)),
            Entry(JAX, "scan", jax_jit.moons_loop, ("jax",)),
        ),
        (must(OURS, 1.0, f"{JAX}, scan"), aim(OURS, 1.3, C)),
        count=100,
    )
    return each, together


def hessian_work(size: int) -> Work:
    return Work(
        f"Hessian of Rosenbrock, n = {size}",
        partial(Rosenbrock.make, size),
        (
            Entry(HAND, "NumPy, formula", numpy_by_hand.hessian),
            *by_us("", ours.hessian),
            Entry(JAX, "jit of hessian", jax_jit.hessian, ("jax",)),
            Entry(CASADI, "gcc -O3, plain call", casadi_sx.hessian_plain, ("casadi", "gcc")),
            Entry(CASADI, "gcc -O3, in place", casadi_sx.hessian_buffers, ("casadi", "gcc")),
        ),
        # "In place" makes no array and crosses from Python without arguments.
        (
            must(OURS, 1.0, f"{JAX}, jit of hessian"),
            aim(OURS, 1.0, f"{CASADI}, gcc -O3, plain call"),
        ),
    )


CHAIN = 100_000

WORKS = (
    *moons_works("relu"),
    *moons_works("tanh"),
    Work(
        "moons step, relu: from function to first result",
        partial(Moons.make, "relu", 1),
        (
            Entry(HAND, "NumPy, nothing to compile", numpy_by_hand.moons_steps),
            *by_us("", ours.moons_compile),
            Entry(JAX, "jit", jax_jit.moons_compile, ("jax",)),
            Entry(CASADI, "map, gcc -O3", casadi_sx.moons_compile, ("casadi", "gcc")),
        ),
        (must(OURS, 0.3), aim(OURS, 0.1)),
        unit="ms",
        wall=True,
    ),
    Work(
        "digits, Adam: an epoch of 56 batches",
        Digits.make,
        (
            Entry(HAND, "NumPy", numpy_by_hand.digits_epoch, ("sklearn",)),
            *by_us("", ours.digits_epoch, needs=("sklearn",)),
            Entry(C, "", c_by_hand.digits_epoch, ("sklearn", "gcc")),
            Entry(JAX, "scan", jax_jit.digits_epoch, ("sklearn", "jax")),
            Entry(TORCH, "fused Adam", torch_eager.digits_epoch, ("sklearn", "torch")),
        ),
        (must(OURS, 1.0, f"{JAX}, scan"), aim(OURS, 2.0, C)),
    ),
    Work(
        "README expression: value and gradient",
        Readme,
        (
            Entry(HAND, "floats", python_by_hand.readme),
            *by_us("", ours.readme),
            Entry(JAX, "jit", jax_jit.readme, ("jax",)),
            Entry(CASADI, "virtual machine, plain call", casadi_sx.readme_plain, ("casadi",)),
            Entry(CASADI, "gcc -O3, in place", casadi_sx.readme_buffers, ("casadi", "gcc")),
        ),
        (must(OURS, 0.2, f"{CASADI}, virtual machine, plain call"), aim(OURS, 1e-6)),
    ),
    hessian_work(10),
    hessian_work(100),
    Work(
        f"chain of {CHAIN:,} operations: value and gradient, per operation",
        partial(Chain, CHAIN),
        (
            Entry(HAND, "floats", python_by_hand.chain),
            *by_us("", ours.chain, ["llvm"]),
            Entry(CASADI, "virtual machine, in place", casadi_sx.chain, ("casadi",)),
        ),
        (aim(OURS, 1.0, f"{CASADI}, virtual machine, in place"),),
        unit="ns",
        count=CHAIN,
    ),
    Work(
        f"chain of {CHAIN:,} operations: from function to first result",
        partial(Chain, CHAIN),
        (
            Entry(HAND, "floats, nothing to compile", python_by_hand.chain),
            *by_us("", ours.chain_compile, ["llvm"]),
            Entry(CASADI, "virtual machine", casadi_sx.chain_compile, ("casadi",)),
        ),
        (must(OURS, 10.0),),
        unit="ms",
        wall=True,
    ),
)
