"""Levels: equal operations that need nothing of each other, which one stage can compute.

The level of an operation is one more than the highest level among its operands. Dot products that
all examples share, with a line of a matrix in common, wait for each other as long as nothing is
computed later than the last level for that. So the first position of a text, which attends to
nothing but itself and is ready early, joins the other ones in their matrix products.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from autograd.primitive import Primitive
    from autograd.program.program import Program

MOST_CONSTANTS = 4  # sets of constants that operations of one kind are grouped by


def levels(graph: Lines) -> Iterator[list[int]]:
    """Yield groups of the variables that are needed, operands before their users.

    The operations of a group are the same, on operands that vary in the same places, so that one
    loop computes them all. Variables that vary have levels of their own, and so have the others.
    Operations on few distinct constants make a group for each: an exponent of 2 needs no general
    power.
    """
    program, level = graph.program, graph.levels()
    instructions, first, size, varies = (
        program.instructions,
        program.first,
        graph.size,
        graph.varies,
    )
    groups: dict[Any, list[int]] = {}
    for number in graph.order:
        if number < size:
            op, args = instructions[number - first]
            sides = graph.sides(number, op) if graph.several else ()
            key = varies[number], level[number], op, len(args), sides
            if key in groups:
                groups[key].append(number)
            else:
                groups[key] = [number]
    for key in sorted(groups, key=itemgetter(0, 1)):  # what does not vary first
        group = groups[key]
        if len(group) == 1 or key[2].variadic:
            yield group
        else:
            yield from _by_constants(program, group)


def is_dot(op: Primitive) -> bool:
    """Tell whether an operation is a sum of products, of two lines of equally many operands."""
    return op.variadic and op.sum_of is not None and op.sum_of.arity == 2


class Lines:
    """The operations that the wanted variables need, and lines: those of a dot are its operands.

    A line is a number behind the variables. It is as a variable that many dots read, so that they
    need not look at its variables one by one.
    """

    def __init__(self, program: Program, wanted: Collection[int]) -> None:
        self.program = program
        self.order: list[int] = []  # operations and lines, each behind what it reads
        self.reads: list[tuple[int, ...]] = [()] * program.first  # what each number reads
        self.reads += [args for _, args in program.instructions]
        self.varies = [*program.varies]
        self.dots: list[int] = []  # that do not vary
        self.size = program.size
        self.several = program.examples > 0  # whether anything varies
        lines: dict[tuple[Any, ...], int] = {}
        order, reads, varies = self.order, self.reads, self.varies
        for number, (op, args) in enumerate(program.instructions, program.first):
            if is_dot(op):
                both = []
                for line in (args[: len(args) // 2], args[len(args) // 2 :]):
                    known = lines.get((op, line))
                    if known is None:
                        known = lines[op, line] = len(reads)
                        order.append(known)
                        reads.append(line)
                        varies.append(True in map(varies.__getitem__, line))
                    both.append(known)
                reads[number] = tuple(both)
                if not varies[number]:
                    self.dots.append(number)
            order.append(number)
        self._leave_out(wanted)

    def _leave_out(self, wanted: Collection[int]) -> None:
        """Leave out what is not needed."""
        needed = bytearray(len(self.reads))
        for number in wanted:
            needed[number] = 1
        for number in reversed(self.order):
            if needed[number]:
                for arg in self.reads[number]:
                    needed[arg] = 1
        self.order = [number for number in self.order if needed[number]]
        self.dots = [number for number in self.dots if needed[number]]

    def sides(self, number: int, op: Primitive) -> tuple[bool, ...]:
        """Return which operands vary; of a variadic operation, whether any of each part does."""
        varying = [self.varies[arg] for arg in self.reads[number]]
        if not op.variadic or is_dot(op):
            return tuple(varying)
        half = 1 if op.chooses else len(varying) // 2
        return True in varying[:half], True in varying[half:]

    def levels(self) -> list[int]:
        """Return the level of each number."""
        level = self._levels([0] * len(self.reads))
        meeting: dict[int, set[int]] = {}  # the levels of the dots that read each line
        for number in self.dots:
            for line in self.reads[number]:
                meeting.setdefault(line, set()).add(level[number])
        if all(len(found) == 1 for found in meeting.values()):
            return level
        latest = self._latest(level)
        waiting = [0] * len(self.reads)
        for number in self.dots:
            left, right = self.reads[number]
            places = (*meeting[left], *meeting[right])
            waiting[number] = max(place for place in places if place <= latest[number])
        return self._levels(waiting)

    def _levels(self, least: list[int]) -> list[int]:
        """Return the level of each number, which for some is at least another one."""
        varies, level, reads, size = self.varies, [0] * len(self.reads), self.reads, self.size
        of = level.__getitem__
        for number in self.order:
            args: Sequence[int] = reads[number]
            if self.several:
                varying = varies[number]
                args = [arg for arg in args if varies[arg] is varying]
            depth = (max(map(of, args)) if args else 0) + (number < size)
            wait = least[number]
            level[number] = wait if wait > depth else depth  # noqa: FURB136 - a call takes longer
        return level

    def _latest(self, level: list[int]) -> list[int]:
        """Return the last level at which each number that does not vary delays nothing too far."""
        varies, reads, size = self.varies, self.reads, self.size
        last = max(level[number] for number in self.order if not varies[number])
        latest = [last] * len(reads)
        for number in reversed(self.order):
            if not varies[number]:
                before = latest[number] - (number < size)
                for arg in reads[number]:
                    if latest[arg] > before:  # noqa: PLR1730 - as above
                        latest[arg] = before
        return latest


def _by_constants(program: Program, group: list[int]) -> list[list[int]]:
    """Return the group split by the constants among the operands, if that gives few parts."""
    first, inputs = program.first, program.inputs
    parts: dict[tuple[int, ...], list[int]] = {}
    for number in group:
        _, args = program.instructions[number - first]
        key = tuple([arg if inputs <= arg < first else -1 for arg in args])
        parts.setdefault(key, []).append(number)
    return list(parts.values()) if len(parts) <= MOST_CONSTANTS else [group]
