"""Dot products and matrix products of what all examples share, where no lanes run over examples.

Lanes of a matrix product run over the lines of its right table, whose numbers for one term must lie
side by side. Where they do not, some lines are packed so first, squares of neighbours by exchanges
in registers. A tile is some lines of the left table, each number in every lane, by some vectors.
Lanes of other dot products run over rows or terms, where these lie side by side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.backends.llvm.frame import UNROLLED, Lookup, contiguous
from autograd.backends.llvm.products import with_product
from autograd.backends.llvm.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from autograd.backends.llvm.frame import Frame
    from autograd.backends.llvm.writer import Index, Operand, Writer
    from autograd.program.stages import Dots, Product, Table

VECTORS = 2  # of a tile
MOST_SUMS = {32: 16, 16: 10}  # of a tile, by registers
WRITTEN_OUT = 48  # products of vectors for which a loop over the terms would cost more
FEW = 8  # products of vectors that are guarded one by one: the code that is shorter then


def write_uniform_product(frame: Frame, stage: Product) -> None:
    """Write result[a, b] = sum over k of left[a][k] * right[b][k].

    Products of one form, wherever their rows are, call one function: a program of many positions
    or blocks has few forms, and LLVM's time is in proportion to the text.
    """
    writer = frame.writer
    tables = {
        "left": stage.left,
        "right": stage.right,
        "result": contiguous(stage.result, stage.right.height),
    }
    symbol = _form(stage)
    writer.require(symbol, lambda: _define(frame, stage, symbol, tables))
    arguments = []
    for table in tables.values():
        if table.strides is None:
            arguments += ["ptr %uniform", f"ptr {frame.lookup(table).symbol}"]
        else:
            arguments.append(f"ptr {frame.scalar.address('%uniform', table.index[0][0])}")
    writer.do(f"call void @{symbol}({', '.join(arguments)})")


def _form(stage: Product) -> str:
    """Return what the function of a product is called, by all that its text depends on."""
    name = "guarded" if stage.guarded else "ordered" if stage.ordered else "product"
    for table in (stage.left, stage.right):
        strides = "any" if table.strides is None else ".".join(map(str, table.strides))
        name += f".{table.height}x{table.width}.{strides}"
    return name


def _define(frame: Frame, stage: Product, symbol: str, tables: Mapping[str, Table]) -> None:
    """Write the function of a form of product: of each table it is given the first place.

    Of an irregular one, it is given the memory and the offsets in it.
    """
    parameters: dict[str, str] = {}
    for name, table in tables.items():
        parameters[f"%{name}"] = "ptr"
        if table.strides is None:
            parameters[f"%{name}.offsets"] = "ptr"
    height, breadth = stage.left.height, stage.right.height
    lines, vectors, lanes = tile_of(stage, frame)
    with frame.writer.function(symbol, parameters, linkage="internal"):
        tile = _Tile(frame, stage, tables, lines, frame.writer.at(lanes), vectors)
        if not tile.side_by_side:
            numbers = tile.columns * tile.width
            frame.writer.do(f"%packed = alloca {frame.writer.number}, i64 {numbers}, align 64")

        def columns(column: Index) -> None:
            tile.pack(column)
            _over_whole(frame, height, tile.lines, lambda line: tile.write(line, column))

        _over_whole(frame, breadth, lanes * vectors, columns)


def tile_of(stage: Product, frame: Frame) -> tuple[int, int, int]:
    """Return how many lines and vectors a tile has, and how many lanes a vector."""
    height, breadth = stage.left.height, stage.right.height
    lanes = min(frame.width, 1 << breadth.bit_length() - 1)
    tiles = -(-height * VECTORS // MOST_SUMS[frame.registers])
    return -(-height // tiles), min(VECTORS, breadth // lanes), lanes


def is_few(stage: Product, frame: Frame) -> bool:
    """Tell whether the products of a tile are so few that they are guarded one by one."""
    lines, vectors, _ = tile_of(stage, frame)
    return lines * vectors * stage.left.width <= FEW


def _over_whole(frame: Frame, count: int, step: int, body: Callable[[Index], None]) -> None:
    """Write `body` for `step` indices at a time: the last ones are those before the end.

    What is written twice is written with the same numbers, so that there is one text of the body.
    """
    if count == step:
        body(0)
        return
    with frame.scalar.loop(0, count, step) as loop:
        last = count - step
        body(loop.index if count % step == 0 else frame.scalar.smaller(loop.index, last))


class _Tile:
    """Some lines of the left table of a product, by some vectors of lines of the right one."""

    def __init__(
        self,
        frame: Frame,
        stage: Product,
        tables: Mapping[str, Table],
        lines: int,
        writer: Writer,
        vectors: int,
    ) -> None:
        self.frame = frame
        self.writer = writer
        self.lines, self.vectors = lines, vectors
        self.columns = vectors * writer.lanes
        self.left, self.right, self.result = (
            Lookup(writer, table, 1, f"%{name}.offsets") for name, table in tables.items()
        )
        self.width = stage.left.width
        self.guarded, self.ordered = stage.guarded, stage.ordered
        self.few = is_few(stage, frame)
        self.side_by_side = self.right.strides is not None and self.right.strides[0] == 1

    def pack(self, column: Index) -> None:
        """Write the lines from a column on, term by term, to memory of its own, if need be."""
        if self.side_by_side:
            return
        frame, writer, lanes = self.frame, self.writer, self.writer.lanes
        in_line = self.right.strides is not None and self.right.strides[1] == 1 and lanes > 1
        squares = self.width - self.width % lanes if in_line else 0
        starts = [frame.shifted(column, first) for first in range(0, self.columns, lanes)]
        for place, first in enumerate(starts):
            lines = [frame.shifted(first, lane) for lane in range(lanes)]
            if squares:
                with frame.scalar.loop(0, squares, lanes) as loop:
                    square = [writer.load(self._source(line, loop.index)) for line in lines]
                    for term, x in enumerate(_transposed(writer, square)):
                        k = frame.shifted(loop.index, term)
                        writer.store(x, self._packed(k, place * lanes))
            if squares < self.width:
                with frame.scalar.loop(squares, self.width) as loop:
                    numbers = [frame.scalar.load(self._source(line, loop.index)) for line in lines]
                    writer.store(writer.gather(numbers), self._packed(loop.index, place * lanes))

    def write(self, line: Index, column: Index) -> None:
        """Write the results of the lines from `line` on, for the columns from `column` on."""
        sums = self._sums(line, column)
        if not self.ordered:
            sums = [self.writer.fadd(x, 0.0) for x in sums]  # 0.0 for -0.0
        for place, x in enumerate(sums):
            row, vector = divmod(place, self.vectors)
            offset = self.result.at(
                self.frame.shifted(line, row),
                self.frame.shifted(column, vector * self.writer.lanes),
            )
            self.writer.store(x, self.frame.scalar.address("%result", offset))
        if self.guarded and not self.few:
            with self.writer.when(self.writer.any_nan(sums)):
                self._write_guarded(line, column)

    def _sums(self, line: Index, column: Index) -> list[str]:
        count = self.lines * self.vectors
        if self.width * count <= WRITTEN_OUT:
            sums = [""] * count
            for k in range(self.width):
                sums = self._added(sums, line, column, k)
            return sums
        with self.writer.loop(0, self.width, carried=[-0.0] * count) as loop:
            loop.next = [*self._added(loop.carried, line, column, loop.index)]
        return loop.results

    def _added(self, sums: Sequence[str], line: Index, column: Index, k: Index) -> list[str]:
        """Return the sums with the products of one term added."""
        frame, writer = self.frame, self.writer
        rights = []
        for first in range(0, self.columns, writer.lanes):
            shifted = frame.shifted(column, first)
            source = self._source(shifted, k) if self.side_by_side else self._packed(k, first)
            rights.append(writer.load(source))
        added: list[str] = []
        for row in range(self.lines):
            offset = self.left.at(frame.shifted(line, row), k)
            left = writer.load_splat(frame.scalar.address("%left", offset))
            for right in rights:
                old = sums[len(added)]
                if self.guarded and self.few:
                    product = writer.guarded_product(left, right)
                    added.append(writer.fadd(old, product) if old else product)
                else:
                    added.append(with_product(writer, old, left, right, self.ordered))
        return added

    def _source(self, column: Index, k: Index) -> str:
        return self.frame.scalar.address("%right", self.right.at(column, k))

    def _packed(self, k: Index, place: int) -> str:
        offset = self.frame.shifted(self.frame.scaled(k, self.columns), place)
        return self.frame.scalar.address("%packed", offset)

    def _write_guarded(self, line: Index, column: Index) -> None:
        """Write each nan of the tile anew: this is rare, so the code is short."""
        scalar = self.frame.scalar
        with scalar.loop(0, self.lines) as down, scalar.loop(0, self.columns) as across:
            row = scalar.integer("add", line, down.index)
            other = scalar.integer("add", column, across.index)
            with scalar.loop(0, self.width, carried=[0.0]) as loop:
                left = scalar.load(scalar.address("%left", self.left.at(row, loop.index)))
                right = scalar.load(self._source(other, loop.index))
                product = scalar.guarded_product(left, right)
                loop.next = [scalar.fadd(loop.carried[0], product)]
            target = scalar.address("%result", self.result.at(row, other))
            plain = scalar.load(target)
            again = scalar.fcmp("uno", plain, plain)
            scalar.store(scalar.select(again, loop.results[0], plain), target)


def _transposed(writer: Writer, rows: Sequence[str]) -> Sequence[str]:
    """Return the columns of a square of as many vectors as there are lanes, exchanged in blocks."""
    lanes, square, size = range(writer.lanes), [*rows], 1
    while size < writer.lanes:
        low = [k if k // size % 2 == 0 else k - size + writer.lanes for k in lanes]
        high = [k + size if k // size % 2 == 0 else k + writer.lanes for k in lanes]
        for k in lanes:
            if k // size % 2 == 0:
                x, y = square[k], square[k + size]
                square[k], square[k + size] = writer.shuffle(x, y, low), writer.shuffle(x, y, high)
        size *= 2
    return square


def write_uniform_dots(frame: Frame, stage: Dots) -> None:
    """Write result[r] = sum over k of left[r][k] * right[r][k]."""
    dots = _Dots(frame, stage)
    result = frame.lookup(stage.result)

    def some_rows(row: Index, count: int) -> None:
        if count == frame.width and dots.side_by_side:
            total = dots.by_rows(frame.writer, row)
            frame.writer.store(total, frame.scalar.address("%uniform", result.at(row)))
            return
        for k in range(count):
            shifted = frame.shifted(row, k)
            total = dots.by_terms(shifted) if dots.in_line else dots.by_rows(frame.scalar, shifted)
            frame.scalar.store(total, frame.scalar.address("%uniform", result.at(shifted)))

    first = 0 if dots.side_by_side or dots.in_line else dots.over_runs(result)
    frame.over(stage.left.height, frame.width if dots.side_by_side else 1, some_rows, first)


def neighbours(stage: Dots, lanes: int) -> tuple[bool, bool]:
    """Tell whether neighbouring rows, and neighbouring terms of a row, lie side by side in memory.

    Whole vectors of such rows are computed in lanes; of the rows that are left, and of all others,
    the terms are, where they may be added in another order.
    """
    left, right = stage.left, stage.right
    steps = [table.strides or (2, 2) for table in (left, right)]
    side_by_side = left.height >= lanes and all(down in (0, 1) for down, _ in steps)
    reordered = not stage.ordered and left.width >= lanes
    return side_by_side, reordered and all(across in (0, 1) for _, across in steps)


class _Dots:
    """Rows of two tables, multiplied and added up."""

    def __init__(self, frame: Frame, stage: Dots) -> None:
        self.frame = frame
        left, right = stage.left, stage.right
        self.guarded = stage.guarded
        self.start = -0.0 if stage.ordered else 0.0
        self.sides = (left, frame.lookup(left)), (right, frame.lookup(right))
        self.width = left.width
        self.side_by_side, self.in_line = neighbours(stage, frame.width)

    def over_runs(self, result: Lookup) -> int:
        """Write vectors of the rows of runs; return the first row that is left."""
        columns = [column for table, _ in self.sides for column in zip(*table.index)]
        runs = Runs.of(columns) if 0 < self.width <= UNROLLED else None
        if runs is None:
            return 0
        writer = self.frame.writer

        def vector(row: Index, operands: list[str]) -> None:
            total: Operand = self.start
            for left, right in zip(operands[: self.width], operands[self.width :]):
                total = writer.fadd(total, self._multiplied(writer, left, right))
            writer.store(total, self.frame.scalar.address("%uniform", result.at(row)))

        return runs.write(self.frame, vector)

    def by_rows(self, writer: Writer, row: Index) -> Operand:
        """Return the dot products of neighbouring rows, or of one row with a writer of numbers."""
        if self.width <= UNROLLED:
            total: Operand = self.start
            for k in range(self.width):
                total = writer.fadd(total, self._product(writer, row, k, axis=0))
            return total
        with writer.loop(0, self.width, carried=[self.start]) as loop:
            product = self._product(writer, row, loop.index, axis=0)
            loop.next = [writer.fadd(loop.carried[0], product)]
        return loop.results[0]

    def by_terms(self, row: Index) -> Operand:
        """Return the dot product of one row, as many terms at a time as there are lanes."""
        frame, writer = self.frame, self.frame.writer
        whole = self.width - self.width % frame.width
        with writer.loop(0, whole, frame.width, carried=[0.0]) as loop:
            product = self._product(writer, row, loop.index, axis=1)
            loop.next = [writer.fadd(loop.carried[0], product)]
        total: Operand = writer.total(loop.results[0])
        for k in range(whole, self.width):
            total = frame.scalar.fadd(total, self._product(frame.scalar, row, k, axis=1))
        return total

    def _product(self, writer: Writer, row: Index, k: Index, axis: int) -> str:
        left, right = (
            self._load(writer, table, lookup, row, k, axis) for table, lookup in self.sides
        )
        return self._multiplied(writer, left, right)

    def _multiplied(self, writer: Writer, left: str, right: str) -> str:
        if self.guarded:
            return writer.guarded_product(left, right)
        return writer.fmul(left, right)

    def _load(
        self, writer: Writer, table: Table, lookup: Lookup, row: Index, k: Index, axis: int
    ) -> str:
        """Return numbers that lie side by side along an axis, or one for all lanes."""
        address = self.frame.scalar.address("%uniform", lookup.at(row, k))
        same = table.strides is None or table.strides[axis] == 0
        return writer.load_splat(address) if same else writer.load(address)
