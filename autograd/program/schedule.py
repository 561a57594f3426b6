"""Scheduling: equal operations of one level become one stage, dot products a matrix product.

Rows are numbered in the order of the stages, so that a stage writes consecutive rows. Within a
stage they are ordered so that it reads regular ones.
"""

from __future__ import annotations

from operator import sub
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from autograd.primitives import guarded_mul, identity
from autograd.program.draft import common_subexpressions, rewritten
from autograd.program.kept import kept
from autograd.program.levels import Lines, is_dot, levels
from autograd.program.recovery import with_largest
from autograd.program.reductions import LEAST_PRODUCT, Grid, SplitSums, grids, split_sums
from autograd.program.stages import (
    Choices,
    Dots,
    Elementwise,
    Fold,
    Memory,
    Product,
    Rows,
    Schedule,
    Stage,
    SummedProduct,
    SummedRows,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.primitive import Primitive
    from autograd.program.draft import Draft
    from autograd.program.precision import Precision
    from autograd.program.program import Program


Variables: TypeAlias = tuple[int, ...]


@kept
def scheduled(program: Program) -> Schedule:
    """Return the program as stages over rows of two memories.

    Dot products and sums may be reassociated, but for those whose rows are ordered; all else is the
    same operations on the same numbers.
    """
    program = with_largest(_spelled_out(program))
    split = split_sums(program) if program.sums else SplitSums(program, [], [])
    program = split.program
    wanted = {*program.outputs, *(variable for variable, _ in split.rows)}
    for _, grid in split.products:
        wanted.update(*grid.lefts, *grid.rights)
    graph = Lines(program, wanted)
    layout = _Layout(graph, dict(split.rows))
    for group in levels(graph):
        op, _ = program.instructions[group[0] - program.first]
        if is_dot(op):
            layout.add_dots(op, group)
        elif op.chooses:
            layout.add_choices(group)
        elif op.variadic:
            layout.add_fold(op, group)
        else:
            layout.add_elementwise(op, group)
    reductions = layout.reductions(split)
    return Schedule(
        program,
        uniform=layout.size[Memory.UNIFORM],
        varying=layout.size[Memory.VARYING],
        before=tuple(layout.stages[Memory.UNIFORM]),
        body=tuple(layout.stages[Memory.VARYING]),
        reductions=reductions,
        outputs=tuple(layout.place[output] for output in program.outputs),
        sums=len(program.sums),
    )


class _Layout:
    """The rows given out so far, and the stages that fill them."""

    def __init__(self, graph: Lines, into: dict[int, int]) -> None:
        self.program = program = graph.program
        self.reads = graph.reads
        self.into = into  # the sums that variables are terms of
        examples = program.examples
        self.place: dict[int, tuple[Memory, int]] = {
            variable: (Memory.VARYING, variable)
            if variable < examples
            else (Memory.UNIFORM, variable - examples)
            for variable in range(program.first)
        }
        self.size = {Memory.VARYING: examples, Memory.UNIFORM: program.first - examples}
        self.stages: dict[Memory, list[Stage]] = {Memory.UNIFORM: [], Memory.VARYING: []}
        self.spread: dict[int, int] = {}  # the VARYING rows that hold copies of uniform variables
        self.alone: dict[int, Rows] = {}  # the rows of one variable each
        self.found: dict[Variables, tuple[set[Memory], Variables]] = {}  # the rows of lines

    def add_elementwise(self, op: Primitive, group: Sequence[int]) -> None:
        """Add a stage whose operands are of the same memory in every row."""
        if len(group) == 1:
            operands = tuple(map(self._row, self._args(group[0])))
        else:
            group = self._regular(group)
            operands = tuple([self._rows(column) for column in zip(*map(self._args, group))])
        memory, result = self._allocated(group)
        self.stages[memory].append(Elementwise(op, operands, result))

    def add_fold(self, op: Primitive, group: Sequence[int]) -> None:
        """Add a stage of a variadic operation on equally many operands in every row."""
        group = self._regular(group)
        table = self._table([self._args(variable) for variable in group])
        memory, result = self._allocated(group)
        self.stages[memory].append(Fold(op, table, result))

    def add_choices(self, group: Sequence[int]) -> None:
        """Add a stage of choices among equally many items in every row."""
        group = sorted(group, key=lambda variable: self._where(self._args(variable)[:2]))
        first, lines = zip(*[(args[0], args[1:]) for args in map(self._args, group)])
        number = {line: k for k, line in enumerate(dict.fromkeys(lines))}
        places, items = self._rows(first), self._table([*number])
        _, result = self._allocated(group)
        stage = Choices(places, items, tuple(map(number.__getitem__, lines)), result)
        self.stages[result.memory].append(stage)

    def add_dots(self, op: Primitive, group: Sequence[int]) -> None:
        """Add matrix products for full grids of dot products, and one stage for the others."""
        guarded = op.sum_of is guarded_mul
        single: list[int] = []
        pairs = [(variable, *self.reads[variable]) for variable in group]
        found = grids((left, right, variable) for variable, left, right in pairs)
        for grid in (grid.ordered(self._rows_of_line) for grid in found):
            items = [item for line in grid.items for item in line]
            if len(items) < LEAST_PRODUCT:
                single += items
                continue
            left, right = self._lines(grid.lefts), self._lines(grid.rights)
            varies = left.memory is Memory.VARYING, right.memory is Memory.VARYING
            if varies == (True, False) or (True not in varies and not self._lanes_fit(grid)):
                left, right = right, left
                items = [item for line in grid.transposed().items for item in line]
            if not op.ordered:
                ascending = sorted(range(left.width), key=right.index[0].__getitem__)
                left, right = left.columns(ascending), right.columns(ascending)
            memory, result = self._allocated(items)
            self.stages[memory].append(Product(left, right, result, guarded, op.ordered))
        if single:
            single = self._regular(single)
            left, right = map(self._lines, zip(*[self.reads[variable] for variable in single]))
            if not op.ordered:
                ascending = sorted(range(left.width), key=left.index[0].__getitem__)
                left, right = left.columns(ascending), right.columns(ascending)
            memory, result = self._allocated(single)
            self.stages[memory].append(Dots(left, right, result, guarded, op.ordered))

    def _lanes_fit(self, grid: Grid[int, int]) -> bool:
        """Tell whether lanes fit the rights of a grid: these are sums in order, or the longer side.

        Of two equal sides it is that which comes first in memory, as weights do. The other way the
        results of neighbouring lanes would be written one by one.
        """
        (corner, *beside), *below = grid.items
        following = self.into.get(corner, -2) + 1
        for neighbours, fits in ((beside[:1], True), ([line[0] for line in below[:1]], False)):
            if [self.into.get(variable) for variable in neighbours] == [following]:
                return fits
        left, right = (self._rows_of_line(lines[0]) for lines in (grid.lefts, grid.rights))
        return (len(grid.lefts), right) <= (len(grid.rights), left)

    def reductions(self, split: SplitSums) -> tuple[SummedProduct | SummedRows, ...]:
        """Return the stages that add up the terms of the sums."""
        stages: list[SummedProduct | SummedRows] = []
        for product, unordered in split.products:
            grid = unordered.ordered(self._where)
            left, right = self._table(grid.lefts), self._table(grid.rights)
            stages.append(SummedProduct(left, right, grid.items, product is guarded_mul))
        plain: dict[Memory, list[tuple[int, int]]] = {}
        for variable, into in split.rows:
            memory, row = self.place[variable]
            plain.setdefault(memory, []).append((row, into))
        for memory, pairs in plain.items():
            index, numbers = zip(*sorted(pairs))
            stages.append(SummedRows(Rows(memory, index), numbers))
        return tuple(stages)

    def _args(self, variable: int) -> Variables:
        return self.program.instructions[variable - self.program.first].args

    def _rows_of_line(self, line: int) -> Variables:
        return self._where(self.reads[line])

    def _lines(self, lines: Sequence[int]) -> Table:
        return self._table([self.reads[line] for line in lines])

    def _allocated(self, group: Sequence[int]) -> tuple[Memory, Rows]:
        """Give the variables consecutive rows of their memory."""
        memory = Memory.VARYING if self.program.varies[group[0]] else Memory.UNIFORM
        first = self.size[memory]
        self.size[memory] += len(group)
        for row, variable in enumerate(group, first):
            self.place[variable] = memory, row
        if len(group) == 1:
            return memory, self._row(group[0])
        return memory, Rows(memory, tuple(range(first, first + len(group))))

    def _row(self, variable: int) -> Rows:
        """Return the row of a variable, which its stage and those that read it share."""
        found = self.alone.get(variable)
        if found is None:
            memory, row = self.place[variable]
            found = self.alone[variable] = Rows(memory, (row,))
        return found

    def _rows(self, variables: Variables) -> Rows:
        memories, rows = zip(*map(self.place.__getitem__, variables))
        return Rows(memories[0], rows)

    def _table(self, lines: Sequence[Variables]) -> Table:
        """Return the rows of the variables; where memories mix, uniform ones are copied first."""
        memories = set().union(*[self._found(line)[0] for line in lines])
        if len(memories) == 1:
            return Table(memories.pop(), tuple(map(self._where, lines)))
        mixed = dict.fromkeys(v for line in lines for v in line)
        uniform = [v for v in mixed if self.place[v][0] is Memory.UNIFORM and v not in self.spread]
        if uniform:
            first = self.size[Memory.VARYING]
            self.size[Memory.VARYING] += len(uniform)
            self.spread.update((v, row) for row, v in enumerate(uniform, first))
            rows = Rows(Memory.VARYING, tuple(range(first, first + len(uniform))))
            copied = Elementwise(identity, (self._rows(tuple(uniform)),), rows)
            self.stages[Memory.VARYING].append(copied)
        row_of = {
            v: self.place[v][1] if self.place[v][0] is Memory.VARYING else self.spread[v]
            for v in mixed
        }
        return Table(Memory.VARYING, tuple(tuple(row_of[v] for v in line) for line in lines))

    def _where(self, variables: Variables) -> Variables:
        return self._found(variables)[1]

    def _found(self, variables: Variables) -> tuple[set[Memory], Variables]:
        """Return the memories and the rows of variables; lines are read by many dot products."""
        found = self.found.get(variables)
        if found is None:
            places = [*map(self.place.__getitem__, variables)]
            found = {memory for memory, _ in places}, tuple([row for _, row in places])
            self.found[variables] = found
        return found

    def _regular(self, group: Sequence[int]) -> list[int]:
        """Return the group in the order in which most of its operands are regular rows."""
        if len(group) == 1:
            return [*group]
        rows = {variable: self._where(self._args(variable)) for variable in group}
        columns = min(len(self._args(group[0])), 3)  # an order by any of the first few will do
        constants = range(self.program.inputs, self.program.first)
        ties = {v: [arg for arg in self._args(v)[:columns] if arg in constants] for v in group}
        orders = [
            sorted(group, key={v: (rows[v][column], ties[v]) for v in group}.__getitem__)
            for column in range(columns)
        ]

        varying = self.program.varies[group[0]]

        def regularity(order: list[int]) -> int:
            operands = [*zip(*(rows[variable] for variable in order))]
            if not varying:  # lanes are neighbours that go on row by row or stand still
                steps = [step for x in operands for step in map(sub, x[1:], x)]
                return steps.count(0) + steps.count(1)
            strides = [Rows(Memory.VARYING, operand).stride for operand in operands]
            return sum(2 if stride >= 0 else 1 for stride in strides if stride is not None)

        return max(orders, key=regularity, default=[*group])


FEW = 2  # operands that the text of a row takes


def _spelled_out(program: Program) -> Program:
    """Return the program with operations as their rows spell them, variadic ones of three and more.

    >>> from autograd.primitives import hypot
    >>> from autograd.program.program import Instruction, Program
    >>> whole = Program(3, 0, 0, (), (Instruction(hypot, (0, 1, 2)),), (3,))
    >>> [op.name for op, _ in _spelled_out(whole).instructions][-4:]
    ['abs', 'equal', 'largest', 'where']
    """
    if not any(_is_spelled(op, args) for op, args in program.instructions):
        return program

    def spelled(draft: Draft, op: Primitive, args: tuple[int, ...]) -> int | None:
        if not _is_spelled(op, args):
            return None
        spell: Any = op.spelled
        number: int = spell(*[_Variable(draft, arg, program.precision) for arg in args]).number
        return number

    return rewritten(program, (spelled, common_subexpressions))[0]


class _Variable(NamedTuple):
    """A variable of a draft, to which rows can be applied."""

    draft: Draft
    number: int
    precision: Precision

    @staticmethod
    def __primitive__(op: Primitive, args: tuple[Any, ...]) -> _Variable:
        draft, _, precision = next(x for x in args if isinstance(x, _Variable))
        numbers = [x.number if isinstance(x, _Variable) else draft.constant(x) for x in args]
        return _Variable(draft, draft.define(op, tuple(numbers)), precision)


def _is_spelled(op: Primitive, args: tuple[int, ...]) -> bool:
    return op.spelled is not None and (len(args) > FEW or not op.variadic)
