"""Time the engine eagerly against closures per node and PyTorch; print a Markdown table.

    python benchmarks/eager.py [--rounds 7] [--quick]

Everything is measured in one run, turn about, after the results were checked to be equal.
"""

from __future__ import annotations

import argparse
import math
import statistics
import subprocess
import sys
import time
from functools import partial
from typing import Any

from closures_baseline import ClosureMLP, ClosureValue
from measure import Contender, bytes_allocated, interleaved, machine, median_ratio
from torch_eager import TorchMoons, load, scalar
from workloads import chain, moons, moons_step, readme_expression

import nn
from autograd import Value, dot

__all__ = ["main"]

OURS = "scalar-autograd"
CLOSURES = "closures per node"
NO_COLLECTOR = "closures, collector off"
TORCH = "PyTorch eager"
COLUMNS = (OURS, CLOSURES, NO_COLLECTOR, TORCH)

DATA = moons()
SIZES = (2, 16, 16, 1)


def require_equal(name: str, *results: Any) -> None:
    """Stop if engines disagree: a fast wrong answer is no result."""
    for result in results[1:]:
        for got, expected in zip(result, results[0], strict=True):
            if not math.isclose(got, expected, rel_tol=1e-9, abs_tol=1e-12):
                sys.exit(f"{name}: the engines disagree, {results}")


def expression_contenders(torch: Any) -> list[Contender]:
    work = {
        OURS: partial(readme_expression, Value),
        CLOSURES: partial(readme_expression, ClosureValue),
        NO_COLLECTOR: partial(readme_expression, ClosureValue),
    }
    if torch:
        work[TORCH] = partial(readme_expression, scalar(torch))
    require_equal("README expression", *(run() for run in work.values()))
    return contenders(work)


def chain_contenders(torch: Any, operations: int) -> list[Contender]:
    def forward_and_backward(value: Any) -> tuple[Any, Any]:
        end, weight = chain(value, operations)
        end.backward()
        return end, weight

    work = {
        OURS: partial(forward_and_backward, Value),
        CLOSURES: partial(forward_and_backward, ClosureValue),
        NO_COLLECTOR: partial(forward_and_backward, ClosureValue),
    }
    if torch:
        work[TORCH] = partial(forward_and_backward, scalar(torch))
    results = [run() for run in work.values()]
    numbers = [(float(end.data), float(weight.grad)) for end, weight in results]
    require_equal(f"chain of {operations:,}", *numbers)
    return contenders(work)


class OurMoons:
    """The moons step with the losses and the optimizer of `nn`."""

    def __init__(self, model: nn.MLP) -> None:
        self.model = model
        self.optimizer = nn.SGD(model.parameters(), lr=0.05)

    def step(self) -> float:
        points, labels = DATA
        parameters = self.model.parameters()
        loss = nn.hinge_loss([self.model(point) for point in points], labels)
        loss += 1e-4 * dot(parameters, parameters)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return float(loss.data)


def models() -> tuple[ClosureMLP, nn.MLP]:
    """Return equal models of both engines."""
    theirs = ClosureMLP(SIZES, seed=7)
    ours = nn.MLP(SIZES[0], SIZES[1:])
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        mine.data = other.data
    return theirs, ours


def moons_contenders(torch: Any, *, own_words: bool) -> list[Contender]:
    """Return the moons step; ours in its own words, with `nn`, or exactly as micrograd's."""

    def steps() -> dict[str, Any]:
        theirs, ours = models()
        work = {
            OURS: OurMoons(ours).step if own_words else partial(moons_step, ours, DATA),
            CLOSURES: partial(moons_step, theirs, DATA),
            NO_COLLECTOR: partial(moons_step, models()[0], DATA),
        }
        if torch:
            layers = [[[p.data for p in (*w, b)] for w, b in layer] for layer in theirs.layers]
            work[TORCH] = TorchMoons(torch, layers, DATA).step
        return work

    checked = steps()
    require_equal("moons step", *([run() for _ in range(5)] for run in checked.values()))
    return contenders(steps())


def contenders(work: dict[str, Any]) -> list[Contender]:
    return [Contender(name, run, collector=name != NO_COLLECTOR) for name, run in work.items()]


def row(name: str, samples: dict[str, list[float]], scale: float, unit: str) -> str:
    cells = [
        f"{statistics.median(samples[column]) * scale:,.3g} {unit}" if column in samples else "-"
        for column in COLUMNS
    ]
    ratios = [
        f"{median_ratio(samples[column], samples[OURS]):,.3g}x" if column in samples else "-"
        for column in COLUMNS[1:]
    ]
    return f"| {' | '.join([name, *cells, ' / '.join(ratios)])} |"


def memory_row(operations: int) -> str:
    sizes = {
        OURS: bytes_allocated(lambda: chain(Value, operations)),
        CLOSURES: bytes_allocated(lambda: chain(ClosureValue, operations)),
    }
    cells = [f"{sizes[name] / operations:,.0f} bytes" for name in sizes]
    ratio = f"{sizes[CLOSURES] / sizes[OURS]:.3g}x / - / -"
    return f"| memory per operation of the chain | {' | '.join(cells)} | - | - | {ratio} |"


def import_seconds(statement: str) -> float:
    """Return the wall time of a fresh interpreter that runs one statement."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return time.perf_counter() - start


def import_row(rounds: int) -> str:
    bare, ours = [], []
    for _ in range(rounds):
        bare.append(import_seconds("pass"))
        ours.append(import_seconds("import autograd"))
    extra = statistics.median(a - b for a, b in zip(ours, bare))
    return f"| `import autograd`, over bare Python | {extra * 1e3:.3g} ms | - | - | - | - |"


def main() -> None:
    """Run all of it and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7, help="samples of every contender")
    parser.add_argument("--quick", action="store_true", help="leave out the chain of 1,000,000")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    sys.setrecursionlimit(10**8)  # the baseline orders its nodes by recursion
    torch, reason = load()

    print(f"Measured on: {machine()}{f', PyTorch {torch.__version__}' if torch else ''}.")
    print(
        "Processor time, medians; the ratios: how much longer each of the others takes, in order."
    )
    if reason:
        print(reason + ".")
    print(f"\n| work | {' | '.join(COLUMNS)} | ratios |")
    print("|---|" + "---:|" * (len(COLUMNS) + 1))
    timed = partial(interleaved, rounds=options.rounds)
    for name, own_words in (("moons step", True), ("moons step, micrograd's source", False)):
        samples = timed(moons_contenders(torch, own_words=own_words), repeats=1)
        print(row(name, samples, 1e3, "ms"), flush=True)
    samples = timed(expression_contenders(torch), repeats=500)
    print(row("README expression", samples, 1e6, "µs"), flush=True)
    for operations in (99_999, 999_999)[: 1 if options.quick else 2]:
        rounds = min(options.rounds, 3) if operations > 100_000 else options.rounds
        samples = interleaved(chain_contenders(torch, operations), rounds=rounds, repeats=1)
        name = f"chain of {operations + 1:,}, per operation"
        print(row(name, samples, 1e9 / operations, "ns"), flush=True)
    print(memory_row(99_999))
    print(import_row(3 * options.rounds))


if __name__ == "__main__":
    main()
