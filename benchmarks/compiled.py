"""Time compiled programs against C by hand, NumPy, PyTorch, JAX and CasADi; print Markdown tables.

    python benchmarks/compiled.py [--rounds 7] [--only moons] [--quick] [--write]

Everything is float64 and measured in one run, turn about, after the results of all were checked to
be equal to 1e-9 to those by hand. A peer that is not installed is left out.
"""

from __future__ import annotations

import argparse
import importlib.util
import platform
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from measure import Contender, interleaved, machine, median_ratio
from peers import (
    c_by_hand,
    casadi_sx,
    jax_jit,
    numpy_by_hand,
    ours,
    python_by_hand,
    torch_eager,
)
from peers.compiler import gcc_version
from problems import Chain, Digits, Made, Moons, Readme, Rosenbrock
from report import digits, replace_between, table

__all__ = ["WORKS", "Entry", "Work", "disagreement", "main", "missing"]

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

README = Path(__file__).parents[1] / "README.md"
TOLERANCE = 1e-9


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
        unit="ms",
        wall=True,
    ),
)

Samples = dict[str, list[float]]


def missing(need: str) -> bool:
    """Say whether a package, or gcc, is not there."""
    if need == "gcc":
        return gcc_version() is None
    return importlib.util.find_spec(need) is None


def disagreement(result: Sequence[float], expected: Sequence[float]) -> float:
    """Return the largest difference, relative to numbers above 1; inf for nan and for lengths."""
    if len(result) != len(expected):
        return float("inf")
    differences = [abs(a - b) / max(1.0, abs(b)) for a, b in zip(result, expected)]
    return max(d if d == d else float("inf") for d in differences)


def measured(work: Work, entries: Sequence[Entry], rounds: int) -> tuple[Samples, dict[str, float]]:
    """Return by name the seconds of each round, and the disagreement with the first entry."""
    problem = work.problem()
    contenders = [
        Contender(entry.name, partial(entry.make, problem), wall=work.wall) for entry in entries
    ]
    try:
        for _ in range(2):  # the second time shows that a run leaves no trace
            results = {contender.name: contender.numbers() for contender in contenders}
            expected = results[contenders[0].name]
            errors = {name: disagreement(r, expected) for name, r in results.items()}
            if max(errors.values()) > TOLERANCE:
                sys.exit(f"{work.name}: {contenders[0].name} and others disagree: {errors}")
        # A compilation is long, and the first one longer: modules are imported, caches filled.
        samples = interleaved(contenders, rounds=rounds, repeats=1 if work.wall else None)
        return samples, errors
    finally:
        for contender in contenders:
            contender.close()


def work_table(
    work: Work, entries: Sequence[Entry], samples: Samples, errors: dict[str, float]
) -> str:
    """Return a line per entry, fastest first, with ratios to our engine and to C by hand."""
    bases = [e.name for e in entries if e.package in {OURS, C}]
    head = [work.name, "median", "fastest", *(f"to {base}" for base in bases), "difference"]
    rows = [
        [
            name,
            work.shown(statistics.median(times)),
            work.shown(min(times)),
            *(digits(median_ratio(times, samples[base])) for base in bases),
            f"{errors[name]:.0e}",
        ]
        for name, times in sorted(samples.items(), key=lambda item: statistics.median(item[1]))
    ]
    return table(head, rows)


def summary_row(work: Work, entries: Sequence[Entry], samples: Samples) -> list[str]:
    """Return the line of the summary: the fastest of each package."""
    cells = [work.name]
    for package in PACKAGES:
        medians = [statistics.median(samples[e.name]) for e in entries if e.package == package]
        cells.append(work.shown(min(medians)) if medians else "-")
    return cells


def versions() -> str:
    """Return the machine, and the versions of the peers that are there."""
    found = [f"NumPy {metadata.version('numpy')}"]
    for name, package in ((TORCH, "torch"), (JAX, "jax"), (CASADI, "casadi")):
        if not missing(package):
            found.append(f"{name.split()[0]} {metadata.version(package)}")
    if gcc := gcc_version():
        found.append(f"gcc {gcc}, {' '.join(platform.libc_ver())}")
    return f"{machine()}, {', '.join(found)}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print a table per piece of work and a summary."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7, help="samples of every contender")
    parser.add_argument("--only", default="", help="only work whose name contains this")
    parser.add_argument("--quick", action="store_true", help="one round: do results agree?")
    parser.add_argument("--write", action="store_true", help="put the summary into README.md")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    if options.write and (options.quick or options.only):
        parser.error("--write needs the whole table: leave out --quick and --only")
    works = [work for work in WORKS if options.only in work.name]
    if not works:
        parser.error(f"--only {options.only!r} is in none of: {', '.join(w.name for w in WORKS)}")
    rounds = 1 if options.quick else options.rounds

    needs = {need for work in works for entry in work.entries for need in entry.needs}
    absent = {need for need in sorted(needs) if missing(need)}
    for need in sorted(absent):
        print(f"{need} is not installed, so what needs it is left out.")
    about = f"Measured on {versions()}. float64, one processor. Medians of {rounds} rounds."
    print(f"{about}\n")

    lines = []
    for work in works:
        entries = [entry for entry in work.entries if not absent.intersection(entry.needs)]
        if entries:
            samples, errors = measured(work, entries, rounds)
            print(f"{work_table(work, entries, samples, errors)}\n", flush=True)
            lines.append(summary_row(work, entries, samples))
    summary = table(["work", *PACKAGES], lines)
    print(summary)
    if options.write:
        replace_between(README, "compiled benchmark", f"{about}\n\n{summary}")


if __name__ == "__main__":
    main()
