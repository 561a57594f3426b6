"""Choices: numbers read from memory at addresses that are computed."""

from __future__ import annotations

from itertools import groupby
from math import nan
from typing import TYPE_CHECKING

from autograd.program.stages import Memory, Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.backends.llvm.frame import Frame
    from autograd.backends.llvm.writer import Index, Writer
    from autograd.program.stages import Choices


def write_choices(frame: Frame, stage: Choices) -> None:
    """Write result[r] = items[lines[r]][places[r]], all results of one place together."""
    choices = _Choices(frame, stage)
    scalar = frame.scalar
    with scalar.loop(0, len(choices.starts)) as block:
        if stage.result.memory is Memory.UNIFORM:
            choices.write_rows(block.index)
        else:
            with scalar.loop(0, "%lanes") as lane:
                choices.write_lane(block.index, lane.index)


class _Choices:
    """Choices as blocks of equally many results of one place, from neighbouring lines of items."""

    def __init__(self, frame: Frame, stage: Choices) -> None:
        self.frame = frame
        self.memory = stage.items.memory
        self.count = stage.items.width
        self.varies = stage.places.memory is Memory.VARYING
        self.starts, self.size = _blocks(stage)
        places = tuple([stage.places.index[start] for start in self.starts])
        self.places = frame.lookup(Rows(stage.places.memory, places))
        # The lines and the results are numbers of their own, as the rows of UNIFORM memory are
        lines = tuple([stage.lines[start] for start in self.starts])
        self.lines = frame.lookup(Rows(Memory.UNIFORM, lines))
        self.items = frame.lookup(stage.items)
        self.side_by_side = stage.items.strides is not None and stage.items.strides[0] == 1
        self.result = frame.lookup(stage.result)

    def write_rows(self, block: Index) -> None:
        """Write the results of a block that all examples share: vectors, where items lie so."""
        frame = self.frame
        x = frame.scalar.load(self._address(self.places.at(block)))
        place, known = place_of(frame.scalar, x, self.count)
        line, row = self.lines.at(block), frame.scaled(block, self.size)

        def some(first: Index, count: int) -> None:
            writer = frame.writer if count == frame.width else frame.scalar
            for k in range(0, count, writer.lanes):
                column = frame.shifted(first, k)
                source = self.items.at(frame.shifted(line, column), place)
                condition = known if writer.lanes == 1 else writer.spread(known)
                item = writer.select(condition, writer.load(self._address(source)), nan)
                target = self.result.at(frame.shifted(row, column))
                writer.store(item, self._address(target))

        frame.over(self.size, frame.width if self.side_by_side else 1, some)

    def write_lane(self, block: Index, lane: Index) -> None:
        """Write the results of a block for one example."""
        frame, scalar = self.frame, self.frame.scalar
        x = scalar.load(self._address(self.places.at(block), lane if self.varies else None))
        place, known = place_of(scalar, x, self.count)
        line, row = self.lines.at(block), frame.scaled(block, self.size)

        def some(first: Index, count: int) -> None:
            for k in range(count):
                column = frame.shifted(first, k)
                source = self.items.at(frame.shifted(line, column), place)
                inside = lane if self.memory is Memory.VARYING else None
                item = scalar.select(known, scalar.load(self._address(source, inside)), nan)
                scalar.store(item, frame.address(self.result.at(frame.shifted(row, column)), lane))

        frame.over(self.size, 8, some)

    def _address(self, offset: Index, lane: Index | None = None) -> str:
        if lane is None:
            return self.frame.scalar.address("%uniform", offset)
        return self.frame.address(offset, lane)


def place_of(scalar: Writer, x: str, count: Index) -> tuple[str, str]:
    """Return a place among `count` items as an integer, and the condition that there is an item.

    The integer is 0 if there is none.
    """
    symbol = f"llvm.fptosi.sat.i64.{scalar.suffix}"
    scalar.declare(symbol, f"declare i64 @{symbol}({scalar.type})")
    place = scalar.value(f"call i64 @{symbol}({scalar.type} {x})")
    whole = scalar.fcmp("oeq", scalar.value(f"sitofp i64 {place} to {scalar.type}"), x)
    known = scalar.logic("and", whole, scalar.compare("ult", place, count))
    return scalar.value(f"select i1 {known}, i64 {place}, i64 0"), known


def _blocks(stage: Choices) -> tuple[Sequence[int], int]:
    """Return where the blocks of results begin, and the number of results in each."""
    rows = range(len(stage.lines))
    runs = groupby(rows, lambda row: (stage.places.index[row], stage.lines[row] - row))
    blocks = [[*run] for _, run in runs]
    sizes = {len(block) for block in blocks}
    if len(sizes) > 1:
        return rows, 1
    return [block[0] for block in blocks], sizes.pop()
