"""Sums over the examples of a block: products tiled in registers, and rows.

Each sum is a vector while the block lasts; at its end as many vectors as there are lanes become
one vector of their totals. Lanes beyond the last example hold 0 in the rows that are read here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.program.stages import Memory, SummedProduct, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.backends.llvm.frame import Frame, Lookup
    from autograd.backends.llvm.writer import Index, Writer
    from autograd.program.stages import SummedRows

MOST_LINES = 3  # of a tile, by as many columns as there are lanes
MOST_SUMS = {32: 24, 16: 12}  # of a tile, by registers


def write_summed_product(frame: Frame, stage: SummedProduct) -> None:
    """Write sums[into[a][b]] += sum over examples and k of left[a][k] * right[b][k]."""
    if stage.right.height < frame.width <= stage.left.height:
        stage = _transposed(stage)  # the totals of a whole vector of sums are taken together
    tile = _Tile(frame, stage)

    def some_lines(a: Index, lines: int) -> None:
        frame.over(
            stage.right.height, frame.width, lambda b, columns: tile.write(a, lines, b, columns)
        )

    lines = max(1, min(MOST_LINES, MOST_SUMS[frame.registers] // frame.width))
    frame.over(stage.left.height, lines, some_lines)


def _transposed(stage: SummedProduct) -> SummedProduct:
    return SummedProduct(stage.right, stage.left, tuple(zip(*stage.into)), stage.guarded)


def write_summed_rows(frame: Frame, stage: SummedRows) -> None:
    """Write sums[into[r]] += sum over examples of rows[r], which vary."""
    writer = frame.writer
    rows = frame.lookup(stage.rows)
    into = _sum_lookup(frame, (stage.into,))

    def some_rows(r: Index, count: int) -> None:
        with writer.loop(0, "%lanes", frame.width, carried=[0.0] * count) as loop:
            loop.next = [
                writer.fadd(
                    loop.carried[k],
                    frame.load(Memory.VARYING, rows.at(frame.shifted(r, k)), loop.index),
                )
                for k in range(count)
            ]
        _add_totals(frame, _totals(frame, loop.results), into, 0, r, count)

    frame.over(len(stage.into), frame.width, some_rows)


SHORT = 4  # rows of a run for which a table of their places is shorter than code of their own


def write_shared_rows(frame: Frame, stage: SummedRows) -> None:
    """Write sums[into[r]] += %count * rows[r], which are the same for all examples."""
    count = frame.writer.broadcast("%count")
    runs, single = _runs(stage)
    for row, into, length in runs:

        def some(first: Index, number: int, row: int = row, into: int = into) -> None:
            whole = number - number % frame.width
            vectors = ((k, frame.writer, count) for k in range(0, whole, frame.width))
            rest = ((k, frame.scalar, "%count") for k in range(whole, number))
            for k, writer, factor in (*vectors, *rest):
                source = frame.shifted(frame.shifted(first, row), k)
                x = writer.load(frame.scalar.address("%uniform", source))
                target = frame.shifted(frame.shifted(first, into), k)
                _add(writer, writer.fmul(factor, x), target)

        frame.over(length, 4 * frame.width, some)
    if single:
        rows, targets = (frame.lookup(Table(Memory.UNIFORM, (index,))) for index in zip(*single))

        def one(place: Index, _: int) -> None:
            x = frame.scalar.load(frame.scalar.address("%uniform", rows.at(0, place)))
            _add(frame.scalar, frame.scalar.fmul("%count", x), targets.at(0, place))

        frame.over(len(single), 1, one)


def in_order(stage: SummedRows) -> list[tuple[int, int]]:
    """Return the shared rows and their sums in the order in which they are added."""
    runs, single = _runs(stage)
    return [(row + k, into + k) for row, into, length in runs for k in range(length)] + single


def _runs(stage: SummedRows) -> tuple[list[tuple[int, int, int]], list[tuple[int, int]]]:
    """Return (first row, first sum, length) of the runs in which both go up by one, and the rest.

    The rest are the rows and sums of short runs.
    """
    runs: list[tuple[int, int, int]] = []
    for row, number in zip(stage.rows.index, stage.into):
        if runs and (row, number) == (sum(runs[-1][::2]), sum(runs[-1][1:])):
            runs[-1] = (*runs[-1][:2], runs[-1][2] + 1)
        else:
            runs.append((row, number, 1))
    short = [run for run in runs if run[2] < SHORT]
    single = [(row + k, into + k) for row, into, length in short for k in range(length)]
    return [run for run in runs if run[2] >= SHORT], single


class _Tile:
    """The sums of products of some lines and some columns."""

    def __init__(self, frame: Frame, stage: SummedProduct) -> None:
        self.frame = frame
        self.writer = frame.writer
        self.left = frame.lookup(stage.left)
        self.right = frame.lookup(stage.right)
        self.into = _sum_lookup(frame, stage.into)
        self.depth = stage.left.width
        self.guarded = stage.guarded

    def write(self, a: Index, lines: int, b: Index, columns: int) -> None:
        """Write the tile of `lines` lines from a on by `columns` columns from b on."""
        frame, writer = self.frame, self.writer
        sums = self._sums(a, lines, b, columns)
        totals = [
            _totals(frame, sums[start : start + columns])
            for start in range(0, lines * columns, columns)
        ]
        if not self.guarded:
            self._add(totals, a, b, columns)
            return
        whole = writer if columns == frame.width else frame.scalar
        nan = whole.any_nan([x for line in totals for x in line])
        with writer.when(frame.scalar.logic("xor", nan, "true")):
            self._add(totals, a, b, columns)
        with writer.when(nan):
            self._add_guarded(a, lines, b, columns)

    def _add(self, totals: Sequence[list[str]], a: Index, b: Index, columns: int) -> None:
        for line, numbers in enumerate(totals):
            row = self.frame.shifted(a, line)
            _add_totals(self.frame, numbers, self.into, row, b, columns)

    def _sums(self, a: Index, lines: int, b: Index, columns: int) -> list[str]:
        writer = self.writer
        zeros = [0.0] * (lines * columns)
        with writer.loop(0, "%lanes", self.frame.width, carried=zeros) as over:
            sums = over.carried
            if self.depth == 1:
                over.next = [*self._added(sums, a, lines, b, columns, 0, over.index)]
            else:
                with writer.loop(0, self.depth, carried=sums) as loop:
                    sums = self._added(loop.carried, a, lines, b, columns, loop.index, over.index)
                    loop.next = [*sums]
                over.next = [*loop.results]
        return over.results

    def _added(
        self, sums: list[str], a: Index, lines: int, b: Index, columns: int, k: Index, lane: Index
    ) -> list[str]:
        """Return the sums with the products of one vector of examples added."""
        frame = self.frame
        lefts = [
            frame.load(Memory.VARYING, self.left.at(frame.shifted(a, line), k), lane)
            for line in range(lines)
        ]
        added = list(sums)
        for column in range(columns):
            right = frame.load(Memory.VARYING, self.right.at(frame.shifted(b, column), k), lane)
            for line, left in enumerate(lefts):
                place = line * columns + column
                added[place] = self.writer.fma(left, right, sums[place])
        return added

    def _add_guarded(self, a: Index, lines: int, b: Index, columns: int) -> None:
        """Write the tile anew, one sum after the other: this is rare, so the code is short."""
        frame, writer, scalar = self.frame, self.writer, self.frame.scalar
        with scalar.loop(0, lines) as line, scalar.loop(0, columns) as column:
            row = scalar.integer("add", a, line.index)
            other = scalar.integer("add", b, column.index)
            with writer.loop(0, "%lanes", frame.width, carried=[0.0]) as over:
                with writer.loop(0, self.depth, carried=over.carried) as loop:
                    left = frame.load(Memory.VARYING, self.left.at(row, loop.index), over.index)
                    right = frame.load(Memory.VARYING, self.right.at(other, loop.index), over.index)
                    product = writer.guarded_product(left, right)
                    loop.next = [writer.fadd(loop.carried[0], product)]
                over.next = [*loop.results]
            _add(scalar, writer.total(over.results[0]), self.into.at(row, other))


def _sum_lookup(frame: Frame, into: tuple[tuple[int, ...], ...]) -> Lookup:
    return frame.lookup(Table(Memory.UNIFORM, into))


def _totals(frame: Frame, vectors: list[str]) -> list[str]:
    """Return the totals of vectors: as one vector if there are as many as lanes, else one by one.

    Each round adds neighbouring blocks of lanes and halves the number of vectors.
    """
    writer, lanes = frame.writer, range(frame.width)
    if len(vectors) < frame.width:
        return [writer.total(vector) for vector in vectors]
    size = 1
    while len(vectors) > 1:
        low = [k if k // size % 2 == 0 else k - size + frame.width for k in lanes]
        high = [k + size for k in low]
        vectors = [
            writer.fadd(writer.shuffle(x, y, low), writer.shuffle(x, y, high))
            for x, y in zip(vectors[::2], vectors[1::2])
        ]
        size *= 2
    return vectors


def _add_totals(
    frame: Frame, totals: list[str], into: Lookup, line: Index, column: Index, columns: int
) -> None:
    """Write the addition of totals to the sums at a line, from a column on."""
    if len(totals) < columns:
        if into.strides is not None and into.strides[1] == 1:
            _add(frame.writer, totals[0], into.at(line, column))
            return
        totals = [frame.writer.element(totals[0], k) for k in range(columns)]
    for k, number in enumerate(totals):
        _add(frame.scalar, number, into.at(line, frame.shifted(column, k)))


def _add(writer: Writer, x: str, offset: Index) -> None:
    address = writer.at(1).address("%sums", offset)
    writer.store(writer.fadd(writer.load(address), x), address)
