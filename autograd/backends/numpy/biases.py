"""Biases as columns of weights, as by hand: W x + b is (W b) (x 1), one product.

Behind the inputs of a layer comes a row of ones. The gradient of the biases becomes a column of the
gradient of the weights. A sum of a product and a bias may be reassociated, as any sum.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import fields, replace
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd.backends.numpy.algebra import function_of
from autograd.program.stages import (
    Dots,
    Elementwise,
    Memory,
    Product,
    Rows,
    SummedProduct,
    SummedRows,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from autograd.program.stages import Schedule, Stage


class WithOnes(NamedTuple):
    """A schedule with rows of ones in its VARYING memory, and where these and the inputs are."""

    schedule: Schedule
    inputs: tuple[int, ...]
    ones: tuple[int, ...]


def with_ones(schedule: Schedule) -> WithOnes:
    """Return the schedule with its biases as columns of weights, where they lie beside these."""
    layers = {layer.product: layer for layer in _layers(schedule)}
    behind = sorted({layer.right.index[0][-1] for layer in layers.values()})

    def moved(row: int) -> int:
        return row + bisect_left(behind, row)

    inputs = tuple([moved(row) for row in range(schedule.program.examples)])
    if not layers:
        return WithOnes(schedule, inputs, ())
    ones = {row: moved(row) + 1 for row in behind}
    rename = _Renaming(moved, ones)
    sums = {layer.sum for layer in layers.values()}
    body: list[Stage] = []
    for number, stage in enumerate(schedule.body):
        if number in layers:
            body.append(layers[number].joined(rename))
        elif number not in sums:
            body.append(rename.stage(stage))
    return WithOnes(
        replace(
            schedule,
            varying=schedule.varying + len(behind),
            body=tuple(body),
            reductions=tuple(_joined_reductions(schedule, rename)),
            outputs=tuple([rename.place(*place) for place in schedule.outputs]),
        ),
        inputs,
        tuple(ones.values()),
    )


class _Renaming(NamedTuple):
    """The new numbers of VARYING rows, and of the rows of ones by the old row before them."""

    moved: Callable[[int], int]
    ones: dict[int, int]

    def place(self, memory: Memory, row: int) -> tuple[Memory, int]:
        return memory, self.moved(row) if memory is Memory.VARYING else row

    def rows(self, rows: Rows) -> Rows:
        if rows.memory is Memory.UNIFORM:
            return rows
        return Rows(rows.memory, tuple(map(self.moved, rows.index)))

    def table(self, table: Table) -> Table:
        if table.memory is Memory.UNIFORM:
            return table
        return Table(table.memory, tuple([tuple(map(self.moved, line)) for line in table.index]))

    def stage(self, stage: Any) -> Any:
        """Return a stage or a reduction on the new rows."""
        changed: dict[str, Any] = {}
        for field in fields(stage):
            part = getattr(stage, field.name)
            if isinstance(part, Rows):
                changed[field.name] = self.rows(part)
            elif isinstance(part, Table):
                changed[field.name] = self.table(part)
            elif field.name == "operands":
                changed[field.name] = tuple(map(self.rows, part))
        return replace(stage, **changed)


class _Layer(NamedTuple):
    """A product of weights and inputs, and the addition of biases to all that it gives."""

    product: int  # their numbers in the body
    sum: int
    left: Table  # the weights with the biases behind them
    right: Table  # one line of inputs
    result: Rows

    def joined(self, rename: _Renaming) -> Product:
        """Return the one product that both are."""
        (line,) = self.right.index
        ones = rename.ones[line[-1]]
        right = Table(Memory.VARYING, ((*map(rename.moved, line), ones),))
        return Product(self.left, right, rename.rows(self.result), guarded=False)


def _layers(schedule: Schedule) -> Iterator[_Layer]:
    """Yield the layers whose biases lie beside the weights, and after whose inputs is room."""
    sums = {}  # by their first operand that varies
    for number, stage in enumerate(schedule.body):
        if isinstance(stage, Elementwise) and function_of(stage.op).ufunc is np.add:
            for rows, other in (stage.operands, stage.operands[::-1]):
                if rows.memory is Memory.VARYING and other.memory is Memory.UNIFORM:
                    sums[rows.index] = number, other, stage.result
    if not sums:
        return
    uses = Counter(
        row
        for stage in (*schedule.body, *schedule.reductions)
        for memory, row in chain.from_iterable(part.places() for part in stage.reads)
        if memory is Memory.VARYING
    )
    uses.update(row for memory, row in schedule.outputs if memory is Memory.VARYING)
    spans = [*_spans(schedule)]
    for number, stage in enumerate(schedule.body):
        if not isinstance(stage, Product | Dots) or stage.result.index not in sums:
            continue
        left, right = stage.left, stage.right
        if left.memory is Memory.VARYING:
            left, right = right, left
        which, biases, result = sums[stage.result.index]
        if (
            stage.ordered
            or stage.guarded
            or (left.memory, right.memory) != (Memory.UNIFORM, Memory.VARYING)
            or right.height != 1
            or (isinstance(stage, Dots) and left.height != 1)
            or right.strides is None
            or right.strides[1] != 1
            or any(uses[row] > 1 for row in stage.result.index)
        ):
            continue
        last = right.index[0][-1]
        lines = zip(left.index, biases.index, strict=True)
        weights = Table(Memory.UNIFORM, tuple([(*line, bias) for line, bias in lines]))
        if weights.strides is not None and not any(low <= last < high for low, high in spans):
            yield _Layer(number, which, weights, right, result)


def _spans(schedule: Schedule) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of the VARYING rows that are used as one regular array."""
    for stage in schedule.body:
        yield stage.result.index[0], stage.result.index[-1]
    for user in (*schedule.body, *schedule.reductions):
        for part in user.reads:
            step = part.stride if isinstance(part, Rows) else part.strides
            if part.memory is Memory.VARYING and step is not None:
                rows = [row for _, row in part.places()]
                yield min(rows), max(rows)


