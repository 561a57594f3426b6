"""Simplification: the same program in fewer operations, with exactly the same results.

Reading order: draft, identities; then this, which puts them together and counts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from autograd.program.simplify.draft import common_subexpressions, rewritten, without_dead_code
from autograd.program.simplify.identities import (
    constant_folding,
    exact_identities,
    sums_with_constants,
)

if TYPE_CHECKING:
    from autograd.program.program import Program

__all__ = ["REWRITES", "Statistics", "StatisticsByKind", "simplified"]


REWRITES = (constant_folding, sums_with_constants, exact_identities, common_subexpressions)


def simplified(program: Program) -> tuple[Program, Statistics]:
    """Return the program simplified, and how many operations each kind of rewrite saved.

    Every rewrite is exact: results are the same floats, -0.0, inf and nan included. Inputs and
    parameters keep their numbers. A second simplification changes nothing.

    >>> from autograd.primitives import add, exp, mul
    >>> from autograd.program.program import Instruction, Program
    >>> steps = [(mul, (0, 1)), (exp, (2,)), (exp, (0,)), (add, (3, 4))]
    >>> program = Program(1, 0, 0, (1.0,), tuple(Instruction(*step) for step in steps), (5,))
    >>> smaller, statistics = simplified(program)  # exp(x * 1) + exp(x)
    >>> [(op.name, args) for op, args in smaller.instructions]
    [('exp', (0,)), ('add', (1, 1))]
    """
    draft, spared = rewritten(program, REWRITES)
    smaller = without_dead_code(draft)
    steps = []
    count = len(program.instructions)
    for rewrite in REWRITES:
        before, count = count, count - spared[rewrite]
        steps.append(Step(rewrite.__name__.replace("_", " "), before, count))
    steps.append(Step("dead code", count, len(smaller.instructions)))
    return smaller, Statistics(tuple(steps), operations(program), operations(smaller))


class Step(NamedTuple):
    """The number of operations before and after one kind of rewrite."""

    rewrite: str
    before: int
    after: int


@dataclass(frozen=True)
class Statistics:
    """The operations that simplification saved; `str` of it is a table.

    >>> from collections import Counter
    >>> print(Statistics((Step("dead code", 5, 3),), Counter(add=4, exp=1), Counter(add=3)))
                              before     after
    dead code                      5         3
    <BLANKLINE>
    add                            4         3
    exp                            1         0
    """

    steps: tuple[Step, ...]
    before: Counter[str]  # operations by name
    after: Counter[str]

    def __str__(self) -> str:
        lines = [("", "before", "after"), *self.steps, ("", "", "")]
        lines += [(name, self.before[name], self.after[name]) for name, _ in self._by_number()]
        return "\n".join(
            f"{name:<24}{before:>8}{after:>10}".rstrip() for name, before, after in lines
        )

    def _by_number(self) -> list[tuple[str, int]]:
        return (self.before | self.after).most_common()


class StatisticsByKind(dict[str, Statistics]):
    """The statistics of several programs; `str` of it is a table for each."""

    def __str__(self) -> str:
        return "\n\n".join(f"# {kind}\n{statistics}" for kind, statistics in self.items())


def operations(program: Program) -> Counter[str]:
    """Return how often each operation occurs in a program."""
    return Counter(instruction.op.name for instruction in program.instructions)
