"""Interleaved timing: every contender once per round, medians over the rounds."""

from __future__ import annotations

import gc
import os
import platform
import statistics
import sys
import time
import tracemalloc
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Contender", "bytes_allocated", "interleaved", "machine", "median_ratio"]


@dataclass(frozen=True)
class Contender:
    """One way to do the work; `collector` says whether the cyclic garbage collector runs."""

    name: str
    work: Callable[[], Any]
    collector: bool = True


def interleaved(
    contenders: list[Contender], *, rounds: int, repeats: int
) -> dict[str, list[float]]:
    """Return seconds per call of every contender, one sample per round.

    Time is that of the processor, which other programs on the machine disturb least; all the work
    here is done in one thread. Garbage is collected and the last result is freed outside the timed
    part; within it the collector runs as it does in any program, or not at all. What was imported
    before is frozen out of the collector's sight: else every engine would pay for walking over
    PyTorch's modules. Turns go round in both directions, so that a machine that slows down or
    speeds up favours nobody.
    """
    gc.collect()
    gc.freeze()
    samples: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for number in range(rounds):
        for contender in contenders if number % 2 else reversed(contenders):
            gc.collect()
            if not contender.collector:
                gc.disable()
            try:
                start = time.process_time()
                for _ in range(repeats):
                    result = contender.work()
                samples[contender.name].append((time.process_time() - start) / repeats)
            finally:
                gc.enable()
            del result
    gc.unfreeze()
    gc.collect()
    return samples


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
