"""The draft of a program being written: each new operation is simplified before it is added.

Every simplification is a `Rewrite`. One walk over a program defines all its instructions anew;
those that nothing needs any more are dropped afterwards.
"""

from __future__ import annotations

import logging
import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from autograd.program.program import Instruction, bits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from autograd.primitive import Primitive
    from autograd.program.program import Program

    Rewrite: TypeAlias = Callable[["Draft", Primitive, tuple[int, ...]], int | Instruction | None]


NOWHERE = sys.maxsize  # the place of a variable that a draft has no equal of

LIMIT = 16  # rewrites of one operation in a row; the longest chain of ours is 4

_logger = logging.getLogger("autograd")


class Draft:
    """The variables of a program so far.

    Variables from 0 are the inputs, then the results of the instructions; the constants, whose
    number is not known yet, are -1, -2, ...
    """

    def __init__(self, inputs: int, rewrites: Sequence[Rewrite]) -> None:
        self.inputs = inputs
        self.numbers: list[float] = []
        self.instructions: list[Instruction] = []
        self.known: dict[tuple[Primitive, tuple[int, ...]], int] = {}  # where each is computed
        self.spared: Counter[Rewrite] = Counter()  # the operations that each rewrite made needless
        self._rewrites = tuple(rewrites)
        self._constants: dict[bytes, int] = {}
        self._restless: set[Primitive] = set()

    def constant(self, number: float) -> int:
        """Return the variable of a constant; numbers of the same bits share one."""
        variable = self._constants.setdefault(bits(number), ~len(self.numbers))
        if variable == ~len(self.numbers):
            self.numbers.append(number)
        return variable

    def number(self, variable: int) -> float | None:
        """Return the number of a constant, None for any other variable."""
        return self.numbers[~variable] if variable < 0 else None

    def definition(self, variable: int) -> Instruction | None:
        """Return the instruction that computes a variable, None for inputs and constants."""
        position = variable - self.inputs
        return self.instructions[position] if position >= 0 else None

    def define(self, op: Primitive, args: tuple[int, ...]) -> int:
        """Return the variable that holds the result of an operation, in its simplest form.

        Operands are simple already, so that an operation which no rewrite changes now stays as it
        is: one walk over a program is enough. Rewrites that undo each other are stopped and logged.
        """
        for _ in range(LIMIT):
            for rewrite in self._rewrites:
                found = rewrite(self, op, args)
                if isinstance(found, int):
                    self.spared[rewrite] += 1
                    return found
                if found is not None:
                    op, args = found
                    break
            else:
                return self._added(op, args)
        if op not in self._restless:
            self._restless.add(op)
            _logger.warning(
                "simplifying %r did not end within %d rewrites; it is left as it was then",
                op.name,
                LIMIT,
            )
        return self._added(op, args)

    def completed(self, program: Program, place: Sequence[int]) -> Program:
        """Return the draft as a program, where `place` holds the variables of another one.

        A label or a line goes to the variable that now holds the number, unless that has one.
        """
        # Constants come between the inputs and the instructions; here they count from the end
        first = self.inputs + len(self.numbers)
        final = [
            *range(self.inputs),
            *range(first, first + len(self.instructions)),
            *reversed(range(self.inputs, first)),
        ].__getitem__

        def moved(texts: dict[int, str]) -> dict[int, str]:
            found: dict[int, str] = {}
            for variable in sorted(texts):
                if place[variable] != NOWHERE:
                    found.setdefault(final(place[variable]), texts[variable])
            return found

        return program.changed(
            constants=tuple(self.numbers),
            instructions=tuple(
                [Instruction(op, tuple(map(final, args))) for op, args in self.instructions]
            ),
            outputs=tuple([final(place[output]) for output in program.outputs]),
            sums=tuple([final(place[output]) for output in program.sums]),
            names=moved(program.names),
            lines=moved(program.lines),
        )

    def _added(self, op: Primitive, args: tuple[int, ...]) -> int:
        self.known[op, args] = variable = self.inputs + len(self.instructions)
        self.instructions.append(Instruction(op, args))
        return variable


def rewritten(program: Program, rewrites: Sequence[Rewrite]) -> tuple[Program, Counter[Rewrite]]:
    """Return the program with rewrites applied, and the number of operations each one spared.

    Operations that are no longer needed stay.
    """
    draft = Draft(program.inputs, rewrites)
    place = [*range(program.inputs), *map(draft.constant, program.constants)]
    for op, args in program.instructions:
        place.append(draft.define(op, tuple(map(place.__getitem__, args))))
    return draft.completed(program, place), draft.spared


def common_subexpressions(draft: Draft, op: Primitive, args: tuple[int, ...]) -> int | None:
    """Replace the operation by an earlier one that is the same.

    Exact: an operation is a function of its operands. These are compared as variables, and
    constants by their bits, so that 0.0 and -0.0 stay apart; inputs are never the same. The order
    of two operands does not matter where the row says so.
    """
    found = draft.known.get((op, args))
    if found is None and op.commutative and not args[2:]:
        return draft.known.get((op, args[::-1]))
    return found


def without_dead_code(program: Program) -> Program:
    """Leave out operations that no output and no sum needs. Exact: nothing that is read changes."""
    needed = {*range(program.inputs), *program.outputs, *program.sums}
    for number in range(program.size - 1, program.first - 1, -1):
        if number in needed:
            needed.update(program.instructions[number - program.first].args)
    if len(needed) == program.size:
        return program
    return renumbered(program, {old: new for new, old in enumerate(sorted(needed))})


def renumbered(program: Program, place: Mapping[int, int]) -> Program:
    """Return the program of the variables that have a place, which is their number then.

    Inputs may change places; constants and instructions keep their order.
    """
    return program.changed(
        constants=tuple(
            [
                number
                for variable, number in enumerate(program.constants, program.inputs)
                if variable in place
            ]
        ),
        instructions=tuple(
            [
                Instruction(op, tuple(map(place.__getitem__, args)))
                for variable, (op, args) in enumerate(program.instructions, program.first)
                if variable in place
            ]
        ),
        outputs=tuple([place[output] for output in program.outputs]),
        sums=tuple([place[output] for output in program.sums]),
        names={place[v]: name for v, name in program.names.items() if v in place},
        lines={place[v]: line for v, line in program.lines.items() if v in place},
    )


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
