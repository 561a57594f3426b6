"""The draft of a program being written: each new operation is simplified before it is added.

Every simplification is a `Rewrite`. One walk over a program defines all its instructions anew;
those that nothing needs any more are dropped afterwards.
"""

from __future__ import annotations

import logging
import sys
from collections import Counter
from dataclasses import dataclass
from math import inf
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from autograd.program.program import Instruction, bits, on_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from autograd.primitive import Primitive
    from autograd.program.program import Program

    Rewrite: TypeAlias = Callable[["Draft", Primitive, tuple[int, ...]], int | Instruction | None]
    Form: TypeAlias = tuple[Any, ...]
    Function: TypeAlias = Callable[..., Any]


NOWHERE = sys.maxsize  # the place of a variable that a draft has no equal of

LIMIT = 16  # rewrites of one operation in a row; the longest chain of ours is 4

LONGEST = 3  # operands that a form tells apart, as many as a pattern has

_logger = logging.getLogger("autograd")


def for_forms(fits: Callable[[Draft, Form], Any]) -> Callable[[Function], Function]:
    """Return a decorator that tells of a rewrite which forms it may change: see `Draft.form`.

    Few forms occur in a program, so that most operations are seen to be simple at once.
    """

    def with_forms(rewrite: Function) -> Function:
        rewrite.fits = fits  # type: ignore[attr-defined]
        return rewrite

    return with_forms


