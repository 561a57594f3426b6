"""Time the engine eagerly, in C and in Python, against others; print a Markdown table.

    python benchmarks/eager.py [--rounds 7] [--only chain] [--quick] [--write]

Everything is measured in one run, turn about, after the results were checked to be equal. An
engine that is not installed is left out.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from goals import Goal, aim
from measure import Contender, interleaved, machine, median_ratio
from report import digits, replace_between, table
from tasks import (
    CLOSURES,
    LEAST,
    OURS,
    TORCH,
    XAD,
    chain_task,
    expression_task,
    forward_mode_task,
    gradients_task,
    memory_task,
    moons_task,
    same_moons_task,
    second_derivative_task,
    tracing_task,
    transformer_task,
)

__all__ = ["COLUMNS", "WORKS", "Column", "Work", "main", "measured"]

README = Path(__file__).parents[1] / "README.md"
IN_C = "autograd.native"
IN_PYTHON = f"{OURS} in Python"
NO_COLLECTOR = "closures, collector off"

Samples = dict[str, list[float]]


@dataclass(frozen=True)
class Column:
    """An engine and how it runs."""

    name: str
    engine: str
    needs: str = ""  # a module
    environment: Mapping[str, str] = field(default_factory=dict)
    collector: bool = True

    @property
    def absence(self) -> str:
        """Say why the engine cannot run; nothing where it can."""
        if self.needs == IN_C:
            return str(import_module(IN_C).reason)
        there = not self.needs or importlib.util.find_spec(self.needs)
        return "" if there else f"{self.needs} is not installed"

    def at(self, task: Callable[[str], Any]) -> Contender:
        """Return the engine at a task, in a process of its own."""
        return Contender(
            self.name,
            partial(task, self.engine),
            collector=self.collector,
            environment=self.environment,
        )


COLUMNS = (
    Column(OURS, OURS, IN_C),
    Column(IN_PYTHON, OURS, environment={"AUTOGRAD_PURE": "1"}),
    Column(LEAST, LEAST),
    Column(CLOSURES, CLOSURES),
    Column(NO_COLLECTOR, CLOSURES, collector=False),
    Column(XAD, XAD, "xad"),
    Column(TORCH, TORCH, "torch"),
)
EVERYONE = tuple(column.name for column in COLUMNS)
NOT_XAD = tuple(name for name in EVERYONE if name != XAD)


@dataclass(frozen=True)
class Work:
    """What is timed, and by whom: a time is that of a run divided by `count`, in `unit`."""

    name: str
    task: Callable[[str], Any]
    columns: tuple[str, ...] = EVERYONE
    unit: str = "ms"
    count: int = 1
    repeats: int | None = 1  # runs in a sample, see `interleaved`
    most_rounds: int = 100
    goals: tuple[Goal, ...] = ()

    def shown(self, seconds: float) -> str:
        """Return the time of a run as that of one thing."""
        return f"{digits(seconds / self.count * {'ns': 1e9, 'µs': 1e6, 'ms': 1e3}[self.unit])}"


def chain_work(
    operations: int,
    goals: tuple[Goal, ...] = (),
    task: Any = chain_task,
    name: str = "an operation",
    columns: tuple[str, ...] = EVERYONE,
) -> Work:
    """Return the work of a chain with one operation less, which is a multiple of three."""
    count = operations - 1
    return Work(
        f"{name} of {operations:,} in a chain",
        partial(task, operations=count),
        columns,
        unit="ns",
        count=count,
        repeats=None if operations < 10_000 else 1,
        most_rounds=100 if operations < 1_000_000 else 3,
        goals=goals,
    )


WORKS = (
    Work(
        "moons step by nn, in a loop",
        moons_task,
        NOT_XAD,
        repeats=5,
        goals=(aim(OURS, 1 / 150, CLOSURES),),
    ),
    Work("moons step by nn, alone on a clean heap", moons_task, NOT_XAD),
    Work("moons step in micrograd's source", same_moons_task, EVERYONE[:5]),
    Work("plain transformer, a step", transformer_task, NOT_XAD, goals=(aim(OURS, 1 / 18, LEAST),)),
    Work(
        "README expression",
        expression_task,
        unit="µs",
        repeats=500,
        goals=(aim(OURS, 1 / 35, CLOSURES), aim(OURS, 1.3e-6)),
    ),
    chain_work(1_000, (aim(OURS, 45e-9),)),
    chain_work(100_000),
    chain_work(1_000_000, (aim(OURS, 110e-9),)),
    chain_work(1_000, (), gradients_task, "gradients() through one", (OURS, IN_PYTHON, TORCH)),
    chain_work(
        1_000, (), second_derivative_task, "second derivative by one", (OURS, IN_PYTHON, TORCH)
    ),
    chain_work(1_000, (), forward_mode_task, "forward mode through one", (OURS, IN_PYTHON, TORCH)),
    chain_work(1_000, (aim(OURS, 100e-9),), tracing_task, "tracing one", (OURS, IN_PYTHON)),
)


def measured(work: Work, columns: Sequence[Column], rounds: int) -> Samples:
    """Return seconds per run, by column, of engines whose results are equal."""
    contenders = [column.at(work.task) for column in columns]
    try:
        for _ in range(2):  # the second time shows that the update was right as well
            require_equal(work.name, {each.name: each.numbers() for each in contenders})
        return interleaved(contenders, rounds=rounds, repeats=work.repeats)
    finally:
        for contender in contenders:
            contender.close()


def require_equal(name: str, results: dict[str, tuple[float, ...]]) -> None:
    """Stop if engines disagree: a fast wrong answer is no result."""
    expected = next(iter(results.values()))
    for result in results.values():
        for got, wanted in zip(result, expected, strict=True):
            if not math.isclose(got, wanted, rel_tol=1e-9, abs_tol=1e-12):
                sys.exit(f"{name}: the engines disagree: {results}")


def row(work: Work, samples: Samples, columns: Sequence[Column]) -> list[str]:
    """Return a line of the table: medians, with ratios to the first column."""
    base = samples[columns[0].name]
    cells = [f"{work.name}, {work.unit}"]
    for column in columns:
        if column.name not in samples:
            cells.append("-")
            continue
        times = samples[column.name]
        ratio = "" if times is base else f" ({digits(median_ratio(times, base))})"
        cells.append(f"{work.shown(statistics.median(times))}{ratio}")
    return cells


def memory_row(columns: Sequence[Column]) -> list[str]:
    """Return the line of the bytes that a node takes, as Python's allocator counts them."""
    sizes: list[float] = []
    cells = ["a node of the chain, bytes"]
    for column in columns:
        if column.engine in {XAD, TORCH} or not column.collector:
            cells.append("-")  # it allocates by itself; or as in the column before
            continue
        contender = column.at(partial(memory_task, operations=99_999))
        sizes += contender.numbers()
        contender.close()
        cells.append(
            f"{sizes[-1]:.0f} ({digits(sizes[-1] / sizes[0])})" if sizes[1:] else f"{sizes[0]:.0f}"
        )
    return cells


