"""kinks(): operations at a point without a derivative, and the derivative that was taken."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextvars import Context
from dataclasses import dataclass
from math import copysign, inf, isfinite, isnan, nan, nextafter
from typing import NamedTuple

from autograd import Primitive, Value
from autograd.arguments import as_count
from autograd.graph import Constant
from autograd.reverse import local_derivatives
from visualize.formula.words import numbers, source, written
from visualize.question import Result, as_root
from visualize.scene.flat import flatten, names_of
from visualize.text import aligned, counted, significant

MOST_ROWS = 50  # of a printed table
MOST_SLOPES = 4  # of a printed row
STEPS = (1, 4, 16)  # floats beside a kink at which its slopes are looked at
LARGE, GROWTH = 1e4, 1.5
WIDEST_CELL = 44  # a longer one pushes its line out, not the whole table


class Slope(NamedTuple):
    """The derivative by an operand just below and just above its number.

    `moved` is the operand that is moved: mostly `operand` itself. The derivative of a gate by what
    passes it jumps when its condition moves. nan where the operation is not defined.
    """

    operand: str
    left: float
    right: float
    moved: str

    def __str__(self) -> str:
        by = self.operand if self.moved == self.operand else f"{self.operand} as {self.moved} moves"
        sides = ["undefined" if isnan(side) else significant(side) for side in self[1:3]]
        return f"∂{by}: {sides[0]} | {sides[1]}"


@dataclass(frozen=True, slots=True)
class Kink:
    """An operation at a point where it has no derivative.

    `convention` says which one the backward pass takes, `slopes` are the derivatives on either
    side. `line` is the line of the user's program, as "file:line", if it was recorded.
    """

    node: Value
    name: str
    made: str  # the operation on the names of its operands
    operands: str  # the operands with their numbers
    convention: str
    slopes: tuple[Slope, ...]

    @property
    def operation(self) -> str:
        """The name of the operation."""
        return self.node.op.called if self.node.op else ""

    @property
    def line(self) -> str:
        """The line of the user's program that made the node; "" if it was not recorded."""
        return self.node.line

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        made = f"{self.name} = {self.made}"
        shown = [str(slope) for slope in self.slopes[:MOST_SLOPES]]
        slopes = ", ".join(shown + ["…"] * (len(self.slopes) > MOST_SLOPES))
        return made, self.operands, self.convention, slopes, source(self.line)

    def __str__(self) -> str:
        return "; ".join(filter(None, self.cells))


class Kinks(Result, tuple[Kink, ...]):
    """Kinks in the order of the graph; it prints as a table."""

    __slots__ = ()

    @property
    def text(self) -> str:
        """The table, one kink a line, with the derivatives left | right of it."""
        if not self:
            return "no kinks: every operation that gave a finite number has a derivative there"
        title = f"{counted(len(self), 'operation')} at a point without a derivative (left | right)"
        return "\n".join([title, *self.rows()])

    def rows(self, most: int = MOST_ROWS) -> list[str]:
        """Return the lines of the table, with at most `most` kinks."""
        most = as_count(most, "rows: most", least=0)
        rows = [kink.cells for kink in self[:most]]
        more = [f"… and {len(self) - len(rows):,} more"] if len(self) > len(rows) else []
        lines = ["  ".join(row).rstrip() for row in aligned(rows, widest=WIDEST_CELL)]
        return [*lines, *more]


def kinks(root: Value) -> Kinks:
    """Return all nodes under `root` that were computed at a point without a derivative.

    There the backward pass takes a derivative by convention: relu'(0) = 0, each of two equal
    operands of maximum gets half, and so on (see the table of conventions in the documentation).
    Poles, such as 1 / 0 and log(0), are among them. Each `Kink` has its node, its operands, the
    convention in words, and the derivatives on either side.
    Raises TypeError for anything but a Value.

    >>> from autograd import Value, maximum
    >>> a, b = Value(2.0, label="a"), Value(2.0, label="b")
    >>> kinks(maximum(a, b) + (a - b).relu())  # doctest: +NORMALIZE_WHITESPACE
    2 operations at a point without a derivative (left | right)
    v2 = maximum(a, b)  a = 2, b = 2  a tie: each gets half of the gradient  ∂a: 0 | 1, ∂b: 0 | 1
    v4 = relu(v3)       v3 = 0        relu'(0) = 0, the flat side            ∂v3: 0 | 1
    >>> len(kinks(a * b))
    0
    """
    graph = flatten([as_root(root, "kinks")])
    return Kinks(_found(graph.values, names_of(graph), poles=True))


