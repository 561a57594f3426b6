"""Frame: where the rows of a schedule lie in memory while a kernel runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.backends.llvm.writer import Index, Operand, Writer
from autograd.program.stages import Memory, Rows, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

UNROLLED = 8  # a loop of so few turns is written out
LINE = 64  # bytes of the cache


def contiguous(rows: Rows, width: int) -> Table:
    """Return consecutive rows as a table of lines of `width`."""
    index = rows.index
    lines = (index[start : start + width] for start in range(0, len(index), width))
    return Table(rows.memory, tuple(lines))


def added(writer: Writer, x: Index, y: Index) -> Index:
    """Return x + y."""
    if isinstance(x, int) and isinstance(y, int):
        return x + y
    if 0 in (x, y):
        return y if x == 0 else x
    return writer.integer("add", x, y)


def scaled(writer: Writer, x: Index, factor: int) -> Index:
    """Return x * factor."""
    if isinstance(x, int):
        return x * factor
    if factor in (0, 1):
        return x if factor else 0
    return writer.integer("mul", x, factor)


class Lookup:
    """Offsets in numbers by line and column: computed where regular, else read from a table.

    With a `symbol` they are those of any table of this form: regular ones count from the first
    place, irregular ones are read from the integers at that symbol.
    """

    def __init__(self, writer: Writer, table: Table, scale: int, symbol: str = "") -> None:
        self._writer = writer.at(1)
        self._scale = scale
        self._index = table.index
        self._start = 0 if symbol else table.index[0][0] * scale
        self._known = not symbol
        self.strides = table.strides
        self._symbol = symbol

    @property
    def symbol(self) -> str:
        """The symbol of a constant table of the offsets, in the module."""
        if not self._symbol:
            offsets = [row * self._scale for rows in self._index for row in rows]
            self._symbol = self._writer.constant_table(offsets)
        return self._symbol

    def at(self, line: Index, column: Index = 0) -> Index:
        """Return the offset at a line and column, each a number or the name of an i64."""
        if self.strides is None:
            if self._known and isinstance(line, int) and isinstance(column, int):
                return self._index[line][column] * self._scale
            return self._read(line, column)
        down, across = (stride * self._scale for stride in self.strides)
        offset: Index = self._start
        for position, stride in ((line, down), (column, across)):
            offset = added(self._writer, offset, scaled(self._writer, position, stride))
        return offset

    def _read(self, line: Index, column: Index) -> Index:
        """Read an irregular offset."""
        writer, width = self._writer, len(self._index[0])
        position = added(writer, scaled(writer, line, width), column)
        address = writer.value(f"getelementptr inbounds i64, ptr {self.symbol}, i64 {position}")
        return writer.value(f"load i64, ptr {address}, align 8")


class Frame:
    """The two memories as pointers: `%uniform`, and `%varying` with `stride` numbers to a row.

    Lanes run over examples. `%lanes` is the number of examples of the block, rounded up to whole
    vectors; blocks hold at most `block` of them.
    """

    def __init__(self, writer: Writer, block: int) -> None:
        self.writer = writer
        self.scalar = writer.at(1)
        self.width = writer.lanes
        self.block = block
        numbers = LINE // writer.precision.size
        lines = -(-block // numbers)
        # An odd number of cache lines to a row: rows that are read together fall into all sets.
        self.stride = numbers * (lines + 1 - lines % 2)
        # Vectors of 64 bytes are those of AVX-512, which has 32 registers
        self.registers = 32 if self.width * writer.precision.size == 64 else 16

    def lookup(self, table: Table | Rows) -> Lookup:
        """Return the offsets of a table, or of rows as its lines."""
        if isinstance(table, Rows):
            table = Table(table.memory, tuple((row,) for row in table.index))
        scale = self.stride if table.memory is Memory.VARYING else 1
        return Lookup(self.writer, table, scale)

    def load(self, memory: Memory, offset: Index, lane: Index = 0) -> str:
        """Return a row from lane `lane` on; a UNIFORM row in every lane."""
        if memory is Memory.UNIFORM:
            return self.writer.load_splat(self.scalar.address("%uniform", offset))
        return self.writer.load(self.address(offset, lane))

    def store(self, x: Operand, offset: Index, lane: Index) -> None:
        """Write lanes of a VARYING row."""
        self.writer.store(x, self.address(offset, lane))

    def address(self, offset: Index, lane: Index) -> str:
        """Return the address of a lane of a VARYING row."""
        return self.scalar.address(self.scalar.address("%varying", offset), lane)

    def over_lanes(self, vectors: int, body: Callable[[Sequence[Index]], None]) -> None:
        """Write `body` for every `vectors` vectors at once, then for the remaining ones.

        It is given the lanes at which the vectors begin.
        """
        scalar, step = self.scalar, vectors * self.width
        rest: Index = 0
        if vectors > 1:
            over = scalar.integer("urem", "%lanes", step)
            rest = scalar.integer("sub", "%lanes", over)
            with scalar.loop(0, rest, step) as loop:
                body([self.shifted(loop.index, k * self.width) for k in range(vectors)])
        with scalar.loop(rest, "%lanes", self.width) as loop:
            body([loop.index])

    def over(
        self, count: int, step: int, body: Callable[[Index, int], None], first: int = 0
    ) -> None:
        """Write `body` for `step` indices up to count - 1 at once, then for the remaining ones.

        It is given the first index and how many there are.
        """
        whole = count - (count - first) % step
        if whole - first == step:
            body(first, step)
        elif whole > first:
            with self.scalar.loop(first, whole, step) as loop:
                body(loop.index, step)
        if count > whole:
            body(whole, count - whole)

    def shifted(self, index: Index, by: Index) -> Index:
        """Return index + by."""
        return added(self.scalar, index, by)

    def scaled(self, index: Index, factor: int) -> Index:
        """Return index * factor."""
        return scaled(self.scalar, index, factor)

    def all_finite(self, start: str, count: int) -> str:
        """Return the condition (i1) that `count` numbers from an address on are finite."""
        whole = count - count % self.width
        writer, scalar = self.writer, self.scalar
        with writer.loop(0, whole, self.width, carried=[0.0]) as loop:
            x = writer.load(scalar.address(start, loop.index))
            loop.next = [writer.fma(x, 0.0, loop.carried[0])]  # 0 times inf or nan is nan
        total = writer.total(loop.results[0])
        for k in range(whole, count):
            total = scalar.fma(scalar.load(scalar.address(start, k)), 0.0, total)
        return scalar.fcmp("oeq", total, 0.0)
