"""Time the engine eagerly against closures per node and PyTorch; print a Markdown table.

    python benchmarks/eager.py [--rounds 7] [--quick]

Everything is measured in one run, turn about, after the results were checked to be equal.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import statistics
import subprocess
import sys
from functools import partial
from importlib import metadata
from typing import Any

from autograd import Value
from closures_baseline import ClosureValue
from measure import Contender, bytes_allocated, interleaved, machine, median_ratio
from report import digits
from tasks import CLOSURES, OURS, TORCH, chain_task, expression_task, moons_task, same_moons_task
from workloads import chain

__all__ = ["main"]

NO_COLLECTOR = "closures, collector off"
COLUMNS: tuple[str, ...] = (OURS, CLOSURES, NO_COLLECTOR, TORCH)


def measured(
    name: str, task: Any, columns: tuple[str, ...], *, rounds: int, repeats: int = 1
) -> dict[str, list[float]]:
    """Return seconds per run, by column, of engines whose results are equal."""
    contenders = [
        Contender(
            column,
            partial(task, CLOSURES if column == NO_COLLECTOR else column),
            collector=column != NO_COLLECTOR,
        )
        for column in columns
    ]
    try:
        for _ in range(2):  # the second time shows that the update was right as well
            require_equal(name, {contender.name: contender.numbers() for contender in contenders})
        return interleaved(contenders, rounds=rounds, repeats=repeats)
    finally:
        for contender in contenders:
            contender.close()


def require_equal(name: str, results: dict[str, tuple[float, ...]]) -> None:
    """Stop if engines disagree: a fast wrong answer is no result."""
    expected = results[OURS]
    for result in results.values():
        for got, wanted in zip(result, expected, strict=True):
            if not math.isclose(got, wanted, rel_tol=1e-9, abs_tol=1e-12):
                sys.exit(f"{name}: the engines disagree: {results}")


def row(name: str, samples: dict[str, list[float]], scale: float, unit: str) -> str:
    """Return a line of the table: medians, then ratios to our engine."""
    cells = [
        f"{digits(statistics.median(samples[column]) * scale)} {unit}" if column in samples else "-"
        for column in COLUMNS
    ]
    ratios = [
        f"{digits(median_ratio(samples[column], samples[OURS]))}" if column in samples else "-"
        for column in COLUMNS[1:]
    ]
    return f"| {' | '.join([name, *cells, ' / '.join(ratios)])} |"


def memory_row(operations: int) -> str:
    sizes = {
        engine: bytes_allocated(partial(chain, value, operations)) / operations
        for engine, value in ((OURS, Value), (CLOSURES, ClosureValue))
    }
    cells = " | ".join(f"{size:.0f} bytes" for size in sizes.values())
    return f"| a node of the chain | {cells} | - | - | {digits(sizes[CLOSURES] / sizes[OURS])} |"


def import_row(rounds: int) -> str:
    """Return the line of the import: time of fresh interpreters with it, less without."""
    # Installed packages have bytecode; the first run here writes it
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def seconds(statement: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", statement], check=True, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    seconds("import autograd")
    extra = [seconds("import autograd") - seconds("pass") for _ in range(rounds)]
    return f"| `import autograd` | {digits(statistics.median(extra) * 1e3)} ms | - | - | - | - |"


def main() -> None:
    """Run all of it and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7, help="samples of every contender")
    parser.add_argument("--quick", action="store_true", help="leave out the chain of 1,000,000")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    rounds = options.rounds

    columns = COLUMNS
    try:
        torch = f", PyTorch {metadata.version('torch')}"
    except metadata.PackageNotFoundError:
        columns, torch = COLUMNS[:-1], ""
        print("PyTorch is not installed (pip install torch), so its column is empty.")
    print(f"Measured on {machine()}{torch}. Medians of {rounds} rounds; ratios to {OURS}.\n")
    print(f"| work | {' | '.join(COLUMNS)} | ratios |")
    print("|---|" + "---:|" * (len(COLUMNS) + 1))

    for name, task, taking_part, repeats in (
        ("moons step, in a loop", moons_task, columns, 5),
        ("moons step, alone on a clean heap", moons_task, columns, 1),
        ("the same in micrograd's source", same_moons_task, COLUMNS[:3], 1),
    ):
        samples = measured(name, task, taking_part, rounds=rounds, repeats=repeats)
        print(row(name, samples, 1e3, "ms"), flush=True)
    samples = measured("expression", expression_task, columns, rounds=rounds, repeats=500)
    print(row("README expression", samples, 1e6, "µs"), flush=True)
    for operations in (99_999,) if options.quick else (99_999, 999_999):
        task = partial(chain_task, operations=operations)
        few = rounds if operations < 10**5 else min(rounds, 3)
        samples = measured(f"chain of {operations}", task, columns, rounds=few)
        name = f"an operation of {operations + 1:,} in a chain"
        print(row(name, samples, 1e9 / operations, "ns"), flush=True)
    print(memory_row(99_999))
    print(import_row(3 * rounds))


if __name__ == "__main__":
    main()