def kinks_among(values: Collection[Value], names: dict[Value, str]) -> Kinks:
    """Return the kinks among some values of a graph, whose names are given."""
    return Kinks(_found(values, names))


def _found(
    values: Collection[Value], names: dict[Value, str], *, poles: bool = False
) -> Iterator[Kink]:
    for value in values:
        row = value.op
        convention = row and row.kink and row.kink(*[arg.data for arg in value.args])
        pole = _pole(value, row) if row and poles and not convention else None
        if row and (convention or pole):
            slopes = () if pole else tuple(_slopes(value, row, names))
            made, operands = written(value, names), numbers(value, names)
            yield Kink(value, names[value], made, operands, convention or pole or "", slopes)


def _pole(value: Value, row: Primitive) -> str | None:
    """Return why finite operands have no finite result; None if they have one."""
    point = [float(arg.data) for arg in value.args]
    if isfinite(value.data) or not all(map(isfinite, point)) or row.fault is None:
        return None
    return row.fault.because(*point)


def _slopes(value: Value, row: Primitive, names: dict[Value, str]) -> Iterator[Slope]:
    """Yield the derivatives beside the kink, for each operand that can be moved away from it."""
    point = [float(arg.data) for arg in value.args]
    for place, operand in enumerate(value.args):
        if type(operand) is Constant:
            continue
        sides = [_moved(point, place, direction) for direction in (-inf, inf)]
        if all(row.kink and row.kink(*side) for side in sides):
            continue
        left, right = (
            _limits(
                [
                    _derivatives(value, row, _moved(point, place, direction, steps))
                    for steps in STEPS
                ]
            )
            for direction in (-inf, inf)
        )
        own = bool(row.pullbacks[0 if row.variadic else place])
        for by, other in enumerate(value.args):
            jumps = not own and left[by] != right[by]
            if type(other) is not Constant and (by == place if own else jumps):
                yield Slope(names[other], left[by], right[by], names[operand])
        if not any(row.pullbacks):
            yield Slope(names[operand], 0.0, 0.0, names[operand])  # a step


def _moved(point: Sequence[float], place: int, direction: float, steps: int = 1) -> list[float]:
    """Return a point with one number moved by some floats."""
    moved = list(point)
    for _ in range(steps):
        moved[place] = nextafter(moved[place], direction)
    return moved


def _limits(near: Sequence[Sequence[float]]) -> list[float]:
    """Return derivatives at a point from those 1, 4 and 16 floats beside it.

    A derivative that is large, and grows by half or more as the point comes four times nearer, is
    infinite there, like the slope of a square root at 0. One that is small and shrinks so is 0.
    """
    return [_limit(*sizes) for sizes in zip(*near, strict=True)]


def _limit(first: float, second: float, third: float) -> float:
    if abs(first) > LARGE and _grows(first, second, third):
        return copysign(inf, first)
    return 0.0 if abs(first) < 1.0 / LARGE and _grows(third, second, first) else first


def _grows(first: float, second: float, third: float) -> bool:
    return abs(first) > GROWTH * abs(second) and abs(second) > GROWTH * abs(third)


def _derivatives(value: Value, row: Primitive, point: Sequence[float]) -> list[float]:
    """Return the derivatives at a point by the rules of the row; nan where it has no value.

    It is computed in a context of its own, because `no_grad` of the caller would record nothing.
    """
    if not isfinite(row.forward(*point)):
        return [nan] * len(point)
    operands = [
        number if type(arg) is Constant else Value(number)
        for arg, number in zip(value.args, point, strict=True)
    ]
    derivatives: tuple[float | None, ...] = Context().run(_rules, row, operands)
    return [0.0 if derivative is None else derivative for derivative in derivatives]


def _rules(row: Primitive, operands: Sequence[Value | float]) -> tuple[float | None, ...]:
    return local_derivatives(row(*operands))
