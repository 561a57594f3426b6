"""Time engines turn about, each in a process of its own."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import platform
import statistics
import sys
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from multiprocessing.connection import Connection
    from typing import TypeAlias

    # Called in the new process: returns the function to time, and one from its result to the
    # numbers on which all engines must agree.
    Make: TypeAlias = Callable[[], tuple[Callable[[], Any], Callable[[Any], tuple[float, ...]]]]

__all__ = ["Contender", "bytes_allocated", "interleaved", "machine", "median_ratio"]


class Contender:
    """An engine at one piece of work, in a process that has imported nothing else.

    The cyclic garbage collector walks over all that a process holds, so that the modules of one
    engine would cost the others time. `collector` says whether it runs. The process has these
    variables in its environment besides those that this one has.

    The process keeps to one processor and its processor time is taken, which other programs on the
    machine disturb least. All the work here has one thread at a time, and what has threads of its
    own is faster this way (a jitted step of JAX: 17 µs, against 31 on two processors). With `wall`
    it has all processors and the clock is the one on the wall, for work done by other programs too.
    """

    def __init__(
        self,
        name: str,
        make: Make,
        *,
        collector: bool = True,
        wall: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        clock = time.perf_counter if wall else time.process_time
        self._process = context.Process(
            target=serve, args=(theirs, make, collector, clock), daemon=True
        )
        with (
            contextlib.nullcontext() if wall else one_processor(),
            variables(environment or {}),
        ):
            self._process.start()

    def numbers(self) -> tuple[float, ...]:
        """Do the work once and return its results."""
        numbers: tuple[float, ...] = self._ask(0)
        return numbers

    def seconds(self, repeats: int) -> float:
        """Return the time of the work, the mean of several times in a row."""
        seconds: float = self._ask(repeats)
        return seconds

    def _ask(self, repeats: int) -> Any:
        self._connection.send(repeats)
        try:
            return self._connection.recv()
        except EOFError:
            sys.exit(f"{self.name}: its process ended; what went wrong is printed above")

    def close(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.join()


@contextlib.contextmanager
def one_processor() -> Iterator[None]:
    """Keep this process, and those that it starts meanwhile, to one processor (on Linux)."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    processors = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(processors)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, processors)


@contextlib.contextmanager
def variables(environment: Mapping[str, str]) -> Iterator[None]:
    """Add these variables to the environment, which processes that start meanwhile inherit."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def serve(connection: Connection, make: Make, collector: bool, clock: Callable[[], float]) -> None:
    """Answer requests until the other end closes: 0 asks for numbers, n for the time of n runs.

    Garbage is collected and the last result is freed outside the timed part; within it the
    collector runs as in any program, or not at all.
    """
    sys.setrecursionlimit(10**8)  # closures order their nodes by recursion
    run, numbers = make()
    while True:
        try:
            repeats = connection.recv()
        except EOFError:
            return
        if not repeats:
            connection.send(numbers(run()))
            continue
        gc.collect()
        if not collector:
            gc.disable()
        start = clock()
        for _ in range(repeats):
            result = run()
        seconds = clock() - start
        del result
        gc.enable()
        connection.send(seconds / repeats)


def interleaved(
    contenders: list[Contender], *, rounds: int, repeats: int | None
) -> dict[str, list[float]]:
    """Return seconds per run of every contender, one sample per round.

    They take turns in both directions, so that a machine that slows down or speeds up favours
    nobody. `repeats` is the number of runs in a sample, None as many as take about 30 ms.
    """
    runs = {contender.name: repeats or _runs(contender) for contender in contenders}
    samples: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for number in range(rounds):
        for contender in contenders if number % 2 else reversed(contenders):
            samples[contender.name].append(contender.seconds(runs[contender.name]))
    return samples


def _runs(contender: Contender) -> int:
    """Return how many runs take about 30 ms, in a loop that is as long: the first may be slow."""
    runs = 1
    while (seconds := contender.seconds(runs)) * runs < 0.03:
        runs *= 4
    return max(1, round(0.03 / seconds))


def median_ratio(slow: list[float], fast: list[float]) -> float:
    """Return how many times faster, as the median over the rounds of the ratio within a round."""
    return statistics.median(a / b for a, b in zip(slow, fast))


def bytes_allocated(make: Callable[[], Any]) -> int:
    """Return the memory that the result of `make` holds, as Python's allocator counts it."""
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    result = make()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del result
    gc.collect()
    return after - before


def machine() -> str:
    """Return processor, system and Python in one line."""
    processor = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                processor = line.partition(":")[2].strip()
                break
    system = f"{platform.system()} {platform.release().partition('-')[0]}"
    return f"{processor}, {os.cpu_count()} cores, {system}, Python {sys.version.split()[0]}"