def _joined_reductions(
    schedule: Schedule, rename: _Renaming
) -> Iterator[SummedProduct | SummedRows]:
    """Yield the reductions, with those of biases as columns of those of weights."""
    left_over: dict[int, list[int]] = defaultdict(list)
    for stage in schedule.reductions:
        if isinstance(stage, SummedRows) and stage.rows.memory is Memory.VARYING:
            for row, into in zip(stage.rows.index, stage.into):
                left_over[row].append(into)
    for stage in schedule.reductions:
        if isinstance(stage, SummedProduct):
            yield _with_biases(stage, left_over, rename)
        elif stage.rows.memory is Memory.UNIFORM:
            yield stage
    pairs = [(row, into) for row, several in left_over.items() for into in several]
    if pairs:
        rows, targets = zip(*pairs)
        yield rename.stage(SummedRows(Rows(Memory.VARYING, rows), targets))


def _with_biases(
    stage: SummedProduct, left_over: dict[int, list[int]], rename: _Renaming
) -> SummedProduct:
    """Return the stage with the sums of its left rows as one more column, if they are wanted."""
    found: SummedProduct = rename.stage(stage)
    last = stage.right.index[-1][0]
    if stage.left.width != 1 or last not in rename.ones or stage.right.strides is None:
        return found
    targets = [line[-1] + 1 for line in stage.into]
    rows = [line[0] for line in stage.left.index]
    if any(target not in left_over.get(row, ()) for row, target in zip(rows, targets)):
        return found
    for row, target in zip(rows, targets):
        left_over[row].remove(target)
    return replace(
        found,
        right=Table(Memory.VARYING, (*found.right.index, (rename.ones[last],))),
        into=tuple([(*line, target) for line, target in zip(stage.into, targets)]),
    )
