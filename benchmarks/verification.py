"""Time what it costs that compiled functions verify themselves: hot calls with and without.

    python benchmarks/verification.py [--rounds 2000]

The same function is called by three compiled ones, turn about in one process: verify="auto",
verify="never", which only compares the count of announced changes, and one whose calls check
nothing at all. The quickest runs of each are compared: they met no trace and no other program.
"""

from __future__ import annotations

import argparse
import statistics
from time import perf_counter
from typing import TYPE_CHECKING, Any

import autograd
from autograd import Compiled, Value, compile
from autograd.mode import CURRENT

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

CALLS = 50  # in one run, which is over before the time between two traces
WARM = 20_000  # calls before any is timed: those at first are all verified
WAYS = ("auto", "never", "unchecked")


def energy(x: Value, y: Value) -> Value:
    """The first expression of docs/compiling.md."""
    return x * y + autograd.sin(x)


class Unchecked(Compiled):
    """A compiled function whose quick calls look for no change."""

    def _results(self, kind: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        programs = self._programs
        quick = programs.quick[kind].get(len(args))
        if quick is not None and not kwargs:
            for arg in args:
                if type(arg) is not float:
                    break
            else:
                if CURRENT.get().tracing is None:
                    return quick[0](args)
        return super()._results(kind, args, kwargs)


def warm(way: str) -> Any:
    """Return the function compiled one way, after the calls at first, which are all verified."""
    call: Any = compile(energy, verify="never" if way == "unchecked" else way)
    if way == "unchecked":
        call.__class__ = Unchecked
    for _ in range(WARM):
        call(1.0, 2.0)
    return call


def seconds(call: Any) -> float:
    """Return how long a call takes, of many in one run."""
    began = perf_counter()
    for _ in range(CALLS):
        call(1.0, 2.0)
    return (perf_counter() - began) / CALLS


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the time of a call each way, and what is left for the checks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2000)
    rounds = parser.parse_args(arguments).rounds
    calls = {way: warm(way) for way in WAYS}
    samples: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way, call in calls.items():
            samples[way].append(seconds(call))
    for way, times in samples.items():
        best, middle = min(times), statistics.median(times)
        print(f"{way:10} {best * 1e9:7.0f} ns a call, median {middle * 1e9:7.0f}")
    checks = min(samples["auto"]) - min(samples["unchecked"])
    print(f"checks: {checks * 1e9:.0f} ns a call, and traces again in 2 % of the time")


if __name__ == "__main__":
    main()
