"""Statistics: how many operations a program had before and after each simplification."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from autograd.program.program import Program

__all__ = ["Statistics", "StatisticsByKind", "Step", "operations"]


class Step(NamedTuple):
    """The number of operations before and after one kind of rewrite."""

    rewrite: str
    before: int
    after: int


@dataclass(frozen=True)
class Statistics:
    """What simplification did; `str` of it is a table.

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
