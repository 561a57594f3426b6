"""Steps: the stages of a schedule as NumPy's functions, with views for operands and results.

Where one side of a product is the same for all examples, BLAS computes it. For terms that are all
-0.0 BLAS and einsum may give -0.0, not the 0.0 of a sum that starts there, so 0.0 is added. A
guarded product is computed plainly, and again with its guard if the result holds a nan.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.backends.numpy.algebra import function_of
from autograd.program.stages import Dots, Elementwise, Fold, Memory, Product, SummedProduct, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.backends.numpy.algebra import Array
    from autograd.program.stages import Rows, Stage, SummedRows

ALIGNMENT = 64  # bytes, as wide as a vector register and a cache line


class Frame:
    """UNIFORM memory of shape (rows, 1), VARYING memory of shape (rows, examples), and their steps.

    Both arrays are C-contiguous, and rows of the one broadcast over rows of the other. Rows and
    tables are views of them where they are regular; a step of its own gathers the others.
    """

    def __init__(self, uniform: Array, varying: Array, scratch: Scratch) -> None:
        self.arrays = {Memory.UNIFORM: uniform, Memory.VARYING: varying}
        self.examples = varying.shape[1]
        self.scratch = scratch
        self.steps: list[Callable[[], Any]] = []

    def add(self, function: Callable[..., Any], *operands: Any, **keywords: Any) -> None:
        """Add a call as the next step."""
        self.steps.append(partial(function, *operands, **keywords))

    def rows(self, rows: Rows) -> Array:
        """Return rows, shape (rows, examples or 1); one row throughout is returned once."""
        array = self.arrays[rows.memory]
        if rows.stride is None:
            return self._gathered(array, np.array(rows.index))
        count = 1 if rows.stride == 0 else len(rows.index)
        return view(array, rows.index[0], (count,), (rows.stride,))

    def table(self, table: Table) -> Array:
        """Return the rows of a table, shape (height, width, examples or 1)."""
        array = self.arrays[table.memory]
        if table.strides is None:
            return self._gathered(array, np.array(table.index))
        return view(array, table.index[0][0], (table.height, table.width), table.strides)

    def flat(self, array: Array) -> Array:
        """Return an array of shape (a, b, c) as (a, b * c): a view, or copied by a step."""
        flat = array.reshape(len(array), -1)
        if np.may_share_memory(flat, array):
            return flat
        copy = self.scratch.array(array.shape)
        self.add(np.copyto, copy, array)
        return self.flat(copy)

    def _gathered(self, array: Array, index: Any) -> Array:
        gathered: Array = self.scratch.array((*index.shape, array.shape[1]))
        # "clip" spares the buffer that NumPy puts in between for the sake of faulty indices
        self.add(np.take, array, index, axis=0, out=gathered, mode="clip")
        return gathered


def view(array: Array, first: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> Array:
    """Return rows of an array of shape (rows, n) from `first` on, in steps of whole rows."""
    across, each = array.strides
    steps = (*(stride * across for stride in strides), each)
    found: Array = np.ndarray((*shape, array.shape[1]), np.float64, array, first * across, steps)
    return found


class Scratch:
    """One buffer for the temporary arrays of a stage, which the next stage uses again.

    It grows by doubling: arrays that were given out stay valid.
    """

    def __init__(self) -> None:
        self._buffer = np.empty(1 << 12, np.uint8)
        self._used = 0

    def array(self, shape: tuple[int, ...], dtype: Any = np.float64) -> Any:
        """Return an uninitialised array."""
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if self._used + size > len(self._buffer):
            self._buffer = np.empty(max(size, 2 * len(self._buffer)), np.uint8)
            self._used = 0
        array: Any = np.ndarray(shape, dtype, self._buffer, self._used)
        self._used += -(-size // ALIGNMENT) * ALIGNMENT
        return array

    def clear(self) -> None:
        """Let the next stage use the same memory."""
        self._used = 0


def add_stage(stage: Stage, frame: Frame) -> None:
    """Add the steps that compute the rows of a stage."""
    match stage:
        case Elementwise():
            operands = [frame.rows(rows) for rows in stage.operands]
            result = frame.rows(stage.result)
            function_of(stage.op).compute(operands, result, frame.scratch.array, frame.add)
        case Fold():
            _add_fold(stage, frame)
        case Dots():
            _add_dots(stage, frame)
        case Product():
            _add_product(stage, frame)
    frame.scratch.clear()


def _add_fold(stage: Fold, frame: Frame) -> None:
    """Add the steps of a variadic operation, which takes its terms in their order."""
    result, function, start = frame.rows(stage.result), function_of(stage.op), stage.start
    if stage.terms.width == 0:
        frame.add(result.fill, start)
    elif function.arity == 3:
        pairs = [frame.table(table) for table in stage.halves()]
        frame.add(_fold, function, pairs, 0.0, result)
    elif function.ufunc is not None and not stage.op.ordered:  # NumPy adds in pairs
        initial: dict[str, Any] = {} if start is None else {"initial": start}
        reduce = partial(function.ufunc.reduce, axis=1, **initial)
        frame.add(reduce, frame.table(stage.terms), out=result)
    else:
        frame.add(_fold, function, [frame.table(stage.terms)], start, result)


def _fold(
    function: Callable[..., Any], tables: Sequence[Array], start: float | None, out: Array
) -> None:
    terms = zip(*(table.swapaxes(0, 1) for table in tables))
    total: Any = next(terms)[0] if start is None else start
    for term in terms:
        total = function(total, *term)
    np.copyto(out, total)


def _add_dots(stage: Dots, frame: Frame) -> None:
    """Add the steps of one dot product per row."""
    result = frame.rows(stage.result)
    if stage.left.width == 0:
        frame.add(result.fill, 0.0)
        return
    left, right = frame.table(stage.left), frame.table(stage.right)
    if stage.ordered:
        _add_ordered(left, right, result, frame)
        return
    frame.add(np.einsum, "rkn,rkn->rn", left, right, out=result)
    frame.add(np.add, result, 0.0, out=result)
    if stage.guarded:
        frame.add(_guard, left, right, result)


def _add_product(stage: Product, frame: Frame) -> None:
    """Add the steps of all dot products of the lines of two tables."""
    rows = frame.rows(stage.result)
    if stage.left.width == 0:
        frame.add(rows.fill, 0.0)
        return
    result = rows.reshape(stage.left.height, stage.right.height, -1)
    left = frame.table(stage.left)
    if stage.ordered:
        _add_ordered(left[:, None], frame.table(stage.right)[None], result, frame)
        return
    columns = frame.table(Table(stage.right.memory, tuple(zip(*stage.right.index))))
    right = columns.swapaxes(0, 1)
    match left.shape[-1], right.shape[-1]:
        case 1, 1:
            frame.add(np.matmul, left[..., 0], columns[..., 0], out=result[..., 0])
        case 1, _:
            # (height, width) @ (width, lines * examples): one product for all lines and examples
            frame.add(np.matmul, left[..., 0], frame.flat(columns), out=frame.flat(result))
        case _, 1:
            frame.add(np.matmul, right[..., 0], left, out=result)
        case _:
            frame.add(np.einsum, "akn,bkn->abn", left, right, out=result)
    frame.add(np.add, rows, 0.0, out=rows)
    if stage.guarded:
        frame.add(_guard, left[:, None], right[None], result)


def _add_ordered(left: Array, right: Array, result: Array, frame: Frame) -> None:
    """Add the steps of the sum of left * right over the last axis but one, term by term."""
    product = frame.scratch.array(result.shape)
    for k in range(left.shape[-2]):
        term = result if k == 0 else product
        frame.add(np.multiply, left[..., k, :], right[..., k, :], out=term)
        if k:
            frame.add(np.add, result, product, out=result)


def add_reduction(stage: SummedProduct | SummedRows, frame: Frame, sums: Array) -> None:
    """Add the steps that add up the terms of a stage over the examples, into the sums so far."""
    if isinstance(stage, SummedProduct):
        left, right = frame.table(stage.left), frame.table(stage.right)
        part: Array = frame.scratch.array((stage.left.height, stage.right.height))
        frame.add(np.matmul, frame.flat(left), frame.flat(right).T, out=part)
        if stage.guarded:
            frame.add(_guard_sums, left[:, None], right[None], part)
        _add_to(sums, stage.into, part, frame)
    else:  # a row of UNIFORM memory counts once per example
        memory = stage.rows.memory
        rows = frame.table(Table(memory, tuple((row,) for row in stage.rows.index)))
        uniform = memory is Memory.UNIFORM
        count = np.full((1, 1), frame.examples, float) if uniform else np.ones((frame.examples, 1))
        part = frame.scratch.array((len(stage.into), 1))
        frame.add(np.matmul, rows[:, 0], count, out=part)
        _add_to(sums, tuple((target,) for target in stage.into), part, frame)
    frame.scratch.clear()


def _add_to(sums: Array, into: tuple[tuple[int, ...], ...], part: Array, frame: Frame) -> None:
    """Add the step sums[into] += part; a sum may occur in `into` more than once."""
    strides = Table(Memory.UNIFORM, into).strides
    distinct = len({target for line in into for target in line}) == part.size
    if strides is None or not distinct:
        frame.add(np.add.at, sums, np.array(into), part)
        return
    places = view(sums[:, None], into[0][0], part.shape, strides)[..., 0]
    frame.add(np.add, places, part, out=places)


def _guard(left: Array, right: Array, result: Array) -> None:
    if _holds_nan(result):
        np.copyto(result, _guarded_sum(left, right))


def _guard_sums(left: Array, right: Array, part: Array) -> None:
    if _holds_nan(part):
        np.add.reduce(_guarded_sum(left, right), axis=-1, out=part)


def _holds_nan(array: Array) -> bool:
    """Tell whether a contiguous array holds a nan, in one pass without a temporary array."""
    flat = array.reshape(-1)
    square = flat.dot(flat)  # of squares, so that inf never meets -inf
    return bool(square != square)


def _guarded_sum(left: Array, right: Array) -> Array:
    """Return the sum of left * right over the last axis but one, with 0 for 0 times anything.

    The shapes broadcast.
    """
    shape = np.broadcast_shapes(left.shape, right.shape)
    total = np.zeros((*shape[:-2], shape[-1]))
    for k in range(shape[-2]):  # one term at a time: all of them at once may not fit
        x, y = left[..., k, :], right[..., k, :]
        total += np.where((x == 0.0) | (y == 0.0), 0.0, x * y)
    return total