def import_row(columns: Sequence[Column], rounds: int) -> list[str]:
    """Return the line of the import: time of fresh interpreters with it, less without."""
    # Installed packages have bytecode; the first run here writes it
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def seconds(statement: str, environment: Mapping[str, str]) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-c", statement], check=True, env={**inherited, **environment}
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    cells = ["`import autograd`, ms"]
    for column in columns:
        if column.engine != OURS:
            cells.append("-")
            continue
        with_it = partial(seconds, "import autograd", column.environment)
        with_it()
        extra = [with_it() - seconds("pass", {}) for _ in range(rounds)]
        cells.append(digits(statistics.median(extra) * 1e3))
    return cells


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all of it and print the table, and the goals."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7, help="samples of every contender")
    parser.add_argument("--only", default="", help="only work whose name contains this")
    parser.add_argument("--quick", action="store_true", help="leave out the chain of 1,000,000")
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    if options.write and (options.quick or options.only):
        parser.error("--write needs the whole table: leave out --quick and --only")
    works = [work for work in WORKS if options.only in work.name]
    if options.quick:
        works = [work for work in works if work.count < 10**5]
    if not works:
        parser.error(f"--only {options.only!r} is in none of: {', '.join(w.name for w in WORKS)}")

    absences = [column.absence for column in COLUMNS]
    for column, absence in zip(COLUMNS, absences):
        if absence:
            print(f"The column {column.name!r} is left out: {absence}.")
    columns = [column for column, absence in zip(COLUMNS, absences) if not absence]
    about = (
        f"Measured on {versions(columns)}. Medians of {options.rounds} rounds; in brackets, "
        f"the times of {columns[0].name} that each takes."
    )
    print(f"{about}\n")

    rows, goals = [], []
    for work in works:
        taking_part = [column for column in columns if column.name in work.columns]
        samples = measured(work, taking_part, min(options.rounds, work.most_rounds))
        rows.append(row(work, samples, columns))
        goals += [[work.name, *goal.row(samples, work.count)] for goal in work.goals]
        print(" | ".join(rows[-1]), flush=True)
    if not options.only:
        rows += [memory_row(columns), import_row(columns, 3 * options.rounds)]
    result = table(["work", *(column.name for column in columns)], rows)
    print(f"\n{result}")
    if goals:
        print(f"\n{table(['work', 'goal', 'who', 'at most', 'figure', 'holds'], goals)}")
    if options.write:
        replace_between(README, "eager benchmark", f"{about}\n\n{result}")


def versions(columns: Sequence[Column]) -> str:
    """Return the machine, and the versions of the peers that are there."""
    found = [machine()]
    for column in columns:
        if column.needs in {"xad", "torch"}:
            name = column.name.split()[0]
            found.append(f"{name} {metadata.version(column.needs)}")
    return ", ".join(found)


if __name__ == "__main__":
    main()
