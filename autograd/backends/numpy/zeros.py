"""Signs of zeros: the rows of a schedule in which it matters whether a zero is 0.0 or -0.0.

Few are: most rows end in sums, which start from 0.0, or in comparisons.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from autograd.backends.numpy.algebra import Call, choose, copy, function_of, gated
from autograd.program.stages import Choices, Elementwise, Fold, Memory

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograd.backends.numpy.algebra import Function
    from autograd.primitive import Primitive
    from autograd.program.stages import Schedule, Stage

# The influence that the sign of a zero operand has: none, on the sign of a zero result, or more.
NONE, SIGN, MORE = range(3)

BLIND = frozenset({
    np.absolute, np.exp, np.exp2, np.cos, np.cosh, np.log, np.log2, np.log10, np.logical_and,
    np.logical_or, np.logical_not, np.equal, np.not_equal, np.less, np.less_equal, np.greater,
    np.greater_equal, np.isnan, np.isinf, np.isfinite,
})  # fmt: skip
FAITHFUL = frozenset({
    copy, np.negative, np.add, np.subtract, np.multiply, np.maximum, np.minimum, np.sqrt, np.sin,
    np.tan, np.tanh, np.sinh, np.arcsin, np.arctan, np.arcsinh, np.arctanh, np.expm1, np.log1p,
})  # fmt: skip


def unsigned(schedule: Schedule) -> frozenset[int]:
    """Return the numbers of the stages, `before` first, whose zeros may have either sign.

    Whichever they have, the outputs and the sums are the same bits.
    """
    matters = {
        Memory.UNIFORM: bytearray(schedule.uniform),
        Memory.VARYING: bytearray(schedule.varying),
    }
    for memory, row in schedule.outputs:
        matters[memory][row] = 1
    found = []
    for number, stage in reversed([*enumerate((*schedule.before, *schedule.body))]):
        signed = [matters[stage.result.memory][row] for row in stage.result.index]
        if not any(signed):
            found.append(number)
        for memory, row in _signs_read(stage, signed):
            matters[memory][row] = 1
    return frozenset(found)


def _signs_read(stage: Stage, signed: Sequence[int]) -> Iterator[tuple[Memory, int]]:
    """Yield the rows whose signs matter to a stage, of whose results these are signed."""
    match stage:
        case Elementwise():
            for rows, influence in zip(stage.operands, influences(stage.op)):
                for place, is_signed in zip(rows.places(), signed):
                    if influence == MORE or (influence == SIGN and is_signed):
                        yield place
        case Fold():
            influence = max(influences(stage.op))
            if stage.start == 0.0 and function_of(stage.op).ufunc is np.add:
                influence = NONE
            for line, is_signed in zip(stage.terms.index, signed):
                if influence == MORE or (influence == SIGN and is_signed):
                    yield from ((stage.terms.memory, row) for row in line)
        case Choices():
            if any(signed):
                yield from stage.items.places()
        case _ if stage.ordered and any(signed):  # they start from the first product
            for table in stage.reads:
                yield from table.places()


@lru_cache(maxsize=1024)
def influences(row: Primitive) -> tuple[int, ...]:
    """Return the influence of each operand of a row; of a variadic row, of the form that folds.

    >>> from autograd.primitive import TABLE
    >>> influences(TABLE["mul"]) == (SIGN, SIGN), influences(TABLE["div"]) == (SIGN, MORE)
    (True, True)
    """
    function = function_of(row)
    return tuple(_influence(function, operand) for operand in range(function.arity))


def _influence(function: Function, operand: int) -> int:
    found: list[int] = []
    for position, node in enumerate(function.nodes):
        if isinstance(node, Call):
            found.append(_passed(node.function, [found[source] for source in node.inputs]))
        else:
            found.append(SIGN if position == operand else NONE)
    return found[function.result]


def _passed(function: object, operands: Sequence[int]) -> int:
    """Return the influence on the result of a call that has these influences on its operands."""
    if max(operands, default=NONE) in {NONE, MORE}:
        return max(operands, default=NONE)
    if function in BLIND or (function is gated and operands[1] == NONE):
        return NONE
    if function in FAITHFUL or function is gated:
        return SIGN
    # a zero numerator, or an alternative
    unharmed = {np.divide: 1, choose: 0}.get(function)
    return SIGN if unharmed is not None and operands[unharmed] == NONE else MORE
