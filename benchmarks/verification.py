"""Time what it costs that compiled functions verify themselves: hot calls with and without.

    python benchmarks/verification.py [--rounds 15]

The same function is called by three compiled ones, turn about: verify="auto", verify="never", which
only compares the count of announced changes, and one whose calls check nothing at all.
"""

from __future__ import annotations

import argparse
import statistics
from functools import partial
from typing import TYPE_CHECKING, Any

import autograd
from autograd import Compiled, Value, compile
from autograd.mode import CURRENT
from measure import Contender, interleaved

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["main"]

CALLS = 200  # in one run
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


def work(way: str) -> tuple[Callable[[], float], Callable[[float], tuple[float, ...]]]:
    """Return a function of many calls, and the one from its result to numbers."""
    call: Any = compile(energy, verify="never" if way == "unchecked" else way)
    if way == "unchecked":
        call.__class__ = Unchecked
    for _ in range(WARM):
        call(1.0, 2.0)

    def run() -> float:
        for _ in range(CALLS):
            result: float = call(1.0, 2.0)
        return result

    return run, lambda result: (result,)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the time of a call each way, and what is left for the checks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args(arguments).rounds
    contenders = [Contender(way, partial(work, way)) for way in WAYS]
    samples = interleaved(contenders, rounds=rounds, repeats=None)
    for contender in contenders:
        contender.close()
    for way in WAYS:
        best, middle = min(samples[way]), statistics.median(samples[way])
        print(f"{way:10} {best / CALLS * 1e9:7.0f} ns a call, median {middle / CALLS * 1e9:7.0f}")
    checks = min(samples["auto"]) - min(samples["unchecked"])
    print(f"checks: {checks / CALLS * 1e9:.0f} ns a call, and traces again in 2 % of the time")


if __name__ == "__main__":
    main()
