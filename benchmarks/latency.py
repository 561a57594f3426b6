"""Time compiling per operation, from function to first result, by the length of a program.

    python benchmarks/latency.py [--most 1000000] [--rounds 3]

The program is a chain of products, sums and tanh, each result added to a total: value and gradient.
The slope is the exponent by which the time grows: 1 is in proportion to the program.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import pairwise

from measure import machine
from peers import ours
from problems import Chain
from report import digits, table

__all__ = ["main", "rows", "seconds"]

SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)


def seconds(operations: int, backend: str, rounds: int) -> float:
    """Return the median of the seconds that a first result takes."""
    run, _ = ours.chain_compile(backend, Chain(operations))
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def rows(sizes: Sequence[int], times: Sequence[float]) -> list[list[str]]:
    """Return a line for each size: time, that of an operation, slope from the size before."""
    longer = [math.log(m / n) for n, m in pairwise(sizes)]
    growth = [math.log(t / s) for s, t in pairwise(times)]
    slopes = ["-", *(f"{g / m:.2f}" for g, m in zip(growth, longer))]
    return [
        [f"{size:,}", f"{digits(1e3 * took)} ms", f"{digits(1e6 * took / size)} µs", slope]
        for size, took, slope in zip(sizes, times, slopes)
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--most", type=int, default=100_000, help="operations at most")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    sizes = [size for size in SIZES if size <= options.most]
    if not sizes or options.rounds < 1:
        parser.error(f"--most must be at least {SIZES[0]}, and --rounds at least 1")
    backend = "llvm" if find_spec("llvmlite") else "numpy"
    seconds(SIZES[0], backend, 1)  # which imports what is needed
    times = [seconds(size, backend, options.rounds) for size in sizes]
    print(f"Measured on {machine()}, by the clock on the wall, {backend}.\n")
    print(table(["operations", "first result", "per operation", "slope"], rows(sizes, times)))


if __name__ == "__main__":
    main()
