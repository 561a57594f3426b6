"""Time compiled programs against C by hand, NumPy, PyTorch, JAX and CasADi; print Markdown tables.

    python benchmarks/compiled.py [--rounds 7] [--only moons] [--text names.txt] [--quick] [--write]

All is measured in one run, turn about, after the results were checked to be equal to 1e-9 to those
by hand. It is float64; entries in float32 say so, and are not in the summary. A peer that is not
installed is left out.
"""

from __future__ import annotations

import argparse
import importlib.util
import platform
import statistics
import sys
from collections.abc import Sequence
from functools import partial
from importlib import metadata
from pathlib import Path

from entries import CASADI, EXACT, JAX, OURS, PACKAGES, TORCH, C, Entry, Work
from measure import Contender, interleaved, machine, median_ratio
from peers.compiler import gcc_version
from report import digits, replace_between, table
from texts import Texts
from works import WORKS

__all__ = ["disagreement", "main", "missing"]

PROJECT = Path(__file__).parents[1]
PAGES = PROJECT / "README.md", PROJECT / "docs" / "compiling.md"  # where the table stands

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
            if any(errors[entry.name] > entry.tolerance for entry in entries):
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
    bases = [entry.name for entry in entries if entry.name in {OURS, C}]
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
    """Return the line of the summary: the fastest of each package in float64, our ratio to C."""
    cells = [work.name]
    exact = [entry for entry in entries if entry.tolerance == EXACT]
    for package in PACKAGES:
        medians = [statistics.median(samples[e.name]) for e in exact if e.package == package]
        cells.append(work.shown(min(medians)) if medians else "-")
    both = OURS in samples and C in samples
    return [*cells, digits(median_ratio(samples[OURS], samples[C])) if both else "-"]


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
    """Measure, print a table per piece of work, the goals and a summary."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7, help="samples of every contender")
    parser.add_argument("--only", default="", help="only work whose name contains this")
    parser.add_argument("--quick", action="store_true", help="one round: do results agree?")
    parser.add_argument("--text", type=Path, help="names for the transformer, else cities")
    parser.add_argument("--write", action="store_true", help="put the summary into the documents")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    if options.write and (options.quick or options.only):
        parser.error("--write needs the whole table: leave out --quick and --only")
    Texts.source = options.text
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

    lines, goals = [], []
    for work in works:
        entries = [entry for entry in work.entries if not absent.intersection(entry.needs)]
        if entries:
            samples, errors = measured(work, entries, rounds)
            print(f"{work_table(work, entries, samples, errors)}\n", flush=True)
            lines.append(summary_row(work, entries, samples))
            goals += [[work.name, *goal.row(samples, work.count)] for goal in work.goals]
    if goals:
        print(f"{table(['work', 'goal', 'who', 'at most', 'figure', 'holds'], goals)}\n")
    summary = table(["work", *PACKAGES, f"{OURS} to {C}"], lines)
    print(summary)
    if options.write:
        for page in PAGES:
            replace_between(page, "compiled benchmark", f"{about}\n\n{summary}")


if __name__ == "__main__":
    main()
