"""Bytecode: irregular programs as a list of instructions that a loop in machine code runs.

LLVM takes minutes for code of its own for each of many thousand operations. Beyond a limit the
operations that are in no larger group become records of numbers: which of a few pieces of code to
run, and the offsets of the result and the operands.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeGuard

from autograd.backends.llvm.elementary import lowered, minds_constants
from autograd.backends.llvm.loops import FusedLoop
from autograd.program.stages import Elementwise, Memory

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograd.backends.llvm.frame import Frame
    from autograd.backends.llvm.loops import Planned
    from autograd.backends.llvm.writer import Index, Operand, Writer
    from autograd.primitive import Primitive
    from autograd.program.program import Program
    from autograd.program.stages import Stage

MOST_STRAIGHT = 1500  # operations for which code of their own is written
FEW_ROWS = 4  # of a loop that counts as irregular
MOST_CASES = 64  # pieces of code; beyond, constants are operands like others

# The case that a piece of code is for: the operation, and for each operand its memory, or its
# constant as hexadecimal text, which tells 0.0 from -0.0.
Case: TypeAlias = "tuple[Primitive, tuple[Memory | str, ...]]"


@dataclass
class Bytecode:
    """Elementwise stages of which each row is one instruction."""

    stages: list[Elementwise]


def with_bytecode(plan: Sequence[Planned]) -> list[Planned | Bytecode]:
    """Return the plan with its irregular loops as lists, if they are too many to be code."""
    irregular = [item for item in plan if _is_irregular(item)]
    if sum(item.rows * len(item.stages) for item in irregular) <= MOST_STRAIGHT:
        return list(plan)
    result: list[Planned | Bytecode] = []
    for item in plan:
        if not _is_irregular(item):
            result.append(item)
        elif result and isinstance(result[-1], Bytecode):
            result[-1].stages += item.stages
        else:
            result.append(Bytecode(list(item.stages)))
    return result


def count_straight(stages: Sequence[Stage]) -> int:
    """Return the number of uniform stages for which code of their own is written."""
    rows = [len(stage.result.index) for stage in stages if isinstance(stage, Elementwise)]
    irregular = [count for count in rows if count <= FEW_ROWS]
    return len(stages) - (len(irregular) if sum(irregular) > MOST_STRAIGHT else 0)


def _is_irregular(item: Planned) -> TypeGuard[FusedLoop]:
    return isinstance(item, FusedLoop) and item.rows <= FEW_ROWS and item.source is None


def write_bytecode(frame: Frame, program: Program, stages: Sequence[Elementwise]) -> array[int]:
    """Write the loop over the instructions; return their records, which must stay in memory."""
    steps = [step for stage in stages for step in _instructions(program, stage)]
    cases = dict.fromkeys(case for case, _, _ in steps)
    fixed = len(cases) <= MOST_CASES
    if not fixed:
        cases = {(op, _general(op, operands)): None for op, operands in cases}
    numbers = {case: number for number, case in enumerate(cases)}
    width = 2 + max(len(operands) for _, operands in cases)
    records = array("q")
    # Of the rest, which are UNIFORM rows and constants, it is 1
    scale: dict[Memory | str, int] = {Memory.VARYING: frame.stride}
    memory = stages[0].result.memory
    stride = scale.get(memory, 1)
    for (op, operands), rows, result in steps:
        kinds = operands if fixed else _general(op, operands)
        offsets = [row * scale.get(kind, 1) for row, kind in zip(rows, kinds)]
        record = [numbers[op, kinds], result * stride, *offsets]
        records.extend(record + [0] * (width - len(record)))
    scalar = frame.scalar
    table = scalar.pointer(records.buffer_info()[0])
    with scalar.loop(0, len(records), width) as loop:
        fields = [
            scalar.load_integer(table, frame.shifted(loop.index, field)) for field in range(width)
        ]
        order = list(numbers)
        scalar.switch(
            fields[0],
            len(order),
            lambda number: _write_case(frame, order[number], memory, fields[1], fields[2:]),
        )
    return records


def _write_case(
    frame: Frame, case: Case, memory: Memory, result: str, offsets: Sequence[str]
) -> None:
    op, kinds = case

    def value(writer: Writer, lane: Index) -> Operand:
        operands: list[Operand] = []
        for kind, offset in zip(kinds, offsets):
            if isinstance(kind, str):
                operands.append(float.fromhex(kind))
            elif memory is Memory.VARYING:
                operands.append(frame.load(kind, offset, lane))
            else:
                operands.append(writer.load(writer.address("%uniform", offset)))
        return lowered(writer, op, operands)

    if memory is Memory.VARYING:
        frame.over_lanes(
            1, lambda lanes: frame.store(value(frame.writer, lanes[0]), result, lanes[0])
        )
    else:
        scalar = frame.scalar
        scalar.store(value(scalar, 0), scalar.address("%uniform", result))


def _instructions(
    program: Program, stage: Elementwise
) -> Iterator[tuple[Case, tuple[int, ...], int]]:
    """Yield the case, the rows of the operands and that of the result, for each row of a stage."""
    first, last = program.inputs - program.examples, program.first - program.examples
    for place, result in enumerate(stage.result.index):
        kinds: list[Memory | str] = []
        rows = tuple([operand.index[place] for operand in stage.operands])
        for operand, row in zip(stage.operands, rows):
            constant = operand.memory is Memory.UNIFORM and first <= row < last
            kinds.append(program.constants[row - first].hex() if constant else operand.memory)
        yield (stage.op, tuple(kinds)), rows, result


def _general(op: Primitive, operands: tuple[Memory | str, ...]) -> tuple[Memory | str, ...]:
    """Return the operands with constants read from memory, unless the result depends on that."""
    if minds_constants(op):
        return operands
    return tuple([kind if isinstance(kind, Memory) else Memory.UNIFORM for kind in operands])
