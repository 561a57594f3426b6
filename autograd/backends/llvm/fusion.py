"""Fusion: elementwise stages over the same rows become one loop, to spare memory traffic."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from autograd.program.stages import Dots, Elementwise, Fold, Memory, Product, Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from autograd.program.stages import Stage, Table

__all__ = ["FusedLoop", "Planned", "fused"]

Row: TypeAlias = tuple[Memory, int]
Planned: TypeAlias = "FusedLoop | Dots | Fold | Product"

LONGEST = 128  # operations in one loop: a block of code that compiles in time linear in its length


@dataclass
class FusedLoop:
    """Elementwise stages that one loop over `rows` rows computes, and which results are stored.

    With a `source`, a matrix product, the loop is done on each of its tiles while that is still in
    registers: the results of the product are stored only if they are read elsewhere.
    """

    rows: int
    source: Product | None = None
    source_stored: bool = True
    stages: list[Elementwise] = field(default_factory=list)
    stored: list[bool] = field(default_factory=list)
    results: dict[tuple[Memory, tuple[int, ...]], int] = field(default_factory=dict)

    def position(self, operand: Rows) -> int | None:
        """Return which stage of the loop computes exactly these rows, None if none does."""
        return self.results.get((operand.memory, operand.index))

    def takes(self, stage: Elementwise) -> bool:
        """Tell whether a stage reads what the loop computes in step with it, or not at all."""
        if len(stage.result.index) != self.rows or len(self.stages) >= LONGEST:
            return False
        memory = self.stages[0].result.memory
        first, last = self.stages[0].result.index[0], self.stages[-1].result.index[-1]
        return all(
            operand.memory is not memory
            or self.position(operand) is not None
            or not any(first <= row <= last for row in operand.index)
            for operand in stage.operands
        )

    def add(self, stage: Elementwise) -> None:
        """Add a stage."""
        self.results[stage.result.memory, stage.result.index] = len(self.stages)
        self.stages.append(stage)


def fused(stages: Sequence[Stage], read_later: Iterable[Row]) -> list[Planned]:
    """Return the stages with runs of elementwise ones as loops.

    `read_later` are the rows that are read after all these stages.
    """
    plan: list[Planned] = []
    for stage in stages:
        if not isinstance(stage, Elementwise):
            plan.append(stage)
            continue
        loop = plan[-1] if plan else None
        if not isinstance(loop, FusedLoop) or not loop.takes(stage):
            loop = FusedLoop(len(stage.result.index))
            plan.append(loop)
        loop.add(stage)
    plan = _with_sources(plan)
    needed = set(read_later)
    for item in plan:
        for operand in _read_from_memory(item):
            needed.update(operand.places())
    for item in plan:
        if isinstance(item, FusedLoop):
            results = [stage.result for stage in item.stages]
            item.stored = [not needed.isdisjoint(result.places()) for result in results]
            if item.source is not None:
                item.source_stored = not needed.isdisjoint(item.source.result.places())
    return plan


def _with_sources(plan: list[Planned]) -> list[Planned]:
    """Return the plan with each product inside the loop after it, if that goes over its rows."""
    result: list[Planned] = []
    for item in plan:
        former = result[-1] if result else None
        if (
            isinstance(item, FusedLoop)
            and isinstance(former, Product)
            and former.result.memory is Memory.VARYING
            and former.right.height == 1
            and not (former.guarded and former.left.memory is Memory.VARYING)
            and item.rows == former.left.height
            and _in_step(item, former.result)
        ):
            item.source = former
            result[-1] = item
        else:
            result.append(item)
    return result


def _in_step(loop: FusedLoop, rows: Rows) -> bool:
    """Tell whether a loop reads these rows, and each only for the same row of its own."""
    first, last = rows.index[0], rows.index[-1]
    operands = {operand for stage in loop.stages for operand in stage.operands}
    return rows in operands and not any(
        operand.memory is rows.memory and any(first <= row <= last for row in operand.index)
        for operand in operands - {rows}
    )


def _read_from_memory(item: Planned) -> Iterator[Rows | Table]:
    """Yield what is read from memory, not from registers."""
    if not isinstance(item, FusedLoop):
        yield from item.reads
        return
    if item.source is not None:
        yield from item.source.reads
    for stage in item.stages:
        for operand in stage.operands:
            inside = item.source is not None and operand == item.source.result
            if item.position(operand) is None and not inside:
                yield operand
