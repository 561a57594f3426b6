"""Dot products and matrix products for each example, tiled in registers.

A tile is some lines of weights, which are the same in every lane, by some vectors of examples.
Where the row guards against 0 times infinity, a tile whose results hold a nan is computed again
with the guard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.backends.llvm.frame import UNROLLED, contiguous
from autograd.program.stages import Memory

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.backends.llvm.frame import Frame
    from autograd.backends.llvm.loops import LoopBody
    from autograd.backends.llvm.writer import Index, Operand, Writer
    from autograd.program.stages import Dots, Product


# Lines and vectors of a tile by registers: 24 sums in the 32 of AVX-512, 12 in 16 elsewhere.
TILES = {32: (8, 3), 16: (4, 3)}
TURNS = 2  # terms in one turn of a loop over many


def write_product(frame: Frame, stage: Product, after: LoopBody | None = None) -> None:
    """Write result[a, b] = sum over k of left[a][k] * right[b][k] for a block of examples.

    `after` is applied to each tile while that is in registers.
    """
    tile = _ProductTile(frame, stage, after)
    lines, vectors = TILES[frame.registers]

    def columns(b: Index, _: int) -> None:
        def some_lines(a: Index, count: int) -> None:
            frame.over_lanes(vectors, lambda lanes: tile.write(a, count, b, lanes))

        frame.over(stage.left.height, lines, some_lines)

    frame.over(stage.right.height, 1, columns)


def write_dots(frame: Frame, stage: Dots) -> None:
    """Write result[r] = sum over k of left[r][k] * right[r][k] for a block of examples."""
    tile = _DotTile(frame, stage)
    frame.over(stage.left.height, 1, lambda r, _: frame.over_lanes(4, tile.at(r)))


class _ProductTile:
    """A tile of a product: some lines of the left table, one of the right, some vectors."""

    def __init__(self, frame: Frame, stage: Product, after: LoopBody | None) -> None:
        self.frame = frame
        self.writer = frame.writer
        self.after = after
        self.rows = stage.result
        self.guarded, self.ordered = stage.guarded, stage.ordered
        self.memories = stage.left.memory, stage.right.memory
        self.left = frame.lookup(stage.left)
        self.right = frame.lookup(stage.right)
        self.result = frame.lookup(contiguous(stage.result, stage.right.height))
        self.width = stage.left.width

    def write(self, a: Index, lines: int, b: Index, lanes: Sequence[Index]) -> None:
        """Write the tile of `lines` lines from `a` on, for the vectors that begin at `lanes`."""
        sums = self._sums(a, lines, b, lanes)
        for line in range(lines):
            self._write_line(self.frame.shifted(a, line), b, lanes, sums[line * len(lanes) :])
        if self.guarded:
            with self.writer.when(self.writer.any_nan(sums)):
                self.write_guarded(a, lines, b, lanes)

    def _write_line(self, a: Index, b: Index, lanes: Sequence[Index], sums: list[str]) -> None:
        after = self.after
        write = after.over_examples(a) if after is not None else None
        for x, lane in zip(sums, lanes):
            if after is None or after.loop.source_stored:
                self.frame.store(x, self.result.at(a, b), lane)
            if write is not None:
                write(lane, {self.rows: x})

    def _sums(self, a: Index, lines: int, b: Index, lanes: Sequence[Index]) -> list[str]:
        """Return the sums of the tile; one that is 0 is 0.0, as a sum that starts from 0.0 is."""
        sums = self._from_first(a, lines, b, lanes)
        return sums if self.ordered else [self.writer.fadd(x, 0.0) for x in sums]

    def _from_first(self, a: Index, lines: int, b: Index, lanes: Sequence[Index]) -> list[str]:
        """Return sums of products: -0.0 where they start with one, or a fused one underflows."""
        if self.width <= UNROLLED:
            sums = [""] * (lines * len(lanes))
            for k in range(self.width):
                sums = self._added(sums, a, lines, b, k, lanes)
            return sums
        turns = TURNS if self.width % TURNS == 0 else 1
        zeros = [-0.0] * (lines * len(lanes))
        with self.writer.loop(0, self.width, turns, carried=zeros) as loop:
            sums = loop.carried
            for turn in range(turns):
                term = self.frame.shifted(loop.index, turn)
                sums = self._added(sums, a, lines, b, term, lanes)
            loop.next = list(sums)
        return loop.results

    def _added(
        self, sums: list[str], a: Index, lines: int, b: Index, k: Index, lanes: Sequence[Index]
    ) -> list[str]:
        """Return the sums with the products of one k added."""
        frame, writer = self.frame, self.writer
        left_memory, right_memory = self.memories
        own_lanes = lanes if left_memory is Memory.VARYING else lanes[:1]
        rights = [frame.load(right_memory, self.right.at(b, k), lane) for lane in lanes]
        added: list[str] = []
        for line in range(lines):
            offset = self.left.at(frame.shifted(a, line), k)
            lefts = [frame.load(left_memory, offset, lane) for lane in own_lanes]
            for position, right in enumerate(rights):
                left = lefts[position % len(lefts)]
                old = sums[line * len(lanes) + position]
                added.append(with_product(writer, old, left, right, self.ordered))
        return added

    def write_guarded(self, a: Index, lines: int, b: Index, lanes: Sequence[Index]) -> None:
        """Write the tile guarded, a vector after the other: this is rare, so the code is short."""
        frame, writer, scalar = self.frame, self.writer, self.frame.scalar
        left_memory, right_memory = self.memories
        with scalar.loop(0, lines) as line, scalar.loop(0, len(lanes)) as vector:
            row = scalar.integer("add", a, line.index)
            beyond = scalar.integer("mul", vector.index, frame.width)
            lane = scalar.integer("add", lanes[0], beyond)
            with writer.loop(0, self.width, carried=[0.0]) as loop:
                left = frame.load(left_memory, self.left.at(row, loop.index), lane)
                right = frame.load(right_memory, self.right.at(b, loop.index), lane)
                product = writer.guarded_product(left, right)
                loop.next = [writer.fadd(loop.carried[0], product)]
            frame.store(loop.results[0], self.result.at(row, b), lane)
            if self.after is not None:
                self.after.over_examples(row)(lane, {})


class _DotTile:
    """Some vectors of one dot product."""

    def __init__(self, frame: Frame, stage: Dots) -> None:
        self.frame = frame
        self.stage = stage
        self.left = frame.lookup(stage.left)
        self.right = frame.lookup(stage.right)
        self.result = frame.lookup(stage.result)

    def at(self, r: Index) -> Callable[[Sequence[Index]], None]:
        """Return the function that writes the dot product r for vectors from given lanes on."""
        return lambda lanes: self._write(r, lanes)

    def _write(self, r: Index, lanes: Sequence[Index]) -> None:
        frame = self.frame
        sums: Sequence[str] = []
        if self.stage.left.width <= UNROLLED:
            for k in range(self.stage.left.width):
                sums = self._added(sums, r, k, lanes)
        else:
            zeros = [-0.0] * len(lanes)
            with frame.writer.loop(0, self.stage.left.width, carried=zeros) as loop:
                loop.next = list(self._added(loop.carried, r, loop.index, lanes))
            sums = loop.results
        for x, lane in zip(sums, lanes):
            total = x if self.stage.ordered else frame.writer.fadd(x, 0.0)  # 0.0 for -0.0
            frame.store(total, self.result.at(r), lane)

    def _added(
        self, sums: Sequence[str], r: Index, k: Index, lanes: Sequence[Index]
    ) -> Sequence[str]:
        frame, stage, writer = self.frame, self.stage, self.frame.writer
        added = []
        for position, lane in enumerate(lanes):
            left = frame.load(stage.left.memory, self.left.at(r, k), lane)
            right = frame.load(stage.right.memory, self.right.at(r, k), lane)
            if stage.guarded:
                product = writer.guarded_product(left, right)
                added.append(writer.fadd(sums[position], product) if sums else product)
            else:
                old = sums[position] if sums else ""
                added.append(with_product(writer, old, left, right, stage.ordered))
        return added


def with_product(writer: Writer, old: Operand, left: str, right: str, ordered: bool) -> str:
    """Return old + left * right, the product rounded if the terms are ordered; old may be none."""
    if old == "" or ordered:
        product = writer.fmul(left, right)
        return writer.fadd(old, product) if old != "" else product
    return writer.fma(left, right, old)
