"""Stages: many equal scalar operations at once, of which a schedule is made.

Numbers live in rows of two memories. A row of UNIFORM memory holds one number, the same for all
examples: parameters, shared inputs, constants and what is computed from them alone. A row of
VARYING memory holds one number per example of the batch (a vector of lanes).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd.runtime import computed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograd.primitive import Primitive
    from autograd.program.program import Program


class Memory(Enum):
    """Where a row lives."""

    UNIFORM = "uniform"
    VARYING = "varying"

    __hash__ = object.__hash__  # Enum's own is written in Python, and rows are hashed by millions


@dataclass(frozen=True)
class Rows:
    """Rows of one memory, in order; a row may occur more than once."""

    memory: Memory
    index: tuple[int, ...]

    def places(self) -> Iterator[tuple[Memory, int]]:
        """Yield every row with its memory."""
        return ((self.memory, row) for row in self.index)

    @computed
    def stride(self) -> int | None:
        """The constant step from row to row (0: always the same row), None where there is none."""
        return _stride(self.index)


@dataclass(frozen=True)
class Table:
    """A matrix of rows of one memory: `index[i][k]`."""

    memory: Memory
    index: tuple[tuple[int, ...], ...]

    def places(self) -> Iterator[tuple[Memory, int]]:
        """Yield every row with its memory."""
        return ((self.memory, row) for line in self.index for row in line)

    @property
    def height(self) -> int:
        """The number of lines of the table."""
        return len(self.index)

    @property
    def width(self) -> int:
        """The number of rows in each line."""
        return len(self.index[0])

    def columns(self, order: Sequence[int]) -> Table:
        """Return the table with its columns in another order."""
        return Table(self.memory, tuple(tuple(line[k] for k in order) for line in self.index))

    @computed
    def strides(self) -> tuple[int, int] | None:
        """The steps from line to line and within a line, None where they are not constant."""
        across = _stride(self.index[0])
        down = _stride(tuple(line[0] for line in self.index))
        if across is None or down is None:
            return None
        base = self.index[0][0]
        regular = all(
            line == tuple(range(start, start + across * len(line), across))
            if across
            else line == (start,) * len(line)
            for start, line in zip((base + down * i for i in range(self.height)), self.index)
        )
        return (down, across) if regular else None


@dataclass(frozen=True)
class Elementwise:
    """result[r] = op(operands[0][r], operands[1][r], ...) for every row r."""

    op: Primitive
    operands: tuple[Rows, ...]
    result: Rows  # contiguous

    @property
    def reads(self) -> tuple[Rows | Table, ...]:
        """The rows that the stage reads."""
        return self.operands


@dataclass(frozen=True)
class Fold:
    """result[r] = a variadic op of the rows terms[r][0], terms[r][1], ..., folded two at a time."""

    op: Primitive
    terms: Table
    result: Rows  # contiguous

    @property
    def reads(self) -> tuple[Rows | Table, ...]:
        """The rows that the stage reads."""
        return (self.terms,)

    @property
    def start(self) -> float | None:
        """The value of no terms, from which the op folds; None: it starts with the first one."""
        return self.op.forward() if () in self.op.special or not self.terms.width else None

    def halves(self) -> tuple[Table, Table]:
        """Return the left and the right factors, for an op that folds pairs and starts from 0."""
        half = self.terms.width // 2
        return self.terms.columns(range(half)), self.terms.columns(range(half, 2 * half))


@dataclass(frozen=True)
class _Pairs:
    """A stage that multiplies the rows of two tables."""

    left: Table
    right: Table

    @property
    def reads(self) -> tuple[Rows | Table, ...]:
        """The rows that the stage reads."""
        return self.left, self.right


@dataclass(frozen=True)
class Dots(_Pairs):
    """result[r] = sum over k of left[r][k] * right[r][k]; guarded: 0 * inf and 0 * nan are 0.

    Ordered: each product and each sum is rounded, from k = 0 on; see `Primitive.ordered`.
    """

    result: Rows  # contiguous
    guarded: bool
    ordered: bool = False


@dataclass(frozen=True)
class Product(_Pairs):
    """result[a, b] = sum over k of left[a][k] * right[b][k]: a matrix product, for each example.

    The result is contiguous, row a * right.height + b. `guarded` and `ordered` as in Dots.
    """

    result: Rows
    guarded: bool
    ordered: bool = False


@dataclass(frozen=True)
class Choices:
    """result[r] = items[lines[r]][places[r]]: numbers of memory, by places that are computed.

    The result is nan for a place that is no whole number from 0 to the width of the items - 1.
    """

    places: Rows
    items: Table
    lines: tuple[int, ...]
    result: Rows  # contiguous

    @property
    def reads(self) -> tuple[Rows | Table, ...]:
        """The rows that the stage reads."""
        return self.places, self.items


@dataclass(frozen=True)
class SummedProduct(_Pairs):
    """sums[into[a][b]] += sum over examples and k of left[a][k] * right[b][k], both VARYING.

    `guarded` as in Dots.
    """

    into: tuple[tuple[int, ...], ...]
    guarded: bool


@dataclass(frozen=True)
class SummedRows:
    """sums[into[r]] += sum over examples of rows[r]; a row of UNIFORM memory counts n times."""

    rows: Rows
    into: tuple[int, ...]

    @property
    def reads(self) -> tuple[Rows | Table, ...]:
        """The rows that the stage reads."""
        return (self.rows,)


Stage: TypeAlias = Elementwise | Fold | Dots | Product | Choices


@dataclass(frozen=True)
class Schedule:
    """A program as stages: `before` once per call, `body` and `reductions` per block of examples.

    UNIFORM rows: the program's shared inputs, its parameters, its constants, then what `before`
    computes: `uniform` rows in all. VARYING rows: the inputs of the examples, then what `body`
    computes: `varying` rows in all. `outputs` are the rows wanted for each example, one `Rows` per
    output; `sums` counts the sums, which `reductions` fill and start from 0. A backend keeps in
    `made` what it makes of the schedule.
    """

    program: Program
    uniform: int
    varying: int
    before: tuple[Stage, ...]
    body: tuple[Stage, ...]
    reductions: tuple[SummedProduct | SummedRows, ...]
    outputs: tuple[tuple[Memory, int], ...]
    sums: int
    made: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)


def _stride(index: tuple[int, ...]) -> int | None:
    if len(index) < 2:
        return 1
    step = index[1] - index[0]
    return step if all(b - a == step for a, b in pairwise(index)) else None
