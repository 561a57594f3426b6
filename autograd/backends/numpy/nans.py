"""Nans: the rows of a schedule whose nans are seen in the sums, where guards are left out."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from autograd.backends.numpy.algebra import Call, choose, copy, function_of
from autograd.program.stages import Choices, Elementwise, Fold, Memory

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from autograd.backends.numpy.algebra import Function
    from autograd.program.stages import Schedule, Stage

Places: TypeAlias = "set[tuple[Memory, int]]"

# Functions that give a nan whenever an operand is one
PASSING = frozenset({
    copy, np.negative, np.absolute, np.add, np.subtract, np.multiply, np.divide, np.maximum,
    np.minimum, np.sqrt, np.exp, np.expm1, np.log, np.log1p, np.sin, np.cos, np.tan, np.sinh,
    np.cosh, np.tanh, np.arcsin, np.arccos, np.arctan, np.arcsinh, np.arccosh, np.arctanh,
})  # fmt: skip


def seen_in_sums(schedule: Schedule, unsigned: Container[int]) -> Places:
    """Return the places of rows where a nan, for any example, makes a sum a nan.

    Steps are those without guards; see `zeros.unsigned` for the numbers of stages.
    """
    seen: Places = set()
    for reduction in schedule.reductions:
        for part in reduction.reads:
            seen.update(part.places())
    if seen:
        for number, stage in reversed([*enumerate((*schedule.before, *schedule.body))]):
            shown = [place in seen for place in stage.result.places()]
            if any(shown):
                seen.update(_passed_on(stage, shown, plain=number in unsigned))
    return seen


def _passed_on(stage: Stage, shown: list[bool], *, plain: bool) -> Iterator[tuple[Memory, int]]:
    """Yield the places whose nans become nans of the results that are shown."""
    match stage:
        case Elementwise():
            function = function_of(stage.op)
            if plain and function.plain is not None:
                function = function.plain
            for operand, rows in enumerate(stage.operands):
                if _passes(function, operand):
                    yield from (place for place, is_shown in zip(rows.places(), shown) if is_shown)
        case Fold():
            function = function_of(stage.op)
            if all(_passes(function, operand) for operand in range(function.arity)):
                for line, is_shown in zip(stage.terms.index, shown):
                    if is_shown:
                        yield from ((stage.terms.memory, row) for row in line)
        case Choices():  # of an item only where it is chosen
            pass
        case _ if all(shown):
            for table in stage.reads:
                yield from table.places()


@lru_cache(maxsize=1024)
def _passes(function: Function, operand: int) -> bool:
    """Tell whether the result is a nan whenever an operand is, whatever the others are."""
    found: list[bool] = []
    for position, node in enumerate(function.nodes):
        if not isinstance(node, Call):
            found.append(position == operand)
        elif node.function is choose:
            found.append(found[node.inputs[1]] and found[node.inputs[2]])
        else:
            found.append(node.function in PASSING and any(found[k] for k in node.inputs))
    return found[function.result]