class Draft:
    """The variables of a program so far.

    Variables from 0 are the inputs, then the results of the instructions; the constants, whose
    number is not known yet, are -1, -2, ...
    """

    def __init__(self, inputs: int, rewrites: Sequence[Rewrite]) -> None:
        self.inputs = inputs
        self.numbers: list[float] = []
        self.instructions: list[tuple[Primitive, tuple[int, ...]]] = []
        self.known: dict[tuple[Primitive, tuple[int, ...]], int] = {}  # where each is computed
        self.spared: Counter[Rewrite] = Counter()  # the operations that each rewrite made needless
        self._rewrites = [rewrite for rewrite in rewrites if rewrite is not common_subexpressions]
        self._shares = len(self._rewrites) < len(rewrites)
        self._kinds: dict[int, Any] = dict.fromkeys(range(inputs))  # of the variables, see `form`
        self._tried: dict[Form, list[Rewrite]] = {}  # the rewrites that may change each form
        self._constants: dict[bytes, int] = {}
        self._restless: set[Primitive] = set()

    def constant(self, number: float) -> int:
        """Return the variable of a constant; numbers of the same bits share one."""
        variable = self._constants.setdefault(bits(number), ~len(self.numbers))
        if variable == ~len(self.numbers):
            self.numbers.append(number)
            self._kinds[variable] = variable
        return variable

    def number(self, variable: int) -> float | None:
        """Return the number of a constant, None for any other variable."""
        return self.numbers[~variable] if variable < 0 else None

    def definition(self, variable: int) -> tuple[Primitive, tuple[int, ...]] | None:
        """Return the operation that computes a variable, None for inputs and constants."""
        position = variable - self.inputs
        return self.instructions[position] if position >= 0 else None

    def form(self, op: Primitive, args: tuple[int, ...]) -> Form:
        """Return the row of an operation and the kinds of its operands.

        The kind of a constant is its variable, below 0; of any other operand, the row that computes
        it, or None. Many operands are all of one kind: that of a constant, if one is among them.
        """
        if len(args) <= LONGEST:
            return (op, *map(self._kinds.__getitem__, args))
        least = min(args)
        return (op, *[least if least < 0 else None] * (LONGEST + 1))

    def define(self, op: Primitive, args: tuple[int, ...]) -> int:
        """Return the variable that holds the result of an operation, in its simplest form.

        Operands are simple already, so that an operation which no rewrite changes now stays as it
        is: one walk over a program is enough, and what is known stays. Rewrites that undo each
        other are stopped and logged.
        """
        for _ in range(LIMIT):
            found = self.known.get((op, args)) if self._shares else None
            if found is None and self._shares and op.commutative:
                found = common_subexpressions(self, op, args)
            if found is not None:
                self.spared[common_subexpressions] += 1
                return found
            if not self._rewrites:
                return self._added(op, args)
            form = self.form(op, args)
            rewrites = self._tried.get(form)
            if rewrites is None:
                rewrites = self._tried[form] = self._fitting(form)
            for rewrite in rewrites:
                simpler = rewrite(self, op, args)
                if isinstance(simpler, int):
                    self.spared[rewrite] += 1
                    return simpler
                if simpler is not None:
                    op, args = simpler
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

    def _fitting(self, form: Form) -> list[Rewrite]:
        """Return the rewrites that may change operations of a form."""
        fits = [getattr(rewrite, "fits", _always) for rewrite in self._rewrites]
        return [rewrite for rewrite, may in zip(self._rewrites, fits) if may(self, form)]

    def completed(
        self, program: Program, place: Sequence[int], order: Sequence[int] = (), live: bool = False
    ) -> Program:
        """Return the draft as a program, where `place` holds the variables of another one.

        A label or a line goes to the variable that now holds the number, unless that has one. With
        `order`, the inputs are in this order; with `live`, what nothing needs is left out.
        """
        outputs = [place[output] for output in program.outputs]
        sums = [place[output] for output in program.sums]
        size = self.inputs + len(self.instructions)
        # Constants count from the end here, as they do in a list. They come before the instructions
        kept: Collection[int] = range(~len(self.numbers), size)
        if live:
            kept = self._needed(outputs, sums)
        final = [NOWHERE] * (size + len(self.numbers))
        for number, variable in enumerate(order or range(self.inputs)):
            final[variable] = number
        # Smallest first: so tables are regular that hold the places of items in their order
        ranked = [(inf if x != x else x, v) for v, x in enumerate(self.numbers) if ~v in kept]
        numbered = [~v for _, v in sorted(ranked)]
        constants = tuple([self.numbers[~v] for v in numbered])
        numbered += [v for v in range(self.inputs, size) if v in kept]
        for number, variable in enumerate(numbered, self.inputs):
            final[variable] = number
        instructions = [self.instructions[v - self.inputs] for v in numbered[len(constants) :]]

        def moved(texts: dict[int, str]) -> dict[int, str]:
            found: dict[int, str] = {}
            for variable in sorted(texts):
                if place[variable] != NOWHERE and final[place[variable]] != NOWHERE:
                    found.setdefault(final[place[variable]], texts[variable])
            return found

        return program.changed(
            constants=constants,
            instructions=on_variables(instructions, final),
            outputs=tuple([final[output] for output in outputs]),
            sums=tuple([final[output] for output in sums]),
            names=moved(program.names),
            lines=moved(program.lines),
        )

    def _needed(self, *wanted: Sequence[int]) -> set[int]:
        """Return the wanted variables and those that they are computed from."""
        needed = set().union(*wanted)
        variable = self.inputs + len(self.instructions)
        for _, args in reversed(self.instructions):
            variable -= 1
            if variable in needed:
                needed.update(args)
        return needed

    def _added(self, op: Primitive, args: tuple[int, ...]) -> int:
        step = op, args
        self.known[step] = variable = self.inputs + len(self.instructions)
        self.instructions.append(step)
        self._kinds[variable] = op
        return variable


def _always(draft: Draft, form: Form) -> bool:  # noqa: ARG001 - called like others
    """Fit any form."""
    return True


def rewritten(
    program: Program, rewrites: Sequence[Rewrite], live: bool = False
) -> tuple[Program, Draft]:
    """Return the program with rewrites applied, and the draft.

    Operations that are no longer needed stay, unless only `live` ones are wanted.
    """
    draft = Draft(program.inputs, rewrites)
    place = [*range(program.inputs), *map(draft.constant, program.constants)]
    define, find, add = draft.define, place.__getitem__, place.append
    for op, args in program.instructions:
        add(define(op, tuple(map(find, args))))
    return draft.completed(program, place, live=live), draft


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
    return rewritten(program, (), live=True)[0]


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
    counts = Counter(map(itemgetter(0), program.instructions))
    return Counter({op.name: count for op, count in counts.items()})
